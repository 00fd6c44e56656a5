"""`promote --move`: a step that is promoted under another name takes its files and its history along."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import partial

from platform_core.values import replace
from promote.merge.editable import last_kinds
from promote.merge.left_over import Rows
from promote.merge.moves import Move, moves
from promote.merge.orphans import orphans
from promote.merge.prune import edits, files_of
from promote.model import Finding, Location
from promote.prepare import Prepared, Standing
from promote.project import Project


class Moving:
    """The moves of one run, by the new tag."""

    def __init__(
        self,
        project: Project,
        rows: Rows,
        prepared: Sequence[Prepared],
        stands: Mapping[str, Standing],
        renamed: Mapping[str, str],
        chosen: Sequence[str],
    ) -> None:
        """Find the moves.

        Args:
            project: The project.
            rows: What every notebook makes.
            prepared: The notebooks of the run.
            stands: How each step stands, by tag.
            renamed: Moves that were said, new tag to old.
            chosen: The steps that a person named: one of them may take the files of a step that is only alike.
        """
        self.project = project
        plans = [plan for one in prepared for plan in one.plans]
        new = [plan for plan in plans if stands[plan.step.tag].drift.state == "new"]
        found = moves(project.root, orphans(project, rows), new, renamed) if new else []
        self.moves: dict[str, Move] = {
            move.plan.step.tag: move for move in found if move.alike == 1 or move.plan.step.tag in chosen
        }

    def standing(self, stands: Mapping[str, Standing]) -> dict[str, Standing]:
        """Give how steps stand, those that move with the evidence of their old name behind them."""
        made = dict(stands)
        for tag, move in self.moves.items():
            last = move.last
            made[tag] = replace(stands[tag], last=last, told=partial(last_kinds, move.plan, last, stands[tag].kinds))
        return made

    def findings(self, *, force: bool) -> list[Finding]:
        """Say what is moved, and what cannot be since a person edited it."""
        found: list[Finding] = []
        for tag, move in self.moves.items():
            old = move.old
            edited = [] if force else [*edits(self.project, old, [*old.paths, *files_of(self.project, old)])]
            for one in edited:
                said = f"This file of {old.tag}, which is {tag} now, was edited by hand."
                hint = "Carry the edit into the notebook; --force leaves it behind."
                found.append(Finding("PR602", "error", said, one.location, hint))
            if not edited:
                at = Location(old.paths[0], line=1)
                found.append(Finding("PR622", "note", f"{old.tag} is {tag} now; its files move along.", at, ""))
        return found

    def removals(self, written: Iterable[str]) -> list[str]:
        """Give the files of the old names, without those that are written anew."""
        old = {path for move in self.moves.values() for path in (*move.old.paths, *files_of(self.project, move.old))}
        return sorted(old.difference(written))
