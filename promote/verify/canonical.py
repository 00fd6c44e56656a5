"""Frames in a form in which two values are the same exactly when their forms are equal.

`canonical` turns a frame into a Polars frame whose columns hold only whole numbers, text, bytes and truth values, so
that it can be sorted, grouped and hashed without any library's own idea of equality:

* floats become their bits, so that every bit counts and -0.0 is not 0.0; all NaNs become one, and are no null;
* temporal values become their physical number, categories their text (the type itself stands in the schema);
* nested and Python values become text that spells out types and values.

Columns are called `0`, `1`, … by position; the levels of a pandas index come first, as `i0`, `i1`, ….
"""

from __future__ import annotations

import pickle
from collections.abc import Callable, Iterable
from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING, Any, cast

import numpy as np
import polars as pl

from platform_core.errors import UserError

if TYPE_CHECKING:
    import pandas as pd

_BITS = {"Float16": np.uint16, "Float32": np.uint32, "Float64": np.uint64}


def canonical(frame: pl.DataFrame | pd.DataFrame, *, keep_floats: bool = False) -> pl.DataFrame:
    """Give the canonical form of an eager frame; `keep_floats` leaves float columns as they are, for a tolerance.

    Raises:
        UserError: A Python object in a column has no form (it cannot be pickled).

    >>> canonical(pl.DataFrame({"a": [1.5, None], "b": ["x", "y"]})).rows()
    [(4609434218613702656, 'x'), (None, 'y')]
    """
    if isinstance(frame, pl.DataFrame):
        columns = [_polars_column(column, keep_floats).alias(str(at)) for at, column in enumerate(frame.get_columns())]
        return pl.DataFrame(columns)
    index = [frame.index.get_level_values(level).to_series() for level in range(frame.index.nlevels)]
    values = [frame.iloc[:, position] for position in range(frame.shape[1])]
    return pl.DataFrame(
        [_pandas_column(level, keep_floats).alias(f"i{at}") for at, level in enumerate(index)]
        + [_pandas_column(column, keep_floats).alias(str(at)) for at, column in enumerate(values)]
    )


def _polars_column(column: pl.Series, keep_floats: bool) -> pl.Series:
    dtype = column.dtype
    if dtype.is_float():
        return column if keep_floats else _bits(column)
    if dtype.is_temporal():
        return column.to_physical()
    if isinstance(dtype, pl.BaseExtension):
        return _polars_column(column.ext.storage(), keep_floats)
    if dtype.is_nested() or dtype == pl.Object:
        plain = column if dtype == pl.Object else column.cast(_plain(dtype))
        return _spelt(column.name, plain.to_list())
    if dtype.is_decimal() or dtype.base_type() in {pl.Categorical, pl.Enum, pl.Int128, pl.UInt128}:
        return column.cast(pl.String)
    return column


def _bits(column: pl.Series) -> pl.Series:
    values = column.fill_null(0.0).to_numpy()
    values = np.where(np.isnan(values), np.asarray(np.nan, dtype=values.dtype), values)
    bits = pl.Series(column.name, values.view(_BITS[str(column.dtype)]))
    return bits.to_frame().select(pl.when(pl.lit(column.is_not_null())).then(pl.first())).to_series()


def _plain(dtype: Any) -> Any:
    """Give a nested type with whole numbers for temporal values, which Python would round to microseconds."""
    if isinstance(dtype, pl.List):
        return pl.List(_plain(dtype.inner))
    if isinstance(dtype, pl.Array):
        return pl.Array(_plain(dtype.inner), dtype.size)
    if isinstance(dtype, pl.Struct):
        return pl.Struct({field.name: _plain(field.dtype) for field in dtype.fields})
    if dtype.is_temporal():
        return pl.Int32 if dtype == pl.Date else pl.Int64
    return dtype


