"""Giving an asset out: as a file, an object, the rows of a table, or a search index."""

from __future__ import annotations

import errno
import re
import sqlite3
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, Unpack, overload

import polars as pl

from platform_core.errors import UserError
from platform_core.frames import kind_of, not_a_frame, to_polars
from platform_core.parquet import FULL_DISK_TEXT
from platform_core.resources.files import refused_write
from platform_core.scratch import Scratch
from platform_core.sdk.factories.index import write_index
from platform_core.sdk.factories.names import PARTITION, output_name
from platform_core.sdk.factories.suited import suited
from platform_core.sdk.factories.writing import Dates, Encoding, Formulas, ending_of, refuse_options, write_file

if TYPE_CHECKING:
    import dagster as dg

    from platform_core.resources.files import FilesResource
    from platform_core.resources.objects import ObjectStoreResource
    from platform_core.resources.postgres import PostgresResource
    from platform_core.resources.snowflake import SnowflakeResource
    from platform_core.sdk.factories.assets import OutputOptions

    Database = PostgresResource | SnowflakeResource
    Store = FilesResource | ObjectStoreResource

Told = Mapping[str, Any]

_OF_SQLITE = 0xFF  # the error itself, without where it happened
_NO_ROOM = {sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR}


@overload
def publish_file(
    data: str,
    to: str,
    path: str,
    *,
    formulas: Formulas = "escape",
    dates: Dates = "iso",
    encoding: Encoding = "utf-8",
    sheet: str = "Sheet1",
    **options: Unpack[OutputOptions],
) -> dg.AssetsDefinition: ...
@overload
def publish_file(
    data: object,
    to: FilesResource,
    path: str,
    *,
    formulas: Formulas = "escape",
    dates: Dates = "iso",
    encoding: Encoding = "utf-8",
    sheet: str = "Sheet1",
) -> Told: ...
def publish_file(
    data: object,
    to: str | FilesResource,
    path: str,
    *,
    formulas: Formulas = "escape",
    dates: Dates = "iso",
    encoding: Encoding = "utf-8",
    sheet: str = "Sheet1",
    **options: Any,
) -> dg.AssetsDefinition | Told:
    r"""Give an asset out as a file: CSV, Excel, OpenDocument, JSON, JSON lines or Parquet, by its ending.

    The same rows give the same bytes. Readers see the old file or the new, whole.

    Args:
        data: An asset's name, for an output asset; or a frame of any kind, which is written at once.
        to: The name of a files resource, or the resource.
        path: The file under its root; `{partition}` stands for the key of a partition.
        formulas: What becomes of text in CSV that a spreadsheet program would run: `escape` puts an apostrophe before
            it, `keep` leaves it, `refuse` is an error. In workbooks text is never a formula.
        dates: In CSV `iso` (2025-01-31) or `uk` (31/01/2025). In workbooks dates are dates, shown as in the UK.
        encoding: Of CSV: UTF-8, or `utf-8-sig`, which puts a mark first by which Excel knows it.
        sheet: The sheet of a workbook.
        **options: Of the output asset; see `OutputOptions`.

    Raises:
        UserError: The format cannot hold the frame, or the file cannot be written.

    >>> import tempfile
    >>> from platform_core.resources import FilesResource
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     told = publish_file(pl.DataFrame({"fee": [5]}), FilesResource(root=folder), "fees.csv")
    ...     Path(folder, "fees.csv").read_bytes()
    b'fee\r\n5\r\n'
    """
    how = {"formulas": formulas, "dates": dates, "encoding": encoding, "sheet": sheet}
    return _formatted("publish_file", data, to, path, how, options)


