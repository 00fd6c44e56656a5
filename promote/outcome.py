"""What one run of `promote` was asked to do, and what came of it.

The command line, the Jupyter server and CI make a `Settings`, call `promote.pipeline.run`, and show its `Outcome`.
"""

from __future__ import annotations

from platform_core.hints import Literal, Path
from platform_core.values import dataclass
from promote.model import Finding

# Exit codes: nothing to say, findings, used wrongly, a fault of ours, not the same as the notebook
FINE, FINDINGS, USAGE, FAULT, UNVERIFIED = 0, 1, 2, 3, 4

Status = Literal[
    "new", "unchanged", "updated", "refused", "failed", "drift", "unverified", "pulled", "moved", "orphan", "pruned"
]


@dataclass(frozen=True, slots=True)
class Settings:
    """What the person asked for. `project` is None where it is to be found from the working directory.

    `changed` is the git revision that a check compares with, None where it looks at everything. `ours` and `theirs` are
    the tags of steps for which the notebook, or the module, is right where both changed the same statement.
    """

    project: Path | None = None
    run: bool = True
    include_needed: bool = False
    check: bool = False
    diff: bool = False
    dry_run: bool = False
    force: bool = False
    twice: bool = False
    select: tuple[str, ...] = ()
    parameters: tuple[tuple[str, str], ...] = ()
    pull: bool = False
    prune: bool = False
    move: bool = False
    changed: str | None = None
    ours: tuple[str, ...] = ()
    theirs: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class StepOutcome:
    """What came of one step.

    `files` are the paths written or, under `--check` and `--dry-run`, the paths that would be. `parity` says in one
    phrase how the asset compared with the notebook; `rows` counts the rows of its output, None where it never ran.
    `drift` names what stands between the step and its files, empty where nothing does; see `promote.drift.State`.
    `cost` says what a run costs, where that was worked out.
    """

    tag: str
    notebook: str
    status: Status
    files: tuple[str, ...] = ()
    diff: str = ""
    parity: str = ""
    rows: int | None = None
    drift: str = ""
    cost: str = ""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of a run: every finding, every step, and the exit code of DESIGN section 6."""

    findings: tuple[Finding, ...] = ()
    steps: tuple[StepOutcome, ...] = ()
    exit_code: int = 0
