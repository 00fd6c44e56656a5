"""How notebook, module and evidence stand to one another: each state with its words and its exit code."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from promote import evidence as evidence_module
from promote.cli import main
from promote.plan import source_hash
from tests.promote.merge.projects import (
    CLEAN,
    NOTEBOOK,
    change,
    change_cell,
    check,
    codes,
    drifts,
    evidence,
    module,
    promote,
    promoted,
    verified,
)
from tests.promote.small_project import make_project, tree, write_notebook

RENTS, TOWNS = "silver:rents", "gold:rent_by_town"
Edit = Callable[[Path], object]


@pytest.fixture(scope="module")
def original(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = promoted(tmp_path_factory.mktemp("original"))
    verified(root)
    return root


@pytest.fixture
def project(original: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A promoted project whose steps count as verified, and a memory of its own."""
    monkeypatch.setenv("WORKBENCH_CACHE", str(tmp_path / "memory"))
    shutil.copytree(original, tmp_path / "project")
    return tmp_path / "project"


def notebook_changed(root: Path) -> None:
    change_cell(root, 5, "(100, 200)", "(150, 200)")


def module_edited(root: Path) -> None:
    change(module(root, RENTS), "HIGHEST = 9000", "HIGHEST = 8000")


def both(root: Path) -> None:
    notebook_changed(root)
    module_edited(root)


def retagged(root: Path, old: str, new: str) -> None:
    path = root / NOTEBOOK
    path.write_text(path.read_text().replace(f'"{old}"', f'"{new}"'))


def never_promoted(root: Path) -> None:
    module(root, RENTS).unlink()
    evidence(root, RENTS).unlink()


def untagged(root: Path) -> None:
    retagged(root, TOWNS, "explore")


def renamed(root: Path) -> None:
    retagged(root, TOWNS, "gold:town_rents")
    path = root / NOTEBOOK
    path.write_text(path.read_text().replace("rent_by_town", "town_rents"))


def moved_notebook(root: Path) -> None:
    (root / NOTEBOOK).rename(root / "notebooks/cleaned.ipynb")


STATES: dict[str, tuple[Edit, str, str, str]] = {
    "notebook changed": (
        notebook_changed,
        "PR601",
        RENTS,
        "The notebook changed after silver:rents was promoted, first in cell 5 (silver:rents), line 6.",
    ),
    "module edited": (
        module_edited,
        "PR602",
        RENTS,
        "The module of silver:rents was edited by hand, first in line 11, of cell 3 (helpers), line 3.",
    ),
    "both": (
        both,
        "PR603",
        RENTS,
        "The notebook changed and the module of silver:rents was edited by hand, first in line 11, "
        "of cell 3 (helpers), line 3; the notebook first in cell 5 (silver:rents), line 6.",
    ),
    "module gone": (
        lambda root: module(root, RENTS).unlink(),
        "PR604",
        RENTS,
        "silver:rents was promoted, and its module is gone.",
    ),
    "never promoted": (
        never_promoted,
        "PR604",
        RENTS,
        "silver:rents is not promoted: there is no module.",
    ),
    "not of promote": (
        lambda root: module(root, RENTS).write_text("x = 1\n"),
        "PR401",
        RENTS,
        "The module that silver:rents would become exists, and was not written by promote.",
    ),
    "evidence gone": (
        lambda root: evidence(root, RENTS).unlink(),
        "PR606",
        RENTS,
        "The evidence of silver:rents is missing, or of another version of it or of what it reads.",
    ),
    "test edited": (
        lambda root: change(root / "tests/assets/test_rents.py", "Test rents", "Test nothing"),
        "PR602",
        RENTS,
        "A file generated for silver:rents was edited by hand.",
    ),
    "test gone": (
        lambda root: (root / "tests/assets/test_rents.py").unlink(),
        "PR602",
        RENTS,
        "A file generated for silver:rents is missing.",
    ),
    "step gone": (
        untagged,
        "PR611",
        TOWNS,
        "gold:rent_by_town was promoted, and notebooks/clean.ipynb has no such step any more.",
    ),
    "notebook gone": (
        lambda root: (root / NOTEBOOK).unlink(),
        "PR612",
        RENTS,
        "silver:rents was promoted from notebooks/clean.ipynb, which is gone.",
    ),
    "step renamed": (renamed, "PR613", TOWNS, "gold:rent_by_town looks like it is now gold:town_rents."),
    "notebook renamed": (
        moved_notebook,
        "PR601",
        RENTS,
        "silver:rents was promoted from notebooks/clean.ipynb, and stands in notebooks/cleaned.ipynb now.",
    ),
}
WORDS = {
    "notebook changed": "notebook",
    "module edited": "module",
    "both": "both",
    "module gone": "gone",
    "never promoted": "new",
    "not of promote": "foreign",
    "evidence gone": "evidence",
    "test edited": "files",
    "test gone": "files",
    "step gone": "step gone",
    "notebook gone": "notebook gone",
    "step renamed": "renamed",
    "notebook renamed": "notebook",
}


