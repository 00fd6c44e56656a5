"""Keeping a frame as it is now.

Polars frames and DuckDB relations are kept as Arrow IPC files, pandas frames as pickles; both only ever in the
temporary folder that verification made for itself.
"""

from __future__ import annotations

import pickle
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import polars as pl

from platform_core.columns import type_text
from platform_core.errors import UserError
from platform_core.frames import FrameKind, arrow_of_pandas, kind_of, to_polars
from platform_core.storable import refuse_unstorable
from promote.verify.canonical import as_polars
from promote.verify.values import Schema

if TYPE_CHECKING:
    import pandas as pd

_IPC, _PICKLE = ".arrow", ".pickle"
_LIBRARIES = frozenset(("polars", "pandas", "duckdb", "_duckdb"))


@dataclass(frozen=True, slots=True)
class Written:
    """A frame that was kept: what it is and the file it stands in."""

    kind: FrameKind
    schema: Schema
    rows: int
    path: Path


def write_captured(value: object, stem: Path) -> Written:
    """Keep a frame of any kind as it is now; the frame itself is neither changed nor consumed.

    Args:
        value: A frame.
        stem: Path of the file to write, without its ending.

    Raises:
        UserError: The value is no frame, is of a class of its own, or holds what no file can hold.
    """
    kind = kind_of(value)
    if kind is None:
        raise UserError(f"the step gives a {type(value).__qualname__}, not a frame")
    _refuse_subclass(value)
    if kind == "pandas":
        kept: Any = value
        arrow_of_pandas(kept)  # what the lake cannot hold is said now, where the notebook made it
        path = stem.with_name(stem.name + _PICKLE)
        path.write_bytes(pickle.dumps(kept, protocol=5))
    else:
        kept = to_polars(value) if kind == "duckdb" else as_polars(value)
        refuse_unstorable(kept.schema)
        path = stem.with_name(stem.name + _IPC)
        kept.write_ipc(path)
    return Written(kind, schema_of(kept), len(kept), path)


def _refuse_subclass(value: object) -> None:
    """Refuse a frame of a class of its own: its methods may do otherwise, and a plain frame comes back."""
    kind, plain = type(value), next(c for c in type(value).__mro__ if c.__module__.partition(".")[0] in _LIBRARIES)
    if kind is not plain:
        raise UserError(
            f"it is a {kind.__qualname__}, and what the next step gets is a plain {plain.__name__}.",
            hint=f"Give a {plain.__name__} made of it, and make the {kind.__qualname__} anew where it is used.",
        )


def read_captured(path: Path) -> pl.DataFrame | pd.DataFrame:
    """Read a frame that `write_captured` kept.

    Raises:
        UserError: The frame holds objects of a class that the notebook itself defines, or what Polars cannot read back.
    """
    if path.suffix == _IPC:
        try:
            return pl.read_ipc(path)
        except pl.exceptions.PolarsError:  # of types that Polars writes and does not read, as arrays of width 0
            raise UserError("the frame holds a type that cannot be read back") from None
    try:
        frame: pd.DataFrame = pickle.loads(path.read_bytes())  # noqa: S301 - written by our own kernel, in our own folder
    except Exception as error:  # unpickling runs the code of the objects in the frame, which may raise anything
        raise UserError("the frame holds objects of a class that the notebook defines") from error
    return frame


def schema_of(frame: object) -> Schema:
    """Give names and types of a frame's columns, in order; of a pandas index too, unless it only numbers the rows.

    Types are the library's own words, but for an Enum's categories, which are data and left out.

    >>> schema_of(pl.LazyFrame({"fee": [1.5], "tags": [["a"]]}))
    (('fee', 'Float64'), ('tags', 'List(String)'))
    """
    if kind_of(frame) == "pandas":
        return _pandas_schema(frame)
    if kind_of(frame) == "duckdb":
        frame = frame.limit(0).pl()  # type: ignore[attr-defined]  # a relation, as kind_of said
    schema = frame.collect_schema()  # type: ignore[attr-defined]  # a Polars frame by now
    return tuple((name, type_text(dtype)) for name, dtype in schema.items())


def _pandas_schema(frame: Any) -> Schema:
    import pandas as pd  # noqa: PLC0415 - loaded already: a frame of it is at hand

    index = frame.index
    numbers = isinstance(index, pd.RangeIndex) and index.start == 0 and index.step == 1 and index.name is None
    dtypes = index.dtypes.tolist() if isinstance(index, pd.MultiIndex) else [index.dtype]
    levels = [] if numbers else list(zip(index.names, dtypes, strict=True))
    return (
        *((f"index {name}" if name is not None else "index", str(dtype)) for name, dtype in levels),
        *((str(name), str(dtype)) for name, dtype in zip(frame.columns, frame.dtypes, strict=True)),
    )


def rows_of(frame: Any) -> int:
    """Count the rows of a frame of any kind without reading its columns where the kind allows that."""
    kind = kind_of(frame)
    if kind == "lazy":
        return int(frame.select(pl.len()).collect().item())
    if kind == "duckdb":
        return int(frame.aggregate("count(*)").fetchall()[0][0])
    return len(frame)
