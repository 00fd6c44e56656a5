"""What `kill_writers` starts: each function gives what writes, or fetches, a number.

It is imported where no thread may have started yet, so no frame is made and no store is opened outside a function.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import adbc_driver_postgresql.dbapi  # noqa: F401 - what is first imported when it is asked, each writer would import
import deltalake  # noqa: F401 - as above
import duckdb  # noqa: F401 - as above
import polars as pl

from platform_core import resources
from platform_core.lake import Lake
from platform_core.resources import PostgresResource, S3Resource
from platform_core.sdk import own_data
from platform_core.sdk.factories import ingest_api, ingest_files, ingest_spreadsheet, ingest_table
from platform_core.storage.delta_tables import DeltaTables
from platform_core.storage.duckdb_tables import DuckDBTables
from platform_core.storage.objects import ObjectLake

if TYPE_CHECKING:
    from platform_core.storage.stored import Storage

ROWS = 20_000
BYTES = 6 * 1024 * 1024  # more than one part

Write = Callable[[int], object]


def files(root: str) -> Write:
    """Assets of the lake on a disk."""
    lake = Lake(Path(root))
    return lambda n: lake.write("silver", "x", pl.LazyFrame({"n": [n] * 200_000, "i": range(200_000)}))


def two_rows(root: str) -> Write:
    """An asset of the lake, in one short write."""
    lake = Lake(Path(root))
    return lambda _: lake.write("silver", "x", pl.LazyFrame({"n": [2, 2]}))


def objects(kind: str, given: str) -> Write:
    """Assets of a lake in an object store, of the resource's kind and with its fields as JSON."""
    lake = ObjectLake(getattr(resources, kind)(**json.loads(given)))
    n = pl.int_range(0, 800_000)

    def write(number: int) -> object:
        plan = pl.LazyFrame({"seed": [number]}).select(n.hash(seed=number).alias("n"), pl.lit(number).alias("number"))
        return lake.write("silver", "x", plan)

    return write


def storage_of(kind: str, place: str) -> Storage:
    """Give the tables of DuckDB or of Delta at a place."""
    return DuckDBTables(Path(place)) if kind == "duckdb" else DeltaTables(place)


def tables(kind: str, place: str) -> Write:
    """Assets that are tables of DuckDB or of Delta."""
    storage, n = storage_of(kind, place), pl.int_range(0, 200_000).cast(pl.Float64).sin()
    return lambda number: storage.write("silver", "x", pl.LazyFrame({"a": [0]}).select(n=n, number=pl.lit(number)))


def rows_of(number: int) -> pl.DataFrame:
    """Give the rows that a table of a database holds under a number."""
    return pl.DataFrame({"id": range(ROWS), "version": [number] * ROWS})


def rows(host: str, database: str, mode: Any) -> Write:
    """Rows of a table of PostgreSQL."""
    register = PostgresResource(host=host, database=database, username="reader")
    key = ["id"] if mode == "upsert" else []
    return lambda number: register.write_table(rows_of(number), "versions", mode=mode, key=key)


def content_of(number: int) -> bytes:
    """Give the content of an object under a number."""
    return number.to_bytes(4, "big") * (BYTES // 4)


def uploads(bucket: str) -> Write:
    """An object, uploaded."""
    lake = S3Resource(bucket_name=bucket)
    return lambda number: lake.upload_bytes(content_of(number), "versions.bin")


def downloads(bucket: str, target: str) -> Write:
    """A file, fetched again and again."""
    lake = S3Resource(bucket_name=bucket)
    return lambda _: lake.download_file("versions.bin", target)


def _by_table(source: Any, name: str) -> Any:
    return ingest_table(source, "permits", name=name, watermark="changed")


def _by_table_and_key(source: Any, name: str) -> Any:
    return ingest_table(source, "permits", name=name, watermark="changed", key="id")


def _by_api(source: Any, name: str) -> Any:
    told: Any = {"paginate": "offset", "watermark": "at", "since_param": "since", "key": "id"}
    return ingest_api(source, "/permits", name=name, **told)


def _by_files(source: Any, name: str) -> Any:
    return ingest_files(source, "*.csv", name=name)


def _by_sheet(source: Any, name: str) -> Any:
    return ingest_spreadsheet(source, "permits.xlsx", name=name)


# What each way of ingesting reads: the kind of its resource, and the factory of a resource, or its name, and an asset's
INGESTS: dict[str, tuple[str, Callable[[Any, str], Any]]] = {
    "table": ("PostgresResource", _by_table),
    "table with a key": ("PostgresResource", _by_table_and_key),
    "api": ("HTTPResource", _by_api),
    "folder": ("FilesResource", _by_files),
    "bucket": ("S3Resource", _by_files),
    "sheet": ("S3Resource", _by_sheet),
}


def ingests(given: str, root: str, by: str) -> Write:
    """What each source of `INGESTS` holds, by its number, into the lake: by hand, or by an asset of Dagster.

    Args:
        given: The fields of their resources, as JSON.
        root: The lake.
        by: `hand` or `asset`, or `duckdb` or `delta`: by hand into such tables, of which an ingest reads what it has.
    """
    sources = [
        (factory, getattr(resources, kind)(**fields))
        for (kind, factory), fields in zip(INGESTS.values(), json.loads(given), strict=True)
    ]

    def ingest(number: int) -> object:
        factory, source = sources[number]
        if by == "hand":
            return Lake(Path(root)).write("bronze", f"raw{number}", factory(source, f"raw{number}"))
        if by != "asset":
            storage = storage_of(by, f"{root}/tables")
            own_data._STORAGE.set(lambda: storage)
            return storage.write("bronze", f"raw{number}", factory(source, f"raw{number}"))
        import dagster as dg

        from platform_core.io_managers import PolarsParquetIOManager

        told = {"source": source, "io_manager": PolarsParquetIOManager(root=root)}
        return dg.materialize([factory("source", f"raw{number}")], resources=told)

    return ingest
