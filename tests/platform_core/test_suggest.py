"""Hints for unknown words."""

from __future__ import annotations

from platform_core.suggest import did_you_mean


def test_case_does_not_matter_and_the_word_is_given_as_it_is_known() -> None:
    assert did_you_mean("POSTGRESS", ["Postgres", "Files"]) == "Did you mean 'Postgres'?"


def test_all_are_told_where_none_is_near() -> None:
    assert did_you_mean("zzz", ["b", "a", "b"]) == "Known are: a, b."


def test_a_long_list_is_cut() -> None:
    assert did_you_mean("zzz", [f"w{n:02}" for n in range(25)]).endswith("w19 and 5 more.")
