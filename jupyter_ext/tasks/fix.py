"""Carry out what a finding offers to do, in the notebook as the editor has it: the front end puts it into the model.

A resource that the fix needs is declared in the project's configuration at once.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from typing import Any

from jupyter_ext.tasks.opened import opened
from platform_core.errors import UserError
from promote.edits import CutEdit
from promote.fixes.edits import apply_fix, put
from promote.fixes.reads import CONFIG, settled
from promote.model import Fix

Tell = Any


def run(question: Mapping[str, Any], _: Tell) -> dict[str, Any]:
    """Give the cells that a fix changes or makes, as they are after it, and where they stand then.

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
    return {"what": fix.what, "cells": changed(found.raw, apply_fix(found.raw, fix), _made(fix))}


def changed(raw: bytes, after: bytes, made: Collection[int] = ()) -> list[dict[str, Any]]:
    """Give the cells that differ between two states of a notebook, as they are in the second; `made` are new there."""
    before = iter(json.loads(raw)["cells"])
    return [
        {
            "position": number,
            "source": _source(new),
            "tags": new.get("metadata", {}).get("tags", []),
            "options": new.get("metadata", {}).get("workbench"),
            "made": number in made,
        }
        for number, new in enumerate(json.loads(after)["cells"], 1)
        if number in made or next(before) != new
    ]


def _made(fix: Fix) -> set[int]:
    """Give the places that the cells which a fix makes have after it: each stands below the one it was cut from."""
    cuts = sorted(edit.cell for edit in fix.edits if isinstance(edit, CutEdit))
    return {cell + before + 1 for before, cell in enumerate(cuts)}


def _source(cell: Mapping[str, Any]) -> str:
    source = cell.get("source", "")
    return source if isinstance(source, str) else "".join(source)
