"""Ingesting files: those that arrive, each once, and the sheet of a workbook."""

from __future__ import annotations

import fnmatch
import hashlib
import re
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any, Literal, TypeAlias, get_args, overload

import polars as pl

from platform_core.errors import UserError
from platform_core.frames import to_polars
from platform_core.resources.files import FilesResource
from platform_core.scratch import Scratch
from platform_core.sdk.factories.adding import added, stored_rows
from platform_core.sdk.factories.suited import suited
from platform_core.sdk.factories.tables import Errors, read_sheet, read_table, with_dates
from platform_core.suggest import did_you_mean
from platform_core.unions import common_schema, conform

if TYPE_CHECKING:
    import dagster as dg

    from platform_core.resources.objects import ObjectStoreResource

Store: TypeAlias = "FilesResource | ObjectStoreResource"

Renamed = Literal["refuse", "replace", "add"]

FILE, MARK = "source_file", "source_mark"


@overload
def ingest_files(
    source: str,
    pattern: str,
    *,
    name: str,
    read: Callable[[Path], Any] | None = None,
    dates: Mapping[str, str] | None = None,
    reading: Mapping[str, Any] | None = None,
    renamed: Renamed = "refuse",
    **options: Any,
) -> dg.AssetsDefinition: ...
@overload
def ingest_files(
    source: Store,
    pattern: str,
    *,
    name: str,
    read: Callable[[Path], Any] | None = None,
    dates: Mapping[str, str] | None = None,
    reading: Mapping[str, Any] | None = None,
    renamed: Renamed = "refuse",
) -> pl.LazyFrame: ...
def ingest_files(
    source: str | Store,
    pattern: str,
    *,
    name: str,
    read: Callable[[Path], Any] | None = None,
    dates: Mapping[str, str] | None = None,
    reading: Mapping[str, Any] | None = None,
    renamed: Renamed = "refuse",
    **options: Any,
) -> dg.AssetsDefinition | pl.LazyFrame:
    r"""Bring in files that arrive, each once: by its name and the mark of its content.

    The rows say where they are from, in the columns `source_file` and `source_mark`: the store's etag, or the SHA-256
    of a file. A file that arrives anew under its name takes the place of its old rows; the rows of one that is gone
    stay, and one that comes with the content of one that is gone is refused, since it may have been renamed.

    Args:
        source: A resource's name, for an asset; or the resource, for the rows: files, S3, GCS or Azure.
        pattern: Shell wildcards under the root or in the bucket, `permits/2025-*.csv`.
        name: The asset's name.
        read: Gives a frame from a file; without it the ending says how.
        dates: Columns of text that are dates, with their form: `uk`, `iso`, or as `strptime` has it.
        reading: Options of the reader, such as `{"encoding": "cp1252"}`, or `{"sheet": "Permits"}` for workbooks.
        renamed: What becomes of a file with the content of one that is gone: `refuse` is an error, `replace` takes it
            for renamed and puts its rows in place of the old ones, `add` takes it for another one.
        **options: Of `@bronze_asset`.

    Raises:
        UserError: A file cannot be read or does not fit the others; it is named.

    >>> import os, tempfile
    >>> from unittest.mock import patch
    >>> with tempfile.TemporaryDirectory() as folder, patch.dict(os.environ, WORKBENCH_LAKE=f"{folder}/lake"):
    ...     _ = Path(folder, "a.csv").write_text("id,decided_on\n7,31/01/2025\n")
    ...     rows = ingest_files(FilesResource(root=folder), "*.csv", name="permits", dates={"decided_on": "uk"})
    ...     rows.drop("source_mark").collect().rows()
    [(7, datetime.date(2025, 1, 31), 'a.csv')]
    """
    if renamed not in get_args(Renamed):
        raise UserError(f"There is no renamed={renamed!r}.", hint=did_you_mean(str(renamed), get_args(Renamed)))

    def ingest(store: Store) -> pl.LazyFrame:
        stored = stored_rows(name, suited(store, "ingest_files"))
        done = set() if stored is None else set(stored.select(FILE, MARK).unique().collect().iter_rows())
        found = list(_found(store, pattern))
        arrived = [(file, mark, path) for file, mark, path in found if (file, mark) not in done]
        before = _renamed(arrived, done, {file for file, _, _ in found})
        if before and renamed == "refuse":
            file, old = next(iter(before.items()))
            raise UserError(
                f"{file!r} has the content of {old!r}, which is gone: its rows would be in {name!r} twice.",
                hint='If it was renamed, write renamed="replace", else renamed="add".',
            )
        if stored is not None and not arrived:
            return stored
        frames = [(file, _read(file, mark, path, read, dates or {}, reading or {})) for file, mark, path in arrived]
        if not frames:
            raise UserError(f"No file matches {pattern!r}, and {name!r} holds none yet.", hint="Look at the pattern.")
        schemas = [(file, frame.schema) for file, frame in frames]
        _refuse_near(schemas if stored is None else [("what is stored", stored.collect_schema()), *schemas])
        union = common_schema(schemas, name, "files")
        new = pl.concat([conform(frame.lazy(), frame.schema, union) for _, frame in frames]).collect()
        gone = list(before.values()) if renamed == "replace" else []
        replaced = pl.col(FILE).is_in([*(file for file, _ in frames), *gone])
        return added(name, stored, new, key=(), replaced=replaced)

    if not isinstance(source, str):
        return ingest(source)
    from platform_core.sdk.factories.assets import source_asset  # noqa: PLC0415 - a notebook needs no Dagster for it

    said = {"factory": "ingest_files", "pattern": pattern, "read": read, "dates": dates, "reading": reading}
    said |= {"renamed": renamed} if renamed != "refuse" else {}
    return source_asset(source, name, said, ingest, options)


