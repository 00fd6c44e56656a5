"""Which rows of real frames show the most: literals, duplicates, partners and strangers."""

from __future__ import annotations

import datetime as dt
import math
from typing import Any

import polars as pl
import pytest

from promote.verify.choose import Chooser, choose_rows

MANY = range(100)


def chosen(values: list[Any], literals: list[object], rows: int = 6) -> list[Any]:
    """Give the values of the rows taken of one column."""
    frame = pl.DataFrame({"v": values})
    return [values[row] for row in choose_rows({"f": frame}, literals, rows=rows)["f"]]


@pytest.mark.parametrize(
    ("values", "literals", "wanted"),
    [
        ([*MANY], [57, 80.5], {0, 57, 99}),
        ([float(n) for n in MANY] + [math.inf], [50], {math.inf}),
        ([f"name {n}" for n in MANY] + ["open"], ["open"], {"open"}),
        ([f"name {n}" for n in MANY] + ["ajar: open"], ["open"], {"ajar: open"}),
        ([f"name {n}" for n in MANY] + [" name"], [], {" name"}),
        ([f"name {n}" for n in MANY] + ["  "], [], {"  "}),
        ([f"name {n}" for n in MANY] + [None], [], {None}),
        ([f"{n}" for n in MANY], [57], {"57"}),
        ([dt.date(2024, 1, 1) + dt.timedelta(days=n) for n in MANY], ["2024-02-03"], {dt.date(2024, 2, 3)}),
        (
            [dt.datetime(2024, 1, 1) + dt.timedelta(days=n) for n in MANY],
            [dt.date(2024, 2, 3)],
            {dt.datetime(2024, 2, 3)},
        ),
        ([[n] for n in MANY] + [None], [], {None}),
    ],
    ids=str,
)
def test_rows_with_values_that_the_code_could_tell_apart_are_taken(
    values: list[Any], literals: list[object], wanted: set[Any]
) -> None:
    found = chosen(values, literals)
    assert len(found) == 6
    assert all(value in found for value in wanted)


def test_a_row_and_its_exact_duplicate_are_taken_together() -> None:
    assert chosen([*MANY, 41], [], rows=4).count(41) == 2


def test_columns_that_cannot_be_compared_show_no_duplicates() -> None:
    frame = pl.DataFrame({"v": pl.Series([object() for _ in MANY], dtype=pl.Object)})
    assert len(choose_rows({"f": frame}, [], rows=5)["f"]) == 5


def test_a_small_frame_is_taken_whole() -> None:
    assert choose_rows({"f": pl.DataFrame({"v": [3, 1]})}, [1], rows=2) == {"f": [0, 1]}


def test_partners_and_a_stranger_are_taken_of_a_frame_that_may_be_joined() -> None:
    permits = pl.DataFrame({"town": [f"Town {n}" for n in range(30)], "fee": [n * 3 for n in range(30)]})
    towns = pl.DataFrame({"town": [f"Town {n}" for n in range(50, -1, -1)], "people": [n * 7 for n in range(51)]})
    found = choose_rows({"permits": permits, "towns": towns}, [], rows=8)
    mine = {permits["town"][row] for row in found["permits"]}
    theirs = {towns["town"][row] for row in found["towns"]}
    assert len(mine & theirs) >= 2
    assert theirs - set(permits["town"]), "one has no partner at all"


def test_keys_of_other_names_are_found_by_what_they_hold() -> None:
    permits = pl.DataFrame({"town": [f"Town {n}" for n in range(30)]})
    towns = pl.DataFrame({"name": [f"Town {n}" for n in range(20)]})
    found = choose_rows({"permits": permits, "towns": towns}, [], rows=8)
    mine = {permits["town"][row] for row in found["permits"]}
    assert len(mine & {towns["name"][row] for row in found["towns"]}) >= 2


@pytest.mark.parametrize(
    "other",
    [
        pl.DataFrame({"other": [n / 7 for n in MANY]}),
        pl.DataFrame({"town": [None] * 100}, schema={"town": pl.String}),
        pl.DataFrame({"town": [None, *("T" for _ in range(99))]}),
    ],
    ids=["no common column", "nulls alone", "one null"],
)
def test_frames_that_share_no_key_are_chosen_by_themselves(other: pl.DataFrame) -> None:
    frame = pl.DataFrame({"town": ["T", *(f"Town {n}" for n in range(99))]})
    found = choose_rows({"other": other, "f": frame}, [], rows=8)
    assert {len(rows) for rows in found.values()} == {8}


def test_a_second_choice_starts_from_another_row_and_a_choice_can_be_repeated() -> None:
    chooser = Chooser({"f": pl.DataFrame({"v": [*MANY], "w": [n * 7 % 13 for n in MANY]})}, [57])
    assert chooser.choose(6) == chooser.choose(6) != chooser.choose(6, 1)
