"""`workbench new`, on the template that is shipped."""

from __future__ import annotations

import subprocess
import sys
import tempfile
import tomllib
from pathlib import Path

import pytest

from workbench.cli import main
from workbench.scaffold import default_name, template_folder


def test_a_new_project_stands_whole_in_the_folder_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    target = tmp_path / "deep" / "housing-quality"
    assert main(["new", str(target), "--example", "blank", "--no-input"]) == 0
    settings = tomllib.loads((target / "pyproject.toml").read_text(encoding="utf-8"))
    package = settings["tool"]["workbench"]["package"]
    assert package == "housing_quality"
    assert (target / "src" / package / "definitions.py").is_file()
    assert [path.name for path in target.parent.iterdir()] == ["housing-quality"]
    said = capsys.readouterr().out.splitlines()[1:]
    assert [line.partition("#")[0].strip() for line in said] == [
        f"cd {target}", "git init", "workbench doctor --fix", "promote notebooks/*/*.ipynb", "workbench lab",
    ]  # fmt: skip
    (tmp_path / ".git").mkdir()  # of a repository that is there already
    assert main(["new", str(tmp_path / "other"), "--example", "blank", "--no-input"]) == 0
    assert "git init" not in capsys.readouterr().out


def test_an_empty_folder_is_filled(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "my demo").mkdir()
    assert main(["new", str(tmp_path / "my demo"), "--example", "blank", "--no-input", "--name", "Town rents"]) == 0
    assert (tmp_path / "my demo" / "src" / "town_rents" / "definitions.py").is_file()
    assert f"  cd '{tmp_path}/my demo'\n" in capsys.readouterr().out, "to be pasted as it stands"


def test_two_renderings_are_the_same_bytes(tmp_path: Path) -> None:
    contents = []
    for folder in ("a", "b"):
        target = tmp_path / folder / "demo"
        assert main(["new", str(target), "--example", "blank", "--no-input", "--dbt"]) == 0
        contents.append({p.relative_to(target): p.read_bytes() for p in target.rglob("*") if p.is_file()})
    assert contents[0] == contents[1]
    assert Path("dbt/models/gold/library_visits.sql") in contents[0]


def test_a_folder_that_holds_something_is_left_alone(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "note.txt").write_text("mine")
    assert main(["new", str(tmp_path), "--no-input"]) == 1
    assert "is not empty" in capsys.readouterr().err
    assert [path.name for path in tmp_path.iterdir()] == ["note.txt"]


def test_answers_that_cannot_make_a_project_leave_nothing_behind(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "workbench", "new", str(tmp_path / "tests"), "--no-input"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert "'tests' is the name of another package" in done.stderr
    assert "--name" in done.stderr
    assert "Traceback" not in done.stderr
    assert list(tmp_path.iterdir()) == []


def test_nothing_of_the_home_directory_is_read_or_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    home, passing = tmp_path / "home", tmp_path / "passing"
    home.mkdir()
    passing.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(passing))
    (home / ".cookiecutterrc").write_text("default_context: {team: elsewhere}\n")
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.chdir(tmp_path)
    assert main(["new", "demo", "--example", "blank", "--no-input"]) == 0
    assert [path.name for path in home.iterdir()] == [".cookiecutterrc"]
    assert list(passing.iterdir()) == [], "the template's hooks, with the answers in them"
    assert tempfile.gettempdir() == str(passing)
    assert not any("elsewhere" in path.read_text() for path in (tmp_path / "demo").rglob("*.toml"))


def test_the_template_is_found_beside_the_package() -> None:
    assert (template_folder() / "cookiecutter.json").is_file()


@pytest.mark.parametrize(("folder", "name"), [("a/town_rents", "Town rents"), ("x-y", "X y"), ("ODP", "ODP")])
def test_the_name_comes_from_the_folder(folder: str, name: str) -> None:
    assert default_name(Path(folder)) == name