@overload
def ingest_spreadsheet(
    source: str,
    path: str,
    *,
    name: str,
    sheet: str | int = 0,
    header_row: int = 1,
    columns: Sequence[str] = (),
    fill_down: Sequence[str] = (),
    errors: Errors = "refuse",
    dates: Mapping[str, str] | None = None,
    **options: Any,
) -> dg.AssetsDefinition: ...
@overload
def ingest_spreadsheet(
    source: Store,
    path: str,
    *,
    name: str = "",
    sheet: str | int = 0,
    header_row: int = 1,
    columns: Sequence[str] = (),
    fill_down: Sequence[str] = (),
    errors: Errors = "refuse",
    dates: Mapping[str, str] | None = None,
) -> pl.DataFrame: ...
def ingest_spreadsheet(
    source: str | Store,
    path: str,
    *,
    name: str = "",
    sheet: str | int = 0,
    header_row: int = 1,
    columns: Sequence[str] = (),
    fill_down: Sequence[str] = (),
    errors: Errors = "refuse",
    dates: Mapping[str, str] | None = None,
    **options: Any,
) -> dg.AssetsDefinition | pl.DataFrame:
    """Bring in a sheet of an Excel or OpenDocument workbook, without the empty rows at its end.

    A cell that is a date is a datetime; `dates` makes dates of it, and of text. A column of times of day alone is of
    times, one of several types is text. A cell that a merge covers is null, all but its first: `fill_down` gives it
    the value above.

    Args:
        source: A resource's name, for an asset; or the resource, for the rows.
        path: The workbook under the root or in the bucket.
        name: The asset's name.
        sheet: The sheet's name, or its number from 0.
        header_row: The row of the column names, from 1; what stands above it is passed over.
        columns: The columns to keep; all where it is left out.
        fill_down: Columns whose empty cells take the value above.
        errors: Whether a cell whose formula failed (`#N/A`) is refused, or null.
        dates: Columns that are dates, with their form: `uk` (31/01/2025), `iso`, or as `strptime` has it.
        **options: Of `@bronze_asset`.

    Raises:
        UserError: There is no such workbook, sheet, row or column, or a value is no date.

    >>> fees = ingest_spreadsheet("inbox", "2025/fees.xlsx", name="fees", sheet="Fees", dates={"from": "uk"})
    >>> fees.key.to_user_string()
    'fees'
    """
    shape: Any = {"sheet": sheet, "header_row": header_row, "columns": list(columns), "fill_down": list(fill_down)}

    def ingest(store: Store) -> pl.DataFrame:
        with _Local(suited(store, "ingest_spreadsheet"), path) as file:
            frame = read_sheet(file, errors=errors, **shape)
            return with_dates(frame, dates or {}, path)

    if not isinstance(source, str):
        return ingest(source)
    from platform_core.sdk.factories.assets import source_asset  # noqa: PLC0415 - as above

    said = {"factory": "ingest_spreadsheet", "path": path, "dates": dates, **shape}
    said |= {"errors": errors} if errors != "refuse" else {}
    return source_asset(source, name or PurePosixPath(path).stem, said, ingest, options)


