"""The four kinds of frame that steps take and give, and how one becomes another.

A kind is called `lazy`, `polars`, `pandas` or `duckdb` everywhere. Arrow tables and readers are taken too where a frame
is written or converted, but no step is annotated with them.

pandas, DuckDB and Arrow are imported only once a frame of theirs is at hand: a step that uses none never pays for them.
"""

from __future__ import annotations

import re
import sys
import typing
from importlib import import_module
from typing import TYPE_CHECKING, Any, Literal, cast

import polars as pl

from platform_core.errors import UserError
from platform_core.storable import refuse_foreign, refuse_relation, refuse_repeated

if TYPE_CHECKING:
    import duckdb
    import pandas as pd
    import pyarrow as pa

FrameKind = Literal["lazy", "polars", "pandas", "duckdb"]
KINDS: tuple[FrameKind, ...] = ("lazy", "polars", "pandas", "duckdb")

_UNNAMED_INDEX = re.compile(r"__index_level_\d+__")
_WRITTEN_KINDS: dict[str, FrameKind] = {
    "Any": "lazy",
    "LazyFrame": "lazy",
    "pl.LazyFrame": "lazy",
    "polars.LazyFrame": "lazy",
    "pl.DataFrame": "polars",
    "polars.DataFrame": "polars",
    "pd.DataFrame": "pandas",
    "pandas.DataFrame": "pandas",
    "DuckDBPyRelation": "duckdb",
    "duckdb.DuckDBPyRelation": "duckdb",
    "typing.Any": "lazy",
    "t.Any": "lazy",
}


def kind_of(value: object) -> FrameKind | None:
    """Give the kind of a frame, or None where the value is no frame of the four kinds.

    >>> kind_of(pl.LazyFrame({"a": [1]})), kind_of(pl.DataFrame()), kind_of([1, 2])
    ('lazy', 'polars', None)
    """
    return _kind_of_class(type(value))


def is_arrow(value: object) -> bool:
    """Say whether the value is an Arrow table, record batch or stream of batches."""
    arrow = sys.modules.get("pyarrow")  # a value of a module that nobody imported cannot be at hand
    return arrow is not None and isinstance(value, arrow.Table | arrow.RecordBatch | arrow.RecordBatchReader)


def annotation_kind(annotation: object) -> FrameKind | None:
    """Give the kind that a parameter's annotation asks for, or None where it asks for no frame.

    Text is understood as it is usually written (`pl.LazyFrame`); `typing.Any` means `lazy`; a pandera frame type counts
    as the frame it describes.

    >>> [annotation_kind(annotation) for annotation in (pl.DataFrame, "pd.DataFrame", typing.Any, int)]
    ['polars', 'pandas', 'lazy', None]
    """
    if isinstance(annotation, str):
        return _WRITTEN_KINDS.get(annotation.strip().strip("'\""))
    if annotation is Any:
        return "lazy"
    origin = typing.get_origin(annotation)
    if origin is typing.Annotated:
        return annotation_kind(typing.get_args(annotation)[0])
    return _kind_of_class(origin if isinstance(origin, type) else annotation)


def convert(value: object, kind: FrameKind) -> pl.LazyFrame | pl.DataFrame | pd.DataFrame | duckdb.DuckDBPyRelation:
    """Give a frame as another kind; a frame of that kind already is given back as it is.

    A pandas index that has names becomes columns, at the end, of a frame that has no index; so does an unnamed index of
    anything but whole numbers. Unnamed row numbers are left out, and labels that are no text become text.

    Args:
        value: A frame of any kind, or an Arrow table, batch or reader (a reader is used up).
        kind: `lazy`, `polars`, `pandas` or `duckdb`.

    Raises:
        UserError: The value is no frame, or holds what the other kind cannot (mixed types in one column).

    >>> convert(pl.DataFrame({"a": [1, 2]}), "lazy").select(pl.col("a").sum()).collect().item()
    3
    """
    present = kind_of(value)
    if present == kind:
        return cast("pl.LazyFrame", value)
    if kind == "pandas" and present == "duckdb":
        return cast("pd.DataFrame", cast("Any", value).df())
    frame = to_polars(value)
    if kind == "pandas":
        refuse_foreign(frame.schema, kind)
        return frame.to_pandas()
    if kind == "duckdb":
        refuse_foreign(frame.schema, kind)
        return cast("duckdb.DuckDBPyRelation", import_module("duckdb").from_arrow(frame.to_arrow()))
    return frame.lazy() if kind == "lazy" else frame


