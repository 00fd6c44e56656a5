"""The notebook as the editor has it, analysed in its project: what the panel, the preview and the fixes start from."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from jupyter_ext.confine import all_inside_project, notebook_path, project_of
from promote.drift import Drift
from promote.model import Finding, Notebook
from promote.notebook.read import parse, relative
from promote.outcome import FINE, Settings
from promote.personal import told_of_evidence
from promote.prepare import Prepared, prepare, standing
from promote.project import Project
from promote.register import Rows, made_in
from promote.render.names import module_path
from promote.selection.select import names
from promote.steps import Steps, code_versions, promoted_versions

_made: dict[Path, tuple[tuple[int, int], Sequence[tuple[str, str, int]]]] = {}


@dataclass(frozen=True, slots=True)
class Opened:
    """A notebook of an editor: its bytes, what was made of it, and what every notebook of the project makes.

    `prepared` is None where the notebook takes part in a circle of notebooks, which a finding tells.
    """

    project: Project
    path: Path
    raw: bytes
    notebook: Notebook
    prepared: Prepared | None
    work: Steps
    rows: Rows
    findings: tuple[Finding, ...]

    def drift(self, tag: str) -> tuple[str, Finding | None]:
        """Give the state of a step to its files, and the finding that says it in words."""
        stand = self.work.stands[tag]
        told = self.work.drift_of(stand)
        first: Drift = stand.drift
        if first.state != "same" or not told:
            return first.state, first.finding
        return {"PR602": "files", "PR605": "unverified", "PR614": "tool"}.get(told[0].code, "notebook"), told[0]


def opened(question: Mapping[str, Any]) -> Opened:
    """Analyse the notebook of a question. Nothing of it is executed, and nothing is written.

    Raises:
        UserError: It is no notebook of a project on this server, or cannot be read as one.
    """
    path = notebook_path(Path(question["root"]), question["path"])
    project = project_of(Path(question["root"]), path)
    raw = json.dumps(question["content"]).encode("utf-8", "surrogatepass")
    shown = relative(path, project.root)
    notebook = parse(raw, shown)
    rows = {**_rows(project), **({shown: made} if (made := names(notebook)) else {})}
    if not made:
        rows.pop(shown, None)
    needed = bool(question.get("include_needed"))
    prepared, findings, _ = prepare(project, [path], (), include_needed=needed, known=rows, unsaved={path: notebook})
    all_inside_project(project, (module_path(plan, project.package) for one in prepared for plan in one.plans))
    versions = code_versions(prepared, promoted_versions(project))
    stands = standing(project, prepared, versions)
    work = Steps(project, Settings(project=project.root, include_needed=needed), prepared, stands, versions, findings)
    work.findings += told_of_evidence(work)
    said = work.outcome((), FINE).findings  # in order, and no secret in them
    return Opened(project, path, raw, notebook, prepared[0] if prepared else None, work, rows, said)


def _rows(project: Project) -> dict[str, Sequence[tuple[str, str, int]]]:
    """Give what every notebook of a project makes, reading only those that changed since the last question."""
    found: dict[str, Sequence[tuple[str, str, int]]] = {}
    for path in project.notebooks:
        try:
            status = path.stat()
        except OSError:
            continue
        stamp = (status.st_mtime_ns, status.st_size)
        known = _made.get(path)
        if known is None or known[0] != stamp:
            known = _made[path] = (stamp, made_in(path, project.root))
        if known[1]:
            found[path.relative_to(project.root).as_posix()] = known[1]
    return found
