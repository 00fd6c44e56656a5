"""The notebook's own process, run here in this one: the kernel is real, and a child of ours."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from verify_project import notebook

from promote.model import Notebook
from promote.verify.environment import jupyter_environment
from promote.verify.observe import Run, handle, observe
from promote.verify.reading import notebook_file
from tests.conftest import NIGHTLY


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "Lauf ä 1"
    folder.mkdir()
    for name, value in jupyter_environment(folder).items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("WORKBENCH_VERIFY", str(folder))
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.chdir(folder)
    return folder


def run(
    folder: Path,
    value: Notebook,
    captures: Sequence[Mapping[str, Any]] = (),
    parameters: Mapping[str, Any] | None = None,
    timeout: float | None = None,
) -> tuple[bool, Run, list[int | None]]:
    (folder / "run.ipynb").write_text(notebook_file(value), encoding="utf-8")
    told: list[int | None] = []
    made = Run(captures, folder, timeout, lambda message: told.append(message["cell"]))
    return observe("run.ipynb", str(folder), parameters or {}, made), made, told


def kept(folder: Path, number: int) -> Any:
    return json.loads((folder / f"{number}.json").read_text())


def test_outputs_are_kept_at_the_end_of_their_cells_and_nothing_shows_it(folder: Path):
    value = notebook(
        ("parameters", "minimum = 1"),
        "import polars as pl, json\nbefore = set(globals())\n40 + 2",
        ("silver:rents", "rents = pl.LazyFrame({'rent': [1, 2, 3]}).filter(pl.col('rent') >= minimum)"),
        "assert _ == 42\nassert Out == {2: 42} or list(Out.values()) == [42], Out\nlast = In[-2]",
        ("silver:late", "late = pl.DataFrame({'a': [1]})\nlate2 = late"),
        ("raises-exception", "1 / 0"),
        ("skip-execution", "raise SystemExit"),
        "print('x' * 100)\nlate = late.with_columns(a=pl.lit(2))\n"
        "json.dump([sorted(k for k in set(globals()) - before if k[0] != '_'), last], open('names.json', 'w'))",
    )
    captures = [
        {"cell": 3, "variable": "rents"},
        {"cell": 5, "variable": "late"},
        {"cell": 5, "variable": "nowhere"},
        {"cell": 7, "variable": "late"},
    ]
    (folder / "run.ipynb").write_text(notebook_file(value), encoding="utf-8")
    elsewhere = folder / "notebooks"
    elsewhere.mkdir()
    request: dict[str, object] = {
        "notebook": "run.ipynb",
        "cwd": str(elsewhere),
        "folder": str(folder),
        "parameters": {"minimum": 2},
        "captures": captures,
        "timeout": None,
    }
    told: list[int | None] = []
    assert handle(request, lambda message: told.append(message["cell"])) == {"ran": True, "failure": None}
    assert Path.cwd() == folder
    assert told == [1, None, 2, 3, 4, 5, 6, 7, 8]
    assert pl.read_ipc(folder / kept(folder, 0)["file"])["rent"].to_list() == [2, 3]
    assert pl.read_ipc(folder / kept(folder, 1)["file"])["a"].to_list() == [1]
    assert kept(folder, 2) == {"problem": "missing"}
    assert kept(folder, 3)["rows"] == 1
    names, last = json.loads((elsewhere / "names.json").read_text())
    assert names == ["before", "last", "late", "late2", "rents"]
    assert last.startswith("rents = ")
    assert not (folder / "kernel.pid").exists()
    assert not (folder.parent / "home" / ".ipython").exists()


WAYS = [
    ("x = 1\nx = = 2", {"kind": "error", "name": "SyntaxError", "line": 2}),
    ("def f():\n    return 1 / 0\n\nf()", {"kind": "error", "name": "ZeroDivisionError", "line": 4}),
    ("import os, signal; os.kill(os.getpid(), signal.SIGKILL)", {"kind": "died"}),
    ("input('Who? ')", {"kind": "error", "name": "StdinNotImplementedError"}),
]
IN_FULL = [
    ("x = 1\n\nfee + 1", {"kind": "error", "name": "NameError", "line": 3}),
    ("import sys; sys.exit(0)", {"kind": "error", "name": "SystemExit"}),
]


@pytest.mark.nightly
@pytest.mark.parametrize(("cell", "failure"), [*WAYS, *(IN_FULL if NIGHTLY else ())])
def test_a_failing_cell_is_named(folder: Path, cell: str, failure: dict[str, Any]):
    ran, made, told = run(folder, notebook("1", cell, "never = 1"))
    assert not ran
    assert told == [1, 2]
    assert made.failure is not None
    assert {name: made.failure[name] for name in failure} == failure
    assert made.failure["cell"] == 2


def test_a_kernel_that_dies_while_an_output_is_kept_is_named(folder: Path):
    source = (
        "import os, polars as pl\n"
        "rents = pl.LazyFrame({'a': [1]}).map_batches(lambda f: os._exit(1), schema={'a': pl.Int64})"
    )
    ran, made, _ = run(folder, notebook(source), [{"cell": 1, "variable": "rents"}])
    assert not ran
    assert made.failure is not None
    assert (made.failure["kind"], made.failure["cell"]) == ("died", 1)


def test_a_cell_that_takes_too_long_is_named(folder: Path):
    ran, made, _ = run(folder, notebook("while True: pass"), timeout=1)
    assert not ran
    assert made.failure is not None
    assert (made.failure["kind"], made.failure["cell"]) == ("timeout", 1)


def test_a_kernel_that_does_not_start_is_told(folder: Path):
    specification = folder / "data" / "kernels" / "promote-verify" / "kernel.json"
    told = json.loads(specification.read_text())
    told["argv"] = [sys.executable, "-c", "raise SystemExit(3)"]
    specification.write_text(json.dumps(told))
    ran, made, _ = run(folder, notebook("1"))
    assert not ran
    assert made.failure is not None
    assert (made.failure["kind"], made.failure["cell"]) == ("unstarted", None)
