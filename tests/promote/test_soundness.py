"""What comes of small notebooks over every construct: the notebook's data, or a refusal at the right place.

The cases stand in `soundness/*.txt`, one construct each; those in `soundness/at_large`, most of them written by people
who did not know the analysis, run in full at night. How to read them is told in `soundness_cases`.
"""

from __future__ import annotations

import pytest

from tests.promote.graph import Verdict, compare, in_one_process
from tests.promote.soundness_cases import FOLDER, Case, Expected, all_cases, read_cases
from tests.promote.soundness_fakes import assets

CASES = all_cases()
AT_LARGE = [case for path in sorted((FOLDER / "at_large").glob("*.txt")) for case in read_cases(path)]
pytestmark = pytest.mark.filterwarnings("ignore")  # the notebooks of the cases do what they like


@pytest.fixture(autouse=True)
def folder(monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory) -> None:
    """Run every notebook in a folder of the tests, where its files do no harm."""
    monkeypatch.chdir(tmp_path_factory.getbasetemp())


def test_there_are_many_cases_and_each_has_a_name_of_its_own() -> None:
    assert len(CASES) >= 900
    assert len({case.id for case in CASES}) == len(CASES)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.id)
def test_a_notebook_is_promoted_soundly_or_refused_where_it_must_be(case: Case) -> None:
    as_expected(compare(case.cells, assets=assets()), case.plain)
    as_expected(compare(case.cells, include_needed=True, assets=assets()), case.needed)


def test_notebooks_as_strangers_write_them_are_promoted_soundly(full_count: bool) -> None:
    cases = AT_LARGE if full_count else AT_LARGE[::37]
    for case in cases:
        as_expected(compare(case.cells, assets=assets()), case.plain)
        as_expected(compare(case.cells, include_needed=True, assets=assets()), case.needed)
        assert in_one_process(case.cells, include_needed=True, assets=assets()) == {}, case.id
    assert sum(not case.needed.refused for case in cases) >= 0.9 * len(cases)


def test_there_are_many_notebooks_of_strangers() -> None:
    assert len({case.id for case in AT_LARGE}) == len(AT_LARGE) >= 740


@pytest.mark.parametrize("case", read_cases(FOLDER / "process_shared.txt"), ids=lambda case: case.id)
def test_steps_of_one_process_leave_it_as_they_found_it(case: Case) -> None:
    for include_needed in {True, case.needed != case.plain}:
        assert in_one_process(case.cells, include_needed=include_needed, assets=assets()) == {}


def as_expected(verdict: Verdict, expected: Expected) -> None:
    """Compare a verdict with what a case says."""
    assert not verdict.broken
    assert not verdict.wrong
    assert {tag.split(":")[1] for tag, said in verdict.steps.items() if said == "refused"} == expected.refused
    errors = [f for f in verdict.findings if f.severity == "error"]
    told = {((f.location.tag or "explore").split(":")[-1], f.code, f.location.cell) for f in errors}
    assert told == {(one.tag, one.code, one.cell) for one in expected.told}
    for one in expected.told:
        hints = [f.hint for f in errors if (f.code, f.location.cell) == (one.code, one.cell)]
        assert any(one.hint in hint for hint in hints), hints
        assert all(f.location.line for f in errors)
