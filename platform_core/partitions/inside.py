"""The check that data lies inside its partition: the column that it is cut by holds nothing of another one."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, time
from typing import Any

import dagster as dg
import polars as pl

from platform_core.asset_checks.model import Check, Plan, Test, check_name, listed, missing, refusal
from platform_core.asset_checks.rows import row_plan
from platform_core.columns import TEXT, column_of, type_text
from platform_core.errors import UsageError


def check_in_partition(
    column: str | Mapping[str, str],
    *,
    of: dg.PartitionsDefinition[Any] | None = None,
    partition: str | None = None,
    name: str | None = None,
) -> Check:
    """Give the check that every row lies inside the partition that it is stored in. A null lies nowhere, and passes.

    In `data_quality_checks=[…]` of a partitioned asset it takes the partitions of the asset and the key of the run.
    Dates lie in a partition by date from its first day to its last. A time with a zone is compared as a moment, one
    without as the clock of the partitions' own zone shows it; so the hour that the clocks skip or repeat belongs to its
    day. For all other partitions, a value is the key itself.

    Args:
        column: The column, or for partitions along two dimensions `{"day": "decided_on", "region": "region"}`.
        of: The partitions, where the check is used by hand.
        partition: The key, where the check is used by hand.
        name: The check's name, where the usual one will not do.

    Raises:
        UsageError: No column is named.

    >>> from platform_core.partitions import daily_partitions
    >>> check = check_in_partition("day", of=daily_partitions("2025-01-01"), partition="2025-01-22")
    >>> check.run(pl.DataFrame({"day": ["2025-01-22", "2025-01-23"]})).description
    '1 row lies outside its partition: day (1).'
    """
    columns = tuple(column.items()) if isinstance(column, Mapping) else (("", column),)
    if not columns or not all(isinstance(part, str) for pair in columns for part in pair):
        raise UsageError("check_in_partition needs a column.", hint='Write check_in_partition("decided_on").')
    names = [named for _, named in columns]
    return Check(
        name or check_name("in_partition", names),
        f"Every {listed(names)} lies inside its partition.",
        InPartition(columns, of, partition),
    )


@dataclass(frozen=True, slots=True)
class InPartition:
    """Inside the partition of a key, by dimension and column."""

    columns: tuple[tuple[str, str], ...]
    of: dg.PartitionsDefinition[Any] | None
    key: str | None

    def plan(self, schema: pl.Schema) -> Plan:
        """Compare each column with its part of the key.

        Raises:
            UsageError: Nobody said which partition.
        """
        if self.of is None or self.key is None:
            raise UsageError(
                "check_in_partition does not know the partition.",
                hint="Use it in data_quality_checks of a partitioned asset, or give of= and partition=.",
            )
        if absent := missing([column for _, column in self.columns], schema):
            return absent
        bad = {}
        for dimension, column in self.columns:
            definition, key = part_of(self.of, self.key, dimension)
            judged = _outside(column, schema[column], definition, key)
            if isinstance(judged, str):
                return refusal(f"Column {column} is {type_text(schema[column])}, {judged}.")
            bad[column] = Test(judged)
        return row_plan(bad, ("lies outside its partition", "lie outside their partition"))


def with_partitions(checks: Iterable[Check], of: dg.PartitionsDefinition[Any] | None, where: str) -> tuple[Check, ...]:
    """Give the checks of an asset, those of partitions knowing the asset's.

    Raises:
        UsageError: The asset has no partitions, or not those that a check names.
    """
    found = []
    for check in checks:
        rule = check.rule
        if isinstance(rule, InPartition):
            if of is None:
                raise UsageError(f"{where}: {check.name!r} needs partitions.", hint="Give the asset partitions_def=….")
            for dimension, _ in rule.columns:
                part_of(of, None, dimension)
            check = replace(check, rule=replace(rule, of=of))  # noqa: PLW2901 - the same check, knowing more
        found.append(check)
    return tuple(found)


def at_partition(checks: Iterable[Check], key: str | None) -> list[Check]:
    """Give checks for the run of one partition."""
    return [
        replace(check, rule=replace(check.rule, key=key)) if isinstance(check.rule, InPartition) else check
        for check in checks
    ]


def part_of(
    of: dg.PartitionsDefinition[Any], key: str | None, dimension: str
) -> tuple[dg.PartitionsDefinition[Any], str]:
    """Give the partitions and the key of one dimension; of the whole, where there is but one.

    Raises:
        UsageError: There is no such dimension.
    """
    if not isinstance(of, dg.MultiPartitionsDefinition):
        if dimension:
            raise UsageError(f"The partitions have no dimension {dimension!r}.", hint="Name the column alone.")
        return of, key or ""
    for part in of.partitions_defs:
        if part.name == dimension:
            return part.partitions_def, of.get_partition_key_from_str(key).keys_by_dimension[dimension] if key else ""
    names = listed(of.partition_dimension_names)
    raise UsageError(
        f"The partitions have no dimension {dimension!r}." if dimension else "The partitions have two dimensions.",
        hint=f"Give a mapping from dimension ({names}) to column.",
    )


def _outside(column: str, dtype: pl.DataType, of: dg.PartitionsDefinition[Any], key: str) -> pl.Expr | str:
    """Give the expression that is true outside the partition, or say why there is none."""
    value = column_of(column)
    if not isinstance(of, dg.TimeWindowPartitionsDefinition):
        if isinstance(dtype, TEXT) or dtype.is_integer() or dtype in {pl.Date, pl.Null}:
            return value.cast(pl.String) != key
        return "which no key of these partitions can be compared with"
    try:
        window = of.time_window_for_partition_key(key)
    except ValueError:
        raise UsageError(f"{key!r} is no key of these partitions.", hint=f"Write it as {of.fmt}.") from None
    if isinstance(dtype, pl.Datetime):
        return _of_time(value, dtype, window.start, window.end)
    if dtype == pl.Date or isinstance(dtype, TEXT):
        return _of_day(value, dtype, window.start, window.end)
    return pl.lit(False) if dtype == pl.Null else "neither a date nor a time"


def _of_time(value: pl.Expr, dtype: pl.Datetime, begin: datetime, end: datetime) -> pl.Expr:
    if dtype.time_zone is None:
        return _beyond(value, *(_literal(moment.replace(tzinfo=None), dtype) for moment in (begin, end)))
    moments = (_literal(moment.astimezone(UTC).replace(tzinfo=None), dtype) for moment in (begin, end))
    return _beyond(value.dt.convert_time_zone("UTC").dt.replace_time_zone(None), *moments)


def _of_day(value: pl.Expr, dtype: pl.DataType, begin: datetime, end: datetime) -> pl.Expr | str:
    if begin.time() != time() or end.time() != time():
        return "but these partitions are parts of a day"
    days = (pl.lit(begin.date()), pl.lit(end.date()))
    if dtype == pl.Date:
        return _beyond(value, *days)
    read = value.cast(pl.String).str.to_date("%Y-%m-%d", strict=False)
    # Text that is no date lies in no partition
    return value.is_not_null() & (read.is_null() | _beyond(read, *days))


def _literal(moment: datetime, dtype: pl.Datetime) -> pl.Expr:
    return pl.lit(moment, dtype=pl.Datetime(dtype.time_unit))


def _beyond(value: pl.Expr, begin: pl.Expr, end: pl.Expr) -> pl.Expr:
    return (value < begin) | (value >= end)
