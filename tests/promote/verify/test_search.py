"""The search for the rows of a case: what it adds, what it leaves out, and where it gives up."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import polars as pl
import pytest  # noqa: TC002 - as everywhere in tests

from promote.verify import search as module
from promote.verify.budget import Budget
from promote.verify.mutants import mutants
from promote.verify.search import Chosen, Goal, Search
from promote.verify.trial import Run, Trial

POOL = pl.DataFrame({"n": range(20)})
FIRST: Chosen = {"asset f": tuple(range(6))}


def searching(*program: str, passing: Any = lambda run: frozenset()) -> Search:
    """Give the search over a pool of the numbers 0 to 19, started with the first six."""
    inputs = [{"parameter": "f", "asset": "f", "kind": "polars"}]
    trial = Trial(["import polars as pl", *program], "out", inputs, {}, {}, {}, {}, Path())
    found = Search(trial, {"asset f": POOL}, [], passing)
    found.start(FIRST)
    return found


def mistakes(*program: str, operator: str) -> list[Goal]:
    return [Goal(m) for m in mutants(["import polars as pl", *program]) if m.operator == operator]


def rest(*numbers: int) -> list[tuple[str, int]]:
    return [("asset f", number) for number in numbers or range(6, 20)]


def test_the_one_row_that_notices_a_mistake_is_added() -> None:
    cell = "out = f.filter(pl.col('n') < 13)"
    search = searching(cell)
    goals = mistakes(cell, operator="comparison-flipped")
    assert search.missed(FIRST, search.start(FIRST), goals) == goals
    chosen, unmet = search.grow(FIRST, goals, [rest()])
    assert (chosen, unmet) == ({"asset f": (0, 1, 2, 3, 4, 5, 13)}, [])


def test_a_mistake_on_which_the_cells_fail_is_noticed() -> None:
    search = searching("least = 3", "out = f.head(least)")
    goals = mistakes("least = 3", "out = f.head(least)", operator="statement-dropped")
    assert search.missed(FIRST, search.start(FIRST), goals) == []


def test_rows_that_only_together_reach_a_line_are_both_added() -> None:
    search = searching("out = f\nif {9, 17} <= set(f['n']):\n    out = f.head(1)")
    chosen, unmet = search.grow(FIRST, [Goal(line=(1, 3)), Goal(line=(1, 99))], [rest()])
    assert (sorted(chosen["asset f"][6:]), unmet) == ([9, 17], [Goal(line=(1, 99))])


def test_rows_on_which_the_cells_fail_are_left_out_of_a_batch() -> None:
    cell = "assert 8 not in f['n'] and 11 not in f['n']\nout = f.filter(pl.col('n') < 13)"
    search = searching(cell)
    goals = mistakes(cell, operator="comparison-flipped")
    chosen, unmet = search.grow(FIRST, goals, [rest(8), rest()])
    assert (chosen["asset f"][6:], unmet) == ((13,), [])


def test_no_more_is_tried_once_nothing_is_open_or_the_runs_are_spent(monkeypatch: pytest.MonkeyPatch) -> None:
    cell = "out = f.filter(pl.col('n') < 13)"
    search = searching(cell)
    goals = mistakes(cell, operator="comparison-flipped")
    assert search.grow(FIRST, goals, [rest(13), rest(14)])[0]["asset f"][6:] == (13,)
    monkeypatch.setattr(module, "_RUNS_FOR_ROWS", 0)
    assert search.grow(FIRST, goals, [rest()]) == (FIRST, goals)
    monkeypatch.setattr(module, "_RUNS_FOR_ROWS", 400)
    monkeypatch.setattr(module, "_SPLITS", 0)
    assert search.grow(FIRST, goals, [rest()]) == (FIRST, goals)


def test_rows_that_make_a_check_fail_are_replaced_by_others_or_by_none() -> None:
    cell = "out = f.filter(pl.col('n') < 100)\nif f['n'].max() >= 12:\n    out = out.head(3)"
    goal = Goal(line=(1, 3))

    def without(*numbers: int) -> Search:
        # The cells see every row; the check sees what was chosen by what they bound
        return searching(cell, passing=lambda run: frozenset({"few"} - ({"few"} if _has(run, numbers) else set())))

    chosen, unmet = without(19).grow(FIRST, [goal], [rest(12, 19)])
    assert (chosen["asset f"][6:], unmet) == ((12,), [])
    assert without(19).grow(FIRST, [goal], [rest(19)]) == (FIRST, [goal])
    assert without(*range(12, 20)).grow(FIRST, [goal], [rest()]) == (FIRST, [goal])


def _has(run: Run, numbers: tuple[int, ...]) -> bool:
    return bool(set(run.names["f"]["n"]) & set(numbers))


def test_rows_that_nothing_needs_are_left_out_but_for_a_few() -> None:
    cell = "out = f.filter(pl.col('n') < 13)"
    search = searching(cell)
    goals = mistakes(cell, operator="comparison-flipped")
    chosen = search.shrink({"asset f": tuple(range(20))}, goals)
    assert len(chosen["asset f"]) == 6
    assert 13 in chosen["asset f"]


def test_rows_are_kept_where_the_cells_need_them_or_the_budget_is_spent(monkeypatch: pytest.MonkeyPatch) -> None:
    search = searching("assert (15 in f['n']) == (16 in f['n'])\nout = f")
    whole: Chosen = {"asset f": tuple(range(20))}
    assert {15, 16} <= set(search.shrink(whole, [])["asset f"])
    monkeypatch.setattr(module, "_RUNS_TO_SHRINK", 0)
    assert search.shrink(whole, []) == whole


def test_mistakes_are_tried_here_and_there_where_there_is_no_time_for_all() -> None:
    cell = "out = f.filter(pl.col('n') < 13).filter(pl.col('n') > 1).sort('n').head(3)"
    search = searching(cell)
    goals = [Goal(mutant) for mutant in mutants(["import polars as pl", cell])]
    run = search.start(FIRST)
    search.budget = Budget(left=3)
    missed = search.missed(FIRST, run, goals)
    tried = [goal for goal in goals if goal.mutant not in search.untried]
    assert tried == [goals[place * len(goals) // 3] for place in range(3)]
    assert [goal for goal in goals if goal.mutant in search.untried and goal not in missed] == []
    assert search.grow(FIRST, missed, [rest()]) == (FIRST, missed)
    assert search.shrink(FIRST, []) == FIRST
