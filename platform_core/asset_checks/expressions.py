"""Checks of one's own, as a Polars expression."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from platform_core.asset_checks.model import Check, Plan, RowWise, Test, check_name, missing, refusal


def check_expression(expression: pl.Expr, *, name: str, description: str = "") -> Check:
    """Give the check that a boolean Polars expression is true in every row; where it is null, the row passes.

    Args:
        expression: What has to hold, such as `pl.col("closed") >= pl.col("opened")`.
        name: The check's name.
        description: What it asks, in one sentence.
    """
    return Check(check_name(name), description or f"The rule {name!r} holds.", Expression(expression))


@dataclass(frozen=True, slots=True, eq=False)
class Expression:
    """A boolean expression. Two compare as one only where they are the same object."""

    expression: pl.Expr

    def plan(self, schema: pl.Schema) -> Plan:
        """Count where the expression is false."""
        absent = missing(
            [name for name in self.expression.meta.root_names() if name in schema or not _is_regex(name)], schema
        )
        if absent:
            return absent
        try:
            types = list(pl.LazyFrame(schema=schema).select(self.expression).collect_schema().values())
        except (pl.exceptions.PolarsError, TypeError, ValueError) as error:
            return refusal(f"The expression cannot be computed on this frame ({type(error).__name__}).")
        if types != [pl.Boolean]:
            return refusal("The expression does not give one boolean column.")
        return RowWise({"": Test(~self.expression)}, ("breaks the rule", "break the rule"))


def _is_regex(name: str) -> bool:
    return name.startswith("^") and name.endswith("$")
