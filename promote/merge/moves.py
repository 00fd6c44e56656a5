"""Steps that have another name now: an orphan and a new step that hold the same code."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Sequence
from pathlib import Path

from promote.evidence import Evidence
from promote.merge.orphans import Orphan
from promote.merge.units import units
from promote.model import Finding, Notebook, Plan
from promote.values import dataclass, replace

Content = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Move:
    """A promoted step that is gone, and the new one that it looks to be."""

    old: Orphan
    plan: Plan

    @property
    def last(self) -> Evidence | None:
        """The evidence of the step under its old name, as that of the new one has to go on from it."""
        if self.old.last is None:
            return None
        before = {
            "step": self.old.tag,
            "notebook": self.old.notebook,
            "source": self.old.last.source,
            "code_version": self.old.last.code_version,
        }
        return replace(self.old.last, history=(*self.old.last.history, before))


def moves(root: Path, old: Sequence[Orphan], new: Iterable[Plan]) -> list[Move]:
    """Pair orphans with new steps of the same content, where there is no second that it may be too."""
    before = {one.tag: (one, _promoted(root, one)) for one in old}
    found: list[Move] = []
    for plan in new:
        now = _content(_texts(plan))
        for one, text in before.values():
            if text and now in (_content(text), _content(_renamed(part, one.name, plan.step.name) for part in text)):
                found.append(Move(one, plan))
    return [
        move
        for move in found
        if sum(other.old == move.old for other in found) == 1 and sum(other.plan == move.plan for other in found) == 1
    ]


def finding(move: Move, notebook: Notebook) -> Finding:
    """Offer a move."""
    step = move.plan.step
    said = f"{move.old.tag} looks like it is now {step.tag}."
    at = notebook.at(step.cells[0], tag=step.tag)
    hint = f"`promote --move {move.plan.notebook}` promotes it and takes its files and its history along."
    return Finding("PR613", "error", said, at, hint)


def _texts(plan: Plan) -> list[str]:
    each = {(f.cell, f.first, f.text) for g in plan.functions for f in (*g.definitions, *g.body) if f.cell}
    return [text for _, _, text in sorted(each)]


def _promoted(root: Path, one: Orphan) -> tuple[str, ...]:
    """Give the sources that the evidence of a step holds, in the notebook's order."""
    try:
        cells = json.loads((root / one.evidence).read_text(encoding="utf-8"))["cells"]
        found = sorted((cell["cell"], cell["lines"][0], "\n".join(cell["source"])) for cell in cells)
    except (OSError, ValueError, KeyError, TypeError, IndexError):
        return ()
    return tuple(text for _, _, text in found)


def _content(texts: Iterable[str]) -> Content:
    return tuple(unit.key for text in texts for unit in units(text))


def _renamed(text: str, old: str, new: str) -> str:
    return re.sub(rf"\b{re.escape(old)}\b", new, text)
