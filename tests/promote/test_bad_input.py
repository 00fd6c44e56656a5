"""Bad input through the command line: a clear finding with its place, exit code 1, and not one file written."""

from __future__ import annotations

import ast
from collections.abc import Callable
from pathlib import Path

import pytest

from promote.cli import main

GOOD = ("silver:rents", "import polars as pl\nrents = pl.DataFrame({'a': [1]})")


def files(root: Path) -> dict[str, bytes]:
    return {path.relative_to(root).as_posix(): path.read_bytes() for path in root.rglob("*") if path.is_file()}


def promote(root: Path, *notebooks: Path) -> int:
    return main([*map(str, notebooks), "--no-run", "--project", str(root)])


@pytest.mark.parametrize(
    ("raw", "code"),
    [
        (b"PK\x03\x04 a spreadsheet", "PR103"),
        (b"\x89PNG\r\n\x1a\n", "PR102"),
        (b"{}", "PR104"),
        (b'{"nbformat": 4, "cells": [', "PR103"),
        (b'{"nbformat": 3, "worksheets": []}', "PR105"),
        ("{}".encode("utf-16"), "PR102"),
        (b"<<<<<<< HEAD\n{}\n=======\n{}\n>>>>>>> main\n", "PR107"),
    ],
)
def test_a_file_that_is_no_notebook(
    data_project: Path, raw: bytes, code: str, capsys: pytest.CaptureFixture[str]
) -> None:
    file = data_project / "notebooks" / "a.ipynb"
    file.write_bytes(raw)
    before = files(data_project)
    assert promote(data_project, file) == 1
    shown = capsys.readouterr()
    assert f": {code} " in shown.out
    assert "Traceback" not in shown.out + shown.err
    assert files(data_project) == before


@pytest.mark.parametrize(
    ("cells", "code", "place"),
    [
        ([("silver:rents", "rents = (")], "PR120", "cell 1"),
        ([("silver:", "rents = 1")], "PR201", "cell 1"),
        ([("sliver:rents", "rents = 1")], "PR202", "cell 1"),
        ([GOOD, ("gold:rents", "rents = 1")], "PR205", "cell 2"),
        ([("silver:rents,gold:totals", "rents = 1")], "PR203", "cell 1"),
        ([("silver:rents", "rents = unknown")], "PR301", "cell 1"),
        ([("", "x = sum([1, 2])"), ("silver:rents", "rents = x")], "PR302", "cell 2"),
        ([("silver:rents", "# nothing")], "PR208", "cell 1"),
        ([("silver:rents", "#| ownr: team:x\nrents = 1")], "PR221", "cell 1"),
        ([("silver:../../x", "x = 1")], "PR204", "cell 1"),
        ([("silver:class", "x = 1")], "PR204", "cell 1"),
        ([("silver:rents", "!ls\nrents = 1")], "PR125", "cell 1"),
        ([GOOD, ("check:rent", "assert rents")], "PR207", "cell 2"),
        ([("silver:a'''\n\"\"\"", "x = 1")], "PR204", "cell 1"),
    ],
)
def test_a_notebook_with_a_mistake(
    data_project: Path,
    notebook_json: Callable[..., bytes],
    cells: list[tuple[str, str]],
    code: str,
    place: str,
    capsys: pytest.CaptureFixture[str],
) -> None:
    file = data_project / "notebooks" / "a.ipynb"
    file.write_bytes(notebook_json(*cells))
    before = files(data_project)
    assert promote(data_project, file) == 1
    lines = capsys.readouterr().out.split("\n")
    assert any(line.startswith(f"notebooks/a.ipynb:{place} ") and f": {code} " in line for line in lines)
    assert files(data_project) == before


def test_one_name_in_two_notebooks(
    data_project: Path, notebook_json: Callable[..., bytes], capsys: pytest.CaptureFixture[str]
) -> None:
    for name in ("a", "b"):
        (data_project / "notebooks" / f"{name}.ipynb").write_bytes(notebook_json(GOOD))
    before = files(data_project)
    assert promote(data_project, data_project / "notebooks" / "a.ipynb") == 1
    assert "PR206" in capsys.readouterr().out
    assert files(data_project) == before


def test_a_module_written_by_hand(
    data_project: Path, notebook_json: Callable[..., bytes], capsys: pytest.CaptureFixture[str]
) -> None:
    file = data_project / "notebooks" / "a.ipynb"
    file.write_bytes(notebook_json(GOOD))
    module = data_project / "src/planning/defs/silver/rents.py"
    module.parent.mkdir(parents=True)
    module.write_text("# by hand\n")
    before = files(data_project)
    assert promote(data_project, file) == 1
    assert "PR401" in capsys.readouterr().out
    assert files(data_project) == before


@pytest.mark.parametrize(
    "text",
    [
        '"""\nimport os\nos.abort()\n"""',
        "'''",
        "back\\",
        '"',
        "\\N{nothing}",
        "\x1b[2J\x00"[:4],
        "line\u2028line",
        '\\"""',
    ],
)
def test_markdown_cannot_break_out_of_the_docstring(
    data_project: Path, notebook_json: Callable[..., bytes], text: str
) -> None:
    file = data_project / "notebooks" / "a.ipynb"
    file.write_bytes(notebook_json(("md", text), GOOD))
    assert promote(data_project, file) == 0
    for module in data_project.rglob("*.py"):
        tree = ast.parse(module.read_bytes())
        assert "abort" not in {node.attr for node in ast.walk(tree) if isinstance(node, ast.Attribute)}
        kinds = (ast.Expr, ast.Import, ast.ImportFrom, ast.FunctionDef, ast.Assign)
        assert all(isinstance(node, kinds) for node in tree.body)


def test_promoting_twice_changes_no_byte(data_project: Path, notebook_json: Callable[..., bytes]) -> None:
    file = data_project / "notebooks" / "a.ipynb"
    file.write_bytes(notebook_json(("md", "# Rents"), GOOD))
    assert promote(data_project, file) == 0
    before = files(data_project)
    assert promote(data_project, file) == 0
    assert files(data_project) == before