def _pandas_column(column: pd.Series, keep_floats: bool) -> pl.Series:
    import pandas as pd  # noqa: PLC0415 - loaded already: a frame of it is at hand
    import pyarrow as pa  # noqa: PLC0415 - needed for pandas alone

    from platform_core.pandas_parquet.columns import encode_column  # noqa: PLC0415 - as above
    from platform_core.pandas_parquet.refusals import Unstorable  # noqa: PLC0415

    dtype = column.dtype
    if isinstance(dtype, pd.CategoricalDtype):
        texts = _pandas_column(column.cat.categories.to_series(), False).cast(pl.String)
        codes = pl.Series(column.cat.codes.to_numpy(), dtype=pl.Int64)
        return texts.gather(codes.set(codes < 0, None))
    if dtype.kind == "O" and isinstance(dtype, np.dtype):
        return _spelt(str(column.name), column)
    plainer = (pd.DatetimeTZDtype, pd.IntervalDtype, pd.SparseDtype, pd.ArrowDtype)
    try:
        # Arrow holds these in types that Polars does not know
        stored = isinstance(dtype, plainer) or dtype.kind == "c"
        made = pl.Series(str(column.name), encode_column(column)[0] if stored else pa.array(column, from_pandas=False))
    except (pa.ArrowException, pl.exceptions.PolarsError, TypeError, ValueError, Unstorable):
        return _spelt(str(column.name), column.astype(object))
    return _polars_column(made, keep_floats)


def _spelt(name: str, values: Iterable[object]) -> pl.Series:
    return pl.Series(name, [None if value is None else spell(value) for value in values], dtype=pl.String)


def spell(value: object) -> str:
    """Spell out a Python value, type and all, so that different values have different texts.

    Raises:
        UserError: It is an object that cannot be pickled.

    >>> spell([1, 1.0, True, "1", None])
    "[I1,F'0x1.0000000000000p+0',B1,'1',N]"
    """
    # by exact type: a subclass (numpy's float64 is one of float) is another value
    writer = _WRITERS.get(type(value))
    if writer is not None:
        return writer(value)
    kind = f"{type(value).__module__}.{type(value).__qualname__}"
    if isinstance(value, np.ndarray):
        return f"{kind}:{value.dtype}:{spell(value.tolist())}"
    if isinstance(value, np.generic):
        return f"{kind}:{value.dtype}:{spell(value.item())}"
    if hasattr(value, "isoformat"):
        return f"{kind}:{value.isoformat()}:{getattr(value, 'tzinfo', None)}"
    try:
        return f"{kind}:{pickle.dumps(value, protocol=4).hex()}"
    except Exception as error:  # pickling runs the object's own code, which may raise anything
        raise UserError(f"A column holds a {type(value).__qualname__}, which no file can hold.") from error


def _spell_float(value: Any) -> str:
    return "Fnan" if value != value else f"F'{value.hex()}'"  # noqa: PLR0124 - the test for NaN


def _spell_decimal(value: Any) -> str:
    """Spell a decimal as its number: 1.5 is 1.50, as it is in a column of decimals, which have one scale."""
    return f"D{Fraction(value)}" if value.is_finite() else f"D{value}"


def _spell_mapping(value: Any) -> str:
    return "{" + ",".join(f"{spell(key)}:{spell(item)}" for key, item in value.items()) + "}"


_WRITERS: dict[type, Callable[[Any], str]] = {
    type(None): lambda value: "N",
    bool: lambda value: f"B{int(value)}",
    int: lambda value: f"I{value}",
    float: _spell_float,
    Decimal: _spell_decimal,
    str: repr,
    bytes: repr,
    list: lambda value: "[" + ",".join(map(spell, value)) + "]",
    tuple: lambda value: "(" + ",".join(map(spell, value)) + ")",
    dict: _spell_mapping,
    set: lambda value: "set(" + ",".join(sorted(map(spell, value))) + ")",
    frozenset: lambda value: "frozenset(" + ",".join(sorted(map(spell, value))) + ")",
    pl.Series: lambda value: spell(value.to_list()),
}


def as_polars(value: object) -> pl.DataFrame:
    """Give a lazy frame, an eager one or a DuckDB relation as an eager frame; the original is not consumed.

    A lazy frame is collected by the streaming engine, which writes promoted assets too, so that sums agree to the last
    bit. A relation keeps no result between calls: reading it runs its query once more.
    """
    if isinstance(value, pl.LazyFrame):
        return value.collect(engine="streaming")
    if isinstance(value, pl.DataFrame):
        return value
    return cast("pl.DataFrame", cast("Any", value).pl())
