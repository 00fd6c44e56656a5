"""Checks by name."""

from __future__ import annotations

from typing import Any

import polars as pl
import pytest

from platform_core.asset_checks import (
    check_accepted_values,
    check_freshness,
    check_no_nulls,
    check_pattern,
    check_range,
    check_referential,
    check_row_count,
    check_unique_values,
    resolve_checks,
    validate_schema,
)
from platform_core.errors import UserError

FRAME = pl.DataFrame({"a": [1, 1, 2], "b": [None, None, "x"]})


def test_bare_names_read_the_key() -> None:
    nulls, unique = resolve_checks(["no_nulls", "unique_values"], key=["a"])
    assert (nulls.name, unique.name) == ("no_nulls", "unique_values")
    assert nulls.run(FRAME).passed
    assert unique.run(FRAME).failed_count == 2
    assert resolve_checks(["no_nulls"], key="a")[0].run(FRAME).passed


def test_without_a_key_they_look_at_everything() -> None:
    nulls, unique = resolve_checks(["no_nulls", "unique_values"])
    assert nulls.run(FRAME).failed_count == 2
    assert unique.run(FRAME).failed_count == 2
    assert unique.run(FRAME.with_row_index()).passed


def test_schema_validation_reads_the_schema() -> None:
    (check,) = resolve_checks(["schema_validation"], schema={"a": "integer"})
    assert check.name == "schema_validation"
    assert check.run(FRAME).passed
    with pytest.raises(UserError, match="needs a schema, and the asset declares none"):
        resolve_checks(["schema_validation"])


def test_row_count_alone_asks_for_a_row() -> None:
    assert not resolve_checks(["row_count"])[0].run(FRAME.clear()).passed


@pytest.mark.parametrize(
    ("item", "check"),
    [
        ({"no_nulls": ["a", "b"]}, check_no_nulls("a", "b")),
        ({"no_nulls": "a"}, check_no_nulls("a")),
        ({"no_nulls": {"columns": ["a"], "nan": True}}, check_no_nulls("a", nan=True)),
        ({"unique_values": {"columns": ["a", "b"]}}, check_unique_values("a", "b")),
        ({"accepted_values": {"status": ["open", "closed"]}}, check_accepted_values({"status": ["open", "closed"]})),
        ({"accepted_values": {"name": ["x"]}}, check_accepted_values({"name": ["x"]})),
        ({"row_count": {"min": 5, "max": 10}}, check_row_count(5, 10)),
        ({"row_count": [5, 10]}, check_row_count(5, 10)),
        ({"row_count": 5}, check_row_count(5)),
        ({"range": {"column": "fee", "min": 0}}, check_range("fee", 0)),
        ({"range": {"fee": {"min": 0}}}, check_range({"fee": {"min": 0}})),
        ({"range": {"min": {"max": 0}}}, check_range({"min": {"max": 0}})),
        ({"pattern": {"ref": "^A"}}, check_pattern("ref", "^A")),
        ({"pattern": {"column": "ref", "pattern": "^A"}}, check_pattern("ref", "^A")),
        ({"freshness": {"column": "at", "max_age": "400d"}}, check_freshness("at", "400d")),
        ({"schema_validation": {"a": "integer"}}, validate_schema({"a": "integer"})),
        (check_range("fee", 0), check_range("fee", 0)),
    ],
)
def test_arguments_are_those_of_the_function(item: Any, check: Any) -> None:
    assert resolve_checks([item]) == (check,)


def test_a_referential_check_is_taken() -> None:
    (check,) = resolve_checks([{"referential": {"column": "org", "to": "organisations"}}])
    expected = check_referential("org", "organisations")
    assert (check.name, check.description, check.needs) == (expected.name, expected.description, expected.needs)


def test_one_mapping_may_hold_several_checks() -> None:
    names = [check.name for check in resolve_checks([{"row_count": {"min": 1}, "no_nulls": ["a"]}])]
    assert names == ["row_count", "no_nulls_a"]


def test_every_check_has_a_name_of_its_own() -> None:
    checks = resolve_checks(["row_count", "row_count", {"row_count": 5}, {"row_count": 6}])
    assert [check.name for check in checks] == ["row_count", "row_count_2", "row_count_3"]


@pytest.mark.parametrize(
    ("item", "message"),
    [
        ("no_nuls", "No check is called 'no_nuls'.\nhint: Did you mean 'no_nulls'?"),
        ({"uniqe_values": ["a"]}, "Did you mean 'unique_values'?"),
        ({3: ["a"]}, "No check is called 3."),
        ("range", "The check 'range' needs arguments.\nhint: It takes column, min, max."),
        ({"range": {"column": "a", "mn": 1}}, "The check 'range': "),
        ({"row_count": {"least": 1}}, "The bounds of check_row_count"),
        ({"row_count": {"min": "5"}}, "The check 'row_count': The bounds"),
        (
            {"freshness": {"column": "at"}},
            "The arguments of the check 'freshness' do not fit.\nhint: It takes column, max_age, as_of.",
        ),
        ({"referential": ["a", "b", "c", "d"]}, "do not fit"),
        ({"referential": {"column": 3, "to": "x"}}, "do not fit"),
        ({}, "A check cannot be a dict."),
        (3, "A check cannot be a int."),
    ],
)
def test_a_mistake_is_explained(item: Any, message: str) -> None:
    with pytest.raises(UserError) as caught:
        resolve_checks([item])
    assert message in str(caught.value)