def fresh(frame: Any) -> Any:
    """Give a frame that can be changed in place as one of its own; the other kinds as they are.

    >>> frame = pl.DataFrame({"a": [1]})
    >>> fresh(frame) is frame, fresh(frame).equals(frame)
    (False, True)
    """
    match kind_of(frame):
        case "polars":
            return frame.clone()
        case "pandas":
            return frame.copy()
    return frame


def to_polars(value: object) -> pl.DataFrame:
    """Give any frame as an eager Polars frame, as `convert` does.

    Raises:
        UserError: The value is no frame, one of its columns mixes types, or two share a name.
    """
    match kind_of(value):
        case "polars":
            return cast("pl.DataFrame", value)
        case "lazy":
            return cast("pl.LazyFrame", value).collect()
        case "duckdb":
            refuse_relation(cast("duckdb.DuckDBPyRelation", value))
            frame = cast("pl.DataFrame", cast("Any", value).pl())
            frame.columns = cast("Any", value).columns  # as below
            return frame
        case "pandas":
            table = arrow_of_pandas(cast("pd.DataFrame", value))
            return _polars_of(table.drop_columns(row_numbers(table.schema)), len(cast("pd.DataFrame", value)))
    if is_arrow(value):
        pa = import_module("pyarrow")
        table = value.read_all() if isinstance(value, pa.RecordBatchReader) else pa.table(value)
        return _polars_of(table, table.num_rows)
    raise not_a_frame(value)


def _polars_of(table: pa.Table, height: int) -> pl.DataFrame:
    if not table.num_columns:
        return pl.DataFrame(height=height)
    refuse_repeated(table.column_names)
    frame = cast("pl.DataFrame", pl.from_arrow(table))
    frame.columns = table.column_names  # which Polars changes where a name is empty
    return frame


def not_a_frame(value: object, what: str = "The value") -> UserError:
    """Give the error for a value that is no frame; only its type is named.

    >>> print(not_a_frame(3, "What 'rents' gives"))
    What 'rents' gives is no frame but a int.
    hint: Give a Polars LazyFrame or DataFrame, a pandas DataFrame, a DuckDB relation or an Arrow table.
    """
    kind = type(value)
    if is_arrow(value):  # taken only where a frame is stored or converted
        return UserError(f"{what} is a frame of Arrow.", hint="Make it one of Polars: pl.DataFrame(pl.from_arrow(…)).")
    series = kind.__name__ == "Series"
    return UserError(
        f"{what} is no frame but a {kind.__qualname__}.",
        hint="Call .to_frame() on it."
        if series
        else "Give a Polars LazyFrame or DataFrame, a pandas DataFrame, a DuckDB relation or an Arrow table.",
    )


def arrow_of_pandas(frame: pd.DataFrame) -> pa.Table:
    """Give a pandas frame as an Arrow table of plain columns whose metadata keeps everything else.

    Raises:
        UserError: Two columns share a name, or a column holds what no Parquet file can. No value of the data is shown.
    """
    from platform_core.pandas_parquet.table import table_of  # noqa: PLC0415 - pandas is loaded for pandas frames alone

    return table_of(frame)


def row_numbers(schema: pa.Schema) -> list[str]:
    """Name the columns of an Arrow schema that hold nothing but an unnamed whole-number pandas index."""
    is_integer = import_module("pyarrow").types.is_integer
    metadata = schema.pandas_metadata or {}
    return [
        name
        for name in metadata.get("index_columns", ())
        if isinstance(name, str)
        and _UNNAMED_INDEX.fullmatch(name)
        and name in schema.names
        and is_integer(schema.field(name).type)
    ]


def _kind_of_class(candidate: object) -> FrameKind | None:
    if not isinstance(candidate, type):
        return None
    if issubclass(candidate, pl.LazyFrame):
        return "lazy"
    if issubclass(candidate, pl.DataFrame):
        return "polars"
    # A class of a module that nobody imported cannot be at hand
    for module, name, kind in (("pandas", "DataFrame", "pandas"), ("duckdb", "DuckDBPyRelation", "duckdb")):
        frame_class = getattr(sys.modules.get(module), name, None)
        if frame_class is not None and issubclass(candidate, frame_class):
            return cast("FrameKind", kind)
    return None
