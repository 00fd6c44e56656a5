"""`workbench run`, with real kernels."""

from __future__ import annotations

import datetime as dt
import json
import os
import select
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from workbench.cli import main
from workbench.project import find_project
from workbench.running.records import Record, new_folder, read_records

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
    assert capsys.readouterr().out == "data/runs/silver/rents/1/rents.ipynb\n"
    assert outputs(project / "data/runs/silver/rents/1/rents.ipynb") == "42 silver letting\nletting\n"
    assert notebook.read_bytes() == before


def test_a_failing_cell_is_named_with_its_traceback_and_every_run_is_listed(
    project: Path, write_notebook: Write, capsys: pytest.CaptureFixture[str]
) -> None:
    notebook = write_notebook(
        project / "notebooks" / "rents {draft} für.ipynb",
        ("minimum = 1", ["parameters"]),
        "def share(of):\n    return 1 / of",
        "b = 2\nc = share(b - 2)\nd = 4",
    )
    assert main(["run", str(notebook), "-p", "minimum", "2"]) == 1
    said = capsys.readouterr().err
    name = "rents {draft} für"
    where = f"notebooks/{name}.ipynb:cell 3 (cell-3):2"
    assert f"{where}: ZeroDivisionError: division by zero\n    c = share(b - 2)\ntraceback:\n" in said
    assert "    Cell In[3], line 2, in share(of)\n" in said
    assert f"open it with `workbench lab -- data/runs/{name}/1/{name}.ipynb`" in said
    assert "Traceback" not in said
    write_notebook(notebook, "1")
    assert main(["run", str(notebook), "--json"]) == 0
    (alone,) = json.loads(capsys.readouterr().out)["runs"]
    assert main(["run", "--list", "--json"]) == 0
    runs = json.loads(capsys.readouterr().out)["runs"]
    assert [(run["number"], run["state"], run["parameters"]) for run in runs] == [
        (1, "failed", {"minimum": 2}),
        (2, "ok", {}),
    ]
    assert runs[1] == alone
    assert (runs[0]["failure"]["cell"], runs[0]["failure"]["line"]) == (3, 2)
    assert all((project / run["output"]).is_file() for run in runs)
    assert main(["run", str(notebook), "--list"]) == 0
    assert "ZeroDivisionError" in capsys.readouterr().out


def test_many_sets_run_at_once_and_one_that_fails_stops_no_other(
    project: Path, write_notebook: Write, capsys: pytest.CaptureFixture[str]
) -> None:
    notebook = write_notebook(
        project / "notebooks" / "rents.ipynb", ("n = 1\nword = 'a'", ["parameters"]), "print(word, 6 / n)"
    )
    sets = project / "sets.csv"
    sets.write_text("n,word\n2,b\n0,\n3,\n", encoding="utf-8")
    assert main(["run", str(notebook), "--set", str(sets), "--jobs", "3"]) == 1
    captured = capsys.readouterr()
    lines = captured.out.splitlines()
    assert [line.split()[0] for line in lines] == ["ok", "failed", "ok"]
    assert [line.split("  ")[-1] for line in lines] == [
        "n=2 word=b",
        "cell 2: ZeroDivisionError: division by zero",
        "n=3",
    ]
    assert "1 of 3 runs failed." in captured.err
    printed = [outputs(project / line.split()[1]) for line in lines]
    assert printed == ["b 3.0\n", "", "a 2.0\n"]
    assert len({line.split()[1] for line in lines}) == 3


def test_a_failed_run_that_was_kept_goes_on_and_says_so(
    project: Path, write_notebook: Write, capsys: pytest.CaptureFixture[str]
) -> None:
    path = project / "notebooks" / "rents.ipynb"
    cells = (
        ("n = 1", ["parameters"]),
        "import os\nprint(os.getpid())\nseen = [n]\nrows = 10",
        "rows = rows - 1\nextra = 1\nseen.append(2)\nraise ValueError('not yet')",
        "print(os.getpid(), rows, 'extra' in globals(), len(seen))",
    )
    write_notebook(path, *cells)
    assert main(["run", str(path), "--resume"]) == 1
    assert "No run of the notebook was kept." in capsys.readouterr().err
    assert main(["run", str(path), "-p", "n", "7", "--keep", "5"]) == 1
    assert "--resume" in capsys.readouterr().err
    mended = "rows = rows - 1\nseen.append(n)"
    write_notebook(path, cells[0], cells[1] + "\n1", mended, cells[3])
    assert main(["run", str(path), "--resume"]) == 1
    assert "Cell 2 changed since run 1." in capsys.readouterr().err
    write_notebook(path, cells[0], cells[1], mended, cells[3])
    module = project / "src/letting/defs/gold/rents_by_town.py"
    before = module.read_text(encoding="utf-8")
    module.write_text(before + "\n", encoding="utf-8")
    assert main(["run", str(path), "--resume"]) == 1
    assert "src/letting/defs/gold/rents_by_town.py changed since run 1." in capsys.readouterr().err
    module.write_text(before, encoding="utf-8")

    assert main(["run", str(path), "--resume"]) == 0
    captured = capsys.readouterr()
    assert captured.out == "data/runs/rents/2/rents.ipynb\n"
    assert "note: This went on at cell 3 in the kernel of run 1" in captured.err
    whole = outputs(project / "data/runs/rents/2/rents.ipynb").split()
    kernel = whole[0]
    # `rows` stood for 10 again, `extra` was gone, the list that the failed cell had added to was as it had left it
    assert whole == [kernel, kernel, "9", "False", "3"]
    first = json.loads((project / "data/runs/rents/2/rents.ipynb").read_text(encoding="utf-8"))["cells"][0]
    assert "only a run from the start shows" in first["source"]
    (_, record) = read_records(find_project(project), path)
    assert (record.state, record.resumed, record.parameters) == ("ok", {"run": 1, "cell": 3}, {"n": 7})
    assert ends(int(kernel))
    assert main(["run", str(path), "--resume"]) == 1
    assert "Run 1 waits no more." in capsys.readouterr().err


