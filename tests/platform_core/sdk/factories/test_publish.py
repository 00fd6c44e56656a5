"""What is given out: files, objects, tables and indexes, read back by other programs than those that wrote them."""

from __future__ import annotations

import csv
import datetime as dt
import json
import sqlite3
import tempfile
import threading
import zipfile
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any, cast

import boto3
import dagster as dg
import fastexcel
import pandas as pd
import polars as pl
import pytest
from polars.testing import assert_frame_equal

from platform_core.errors import UserError
from platform_core.governance.policies.enforcing import governed
from platform_core.io_managers import PolarsParquetIOManager
from platform_core.resources import FilesResource, HTTPResource, PostgresResource, S3Resource
from platform_core.sdk.factories import (
    ingest_files,
    ingest_spreadsheet,
    publish_file,
    publish_index,
    publish_object,
    publish_table,
    search_index,
)
from platform_core.sdk.factories.tables import read_table, with_dates
from tests.platform_core.disks import full_after
from tests.servers.postgres import PostgresServer

ROWS = pl.DataFrame(
    {
        "id": [1, 2, 2**60],
        "note": ["=cmd()|' /C calc'!A0", 'a, "b"\nc', None],
        "fee": [Decimal("1.25"), Decimal("-3.00"), None],
        "on": [dt.date(2025, 1, 31), dt.date(1899, 1, 1), None],
        "at": [dt.datetime(2025, 7, 1, 12, 30, tzinfo=dt.UTC), None, None],
        "open": [True, False, None],
        "share": [0.5, float("inf"), float("nan")],
    }
)


@pytest.fixture
def outbox(tmp_path: Path) -> FilesResource:
    (tmp_path / "out").mkdir()
    return FilesResource(root=str(tmp_path / "out"), name="outbox")


def text(outbox: FilesResource, name: str) -> str:
    return outbox.path(name).read_bytes().decode()


