"""The edges of the calendar: clocks that change, leap days, the ends of years of every kind."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import dagster as dg
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from platform_core.errors import UserError
from platform_core.partitions import (
    check_in_partition,
    daily_partitions,
    financial_year_partitions,
    monthly_partitions,
    partition_range,
    tax_year_partitions,
    weekly_partitions,
    year_label,
)

LONDON = ZoneInfo("Europe/London")
DAYS = daily_partitions("2024-01-01", "2026-01-01", timezone="Europe/London")


@pytest.mark.parametrize(("key", "hours"), [("2025-03-30", 23), ("2025-10-26", 25), ("2025-06-01", 24)])
def test_a_day_of_london_is_as_long_as_its_clocks_make_it(key: str, hours: int) -> None:
    window = DAYS.time_window_for_partition_key(key)
    assert window.end.timestamp() - window.start.timestamp() == hours * 3600


def test_leap_days_and_ends_of_years_are_days_and_months_like_any_other() -> None:
    keys = DAYS.get_partition_keys()
    assert len(keys) == 366 + 365
    assert ("2024-02-29" in keys, "2025-02-29" in keys) == (True, False)
    assert partition_range(DAYS, "2024-12-31", "2025-01-01") == ["2024-12-31", "2025-01-01"]
    february = monthly_partitions("2024-02-01", "2024-04-01").time_window_for_partition_key("2024-02-01")
    assert february.end - february.start == timedelta(days=29)
    assert weekly_partitions("2024-12-23", "2025-01-13").get_partition_keys() == [
        "2024-12-23",
        "2024-12-30",
        "2025-01-06",
    ]


def test_a_tax_year_begins_on_6_april_and_a_financial_year_on_1_april_in_summer_time() -> None:
    for years, key in (
        (tax_year_partitions("2020-01-01"), "2024-04-06"),
        (financial_year_partitions("2020-01-01"), "2024-04-01"),
    ):
        window = years.time_window_for_partition_key(key)
        assert window.start == datetime.fromisoformat(key).replace(tzinfo=LONDON)
        assert window.start.astimezone(UTC).hour == 23
        assert window.end.astimezone(LONDON).replace(tzinfo=None) == datetime.fromisoformat(key.replace("2024", "2025"))


def test_fiscal_years_go_on_to_the_last_whole_one_or_the_present_one() -> None:
    with dg.partition_loading_context(effective_dt=datetime(2025, 4, 5, 22, 59, tzinfo=UTC)):
        assert tax_year_partitions("2022-04-06").get_partition_keys() == ["2022-04-06", "2023-04-06"]
        assert tax_year_partitions("2024-04-06", end_offset=1).get_partition_keys() == ["2024-04-06"]
        assert financial_year_partitions("2023-04-01").get_last_partition_key() == "2024-04-01"
    # Midnight in London is an hour earlier in UTC
    with dg.partition_loading_context(effective_dt=datetime(2025, 4, 5, 23, 0, tzinfo=UTC)):
        assert tax_year_partitions("2022-04-06").get_last_partition_key() == "2024-04-06"


def test_years_have_the_names_that_people_use() -> None:
    assert [year_label(key) for key in ("2024-04-06", "1999-04-01", "2009-04-06")] == ["2024-25", "1999-00", "2009-10"]
    with pytest.raises(UserError, match="No fiscal year begins on 2024-01-01"):
        year_label("2024-01-01")
    with pytest.raises(UserError, match="cannot end by"):
        tax_year_partitions("2024-04-06", "2024-04-06")


def failed(column: pl.Series, key: str) -> int:
    check = check_in_partition(column.name, of=DAYS, partition=key)
    return check.run(column.to_frame()).failed_count


@pytest.mark.parametrize("key", ["2025-03-30", "2025-10-26", "2024-02-29", "2024-12-31"])
@pytest.mark.parametrize("unit", ["ms", "us", "ns"])
def test_moments_belong_to_the_day_that_london_has(key: str, unit: str) -> None:
    begin = datetime.fromisoformat(key).replace(tzinfo=LONDON).astimezone(UTC)
    end = (datetime.fromisoformat(key) + timedelta(days=1)).replace(tzinfo=LONDON).astimezone(UTC)
    inside = [begin, end - timedelta(milliseconds=1), begin + (end - begin) / 2, None]
    outside = [begin - timedelta(milliseconds=1), end]
    dtype = pl.Datetime(unit, "UTC")  # type: ignore[arg-type]  # one of the three
    for zone in ("UTC", "Europe/London", "America/New_York"):
        assert failed(pl.Series("at", inside, dtype=dtype).dt.convert_time_zone(zone), key) == 0
        assert failed(pl.Series("at", outside, dtype=dtype).dt.convert_time_zone(zone), key) == 2


def test_times_without_a_zone_are_read_from_the_clock_of_the_partitions() -> None:
    # 01:30 is shown twice on that day and belongs to it both times; 01:30 of the day in March is never shown
    assert (
        failed(pl.Series("at", [datetime(2025, 10, 26, 1, 30), datetime(2025, 10, 26, 23, 59, 59)]), "2025-10-26") == 0
    )
    assert failed(pl.Series("at", [datetime(2025, 10, 25, 23, 59), datetime(2025, 10, 27)]), "2025-10-26") == 2
    assert failed(pl.Series("at", [datetime(2025, 3, 30, 1, 30)]), "2025-03-30") == 0


def test_dates_and_text_are_whole_days() -> None:
    assert failed(pl.Series("d", [date(2024, 2, 28), date(2024, 2, 29), date(2024, 3, 1), None]), "2024-02-29") == 2
    assert failed(pl.Series("d", ["2024-02-29", "29/02/2024", "2024-02-29T10:00", None]), "2024-02-29") == 2
    assert failed(pl.Series("d", [None, None], dtype=pl.Null), "2024-02-29") == 0


@given(
    day=st.dates(date(2000, 1, 1), date(2039, 12, 31)),
    years=st.sampled_from([tax_year_partitions, financial_year_partitions]),
)
def test_every_day_lies_in_exactly_one_fiscal_year(day: date, years) -> None:
    every = years("1999-01-01", "2041-01-01")
    with dg.partition_loading_context(effective_dt=datetime(2041, 1, 1, tzinfo=UTC)):  # no year is there before its end
        windows = [every.time_window_for_partition_key(key) for key in every.get_partition_keys()]
    inside = [w for w in windows if w.start.date() <= day < w.end.date()]
    assert len(inside) == 1
    key = inside[0].start.date().isoformat()
    assert check_in_partition("d", of=every, partition=key).run(pl.DataFrame({"d": [day]})).passed
    year = day.year if (day.month, day.day) >= (inside[0].start.month, inside[0].start.day) else day.year - 1
    assert year_label(key) == f"{year}-{(year + 1) % 100:02}"
