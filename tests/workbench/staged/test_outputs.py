"""Outputs leave what is staged, and what was staged in parts stays so."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.workbench.gitted import cells_of, change, done, git, save
from tests.workbench.merging.notebooks import cell, notebook
from workbench.cli import main
from workbench.staged.outputs import _is_clean

PATH = "notebooks/a.ipynb"
OUTPUT = {"data": {"text/plain": ["2"]}, "execution_count": 7, "metadata": {}, "output_type": "execute_result"}
KEPT = {"tags": ["keep_output", "nbval-check-output"]}


def staged(root: Path) -> list[dict[str, Any]]:
    return cells_of(done(root, "show", f":{PATH}"))


def test_outputs_go_ids_and_counts_stay(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    change(root / PATH, 1, outputs=[OUTPUT], execution_count=7)
    change(root / PATH, 0, outputs=[OUTPUT], execution_count=6, metadata=KEPT)
    done(root, "add", PATH)
    assert main(["staged", "outputs"]) == 0
    assert capsys.readouterr().err == f"{PATH}: its outputs are not committed\n"
    first, second = staged(root)
    assert (first["outputs"], first["execution_count"]) == ([OUTPUT], 6)
    assert (second["outputs"], second["execution_count"], second["id"]) == ([], 7, "b")
    assert cells_of((root / PATH).read_text()) == [first, second]
    assert git(root, "status", "--porcelain").stdout == f"M  {PATH}\n"


def test_a_working_file_that_holds_more_is_left_alone(root: Path) -> None:
    change(root / PATH, 1, outputs=[OUTPUT], execution_count=7)
    done(root, "add", PATH)
    change(root / PATH, 0, source=["a = 3"], outputs=[OUTPUT])
    before = (root / PATH).read_bytes()
    assert main(["staged", "outputs"]) == 0
    first, second = staged(root)
    assert (first["source"], first["outputs"], second["outputs"]) == (["a = 1"], [], [])
    assert (root / PATH).read_bytes() == before


def test_a_notebook_without_outputs_is_not_touched(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (root / PATH).write_text(json.dumps(notebook(cell("a", "a = 2"))))  # not as Jupyter lays it out
    done(root, "add", PATH)
    before = done(root, "ls-files", "--stage")
    assert main(["staged", "outputs"]) == 0
    assert done(root, "ls-files", "--stage") == before
    assert capsys.readouterr().err == ""


def test_a_notebook_that_is_none_is_told(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (root / PATH).write_text("<<<<<<< ours\n{}\n")
    done(root, "add", PATH)
    assert main(["staged", "outputs"]) == 1
    assert f"outputs: {PATH}: The notebook as staged is not valid JSON." in capsys.readouterr().err


def test_a_project_below_the_repository_and_odd_names(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    root = tmp_path / "repository/deep down"
    (root / "notebooks").mkdir(parents=True)
    (root / "pyproject.toml").write_text('[tool.workbench]\npackage = "rents"\n')
    name = "notebooks/größe \x1b[31m\n.ipynb"
    save(root / name, notebook(cell("a", "1", outputs=[OUTPUT])))
    save(root.parent / "outside.ipynb", notebook(cell("a", "1", outputs=[OUTPUT])))
    done(root.parent, "init", "--quiet")
    done(root.parent, "add", "--all")
    monkeypatch.chdir(root)
    assert main(["staged", "outputs"]) == 0
    assert cells_of(done(root, "show", f":./{name}"))[0]["outputs"] == []
    assert cells_of(done(root.parent, "show", ":outside.ipynb"))[0]["outputs"] == [OUTPUT]
    assert "\x1b" not in capsys.readouterr().err


@pytest.mark.parametrize(
    ("made", "clean"),
    [
        (notebook(cell("a", "1")), True),
        (notebook(cell("a", "1", "keep_output", outputs=[OUTPUT])), True),
        (notebook(cell("a", "1", outputs=[OUTPUT])), False),
        (notebook(cell("a", "1", metadata={"collapsed": True})), False),
        (notebook(cell("a", "1"), widgets={}), False),
        ({"nbformat": 3, "worksheets": []}, False),
        ({"cells": ["no cell"], "metadata": {}}, False),
    ],
)
def test_what_is_surely_clean(made: dict[str, Any], clean: bool) -> None:
    assert _is_clean(made) is clean


TABLE = (
    "<style>td { x: 1 }</style><table><thead><tr><th>Full Name</th><th>fee</th></tr></thead>"
    "<tbody><tr><td>Xiomara Quispe</td><td>3</td></tr></tbody></table>"
)


@pytest.mark.parametrize(
    ("output", "kinds"),
    [
        ({"output_type": "stream", "name": "stdout", "text": ["ann@exa", "mple.com\n"]}, "email"),
        ({**OUTPUT, "data": {"text/plain": ["07700 900123 and 20"]}}, "phone"),
        ({**OUTPUT, "data": {"text/plain": ["x"], "text/html": [TABLE]}}, "name"),
    ],
)
def test_personal_data_in_what_is_kept_is_told_and_not_shown(
    root: Path, capsys: pytest.CaptureFixture[str], output: dict[str, Any], kinds: str
) -> None:
    change(root / PATH, 0, outputs=[output], execution_count=6, metadata=KEPT)
    done(root, "add", PATH)
    assert main(["staged", "outputs"]) == 1
    said = capsys.readouterr()
    assert f"{PATH}:cell 1: Its kept output looks as if it held personal data ({kinds})." in said.out + said.err
    assert not any(value in said.out + said.err for value in ("ann@", "07700", "Xiomara"))
    settings = root / "pyproject.toml"
    settings.write_text(settings.read_text() + '\n[tool.workbench.staged]\nnot_personal = ["notebooks/*.ipynb"]\n')
    assert main(["staged", "outputs"]) == 0


def test_ten_figures_in_a_kept_table_are_nobody_s(root: Path) -> None:
    table = (
        "<table><tr><th>town</th><th>count</th></tr><tr><td>Leeds</td><td>1200</td></tr><tr><td>York</td></tr></table>"
    )
    change(root / PATH, 0, outputs=[{**OUTPUT, "data": {"text/html": table}}], execution_count=6, metadata=KEPT)
    done(root, "add", PATH)
    assert main(["staged", "outputs"]) == 0
