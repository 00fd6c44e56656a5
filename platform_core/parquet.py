"""Frames to single Parquet files, never half written; `parquet_read` reads them.

A lazy frame streams to the disk without ever being whole in memory; a DuckDB relation goes batch by batch. What the
plain columns of a file cannot say of a pandas frame or a DuckDB relation stands in the file's metadata, and comes back
where it is read as that kind. Every file carries statistics, so row counts and skipping need no scan.
"""

from __future__ import annotations

import errno
import json
import re
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO, cast

import polars as pl

from platform_core.atomic import replacing
from platform_core.errors import UserError
from platform_core.frames import is_arrow, kind_of, not_a_frame
from platform_core.governance.classification import NOTE
from platform_core.parquet_read import NOTES, Footer, read_footer
from platform_core.storable import refuse_unstorable

_FULL_DISK = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
FULL_DISK_TEXT = re.compile(r"No space left|quota exceeded|File too large|os error (28|27|122)")


def write_parquet(value: object, target: Path, what: str, notes: Mapping[str, str] | None = None) -> Footer:
    """Write a frame of any kind to a Parquet file: the file is as it was, or holds the whole frame.

    Args:
        value: A frame of the four kinds, or an Arrow table, batch or reader.
        target: The file; folders above it are made.
        what: What the file is to a reader of an error, such as `silver/issues`.
        notes: What the file is to tell of itself (see `read_notes`).

    Raises:
        UserError: The value is no frame, computing it fails, Parquet cannot hold it, or the disk is full.
    """
    with told_of_writing(value, what), replacing(target) as path:
        _write(value, path, _metadata(notes))
        return _read_again(path, what)


def _read_again(path: Path, what: str) -> Footer:
    """Read the footer of what was written, before it takes the place of what can be read."""
    try:
        return read_footer(path, few=True)
    except (pl.exceptions.PolarsError, pl.exceptions.PanicException):
        raise UserError(
            f"{what} was not written: it holds a type or a time zone that Polars cannot read again.",
            hint="Cast the column to text, or to a time zone of the IANA database.",
        ) from None


def write_object(
    value: object, upload: Callable[[IO[bytes]], object], what: str, notes: Mapping[str, str] | None = None
) -> None:
    """Write a frame of any kind to an object store, whole or not at all.

    It goes through a file of the temporary folder that has no name, so that nothing of it stays where the process is
    killed. Polars could stream to the store itself; where its plan fails half way it leaves what it had as an object
    that looks whole.

    Args:
        value: A frame, as `write_parquet` takes it.
        upload: Writes an open file to the store, whole or not at all.
        what: What the object is to a reader of an error.
        notes: What the object is to tell of itself.

    Raises:
        UserError: As `write_parquet` does, or the store refuses.
    """
    with told_of_writing(value, what), TemporaryFile() as part:
        write_open(value, cast("IO[bytes]", part), notes)
        upload(cast("IO[bytes]", part))


def write_open(value: object, file: IO[bytes], notes: Mapping[str, str] | None = None) -> None:
    """Write a frame of any kind to an open file, and stand at its start again."""
    _write(value, file, _metadata(notes))
    file.flush()
    file.seek(0)


@contextmanager
def told_of_writing(value: object, what: str) -> Iterator[None]:
    """Turn what goes wrong in writing a frame into an error for people, without a value of the data.

    Raises:
        UserError: The value is no frame, computing it fails, or there is no room for it.
    """
    if kind_of(value) is None and not is_arrow(value):
        raise not_a_frame(value, f"What is to be stored as {what}")
    try:
        yield
    except OSError as error:
        raise _disk_error(error, what) from error
    except _engine_errors() as error:
        raise _plan_error(error, what) from None  # the chain would show values of the data


def _metadata(notes: Mapping[str, str] | None) -> dict[str, str]:
    if not notes:
        return {}
    plain = {f"workbench.{NOTE}": notes[NOTE]} if NOTE in notes else {}  # for whoever looks with another tool
    return {NOTES: json.dumps(dict(notes)), **plain}


def _write(value: object, path: Path | IO[bytes], metadata: dict[str, str]) -> None:
    match kind_of(value):
        case "lazy":
            lazy = cast("pl.LazyFrame", value)
            refuse_unstorable(lazy.collect_schema())
            lazy.sink_parquet(path, statistics=True, engine="streaming", metadata=metadata or None)
        case "polars":
            frame = cast("pl.DataFrame", value)
            refuse_unstorable(frame.schema)
            frame.write_parquet(path, statistics=True, metadata=metadata or None)
        case _:
            from platform_core.parquet_arrow import write  # noqa: PLC0415 - Polars alone writes without Arrow

            write(value, path, metadata)


def _engine_errors() -> tuple[type[Exception], ...]:
    """Give what the engines raise when a plan of theirs fails; Arrow's and DuckDB's once they are imported."""
    others = (("pyarrow", "ArrowException"), ("duckdb", "Error"))
    found = (getattr(sys.modules.get(module), name, None) for module, name in others)
    return (pl.exceptions.PolarsError, *(error for error in found if error is not None))


def _disk_error(error: OSError, what: str) -> UserError:
    if error.errno in _FULL_DISK or FULL_DISK_TEXT.search(str(error)):
        return UserError(f"The disk is full: {what} was not written and is as it was.", hint="Make room and run again.")
    if isinstance(error, FileNotFoundError):
        return UserError(f"Computing {what} failed: a file that it reads is not there.", hint="Materialise it first.")
    reason = error.strerror or type(error).__name__
    return UserError(f"{what} could not be written ({reason}).", hint="Check the lake's folder and its permissions.")


def _plan_error(error: Exception, what: str) -> UserError:
    if FULL_DISK_TEXT.search(str(error)):
        return _disk_error(OSError(errno.ENOSPC, ""), what)
    told = ""
    if isinstance(error, pl.exceptions.PolarsError):
        # Polars puts the values that failed behind `: [`; other engines weave them into the sentence
        told = ": " + (str(error).splitlines() or [""])[0].split(": [", 1)[0]
    return UserError(
        f"Computing {what} failed: {type(error).__name__}{told}",
        hint="The step's plan ran when its output was written; collect it in the notebook to see more.",
    )
