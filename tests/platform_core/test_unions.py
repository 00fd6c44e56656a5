"""What types of two partitions have in common, and when they have nothing."""

from __future__ import annotations

import polars as pl
import pytest

from platform_core.errors import UserError
from platform_core.unions import common_schema, common_type

SAFE = [
    (pl.Int8(), pl.Int64(), pl.Int64()),
    (pl.UInt16(), pl.UInt8(), pl.UInt16()),
    (pl.UInt32(), pl.Int8(), pl.Int64()),
    (pl.Int32(), pl.UInt8(), pl.Int32()),
    (pl.Float32(), pl.Float64(), pl.Float64()),
    (pl.Int32(), pl.Float32(), pl.Float64()),
    (pl.Null(), pl.Date(), pl.Date()),
    (pl.Enum(["a"]), pl.String(), pl.String()),
    (pl.Enum(["a"]), pl.Enum(["b"]), pl.String()),
    (pl.List(pl.Null), pl.List(pl.Int8), pl.List(pl.Int8)),
    (pl.Datetime("ms"), pl.Datetime("us"), pl.Datetime("us")),
    (pl.Struct({"a": pl.Int8}), pl.Struct({"a": pl.Int8}), pl.Struct({"a": pl.Int8})),
]
UNSAFE = [
    (pl.Int64(), pl.Float64()),
    (pl.UInt64(), pl.Int8()),
    (pl.Int128(), pl.Int8()),
    (pl.Int64(), pl.String()),
    (pl.Date(), pl.Datetime("us")),
    (pl.Datetime("us"), pl.Datetime("ns")),
    (pl.Datetime("us"), pl.Datetime("us", "UTC")),
    (pl.List(pl.Int8), pl.List(pl.String)),
    (pl.Int8(), pl.Decimal(10, 2)),
    (pl.Boolean(), pl.Int8()),
]


@pytest.mark.parametrize(("left", "right", "common"), SAFE)
def test_a_common_type_keeps_every_value_whichever_comes_first(
    left: pl.DataType, right: pl.DataType, common: pl.DataType
) -> None:
    assert common_type(left, right) == common
    assert common_type(right, left) == common


@pytest.mark.parametrize(("left", "right"), UNSAFE)
def test_types_that_lose_something_have_none(left: pl.DataType, right: pl.DataType) -> None:
    assert common_type(left, right) is None
    assert common_type(right, left) is None


def test_the_error_names_column_types_and_partitions() -> None:
    schemas = [
        ("jan", pl.Schema({"a": pl.Int8})),
        ("feb", pl.Schema({"a": pl.Int8})),
        ("mar", pl.Schema({"a": pl.Date})),
    ]
    with pytest.raises(UserError, match=r"bronze/fees .* column 'a' is Int8 in 'jan' but Date in 'mar'"):
        common_schema(schemas, "bronze/fees")
