"""The vocabulary: whole, and in step with what the platform knows."""

from __future__ import annotations

import pytest

from platform_core.asset_checks.resolve import CHECKS
from platform_core.compute_kinds import ENGINES, KINDS
from promote.selection.option_types import TYPES
from promote.vocabulary import is_foreign, layers, named_roles, nearest, plain_roles, vocabulary


def test_kinds_of_compute_are_the_platforms() -> None:
    assert tuple(vocabulary()["compute"]) == (*KINDS, *ENGINES)


def test_ready_made_checks_are_the_platforms() -> None:
    assert set(vocabulary()["checks"]) == set(CHECKS)


def test_every_type_that_an_option_names_exists() -> None:
    specs = [
        *vocabulary()["options"].values(),
        *vocabulary()["partitions"].values(),
        *vocabulary()["freshness"].values(),
    ]
    assert {spec["type"] for spec in specs} <= set(TYPES)
    assert all("help" in spec for spec in vocabulary()["options"].values())


def test_words_are_ours_once() -> None:
    words = [*named_roles(), *plain_roles()]
    assert len(words) == len(set(words))
    assert layers() == ("bronze", "silver", "gold")


def test_no_option_of_ours_is_passed_over_as_foreign() -> None:
    assert not [key for key in vocabulary()["options"] if is_foreign(key)]


@pytest.mark.parametrize(
    ("word", "meant"),
    [
        ("sliver", "silver"),
        ("Silver", "silver"),
        ("silver ", "silver"),
        ("golds", "gold"),
        ("bronz", "bronze"),
        ("bornze", "bronze"),
        ("slvr", None),
        ("god", "gold"),
        ("lead", None),
        ("", None),
        ("silver" * 50, None),
    ],
)
def test_the_nearest_word(word: str, meant: str | None) -> None:
    assert nearest(word, layers()) == meant


def test_nothing_is_near_where_there_is_no_choice() -> None:
    assert nearest("silver", ()) is None
