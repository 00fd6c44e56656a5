"""The standing of a project as a table that a person reads at a glance, or as JSON."""

from __future__ import annotations

import datetime as dt
import json
import shlex
from typing import Any

from workbench.status.standing import SAID, UNREADABLE, UNVERIFIED, Notebook, Standing, Step

_UNITS = ((86400, "day"), (3600, "hour"), (60, "minute"))


def ago(span: dt.timedelta) -> str:
    """Say a span of time in its largest unit.

    >>> ago(dt.timedelta(seconds=30)), ago(dt.timedelta(minutes=61)), ago(dt.timedelta(days=2, hours=3))
    ('under a minute', '1 hour', '2 days')
    """
    seconds = max(0, int(span.total_seconds()))
    for size, unit in _UNITS:
        if seconds >= size:
            count = seconds // size
            return f"{count} {unit}{'s' if count > 1 else ''}"
    return "under a minute"


def rows_of(found: Standing, now: dt.datetime) -> list[list[str]]:
    """Give the rows of the table: one for each step, and one for each notebook that has none."""
    rows = []
    for notebook in found.notebooks:
        if not notebook.steps:
            rows.append([notebook.path, "", notebook.state, "", "", "", ""])
        for number, step in enumerate(notebook.steps):
            rows.append([notebook.path if number == 0 else "", *_cells(step, found.history.known, now)])
    return rows


def summary(found: Standing) -> str:
    """Say what there is, and what wants doing, in a sentence or two."""
    steps = [step for notebook in found.notebooks for step in notebook.steps]
    parts = [f"{_count(len(found.notebooks), 'notebook')}, {_count(len(steps), 'step')}"]
    apart = [step for step in steps if step.state not in (SAID["same"], SAID["new"], UNVERIFIED)]
    counts = (
        (sum(not notebook.steps and not notebook.problems for notebook in found.notebooks), "only explored"),
        (sum(notebook.state == UNREADABLE for notebook in found.notebooks), UNREADABLE),
        (sum(step.state == SAID["new"] for step in steps), "not promoted"),
        (len(apart), "out of step"),
        (sum(step.state == UNVERIFIED for step in steps), "unverified"),
        (sum(step.last.failed for step in steps), "failed when last run"),
        (sum(step.late_by is not None for step in steps), "late"),
        (sum(step.last.passed < step.last.checks for step in steps), "with failing checks"),
    )
    parts += [f"{count} {what}" for count, what in counts if count]
    return ", ".join(parts) + "."


def advice(found: Standing) -> str:
    """Give the command that does what comes next, edits of modules first; empty where nothing wants doing."""
    steps = [(notebook.path, step) for notebook in found.notebooks for step in notebook.steps]
    for path, step in steps:
        if step.state in (SAID["module"], SAID["both"]):
            return f"promote --pull {shlex.quote(path)}"
    if broken := next((notebook.path for notebook in found.notebooks if notebook.state == UNREADABLE), ""):
        return f"promote {shlex.quote(broken)}"  # which says where, and what to do
    for path, step in steps:
        if step.state not in (SAID["same"], SAID["conflict"], SAID["foreign"]):
            return f"promote {shlex.quote(path)}"
    unmade = found.history.known and any(step.last.made is None or step.last.failed for _, step in steps)
    return "workbench materialize" if unmade else ""


def as_json(found: Standing) -> str:
    """Give the standing as JSON; times are ISO 8601 in UTC."""
    content = {
        "history": "known" if found.history.known else found.history.why,
        "notebooks": [_notebook(notebook) for notebook in found.notebooks],
    }
    return json.dumps(content, indent=2, ensure_ascii=False) + "\n"


def _cells(step: Step, known: bool, now: dt.datetime) -> list[str]:
    last = step.last
    if not known:
        return [step.tag, step.state, "unknown", "", "", ""]
    made = "never" if last.made is None else f"{ago(now - last.made)} ago"
    fresh = f"late by {ago(step.late_by)}" if step.late_by is not None else ""
    parts = f"{last.partitions} partitions" if last.partitions else ""
    rows = "" if last.rows is None or last.partitions else f"{last.rows:,}"
    checks = f"{last.passed} of {last.checks}" if last.checks else ""
    return [step.tag, step.state, "failed, " + made if last.failed else made, rows or parts, checks, fresh]


def _notebook(notebook: Notebook) -> dict[str, Any]:
    return {
        "notebook": notebook.path,
        "state": notebook.state,
        "problems": notebook.problems,
        "steps": [_step(step) for step in notebook.steps],
    }


def _step(step: Step) -> dict[str, Any]:
    last = step.last
    return {
        "step": step.tag,
        "state": step.state,
        "made": last.made.isoformat(timespec="seconds") if last.made else None,
        "last_run_failed": last.failed,
        "rows": last.rows,
        "partitions": last.partitions,
        "checks": last.checks,
        "checks_passed": last.passed,
        "late_by_seconds": int(step.late_by.total_seconds()) if step.late_by is not None else None,
    }


def _count(number: int, what: str) -> str:
    return f"{number} {what}{'' if number == 1 else 's'}"
