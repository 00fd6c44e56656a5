"""Statements that are passed over because they are quiet: who follows their objects all the same finds no change."""

from __future__ import annotations

import re

import pytest

from promote.dataflow.program import Program, build
from promote.heap.aliases import Aliases
from promote.heap.quiet import Quiet
from promote.model import CodeCell, Role
from promote.trees import is_python
from tests.promote.programs import program
from tests.promote.soundness_cases import FOLDER, Case, all_cases, read_cases

_FRAMES = "import polars as pl\nfrom platform_core.sdk import load_asset\n"
_LOUD = re.compile(r"\b(def|lambda|class|numpy|duckdb|random|collections|os|sys)\b")  # never quiet
PASSED_OVER = {
    "rents = load_asset('rents')\nhigh = rents.filter(pl.col('rent') > 3).sort('town')\nhigh.head(5).collect()",
    "a = load_asset('a')\nb = a.group_by('town').agg([pl.len(), pl.col('rent').mean().round(2)])\nprint(b)",
    "for name in ('a', 'b'):\n    rows = load_asset('a').select(name)",
}
FOLLOWED = {
    "a = [3, 1]\nb = a.sort('town').x": "a list may have `sort` too",
    "a = b = load_asset('a')\nc = a['k'].sort('n').x": "what stands in a cell may be a list",
    "a = b = load_asset('a')\na['k'] = 1": "an item is stored",
    "a = load_asset('a')\na.put_together()": "what it does is not known",
    "a = load_asset('a')\nb = a.items()": "an iterator changes by being used",
    "a = load_asset('a')\nb = a.sum(0, a)": "NumPy may write into the second argument",
    "a = load_asset('a')\nb = a.append\nc = b": "a method that is a value may change what it is of",
    "a = load_asset('a')\nb = map(next, a)": "an iterator, and what uses it",
    "a = load_asset('a')\nb = a.head\nc = b(1)": "what is called is a variable",
    "a = load_asset('a')\nb = a.x = a.x(a)": "what is called was stored",
    "a = load_asset('a')\nb = pl.DataFrame.sort(a)": "a method by its class",
    "a = [n for n in load_asset('a')]": "names of its own",
    "a, *b = load_asset('a')": "a list of the rest",
}


@pytest.mark.parametrize("text", sorted(PASSED_OVER))
def test_frames_that_are_only_asked_are_passed_over(text: str) -> None:
    assert program(_FRAMES + text).trace.waiting is not None


@pytest.mark.parametrize("text", sorted(FOLLOWED))
def test_what_may_change_something_is_followed(text: str) -> None:
    assert program(_FRAMES + text).trace.waiting is None, FOLLOWED[text]


def test_what_waited_is_followed_when_something_may_change() -> None:
    found = program(_FRAMES + "a = load_asset('a')\nb = c = a.head(3)\nb['k'] = 1")
    assert [set(s.changes) for s in found.statements[2:]] == [set(), set(), {"b", "c"}]
    assert len(found.trace.follow().made) == len(found.statements)


def test_no_written_case_changes_anything_where_it_is_quiet() -> None:
    paths = [*FOLDER.glob("at_large/*.txt")]
    cases = [*all_cases(), *(case for path in paths for case in read_cases(path))]
    quiet = sum(map(_passed_over, filter(_may_be_quiet, cases)))
    assert quiet > 500


def _may_be_quiet(case: Case) -> bool:
    return not any(_LOUD.search(source) for _, source in case.cells) and all(is_python(s) for _, s in case.cells)


def _passed_over(case: Case) -> int:
    """How many statements of a case are passed over; each is followed here."""
    found: Program = build([CodeCell(at, Role("explore"), source) for at, (_, source) in enumerate(case.cells, 1)])
    quiet, aliases = Quiet(found.functions), Aliases(found.functions)
    for count, statement in enumerate(found.statements):
        if not quiet.holds_for(statement.facts, statement.effects):
            return count
        happening = aliases.take(statement.effects)
        done = (happening.changes, happening.writes, happening.touched, aliases.families)
        run = (happening.late, happening.ran, happening.code, happening.runs)
        assert not any((*done, *run)), case.id
    return len(found.statements)
