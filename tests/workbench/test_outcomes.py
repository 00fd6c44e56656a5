"""What became of an asset, its partitions taken together."""

from __future__ import annotations

import json
from pathlib import Path

import dagster as dg
import pytest

from platform_core.governance.policies.holding import HeldBackError
from workbench.fingerprints import Record
from workbench.outcomes import AssetOutcome, Problem, Status, read_problem
from workbench.project import Project

BLANK = AssetOutcome("rents", "silver")
RECORD = Record(inputs="", output="", rows=3, checks={"no_nulls": True, "sane": False}, seconds=0.25)


def test_partitions_are_summed() -> None:
    both = BLANK.plus(BLANK.with_record(RECORD, "made")).plus(BLANK.with_record(RECORD, "unchanged"))
    assert (both.rows, both.checks, both.passed, both.seconds, both.parts) == (6, 4, 2, 0.5, 2)


@pytest.mark.parametrize(
    ("statuses", "worst"),
    [
        (("unchanged", "unchanged"), "unchanged"),
        (("unchanged", "made"), "made"),
        (("made", "failed", "made"), "failed"),
        (("skipped", "skipped"), "skipped"),
    ],
)
def test_the_worst_status_stands(statuses: tuple[Status, ...], worst: Status) -> None:
    total = BLANK
    for status in statuses:
        total = total.plus(BLANK.with_record(RECORD, status))
    assert total.status == worst


def test_rows_that_nobody_told_stay_unknown() -> None:
    silent = Record(inputs="", output="", rows=None, checks={}, seconds=0.0)
    assert BLANK.plus(BLANK.with_record(silent, "made")).rows is None
    assert BLANK.with_record(RECORD, "made").plus(BLANK.with_record(silent, "made")).rows == 3


def test_an_outcome_is_plain_json() -> None:
    problem = Problem("the step failed", "boom", "Look.", "src/a.py:1", "2024")
    outcome = AssetOutcome("rents", "silver", problems=(problem,), blocked_by=("raw",))
    assert json.loads(json.dumps(outcome.as_json())) == {
        "asset": "rents",
        "layer": "silver",
        "status": "pending",
        "rows": None,
        "checks": 0,
        "checks_passed": 0,
        "seconds": 0.0,
        "partitions": 0,
        "notebook": None,
        "problems": [
            {
                "what": "the step failed",
                "cause": "boom",
                "hint": "Look.",
                "location": "src/a.py:1",
                "notebook": None,
                "partition": "2024",
                "fatal": True,
            }
        ],
        "blocked_by": ["raw"],
    }


def test_what_a_policy_holds_back_is_told_in_its_own_words(tmp_path: Path) -> None:
    @dg.asset
    def rents() -> None:
        raise HeldBackError("rents was made, and nothing is made of it.", hint="Declare it.")

    failed = dg.materialize([rents], raise_on_error=False).filter_events(lambda event: event.is_step_failure)
    problem = read_problem(failed[0], Project(tmp_path, "homes"))
    assert problem is not None
    assert (problem.cause, problem.hint) == ("rents was made, and nothing is made of it.", "Declare it.")
