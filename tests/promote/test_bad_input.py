"""Bad input through the command line: a clear finding with its place and exit code, and not one file written.

`docs/explanation/bad-input.md` lists every case with its test; the last test here holds the two together.
"""

from __future__ import annotations

import ast
import json
import os
import re
import resource
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from promote.cli import main
from promote.findings import catalogue
from promote.writing.journal import is_left
from tests.promote.small_project import HARVEST, make_project, tree
from tests.promote.writing.test_write import disturbed, kill

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs/explanation/bad-input.md"
GOOD = ("silver:rents", "import polars as pl\nrents = pl.DataFrame({'a': [1]})")


def files(root: Path) -> dict[str, bytes]:
    return {path.relative_to(root).as_posix(): path.read_bytes() for path in root.rglob("*") if path.is_file()}


def promote(root: Path, *notebooks: Path) -> int:
    return main([*map(str, notebooks), "--no-run", "--project", str(root)])


@pytest.mark.parametrize(
    ("raw", "code"),
    [
        (b"PK\x03\x04 a spreadsheet", "PR104"),
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
    found = re.findall(r"^notebooks/(\w)\.ipynb:cell 1 .*: PR206 ", capsys.readouterr().out, re.MULTILINE)
    assert "a" in found, "the notebook that was named tells it"
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


HOSTILE = [
    '"""\nimport os\nos.abort()\n"""',
    "'''",
    "back\\",
    '"',
    "\\N{nothing}",
    "\x1b[2J",
    "line\u2028line",
    "line\rimport os; os.abort()",
    '\\"""',
    "{os.abort()}",
]


def only_what_was_meant(root: Path) -> None:
    """Every module is Python, and holds no statement of a kind that promotion does not write."""
    modules = list(root.rglob("*.py"))
    assert modules
    for module in modules:
        body = ast.parse(module.read_bytes())
        assert "abort" not in {node.attr for node in ast.walk(body) if isinstance(node, ast.Attribute)}
        kinds = (ast.Expr, ast.Import, ast.ImportFrom, ast.FunctionDef, ast.Assign)
        assert all(isinstance(node, kinds) for node in body.body)


@pytest.mark.parametrize("text", HOSTILE)
def test_markdown_cannot_break_out_of_the_docstring(
    data_project: Path, notebook_json: Callable[..., bytes], text: str
) -> None:
    file = data_project / "notebooks" / "a.ipynb"
    file.write_bytes(notebook_json(("md", text), GOOD))
    assert promote(data_project, file) == 0
    only_what_was_meant(data_project)


@pytest.mark.parametrize("text", HOSTILE)
def test_an_option_cannot_break_out_of_its_string(
    data_project: Path, notebook_json: Callable[..., bytes], text: str
) -> None:
    file = data_project / "notebooks" / "a.ipynb"
    tag, source = GOOD
    file.write_bytes(notebook_json((tag, f"#| description: {json.dumps(text)}\n{source}")))
    before = files(data_project)
    if promote(data_project, file):
        assert files(data_project) == before
    else:
        only_what_was_meant(data_project)


@pytest.mark.parametrize("name", ['a"""b', "a\nimport os; os.abort()\n#", "a\\", "a\u2028b", "a'; os.abort()"])
def test_a_file_name_cannot_break_out_of_a_comment_or_a_string(
    data_project: Path, notebook_json: Callable[..., bytes], name: str
) -> None:
    file = data_project / "notebooks" / f"{name}.ipynb"
    file.write_bytes(notebook_json(GOOD))
    before = files(data_project)
    if promote(data_project, file):
        assert files(data_project) == before
    else:
        only_what_was_meant(data_project)


def test_cells_without_ids_are_no_mistake(data_project: Path, notebook_json: Callable[..., bytes]) -> None:
    """Nine public notebooks of ten have none."""
    file = data_project / "notebooks" / "a.ipynb"
    content = json.loads(notebook_json(("md", "# Rents"), GOOD))
    assert not any("id" in cell for cell in content["cells"])
    file.write_text(json.dumps(content | {"nbformat_minor": 2}), encoding="utf-8")
    before = file.read_bytes()
    assert promote(data_project, file) == 0
    written = files(data_project)
    assert "src/planning/defs/silver/rents.py" in written
    assert file.read_bytes() == before
    assert promote(data_project, file) == 0
    assert files(data_project) == written


def test_promoting_twice_changes_no_byte(data_project: Path, notebook_json: Callable[..., bytes]) -> None:
    file = data_project / "notebooks" / "a.ipynb"
    file.write_bytes(notebook_json(("md", "# Rents"), GOOD))
    assert promote(data_project, file) == 0
    before = files(data_project)
    assert promote(data_project, file) == 0
    assert files(data_project) == before


def test_a_notebook_that_fails_when_it_is_run(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    root = make_project(tmp_path, {"bronze/harvest.ipynb": [*HARVEST, ("", "first = 1\nraw_rents.no_such_method()")]})
    before = tree(root)
    assert main([str(root / "notebooks/bronze/harvest.ipynb"), "--project", str(root)]) == 4
    shown = capsys.readouterr()
    assert re.search(r"^notebooks/bronze/harvest.ipynb:cell 4 .*:2(:\d+)?: PR501 ", shown.out, re.MULTILINE), shown.out
    assert "Traceback" not in shown.out + shown.err
    assert tree(root) == before


def command(root: Path) -> subprocess.CompletedProcess[str]:
    """Run `promote --no-run` on the small project in a process of its own."""
    told = [sys.executable, "-m", "promote", "notebooks/bronze/harvest.ipynb", "--no-run", "--project", "."]
    # Under a limit on the size of files Python would keep half of a compiled module
    search = {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONDONTWRITEBYTECODE": "1"}
    return subprocess.run(told, cwd=root, env=search, capture_output=True, text=True, check=False)


def test_a_full_disk(tmp_path: Path) -> None:
    """The system's own limit on the size of a file, low enough for the module not to fit."""
    root = make_project(tmp_path, {"bronze/harvest.ipynb": HARVEST})
    before = tree(root)
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (300, limits[1]))
    try:
        done = command(root)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    assert done.returncode == 1, done.stdout + done.stderr
    assert "PR608 There is no room on the disk to write the files. Nothing was changed." in done.stdout
    assert "Traceback" not in done.stdout + done.stderr
    assert tree(root) == before
    assert not is_left(root)
    assert command(root).returncode == 0


def test_a_disk_that_is_really_full(tmp_path: Path) -> None:
    """A file system of a few kilobytes, filled to the brim, in a name space of the test's own."""
    root = make_project(tmp_path / "project", {"bronze/harvest.ipynb": HARVEST})
    (tmp_path / "small").mkdir()
    steps = [
        "mount -t tmpfs -o size=96k tmpfs small || exit 99",
        "cp -R project/. small",
        "cat /dev/zero > small/ballast 2> /dev/null",
        "cd small",
        f"export PYTHONDONTWRITEBYTECODE=1 PYTHONPATH='{ROOT}'",
        f"'{sys.executable}' -m promote notebooks/bronze/harvest.ipynb --no-run",
        "echo ended $?",
        "rm ballast",
        "find . -type f -not -path './.workbench/*'",
    ]
    shell = shutil.which("unshare")
    if shell is None:
        pytest.skip("LOUD SKIP: there is no unshare on this system")
    told = [shell, "-rm", "sh", "-c", "\n".join(steps)]
    done = subprocess.run(told, cwd=tmp_path, capture_output=True, text=True, check=False)
    if done.returncode and "ended" not in done.stdout:
        pytest.skip("LOUD SKIP: this system lets nobody make a mount of their own")
    said, _, listed = done.stdout.partition("ended 1\n")
    assert "PR608 There is no room on the disk" in said, done.stdout + done.stderr
    assert "Traceback" not in said + done.stderr
    assert {line.removeprefix("./") for line in listed.split()} == set(tree(root))


def test_a_kill_anywhere_in_the_command(tmp_path: Path, full_count: bool) -> None:
    """Killed at any call into the system, the next promotion makes good first and ends as ever."""
    whole = make_project(tmp_path / "whole", {"bronze/harvest.ipynb": HARVEST})
    notebook = "notebooks/bronze/harvest.ipynb"
    assert promote(whole, whole / notebook) == 0
    after = tree(whole)
    left = 0
    for at in range(1, 100_000, 1 if full_count else 17):
        root = make_project(tmp_path / f"p{at}", {"bronze/harvest.ipynb": HARVEST})
        ended = disturbed(lambda root=root: promote(root, root / notebook), at, kill)  # type: ignore[misc] # bound now
        if ended is None:
            break
        assert ended == -signal.SIGKILL
        left += is_left(root)
        assert promote(root, root / notebook) == 0
        assert tree(root) == after, f"call {at} left something behind"
        assert not is_left(root)
        shutil.rmtree(root)
    assert left, "no kill fell into the writing"


def test_every_case_of_the_page_names_its_finding_and_a_test_that_exists() -> None:
    rows = [line.strip("|").split("|") for line in PAGE.read_text(encoding="utf-8").split("\n") if "`test_" in line]
    assert len(rows) >= 20
    for name, said, tests in rows:
        assert name.strip()
        assert len(re.findall(r"`test_\w+`", tests)) == len(re.findall(r"\]\(\S+\) `test_", tests)), tests
        codes = re.findall(r"PR\d{3}", said)
        assert set(codes) <= set(catalogue()), codes
        for file, test in re.findall(r"\[`((?:writing/)?test_\w+\.py)`\]\(\S+\) `(test_\w+)`", tests):
            text = (ROOT / "tests/promote" / file).read_text(encoding="utf-8")
            assert f"def {test}(" in text, test
            assert any(code in text for code in codes or ["def"]), (test, codes)
