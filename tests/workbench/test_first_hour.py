"""Mistakes of the first hour: each ends in one plain sentence and the way out, without a traceback."""

from __future__ import annotations

import importlib.util
import json
import socket
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from promote.cli import main as promote
from promote.merge import pull
from promote.writing.write import commit
from tests.promote.small_project import CLEAN, HARVEST, make_project, write_notebook
from workbench.cli import main as workbench
from workbench.definitions import forget
from workbench.stack.ports import HeldPorts

Said = Callable[[], str]


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    made = make_project(tmp_path / "rents", {"bronze/harvest.ipynb": HARVEST, "silver/clean.ipynb": CLEAN})
    monkeypatch.chdir(made)
    yield made
    forget("rents")


@pytest.fixture
def said(capsys: pytest.CaptureFixture[str]) -> Said:
    """Give all that was printed, which is no traceback and offers a way out."""

    def text() -> str:
        shown = capsys.readouterr()
        both = shown.out + shown.err
        assert "Traceback" not in both
        assert "hint: " in both
        return both

    return text


def test_in_the_wrong_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, said: Said) -> None:
    monkeypatch.chdir(tmp_path)
    for command in (["status"], ["materialize"], ["dev"], ["run", "a.ipynb"]):
        assert workbench(command) == 2
        assert "No data project was found here or in any folder above." in said()
    assert promote(["a.ipynb"]) == 2
    assert "No data project was found here or in any folder above." in said()


def test_a_kernel_that_is_not_there_does_no_harm(root: Path, said: Said) -> None:
    path = root / "notebooks/bronze/harvest.ipynb"
    content = json.loads(path.read_text())
    content["metadata"]["kernelspec"] = {"name": "gone", "display_name": "Gone", "language": "python"}
    path.write_text(json.dumps(content))
    assert workbench(["run", str(path)]) == 0  # the project's own Python runs it
    content["metadata"]["kernelspec"] = {"name": "ir", "display_name": "R", "language": "R"}
    path.write_text(json.dumps(content))
    assert workbench(["run", str(path)]) == 1
    told = said()
    assert "The notebook asks for a kernel of R, 'ir', which is not installed." in told
    assert "choose a Python kernel in JupyterLab: Kernel, Change Kernel" in told
    assert "as far as it ran" not in told  # nothing of it did


def test_an_installation_that_runs_no_notebooks(root: Path, said: Said, monkeypatch: pytest.MonkeyPatch) -> None:
    find = importlib.util.find_spec
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None if name == "papermill" else find(name))
    assert workbench(["run", str(root / "notebooks/bronze/harvest.ipynb")]) == 1
    assert said() == "error: Running a notebook needs papermill.\nhint: Install notebook-workbench[lab].\n"


def test_a_notebook_that_somebody_else_saved_meanwhile(root: Path, said: Said, monkeypatch: pytest.MonkeyPatch) -> None:
    assert promote(["--no-run", "notebooks/silver/clean.ipynb", "notebooks/bronze/harvest.ipynb"]) == 0
    module = root / "src/rents/defs/silver/rents.py"
    module.write_text(module.read_text().replace('.sort("town", "year")', '.sort("year", "town")'))
    notebook = root / "notebooks/silver/clean.ipynb"

    def commit_late(*given: object, **named: object) -> object:
        write_notebook(notebook, [*CLEAN, ("", "2 + 2")])
        return commit(*given, **named)  # type: ignore[arg-type] # what pull gives

    monkeypatch.setattr(pull, "commit", commit_late)
    assert promote(["--pull", "notebooks/silver/clean.ipynb"]) == 1
    assert "PR609" in said()
    assert "2 + 2" in notebook.read_text()


def test_a_tag_misspelt(root: Path, said: Said) -> None:
    write_notebook(root / "notebooks/a.ipynb", [("sliver:rents_by_year", "a = 1")])
    assert promote(["--no-run", "notebooks/a.ipynb"]) == 1
    assert "Did you mean 'silver:rents_by_year'?" in said()


