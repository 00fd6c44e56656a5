"""Checks of single rows: nulls, accepted values, ranges.

A null passes every one of them but `check_no_nulls`, as in SQL: whether a value may be missing is a separate question.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import polars as pl

from platform_core.asset_checks.model import (
    Check,
    Plan,
    RowWise,
    Settled,
    Test,
    Verdict,
    check_name,
    listed,
    missing,
    refusal,
)
from platform_core.asset_checks.values import IncomparableError, accepted, out_of_bounds
from platform_core.columns import column_of
from platform_core.errors import UsageError


def check_no_nulls(*columns: str, nan: bool = False, name: str | None = None) -> Check:
    """Give the check that no row holds a null in the columns, or in any column where none is named.

    Args:
        columns: Which columns.
        nan: Whether NaN counts as missing too. In Polars it is a value; pandas writes its missing numbers as nulls.
        name: The check's name, where the usual one will not do.

    >>> check_no_nulls("fee").run(pl.DataFrame({"fee": [5, None]})).description
    '1 row holds a null: fee (1).'
    """
    return Check(
        name or check_name("no_nulls", columns),
        f"No nulls in {listed(columns)}." if columns else "No nulls in any column.",
        NoNulls(columns, nan),
    )


def check_accepted_values(values: Mapping[str, Iterable[Any]], /, *, name: str | None = None) -> Check:
    """Give the check that columns hold nothing but the values listed for them.

    Dates and times may be written as ISO text, numbers of a decimal column as text.

    Args:
        values: Column to its values.
        name: The check's name, where the usual one will not do.

    Raises:
        UsageError: No column is named, or a list is a single text.

    >>> check_accepted_values({"kind": ["full", "outline"]}).run(pl.DataFrame({"kind": ["full", "half"]})).failed_count
    1
    """
    for column, wanted in mapping_of(values, "check_accepted_values").items():
        if isinstance(wanted, str) or not isinstance(wanted, Iterable):
            raise UsageError(f"The accepted values of {column!r} must be a list.", hint=f"Write {{{column!r}: [...]}}.")
    return Check(
        name or check_name("accepted_values", values),
        f"Only accepted values in {listed(values)}.",
        AcceptedValues(tuple((column, tuple(wanted)) for column, wanted in values.items())),
    )


def check_range(
    column: str | Mapping[str, Mapping[str, Any]],
    min: Any = None,  # noqa: A002 - the request's own word
    max: Any = None,  # noqa: A002 - the request's own word
    *,
    name: str | None = None,
) -> Check:
    """Give the check that numbers, dates or times lie between two bounds, both allowed themselves. NaN lies nowhere.

    Args:
        column: The column, or a mapping such as `{"fee": {"min": 0, "max": 100}}`.
        min: The lower bound; dates may be ISO text.
        max: The upper bound.
        name: The check's name, where the usual one will not do.

    Raises:
        UsageError: There is no bound, or a key that is none.

    >>> check_range("fee", min=0).run(pl.DataFrame({"fee": [5, -1]})).description
    '1 row is out of bounds: fee (1).'
    """
    bounds = mapping_of(column, "check_range") if isinstance(column, Mapping) else {column: {"min": min, "max": max}}
    for named, bound in bounds.items():
        wrong = (
            not isinstance(bound, Mapping)
            or set(bound) - {"min", "max"}
            or not any(b is not None for b in bound.values())
        )
        if wrong:
            raise UsageError(f"check_range needs a `min`, a `max` or both for {named!r}, and nothing else.")
    return Check(
        name or check_name("range", bounds),
        f"Values within bounds in {listed(bounds)}.",
        Range(tuple((named, bound.get("min"), bound.get("max")) for named, bound in bounds.items())),
    )


@dataclass(frozen=True, slots=True)
class NoNulls:
    """No null in the columns; all columns where none is named."""

    columns: tuple[str, ...]
    nan: bool

    def plan(self, schema: pl.Schema) -> Plan:
        """Look at nulls, and at NaN where asked."""
        columns = self.columns or tuple(schema)
        tests = {
            column: Test(column_of(column).is_null() | column_of(column).is_nan())
            if self.nan and dtype.is_float()
            else Test(column_of(column).is_null(), "nulls")
            for column in columns
            if (dtype := schema.get(column)) is not None
        }
        return missing(columns, schema) or row_plan(tests, ("holds a null", "hold a null"))


@dataclass(frozen=True, slots=True)
class AcceptedValues:
    """Only the values of a list, by column."""

    values: tuple[tuple[str, tuple[Any, ...]], ...]

    def plan(self, schema: pl.Schema) -> Plan:
        """Compare as the column's type does."""

        def bad(column: str, values: Sequence[Any]) -> pl.Expr:
            return ~accepted(column, schema[column], values)

        return compared(
            self.values, schema, bad, ("holds a value that is not accepted", "hold values that are not accepted")
        )


@dataclass(frozen=True, slots=True)
class Range:
    """Between two bounds, by column."""

    bounds: tuple[tuple[str, Any, Any], ...]

    def plan(self, schema: pl.Schema) -> Plan:
        """Compare as the column's type does."""

        def bad(column: str, bound: tuple[Any, Any]) -> pl.Expr:
            return out_of_bounds(column, schema[column], *bound)

        pairs = tuple((column, (low, high)) for column, low, high in self.bounds)
        return compared(pairs, schema, bad, ("is out of bounds", "are out of bounds"), "ends")


def row_plan(tests: Mapping[str, Test], saying: tuple[str, str]) -> Plan:
    """Give the plan for columns with a test each."""
    return RowWise(tests, saying) if tests else Settled(Verdict(True, 0, "The frame has no columns."))


def compared(
    pairs: Sequence[tuple[str, Any]],
    schema: pl.Schema,
    bad: Callable[[str, Any], pl.Expr],
    saying: tuple[str, str],
    proof: Literal["values", "ends"] = "values",
) -> Plan:
    """Give the plan for columns that are compared; `bad` gives the expression that is true where one fails."""
    absent = missing([column for column, _ in pairs], schema)
    if absent:
        return absent
    tests = {}
    for column, argument in pairs:
        if schema[column] == pl.Null:  # nothing but nulls, which pass
            tests[column] = Test(pl.lit(False), proof)
            continue
        try:
            tests[column] = Test(bad(column, argument), proof)
        except IncomparableError as error:
            return refusal(f"Column {column} {error}.")
    return row_plan(tests, saying)


def mapping_of(value: Mapping[str, Any], function: str) -> Mapping[str, Any]:
    """Give a mapping from column to what is asked of it.

    Raises:
        UsageError: It is none, or names no column.
    """
    if not isinstance(value, Mapping) or not value:
        raise UsageError(f"{function} needs a mapping from column to what is asked of it.")
    return value
