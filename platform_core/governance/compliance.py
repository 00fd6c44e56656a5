"""Reports of compliance, as values: pure functions of policies, assets and what was recorded, for a day.

Each gives a `Report` of tables with captions, which `as_json` and `as_csv` write and `workbench compliance` shows as a
page. Nothing in them is a value of the data.

>>> from platform_core.governance import compliance, policies
>>> assets = [policies.AssetFacts(name="rents", layer="gold")]
>>> found = compliance.catalogue(policies.Policies(), assets, on="2026-11-29")
>>> found.sheets[0].rows[0][:2]
('rents', 'gold')
"""

from __future__ import annotations

import csv
import io
import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from platform_core.governance.access import LAYERS, allowed
from platform_core.governance.policies.engine import Breach, activities_of, classes_of
from platform_core.governance.policies.model import AssetFacts, Policies

if TYPE_CHECKING:
    from platform_core.governance.audit import Entry
    from platform_core.governance.retention import Due, StoredPart

REPORTS = ("processing", "catalogue", "retention", "access", "exceptions", "reproducibility", "quality")

Value = str | int | float | None

_ASK = "not stated"


@dataclass(frozen=True, slots=True)
class Sheet:
    """A table: what it is called, its columns, its rows. `numbers` are the columns that hold counts."""

    id: str
    caption: str
    columns: tuple[str, ...]
    rows: tuple[tuple[Value, ...], ...]
    numbers: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Report:
    """A report: its name, its title, the day it is of, its tables, and what has to be said beside them."""

    id: str
    title: str
    on: str
    sheets: tuple[Sheet, ...]
    notes: tuple[str, ...] = ()


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


def processing(policies: Policies, assets: Sequence[AssetFacts], *, on: str) -> Report:
    """Give the record of processing activities, as article 30(1) of the UK GDPR asks for it.

    Args:
        policies: Whose `processing:` and `organisation:` say what only people know.
        assets: The assets, whose retention and classification the record takes over.
        on: The day.
    """
    who = policies.organisation
    told = (
        ("Controller (30(1)(a))", who.controller if who else _ASK),
        ("Contact", who.contact if who else _ASK),
        ("Data protection officer", (who.protection_officer if who else "") or _ASK),
    )
    belongs = activities_of(policies, assets)
    classes = classes_of(policies, assets)
    rows = []
    for key, one in sorted(policies.processing.items()):
        own = [asset for asset in assets if key in belongs[asset.name]]
        kept = sorted({asset.retention_days for asset in own if asset.retention_days is not None})
        levels = sorted({level for asset in own if (level := classes[asset.name].level) is not None})
        rows.append(
            (
                key,
                one.purpose,
                _list(one.subjects),
                _list(one.categories),
                one.lawful_basis or _ASK,
                one.special_category or "none stated",
                _list(one.recipients, "none stated"),
                _list(one.transfers, "none stated"),
                f"{_list([str(days) for days in kept])} days" if kept else _ASK,
                "; ".join([*([one.security] if one.security else []), *levels]) or _ASK,
                one.dpia or _ASK,
                _list([asset.name for asset in own]),
            )
        )
    columns = (
        "Activity", "Purpose (30(1)(b))", "Data subjects (c)", "Categories of data (c)", "Lawful basis",
        "Condition for special categories", "Recipients (d)", "Transfers abroad (e)", "Kept for (f)", "Security (g)",
        "DPIA", "Assets",
    )  # fmt: skip
    loose = [asset for asset in assets if asset.personal and not belongs[asset.name]]
    notes = [f"{asset.shown} declares personal columns and belongs to no activity." for asset in loose]
    return Report(
        "processing",
        "Record of processing activities",
        on,
        (
            Sheet("controller", "Who answers for the data", ("What", "Who"), told),
            Sheet("activities", "Processing activities", columns, tuple(rows)),
        ),
        tuple(notes),
    )


def catalogue(
    policies: Policies, assets: Sequence[AssetFacts], stored: Iterable[StoredPart] = (), *, on: str
) -> Report:
    """Give the data catalogue: every asset with owner, classification, checks and what is stored of it."""
    classes, belongs = classes_of(policies, assets), activities_of(policies, assets)
    parts: dict[str, list[StoredPart]] = {}
    for part in stored:
        parts.setdefault(part.asset, []).append(part)
    rows: list[tuple[Value, ...]] = []
    kept: list[tuple[Value, ...]] = []
    for asset in assets:
        own = parts.get(asset.name, [])
        level = classes[asset.name]
        shown = level.level or _ASK
        if level.downgrade is not None:
            shown += " (by a recorded downgrade)"
        elif level.level is not None and level.declared is None:
            shown += " (from its inputs)"
        counts = [part.rows for part in own if part.rows is not None]
        rows.append(
            (
                asset.name,
                asset.layer or "outputs",
                asset.description or _ASK,
                _list(asset.owners),
                shown,
                "yes" if asset.personal or belongs[asset.name] else "no",
                asset.retention_days,
            )
        )
        kept.append(
            (
                asset.name,
                _list(asset.inputs, "none"),
                _list(asset.key, "none"),
                len(asset.checks or ()),
                sum(counts) if counts else None,
                max((part.written for part in own), default=None),
                asset.notebook or "by hand",
            )
        )
    columns = ("Asset", "Layer", "Description", "Owners", "Classification", "Personal data", "Kept for days")
    where = ("Asset", "Made from", "Key", "Checks", "Rows stored", "Last written", "Notebook")
    return Report(
        "catalogue",
        "Data catalogue",
        on,
        (
            Sheet("assets", "Assets", columns, tuple(rows), ("Kept for days",)),
            Sheet("data", "What they are made from, and what is stored", where, tuple(kept), ("Checks", "Rows stored")),
        ),
    )


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