def test_nothing_is_said_where_nothing_moved(project: Path) -> None:
    outcome = check(project)
    assert (outcome.exit_code, codes(outcome), drifts(outcome)) == (0, set(), {RENTS: "", TOWNS: ""})


@pytest.mark.parametrize("state", STATES)
def test_each_state_has_its_words_and_its_exit_code(project: Path, state: str) -> None:
    edit, code, tag, said = STATES[state]
    edit(project)
    before = tree(project)
    outcome = check(project)
    assert outcome.exit_code == 1
    finding = next(f for f in outcome.findings if f.code == code and f.message == said)
    assert finding.severity == "error"
    assert finding.hint
    assert drifts(outcome)[tag] == WORDS[state]
    assert tree(project) == before
    assert check(project) == outcome  # what is remembered says the same


@pytest.mark.parametrize("state", STATES)
@pytest.mark.parametrize("form", ["text", "json", "sarif", "github", "gitlab", "markdown"])
def test_each_state_is_seen_in_every_format(
    project: Path, state: str, form: str, capsys: pytest.CaptureFixture[str]
) -> None:
    edit, code, *_ = STATES[state]
    edit(project)
    assert main(["--check", "--project", str(project), "--format", form]) == 1
    assert code in capsys.readouterr().out


def test_another_layout_is_told_and_overwritten(project: Path) -> None:
    before = module(project, RENTS).read_text()
    change(module(project, RENTS), "HIGHEST = 9000\n", "HIGHEST  =  9000\n\n\n")
    outcome = check(project)
    assert (outcome.exit_code, codes(outcome), drifts(outcome)[RENTS]) == (1, {"PR602"}, "files")
    assert "has another layout than promote gives it" in next(f.message for f in outcome.findings if f.code == "PR602")
    assert promote(project).exit_code == 0
    assert module(project, RENTS).read_text() == before


