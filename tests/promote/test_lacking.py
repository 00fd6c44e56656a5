"""Packages that a notebook imports and the environment lacks."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from promote.cli import main
from promote.lacking import lacking
from promote.notebook.read import parse
from promote.project import find
from promote.selection.select import select

STEP = ("silver:a", "a = pl.DataFrame({'b': [1]})")


def written(cells: list[tuple[str, str]]) -> bytes:
    """Give a notebook of tags and sources."""
    made = [
        {"cell_type": "code", "metadata": {"tags": tags.split()}, "outputs": [], "source": source}
        for tags, source in cells
    ]
    return json.dumps({"nbformat": 4, "nbformat_minor": 4, "metadata": {}, "cells": made}).encode()


def shown(project: Path, cells: list[tuple[str, str]], capsys: pytest.CaptureFixture[str]) -> list[str]:
    """Give the lines that promotion prints about packages, where nothing is run."""
    path = project / "notebooks" / "a.ipynb"
    path.write_bytes(written(cells))
    assert main(["--project", str(project), str(path)]) == 1
    lines = capsys.readouterr().out.splitlines()
    return [line for line in lines if "No module named" in line or "pyproject.toml" in line]


def test_every_package_that_is_lacking_is_told_before_anything_runs(
    data_project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Those of a cell that the run passes over, of a branch or of the project are none of them."""
    (data_project / "notebooks" / "beside.py").write_text("")
    cells = [
        ("", "import polars as pl, json\nimport nowhere.maps as maps, beside"),
        ("", "from elsewhere import plot as draw\ntry:\n    import third\nexcept ImportError: third = None"),
        ("skip-execution", "import fourth"),
        STEP,
        ("", "maps.show(a)"),
        ("", "draw(a); maps"),
    ]
    maps, way, plot, other_way = shown(data_project, cells, capsys)
    assert ":cell 1 " in maps
    assert ":2: PR501 No module named 'nowhere'" in maps
    assert way.endswith("into a cell of its own, tagged skip-execution, and tag so what uses it: cells 5, 6.")
    assert "PR501 No module named 'elsewhere'" in plot
    assert other_way.endswith("and tag so what uses it: cell 6.")


@pytest.mark.parametrize(
    "words", ["%pip install nowhere", "%%writefile nowhere.py\nx = 1", "import sys; sys.path.append('..')"]
)
def test_nothing_is_told_of_a_notebook_that_sees_to_its_packages(words: str, data_project: Path) -> None:
    project = find(named=data_project)
    source = [("", words), ("", "import nowhere")]
    selection = select(parse(written(source), "notebooks/a.ipynb"))
    assert lacking(project, selection, ()) == []
    assert lacking(project, select(parse(written(source[1:]), "notebooks/a.ipynb")), ()) != []


def test_what_a_step_uses_is_to_be_installed(data_project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    cells = [("", "import polars as pl\nimport nowhere"), ("silver:a", "a = nowhere.read(pl)")]
    _, way = shown(data_project, cells, capsys)
    assert way.endswith("to the dependencies in pyproject.toml and install it.")


@pytest.mark.parametrize(
    ("imported", "words"),
    [
        ("from beside import load", "from planning.beside import …"),
        ("import helpers", "import planning.own_helpers as helpers"),
    ],
)
def test_a_module_beside_the_notebook_that_a_step_uses_is_told_before_anything_runs(
    imported: str, words: str, data_project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The notebook finds it, and the project's module does not."""
    for name in ("beside", "helpers", "unused"):
        (data_project / f"notebooks/{name}.py").write_text("def load(): return 1\n")
    (data_project / "src/planning/helpers").mkdir(parents=True)
    call = "helpers.load()" if "helpers" in imported else "load()"
    path = data_project / "notebooks" / "a.ipynb"
    path.write_bytes(written([("", f"import polars as pl\nimport unused\n{imported}"), ("silver:a", f"a = {call}")]))
    assert main(["--project", str(data_project), str(path)]) == 1
    said = capsys.readouterr().out
    assert said.count("PR512") == 2  # once more in the last line
    assert f"write `{words}` here." in said
