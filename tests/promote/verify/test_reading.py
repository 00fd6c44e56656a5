from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import nbformat
import pytest
from verify_project import notebook

from promote.model import Cell, Notebook
from promote.verify.reading import notebook_file, observed
from promote.verify.values import Capture

CAPTURE = Capture("silver:rents", "rents", "frame", 2)
NOTEBOOK = notebook("import polars as pl", ("silver:rents", "frame = pl.read(secret)\n1 / 0"))


def test_the_notebook_that_runs_is_valid_whatever_the_file_was():
    odd = Notebook(
        "a.ipynb",
        (
            Cell(1, "same", "markdown", "# Title"),
            Cell(2, "same", "code", "x = 1", ("parameters",)),
            Cell(3, "ünal id", "code", "x = 2", ("injected-parameters",)),
            Cell(4, "", "raw", "raw"),
            Cell(5, "same", "code", "x", ("silver:x", "raises-exception")),
        ),
    )
    made = nbformat.reads(notebook_file(odd), as_version=4)
    nbformat.validate(made)
    assert [(cell.id, cell.metadata.tags) for cell in made.cells] == [
        ("cell-2", ["parameters"]),
        ("cell-5", ["silver:x", "raises-exception"]),
    ]


def failed(tmp_path: Path, **named: Any) -> Any:
    failure = {"kind": "error", "cell": 2, "name": "ValueError", "message": "Winifred", "line": 2, **named}
    return observed(NOTEBOOK, [CAPTURE], tmp_path, {"ran": False, "failure": failure}, tmp_path)


@pytest.mark.parametrize(
    ("named", "code", "message", "line"),
    [
        ({}, "PR501", "The cell fails when it is run: ValueError.", 2),
        ({"line": 99}, "PR501", "The cell fails when it is run: ValueError.", None),
        ({"line": None}, "PR501", "The cell fails when it is run: ValueError.", None),
        ({"name": "SystemExit"}, "PR501", "The cell ends the notebook (SystemExit).", None),
        ({"kind": "died"}, "PR508", "The kernel died while this cell ran, or while the step's output was kept.", None),
        ({"kind": "timeout"}, "PR509", "The cell was still running when its time was up.", None),
        ({"cell": None}, "PR508", "The notebook's kernel did not start.", None),
    ],
)
def test_a_failure_names_its_cell_and_line(
    tmp_path: Path, named: dict[str, Any], code: str, message: str, line: int | None
):
    seen = failed(tmp_path, **named)
    assert seen.findings == (seen.failure,)
    assert not seen.ran
    assert (seen.failure.code, seen.failure.message, seen.failure.location.line) == (code, message, line)
    if named != {"cell": None}:
        assert (seen.failure.location.cell, seen.failure.location.cell_id) == (2, "id2")
        assert seen.failure.location.tag == "silver:rents"
    assert seen.failure.hint


@pytest.mark.parametrize(
    ("name", "hint"),
    [
        ("ModuleNotFoundError", "Add the package"),
        ("ImportError", "Add what it asks for"),
        ("FileNotFoundError", "in its own folder"),
        ("URLError", "reaches for the network"),
        ("StdinNotImplementedError", "Nobody can answer"),
        ("KeyError", "Restart"),
    ],
)
def test_a_failure_has_a_way_out(tmp_path: Path, name: str, hint: str):
    assert hint in failed(tmp_path, name=name).failure.hint


@pytest.mark.parametrize(
    ("told", "code", "message"),
    [
        ({"problem": "no frame", "type": "int"}, "PR502", "`frame`, which the step gives, is no frame but an int."),
        ({"problem": "no frame", "type": "list"}, "PR502", "`frame`, which the step gives, is no frame but a list."),
        ({"problem": "missing"}, "PR510", "`frame`, which the step gives, does not exist when its last cell has run."),
        ({"problem": "unkept", "said": "Bad"}, "PR511", "`frame`, which the step gives, cannot be kept: Bad."),
        (None, "PR511", "`frame`, which the step gives, could not be kept: the kernel gave no answer."),
    ],
)
def test_an_output_that_was_not_kept_is_told(tmp_path: Path, told: dict[str, str] | None, code: str, message: str):
    if told is not None:
        (tmp_path / "0.json").write_text(json.dumps(told))
    seen = observed(NOTEBOOK, [CAPTURE], tmp_path, {"ran": True, "failure": None}, tmp_path)
    (finding,) = seen.findings
    assert (finding.code, finding.message) == (code, message)
    assert finding.location.cell == 2
    assert seen.failure is None
    assert seen.ran


def test_a_series_has_a_way_out_of_its_own(tmp_path: Path):
    (tmp_path / "0.json").write_text(json.dumps({"problem": "no frame", "type": "Series"}))
    seen = observed(NOTEBOOK, [CAPTURE], tmp_path, {"ran": True, "failure": None}, tmp_path)
    assert seen.findings[0].hint == "Write `frame = frame.to_frame()`."


def test_outputs_that_a_failure_kept_from_being_are_not_told_twice(tmp_path: Path):
    assert len(failed(tmp_path).findings) == 1
