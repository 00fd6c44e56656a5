"""The reports of compliance of a project: gathered from what is there, and shown as page, tables or JSON."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path

import dagster as dg
from dagster._core.storage.asset_check_execution_record import AssetCheckExecutionRecordStatus as Status

from platform_core.config import load_config
from platform_core.errors import UserError
from platform_core.governance import compliance
from platform_core.governance.audit import Entry, log_of, read_entries
from platform_core.governance.compliance import CheckRun, Criterion, Report
from platform_core.storage.routes import storage_of
from promote.project import find
from workbench.governance.checking import breaches
from workbench.governance.expiring import find_due
from workbench.governance.loading import Governed
from workbench.governance.stored import stored_parts
from workbench.rap.report import criteria
from workbench.review.document import Block, Cell, Document, Paragraph, Section, Table

MARK = "<!-- workbench-compliance -->"
MOST = 10_000  # evaluations of one check that are looked at, the newest

_WIDEST = 8  # columns that a page of paper holds
_FOOTER = "Made by Notebook Workbench from the project's policies, code and records. No value of the data is in it."
_BAD = {"due", "expired", "not met", "error", "no"}
_GOOD = {"in force", "kept", "met"}


def report(name: str, found: Governed, instance: dg.DagsterInstance, on: str) -> Report:
    """Make one report of a project.

    Raises:
        UserError: Something that it needs cannot be read.
    """
    policies, assets = found.policies, found.assets
    root = found.project.root
    make: Mapping[str, Callable[[], Report]] = {
        "processing": lambda: compliance.processing(policies, assets, on=on),
        "catalogue": lambda: compliance.catalogue(
            policies, assets, stored_parts(storage_of(load_config(root)), assets), on=on
        ),
        "retention": lambda: compliance.retention(find_due(found, on), assets, on=on),
        "access": lambda: compliance.access(policies, assets, _entries(root, on), on=on),
        "exceptions": lambda: compliance.exceptions(policies, breaches(found, on), on=on),
        "reproducibility": lambda: compliance.reproducibility(_criteria(root), on=on),
        "quality": lambda: compliance.quality(_history(found, instance, on), on=on),
    }
    return make[name]()


def _criteria(root: Path) -> list[Criterion]:
    looked = criteria(find(named=root))
    return [Criterion(one.level, one.title, one.look.status, "; ".join(one.look.found)) for one in looked]


def page(reports: Sequence[Report], title: str) -> Document:
    """Give reports as one page: a section for each, and a table for each of its tables."""
    sections = tuple(Section(one.id, one.title, tuple(_blocks(one))) for one in reports)
    return Document(f"{title}: compliance on {reports[0].on}", sections, _FOOTER, MARK)


def _blocks(one: Report) -> Iterator[Block]:
    yield Paragraph(f"As of {one.on}.")
    for note in one.notes:
        yield Paragraph(note)
    for sheet in one.sheets:
        if not sheet.rows:
            yield Paragraph(f"{sheet.caption}: none.")
            continue
        rows = tuple(
            tuple(_cell(value, column) for value, column in zip(row, sheet.columns, strict=True)) for row in sheet.rows
        )
        if len(sheet.columns) <= _WIDEST:
            yield Table(sheet.caption, sheet.columns, rows, sheet.numbers)
            continue
        for row in rows:  # too wide for paper: a table of its own for each, read downwards
            pairs = tuple((Cell(column), cell) for column, cell in zip(sheet.columns, row, strict=True))
            yield Table(f"{sheet.caption}: {row[0].text}", ("What", "Stated"), pairs)


def _cell(value: compliance.Value, column: str) -> Cell:
    text = "" if value is None else f"{value:,}" if isinstance(value, int | float) else value
    if column == "Personal data":  # neither is better than the other
        return Cell(text)
    return Cell(text, tone="bad" if text in _BAD else "good" if text in _GOOD else "")


def _entries(root: Path, on: str) -> list[Entry]:
    log = log_of(root)
    try:
        return [one for one in read_entries(log.path) if one.at[:10] <= on] if log is not None else []
    except UserError:  # no log yet
        return []


def _history(found: Governed, instance: dg.DagsterInstance, on: str) -> Iterator[CheckRun]:
    """Give the evaluations of every check that the event log holds, up to a day."""
    for asset in found.assets:
        for check in asset.checks or ():
            key = dg.AssetCheckKey(dg.AssetKey.from_user_string(asset.name), check)
            for record in instance.event_log_storage.get_asset_check_execution_history(key, limit=MOST):
                day = datetime.fromtimestamp(record.create_timestamp, UTC).date().isoformat()
                if record.status in {Status.SUCCEEDED, Status.FAILED} and day <= on:
                    passed = record.status == Status.SUCCEEDED
                    yield CheckRun(asset.name, check, passed, day, record.partition or "")
