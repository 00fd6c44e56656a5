"""A failed run of dbt, told from the results that dbt wrote: names and counts, and no value of the data."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from platform_core.dbt.problems import problem_of

SECRET = "AB123456C"  # noqa: S105 - stands for a value of the data


def result(unique_id: str, status: str, message: str = "", failures: int | None = None) -> dict[str, Any]:
    return {"unique_id": unique_id, "status": status, "message": message, "failures": failures}


def told(target: Path, *results: dict[str, Any]) -> str:
    (target / "run_results.json").write_text(json.dumps({"results": results}))
    return problem_of(target, None).message


def test_each_failure_is_named_and_what_passed_is_not(tmp_path: Path) -> None:
    said = told(
        tmp_path,
        result("model.p.a", "success"),
        result("test.p.unique_a_id.81", "fail", f"Got {SECRET}", 2),
        result("test.p.adds_up", "fail", "", 1),
        result("model.p.b", "skipped"),
    )
    assert said == "The test unique_a_id failed on 2 rows. The test adds_up failed on 1 row."


@pytest.mark.parametrize(
    ("message", "wanted"),
    [
        (
            'Runtime Error in model b\n  Binder Error: Referenced column "x" not found!\n  LINE 1',
            'dbt could not make b: Binder Error: Referenced column "x" not found!',
        ),
        (
            f"Runtime Error in model b\n  Conversion Error: Could not convert string '{SECRET}' to INT64",
            "dbt could not make b: Conversion Error.",
        ),
        (
            "Compilation Error in model b (models/gold/b.sql)\n  'sourc' is undefined. Check for typos",
            "dbt could not make b: Compilation Error: 'sourc' is undefined. Check for typos.",
        ),
        (f"Something about {SECRET}", "dbt could not make b."),
    ],
)
def test_only_errors_of_the_code_are_quoted(tmp_path: Path, message: str, wanted: str) -> None:
    said = told(tmp_path, result("model.p.b", "error", message))
    assert said == wanted
    assert SECRET not in said


def test_a_long_list_is_cut(tmp_path: Path) -> None:
    said = told(tmp_path, *(result(f"test.p.t{number}", "fail", "", 1) for number in range(7)))
    assert said.count("failed on 1 row.") == 5
    assert said.endswith("And 2 more.")


def test_a_run_without_results_is_told_too(tmp_path: Path) -> None:
    assert problem_of(tmp_path, None).message == "dbt ended before it built anything."
    said = problem_of(tmp_path, RuntimeError("Compilation Error\n  depends on a source named 'silver.x'"))
    assert said.message.startswith("dbt ended before it built anything. ")