@overload
def publish_object(data: str, to: str, key: str, **options: Unpack[OutputOptions]) -> dg.AssetsDefinition: ...
@overload
def publish_object(data: object, to: ObjectStoreResource, key: str, **options: Any) -> Told: ...
def publish_object(
    data: object,
    to: str | ObjectStoreResource,
    key: str,
    *,
    formulas: Formulas = "escape",
    dates: Dates = "iso",
    encoding: Encoding = "utf-8",
    sheet: str = "Sheet1",
    **options: Any,
) -> dg.AssetsDefinition | Told:
    """Give an asset out as an object of S3, GCS or Azure, in the format that its ending says.

    The same rows give the same bytes. Readers see the old object or the new, whole.

    Args:
        data: An asset's name, for an output asset; or a frame of any kind, which is written at once.
        to: The name of an object store, or the resource.
        key: The object's key; `{partition}` stands for the key of a partition.
        formulas: As `publish_file` has it.
        dates: As `publish_file` has it.
        encoding: As `publish_file` has it.
        sheet: As `publish_file` has it.
        **options: Of the output asset; see `OutputOptions`.

    Raises:
        UserError: The format cannot hold the frame, or the store refuses.

    >>> publish_object("fees", "lake", "2025/fees.parquet").key.to_user_string()
    'fees_parquet'
    """
    how = {"formulas": formulas, "dates": dates, "encoding": encoding, "sheet": sheet}
    return _formatted("publish_object", data, to, key, how, options)


@overload
def publish_table(
    data: str,
    to: str,
    table: str,
    *,
    mode: Literal["replace", "upsert", "truncate"] = "replace",
    key: str | Sequence[str] = (),
    **options: Unpack[OutputOptions],
) -> dg.AssetsDefinition: ...
@overload
def publish_table(
    data: object,
    to: Database,
    table: str,
    *,
    mode: Literal["replace", "upsert", "truncate"] = "replace",
    key: str | Sequence[str] = (),
) -> Told: ...
def publish_table(
    data: object,
    to: str | Database,
    table: str,
    *,
    mode: Literal["replace", "upsert", "truncate"] = "replace",
    key: str | Sequence[str] = (),
    **options: Any,
) -> dg.AssetsDefinition | Told:
    """Give an asset out as the rows of a table that exists, in one transaction.

    Args:
        data: An asset's name, for an output asset; or a frame of any kind, which is written at once.
        to: The name of a database, or the resource.
        table: `table` or `schema.table`.
        mode: `replace` puts the rows in place of all, and so does `truncate`, which keeps readers waiting meanwhile;
            `upsert` in place of those that have the same key.
        key: The columns of the key, for `upsert`.
        **options: Of the output asset; see `OutputOptions`.

    Raises:
        UserError: A column is missing, a value does not fit, or a key stands twice.

    >>> publish_table("fees", "register", "planning.fees", mode="upsert", key="authority").key.to_user_string()
    'fees_table'
    """
    if mode not in {"replace", "upsert", "truncate"}:
        hint = "Anything else would add the rows again when it is run again."
        raise UserError(f"publish_table has no mode {mode!r}: use 'replace', 'truncate' or 'upsert'.", hint=hint)
    keys = [key] if isinstance(key, str) else list(key)
    if mode != "upsert" and options.get("partitions_def") is not None:
        raise UserError("Each partition would take the place of the others.", hint='Write mode="upsert" with a key=.')

    def publish(frame: object, database: Database, _: str | None) -> Told:
        return _told(database.write_table(frame, table, mode=mode, key=keys), None, table)

    said = {"factory": "publish_table", "path": table, "kind": "table", "mode": mode, "key": keys}
    return _made(data, to, said, publish, options)


@overload
def publish_index(
    data: str, to: str, path: str, *, text: Sequence[str], stem: bool = True, **options: Unpack[OutputOptions]
) -> dg.AssetsDefinition: ...
@overload
def publish_index(data: object, to: Store, path: str, *, text: Sequence[str], stem: bool = True) -> Told: ...
def publish_index(
    data: object,
    to: str | Store,
    path: str,
    *,
    text: Sequence[str],
    stem: bool = True,
    **options: Any,
) -> dg.AssetsDefinition | Told:
    """Give an asset out as a search index: one SQLite file with the records and a full-text index over them.

    `search_index` searches it, as does every program that reads SQLite. Readers see the old index or the new.

    Args:
        data: An asset's name, for an output asset; or a frame of any kind, which is written at once.
        to: The name of a files resource or object store, or the resource.
        path: The file under its root, or the object's key, such as `permits.sqlite`.
        text: The columns that are searched.
        stem: Whether `permits` finds `permit`: English words by their stems.
        **options: Of the output asset; see `OutputOptions`.

    Raises:
        UserError: There is no such column, or the file cannot be written.

    >>> publish_index("fees", "outbox", "fees.sqlite", text=["authority"]).key.to_user_string()
    'fees_index'
    """
    columns = [text] if isinstance(text, str) else list(text)

    def publish(frame: object, store: Store, key: str | None) -> Told:
        rows = to_polars(frame)
        return _delivered(store, path, key, rows.height, lambda local: write_index(rows, local, columns, stem=stem))

    said = {"factory": "publish_index", "path": path, "kind": "index", "text": columns, "stem": stem}
    return _made(data, to, said, publish, options)


