"""Object stores: S3 against the moto server, Azure against Azurite, Google's against its XML interface over moto.

The interface that they share runs on all three, and on a folder. Accounts of Google are not shown: a server that tells
its clients not to sign in answers for it.
"""

from __future__ import annotations

import urllib.request
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import boto3
import duckdb
import pandas as pd
import polars as pl
import pytest
from obstore.store import LocalStore
from polars.testing import assert_frame_equal

from platform_core.errors import UserError
from platform_core.resources import AzureBlobResource, GCSResource, S3Resource
from platform_core.resources.objects import ObjectStoreResource
from tests.platform_core.buckets import CLOUDS, bucket, bucket_of
from tests.servers.aws import SECRET_KEY
from tests.servers.azure import KEY

ROWS = pl.DataFrame({"permit_id": [1, 2, 3], "authority": ["Ambridge", "Borchester", None]})


@pytest.fixture
def s3(aws: str) -> S3Resource:
    return bucket()


@pytest.fixture(params=[*CLOUDS, "local"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> ObjectStoreResource:
    if request.param != "local":
        return bucket_of(request.param, request)
    resource = AzureBlobResource(account_name="planning", container_name="lake", name="lake")
    resource._opened = LocalStore(str(tmp_path / "store"), mkdir=True)
    return resource


class TestInterface:
    def test_a_file_goes_up_and_comes_down(self, store: ObjectStoreResource, tmp_path: Path) -> None:
        local = tmp_path / "local.csv"
        local.write_bytes(b"a,b\n1,2\n" * 10_000)
        written = store.upload_file(local, "raw/local.csv")
        assert (written.key, written.size) == ("raw/local.csv", 80_000)
        assert store.list_objects(prefix="raw/") == ["raw/local.csv"]
        down = store.download_file("raw/local.csv", tmp_path / "new" / "down.csv")
        assert down.read_bytes() == local.read_bytes() == store.read_bytes("raw/local.csv")

    def test_lists_take_the_start_of_a_key(self, store: ObjectStoreResource) -> None:
        for key in ("raw/2025-01.csv", "raw/2025-02.csv", "raw/2024-12.csv", "raw/deep/er.csv", "other.csv"):
            store.upload_bytes(b"x", key)
        assert store.list_objects("raw/2025") == ["raw/2025-01.csv", "raw/2025-02.csv"]
        assert len(store.list_objects("raw/")) == 4
        assert len(store.list_objects()) == 5
        assert store.list_objects("nothing/") == []

    def test_objects_are_there_and_go(self, store: ObjectStoreResource) -> None:
        assert not store.exists("a.txt")
        store.upload_bytes(b"12", "a.txt")
        about = store.head("a.txt")
        assert about is not None
        assert about.size == 2
        store.delete("a.txt")
        store.delete("a.txt")
        assert store.head("a.txt") is None

    def test_a_conditional_write_keeps_what_is_there(self, store: ObjectStoreResource) -> None:
        first = store.upload_bytes(b"first", "a.txt", if_absent=True)
        with pytest.raises(UserError, match=r"has an object 'a.txt' already"):
            store.upload_bytes(b"second", "a.txt", if_absent=True)
        assert store.read_bytes("a.txt") == b"first"
        if isinstance(store._store(), LocalStore):
            return  # files have no marks to compare and swap
        store.upload_bytes(b"third", "a.txt", if_etag=first.etag)
        with pytest.raises(UserError, match="was changed meanwhile"):
            store.upload_bytes(b"fourth", "a.txt", if_etag=first.etag)
        assert store.read_bytes("a.txt") == b"third"
        with pytest.raises(UserError, match="cannot both hold"):
            store.upload_bytes(b"fifth", "a.txt", if_absent=True, if_etag=first.etag)

    def test_a_missing_object_is_named(self, store: ObjectStoreResource, tmp_path: Path) -> None:
        for read in (lambda: store.read_bytes("no.csv"), lambda: store.download_file("no.csv", tmp_path / "down")):
            with pytest.raises(UserError, match=r"^lake has no object 'no.csv'"):
                read()
        assert not (tmp_path / "down").exists()

    @pytest.mark.parametrize("key", ["", "/a", "a/", "../a", "a/./b", "a//b", "a\0", "a\nb", "\ud800"])
    def test_a_key_that_is_none_is_refused(self, store: ObjectStoreResource, key: str) -> None:
        for use in (store.read_bytes, store.delete, lambda name: store.upload_bytes(b"", name)):
            with pytest.raises(UserError, match="is no key"):
                use(key)

    @pytest.mark.parametrize("name", ["a b+c", "é%2F&=;", "q?x#y", "[1]", "{a,b}*", "'\"`|^", "😀~"])
    def test_a_key_of_odd_characters_is_one(self, store: ObjectStoreResource, tmp_path: Path, name: str) -> None:
        """A key that looks like a pattern and is there is that object, and no other that the pattern would fit."""
        key = f"odd/{name}.csv"
        for other in ("1", "1.csv", "a", "a.csv"):
            store.upload_bytes(b"n\n7\n", f"odd/{other}.csv")
        store.upload_bytes(b"n\n1\n", key)
        assert (store.exists(key), key in store.list_objects("odd/")) == (True, True)
        assert store.download_file(key, tmp_path / "down").read_bytes() == store.read_bytes(key) == b"n\n1\n"
        if not isinstance(store._store(), LocalStore):
            assert store.read_frame(key)["n"].to_list() == [1]
        store.delete(key)
        assert not store.exists(key)

    def test_what_was_read_is_replayed(
        self, store: ObjectStoreResource, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        for number in (1, 2):
            store.write_frame(ROWS.with_columns(file=number), f"raw/{number}.parquet")
        store.upload_bytes(b"not read", "raw/3.bin")
        record = tmp_path / "record"
        monkeypatch.setenv("WORKBENCH_RECORD", str(record))
        assert len(store.list_objects("raw/")) == 3
        frame = store.read_frame("raw/*.parquet")
        store.upload_bytes(b"changed", "raw/1.parquet")
        assert store.read_frame("raw/*.parquet").equals(frame), "the first copy stays"
        monkeypatch.delenv("WORKBENCH_RECORD")
        replayed = type(store).replaying(record / "lake", name="lake")
        assert replayed.list_objects("raw/") == ["raw/1.parquet", "raw/2.parquet"]
        assert replayed.scan_frame("raw/*.parquet").collect().equals(frame)
        assert replayed.download_file("raw/2.parquet", tmp_path / "two").stat().st_size > 100
        assert (replayed.exists("raw/1.parquet"), replayed.exists("raw/3.bin")) == (True, False)
        with pytest.raises(UserError, match="does not hold this read"):
            replayed.read_bytes("raw/3.bin")
        with pytest.raises(UserError, match="replays a recording"):
            replayed.upload_bytes(b"", "raw/4.bin")


class TestS3:
    def test_a_listing_that_meets_a_key_that_is_no_path_says_so(self, s3: S3Resource) -> None:
        s3.upload_bytes(b"", "fine/a")
        boto3.client("s3").put_object(Bucket=s3.bucket_name, Key="odd//b", Body=b"")
        with pytest.raises(UserError, match=r"holds a key under '' that is no path(.|\n)*List a prefix without it"):
            s3.list_objects()
        assert s3.list_objects("fine/") == ["fine/a"]

    def test_a_large_file_goes_up_in_parts(self, s3: S3Resource, tmp_path: Path) -> None:
        large = tmp_path / "large.bin"
        large.write_bytes(bytes(range(256)) * 60_000)
        etag = s3.upload_file(large, "large.bin").etag
        assert etag.strip('"').rpartition("-")[2].isdigit(), "the mark of an object in parts"
        assert s3.download_file("large.bin", tmp_path / "down").read_bytes() == large.read_bytes()

    @pytest.mark.parametrize("kind", ["polars", "lazy", "pandas", "duckdb"])
    def test_frames_of_every_kind_are_written_and_scanned(self, s3: S3Resource, kind: str) -> None:
        frames: dict[str, Any] = {
            "polars": ROWS,
            "lazy": ROWS.lazy(),
            "pandas": pd.DataFrame(ROWS.to_dict(as_series=False)),
            "duckdb": duckdb.from_arrow(ROWS.to_arrow()),
        }
        s3.write_frame(frames[kind], "bronze/permits.parquet")
        scanned = s3.scan_frame("bronze/permits.parquet")
        assert isinstance(scanned, pl.LazyFrame)
        assert_frame_equal(scanned.filter(pl.col("permit_id") > 1).collect(), ROWS[1:])

    def test_text_is_read_as_a_frame_too(self, s3: S3Resource) -> None:
        s3.upload_bytes(b"a;b\n1;x\n", "raw/a.csv")
        assert s3.read_frame("raw/a.csv", separator=";").rows() == [(1, "x")]
        s3.upload_bytes(b'{"a": 1}\n{"a": 2}\n', "raw/a.ndjson")
        assert s3.read_frame("raw/a.ndjson")["a"].to_list() == [1, 2]
        with pytest.raises(UserError, match=r"ending of 'raw/a.xls' says no format"):
            s3.scan_frame("raw/a.xls")
        with pytest.raises(UserError, match=r"no object that matches 'old/\*.csv'"):
            s3.scan_frame("old/*.csv")

    def test_a_frame_goes_under_no_name_that_another_format_has(self, s3: S3Resource) -> None:
        for key in ("raw/a.csv", "raw/a"):
            with pytest.raises(UserError, match=rf"write_frame writes Parquet, and '{key}' says"):
                s3.write_frame(ROWS, key)
        assert s3.list_objects() == []

    def test_a_presigned_address_needs_no_account(self, s3: S3Resource) -> None:
        s3.upload_bytes(b"to be shared", "a.txt")
        address = s3.presign("a.txt", seconds=60)
        assert SECRET_KEY not in address
        assert urllib.request.urlopen(address).read() == b"to be shared"  # noqa: S310 - the moto server's address


@pytest.mark.parametrize("cloud", CLOUDS)
class TestClouds:
    def test_frames_are_written_and_scanned(self, cloud: str, request: pytest.FixtureRequest) -> None:
        store = bucket_of(cloud, request)
        for number in (1, 2):
            store.write_frame(ROWS.with_columns(file=number), f"bronze/{number}.parquet")
        scanned = store.scan_frame("bronze/*.parquet").filter(pl.col("permit_id") > 2).select("file")
        assert scanned.collect()["file"].to_list() == [1, 2]
        with pytest.raises(UserError, match=r"lake has no object 'bronze/3.parquet'\.\nhint: List what is there"):
            store.scan_frame("bronze/3.parquet")

    def test_lists_go_over_many_pages(self, cloud: str, request: pytest.FixtureRequest) -> None:
        store = bucket_of(cloud, request)
        with ThreadPoolExecutor(8) as pool:
            list(pool.map(lambda number: store.upload_bytes(b"", f"many/{number:04}"), range(1_050)))
        assert len(store.list_objects("many/")) == 1_050  # a page holds 1,000, on Azure 5,000

    def test_a_large_file_goes_up_in_parts(self, cloud: str, request: pytest.FixtureRequest, tmp_path: Path) -> None:
        store = bucket_of(cloud, request)
        large = tmp_path / "large.bin"
        large.write_bytes(bytes(range(256)) * 60_000)
        store.upload_file(large, "large.bin")
        assert store.download_file("large.bin", tmp_path / "down").read_bytes() == large.read_bytes()

    def test_a_bucket_that_is_not_there_is_told(self, cloud: str, request: pytest.FixtureRequest) -> None:
        store = bucket_of(cloud, request)
        field = "container_name" if cloud == "azure" else "bucket_name"
        gone = store.model_copy(update={field: "no-such-bucket", "name": "gone"})
        gone._opened = None
        for use in (gone.read_bytes, gone.delete, gone.list_objects, lambda key: gone.upload_bytes(b"", key)):
            with pytest.raises(UserError, match="The bucket or container of gone is not there") as caught:
                use("a")
            assert "127.0.0.1" not in str(caught.value)

    def test_no_secret_stands_in_a_repr(self, cloud: str, request: pytest.FixtureRequest) -> None:
        store = bucket_of(cloud, request)
        store.list_objects()
        said = f"{store!r} {store} {store._store()!r}"
        assert SECRET_KEY not in said
        assert KEY not in said


def test_an_address_that_azure_presigns_needs_no_account(request: pytest.FixtureRequest) -> None:
    store = bucket_of("azure", request)
    store.upload_bytes(b"to be shared", "a.txt")
    address = store.presign("a.txt", seconds=60)
    assert KEY not in address
    assert urllib.request.urlopen(address).read() == b"to be shared"  # noqa: S310 - the emulator's address


def test_addresses_and_options_of_the_other_clouds() -> None:
    azure = AzureBlobResource(account_name="planning", container_name="lake", account_key="planted")
    assert azure.url("a/b.parquet") == "abfss://lake@planning.dfs.core.windows.net/a/b.parquet"
    assert azure._storage_options() == {"account_name": "planning", "account_key": "planted"}
    assert "planted" not in f"{azure!r} {azure}"
    assert GCSResource(bucket_name="lake").url("a.csv") == "gs://lake/a.csv"