def test_another_version_of_the_tool_is_told_from_a_change_of_the_notebook(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WORKBENCH_CACHE", "off")
    with monkeypatch.context() as then:
        then.setattr(source_hash, "__defaults__", ("0.0.1",))
        then.setattr(evidence_module, "__version__", "0.0.1")
        promoted(tmp_path)
        verified(tmp_path)
        assert check(tmp_path).exit_code == 0
    outcome = check(tmp_path)
    assert (outcome.exit_code, codes(outcome)) == (1, {"PR614"})
    assert set(drifts(outcome).values()) == {"tool"}
    assert "This version of promote renders silver:rents differently." in {f.message for f in outcome.findings}
    notebook_changed(tmp_path)
    assert drifts(check(tmp_path)) == {RENTS: "notebook", TOWNS: "tool"}
    module_edited(tmp_path)
    assert drifts(check(tmp_path)) == {RENTS: "both", TOWNS: "tool"}


def test_a_step_that_cannot_be_promoted_is_no_orphan(project: Path) -> None:
    change_cell(project, 9, "LOWEST", "LOWST")
    outcome = check(project)
    assert not codes(outcome) & {"PR611", "PR612", "PR613"}
    assert outcome.exit_code == 1


@pytest.mark.parametrize("content", ["<<<<<<< HEAD\n{}\n=======\n{}\n>>>>>>> main\n", "", "{"])
def test_steps_of_a_notebook_that_cannot_be_read_are_no_orphans(project: Path, content: str) -> None:
    (project / NOTEBOOK).write_text(content)
    outcome = check(project)
    assert outcome.exit_code == 1
    assert codes(outcome) == {"PR107" if "<" in content else "PR103"}
    if "<" in content:
        assert "keep what is right between the markers" in next(f.hint for f in outcome.findings)


def test_a_step_in_a_second_notebook_is_no_orphan_and_no_rename(project: Path) -> None:
    moved_notebook(project)
    write_notebook(project / NOTEBOOK, [("", "import polars as pl"), ("bronze:other", "other = pl.LazyFrame()")])
    assert drifts(check(project)) == {RENTS: "notebook", TOWNS: "notebook", "bronze:other": "new"}


def test_two_steps_of_one_content_are_no_rename(project: Path) -> None:
    content = json.loads((project / NOTEBOOK).read_text())
    cell = next(c for c in content["cells"] if c["metadata"].get("tags") == [TOWNS])
    at = content["cells"].index(cell)
    for name in ("one", "two"):
        twin = json.loads(json.dumps(cell).replace("rent_by_town", name))
        content["cells"].insert(at, twin)
    content["cells"].remove(cell)
    (project / NOTEBOOK).write_text(json.dumps(content))
    assert codes(check(project)) == {"PR604", "PR611"}


def test_named_notebooks_have_only_their_own_orphans(project: Path) -> None:
    untagged(project)
    write_notebook(
        project / "notebooks/b.ipynb", [("", "import polars as pl"), ("bronze:b", "b = pl.LazyFrame({'n': [1]})")]
    )
    promote(project, "b.ipynb")
    assert codes(check(project, "b.ipynb")) == {"PR605"}
    assert codes(check(project, "clean.ipynb")) == {"PR611"}
    assert codes(check(project, "clean.ipynb", select=(RENTS,))) == set()


def test_a_module_of_our_own_hand_is_no_orphan(project: Path) -> None:
    module(project, "silver:mine").write_text("x = 1\n")
    (project / "evidence/silver/note.json").write_text("{}")
    assert check(project).exit_code == 0


def test_an_edit_that_the_notebook_has_too_is_no_edit_to_lose(project: Path) -> None:
    module_edited(project)
    assert promote(project).exit_code == 1
    change_cell(project, 3, "HIGHEST = 9000", "HIGHEST = 8000")
    assert drifts(check(project))[RENTS] == "both"
    assert promote(project).exit_code == 0
    assert drifts(check(project))[RENTS] == "unverified"


def test_a_project_without_any_promotion_has_no_orphans(tmp_path: Path) -> None:
    make_project(tmp_path, {"clean.ipynb": CLEAN})
    assert drifts(check(tmp_path)) == {RENTS: "new", TOWNS: "new"}


def test_what_a_reviewer_is_shown_stands_on_the_modules(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    both(project)
    assert main(["--check", "--project", str(project), "--format", "github"]) == 1
    shown = {line.split("::")[1]: line.split("::")[2] for line in capsys.readouterr().out.splitlines()}
    clean, towns = "src/rents/defs/silver/rents.py", "src/rents/defs/gold/rent_by_town.py"
    at = {path: (project / path).read_text().split("\n") for path in (clean, towns)}
    edited = at[clean].index("HIGHEST = 8000") + 1
    asset = next(number for number, line in enumerate(at[towns], 1) if line.startswith("@gold_asset("))
    assert f"error file={clean},line={edited},title=PR603" in shown
    assert "cell 9 (" in shown[f"error file={towns},line={asset},title=PR606"]


def test_what_is_no_code_is_said_of_the_step(project: Path) -> None:
    change_cell(project, 5, "#| key: [town, year]", "#| key: [town]")
    (told,) = (f.message for f in check(project).findings if f.code == "PR601")
    assert told.endswith(", first in the options or the prose of cells 5, 7.")
