"""The mutation score of generated tests: at least nine of ten deliberate mistakes are noticed."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import pytest

from promote.verify.case_values import CaseAnswer, CaseRequest
from promote.verify.cases import build
from promote.verify.frames import write_captured
from tests.promote.verify.small_steps import STEPS, SmallStep


def case_of(step: SmallStep, folder: Path) -> CaseAnswer:
    """Make the case of a step."""
    inputs: list[dict[str, Any]] = [
        {"parameter": name, "asset": name, "kind": step.kind, "path": str(write_captured(frame, folder / name).path)}
        for name, frame in step.frames().items()
    ]
    out = str(folder / "project")
    more: dict[str, Any] = {"inputs": inputs, "ordered": step.ordered, "preset": step.preset}
    return build(CaseRequest("out", out, step.program, "out", **more))


@pytest.fixture(scope="module")
def answers(tmp_path_factory: pytest.TempPathFactory) -> dict[str, CaseAnswer]:
    return {step.name: case_of(step, tmp_path_factory.mktemp("step")) for step in STEPS}


def test_nine_of_ten_mistakes_are_noticed(answers: dict[str, CaseAnswer]) -> None:
    assert {name: answer.reason for name, answer in answers.items() if not answer.ok} == {}
    made = killed = 0
    survived = []
    for name, answer in answers.items():
        mutants = answer.mutants
        made += mutants["made"] - len(mutants["equivalent"])
        killed += mutants["killed"]
        survived += [f"{name} {one['cell']}:{one['line']} {one['operator']}" for one in mutants["survived"]]
        assert mutants["made"] == mutants["killed"] + len(mutants["survived"]) + len(mutants["equivalent"])
    sys.stdout.write("\n".join([f"{killed} of {made} mistakes noticed, not:", *survived, ""]))
    assert made > 350
    assert killed >= 0.95 * made, survived


def test_each_step_notices_most_of_its_mistakes_on_few_rows(answers: dict[str, CaseAnswer]) -> None:
    for name, answer in answers.items():
        assert answer.mutants["killed"] >= 0.7 * answer.mutants["made"], name
        assert 0 < answer.rows <= 30, name


def test_every_branch_that_real_data_reached_is_reached(answers: dict[str, CaseAnswer]) -> None:
    assert answers["branches"].mutants["survived"] == []


def test_no_proof_is_claimed_without_a_line(answers: dict[str, CaseAnswer]) -> None:
    assert all(one["proof"] for answer in answers.values() for one in answer.mutants["equivalent"])


def test_loops_that_a_mistake_makes_endless_are_ended(tmp_path: Path) -> None:
    step = SmallStep("loop", ("import polars as pl", "n = 0\nwhile n < 3:\n    n += 1\nout = permits.head(n)"))
    answer = case_of(step, tmp_path)
    assert answer.ok
    assert not [one for one in answer.mutants["survived"] if one["operator"] == "statement-dropped"]


def test_a_step_of_constants_needs_no_input(tmp_path: Path) -> None:
    program = ("import polars as pl", "SHARE = 0.2\nout = pl.DataFrame({'band': [1, 2], 'share': [SHARE, 1 - SHARE]})")
    answer = build(CaseRequest("out", str(tmp_path), program, "out"))
    assert (answer.ok, answer.rows, answer.mutants["survived"]) == (True, 2, [])


def test_an_empty_result_is_a_result(tmp_path: Path) -> None:
    step = SmallStep("empty", ("import polars as pl", "out = permits.filter(pl.col('units') > 10_000).head(0)"))
    answer = case_of(step, tmp_path)
    assert (answer.ok, answer.rows) == (True, 0)
