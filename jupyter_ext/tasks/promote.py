"""Promote a notebook as it is on the disk, as `promote NOTEBOOK` does, and say on the way what is being done."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from jupyter_ext.confine import notebook_path, project_of
from promote.outcome import Outcome, Settings
from promote.pipeline import run as promote
from promote.reports.report import render

Tell = Any


def run(question: Mapping[str, Any], tell: Tell) -> dict[str, Any]:
    """Give what came of the promotion: exit code, steps with their parity, findings."""
    root = Path(question["root"])
    path = notebook_path(root, question["path"])
    settings = Settings(
        project=project_of(root, path).root,
        run=question["run"],
        include_needed=question["include_needed"],
        select=tuple(question["select"]),
        force=question["force"],
    )
    return shown(promote([path], settings, lambda message: tell({"doing": message})))


def shown(outcome: Outcome) -> dict[str, Any]:
    """Give an outcome as the command line's JSON has it."""
    content: dict[str, Any] = json.loads(render(outcome, "json"))
    return content