def test_a_parameter_of_the_wrong_type_or_name(root: Path, said: Said) -> None:
    path = write_notebook(root / "notebooks/a.ipynb", [("parameters", "least: int = 1"), ("", "least + 1")])
    assert workbench(["run", str(path), "-p", "least", "many"]) == 2
    assert "The parameter 'least' takes int, not 'many'." in said()
    assert workbench(["run", str(path), "-p", "lest", "1"]) == 2
    assert "Did you mean 'least'?" in said()
    assert workbench(["run", str(path.with_name("b.ipynb"))]) == 2  # what is named on the command line and is not there
    assert "Did you mean 'a.ipynb'?" in said()


def test_what_is_named_and_is_no_notebook_is_a_wrong_call(root: Path, said: Said) -> None:
    for program, *words in ((promote, "--no-run"), (workbench, "suggest"), (workbench, "run")):
        assert program([*words, "notebooks"]) == 2
        assert "This is a folder, not a notebook." in said()
        assert program([*words, "notebooks/no.ipynb"]) == 2
    assert workbench(["restore", "notebooks"]) == 2
    assert "notebooks is no backup." in said()
    assert workbench(["config", "show", "--env", "no"]) == 2
    assert "There is no configuration for the environment 'no'." in said()
    (root / "notebooks/link.ipynb").symlink_to("gone.ipynb")
    write_notebook(root / "notebooks/a.ipynb", [("silver:a", "a = b")])
    assert promote(["--no-run", "notebooks/link.ipynb", "notebooks/a.ipynb"]) == 1  # all that is found is told
    told = said()
    assert "PR101 The notebook leads nowhere." in told
    assert "PR301" in told


def test_no_data_yet(root: Path, said: Said) -> None:
    assert workbench(["materialize"]) == 1
    assert "The project has no assets yet." in said()
    path = write_notebook(
        root / "notebooks/a.ipynb",
        [("", "from platform_core.sdk import load_asset"), ("", "load_asset('raw_rents').collect()")],
    )
    assert workbench(["run", str(path)]) == 1
    shown = said()
    assert "notebooks/a.ipynb:cell 2" in shown
    assert "raw_rents" in shown


def test_a_port_that_is_taken(root: Path, said: Said) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        assert workbench(["dev", "--port", str(port)]) == 1
    shown = said()
    assert f"Port {port} of 127.0.0.1 is taken" in shown
    assert "--port" in shown
    assert workbench(["dev", "--port", "70000"]) == 2
    assert "There is no port 70000." in said()
    assert workbench(["metrics", "--port", "70000"]) == 2
    assert "There is no port 70000." in said()
    assert root.is_dir()


def test_a_project_within_a_project(
    root: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    inner = make_project(root / "notebooks/inner", {"bronze/other.ipynb": (("", "1 + 1"),)})
    monkeypatch.chdir(inner / "notebooks")
    assert workbench(["status", "--json"]) == 0
    (notebook,) = json.loads(capsys.readouterr().out)["notebooks"]
    assert notebook["notebook"] == "notebooks/bronze/other.ipynb"


def test_spaces_and_umlauts_in_every_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    notebooks = {"bronze/Größe & Maß 計.ipynb": HARVEST, "silver/it's clean.ipynb": CLEAN}
    root = make_project(tmp_path / "Söhne und Töchter" / "rents", notebooks)
    monkeypatch.chdir(root)
    names = sorted(str(path) for path in (root / "notebooks").rglob("*.ipynb"))
    assert promote(["--no-run", *names]) == 0
    assert promote(["--check"]) == 1  # unverified, as nothing ran
    assert workbench(["materialize", "--all-partitions"]) == 0
    assert workbench(["status"]) == 0
    forget("rents")


def test_records_that_cannot_be_written(root: Path, said: Said) -> None:
    (root / "data").mkdir(exist_ok=True)
    (root / "data/dagster").write_text("a file where the folder would be")
    assert promote(["--no-run", "notebooks/bronze/harvest.ipynb"]) == 0
    with HeldPorts() as held:
        for command in (["materialize"], ["dev", "--port", str(held.any())]):
            assert workbench(command) == 1
            assert "Dagster's records cannot be written" in said()


def test_a_disk_that_cannot_be_written_to(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    blocked = tmp_path / "a file"
    blocked.touch()
    for folder in (blocked / "project", Path("/proc/project")):
        assert workbench(["new", str(folder), "--no-input"]) == 1
        shown = capsys.readouterr().err
        assert "cannot be made" in shown
        assert "Traceback" not in shown
