"""Which rows make a test case: the fewest found that notice the most mistakes and reach every line that real data did.

First come the rows that show the most by themselves. For each mistake that those let pass, further rows are tried all
at once, real ones made up and synthesised ones, and then halved until the one is found that it takes. At the end, rows
that nothing needs are left out. What is tried is bounded by counts of runs: the same data gives the same case on every
machine, unless the cells take so long that not all mistakes can be tried (`promote.verify.budget`).
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from promote.verify.budget import Budget
from promote.verify.mutants import Mutant
from promote.verify.replace import take_rows
from promote.verify.trial import NoCaseError, Run, Trial

Chosen = dict[str, tuple[int, ...]]
Row = tuple[str, int]
_RUNS_FOR_ROWS = 400  # spent on finding rows for mistakes that pass
_RUNS_TO_SHRINK = 150
_SPLITS = 60  # runs spent on leaving out of a batch the rows that the cells fail on
_RETRIES = 4  # other rows tried where those found make a check fail
_TRACED = 4  # how many runs one takes about as long as in which the lines are recorded
_LAST = 2 + _TRACED  # runs at the end, beside those of the mistakes
_FEWEST = 6  # rows of a frame that stay in any case: a reader wants to see more than a row, and groups have several


@dataclass(frozen=True, slots=True)
class Goal:
    """Something that a case should do: notice a mistake, or reach a line."""

    mutant: Mutant | None = None
    line: tuple[int, int] | None = None


@dataclass(slots=True)
class Search:
    """The search for one case.

    Attributes:
        trial: What is run.
        pool: Made-up frames of more rows than the case will have.
        goals: What the case should do.
        passing: Gives the names of the checks that pass on a result; rows that make one fail are not added.
        budget: How many runs there may be.
        untried: The mistakes that it was too small to try on the rows looked at last.
    """

    trial: Trial
    pool: Mapping[str, Any]
    goals: Sequence[Goal]
    passing: Callable[[Run], frozenset[str]]
    budget: Budget = field(default_factory=Budget)
    untried: set[Mutant] = field(default_factory=set)
    _wanted: frozenset[str] = frozenset()
    _left: int = 0
    _kept: int = 0  # runs that stay, to look at the mistakes once more at the end
    _splits: int = 0

    def start(self, chosen: Chosen) -> Run:
        """Run the cells on rows to start from.

        Raises:
            NoCaseError: They fail on them, or give something else each time.
        """
        begun = time.process_time()
        run = self.trial.run_twice(self.frames(chosen))
        self.budget.learn((time.process_time() - begun) / 2)
        self._wanted = self.passing(run)
        return run

    def frames(self, chosen: Chosen) -> dict[str, Any]:
        """Give the frames of the rows chosen."""
        return {name: take_rows(self.pool[name], rows) for name, rows in chosen.items()}

    def missed(self, chosen: Chosen, run: Run, goals: Sequence[Goal]) -> list[Goal]:
        """Give the goals that a case misses."""
        small = self.frames(chosen)
        reached = self._reached(small, goals)
        mistakes = [goal.mutant for goal in goals if goal.mutant is not None]
        affordable = self.budget.spread(len(mistakes))
        self.untried = {mutant for place, mutant in enumerate(mistakes) if place not in affordable}
        return [goal for goal in goals if goal.mutant in self.untried or not self._met(goal, small, run, reached)]

    def grow(
        self, chosen: Chosen, missed: Sequence[Goal], batches: Sequence[Sequence[Row]]
    ) -> tuple[Chosen, list[Goal]]:
        """Add rows for goals that are missed; give the rows chosen and the goals that no row helped."""
        self._left = _RUNS_FOR_ROWS
        self._kept = 2 * len(self.goals) + _LAST
        open_goals = list(missed)
        for batch in batches:
            if not open_goals or not self._may_go_on():
                break
            self._splits = _SPLITS
            rows = self._usable(chosen, [row for row in batch if row[1] not in chosen[row[0]]])
            run = self._valid(_with(chosen, rows)) if rows else None
            if run is None:
                continue
            still = self.missed(_with(chosen, rows), run, open_goals)
            self._left -= len(open_goals)
            met = [goal for goal in open_goals if goal not in still]
            chosen, unmet = self._take(chosen, rows, met)
            open_goals = [goal for goal in open_goals if goal in still or goal in unmet]
        return chosen, open_goals

    def shrink(self, chosen: Chosen, met: Sequence[Goal]) -> Chosen:
        """Leave out rows without which every goal is still met, as long as the budget lasts."""
        self._left = _RUNS_TO_SHRINK
        self._kept = len(self.goals) + _LAST
        goals = list(met)
        for size in (4, 2, 1):
            for name in chosen:
                place = len(chosen[name])
                while place > 0 and self._may_go_on():
                    start = max(0, place - size)
                    fewer = {**chosen, name: chosen[name][:start] + chosen[name][place:]}
                    place = start
                    if len(fewer[name]) >= _FEWEST and self._still(fewer, goals):
                        chosen = fewer
        return chosen

    def _still(self, chosen: Chosen, goals: list[Goal]) -> bool:
        run = self._valid(chosen)
        if run is None:
            return False
        small = self.frames(chosen)
        reached = self._reached(small, goals)
        for place, goal in enumerate(goals):
            self._left -= 1
            if not self._met(goal, small, run, reached):
                goals.insert(0, goals.pop(place))  # the next try is most likely to fail by it too
                return False
        return True

    def _may_go_on(self) -> bool:
        return self._left > 0 and self.budget.left > self._kept

    def _reached(self, small: Mapping[str, Any], goals: Sequence[Goal]) -> frozenset[tuple[int, int]]:
        if not any(goal.line for goal in goals):
            return frozenset()
        self.budget.take(_TRACED)
        return self.trial.lines(small)

    def _met(self, goal: Goal, small: Mapping[str, Any], run: Run, reached: frozenset[tuple[int, int]]) -> bool:
        if goal.mutant is None:
            return goal.line in reached
        if not self.budget.take():
            self.untried.add(goal.mutant)
            return False
        try:
            got = self.trial.run(small, changed=(goal.mutant.part, goal.mutant.source))
        except NoCaseError:
            return True
        return self.trial.differs(got, run)

    def _valid(self, chosen: Chosen) -> Run | None:
        """Run the cells on rows; None where they fail or give nothing."""
        self._left -= 1
        self.budget.take()
        try:
            run = self.trial.run(self.frames(chosen))
        except NoCaseError:
            return None
        return run if run.rows else None

    def _usable(self, chosen: Chosen, rows: list[Row]) -> list[Row]:
        """Give those of some rows with which the cells still run."""
        if not rows or self._splits <= 0:
            return []
        self._splits -= 1
        if self._valid(_with(chosen, rows)) is not None:
            return rows
        if len(rows) == 1:
            return []
        half = len(rows) // 2
        one = self._usable(chosen, rows[:half])
        other = self._usable(_with(chosen, one), rows[half:])
        return [*one, *other]

    def _take(self, chosen: Chosen, rows: list[Row], met: list[Goal]) -> tuple[Chosen, list[Goal]]:
        """Take of some rows those that it needs to meet goals which all of them meet."""
        unmet: list[Goal] = []
        while met:
            goal, *met = met
            more = self._for_goal(chosen, rows, goal)
            if more is None:
                unmet.append(goal)
                continue
            chosen, run = more
            self._left -= len(met)
            met = self.missed(chosen, run, met)
        return chosen, unmet

    def _for_goal(self, chosen: Chosen, rows: list[Row], goal: Goal) -> tuple[Chosen, Run] | None:
        """Take few of some rows to meet a goal, such that no check fails that passed before."""
        left = rows
        for _ in range(_RETRIES):
            needed = self._halved(chosen, left, goal)
            if needed is None:
                return None
            run = self._valid(_with(chosen, needed))
            if run is not None and self._wanted <= self.passing(run):
                return _with(chosen, needed), run
            left = [row for row in left if row not in needed]
        return None

    def _halved(self, chosen: Chosen, rows: list[Row], goal: Goal) -> list[Row] | None:
        """Give few of some rows with which a goal is met; None where the cells do not run with those."""
        parts = 2
        while len(rows) > 1 and self._may_go_on():
            size = -(-len(rows) // parts)
            pieces = [rows[start : start + size] for start in range(0, len(rows), size)]
            tries = pieces if parts == 2 else [[row for row in rows if row not in piece] for piece in pieces]
            found = next((piece for piece in tries if self._meets(_with(chosen, piece), goal)), None)
            if found is not None:
                rows, parts = found, 2
            elif parts >= min(len(rows), 8):
                break
            else:
                parts *= 2
        return rows if self._meets(_with(chosen, rows), goal) else None

    def _meets(self, chosen: Chosen, goal: Goal) -> bool:
        run = self._valid(chosen)
        if run is None:
            return False
        self._left -= 1
        return not self.missed(chosen, run, [goal])


def _with(chosen: Chosen, rows: Sequence[Row]) -> Chosen:
    more = {name: [place for which, place in rows if which == name] for name in chosen}
    return {name: (*taken, *(place for place in more[name] if place not in taken)) for name, taken in chosen.items()}
