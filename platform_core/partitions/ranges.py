"""Ranges of partitions, for backfills: from one key to another, both included."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import dagster as dg

from platform_core.errors import UserError
from platform_core.partitions.calendar import day
from platform_core.suggest import did_you_mean

RANGE = ".."  # no key holds it: the lake's file names may not


def partition_range(
    definition: dg.PartitionsDefinition[Any],
    first: str | None = None,
    last: str | None = None,
    *,
    instance: dg.DagsterInstance | None = None,
    now: datetime | None = None,
) -> list[str]:
    """Give the keys of the partitions from one to another, both included, in their order.

    Partitions by date take any dates: those partitions are given that begin between them. Partitions along two
    dimensions take a range of each, so `2025-01-01|London` to `2025-01-31|York` are the days of January for the regions
    from London to York.

    Args:
        definition: The partitions.
        first: The first key; the first there is, where it is None.
        last: The last key; the last there is, where it is None.
        instance: Dagster's instance, which knows the keys of dynamic partitions.
        now: What counts as now for partitions by date that go on.

    Raises:
        UserError: A key is not known, the range is the wrong way round, or no partition lies in it.

    >>> from platform_core.partitions import daily_partitions
    >>> partition_range(daily_partitions("2024-01-01", "2025-01-01"), "2024-02-28", "2024-03-01")
    ['2024-02-28', '2024-02-29', '2024-03-01']
    """
    with dg.partition_loading_context(effective_dt=now, dynamic_partitions_store=instance):
        return _between(definition, first or None, last or None)


def parse_range(text: str) -> tuple[str, str] | None:
    """Give both ends of a range as a person writes it, an open end as empty text; None for a single key.

    >>> parse_range("2025-01-01..2025-01-31"), parse_range("2025-01-01.."), parse_range("London")
    (('2025-01-01', '2025-01-31'), ('2025-01-01', ''), None)
    """
    first, dots, last = text.partition(RANGE)
    return (first, last) if dots else None


def _between(definition: dg.PartitionsDefinition[Any], first: str | None, last: str | None) -> list[str]:
    if isinstance(definition, dg.MultiPartitionsDefinition):
        return _box(definition, first, last)
    keys = list(definition.get_partition_keys())
    if isinstance(definition, dg.TimeWindowPartitionsDefinition) and definition.fmt == "%Y-%m-%d":
        begin, end = (None if bound is None else day(bound).isoformat() for bound in (first, last))
        if begin is not None and end is not None and begin > end:
            raise _backwards(first, last)
        chosen = [key for key in keys if (begin is None or begin <= key) and (end is None or key <= end)]
    else:
        start, stop = _place(first, keys, 0), _place(last, keys, len(keys) - 1)
        if start > stop and keys:
            raise _backwards(first, last)
        chosen = keys[start : stop + 1]
    if not chosen:
        there = f"There are those from {keys[0]} to {keys[-1]}." if keys else "There are none at all yet."
        raise UserError(f"No partition lies from {first or 'the first'} to {last or 'the last'}.", hint=there)
    return chosen


def _box(definition: dg.MultiPartitionsDefinition, first: str | None, last: str | None) -> list[str]:
    ends = [_by_dimension(definition, bound) for bound in (first, last)]
    chosen = {
        dimension.name: set(
            _between(dimension.partitions_def, ends[0].get(dimension.name), ends[1].get(dimension.name))
        )
        for dimension in definition.partitions_defs
    }
    return [
        str(key)
        for key in definition.get_partition_keys()
        if all(part in chosen[name] for name, part in key.keys_by_dimension.items())
    ]


def _by_dimension(definition: dg.MultiPartitionsDefinition, bound: str | None) -> dict[str, str]:
    if bound is None:
        return {}
    parts = bound.split("|")
    names = list(definition.partition_dimension_names)
    if len(parts) != len(names):
        example = "|".join(names)
        raise UserError(f"{bound!r} is no key of these partitions.", hint=f"Write it as {example}, with both keys.")
    return dict(zip(names, parts, strict=True))


def _place(key: str | None, keys: Sequence[str], otherwise: int) -> int:
    if key is None:
        return otherwise
    if key not in keys:
        hint = did_you_mean(key, keys) if keys else "There are none at all yet."
        raise UserError(f"There is no partition {key!r}.", hint=hint)
    return keys.index(key)


def _backwards(first: str | None, last: str | None) -> UserError:
    return UserError(f"The range from {first} to {last} is the wrong way round.", hint="Write the earlier one first.")