class TestFiles:
    @pytest.mark.parametrize("ending", ["csv", "xlsx", "ods", "json", "ndjson", "parquet"])
    def test_the_same_rows_give_the_same_bytes(self, outbox: FilesResource, ending: str) -> None:
        told = publish_file(ROWS, outbox, f"fees.{ending}")
        first = outbox.path(f"fees.{ending}").read_bytes()
        assert told["workbench/size_bytes"] == len(first)
        assert told["dagster/row_count"] == 3
        publish_file(ROWS.lazy(), outbox, f"fees.{ending}")
        assert outbox.path(f"fees.{ending}").read_bytes() == first
        assert [path.name for path in Path(outbox.root).iterdir()] == [f"fees.{ending}"]

    def test_csv_is_as_the_standard_says(self, outbox: FilesResource) -> None:
        publish_file(ROWS.drop("note"), outbox, "a.csv")
        assert text(outbox, "a.csv") == (
            "id,fee,on,at,open,share\r\n"
            "1,1.25,2025-01-31,2025-07-01T12:30:00.000000+00:00,true,0.5\r\n"
            "2,-3.00,1899-01-01,,false,inf\r\n"
            "1152921504606846976,,,,,NaN\r\n"
        )
        publish_file(ROWS.select("on", "at").head(1), outbox, "b.csv", dates="uk", encoding="utf-8-sig")
        assert text(outbox, "b.csv") == "\ufeffon,at\r\n31/01/2025,01/07/2025 12:30:00\r\n"
        publish_file(pl.DataFrame({"at": [dt.datetime(2025, 1, 31, 1, 2, 3, 4)]}), outbox, "b.csv", dates="uk")
        assert text(outbox, "b.csv") == "at\r\n31/01/2025 01:02:03.000004\r\n"
        spans = pl.DataFrame({"took": [dt.timedelta(hours=1)], "at": [dt.time(1, 30)]})
        for dates in ("uk", "iso"):
            publish_file(spans, outbox, "b.csv", dates=dates)
            assert text(outbox, "b.csv") == "took,at\r\nPT1H,01:30:00\r\n"
        publish_file(ROWS.clear(), outbox, "c.csv")
        assert text(outbox, "c.csv") == "id,note,fee,on,at,open,share\r\n"

    @pytest.mark.parametrize("ending", ["csv", "xlsx", "ods"])
    def test_names_that_polars_takes_for_patterns_are_names(self, outbox: FilesResource, ending: str) -> None:
        day = dt.date(2025, 1, 31)
        frame = pl.DataFrame({"on": [day], "at": [dt.datetime(2025, 1, 31, 12)], "note": ["x"], "fee": [1.5]})
        frame = frame.rename(lambda name: f"^{name}$")
        publish_file(frame, outbox, f"a.{ending}")
        read = with_dates(read_table(outbox.path(f"a.{ending}")), {"^on$": "iso"}, f"a.{ending}")
        assert read.columns == frame.columns
        assert (read[0, 0], read[0, 2], read[0, 3]) == (day, "x", 1.5)

    def test_csv_of_a_frame_of_pandas(self, outbox: FilesResource) -> None:
        publish_file(pd.DataFrame({"a": [1], "b": ["£"]}), outbox, "a.csv")
        assert text(outbox, "a.csv") == "a,b\r\n1,£\r\n"

    @pytest.mark.parametrize(
        ("value", "escaped"),
        [
            ("=1+1", True), ("+1+1", True), ("-2+3+cmd|' /C calc'!A0", True), ("@SUM(A1)", True), ("\t=1", True),
            ("\r=1", True), ("\n=1", True), ("\uff1d1", True), ("-", True), ("+44 20 7946 0000 ext", True),
            ("-5", False), ("+3.25", False), ("-1,000.50", False), ("+44 20 7946 0000", False), ("-12.5%", False),
            ("a=1", False), ("", False), (" =1", False), ("'=1", False),
        ],
    )  # fmt: skip
    def test_what_a_spreadsheet_would_run_is_made_harmless(
        self, outbox: FilesResource, value: str, escaped: bool
    ) -> None:
        frame = pl.DataFrame({"a": [value, None], "kind": pl.Series([value, None], dtype=pl.Categorical), "n": [-5, 1]})

        def published(**options: Any) -> list[list[str]]:
            publish_file(frame, outbox, "a.csv", **options)
            with outbox.path("a.csv").open(newline="", encoding="utf-8") as file:
                return list(csv.reader(file))

        safe = f"'{value}" if escaped else value
        assert published()[1] == [safe, safe, "-5"]
        assert published(formulas="keep")[1] == [value, value, "-5"]
        if escaped:
            with pytest.raises(UserError, match=r"^Text of 'a' begins as a formula of a spreadsheet does.\nhint: "):
                published(formulas="refuse")
            assert published(formulas="keep")[1] == [value, value, "-5"], "what was refused left the old file"
        else:
            assert published(formulas="refuse")[1] == [value, value, "-5"]

    def test_a_header_is_made_harmless_too(self, outbox: FilesResource) -> None:
        publish_file(pl.DataFrame({"=a": [1]}), outbox, "a.csv")
        assert text(outbox, "a.csv") == "'=a\r\n1\r\n"
        with pytest.raises(UserError, match="Text of '=a'"):
            publish_file(pl.DataFrame({"=a": [1]}), outbox, "a.csv", formulas="refuse")

    @pytest.mark.parametrize("ending", ["xlsx", "ods"])
    def test_a_workbook_holds_values_and_no_formula(self, outbox: FilesResource, ending: str) -> None:
        publish_file(ROWS, outbox, f"a.{ending}", sheet="Fees")
        book = fastexcel.read_excel(outbox.path(f"a.{ending}"))
        assert book.sheet_names == ["Fees"]
        found = pl.DataFrame(book.load_sheet("Fees", schema_sample_rows=None))
        assert found["note"].to_list() == ROWS["note"].to_list()
        assert found["fee"].to_list() == [1.25, -3.0, None]
        assert str(found["on"][0]).startswith("2025-01-31")
        assert found["at"].to_list() == [dt.datetime(2025, 7, 1, 12, 30), None, None]
        assert found["open"].to_list() == [True, False, None]
        assert found["id"].to_list() == ["1", "2", str(2**60)], "what a double would change is text"
        parts = zipfile.ZipFile(outbox.path(f"a.{ending}"))
        assert not [name for name in parts.namelist() if b"formula" in parts.read(name) or b"<f>" in parts.read(name)]
        assert {entry.date_time[0] for entry in parts.infolist()} == {1980}

    def test_json_is_a_list_of_records(self, outbox: FilesResource) -> None:
        publish_file(ROWS, outbox, "a.json")
        records = json.loads(text(outbox, "a.json"))
        assert [record["share"] for record in records] == [0.5, None, None]
        assert records[0] | {"fee": None} == {
            "id": 1, "note": ROWS["note"][0], "fee": None, "on": "2025-01-31",
            "at": "2025-07-01T12:30:00.000000+00:00", "open": True, "share": 0.5,
        }  # fmt: skip
        nested = pl.DataFrame({"a": [[1, 2]], "b": [{"c": "\u2028"}]})
        publish_file(nested, outbox, "b.json")
        assert json.loads(text(outbox, "b.json")) == nested.to_dicts()
        publish_file(nested.clear(), outbox, "c.json")
        assert json.loads(text(outbox, "c.json")) == []

    @pytest.mark.parametrize(
        ("frame", "path", "message"),
        [
            ({"a": [[1]]}, "a.csv", "CSV holds no List"),
            ({"a": [{"b": 1}]}, "a.xlsx", "a workbook holds no Struct"),
            ({"a": [b"x"]}, "a.json", "JSON holds no Binary as in 'a'"),
            ({"a": [{"b": [b"x"]}]}, "a.ndjson", "JSON holds no Binary as in 'a'"),
            ({"a": pl.Series([object()], dtype=pl.Object)}, "a.parquet", "'a' holds Python objects"),
            ({}, "a.csv", "A frame without columns cannot be CSV"),
            ({"a": ["x" * 40_000]}, "a.xlsx", "at most 32,767 characters; 'a' has more"),
            ({"a": pl.Series(["\N{MUSICAL SYMBOL G CLEF}" * 20_000], dtype=pl.Categorical)}, "a.xlsx", "'a' has more"),
            ({"a": [dt.datetime(2025, 1, 1, 23, 59, 59, 999_999)]}, "a.xlsx", "'a' holds times finer than a millisec"),
            ({"a": [dt.time(1, 2, 3, 4)]}, "a.ods", "'a' holds times finer than a millisecond"),
            ({"a": pl.Series([9_999_999]).cast(pl.Date)}, "a.xlsx", "holds the years 1 to 9999, and 'a' has others"),
            ({"a": ["b\x00"]}, "a.ods", "OpenDocument holds no control characters, as 'a' does"),
            ({"a": range(1_048_576)}, "a.ods", "at most 1,048,575 rows"),
            ({"a": [1]}, "a.doc", "The ending of 'a.doc' says no format"),
            ({"a": [1]}, "../a.csv", "must be relative to its root"),
        ],
    )
    def test_what_a_format_cannot_hold_is_told_and_leaves_nothing(
        self, outbox: FilesResource, frame: Any, path: str, message: str
    ) -> None:
        with pytest.raises(UserError, match=message):
            publish_file(pl.DataFrame(frame), outbox, path)
        assert list(Path(outbox.root).iterdir()) == []

    def test_an_extension_of_pandas_is_no_number(self, outbox: FilesResource) -> None:
        for ending in ("csv", "xlsx", "ods", "json", "ndjson"):
            with pytest.raises(UserError, match=r"holds no Extension\('pandas.period'"):
                publish_file(
                    pd.DataFrame({"a": pd.period_range("2025-01", periods=2, freq="M")}), outbox, f"a.{ending}"
                )

    @pytest.mark.parametrize("sheet", ["", "x" * 32, "2024/25", "a:b", "'a'", "a\x00", None])
    def test_what_is_no_name_of_a_sheet_is_told_before_anything_runs(self, outbox: FilesResource, sheet: Any) -> None:
        for data, to in ((ROWS, outbox), ("fees", "outbox")):
            with pytest.raises(UserError, match=r"cannot be the name of a sheet.\nhint: A name has 1 to 31"):
                cast("Any", publish_file)(data, to, "a.xlsx", sheet=sheet)

    @pytest.mark.parametrize("ending", ["xlsx", "ods"])
    def test_a_workbook_holds_exactly_what_the_frame_does(self, outbox: FilesResource, ending: str) -> None:
        days = [
            dt.date(1899, 1, 1),
            dt.date(1900, 1, 1),
            dt.date(1900, 2, 28),
            dt.date(1900, 3, 1),
            dt.date(9999, 1, 1),
        ]
        frame = pl.DataFrame(
            {
                "f": [0.1 + 0.2, 1e-300, 1.7976931348623157e308, -0.0, 2.0**53],
                "day": days,
                "at": [dt.datetime(1900, 1, 1), *[dt.datetime(2025, 1, 1, 23, 59, 59, 999_000)] * 4],
                "time": [dt.time(1, 2, 3, 4000), *[dt.time(23, 59, 59)] * 4],
                "long": [dt.timedelta(days=-1, seconds=3), *[dt.timedelta(microseconds=7)] * 4],
            }
        )
        publish_file(frame, outbox, f"a.{ending}")
        found = pl.DataFrame(fastexcel.read_excel(outbox.path(f"a.{ending}")).load_sheet(0, schema_sample_rows=None))
        assert list(map(repr, found["f"])) == list(map(repr, frame["f"]))
        assert found["long"].to_list() == ["-PT23H59M57S", *["PT0.000007S"] * 4]
        assert str(found["time"][0]).endswith("1:02:03.004000")
        if ending == "ods":
            assert found["day"].to_list() == days
            assert found["at"].to_list() == frame["at"].to_list()
        else:  # Excel counts from 1900 and has a 29 February there, so what lies before it is text
            shown = ["1899-01-01", "1900-01-01", "1900-02-28", "1900-03-01 00:00:00", "9999-01-01 00:00:00"]
            assert found["day"].to_list() == shown
            assert found["at"].to_list()[:2] == ["1900-01-01T00:00:00", "2025-01-01 23:59:59.999"]

    @pytest.mark.parametrize("ending", ["csv", "json", "ndjson", "parquet", "xlsx", "ods", "sqlite"])
    def test_a_full_disk_is_told_and_leaves_the_old_file(
        self, outbox: FilesResource, ending: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def publish(rows: int) -> None:
            frame = pl.DataFrame({"a": [str(number * 7919 % 10_007) for number in range(rows)]})
            if ending == "sqlite":
                publish_index(frame, outbox, "a.sqlite", text="a")
            else:
                publish_file(frame, outbox, f"a.{ending}")

        (tmp_path / "temporary").mkdir()
        monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "temporary"))
        publish(1)
        first = outbox.path(f"a.{ending}").read_bytes()
        with full_after(30_000), pytest.raises(UserError, match=rf"'a.{ending}' was not written.*\(the disk is full\)"):
            publish(30_000)
        assert outbox.path(f"a.{ending}").read_bytes() == first
        assert [path.name for path in Path(outbox.root).iterdir()] == [f"a.{ending}"]
        assert list((tmp_path / "temporary").iterdir()) == []

    def test_a_name_that_looks_like_a_pattern_is_a_name(self, outbox: FilesResource) -> None:
        publish_file(pl.DataFrame({"^a.*$": ["=1"], "ab": ["x"], "*": ["@y"]}), outbox, "a.csv")
        assert text(outbox, "a.csv") == "^a.*$,ab,*\r\n'=1,x,'@y\r\n"

    def test_a_link_out_of_the_root_is_not_followed(self, outbox: FilesResource, tmp_path: Path) -> None:
        (tmp_path / "elsewhere").mkdir()
        Path(outbox.root, "link").symlink_to(tmp_path / "elsewhere")
        Path(outbox.root, "a.csv").symlink_to(tmp_path / "elsewhere/a.csv")
        for name in ("link/a.csv", "a.csv"):
            with pytest.raises(UserError, match="leads out of the files resource"):
                publish_file(ROWS, outbox, name)
        assert list((tmp_path / "elsewhere").iterdir()) == []

    def test_nothing_is_published_while_a_recording_is_replayed(self, tmp_path: Path) -> None:
        with pytest.raises(UserError, match="replays a recording"):
            publish_file(ROWS, FilesResource.replaying(tmp_path), "a.csv")

    def test_nothing_is_published_while_a_notebook_is_proven(
        self, outbox: FilesResource, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("WORKBENCH_RECORD", str(tmp_path / "record"))
        assert publish_file(ROWS, outbox, "a.csv")["workbench/published"].startswith("nothing")
        assert list(Path(outbox.root).iterdir()) == []

    def test_a_reader_sees_one_whole_file_or_another(self, outbox: FilesResource) -> None:
        frames = [pl.DataFrame({"a": [number] * 20_000}) for number in (1, 2)]
        publish_file(frames[0], outbox, "a.csv")

        has_read = threading.Event()

        def write(frame: pl.DataFrame) -> None:
            for _ in range(10):
                publish_file(frame, outbox, "a.csv")
                has_read.wait(60)

        writers = [threading.Thread(target=write, args=(frame,)) for frame in frames]
        for writer in writers:
            writer.start()
        seen = set()
        while any(writer.is_alive() for writer in writers):
            frame = pl.read_csv(outbox.path("a.csv"))
            assert frame.height == 20_000
            assert frame["a"].n_unique() == 1
            seen.add(frame["a"][0])
            has_read.set()
        assert seen
        assert seen <= {1, 2}


class TestAssets:
    @pytest.fixture
    def lake(self, tmp_path: Path) -> PolarsParquetIOManager:
        return PolarsParquetIOManager(root=str(tmp_path / "lake"))

    def test_an_output_asset_gives_out_what_its_asset_holds(
        self, outbox: FilesResource, lake: PolarsParquetIOManager
    ) -> None:
        from platform_core.sdk import gold_asset

        @gold_asset(classification="OFFICIAL-SENSITIVE")
        def fees(context: Any) -> pl.DataFrame:
            return ROWS

        output = publish_file("fees", "outbox", "fees.csv", owners=["team:planning"], description="For the press")
        (spec,) = output.specs
        assert (spec.key.to_user_string(), spec.group_name, spec.kinds) == ("fees_csv", "outputs", {"csv"})
        assert [dep.asset_key.to_user_string() for dep in spec.deps] == ["fees"]
        assets = governed([fees, output], [], None, on="2026-11-29")
        result = dg.materialize(assets, resources={"outbox": outbox, "io_manager": lake})
        (event,) = result.asset_materializations_for_node("fees_csv")
        told = {key: value.value for key, value in event.metadata.items()}
        assert told["dagster/row_count"] == 3
        assert told["workbench/published"] == "fees.csv"
        assert told["workbench/classification"] == "OFFICIAL-SENSITIVE"
        assert text(outbox, "fees.csv").startswith("id,note,fee")
        assert not (Path(str(lake.root)) / "outputs").exists()

    def test_each_partition_is_a_file_of_its_own(self, outbox: FilesResource, lake: PolarsParquetIOManager) -> None:
        from platform_core.sdk import gold_asset

        days = dg.StaticPartitionsDefinition(["2025-01", "2025-02"])

        @gold_asset(partitions_def=days)
        def fees(context: Any) -> pl.DataFrame:
            return pl.DataFrame({"month": [context.partition_key]})

        each = publish_file("fees", "outbox", "{partition}/fees.csv", partitions_def=days)
        whole = publish_file("fees", "outbox", "all.csv")
        resources = {"outbox": outbox, "io_manager": lake}
        for key in days.get_partition_keys():
            dg.materialize([fees, each], resources=resources, partition_key=key)
        dg.materialize([fees, whole], selection=[whole], resources=resources)
        assert text(outbox, "2025-01/fees.csv") == "month\r\n2025-01\r\n"
        assert text(outbox, "all.csv") == "month\r\n2025-01\r\n2025-02\r\n"
        with pytest.raises(UserError, match=r"written over the others as 'a.csv'.\nhint: Write \{partition\} in it"):
            publish_file("fees", "outbox", "a.csv", partitions_def=days)
        with pytest.raises(UserError, match="take the place of the others"):
            publish_table("fees", "outbox", "a", partitions_def=days)
        with pytest.raises(UserError, match="names a partition, and there is none"):
            publish_file(ROWS, outbox, "{partition}.csv")

    def test_a_resource_of_another_kind_is_told(self, outbox: FilesResource) -> None:
        api, store = cast("Any", HTTPResource(base_url="http://127.0.0.1:9", name="api")), cast("Any", outbox)
        for publish in (
            lambda to: publish_file(ROWS, to, "a.csv"),
            lambda to: publish_object(ROWS, to, "a.csv"),
            lambda to: publish_table(ROWS, to, "a"),
            lambda to: publish_index(ROWS, to, "a.sqlite", text="a"),
        ):
            with pytest.raises(UserError, match="works with no HTTPResource, which 'api' is"):
                publish(api)
            with pytest.raises(UserError, match="is given 'api', a name"):
                publish(cast("Any", "api"))
        with pytest.raises(UserError, match=r"publish_table works with no FilesResource(.|\n)*It takes a database"):
            publish_table(ROWS, store, "a")
        for ingest in (lambda: ingest_files(api, "*.csv", name="a"), lambda: ingest_spreadsheet(api, "a.xlsx")):
            with pytest.raises(UserError, match=r"works with no HTTPResource(.|\n)*It takes a files resource"):
                ingest()

    def test_mistakes_are_told(self, outbox: FilesResource) -> None:
        file, table = cast("Any", publish_file), cast("Any", publish_table)  # the mistakes are of types too
        wrong: list[tuple[Any, str]] = [
            (lambda: file("fees", outbox, "a.csv"), "needs a resource's name"),
            (lambda: file(7, outbox, "a.csv"), "What publish_file is given"),
            (lambda: file("fees", "out box", "a.csv"), "'out box' is no resource"),
            (lambda: file("fees", "outbox", "a.csv", ownr="x"), "takes no 'ownr'"),
            (lambda: file(ROWS, outbox, "a.csv", owners=["x"]), "of a frame takes no 'owners'"),
            (lambda: file(ROWS, outbox, "a.csv", formulas="kep"), "no formulas='kep'.\nhint: Did you mean 'keep'"),
            (lambda: table("fees", "register", "a", mode="append"), "add the rows again"),
        ]
        for call, message in wrong:
            with pytest.raises(UserError, match=message):
                call()


class TestTables:
    @pytest.fixture
    def register(self, postgres: PostgresServer) -> Iterator[PostgresResource]:
        found = PostgresResource(host=postgres.folder, database=postgres.new_database(), username="reader")
        found.execute("CREATE TABLE fees (id bigint PRIMARY KEY, note text)")
        yield found
        found.close()

    def test_rows_take_the_place_of_all_or_of_those_of_their_key(self, register: PostgresResource) -> None:
        rows = ROWS.select("id", "note")
        for _ in range(2):
            assert publish_table(rows, register, "fees")["dagster/row_count"] == 3
        more = pl.DataFrame({"id": [1, 9], "note": ["x", "y"]})
        for _ in range(2):
            publish_table(more, register, "public.fees", mode="upsert", key="id")
        assert_frame_equal(
            register.execute_query("SELECT * FROM fees ORDER BY id"),
            pl.concat([more.head(1), rows[1:2], more.tail(1), rows[2:]]),
        )


class TestObjects:
    def test_an_object_is_written_and_replaced(self, aws: str) -> None:
        boto3.client("s3").create_bucket(Bucket="out", CreateBucketConfiguration={"LocationConstraint": "eu-west-2"})
        store = S3Resource(bucket_name="out")
        for rows in (ROWS, ROWS.head(1)):
            told = publish_object(rows, store, "2025/fees.parquet")
            assert_frame_equal(store.read_frame("2025/fees.parquet"), rows)
            assert told["workbench/size_bytes"] == len(store.read_bytes("2025/fees.parquet"))
        publish_object(ROWS.select("id"), store, "fees.csv")
        assert store.read_bytes("fees.csv").startswith(b"id\r\n1\r\n")
        publish_index(ROWS, store, "fees.sqlite", text=["note"])
        assert store.read_bytes("fees.sqlite").startswith(b"SQLite format 3")


class TestIndexes:
    PERMITS = pl.DataFrame(
        {
            "id": [1, 2, 3],
            "title": ["Permit for a café", "Two permits", "Extension of a barn"],
            "note": ["; DROP TABLE records", None, "near the cafe"],
            "on": [dt.date(2025, 1, 31), None, None],
        }
    )

    def test_words_are_found_by_stem_without_accents_and_by_their_beginning(self, outbox: FilesResource) -> None:
        publish_index(self.PERMITS, outbox, "permits.sqlite", text=["title", "note"])
        path = outbox.path("permits.sqlite")

        def found(words: str) -> list[int]:
            return sorted(search_index(path, words)["id"].to_list())

        assert found("permit") == [1, 2]
        assert found("CAFE") == [1, 3]
        assert found("exten*") == [3]
        assert found("barn cafe") == [3]
        assert found('drop OR "table') == [], "nothing but words has a meaning"
        assert search_index(path, "barn").row(0, named=True)["title"] == "Extension of a barn"
        assert search_index(path, "permit", limit=1).height == 1
        with pytest.raises(UserError, match="no words"):
            search_index(path, '" ; --')

    def test_what_sqlite_has_no_type_for_is_text(self, outbox: FilesResource) -> None:
        frame = pl.DataFrame(
            {
                "a": ["x"],
                "struct": [{"on": dt.date(2025, 1, 1), "parts": [0.5, float("nan")]}],
                "list": pl.Series([None], dtype=pl.List(pl.Int64)),
                "fine": pl.Series([1]).cast(pl.Datetime("ns")),
                "far": pl.Series([9_999_999]).cast(pl.Date),
                "long": [dt.timedelta(seconds=1)],
                "large": pl.Series([2**64 - 1], dtype=pl.UInt64),
            }
        )
        publish_index(frame, outbox, "a.sqlite", text="a")
        assert search_index(outbox.path("a.sqlite"), "x").row(0)[1:] == (
            '{"on":"2025-01-01","parts":[0.5,null]}', None, "1970-01-01T00:00:00.000000001", "+29349-01-25", "PT1S",
            "18446744073709551615",
        )  # fmt: skip

    def test_every_program_that_reads_sqlite_reads_it(self, outbox: FilesResource) -> None:
        publish_index(self.PERMITS, outbox, "a.sqlite", text="title", stem=False)
        first = outbox.path("a.sqlite").read_bytes()
        publish_index(self.PERMITS, outbox, "a.sqlite", text="title", stem=False)
        assert outbox.path("a.sqlite").read_bytes() == first
        database = sqlite3.connect(outbox.path("a.sqlite"))
        assert database.execute('SELECT id, "on" FROM records').fetchall()[0] == (1, "2025-01-31")
        assert database.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        assert database.execute("SELECT rowid FROM search WHERE search MATCH 'permits'").fetchall() == [(2,)]
        database.close()

    def test_mistakes_are_told(self, outbox: FilesResource, tmp_path: Path) -> None:
        with pytest.raises(UserError, match=r"has no column 'titel' to search.\nhint: Did you mean 'title'"):
            publish_index(self.PERMITS, outbox, "a.sqlite", text=["titel"])
        with pytest.raises(UserError, match="needs the columns"):
            publish_index(self.PERMITS, outbox, "a.sqlite", text=[])
        for name in ("RowID", "search"):
            with pytest.raises(UserError, match="called rank or rowid or search"):
                publish_index(self.PERMITS.rename({"id": name}), outbox, "a.sqlite", text=["title"])
        with pytest.raises(UserError, match="at most 2,000 columns"):
            publish_index(pl.DataFrame({f"c{number}": ["x"] for number in range(2001)}), outbox, "a.sqlite", text="c0")
        with pytest.raises(UserError, match="An index holds no Binary as in 'a'"):
            publish_index(pl.DataFrame({"a": [[b"x"]], "b": ["x"]}), outbox, "a.sqlite", text="b")
        (tmp_path / "b.sqlite").write_text("x")
        with pytest.raises(UserError, match=r"'b.sqlite' is no index"):
            search_index(tmp_path / "b.sqlite", "x")
        with pytest.raises(UserError, match=r"There is no index 'c.sqlite'"):
            search_index(tmp_path / "c.sqlite", "x")
