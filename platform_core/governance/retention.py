"""Which stored data has been kept long enough: by asset and partition, against a day. And what a legal hold keeps."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

from platform_core.errors import UserError
from platform_core.governance.days import today
from platform_core.governance.policies.engine import held
from platform_core.governance.policies.model import AssetFacts, Policies

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
