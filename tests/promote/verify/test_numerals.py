"""Numbers and days that stand in for real ones."""

from __future__ import annotations

import datetime as dt
from fractions import Fraction

from promote.verify.numerals import days_like, numbers_like


def ordinals(*days: str) -> list[int]:
    return [dt.date.fromisoformat(day).toordinal() for day in days]


def test_days_on_both_sides_of_a_literal_move_apart_in_order() -> None:
    [low, wall, high] = ordinals("2025-03-18", "2025-03-19", "2025-03-20")
    table, years = days_like([low, wall, high], [wall], avoid=lambda _: False)
    assert table[low] < table[wall] == wall < table[high]
    assert table[low] != low
    assert table[high] != high
    assert years == 0


def test_days_between_near_literals_stay_between() -> None:
    walls = ordinals("2025-03-01", "2025-03-06")
    days = ordinals("2025-03-02", "2025-03-05")
    table, _ = days_like(days, walls, avoid=lambda _: False)
    assert walls[0] < table[days[0]] < table[days[1]] < walls[1]


def test_days_avoid_what_may_not_occur() -> None:
    [day] = ordinals("2025-03-19")
    table, years = days_like([day], [], avoid=lambda text: text.startswith("2053"))
    assert dt.date.fromordinal(table[day]).year == 2025 + years == 1997


def test_years_move_with_the_days() -> None:
    table = numbers_like([Fraction(2024), Fraction(2025), Fraction(1950)], [], avoid=lambda _: False, years=28)
    assert [int(table[Fraction(year)]) for year in (1950, 2024, 2025)] == [1978, 2052, 2053]


def test_numbers_avoid_what_may_not_occur() -> None:
    table = numbers_like([Fraction(54_321)], [], avoid=lambda text: not text.endswith("7"), salt=3)
    assert int(table[Fraction(54_321)]) % 10 == 7


def test_what_leaves_no_room_stays() -> None:
    assert numbers_like([Fraction(6)], [Fraction(5), Fraction(7)], avoid=lambda _: False) == {Fraction(6): Fraction(6)}


def test_fractions_below_the_first_whole_number_of_a_span_find_room() -> None:
    values = [Fraction(401, 4), Fraction(101), Fraction(102), *(Fraction(n) for n in range(103, 200))]
    for salt in range(3):
        table = numbers_like(values, [Fraction(100)], avoid=lambda _: False, salt=salt)
        made = [table[value] for value in values]
        assert made == sorted(made)
        assert 100 < made[0] < made[1]
        assert made[0].denominator != 1
