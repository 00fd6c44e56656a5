"""Checks of keys: rows that share one, and keys that another asset does not know."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import polars as pl

from platform_core.asset_checks.model import (
    Check,
    Distinct,
    Plan,
    Query,
    Settled,
    Verdict,
    check_name,
    counted,
    listed,
    missing,
    refusal,
)
from platform_core.columns import TEXT, column_of, type_text
from platform_core.errors import UsageError, UserError
from platform_core.frames import convert


def check_unique_values(*columns: str, name: str | None = None) -> Check:
    """Give the check that no two rows share their values in the columns, or the whole row where none is named.

    Two nulls count as the same value, two NaN too. All rows that share a key fail, not only the later ones.

    >>> check_unique_values("id").run(pl.DataFrame({"id": [1, 2, 2]})).description
    '2 rows share id with another, in 1 group.'
    """
    return Check(
        name or check_name("unique_values", columns),
        f"Unique values of {listed(columns)}." if columns else "No row stands there twice.",
        Unique(columns),
    )


def check_referential(
    column: str | Sequence[str],
    to: object,
    to_column: str | Sequence[str] | None = None,
    *,
    name: str | None = None,
) -> Check:
    """Give the check that every value of a column, or of several together, occurs in another asset.

    A row with a null in them passes, as with a foreign key in SQL.

    Args:
        column: The column or columns.
        to: The name of the other asset, or a frame of any kind.
        to_column: Its columns, in the same order, where they are called otherwise there.
        name: The check's name, where the usual one will not do.

    Raises:
        UsageError: The numbers of columns differ, or there are none.
        UserError: `to` is neither a name nor a frame.

    >>> authorities = pl.DataFrame({"code": ["E07"]})
    >>> check_referential("org", authorities, "code").run(pl.DataFrame({"org": ["E07", "E08"]})).failed_count
    1
    """
    ours = _names(column)
    theirs = ours if to_column is None else _names(to_column)
    if not ours or len(ours) != len(theirs):
        raise UsageError("check_referential needs as many columns here as there, and at least one.")
    known = to if isinstance(to, str) else convert(to, "lazy")
    described = to if isinstance(to, str) else "the other frame"
    return Check(
        name or check_name("referential", ours),
        f"Every value of {listed(ours)} occurs in {described}.",
        Referential(ours, known, theirs),
        (to,) if isinstance(to, str) else (),
    )


@dataclass(frozen=True, slots=True)
class Unique:
    """No two rows with the same values."""

    columns: tuple[str, ...]

    def plan(self, schema: pl.Schema) -> Plan:
        """Look for keys that stand there twice."""
        columns = self.columns or tuple(schema)
        if not columns:
            return Settled(Verdict(True, 0, "The frame has no columns."))
        if absent := missing(columns, schema):
            return absent
        if objects := [column for column in columns if schema[column] == pl.Object]:
            return refusal(f"Column {listed(objects)} is Object: two Python objects are not compared.")
        return Distinct(columns, listed(self.columns) if self.columns else "the whole row")


@dataclass(frozen=True, slots=True, eq=False)
class Referential:
    """Values that occur in another asset. Two compare as one only where they are the same object."""

    columns: tuple[str, ...]
    to: Any
    to_columns: tuple[str, ...]

    def plan(self, schema: pl.Schema) -> Plan:
        """Join against the other asset, on types that both sides have in common."""
        if absent := missing(self.columns, schema):
            return absent
        try:
            other = frame_of(self.to)
        except UserError as error:
            return refusal(error.message)
        types = other.collect_schema()
        if unknown := [column for column in self.to_columns if column not in types]:
            return refusal(f"The other frame has no column {listed(unknown)}.", missing_columns=unknown)
        ours: list[pl.Expr] = []
        theirs: list[pl.Expr] = []
        for column, to_column in zip(self.columns, self.to_columns, strict=True):
            common = _common_type(schema[column], types[to_column])
            if common is None:
                here, there = type_text(schema[column]), type_text(types[to_column])
                return refusal(f"Column {column} is {here}, {to_column} of the other is {there}.")
            # What the common type cannot hold is null, and no row of the other matches it
            ours.append(column_of(column).cast(common, strict=False))
            theirs.append(column_of(to_column).cast(common, strict=False).alias(str(len(theirs))))

        def unmatched(frame: pl.LazyFrame) -> pl.LazyFrame:
            whole = frame.filter(pl.all_horizontal(column_of(column).is_not_null() for column in self.columns))
            known = other.select(theirs).unique()
            return whole.join(known, left_on=ours, right_on=pl.all(), how="anti", maintain_order="left")

        def judge(figures: Mapping[str, Any]) -> Verdict:
            failed = int(figures["failed"])
            what = f"a value of {listed(self.columns)} that the other frame does not know"
            said = f"No row holds {what}." if not failed else f"{counted(failed, 'row holds', 'rows hold')} {what}."
            return Verdict(not failed, failed, said)

        return Query(lambda frame: unmatched(frame).select(pl.len().alias("failed")), judge, unmatched)


def frame_of(to: object) -> pl.LazyFrame:
    """Give the frame of an asset's name, or the frame itself.

    Raises:
        UserError: There is no such asset.
    """
    if not isinstance(to, str):
        return to  # type: ignore[return-value] # made lazy when the check was made
    from platform_core.sdk.loading import load_asset  # noqa: PLC0415 - the SDK's decorators take checks in turn

    frame: pl.LazyFrame = load_asset(to)
    return frame


def _common_type(ours: pl.DataType, theirs: pl.DataType) -> pl.DataType | None:
    if isinstance(ours, TEXT) and isinstance(theirs, TEXT):
        return pl.String()
    if ours != theirs and ours.is_integer() and theirs.is_integer():
        return pl.Int128()
    if pl.Object in {ours, theirs}:
        return None
    if ours == pl.Null:
        return theirs
    return ours if theirs in (ours, pl.Null) else None


def _names(column: str | Sequence[str]) -> tuple[str, ...]:
    return (column,) if isinstance(column, str) else tuple(column)
