"""Drift: whether notebook, module and evidence still belong together, and which of them moved.

The module's header holds the hash of what it was rendered from (`source=`) and of its own tokens (`body=`). The first
moves when the notebook changes, the second no longer fits when a person edits the module. The evidence says which
version of the tool rendered it: what that version would make of the notebook tells a change of the notebook from one
of the tool.
"""

from __future__ import annotations

from platform_core.hints import Literal
from platform_core.values import dataclass
from promote.evidence import Evidence, evidence_path
from promote.hashing import body_hash
from promote.model import Finding, Location, Plan
from promote.plan import source_hash

State = Literal[
    "new",  # never promoted
    "gone",  # promoted, and the module is no more
    "same",
    "notebook",  # the notebook changed
    "module",  # the module was edited
    "both",
    "tool",  # this version of promote renders it differently
    "foreign",  # promote did not write the module
    "conflict",  # it holds the markers of an unresolved merge
]
_CONFLICT = ("\n<<<<<<< ", "\n>>>>>>> ")
_NEW = "{} is not promoted: there is no module."
_CODES: dict[State, str] = {
    "notebook": "PR601",
    "module": "PR602",
    "both": "PR603",
    "gone": "PR604",
    "tool": "PR614",
    "foreign": "PR401",
    "conflict": "PR623",
}


@dataclass(frozen=True, slots=True)
class Drift:
    """How a module on disk stands to its notebook."""

    state: State
    finding: Finding | None


def drift(plan: Plan, path: str, module: str | None, last: Evidence | None = None) -> Drift:
    """Compare a step's plan with the module on disk.

    Args:
        plan: The step, as the notebook has it.
        path: Where its module stands.
        module: The module's text, None where there is none.
        last: The evidence on disk, whatever version of the step it is of.
    """
    state = _state(plan, module, last)
    if state == "same":
        return Drift(state, None)
    tag, again = plan.step.tag, f"Run `promote {plan.notebook}`."
    if state == "new":  # as all steps are at first
        return Drift(state, Finding("PR604", "error", _NEW.format(tag), Location(path, line=1), again))
    pull = f"`promote --pull {plan.notebook}`"
    said, hint = {
        "gone": (f"{tag} was promoted, and its module is gone.", f"Restore it with `git restore`, or make it: {again}"),
        "foreign": (
            f"The module that {tag} would become exists, and was not written by promote.",
            "Give the step another name, or move that module away.",
        ),
        "notebook": (f"The notebook changed after {tag} was promoted.", again),
        "module": (
            f"The module of {tag} was edited by hand.",
            f"{pull} writes the edit into the notebook; with --force, promotion overwrites it.",
        ),
        "both": (
            f"The notebook changed and the module of {tag} was edited by hand.",
            f"{pull} merges the two; with --force, promotion overwrites the module.",
        ),
        "tool": (f"This version of promote renders {tag} differently.", again),
        "conflict": (
            f"The module of {tag} holds the markers of an unresolved merge.",
            f"It is generated: merge the notebook, take either side of the rest with `git checkout --ours {path} "
            f"{evidence_path(plan)}`, and promote.",
        ),
    }[state]
    return Drift(state, Finding(_CODES[state], "error", said, Location(path, line=1), hint))


def _state(plan: Plan, module: str | None, last: Evidence | None) -> State:
    if module is None:
        return "new" if last is None else "gone"
    from promote.render.header import hashes_of, without_header  # noqa: PLC0415 - where nothing is promoted, none is read

    header = hashes_of(module)
    if any(mark in f"\n{module}" for mark in _CONFLICT):
        return "conflict"
    if header is None:
        return "foreign"
    moved = header[0] != plan.source
    by_tool = moved and last is not None and header[0] == last.source and _same_notebook(plan, last)
    if body_hash(without_header(module)) != header[1]:
        return "both" if moved and not by_tool else "module"
    return "tool" if by_tool else "notebook" if moved else "same"


def _same_notebook(plan: Plan, last: Evidence) -> bool:
    """Whether the version of promote that made the evidence would say that the notebook is as it was."""
    return bool(last.renderer) and source_hash(plan, last.renderer) == last.source