def test_an_interrupted_run_takes_its_kernel_along_and_is_marked(project: Path, write_notebook: Write) -> None:
    fifo = project / "began"
    os.mkfifo(fifo)
    path = write_notebook(
        project / "notebooks" / "rents.ipynb",
        "1",
        "import os, subprocess, time\nchild = subprocess.Popen(['sleep', '600'])\n"
        f"with open({str(fifo)!r}, 'w') as file:\n    file.write(f'{{os.getpid()}} {{child.pid}}')\ntime.sleep(600)",
    )
    command = [sys.executable, "-m", "workbench", "run", str(path)]
    with subprocess.Popen(command, cwd=project, stderr=subprocess.PIPE, text=True) as running:
        started = [int(word) for word in fifo.read_text().split()]
        running.send_signal(signal.SIGINT)
        _, said = running.communicate(timeout=60)
    assert (running.returncode, said) == (130, "interrupted\n")
    for process in started:
        assert ends(process)
    (record,) = read_records(find_project(project))
    assert (record.state, record.failure and record.failure.cell) == ("interrupted", 2)
    cells = json.loads((project / record.output).read_text(encoding="utf-8"))["cells"]
    assert cells[0]["source"] == "**This run was stopped in cell 2.**"


def ends(process: int) -> bool:
    """Whether a process that was killed has ended, reaped or not; waits for that for a while."""
    try:
        descriptor = os.pidfd_open(process)
    except ProcessLookupError:
        return True
    try:
        return bool(select.select([descriptor], [], [], 30)[0])
    finally:
        os.close(descriptor)


@pytest.mark.parametrize("kept", [False, True])
def test_a_kept_kernel_ends_with_its_driver_or_when_its_time_is_over(kept: bool) -> None:
    # The driver of the first is a process that is gone; the second waits for no time at all
    driver = subprocess.Popen([sys.executable, "-c", ""])
    driver.wait()
    code = (
        "import threading\nfrom workbench.running import kernel_side as side\n"
        f"side._State.until = {0.0 if kept else None}\nside.guard({os.getpid() if kept else driver.pid}, every=0.01)\n"
        "threading.Event().wait()"
    )
    done = subprocess.run([sys.executable, "-c", code], timeout=60, start_new_session=True, check=False)
    assert done.returncode == -signal.SIGKILL


def test_a_run_whose_process_was_killed_is_told_as_killed(project: Path) -> None:
    here = find_project(project)
    folder = new_folder(here, project / "notebooks/rents.ipynb")
    record = Record(1, "notebooks/rents.ipynb", "data/runs/rents/1/rents.ipynb", {}, "running", dt.datetime.now(dt.UTC))
    with folder.held():
        folder.write(record)
        assert [one.state for one in read_records(here)] == ["running"]
    assert [one.state for one in read_records(here)] == ["killed"]
    assert new_folder(here, project / "notebooks/rents.ipynb").number == 2


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["-p", "minimun", "2"], "Did you mean 'minimum'?"),
        (["-p", "minimum", "many"], "takes int"),
        (["-p", "minimum", "1", "-p", "minimum", "2"], "is given twice"),
        (["--jobs", "0"], "at least 1"),
        (["--keep", "0"], "--keep takes minutes"),
        (["--resume", "-p", "minimum", "1"], "goes on with the parameters it had"),
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
    assert main(["run", "rent.ipynb"]) == 2
    assert "Did you mean 'rents.ipynb'?" in capsys.readouterr().err


def test_parameters_for_a_notebook_without_a_parameters_cell_are_refused(
    project: Path, write_notebook: Write, capsys: pytest.CaptureFixture[str]
) -> None:
    write_notebook(project / "a.ipynb", "1")
    assert main(["run", "a.ipynb", "-p", "x", "1"]) == 1
    assert "has no parameters cell" in capsys.readouterr().err
