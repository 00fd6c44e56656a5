"""How every notebook and step stands: tagged, promoted, in step with its module, made, fresh, checked."""

from __future__ import annotations

import ast
import datetime as dt
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from promote.outcome import Settings, StepOutcome
from promote.project import Project
from promote.recheck import check
from promote.vocabulary import layers
from workbench.status.history import History, Last, read_history

UNVERIFIED = "unverified"
UNREADABLE = "cannot be read"
SAID = {
    "": "in step",
    "same": "in step",
    "new": "not promoted",
    "gone": "module gone",
    "notebook": "notebook changed",
    "module": "module edited",
    "both": "both changed",
    "tool": "older promote",
    "foreign": "not promote's",
    "conflict": "merge conflict",
}


@dataclass(frozen=True, slots=True)
class Step:
    """A step, its standing in words, and its asset's last materialisation.

    `late_by` is how long ago it should have been made by its freshness policy; None where it is fresh or has none.
    """

    tag: str
    state: str
    last: Last
    late_by: dt.timedelta | None = None


@dataclass(frozen=True)
class Notebook:
    """A notebook with its steps; one without any is still explored. `problems` counts what was found wrong in it."""

    path: str
    steps: tuple[Step, ...]
    problems: int

    @cached_property
    def state(self) -> str:
        """The notebook's own standing in a word or two."""
        if not self.steps:
            return UNREADABLE if self.problems else "explored"
        states = [step.state for step in self.steps]
        if not {SAID["same"], UNVERIFIED}.issuperset(states):
            return "in part" if SAID["same"] in states else "tagged"
        return UNVERIFIED if UNVERIFIED in states else "promoted"


@dataclass(frozen=True, slots=True)
class Standing:
    """The whole project."""

    notebooks: tuple[Notebook, ...]
    history: History


def standing(project: Project, home: Path, now: dt.datetime) -> Standing:
    """Look at every notebook of a project; nothing of it is run, and nothing is written.

    Args:
        project: The project.
        home: The folder of Dagster's records.
        now: The time to measure freshness by, in UTC.
    """
    outcome = check(project, [], Settings(check=True))
    history = read_history(home)
    steps: dict[str, list[StepOutcome]] = defaultdict(list)
    for one in outcome.steps:
        steps[one.notebook].append(one)
    problems: dict[str, int] = defaultdict(int)
    for finding in outcome.findings:
        problems[finding.location.path] += finding.severity == "error"
    paths = sorted({path.relative_to(project.root).as_posix() for path in project.notebooks} | set(steps))
    found = [Notebook(path, _steps(project, steps[path], history.assets, now), problems[path]) for path in paths]
    return Standing(tuple(sorted(found, key=_place)), history)


def _place(notebook: Notebook) -> tuple[int, str]:
    """Order notebooks as data flows; what is only explored comes last."""
    return (min((_layer(step.tag) for step in notebook.steps), default=len(layers())), notebook.path)


def _layer(tag: str) -> int:
    layer = tag.partition(":")[0]
    return layers().index(layer) if layer in layers() else len(layers())


def _steps(
    project: Project, outcomes: Sequence[StepOutcome], history: Mapping[str, Last], now: dt.datetime
) -> tuple[Step, ...]:
    found = []
    package = project.root / "src" / Path(*project.package.split(".")) / "defs" if outcomes else project.root
    for one in outcomes:
        layer, _, name = one.tag.partition(":")
        last = history.get(name, Last())
        refused = one.status == "refused" and not one.drift
        state = "refused" if refused else SAID.get(one.drift, one.drift)
        late = None if last.made is None else _late(package / layer / f"{name}.py", last.made, now)
        found.append(Step(one.tag, state, last, late))
    return tuple(sorted(found, key=lambda step: (_layer(step.tag), step.tag)))


def _late(module: Path, made: dt.datetime, now: dt.datetime) -> dt.timedelta | None:
    """Give how long an asset is overdue by the freshness that its module declares in minutes."""
    try:
        text = module.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        return None
    if "maximum_lag_minutes" not in text:  # most modules, and they need not be parsed
        return None
    try:
        tree = ast.parse(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None
    for node in ast.walk(tree):
        if isinstance(node, ast.keyword) and node.arg == "maximum_lag_minutes" and isinstance(node.value, ast.Constant):
            minutes = node.value.value
            if isinstance(minutes, int | float):
                late = now - made - dt.timedelta(minutes=minutes)
                return late if late > dt.timedelta() else None
    return None
