"""`workbench run`, with real kernels."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from workbench.cli import main

Write = Callable[..., Path]


def outputs(path: Path) -> str:
    """Give the text that an executed notebook printed."""
    cells: list[dict[str, Any]] = json.loads(path.read_text(encoding="utf-8"))["cells"]
    return "".join("".join(output.get("text", "")) for cell in cells for output in cell.get("outputs", []))


def test_a_notebook_runs_with_its_parameters_and_the_copy_is_kept(
    project: Path, write_notebook: Write, capsys: pytest.CaptureFixture[str]
) -> None:
    notebook = write_notebook(
        project / "notebooks" / "silver" / "rents.ipynb",
        ("minimum: int = 1", ["parameters"]),
        "import os\nprint(minimum + 1, *(p.split('/')[-1] for p in (os.getcwd(), os.environ['WORKBENCH_PROJECT'])))",
        "import letting\nprint(letting.__name__)",
    )
    before = notebook.read_bytes()
    assert main(["run", str(notebook), "-p", "minimum", "41"]) == 0
    assert capsys.readouterr().out == "data/runs/silver/rents.ipynb\n"
    assert outputs(project / "data" / "runs" / "silver" / "rents.ipynb") == "42 silver letting\nletting\n"
    assert notebook.read_bytes() == before


def test_a_failing_cell_is_named_by_number_id_and_line(
    project: Path, write_notebook: Write, capsys: pytest.CaptureFixture[str]
) -> None:
    notebook = write_notebook(
        project / "notebooks" / "rents.ipynb", ("minimum = 1", ["parameters"]), "a = 1", "b = 2\nc = a / (b - 2)\nd = 4"
    )
    assert main(["run", str(notebook), "-p", "minimum", "2"]) == 1
    said = capsys.readouterr().err
    assert "notebooks/rents.ipynb:cell 3 (cell-3):2: ZeroDivisionError: division by zero\n    c = a / (b - 2)\n" in said
    assert "hint: The notebook as far as it ran is data/runs/rents.ipynb." in said
    assert "Traceback" not in said
    assert (project / "data" / "runs" / "rents.ipynb").is_file()


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["-p", "minimun", "2"], "Did you mean 'minimum'?"),
        (["-p", "minimum", "many"], "takes int"),
        (["-p", "minimum", "1", "-p", "minimum", "2"], "is given twice"),
    ],
)
def test_a_wrong_parameter_is_told_before_anything_runs(
    arguments: list[str],
    said: str,
    project: Path,
    write_notebook: Write,
    capsys: pytest.CaptureFixture[str],
) -> None:
    notebook = write_notebook(project / "a.ipynb", ("minimum = 1", ["parameters"]))
    assert main(["run", str(notebook), *arguments]) == 2
    assert said in capsys.readouterr().err
    assert not (project / "data").exists()


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"not json", "it cannot be read as JSON"),
        (b"\xff\xfe", "it cannot be read as JSON"),
        (b"[" * 100_000, "it cannot be read as JSON"),
        (b"[]", "not a notebook of format 4"),
        (b'{"nbformat": 3, "worksheets": []}', "not a notebook of format 4"),
        (b'{"nbformat": 4, "cells": {}}', "not a notebook of format 4"),
    ],
)
def test_a_file_that_is_no_notebook_is_refused(
    content: bytes, said: str, project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (project / "a.ipynb").write_bytes(content)
    assert main(["run", "a.ipynb"]) == 1
    assert said in capsys.readouterr().err


def test_a_notebook_that_is_not_there_is_told_with_the_nearest_name(
    project: Path, write_notebook: Write, capsys: pytest.CaptureFixture[str]
) -> None:
    write_notebook(project / "rents.ipynb", "1")
    assert main(["run", "rent.ipynb"]) == 1
    assert "Did you mean 'rents.ipynb'?" in capsys.readouterr().err


def test_parameters_for_a_notebook_without_a_parameters_cell_are_refused(
    project: Path, write_notebook: Write, capsys: pytest.CaptureFixture[str]
) -> None:
    write_notebook(project / "a.ipynb", "1")
    assert main(["run", "a.ipynb", "-p", "x", "1"]) == 1
    assert "has no parameters cell" in capsys.readouterr().err
