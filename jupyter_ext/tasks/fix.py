"""Carry out what a finding offers to do, in the notebook as the editor has it: the front end puts it into the model.

A resource that the fix needs is declared in the project's configuration at once.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from jupyter_ext.tasks.opened import opened
from platform_core.errors import UserError
from promote.fixes.edits import apply_fix, put
from promote.fixes.reads import CONFIG, settled

Tell = Any


def run(question: Mapping[str, Any], _: Tell) -> dict[str, Any]:
    """Give the cells that a fix changes, as they are after it.

    Raises:
        UserError: There is no such finding any more, or nothing can be done about it.
    """
    wanted = question["finding"]
    found = opened(question)
    chosen = next(
        (
            one
            for one in found.findings
            if one.fix is not None
            and [one.code, one.location.cell, one.location.line, one.location.column, one.message]
            == [wanted.get(key) for key in ("code", "cell", "line", "column", "message")]
        ),
        None,
    )
    if chosen is None or chosen.fix is None:
        raise UserError("The notebook has changed since, and that finding is gone.", hint="Look at the panel again.")
    root = found.project.root
    fixed = settled(root, chosen.location.path, chosen.fix)
    if fixed is None:
        raise UserError("The file that is read is not in the project.", hint="Put it there, and try again.")
    fix, configuration = fixed
    if configuration is not None:
        put((root / CONFIG).resolve(), configuration)
    before = json.loads(found.raw)["cells"]
    after = json.loads(apply_fix(found.raw, fix))["cells"]
    if len(after) != len(before):
        raise UserError(
            "This makes a cell, which the panel cannot.", hint="Save, and run `promote --fix` in a terminal."
        )
    changed = [
        {
            "position": number,
            "source": _source(new),
            "tags": new.get("metadata", {}).get("tags", []),
            "options": new.get("metadata", {}).get("workbench"),
        }
        for number, (old, new) in enumerate(zip(before, after, strict=True), 1)
        if old != new
    ]
    return {"what": fix.what, "cells": changed}


def _source(cell: Mapping[str, Any]) -> str:
    source = cell.get("source", "")
    return source if isinstance(source, str) else "".join(source)
