"""Checks of one's own, as a Polars expression."""

from __future__ import annotations

import json
import warnings
from dataclasses import dataclass
from typing import Any

import polars as pl

from platform_core.asset_checks.model import Check, Plan, RowWise, Test, check_name, missing, refusal
from platform_core.asset_checks.pairs import RELATIONS, related
from platform_core.asset_checks.values import IncomparableError
from platform_core.columns import is_pattern
from platform_core.errors import UsageError


def check_expression(expression: pl.Expr, *, name: str, description: str = "") -> Check:
    """Give the check that a boolean Polars expression is true in every row; where it is null, the row passes.

    Args:
        expression: What has to hold, such as `pl.col("closed") >= pl.col("opened")`.
        name: The check's name.
        description: What it asks, in one sentence.

    >>> check_expression(pl.col("fee") > 0, name="fee_is_paid").run(pl.DataFrame({"fee": [5, 0]})).failed_count
    1
    """
    return Check(check_name(name), description or f"The rule {name!r} holds.", Expression(expression))


def check_compare(column: str, relation: str, other: str, *, name: str | None = None) -> Check:
    """Give the check that a column of each row stands in a relation to another; where either is null, the row passes.

    Whole numbers and floats, and times of different units or zones, are compared exactly; a date counts as its
    beginning, by the clock of the other column's zone.

    Args:
        column: The column on the left.
        relation: `<`, `<=`, `==`, `!=`, `>=` or `>`.
        other: The column on the right.
        name: The check's name, where the usual one will not do.

    Raises:
        UsageError: There is no such relation.

    >>> check_compare("closed", ">=", "opened").run(pl.DataFrame({"opened": [3], "closed": [2]})).description
    '1 row breaks the rule.'
    """
    if relation not in RELATIONS:
        raise UsageError(f"check_compare knows no relation {relation!r}.", hint=f"It knows {', '.join(RELATIONS)}.")
    return Check(
        name or check_name("compare", [column, other]),
        f"{column} {relation} {other} in every row.",
        Compare(column, relation, other),
    )


_OF_ONE_ROW = {"Not", "IsNull", "IsNotNull", "IsNan", "IsNotNan", "IsFinite", "IsInfinite", "IsBetween"}


@dataclass(frozen=True, slots=True)
class Compare:
    """A column in a relation to another."""

    column: str
    relation: str
    other: str

    def plan(self, schema: pl.Schema) -> Plan:
        """Count where it does not stand in it."""
        if absent := missing((self.column, self.other), schema):
            return absent
        try:
            return _broken(related(self.column, self.relation, self.other, schema), schema, alone=True)
        except IncomparableError as error:
            return refusal(f"Column {self.column} {error}.")


@dataclass(frozen=True, slots=True, eq=False)
class Expression:
    """A boolean expression. Two compare as one only where they are the same object."""

    expression: pl.Expr

    def plan(self, schema: pl.Schema) -> Plan:
        """Count where the expression is false."""
        roots = self.expression.meta.root_names()
        columns = [name for name in roots if name in schema or not is_pattern(name)]
        return missing(columns, schema) or _broken(self.expression, schema, alone=_alone(self.expression))


def _alone(expression: pl.Expr) -> bool:
    """Say whether an expression is made of parts alone that look at one row; others may, and are not known to.

    >>> [_alone(expression) for expression in (pl.col("a") + 1 > pl.col("b"), pl.col("a") > pl.col("a").mean())]
    [True, False]
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # that another version may write it otherwise: then nothing is known
            written = expression.meta.serialize(format="json")
        return _is_of_one_row(json.loads(written))
    except Exception:  # noqa: BLE001 - a function of somebody's own need not be written, nor a deep expression
        return False


def _is_of_one_row(node: Any) -> bool:
    match node:
        case {"Column": str()}:
            return True
        case {"Literal": {"Dyn": _}} | {"Literal": {"Scalar": _}}:
            return True
        case {"BinaryExpr": {"left": left, "op": _, "right": right}}:
            return _is_of_one_row(left) and _is_of_one_row(right)
        case {"Ternary": {"predicate": when, "truthy": then, "falsy": otherwise}}:
            return all(map(_is_of_one_row, (when, then, otherwise)))
        case {"Function": {"input": parts, "function": {"Boolean": kind}}}:
            return (kind if isinstance(kind, str) else next(iter(kind))) in _OF_ONE_ROW and all(
                map(_is_of_one_row, parts)
            )
    return False


def _broken(holds: pl.Expr, schema: pl.Schema, *, alone: bool) -> Plan:
    """Give the plan that counts where an expression is false."""
    try:
        types = list(pl.LazyFrame(schema=schema).select(holds).collect_schema().values())
    except (pl.exceptions.PolarsError, TypeError, ValueError) as error:
        return refusal(f"The expression cannot be computed on this frame ({type(error).__name__}).")
    if types != [pl.Boolean]:
        return refusal("The expression does not give one boolean column.")
    return RowWise({"": Test(~holds)}, ("breaks the rule", "break the rule"), alone)
