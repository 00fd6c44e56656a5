"""What became of each asset: made, unchanged, failed or passed over, with numbers and plain causes."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Literal

from platform_core.origins import TOLD
from workbench.fingerprints import Record
from workbench.project import Project

if TYPE_CHECKING:
    import dagster as dg

Status = Literal["pending", "made", "unchanged", "failed", "skipped"]
_WORST: tuple[Status, ...] = ("pending", "unchanged", "made", "skipped", "failed")
LONGEST_CAUSE = 300
_NOTE = re.compile(rf"^{re.escape(TOLD)}(.*)\n?", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Problem:
    """Something that went wrong: a failed step or a failed check. A warning is not `fatal`.

    `location` is the line of the project that was running, `notebook` the cell and line that it came from.
    """

    what: str
    cause: str = ""
    hint: str = ""
    location: str = ""
    partition: str | None = None
    fatal: bool = True
    notebook: str = ""


@dataclass(frozen=True, slots=True)
class AssetOutcome:
    """One asset of a run, its partitions taken together.

    `rows` is None where no materialisation said; `seconds` are of the steps alone, of an earlier run where unchanged.
    """

    name: str
    layer: str
    notebook: str = ""
    status: Status = "pending"
    rows: int | None = None
    checks: int = 0
    passed: int = 0
    seconds: float = 0.0
    parts: int = 0
    problems: tuple[Problem, ...] = ()
    blocked_by: tuple[str, ...] = ()

    def with_record(self, record: Record, status: Status) -> AssetOutcome:
        """Give the outcome of one materialisation."""
        return replace(
            self,
            status=status,
            rows=record.rows,
            checks=len(record.checks),
            passed=sum(record.checks.values()),
            seconds=record.seconds,
            parts=1,
        )

    def plus(self, other: AssetOutcome) -> AssetOutcome:
        """Add another partition of the same asset: numbers are summed and the worst status stands."""
        rows = [value for value in (self.rows, other.rows) if value is not None]
        return replace(
            self,
            status=max(self.status, other.status, key=_WORST.index),
            rows=sum(rows) if rows else None,
            checks=self.checks + other.checks,
            passed=self.passed + other.passed,
            seconds=round(self.seconds + other.seconds, 3),
            parts=self.parts + other.parts,
            problems=(*self.problems, *other.problems),
            blocked_by=tuple(dict.fromkeys((*self.blocked_by, *other.blocked_by))),
        )

    def as_json(self) -> dict[str, Any]:
        """Give the outcome as plain values for `--json`."""
        return {
            "asset": self.name,
            "layer": self.layer,
            "status": self.status,
            "rows": self.rows,
            "checks": self.checks,
            "checks_passed": self.passed,
            "seconds": self.seconds,
            "partitions": self.parts,
            "notebook": self.notebook or None,
            "problems": [
                {
                    "what": problem.what,
                    "cause": problem.cause,
                    "hint": problem.hint,
                    "location": problem.location,
                    "notebook": problem.notebook or None,
                    "partition": problem.partition,
                    "fatal": problem.fatal,
                }
                for problem in self.problems
            ],
            "blocked_by": list(self.blocked_by),
        }


def was_interrupted(event: dg.DagsterEvent) -> bool:
    """Say whether a step failed because the person interrupted the command."""
    error = event.step_failure_data.error
    while error is not None:
        if error.cls_name in {"DagsterExecutionInterruptedError", "KeyboardInterrupt"}:
            return True
        error = error.cause
    return False


def read_problem(event: dg.DagsterEvent, project: Project) -> Problem | None:
    """Say why a step failed: the innermost cause, the line of the project it arose in and the notebook's cell.

    None where the step failed only because a blocking check did, which its own event tells.
    """
    error = event.step_failure_data.error
    if error is None:
        return Problem("the step failed")
    chain = [error]
    while chain[-1].cause is not None:
        chain.append(chain[-1].cause)
    last = chain[-1]
    if last.cls_name == "DagsterAssetCheckFailedError":
        return None
    location = ""
    for part in chain:
        for file, line in re.findall(r'File "([^"]+)", line (\d+)', "".join(part.stack)):
            if file.startswith(str(project.sources)):
                location = f"{file.removeprefix(str(project.root)).lstrip('/')}:{line}"
    name = last.cls_name or "Error"
    cells = [note for part in chain for note in _NOTE.findall(part.message)]
    message = re.sub(rf"\A[\w.]*{re.escape(name)}: ", "", _NOTE.sub("", last.message).strip())
    cause, _, hint = message.partition("\nhint: ")
    cause = " ".join(cause.split())
    if len(cause) > LONGEST_CAUSE:
        cause = cause[:LONGEST_CAUSE] + "…"
    if name not in {"UserError", "UsageError", "HeldBackError", "Fault"}:
        cause = f"{name}: {cause}" if cause and cause != name else name
    return Problem("the step failed", cause, hint.strip(), location, notebook=cells[-1] if cells else "")