class _Local:
    """A file of a store as a local path, for the length of a block."""

    def __init__(self, store: Store, name: str) -> None:
        self._store, self._name = store, name
        self._folder: Scratch | None = None

    def __enter__(self) -> Path:
        if isinstance(self._store, FilesResource):
            return self._store.path(self._name)
        self._folder = Scratch()  # what a killed process left of it goes in the end
        return self._store.download_file(self._name, self._folder.path / PurePosixPath(self._name).name)

    def __exit__(self, *_: object) -> None:
        if self._folder is not None:
            self._folder.remove()


def _found(store: Store, pattern: str) -> Iterator[tuple[str, str, Any]]:
    """Give the files that match, sorted, each with its mark and what opens it as a local path."""
    if isinstance(store, FilesResource):
        for name in store.names(pattern):
            path = store.path(name)
            yield name, _digest(path), _Local(store, name)
        return
    start = re.split(r"[*?\[]", pattern, maxsplit=1)[0]
    infos = sorted(store.iter_objects(start), key=lambda info: info.key)
    for info in infos:
        if fnmatch.fnmatchcase(info.key, pattern):
            mark = info.etag.strip('"')
            if store.is_recorded:  # a recording keeps contents, and no etags
                mark = hashlib.sha256(store.read_bytes(info.key)).hexdigest()
            yield info.key, mark, _Local(store, info.key)


def _renamed(
    arrived: Sequence[tuple[str, str, Any]], done: Collection[tuple[str, str]], there: Collection[str]
) -> dict[str, str]:
    """Give the files that have the content of one that came before and is gone, each with that one.

    >>> _renamed([("new.csv", "m", None), ("b.csv", "n", None)], {("old.csv", "m"), ("a.csv", "n")}, {"a.csv"})
    {'new.csv': 'old.csv'}
    """
    gone: dict[str, list[str]] = {}
    for file, mark in sorted(done, reverse=True):
        if file not in there:
            gone.setdefault(mark, []).append(file)
    return {file: gone[mark].pop() for file, mark, _ in arrived if gone.get(mark)}


def _refuse_near(schemas: Sequence[tuple[str, pl.Schema]]) -> None:
    """Refuse headers whose names differ by case or blanks alone: each would be a column of its own, half of it null."""
    seen: dict[str, tuple[str, str]] = {}
    for file, schema in schemas:
        for column in schema:
            first, name = seen.setdefault("".join(column.split()).casefold(), (file, column))
            if name != column and name not in schema:
                raise UserError(
                    f"The column {column!r} of {file!r} is {name!r} in {first!r}.",
                    hint="Give read= a function that renames it.",
                )


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _read(
    name: str,
    mark: str,
    opened: Any,
    read: Callable[[Path], Any] | None,
    dates: Mapping[str, str],
    reading: Mapping[str, Any],
) -> pl.DataFrame:
    with opened as path:
        frame = read_table(path, **reading) if read is None else to_polars(read(path))
    for column in (FILE, MARK):
        if column in frame.columns:
            raise UserError(f"{name!r} has a column {column!r} itself.", hint="Give read= a function that renames it.")
    return with_dates(frame, dates, name).with_columns(pl.lit(name).alias(FILE), pl.lit(mark).alias(MARK))
