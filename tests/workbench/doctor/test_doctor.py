"""`workbench doctor`: what is wrong is named with what mends it, `--fix` mends what it can, and it says so truly."""

from __future__ import annotations

import json
import os
import platform
import shutil
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path
from typing import Any

import pytest

from tests.template.support import rendered_project
from tests.workbench.gitted import done, environment, git
from workbench.doctor.jupyter import kernel
from workbench.doctor.project import configuration, dagster_home, write_access
from workbench.doctor.python import installed, packages, python
from workbench.doctor.repository import hooks, merge_driver, output_filter
from workbench.doctor.values import Standing
from workbench.project import Project, find_project

NOTEBOOK = "notebooks/bronze/harvest.ipynb"


@pytest.fixture(scope="module")
def rendered(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project as the template makes it; not to be changed."""
    return rendered_project(tmp_path_factory.mktemp("doctor"), project_name="Doctor", example="blank")


@pytest.fixture
def project(rendered: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Project:
    """A copy of it in a repository, with a person's variables out of sight."""
    root = shutil.copytree(rendered, tmp_path / "doctor")
    done(root, "init", "--quiet", "--initial-branch", "main")
    for name in ("DAGSTER_HOME", "GIT_DIR", "GIT_WORK_TREE", "WORKBENCH_PROJECT"):
        monkeypatch.delenv(name, raising=False)
    for name, value in environment().items():
        if name.startswith("GIT_") or name == "PATH":
            monkeypatch.setenv(name, value)
    return find_project(root)


def doctor(project: Project, *arguments: str) -> tuple[int, dict[str, dict[str, Any]]]:
    """Run the command as a person does, and give its exit code and its checks by name."""
    command = [sys.executable, "-m", "workbench", "doctor", *arguments, "--format", "json"]
    env = environment(PYTHONPATH=str(project.sources))
    outcome = subprocess.run(command, cwd=project.root, env=env, capture_output=True, text=True, check=False)
    assert outcome.stderr == ""
    return outcome.returncode, {one["check"]: one for one in json.loads(outcome.stdout)["checks"]}


def test_a_new_clone_is_told_what_it_lacks_and_fix_does_it(project: Project) -> None:
    before = {path for path in project.root.rglob("*") if ".git" not in path.parts}
    code, told = doctor(project)
    wrong = {name for name, one in told.items() if not one["fine"]}
    assert (code, wrong) == (1, {"Dagster's records", "git hooks", "merge driver", "output filter"})
    assert all(one["mend"] for name, one in told.items() if name in wrong)
    assert {path for path in project.root.rglob("*") if ".git" not in path.parts} == before
    code, told = doctor(project, "--fix")
    assert code == 0
    assert {name for name, one in told.items() if one["fixed"]} == wrong
    code, told = doctor(project)
    assert (code, [name for name, one in told.items() if not one["fine"] or one["mend"]]) == (0, [])
    assert git(project.root, "config", "--get", "merge.workbench.driver").stdout.endswith(" %O %A %B %P\n")


def test_the_text_is_for_people(project: Project) -> None:
    command = [sys.executable, "-m", "workbench", "doctor"]
    env = environment(PYTHONPATH=str(project.sources))
    outcome = subprocess.run(command, cwd=project.root, env=env, capture_output=True, text=True, check=False)
    assert outcome.returncode == 1
    lines = outcome.stdout.splitlines()
    at = next(number for number, line in enumerate(lines) if "git hooks" in line)
    assert lines[at].startswith("WRONG")
    assert lines[at + 1].strip() == "mend: lefthook install"
    assert lines[0].startswith("fine    Python")


def test_python(project: Project) -> None:
    assert python(project).fine
    edit(project, 'requires-python = ">=3.11"', 'requires-python = ">=9.9"')
    found = python(project)
    assert not found.fine
    assert platform.python_version() in found.said
    assert ">=9.9" in found.mend
    edit(project, 'requires-python = ">=9.9"', 'requires-python = "three"')
    assert not python(project).fine


def test_packages_against_what_is_declared(project: Project) -> None:
    assert packages(project).fine
    edit(project, '"pytest>=9"', '"pytest>=9999", "no-such-distribution"')
    found = packages(project)
    assert not found.fine
    assert f"pytest {version('pytest')} is not >=9999" in found.said
    assert "no-such-distribution is missing" in found.said
    assert found.mend == "python -m pip install --editable . --group dev"


@pytest.mark.parametrize(
    ("name", "fine", "wrong"),
    [
        (
            "requirements.lock",
            'polars=={} ; python_version >= "3.8" \\\n    --hash=sha256:00\nnone==1 ; python_version < "3"\n',
            "polars==0.0.1 \\\n    --hash=sha256:00\n",
        ),
        (
            "pylock.toml",
            '[[packages]]\nname = "polars"\nversion = "{}"\n[[packages]]\nname = "x"\nversion = "1"\n'
            "marker = \"python_version < '3'\"\n",
            '[[packages]]\nname = "polars"\nversion = "0.0.1"\n',
        ),
        (
            "uv.lock",
            '[[package]]\nname = "polars"\nversion = "{}"\nsource = {{ registry = "x" }}\n'
            '[[package]]\nname = "x"\nversion = "1"\nsource = {{ registry = "x" }}\n',
            '[[package]]\nname = "polars"\nversion = "0.0.1"\nsource = { registry = "x" }\n',
        ),
    ],
)
def test_packages_against_a_lock(name: str, fine: str, wrong: str, project: Project) -> None:
    (project.root / name).write_text(fine.format(version("polars")))
    found = packages(project)
    assert found.fine, found.said
    assert f"1 as {name} says" in found.said
    (project.root / name).write_text(wrong)
    found = packages(project)
    assert found.said == f"not as {name} says: polars {version('polars')} is not ==0.0.1"
    assert name in found.mend or found.mend == "uv sync" or name == "pylock.toml"
    (project.root / name).write_text("[[[")
    assert packages(project).said == "the lock cannot be read"


def test_the_project_itself(project: Project, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    found = installed(project)
    assert (found.fine, found.said) == (False, "doctor cannot be imported")
    assert found.fix is not None
    monkeypatch.syspath_prepend(project.sources)
    assert installed(project).fine
    (tmp_path / "elsewhere/doctor").mkdir(parents=True)
    (tmp_path / "elsewhere/doctor/__init__.py").touch()
    monkeypatch.syspath_prepend(tmp_path / "elsewhere")
    assert installed(project).said == "doctor is imported from elsewhere"


def test_a_project_that_was_installed_while_the_doctor_ran(
    project: Project, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    known = tmp_path / "site/doctor-0.1.0.dist-info"
    known.mkdir(parents=True)
    (known / "METADATA").write_text("Metadata-Version: 2.1\nName: doctor\nVersion: 0.1.0\n")
    (known / "direct_url.json").write_text(json.dumps({"url": project.root.as_uri(), "dir_info": {"editable": True}}))
    monkeypatch.syspath_prepend(tmp_path / "site")
    assert installed(project).fine


def test_the_kernel(project: Project, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    assert kernel(project).fine
    content = json.loads((project.root / NOTEBOOK).read_text())
    content["metadata"]["kernelspec"]["name"] = "analysis"
    (project.root / NOTEBOOK).write_text(json.dumps(content))
    found = kernel(project)
    assert found.said == "the kernel analysis is not installed"
    assert found.mend == "python -m ipykernel install --sys-prefix --name analysis"
    content["metadata"]["kernelspec"] |= {"name": "ir", "language": "R"}  # no Python is installed under R's name
    (project.root / NOTEBOOK).write_text(json.dumps(content))
    assert kernel(project).fine
    content["metadata"]["kernelspec"] |= {"name": "analysis", "language": "python"}
    (project.root / NOTEBOOK).write_text(json.dumps(content))
    monkeypatch.setenv("JUPYTER_PATH", str(tmp_path / "jupyter"))
    spec = tmp_path / "jupyter/kernels/analysis/kernel.json"
    spec.parent.mkdir(parents=True)
    told: dict[str, Any] = {"argv": ["/elsewhere/python", "-m", "ipykernel_launcher"], "display_name": "a"}
    spec.write_text(json.dumps(told | {"language": "python"}))
    assert kernel(project).said == "the kernel analysis runs another Python, /elsewhere/python"
    spec.write_text(json.dumps(told | {"language": "R"}))
    assert kernel(project).fine
    spec.write_text(json.dumps(told | {"language": "python", "argv": [sys.executable]}))
    assert kernel(project).fine


def test_the_configuration(project: Project) -> None:
    assert configuration(project).fine
    (project.root / "config/prod.yaml").write_text("lake: data/prod\nlak: x\n")
    found = configuration(project)
    assert not found.fine
    assert found.said.startswith("prod: ")
    assert "config/prod.yaml:2" in found.mend


def test_where_dagster_keeps_its_records(project: Project, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    mended(dagster_home(project))
    found = dagster_home(project)
    assert (found.fine, found.said) == (True, "in data/dagster")
    monkeypatch.setenv("DAGSTER_HOME", str(tmp_path))
    assert "is another" in dagster_home(project).said
    monkeypatch.setenv("DAGSTER_HOME", str(tmp_path / "gone"))
    found = dagster_home(project)
    assert not found.fine
    assert found.mend == 'export DAGSTER_HOME="$PWD/data/dagster"'
    assert found.fix is None


def test_write_access(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    assert write_access(project).fine
    closed = {str(project.root / "evidence"), str(project.root / "src")}  # the root user may write everywhere
    (project.root / "evidence").mkdir(exist_ok=True)
    real = os.access
    monkeypatch.setattr(os, "access", lambda path, mode: str(path) not in closed and real(path, mode))
    found = write_access(project)
    assert (found.said, found.mend) == ("no right to write src evidence", "chmod -R u+w src evidence")


def test_hooks_of_somebody_else_are_left_alone(project: Project) -> None:
    theirs = project.root / ".git/hooks/pre-commit"
    theirs.parent.mkdir(exist_ok=True)
    theirs.write_text("#!/bin/sh\nexit 0\n")
    found = hooks(project)
    assert not found.fine
    assert found.fix is None
    assert "Call `workbench staged`" in found.mend
    theirs.write_text("#!/bin/sh\nworkbench staged\n")
    assert hooks(project).fine


def test_pre_commit_is_taken_where_there_is_no_lefthook(project: Project) -> None:
    (project.root / "lefthook.yml").unlink()
    found = hooks(project)
    assert found.mend == "pre-commit install"
    mended(found)
    assert hooks(project).said == "pre-commit runs before each commit"


def test_attributes_that_an_older_project_lacks_are_added(project: Project) -> None:
    attributes = project.root / ".gitattributes"
    attributes.write_text("*.csv text")
    mended(merge_driver(project))
    mended(output_filter(project))
    assert attributes.read_text() == "*.csv text\n*.ipynb merge=workbench\n*.ipynb filter=nbstripout\n"
    assert merge_driver(project).fine
    assert output_filter(project).fine


def test_a_driver_of_an_environment_that_is_gone_is_set_anew(project: Project) -> None:
    mended(merge_driver(project))
    done(project.root, "config", "merge.workbench.driver", '"/gone/bin/python" -m workbench.merging %O %A %B %P')
    mended(merge_driver(project))
    assert merge_driver(project).fine


def test_the_filter_keeps_outputs_out_of_git_and_in_the_file(project: Project) -> None:
    mended(output_filter(project))
    content = json.loads((project.root / NOTEBOOK).read_text())
    content["cells"][1] |= {
        "outputs": [{"output_type": "stream", "name": "stdout", "text": ["x"]}],
        "execution_count": 4,
    }
    (project.root / NOTEBOOK).write_text(json.dumps(content, indent=1, ensure_ascii=False) + "\n")
    done(project.root, "add", NOTEBOOK)
    staged = json.loads(done(project.root, "show", f":{NOTEBOOK}"))["cells"]
    assert (staged[1]["outputs"], staged[1]["execution_count"]) == ([], 4)
    assert staged[8]["outputs"] == content["cells"][8]["outputs"] != []
    assert [cell["id"] for cell in staged] == [cell["id"] for cell in content["cells"]]
    assert json.loads((project.root / NOTEBOOK).read_text()) == content


def test_a_project_in_no_repository(rendered: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(rendered.parent))
    for check in (hooks, merge_driver, output_filter):
        found = check(find_project(rendered))
        assert (found.fine, found.mend, found.fix) == (False, "git init", None)


def test_a_repository_above_is_not_begun_again(rendered: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    done(rendered.parent, "init", "--quiet")
    assert "git init" not in {check(find_project(rendered)).mend for check in (hooks, merge_driver, output_filter)}
    monkeypatch.setenv("GIT_TEST_ASSUME_DIFFERENT_OWNER", "1")  # as where another account has cloned it
    for check in (hooks, merge_driver, output_filter):
        found = check(find_project(rendered))
        assert (found.fine, found.fix) == (False, None)
        assert found.said == "git trusts the project's repository to another account"
        assert found.mend == f"git config --global --add safe.directory {rendered.parent}"


def mended(found: Standing) -> None:
    """Let a check mend what it found wrong."""
    assert not found.fine
    assert found.fix is not None
    found.fix()


def edit(project: Project, old: str, new: str) -> None:
    """Change the project's pyproject.toml."""
    path = project.root / "pyproject.toml"
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new))
