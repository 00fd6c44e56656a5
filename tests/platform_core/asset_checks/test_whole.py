"""Checks of a frame as a whole."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone
from typing import Any

import polars as pl
import pytest

from platform_core.asset_checks import check_freshness, check_row_count
from platform_core.errors import UsageError


@pytest.mark.parametrize(
    ("low", "high", "passed", "said"),
    [
        (1, None, True, "3 rows."),
        (3, 3, True, "3 rows."),
        (4, None, False, "3 rows, fewer than 4."),
        (0, 2, False, "3 rows, more than 2."),
    ],
)
def test_row_count(low: int, high: int | None, passed: bool, said: str) -> None:
    outcome = check_row_count(min=low, max=high).run(pl.DataFrame({"a": [1, 2, 3]}))
    assert (outcome.passed, outcome.description, outcome.metadata) == (passed, said, {"rows": 3})
    assert outcome.failed_count == (0 if passed else 1)


def test_an_empty_frame_has_too_few_rows() -> None:
    assert not check_row_count().run(pl.DataFrame({"a": []})).passed
    assert not check_row_count().run(pl.DataFrame()).passed


MOMENT = datetime(2025, 3, 1, 12)


@pytest.mark.parametrize(
    "values",
    [
        pl.Series([date(2025, 2, 1), date(2025, 3, 1), None]),
        pl.Series([MOMENT, None]),
        pl.Series([MOMENT]).cast(pl.Datetime("ns")),
        pl.Series([MOMENT]).dt.replace_time_zone("Australia/Sydney"),
        pl.Series(["2025-03-01", "2025-02-28T10:00:00", "no date", None]),
    ],
)
def test_every_sort_of_date_is_read(values: pl.Series) -> None:
    frame = values.alias("at").to_frame()
    assert check_freshness("at", "30d", as_of="2025-03-15").run(frame).passed
    outcome = check_freshness("at", max_age=timedelta(days=10), as_of=date(2025, 3, 15)).run(frame)
    assert not outcome.passed
    assert "which is too old" in outcome.description
    assert 13 <= outcome.metadata["age_days"] <= 15


def test_a_time_zone_moves_the_age() -> None:
    frame = pl.DataFrame({"at": pl.Series([MOMENT]).dt.replace_time_zone("Asia/Kathmandu")})
    as_of = datetime(2025, 3, 1, 12, tzinfo=timezone(timedelta(hours=5, minutes=45)))
    assert check_freshness("at", "0s", as_of=as_of).run(frame).passed
    assert not check_freshness("at", "1h", as_of=as_of + timedelta(hours=2)).run(frame).passed


def test_it_counts_back_from_now() -> None:
    frame = pl.DataFrame({"at": [datetime.now(UTC).replace(tzinfo=None)]})
    assert check_freshness("at", "1d").run(frame).passed
    ahead = check_freshness("at", "1d", as_of=datetime(2025, 1, 1)).run(pl.DataFrame({"at": [date(2025, 1, 3)]}))
    assert (ahead.passed, ahead.description) == (True, "The newest at lies 2.0 days ahead.")


@pytest.mark.parametrize(
    ("values", "said"),
    [([1], "Column at is Int64, not a date or time."), (["x", None], "Column at holds no date.")],
)
def test_without_dates_it_fails(values: list[Any], said: str) -> None:
    assert check_freshness("at", "400d").run(pl.DataFrame({"at": values})).description == said
    assert (
        check_freshness("gone", "400d").run(pl.DataFrame({"at": values})).description == "The frame has no column gone."
    )


@pytest.mark.parametrize(
    "make",
    [
        lambda: check_row_count(min=-1),
        lambda: check_row_count(min=True),
        lambda: check_row_count(min=1.5),  # type: ignore[arg-type] # a wrong call
        lambda: check_row_count(min=5, max=4),
        lambda: check_freshness("at", "a while"),
        lambda: check_freshness("at", 400),  # type: ignore[arg-type] # a wrong call
        lambda: check_freshness("at", "1d", as_of="yesterday"),
    ],
)
def test_a_wrong_call_is_refused(make: Any) -> None:
    with pytest.raises(UsageError):
        make()