def access(policies: Policies, assets: Sequence[AssetFacts], entries: Iterable[Entry], *, on: str) -> Report:
    """Give who may read and write which layer, and who did what with which asset by the audit log."""
    classes = classes_of(policies, assets)
    roles = []
    for layer in LAYERS:
        highest = sorted({classes[one.name].level or _ASK for one in assets if one.layer == layer})
        roles += [(role, layer, verb, _list(highest)) for role, verb in allowed(policies.roles, layer)]
    counted: Counter[tuple[str, str, str]] = Counter()
    last: dict[tuple[str, str, str], str] = {}
    for entry in entries:
        place = (entry.of, entry.who, entry.did)
        counted[place] += 1
        last[place] = max(entry.at[:10], last.get(place, ""))
    acts = tuple((*place, counted[place], last[place]) for place in sorted(counted))
    return Report(
        "access",
        "Access",
        on,
        (
            Sheet("roles", "Who may", ("Role", "Layer", "May", "Classifications there"), tuple(sorted(roles))),
            Sheet("acts", "Who did, by the audit log", ("Of", "Who", "Did", "Times", "Last"), acts, ("Times",)),
        ),
        ("What was read past the platform, with other tools, stands in no log of it.",),
    )


def exceptions(policies: Policies, breaches: Sequence[Breach], *, on: str) -> Report:
    """Give the exceptions from policies, the recorded downgrades, the legal holds, and what stands open."""
    excepted = tuple(
        (
            one.rule,
            _list(one.assets),
            "expired" if one.expires < on else "in force",
            one.expires,
            one.owner,
            one.reason,
            sum(breach.exemption == one for breach in breaches),
        )
        for one in policies.exceptions
    )
    records = tuple((one.asset, _list(one.inputs), one.to, one.by, one.on, one.reason) for one in policies.downgrades)
    holds = tuple(
        (
            one.id,
            _list(one.assets),
            str(len(one.subjects)) if one.subjects else "everybody",
            one.until or "open",
            one.reason,
        )
        for one in policies.holds
    )
    standing = tuple(
        (one.asset or "policies", one.rule, one.severity, one.said) for one in breaches if one.exemption is None
    )
    exempt = ("Rule", "Assets", "State", "Until", "Owner", "Reason", "Covers now")
    downgrade = ("Asset", "Of inputs", "To", "By", "On", "Reason")
    return Report(
        "exceptions",
        "Policy exceptions",
        on,
        (
            Sheet("exceptions", "Exceptions from rules", exempt, excepted, ("Covers now",)),
            Sheet("downgrades", "Recorded downgrades of a classification", downgrade, records),
            Sheet("holds", "Legal holds", ("Hold", "Assets", "People", "Until", "Reason"), holds),
            Sheet("open", "What stands against a policy", ("Asset", "Rule", "Severity", "What"), standing),
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
            Sheet("assets", "Assets", ("Asset", *counted, "Last"), total, counted),
            Sheet("months", "Checks by month", ("Asset", "Check", "Month", *counted, "Last"), rows, counted),
        ),
    )


def as_json(report: Report) -> str:
    """Give a report as JSON: every table as a list of rows by column."""
    content = {
        "version": 1,
        "report": report.id,
        "title": report.title,
        "on": report.on,
        "notes": list(report.notes),
        "tables": {
            sheet.id: [dict(zip(sheet.columns, row, strict=True)) for row in sheet.rows] for sheet in report.sheets
        },
    }
    return json.dumps(content, indent=2, ensure_ascii=False) + "\n"


def as_csv(sheet: Sheet) -> str:
    r"""Give a table as CSV; text that a spreadsheet program would run has an apostrophe before it.

    >>> as_csv(Sheet("a", "A", ("x", "y"), (("=1+1", 2),)))
    "x,y\r\n'=1+1,2\r\n"
    """
    into = io.StringIO()
    writer = csv.writer(into)
    writer.writerow(sheet.columns)
    writer.writerows([_escaped(value) for value in row] for row in sheet.rows)
    return into.getvalue()


def _share(runs: Sequence[CheckRun]) -> tuple[int, int, float]:
    passed = sum(one.passed for one in runs)
    return len(runs), passed, round(100 * passed / len(runs), 1)


def _list(texts: Sequence[str], none: str = _ASK) -> str:
    return ", ".join(texts) or none


def _escaped(value: Value) -> Value:
    return f"'{value}" if isinstance(value, str) and value[:1] in ("=", "+", "-", "@", "\t", "\r") else value


def tables(reports: Sequence[Report]) -> Mapping[str, Sheet]:
    """Give every table of some reports by the name of its file."""
    return {f"{report.id}-{sheet.id}.csv": sheet for report in reports for sheet in report.sheets}
