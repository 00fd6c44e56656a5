"""What `promote --check` finds, left where a reviewer looks: on the lines of the generated modules.

A line of a notebook's file is no line that a person knows, so what is found in a step's cell is placed on the step's
asset in its module, with the cell named; what belongs to no module stays with the notebook.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from platform_core.atomic import replacing
from platform_core.errors import UserError
from promote.findings import FindingError, place
from promote.model import Finding, Location
from promote.outcome import Outcome, Settings
from promote.project import Project
from promote.recheck import check
from promote.reports.report_ci import github, gitlab, sarif
from promote.values import replace
from promote.vocabulary import layers
from workbench.review.annotations import cells_of
from workbench.review.proofs import Helpers, read_proof

FILES = {"findings.sarif": sarif, "codequality.json": gitlab}


def leave_findings(project: Project, folder: Path) -> str:
    """Check the whole project, write what is found as SARIF and as GitLab's code quality, and give GitHub's lines.

    Raises:
        UserError: The files cannot be written.
    """
    try:
        outcome = check(project, (), Settings(check=True))
    except FindingError as error:
        outcome = Outcome((error.finding,))
    except UserError as error:
        outcome = Outcome((Finding("PR001", "error", error.message, Location(error.location or ""), error.hint or ""),))
    placed = replace(outcome, findings=tuple(on_modules(project, outcome)))
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name, render in FILES.items():
            with replacing(folder / name) as made:
                made.write_text(render(placed, False), encoding="utf-8")
    except OSError as error:
        raise UserError(f"The findings cannot be written: {error.strerror}.", location=str(folder)) from None
    return github(placed, False)


def on_modules(project: Project, outcome: Outcome) -> Iterator[Finding]:
    """Give the findings, those of steps that have a module placed on the asset's line there, with the cells named."""
    defs = f"src/{project.package.replace('.', '/')}/defs/"
    line = cache(lambda path: _asset_line(project.root / path))
    for finding in outcome.findings:
        at = finding.location
        layer, _, name = (at.tag or at.path.removeprefix(defs).removesuffix(".py").replace("/", ":")).partition(":")
        path = f"{defs}{layer}/{name}.py"
        if layer not in layers() or not name.isidentifier() or not (number := line(path)):
            yield finding
        elif at.path != path:
            message = f"{place(at)}: {finding.message}"
            yield replace(finding, location=Location(path, line=number), message=message)
        elif at.line in (None, 1):  # of the module as a whole
            message = f"{finding.message}{_cells(project.root / 'evidence' / layer / f'{name}.json')}"
            yield replace(finding, location=Location(path, line=number), message=message)
        else:
            yield finding


def _cells(evidence: Path) -> str:
    """Say which cells a module was promoted from, where its evidence can be read."""
    try:
        return cells_of(read_proof("", evidence.read_text(encoding="utf-8", errors="replace"), Helpers({})))
    except OSError:
        return ""


def _asset_line(module: Path) -> int:
    """Give the line of a module's asset, 1 where it has none, and 0 where there is no module."""
    try:
        text = module.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return 0
    found = re.search(r"^@\w+_asset\(", text, re.MULTILINE)
    return text.count("\n", 0, found.start()) + 1 if found else 1
