"""Records of assurance: made, signed, out of date, forged by mistake; and what a check says at each level."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from platform_core.errors import UsageError, UserError
from platform_core.governance.policies.model import AssetFacts
from promote.assurance.record import parse, person, render
from promote.project import find
from tests.promote.merge import projects
from tests.promote.merge.repository import Repository
from tests.promote.small_project import tree
from workbench.assuring import Asked, Assured, assure
from workbench.cli import main
from workbench.governance.loading import _approved

RENTS, TOWNS = "silver:rents", "gold:rent_by_town"
ANA, BEA = "Ana Lyst <ana@example.org>", "Bea Watcher <bea@example.org>"
STATED = "# Rents\n## Assumptions\nBlanks say nothing."


@pytest.fixture(scope="module")
def original(tmp_path_factory: pytest.TempPathFactory) -> Path:
    cells = [("md", STATED) if tags == "md" and "# Rents" in text else (tags, text) for tags, text in projects.CLEAN]
    root = projects.promoted(tmp_path_factory.mktemp("original"), cells)
    projects.verified(root)
    return root


@pytest.fixture
def project(original: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(original, tmp_path / "project"))


def asks(root: Path, level: str) -> Path:
    path = root / "pyproject.toml"
    text = path.read_text().partition("assurance")[0].rstrip("\n")
    path.write_text(f'{text}\nassurance = "{level}"\n' if level else text + "\n")
    return root


def record(root: Path, *steps: str, **asked: Any) -> tuple[Assured, ...]:
    return assure(find(named=root), steps, Asked(**asked))


def lacking(root: Path, severity: str = "error") -> set[tuple[str, str]]:
    """Give code and path of what the check says of assurance."""
    found = projects.check(root).findings
    return {(one.code, one.location.path) for one in found if one.code >= "PR9" and one.severity == severity}


def place(tag: str) -> str:
    return f"assurance/{tag.replace(':', '/')}.json"


def test_no_level_asks_for_nothing(project: Path) -> None:
    assert projects.check(project).exit_code == 0


def test_a_level_that_there_is_not_is_told(project: Path) -> None:
    with pytest.raises(UserError, match="level of assurance"):
        projects.check(asks(project, "extreme"))


@pytest.mark.parametrize("level", ["light", "standard", "full"])
def test_every_level_asks_for_a_record(project: Path, level: str) -> None:
    asks(project, level)
    assert lacking(project) == {("PR901", f"evidence/{tag.replace(':', '/')}.json") for tag in (RENTS, TOWNS)}
    assert projects.check(project).exit_code == 1


@pytest.mark.parametrize(
    ("level", "approver", "errors", "warnings"),
    [
        ("light", None, set(), set()),
        ("standard", None, {"PR903"}, set()),
        ("standard", ANA, set(), {"PR904"}),
        ("standard", BEA, set(), set()),
        ("full", None, {"PR903"}, set()),
        ("full", BEA, set(), set()),
    ],
)
def test_what_is_enough_is_set_by_the_level(
    project: Path, level: str, approver: str | None, errors: set[str], warnings: set[str]
) -> None:
    asks(project, level)
    record(project, analyst=ANA)
    if approver is not None:
        record(project, RENTS, TOWNS, approve=True, approver=approver)
    assert {code for code, _ in lacking(project)} == errors
    assert {code for code, _ in lacking(project, "warning")} == warnings
    assert projects.check(project).exit_code == bool(errors)


@pytest.mark.parametrize("approver", [ANA, "ana  LYST", "Another Name <ANA@example.org>"])
def test_at_the_highest_level_the_analyst_cannot_approve(project: Path, approver: str) -> None:
    asks(project, "full")
    record(project, analyst=ANA)
    before = tree(project)
    refused = record(project, RENTS, approve=True, approver=approver)
    assert (refused[0].done, tree(project)) == ("refused", before)
    asks(project, "standard")
    record(project, RENTS, approve=True, approver=approver)
    asks(project, "full")
    assert ("PR904", place(RENTS)) in lacking(project), "a check refuses what was signed at a lower level"


def test_at_the_highest_level_assumptions_have_to_be_stated(project: Path) -> None:
    projects.change_cell(project, 1, "## Assumptions\nBlanks say nothing.", "No word of it.")
    asks(projects_again(project), "full")
    record(project, analyst=ANA)
    record(project, RENTS, TOWNS, approve=True, approver=BEA)
    assert lacking(project) == {("PR905", place(RENTS)), ("PR905", place(TOWNS))}


def projects_again(root: Path) -> Path:
    projects.promote(root)
    projects.verified(root)
    return root


def test_the_record_holds_what_it_is_of_and_no_more(project: Path) -> None:
    record(project, "rents", analyst=ANA)
    assert {path for path in tree(project) if path.startswith("assurance/")} == {place(RENTS)}
    content = json.loads((project / place(RENTS)).read_text())
    assert list(content) == ["version", "step", "notebook", "analyst", "of", "assumptions", "approvals"]
    assert content["of"].keys() == {"source", "code_version", "module", "evidence", "inputs"}
    assert content["of"]["inputs"].keys() == {"raw_rents"}
    assert content["assumptions"] == [{"heading": "Assumptions", "cell": 1, "text": ["Blanks say nothing."]}]
    again = record(project, "rents", analyst=ANA)
    assert again[0].done == "unchanged"
    read = parse((project / place(RENTS)).read_text())
    assert read is not None
    assert render(read) == (project / place(RENTS)).read_text()


def full(root: Path) -> None:
    asks(root, "full")
    record(root, analyst=ANA)
    record(root, RENTS, TOWNS, approve=True, approver=BEA)
    assert lacking(root) == set()


@pytest.mark.parametrize("old", ["Blanks say nothing.", "## Assumptions"])
def test_assumptions_that_changed_make_a_record_stale(project: Path, old: str) -> None:
    full(project)
    projects.change_cell(project, 1, old, "## Limits\nTowns alone.")
    projects_again(project)
    assert lacking(project) == {("PR902", place(RENTS)), ("PR902", place(TOWNS))}


def test_another_version_of_a_step_needs_another_approval(project: Path) -> None:
    full(project)
    projects.change_cell(project, 3, "HIGHEST = 9000", "HIGHEST = 9001")
    projects_again(project)
    assert ("PR902", place(RENTS)) in lacking(project)
    refused = record(project, RENTS, approve=True, approver=BEA)
    assert (refused[0].done, "makes it first" in refused[0].why) == ("refused", True)
    assert {one.done for one in record(project, RENTS, TOWNS, analyst=ANA)} == {"recorded"}
    assert ("PR903", place(RENTS)) in lacking(project), "the old approval is of the old version"
    record(project, RENTS, TOWNS, approve=True, approver=BEA)
    assert lacking(project) == set()


@pytest.mark.parametrize("key", ["rows", "digest"])
def test_other_evidence_of_the_same_code_makes_a_record_stale(project: Path, key: str) -> None:
    full(project)
    path = projects.evidence(project, RENTS)
    content = json.loads(path.read_text())
    content["output"][key] = 4 if key == "rows" else "other"
    path.write_text(json.dumps(content))
    assert lacking(project) == {("PR902", place(RENTS))}


def test_a_record_of_another_step_is_told(project: Path) -> None:
    full(project)
    (project / place(TOWNS)).write_text((project / place(RENTS)).read_text())
    assert lacking(project) == {("PR902", place(TOWNS))}


@pytest.mark.parametrize("edit", ["analyst", "assumptions", "of"])
def test_an_approval_signs_everything_that_the_record_says(project: Path, edit: str) -> None:
    full(project)
    path = project / place(RENTS)
    content = json.loads(path.read_text())
    changed: dict[str, Any] = {"analyst": "Cy Pher", "assumptions": [], "of": {**content["of"], "module": "0"}}
    path.write_text(json.dumps({**content, edit: changed[edit]}))
    assert lacking(project) & {("PR902", place(RENTS)), ("PR903", place(RENTS))}


@pytest.mark.parametrize(
    "text", ["", "[]", "{}", '{"version": 2}', "[" * 10_000, '{"version": 1, "step": 5, "notebook": "", "analyst": ""}']
)
def test_a_file_that_is_no_record_is_told_and_made_anew(project: Path, text: str) -> None:
    full(project)
    (project / place(RENTS)).write_text(text)
    assert lacking(project) == {("PR901", place(RENTS))}
    assert record(project, RENTS, analyst=ANA)[0].done == "recorded"


def test_what_is_not_proven_cannot_be_assured(project: Path) -> None:
    projects.change_cell(project, 3, "HIGHEST = 9000", "HIGHEST = 9001")
    projects.promote(project)
    before = tree(project)
    made = record(project, analyst=ANA)
    assert {one.done for one in made} == {"refused"}
    assert tree(project) == before


def test_pruning_takes_the_record_along(project: Path) -> None:
    full(project)
    path = project / projects.NOTEBOOK
    path.write_text(path.read_text().replace(f'"{TOWNS}"', '"explore"'))
    from promote.merge.prune import prune
    from promote.outcome import Settings

    outcome = prune([], Settings(project=project, prune=True))
    assert place(TOWNS) in outcome.steps[0].files
    assert not (project / place(TOWNS)).exists()


def test_a_check_of_what_changed_looks_at_records_too(project: Path) -> None:
    full(project)
    Repository.made(project)
    assert projects.check(project, changed="HEAD").steps == ()
    (project / place(RENTS)).unlink()
    found = projects.check(project, changed="HEAD").findings
    assert ("PR901", "evidence/silver/rents.json") in {(one.code, one.location.path) for one in found}


def test_branches_that_assure_different_assets_merge(project: Path, tmp_path: Path) -> None:
    asks(project, "light")
    repository = Repository.made(project)
    other = repository.clone(tmp_path / "clone", "bea")
    record(project, RENTS, analyst=ANA)
    repository.commit("rents")
    record(other.root, TOWNS, analyst=BEA)
    other.commit("towns")
    other.git("pull", "-q", "--no-rebase", "--no-edit")
    assert lacking(other.root) == set()


@pytest.mark.parametrize("text", ["", "   ", "<a@b.c>", "A\x1b[31m", "A\nB", "x" * 300, "A <no address>", "\u202eA"])
def test_what_is_no_name_is_refused(text: str) -> None:
    with pytest.raises(UsageError):
        person(text)


@pytest.mark.parametrize(
    ("writer", "signer", "told"), [("ana", "bea", 0), ("bea", "bea", 1), ("ana", "ana", 1), ("cy", "bea", 0)]
)
def test_git_is_asked_whether_it_knows_these_people_otherwise(
    project: Path, writer: str, signer: str, told: int
) -> None:
    repository = Repository.made(project)
    asks(project, "full")
    repository.who = writer
    path = project / projects.NOTEBOOK
    path.write_text(path.read_text() + "\n")
    repository.commit("notebook")
    record(project, RENTS, analyst="ana <ana@example.org>")
    record(project, RENTS, approve=True, approver="bea <bea@example.org>")
    repository.who = signer
    repository.commit("record")
    assert len([one for one in projects.check(project).findings if one.code == "PR906"]) == told
    path.write_text(path.read_text() + "\n")
    (project / place(RENTS)).write_text((project / place(RENTS)).read_text() + "\n")
    assert not [one for one in projects.check(project).findings if one.code == "PR906"], "not committed yet"


def test_the_command_asks_git_who_it_is_and_says_what_is_next(
    project: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    Repository.made(project)
    asks(project, "full")
    monkeypatch.chdir(project)
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(project / "none"))
    monkeypatch.setenv("GIT_CONFIG_NOSYSTEM", "1")
    assert main(["assure"]) == 1
    assert "It cannot be told who the analyst is." in capsys.readouterr().err
    (project / ".git/config").write_text("[user]\n name = Ana Lyst\n email = ana@example.org\n")
    assert main(["assure", "rents", "--dry-run"]) == 0
    assert not (project / place(RENTS)).exists()
    assert "Nothing was written." in capsys.readouterr().out
    assert main(["assure", "rents"]) == 0
    assert f"analyst      {ANA}" in capsys.readouterr().out
    assert main(["assure", "rents", "--approve"]) == 1
    assert "refused" in capsys.readouterr().out
    assert main(["assure", "rents", "--approve", "--approver", BEA, "--format", "json"]) == 0
    said = json.loads(capsys.readouterr().out)
    assert (said["level"], said["steps"][0]["approved_by"], said["steps"][0]["lacks"]) == ("full", [BEA], [])
    for wrong in (["--approve"], ["rents", "--approver", BEA], ["rentz"], ["rents", "--approve", "--analyst", ANA]):
        assert main(["assure", *wrong]) == 2


def test_policies_count_no_approval_of_ones_own_work(project: Path) -> None:
    record(project, RENTS, analyst=ANA)
    notebook = json.loads((project / place(RENTS)).read_text())["notebook"]
    facts = [AssetFacts(name="rents", layer="silver", notebook=notebook)]
    record(project, RENTS, approve=True, approver=ANA.upper())
    assert _approved(project, facts) == {"rents": ()}
    record(project, RENTS, approve=True, approver=BEA)
    assert _approved(project, facts) == {"rents": (BEA,)}
