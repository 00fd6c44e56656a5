"""Drift: whether notebook, module and evidence still belong together, and which of them moved.

The module's header holds the hash of what it was rendered from (`source=`) and of its own tokens (`body=`). The first
moves when the notebook changes, the second no longer fits when a person edits the module.
"""

from __future__ import annotations

import re
from typing import Literal

from promote.hashing import body_hash
from promote.model import Finding, Location, Plan
from promote.render.module import without_header
from promote.values import dataclass

State = Literal["new", "same", "notebook", "module", "both", "foreign"]
_HEADER = re.compile(r"^# source=([0-9a-f]{16}) body=([0-9a-f]{16})$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Drift:
    """How a module on disk stands to its notebook; `foreign` is a file that promote did not write."""

    state: State
    finding: Finding | None


def drift(plan: Plan, path: str, module: str | None) -> Drift:
    """Compare a step's plan with the module on disk (None: there is none)."""
    place = Location(path, line=1)
    if module is None:
        said = f"{plan.step.tag} is not promoted: there is no module."
        return Drift("new", Finding("PR604", "error", said, place, f"Run `promote {plan.notebook}`."))
    header = _HEADER.search(module)
    if header is None:
        return Drift(
            "foreign",
            Finding(
                "PR401",
                "error",
                f"The module that {plan.step.tag} would become exists, and was not written by promote.",
                place,
                "Give the step another name, or move that module away.",
            ),
        )
    edited = body_hash(without_header(module)) != header.group(2)
    changed = header.group(1) != plan.source
    if edited and changed:
        return Drift(
            "both",
            Finding(
                "PR603",
                "error",
                f"The notebook changed and the module of {plan.step.tag} was edited by hand.",
                place,
                "Carry the edit into the notebook; --force then overwrites the module.",
            ),
        )
    if edited:
        return Drift(
            "module",
            Finding(
                "PR602",
                "error",
                f"The module of {plan.step.tag} was edited by hand.",
                place,
                "Carry the edit into the notebook and promote it; --force overwrites the module.",
            ),
        )
    if changed:
        return Drift(
            "notebook",
            Finding(
                "PR601",
                "error",
                f"The notebook changed after {plan.step.tag} was promoted.",
                place,
                f"Run `promote {plan.notebook}`.",
            ),
        )
    return Drift("same", None)
