"""Checks of texts row by row: their form and their length. A null passes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import polars as pl

from platform_core.asset_checks.model import Check, Plan, check_name, listed
from platform_core.asset_checks.rows import compared, mapping_of
from platform_core.asset_checks.values import IncomparableError
from platform_core.columns import TEXT, column_of, type_text
from platform_core.errors import UsageError


def check_pattern(column: str | Mapping[str, str], pattern: str | None = None, *, name: str | None = None) -> Check:
    r"""Give the check that the whole of each text matches a regular expression (Rust's, so without look-around).

    Args:
        column: The column, or a mapping of columns to patterns.
        pattern: The regular expression.
        name: The check's name, where the usual one will not do.

    Raises:
        UsageError: It is no regular expression.

    >>> check_pattern("authority", r"E\d{8}").run(pl.DataFrame({"authority": ["E07000008", "Leeds"]})).failed_count
    1
    """
    patterns: Mapping[str, Any] = (
        mapping_of(column, "check_pattern") if isinstance(column, Mapping) else {column: pattern}
    )
    for named, wanted in patterns.items():
        if not isinstance(wanted, str) or not _is_pattern(wanted):
            raise UsageError(
                f"The pattern of {named!r} is no regular expression.", hint="Look-around is not understood."
            )
    return Check(
        name or check_name("pattern", patterns),
        f"Text of the right form in {listed(patterns)}.",
        Pattern(tuple(patterns.items())),
    )


def check_length(
    column: str | Mapping[str, Mapping[str, Any]],
    min: int | None = None,  # noqa: A002 - the request's own word
    max: int | None = None,  # noqa: A002 - the request's own word
    *,
    name: str | None = None,
) -> Check:
    """Give the check that texts have so many characters, binaries so many bytes, lists so many items.

    Args:
        column: The column, or a mapping such as `{"postcode": {"min": 6, "max": 8}}`.
        min: The least length, allowed itself.
        max: The greatest length, allowed itself.
        name: The check's name, where the usual one will not do.

    Raises:
        UsageError: There is no bound, or one is no whole number.

    >>> check_length("note", max=4).run(pl.DataFrame({"note": ["fine", "longer"]})).failed_count
    1
    """
    bounds = mapping_of(column, "check_length") if isinstance(column, Mapping) else {column: {"min": min, "max": max}}
    for named, bound in bounds.items():
        values = [b for b in bound.values() if b is not None] if isinstance(bound, Mapping) else []
        if not values or set(bound) - {"min", "max"} or any(type(b) is not int or b < 0 for b in values):
            raise UsageError(f"check_length needs a `min`, a `max` or both for {named!r}, as whole numbers from 0.")
    return Check(
        name or check_name("length", bounds),
        f"Lengths within bounds in {listed(bounds)}.",
        Length(tuple((named, bound.get("min"), bound.get("max")) for named, bound in bounds.items())),
    )


@dataclass(frozen=True, slots=True)
class Pattern:
    """A form of text, by column."""

    patterns: tuple[tuple[str, str], ...]

    def plan(self, schema: pl.Schema) -> Plan:
        """Match whole texts; whole numbers count as the text of their digits."""

        def bad(column: str, pattern: str) -> pl.Expr:
            if not (isinstance(schema[column], TEXT) or schema[column].is_integer()):
                raise IncomparableError(f"is {type_text(schema[column])}, not text")
            return ~column_of(column).cast(pl.String).str.contains(_whole(pattern))

        return compared(self.patterns, schema, bad, ("has not the right form", "have not the right form"))


@dataclass(frozen=True, slots=True)
class Length:
    """A number of characters, bytes or items, by column."""

    bounds: tuple[tuple[str, int | None, int | None], ...]

    def plan(self, schema: pl.Schema) -> Plan:
        """Measure as the column's type does."""

        def bad(column: str, bound: tuple[int | None, int | None]) -> pl.Expr:
            low, high = bound
            length = _length(column, schema[column])
            short = pl.lit(False) if low is None else length < low
            return short if high is None else short | (length > high)

        pairs = tuple((column, (low, high)) for column, low, high in self.bounds)
        return compared(pairs, schema, bad, ("has not the right length", "have not the right length"))


def _length(column: str, dtype: pl.DataType) -> pl.Expr:
    value = column_of(column)
    if isinstance(dtype, TEXT):
        return value.cast(pl.String).str.len_chars()
    if dtype == pl.Binary:
        return value.bin.size()
    if isinstance(dtype, pl.List):
        return value.list.len()
    raise IncomparableError(f"is {type_text(dtype)}, which has no length")


def _whole(pattern: str) -> str:
    return rf"\A(?:{pattern})\z"


def _is_pattern(pattern: str) -> bool:
    try:
        pl.Series([""]).str.contains(_whole(pattern))
    except pl.exceptions.PolarsError:
        return False
    return True
