"""Where a module and its notebook part: the first line that differs, on the module, and the cell that it belongs to.

Looked for only where a check has already found that they differ.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Sequence

from platform_core.values import dataclass, replace
from promote.evidence import evidence_path
from promote.merge.base import base_of
from promote.merge.editable import last_kinds
from promote.model import Finding, Notebook
from promote.prepare import Standing
from promote.render.helpers import render_helpers
from promote.render.names import module_path
from promote.render.source_map import Placed, placed, placed_helpers
from promote.steps import Steps, text_of

_FOLLOWS = re.compile(
    r"# (?:Promoted from |source=|Classification: |UNVERIFIED: )|\s+code_version=\"|\s*$"
)  # change with any other


@dataclass(frozen=True, slots=True)
class _Difference:
    """The first line (from 1) that differs, in the text that was and in the one that is."""

    was: int
    now: int


def pinpointed(work: Steps, stand: Standing, finding: Finding) -> Finding:
    """Say in a finding about drift where the difference begins; as it was where that cannot be told.

    Args:
        work: The steps of the check.
        stand: How the step stands; its drift is `notebook`, `module` or `both`.
        finding: What was said of it.
    """
    disk = stand.module
    if disk is None or stand.drift.state not in {"notebook", "module", "both"}:
        return finding
    notebook = work.notebooks[stand.plan.notebook]
    rendered = work.module(stand, last_kinds(stand.plan, stand.last, stand.kinds)).text
    path = module_path(stand.plan, work.project.package)
    base = disk
    if stand.drift.state != "notebook":
        known = base_of(work.project.root, path, evidence_path(stand.plan), disk, rendered)
        if known is None:
            return finding
        base = known
    edited, changed = _difference(base, disk), _difference(base, rendered)
    at = edited or changed
    said = [finding.message.rstrip(".")]
    if edited is not None:
        said.append(f"first in line {edited.now}{_of_cell(placed(stand.plan, base), edited.was, notebook, ', of ')}")
    elif changed is not None:
        of_cell = _of_cell(placed(stand.plan, rendered), changed.now, notebook, "first in ")
        cells = ", ".join(map(str, stand.plan.step.cells))
        said.append(of_cell or f"first in the options or the prose of cell{'s' * (',' in cells)} {cells}")
    elif stand.drift.state == "notebook":
        said.append(_in_helpers(work, stand, notebook))
    message = ", ".join(part for part in said if part)
    if edited is not None and changed is not None:
        message += _of_cell(placed(stand.plan, rendered), changed.now, notebook, "; the notebook first in ")
    line = (at.now if edited is not None else at.was) if at is not None else finding.location.line
    return replace(finding, message=f"{message}.", location=replace(finding.location, line=line))


def _in_helpers(work: Steps, stand: Standing, notebook: Notebook) -> str:
    """Say where the helpers that the step shares differ."""
    for file in render_helpers(stand.plan, work.project.package):
        before = text_of(work.project.root / file.path)
        found = _difference(before, file.text) if before is not None else None
        if found is not None:
            return _of_cell(placed_helpers(stand.plan, file.text), found.now, notebook, "first in what it shares, in ")
    return ""


def _difference(was: str, now: str) -> _Difference | None:
    """Find the first line that differs, but for those that change with any other."""
    before, after = was.split("\n"), now.split("\n")
    for kind, first, last, begin, end in difflib.SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        if kind == "equal":
            continue
        lines = [*before[first:last], *after[begin:end]]
        if not all(_FOLLOWS.match(line) for line in lines):
            return _Difference(min(first + 1, len(before)), min(begin + 1, len(after)))
    return None


def _of_cell(map_: Sequence[Placed], line: int, notebook: Notebook, before: str) -> str:
    """Say the cell, its line, and its tag that a line of a module came from, empty where it is of none."""
    for one in map_:
        if one.first <= line <= one.last and one.fragment.cell:
            part, within = one.fragment, line - one.first
            tag = notebook.at(part.cell).tag
            shown = f" ({tag})" if tag else ""
            return f"{before}cell {part.cell}{shown}, line {part.at[within] if part.at else part.first + within}"
    return ""
