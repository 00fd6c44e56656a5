"""Hard pandas frames with every value replaced: the types stay, whatever they are."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import polars as pl
import pytest

from platform_core.errors import UserError
from promote.verify.replace import replace_frame, texts_in, views
from tests.platform_core.frame_cases import PANDAS, POLARS

MADE_UP_NOT = {"objects: bytearray", "objects: uuids", "objects: Interval"}


class Moved:
    """Other values, near by."""

    def text(self, value: str) -> str:
        return f"{value}q"

    def whole(self, value: int) -> int:
        return value + 1 if abs(value) < 100 else value

    def real(self, value: float) -> float:
        return value * 2

    def decimal(self, value: Decimal) -> Decimal:
        return value

    def day(self, ordinal: int) -> int:
        return ordinal + 1 if ordinal < 700_000 else ordinal - 400

    def data(self, value: bytes) -> bytes:
        return value


@pytest.mark.parametrize("case", PANDAS)
def test_values_are_replaced_and_types_stay(case: str):
    frame = PANDAS[case]
    if case in MADE_UP_NOT:
        with pytest.raises(UserError, match="cannot be made up"):
            replace_frame(frame, Moved())
        return
    made = replace_frame(frame, Moved())
    assert list(map(str, made.dtypes)) == list(map(str, frame.dtypes))
    assert made.shape == frame.shape
    assert made.isna().to_numpy().tolist() == frame.isna().to_numpy().tolist()


@pytest.mark.parametrize("case", POLARS)
def test_polars_columns_keep_their_names_and_types(case: str):
    frame = POLARS[case]
    made = replace_frame(frame, Moved())
    assert (made.columns, made.height) == (frame.columns, frame.height)
    assert [dtype.base_type() for dtype in made.dtypes] == [dtype.base_type() for dtype in frame.dtypes]
    assert made.null_count().rows() == frame.null_count().rows()


def test_a_field_without_a_name_keeps_none():
    frame = pl.DataFrame({"a": [{"": 1, "b": 2}]})
    assert replace_frame(frame, Moved()).schema == frame.schema


@pytest.mark.parametrize("case", PANDAS)
def test_rows_can_be_chosen_and_texts_found_whatever_the_type(case: str):
    assert views(PANDAS[case]).width == PANDAS[case].shape[1]
    assert all(isinstance(text, str) for text in texts_in(PANDAS[case]))


def test_nested_texts_of_arrow_are_found():
    assert set(texts_in(PANDAS["Arrow: map"])) <= {"k"}
    assert set(texts_in(PANDAS["Arrow: dictionary"])) == {"a", "b"}
    assert set(texts_in(PANDAS["objects: dicts"])) >= {"x", "y"}


def test_intervals_keep_their_order_and_share_their_ends():
    made = replace_frame(PANDAS["moments: intervals of ints"], Moved())["x"]
    assert [(value.left, value.right) for value in made] == [(1, 2), (2, 3)]


class Flat(Moved):
    """One number for all."""

    def whole(self, value: int) -> int:
        return 5


def test_intervals_whose_ends_fall_together_cannot_be_made_up():
    with pytest.raises(UserError, match="The ends of intervals cannot be made up"):
        replace_frame(PANDAS["moments: intervals of ints"], Flat())


def test_a_struct_without_fields_stays_and_spans_keep_their_grain():
    spans = [dt.timedelta(days=2), dt.timedelta(seconds=3), dt.timedelta(microseconds=4), None]
    frame = pl.DataFrame({"empty": pl.Series([{}, None], dtype=pl.Struct([])).extend_constant(None, 2), "span": spans})
    made = replace_frame(frame, Moved())
    assert made["empty"].equals(frame["empty"])
    assert made["span"].to_list() == [
        dt.timedelta(days=3),
        dt.timedelta(seconds=4),
        dt.timedelta(microseconds=5),
        None,
    ]
