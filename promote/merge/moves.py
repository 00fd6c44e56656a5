"""Steps that have another name now: an orphan and a new step that hold the same code, or nearly the same."""

from __future__ import annotations

import difflib
import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path

from platform_core.values import dataclass, replace
from promote.evidence import Evidence
from promote.merge.orphans import Orphan
from promote.merge.units import units
from promote.model import Finding, Notebook, Plan

Content = tuple[str, ...]

_ALIKE = 0.6  # of the statements of both, from which on a step is offered as another one that was edited too
_FEWEST = 3  # statements that a step needs to be told by its likeness: fewer are alike by chance


@dataclass(frozen=True, slots=True)
class Move:
    """A promoted step that is gone, and the new one that it looks to be. `alike` is 1 where both hold the same code."""

    old: Orphan
    plan: Plan
    alike: float = 1.0

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


def moves(
    root: Path, old: Sequence[Orphan], new: Iterable[Plan], renamed: Mapping[str, str] | None = None
) -> list[Move]:
    """Pair orphans with new steps of the same content, where there is no second that it may be too.

    Of what is left, those are paired that are more alike than either is to any other: renamed and edited at once.

    Args:
        root: The project.
        old: The orphans.
        new: The steps that were never promoted.
        renamed: Moves that a person said, new tag to old; they need not be alike.
    """
    said = renamed or {}
    plans = {plan.step.tag: plan for plan in new}
    gone = {one.tag: one for one in old}
    found = [Move(gone[before], plans[tag]) for tag, before in said.items() if tag in plans and before in gone]
    left = [one for one in old if one.tag not in said.values()]
    waiting = [plan for tag, plan in plans.items() if tag not in said]
    texts = {one.tag: _promoted(root, one) for one in left}
    for most in (1.0, _ALIKE):
        pairs = [Move(one, plan, _alike(texts[one.tag], one, plan)) for one in left for plan in waiting]
        chosen = list(_only([move for move in pairs if move.alike >= most]))
        found += chosen
        left = [one for one in left if one not in [move.old for move in chosen]]
        waiting = [plan for plan in waiting if plan not in [move.plan for move in chosen]]
    return found


def finding(move: Move, notebook: Notebook) -> Finding:
    """Offer a move."""
    step = move.plan.step
    at = notebook.at(step.cells[0], tag=step.tag)
    take = f"promotes it and takes its files and its history along. In production, `workbench rename {move.old.name} "
    take += f"{step.name}` looks after data, jobs and readers too." if move.old.name != step.name else ""
    if move.alike == 1:
        said = f"{move.old.tag} looks like it is now {step.tag}."
        hint = f"`promote --move {move.plan.notebook}` {take}"
        return Finding("PR613", "error", said, at, hint)
    said = f"{move.old.tag} is gone, and {step.tag} is new and like it: {move.alike:.0%} of their statements agree."
    hint = f"If it is that step, `promote --move --select {step.tag} {move.plan.notebook}` {take}"
    return Finding("PR613", "error", said, at, f"{hint} If not, promote it, and prune the other.")


def _only(pairs: Sequence[Move]) -> Iterator[Move]:
    """Give the pairs of which neither side is as much like a third."""
    for move in pairs:
        rivals = [one for one in pairs if one is not move and (one.old is move.old or one.plan is move.plan)]
        if all(one.alike < move.alike for one in rivals):
            yield move


def _alike(promoted: Sequence[str], one: Orphan, plan: Plan) -> float:
    """Give which share of the statements of both agree, whatever of the two names they use; 0 where it is too few."""
    now = _content(_texts(plan))
    if not promoted:
        return 0
    candidates = [_content(promoted), _content(_renamed(part, one.name, plan.step.name) for part in promoted)]
    if now in candidates:
        return 1
    if min(len(now), *map(len, candidates)) < _FEWEST:
        return 0
    shares = [difflib.SequenceMatcher(None, before, now, autojunk=False).ratio() for before in candidates]
    return min(max(shares), 0.99)


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
