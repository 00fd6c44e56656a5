"""The hooks of a project before real commits, by lefthook and by pre-commit: each blocks what it should and no more."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
import yaml

from tests.template.support import edit_cell, run
from tests.workbench.gitted import cells_of, done, git

NAMES = ("outputs", "secrets", "size", "drift")
HARVEST = "notebooks/bronze/harvest.ipynb"
OUTPUT = {"data": {"text/plain": ["3"]}, "execution_count": 5, "metadata": {}, "output_type": "execute_result"}
SECRET = "ghp_" + "a1B2" * 9  # made up


@pytest.fixture(scope="module")
def committed(promoted_blank: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The blank example, promoted and committed, with no hook yet; not to be changed."""
    project = shutil.copytree(promoted_blank, tmp_path_factory.mktemp("committed") / "project")
    done(project, "init", "--quiet", "--initial-branch", "main")
    done(project, "add", "--all")
    done(project, "commit", "--quiet", "--message", "first")
    return project


# What depends on the tool and not on the four commands that both run: in the suite pre-commit is asked this alone
ITS_OWN = {
    "test_a_clean_commit_goes_through_and_outputs_stay_out_of_it",
    "test_what_is_staged_counts_and_what_lies_beside_it_stays",
}


@pytest.fixture(params=["lefthook", "pre-commit"])
def project(
    request: pytest.FixtureRequest, committed: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, full_count: bool
) -> Path:
    """A copy with the hooks of one of the two installed, whose own folders are the test's."""
    if request.param == "pre-commit" and not full_count and request.function.__name__ not in ITS_OWN:
        pytest.skip("the same commands by the other tool once more: `make test-nightly`")
    monkeypatch.setenv("PRE_COMMIT_HOME", str(tmp_path / "home"))
    project = shutil.copytree(committed, tmp_path / "project")
    outcome = run(f"{request.param} install", project, GIT_CONFIG_GLOBAL="/dev/null")
    assert outcome.returncode == 0, outcome.stdout + outcome.stderr
    assert (project / ".git/hooks/pre-commit").is_file()
    return project


def commit(project: Path) -> str:
    """Commit what is staged; give the name of the hook that blocked it, and `` where none did."""
    before = done(project, "rev-parse", "HEAD")
    outcome = git(project, "commit", "--message", "next", PRE_COMMIT_HOME=str(project.parent / "home"))
    said = outcome.stdout + outcome.stderr
    assert SECRET not in said
    blocked = [name for name in NAMES if f"\n{name}: " in said.replace("\r", "\n").replace("┃  ", "\n")]
    assert (outcome.returncode == 0) == (not blocked), said
    assert (done(project, "rev-parse", "HEAD") == before) == bool(blocked), said
    assert len(blocked) < 2, said
    return "".join(blocked)


def test_a_clean_commit_goes_through_and_outputs_stay_out_of_it(project: Path) -> None:
    edit_cell(project / HARVEST, "look-at-visits", outputs=[OUTPUT], execution_count=5)
    (project / "README.md").write_text("More.\n", encoding="utf-8")
    done(project, "add", "--all")
    assert commit(project) == ""
    kept = {cell["id"]: cell for cell in cells_of(done(project, "show", f"HEAD:{HARVEST}"))}
    assert kept["look-at-visits"]["outputs"] == []
    assert kept["look-at-visits"]["execution_count"] == 5
    assert kept["count-visits"]["outputs"] != []
    assert done(project, "show", "HEAD:README.md") == "More.\n"
    assert done(project, "status", "--porcelain") == ""


