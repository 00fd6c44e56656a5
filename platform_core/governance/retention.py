"""Which stored data has been kept long enough: by asset and partition, against a day. And what a legal hold keeps."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

from platform_core.errors import UserError
from platform_core.governance.days import today
from platform_core.governance.policies.engine import held
from platform_core.governance.policies.lacks import matches
from platform_core.governance.policies.model import AssetFacts, Hold, Policies
from platform_core.suggest import meant, nearest

_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
_MONTH = re.compile(r"\d{4}-\d{2}")


@dataclass(frozen=True, slots=True)
class StoredPart:
    """What a storage holds: an asset, or one partition of it, and the day on which it was written."""

    asset: str
    layer: str
    partition: str | None
    written: str
    rows: int | None = None
    bytes: int | None = None


@dataclass(frozen=True, slots=True)
class Due:
    """What is stored, and until when it is kept.

    Attributes:
        part: What is stored.
        days: For how many days it is kept.
        since: The day from which they count.
        reckoned: `partition` where the partition's key is that day, `written` where it is the day of writing.
        keep_until: The last day on which it is kept.
        due: Whether that has passed.
        hold: The legal hold that keeps it all the same, empty where there is none.
    """

    part: StoredPart
    days: int
    since: str
    reckoned: str
    keep_until: str
    due: bool
    hold: str = ""


def due(stored: Iterable[StoredPart], assets: Sequence[AssetFacts], policies: Policies, *, on: str) -> tuple[Due, ...]:
    """Say of everything that is stored and has a retention period until when it is kept.

    The days count from the day that a partition's key names (of a month, from its last day), else from the day on
    which the data was written: an asset without such partitions that is made again every day never becomes due.

    Args:
        stored: What is stored.
        assets: The assets; those without a retention period are left out.
        policies: For its legal holds.
        on: The day.

    >>> part = StoredPart("visits", "bronze", "2026-01-31", "2026-02-02")
    >>> found = due([part], [AssetFacts(name="visits", retention_days=30)], Policies(), on="2026-03-03")
    >>> found[0].keep_until, found[0].due
    ('2026-03-02', True)
    """
    days = {asset.name: asset.retention_days for asset in assets}
    found = []
    for part in stored:
        kept = days.get(part.asset)
        if kept is None:
            continue
        since, reckoned = _since(part)
        until = (date.fromisoformat(since) + timedelta(days=kept)).isoformat()
        hold = held(policies, part.asset, on)
        found.append(Due(part, kept, since, reckoned, until, until < on, hold.id if hold else ""))
    return tuple(sorted(found, key=lambda one: (one.keep_until, one.part.asset, one.part.partition or "")))


def refuse_held(project: Path, assets: Sequence[str]) -> None:
    """Refuse to delete the data of assets that a legal hold keeps.

    Raises:
        UserError: One is held; it names the hold.
    """
    from platform_core.governance.policies.loading import load_policies  # noqa: PLC0415 - few delete data

    policies = load_policies(project)
    for asset in assets if policies is not None else ():
        hold = held(policies or Policies(), asset, today())
        if hold is not None:
            raise UserError(
                f"The data of {asset} is kept by the legal hold {hold.id}: {hold.reason}",
                hint="Who answers for the hold takes it out of policies/ when it ends.",
            )


def astray(policies: Policies, assets: Iterable[str], on: str) -> Iterator[tuple[Hold, str, str | None]]:
    """Give each pattern of a legal hold that is of no asset, with the asset whose name is nearest: it keeps nothing.

    >>> policies = Policies(holds=(Hold(id="CASE-7", reason="An inquiry", assets=("paymnts", "old_*")),))
    >>> [(hold.id, pattern, near) for hold, pattern, near in astray(policies, ["payments"], "2026-11-29")]
    [('CASE-7', 'paymnts', 'payments'), ('CASE-7', 'old_*', None)]
    """
    names = list(assets)
    for hold in policies.holds:
        for pattern in hold.assets if hold.until is None or on <= hold.until else ():
            if pattern != "*" and not any(matches([pattern], name) for name in names):
                yield hold, pattern, nearest(pattern.rpartition(":")[2], names)


def refuse_astray(policies: Policies, assets: Iterable[str], on: str) -> None:
    """Refuse to delete anything while a legal hold misses an asset by a letter: what was meant would be gone.

    Raises:
        UserError: One does; it names the hold.
    """
    for hold, pattern, near in astray(policies, assets, on):
        if near is not None:
            raise UserError(
                f"The legal hold {hold.id} is of {pattern}, and there is no such asset: nothing is deleted.",
                hint=f"{meant(near)} Correct the name, or take it out.",
            )


def _since(part: StoredPart) -> tuple[str, str]:
    """Give the day from which the days count, and how it was told."""
    key = part.partition or ""
    try:
        if _DAY.fullmatch(key):
            return date.fromisoformat(key).isoformat(), "partition"
        if _MONTH.fullmatch(key):
            first = date.fromisoformat(f"{key}-01")
            following = date(first.year + first.month // 12, first.month % 12 + 1, 1)
            return (following - timedelta(days=1)).isoformat(), "partition"
    except ValueError:
        pass
    return part.written, "written"