def _formatted(
    factory: str, data: object, to: Any, path: str, how: dict[str, Any], options: Any
) -> dg.AssetsDefinition | Told:
    ending = ending_of(path)
    refuse_options(how)

    def publish(frame: object, store: Store, key: str | None) -> Told:
        rows = to_polars(frame)
        return _delivered(store, path, key, rows.height, lambda local: write_file(rows, local, ending, **how))

    return _made(data, to, {"factory": factory, "path": path, "kind": ending[1:], **how}, publish, options)


def _delivered(store: Store, path: str, key: str | None, rows: int, write: Callable[[Path], None]) -> Told:
    """Write a file where nobody sees it, and put it into its place whole."""
    name = _placed(path, key)
    if not hasattr(store, "upload_file"):
        with store.writing(name) as part:
            _written(part, write)
            return _told(rows, part.stat().st_size, name)
    with Scratch() as folder:
        try:
            _written(folder / "output", write)
        except OSError as error:
            raise refused_write(name, error) from None
        store.upload_file(folder / "output", name)
        return _told(rows, (folder / "output").stat().st_size, name)


def _written(place: Path, write: Callable[[Path], None]) -> None:
    """Write a file; each library has its own way to say that there is no room for it.

    Raises:
        OSError: The file cannot be written.
    """
    try:
        write(place)
    except (OSError, pl.exceptions.PolarsError, sqlite3.OperationalError) as error:
        if FULL_DISK_TEXT.search(str(error)) or getattr(error, "sqlite_errorcode", 0) & _OF_SQLITE in _NO_ROOM:
            raise OSError(errno.ENOSPC, "") from None
        raise


def _made(
    data: object, to: Any, said: dict[str, Any], publish: Callable[[Any, Any, str | None], Told], options: Any
) -> dg.AssetsDefinition | Told:
    if not isinstance(data, str):
        if kind_of(data) is None:
            raise not_a_frame(data, f"What {said['factory']} is given")
        if options:
            raise UserError(f"{said['factory']} of a frame takes no {min(options)!r}.", hint="It makes no asset.")
        if suited(to, said["factory"]).is_recorded and not to.is_replaying:
            # A notebook is being proven, and promotion writes nothing of production
            return {"workbench/published": "nothing, since the notebook is run to be promoted"}
        return publish(data, to, None)
    from platform_core.sdk.factories.assets import output_asset  # noqa: PLC0415 - a notebook needs no Dagster for it

    if not isinstance(to, str):
        raise UserError(
            f"{said['factory']} of an asset's name needs a resource's name.",
            hint="Or give it a frame, written at once.",
        )
    if options.get("partitions_def") is not None and said["kind"] != "table" and PARTITION not in said["path"]:
        raise UserError(
            f"Each partition would be written over the others as {said['path']!r}.", hint=f"Write {PARTITION} in it."
        )
    name = options.get("name") or output_name(data, said["path"], said["kind"])

    def fitting(frame: object, resource: Any, key: str | None) -> Told:
        return publish(frame, suited(resource, said["factory"]), key)

    return output_asset(data, to, {**said, "name": name}, fitting, **options)


def _placed(path: str, key: str | None) -> str:
    if key is None:
        if PARTITION in path:
            raise UserError(f"{path!r} names a partition, and there is none.", hint="Give partitions_def=.")
        return path
    if key != re.sub(r"[/\\\x00-\x1f]|\.\.", "", key) or not key:
        raise UserError("The key of the partition cannot be part of a file's name.")
    return path.replace(PARTITION, key)


def _told(rows: int, size: int | None, place: str) -> Told:
    about = {"dagster/row_count": rows, "workbench/published": place}
    return about if size is None else {**about, "workbench/size_bytes": size}