def test_a_secret_is_blocked_until_it_is_gone(project: Path) -> None:
    edit_cell(project / HARVEST, "look-at-visits", source=f'key = "{SECRET}"')
    done(project, "add", "--all")
    assert commit(project) == "secrets"
    edit_cell(project / HARVEST, "look-at-visits", source="visits.collect()")
    output = {"output_type": "stream", "name": "stdout", "text": [f"{SECRET}\n"]}
    edit_cell(project / HARVEST, "count-visits", outputs=[output])  # a cell that keeps its output
    done(project, "add", "--all")
    assert commit(project) == "secrets"
    done(project, "checkout", "--quiet", "HEAD", "--", HARVEST)
    (project / "README.md").write_text("More.\n", encoding="utf-8")
    done(project, "add", "--all")
    assert commit(project) == ""


def test_a_large_file_is_blocked(project: Path) -> None:
    (project / "sources/large.csv").write_text("a,b\n" * 300_000, encoding="utf-8")
    done(project, "add", "--all")
    assert commit(project) == "size"


def test_drift_is_blocked_until_it_is_promoted(project: Path) -> None:
    module = project / "src/demo_blank/defs/bronze/visits.py"
    text = module.read_text(encoding="utf-8")
    module.write_text(text.replace("    visits = (", "    # by hand\n    visits = ("), encoding="utf-8")
    done(project, "add", "--all")
    assert commit(project) == "drift"
    module.write_text(text, encoding="utf-8")
    (project / "README.md").write_text("More.\n", encoding="utf-8")
    done(project, "add", "--all")
    assert commit(project) == ""


def test_what_is_staged_counts_and_what_lies_beside_it_stays(project: Path) -> None:
    # Staged: one line of the README. Beside it: a secret, an output and an edited module
    readme = project / "README.md"
    readme.write_text("Staged.\n", encoding="utf-8")
    done(project, "add", "--all")
    readme.write_text(f"Staged.\nkey = '{SECRET}'\n", encoding="utf-8")
    edit_cell(project / HARVEST, "look-at-visits", source="visits", outputs=[OUTPUT])
    module = project / "src/demo_blank/defs/bronze/visits.py"
    module.write_text(module.read_text(encoding="utf-8") + "\n# by hand\n", encoding="utf-8")
    beside = {path: path.read_bytes() for path in (readme, project / HARVEST, module)}
    assert commit(project) == ""
    assert done(project, "show", "HEAD:README.md") == "Staged.\n"
    assert {path: path.read_bytes() for path in beside} == beside
    # And the other way round: the secret is staged, the file no longer has it
    done(project, "add", "README.md")
    readme.write_text("Staged.\n", encoding="utf-8")
    assert commit(project) == "secrets"
    assert readme.read_text(encoding="utf-8") == "Staged.\n"


def test_a_notebook_staged_in_part_is_stripped_in_part(project: Path) -> None:
    edit_cell(project / HARVEST, "look-at-visits", outputs=[OUTPUT])
    done(project, "add", "--all")
    edit_cell(project / HARVEST, "title", source="# Later")
    beside = (project / HARVEST).read_bytes()
    assert commit(project) == ""
    kept = {cell["id"]: cell for cell in cells_of(done(project, "show", f"HEAD:{HARVEST}"))}
    assert kept["look-at-visits"]["outputs"] == []
    assert "".join(kept["title"]["source"]).startswith("# Harvest\n")
    later = {cell["id"]: cell for cell in json.loads(beside)["cells"]}
    now = {cell["id"]: cell for cell in cells_of((project / HARVEST).read_text(encoding="utf-8"))}
    assert "".join(now["title"]["source"]) == "# Later"
    assert now.keys() == later.keys()


def test_both_tools_run_the_same_commands(blank: Path) -> None:
    jobs = yaml.safe_load((blank / "lefthook.yml").read_text(encoding="utf-8"))["pre-commit"]["jobs"]
    (repository,) = yaml.safe_load((blank / ".pre-commit-config.yaml").read_text(encoding="utf-8"))["repos"]
    assert repository["repo"] == "local"
    assert {hook["language"] for hook in repository["hooks"]} == {"system"}
    assert [job["run"] for job in jobs] == [hook["entry"] for hook in repository["hooks"]]
    assert [job["run"] for job in jobs] == [f"workbench staged {name}" for name in NAMES]
