"""Reports of what was recorded: retention, reproducibility, quality over time."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from platform_core.governance.compliance.values import Report, Sheet

if TYPE_CHECKING:
    from platform_core.governance.policies.model import AssetFacts
    from platform_core.governance.retention import Due


@dataclass(frozen=True, slots=True)
class CheckRun:
    """One evaluation of a check, as Dagster recorded it."""

    asset: str
    check: str
    passed: bool
    on: str
    partition: str = ""


@dataclass(frozen=True, slots=True)
class Criterion:
    """One criterion of reproducible analytical pipelines, with what was found."""

    level: str
    title: str
    status: str
    found: str


def retention(due: Sequence[Due], assets: Sequence[AssetFacts], *, on: str) -> Report:
    """Give what is stored with the day until which it is kept, and the assets that say nothing of it."""
    rows = tuple(
        (
            one.part.asset,
            one.part.partition or "whole",
            f"held by {one.hold}" if one.hold else "due" if one.due else "kept",
            one.keep_until,
            one.days,
            f"{one.since} ({one.reckoned})",
            one.part.rows,
        )
        for one in due
    )
    columns = ("Asset", "Partition", "State", "Kept until", "Days", "Counted from", "Rows")
    silent = tuple((one.name, one.layer) for one in assets if one.retention_days is None and not one.outside)
    return Report(
        "retention",
        "Retention",
        on,
        (
            Sheet("due", "What is stored, and until when", columns, rows, ("Days", "Rows")),
            Sheet("silent", "Assets without a retention period", ("Asset", "Layer"), silent),
        ),
    )


def reproducibility(criteria: Sequence[Criterion], *, on: str) -> Report:
    """Give how the project stands to the levels of reproducible analytical pipelines."""
    levels = list(dict.fromkeys(one.level for one in criteria))
    counts = []
    for number, level in enumerate(levels):
        asked = [one for one in criteria if one.level in levels[: number + 1]]
        states = Counter(one.status for one in asked)
        reached = "no" if states["not met"] else "yes, as far as a program can tell"
        counts.append((level, reached, states["met"], states["not met"], states["not checked"]))
    columns = ("Level", "Reached", "Met", "Not met", "Not checked")
    rows = tuple((one.title, one.level, one.status, one.found) for one in criteria)
    return Report(
        "reproducibility",
        "Reproducibility",
        on,
        (
            Sheet("levels", "Levels", columns, tuple(counts), columns[2:]),
            Sheet("criteria", "Criteria", ("Criterion", "Level", "Status", "What was found"), rows),
        ),
    )


def quality(runs: Iterable[CheckRun], *, on: str) -> Report:
    """Give how checks went over time: each check by month, with its share of passes.

    >>> runs = [CheckRun("rents", "no_nulls", True, "2026-10-01"), CheckRun("rents", "no_nulls", False, "2026-10-02")]
    >>> quality(runs, on="2026-11-29").sheets[1].rows
    (('rents', 'no_nulls', '2026-10', 2, 1, 50.0, '2026-10-02'),)
    """
    months: dict[tuple[str, str, str], list[CheckRun]] = {}
    for one in runs:
        months.setdefault((one.asset, one.check, one.on[:7]), []).append(one)
    rows = tuple((*place, *_share(each), max(one.on for one in each)) for place, each in sorted(months.items()))
    assets: dict[str, list[CheckRun]] = {}
    for place, each in months.items():
        assets.setdefault(place[0], []).extend(each)
    total = tuple((name, *_share(each), max(one.on for one in each)) for name, each in sorted(assets.items()))
    counted = ("Evaluations", "Passed", "Share in %")
    return Report(
        "quality",
        "Data quality over time",
        on,
        (
            Sheet("assets", "Checks by asset", ("Asset", *counted, "Last"), total, counted),
            Sheet("months", "Checks by asset and month", ("Asset", "Check", "Month", *counted, "Last"), rows, counted),
        ),
    )


def _share(runs: Sequence[CheckRun]) -> tuple[int, int, float]:
    passed = sum(one.passed for one in runs)
    return len(runs), passed, round(100 * passed / len(runs), 1)
