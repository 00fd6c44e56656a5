"""What `promote --check` finds, left as the files and lines that GitHub and GitLab show beside the code."""

from __future__ import annotations

from pathlib import Path

from platform_core.atomic import replacing
from platform_core.errors import UserError
from promote.findings import FindingError
from promote.model import Finding, Location
from promote.outcome import Outcome, Settings
from promote.project import Project
from promote.recheck import check
from promote.reports.on_modules import on_modules
from promote.reports.report_ci import github, gitlab, sarif

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
    placed = on_modules(project.root, project.package, outcome)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name, render in FILES.items():
            with replacing(folder / name) as made:
                made.write_text(render(placed, False), encoding="utf-8")
    except OSError as error:
        raise UserError(f"The findings cannot be written: {error.strerror}.", location=str(folder)) from None
    return github(placed, False)
