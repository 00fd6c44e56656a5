"""Steps that left their notebook: their files stay, are pruned when asked, or move along to the new name."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from promote.cli import main
from promote.hashing import body_hash
from promote.merge.prune import prune
from promote.outcome import Outcome, Settings
from promote.steps import text_of
from tests.promote.merge.projects import (
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
    pulled,
    sources,
    verified,
)
from tests.promote.small_project import tree, write_notebook

RENTS, TOWNS = "silver:rents", "gold:rent_by_town"
TEST, DATA = "tests/assets/test_rent_by_town.py", "tests/assets/data/rent_by_town/rents.parquet"


@pytest.fixture(scope="module")
def original(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = promoted(tmp_path_factory.mktemp("original"))
    verified(root)
    (root / DATA).parent.mkdir(parents=True)
    (root / DATA).write_bytes(b"PAR1\xff\x00")
    content = json.loads(evidence(root, TOWNS).read_text())
    content["files"][DATA] = body_hash(text_of(root / DATA) or "")
    evidence(root, TOWNS).write_text(json.dumps(content))
    return root


@pytest.fixture
def project(original: Path, tmp_path: Path) -> Path:
    shutil.copytree(original, tmp_path / "project")
    return tmp_path / "project"


def pruned(root: Path, *names: str, force: bool = False, dry_run: bool = False) -> Outcome:
    paths = [root / "notebooks" / name for name in names]
    return prune(paths, Settings(project=root, prune=True, force=force, dry_run=dry_run))


def untagged(root: Path) -> None:
    path = root / NOTEBOOK
    path.write_text(path.read_text().replace(f'"{TOWNS}"', '"explore"'))


def files_of(root: Path) -> set[str]:
    return {path for path in tree(root) if "rent_by_town" in path}


def test_promotion_leaves_the_files_of_a_step_that_is_gone(project: Path) -> None:
    untagged(project)
    before = files_of(project)
    assert len(before) == 4
    assert promote(project).exit_code == 0
    assert files_of(project) == before
    assert codes(check(project)) == {"PR611"}


def test_pruning_removes_module_tests_data_and_evidence_and_nothing_else(project: Path) -> None:
    untagged(project)
    before = tree(project)
    gone = files_of(project)
    assert pruned(project, dry_run=True).steps[0].status == "pruned"
    assert tree(project) == before
    outcome = pruned(project)
    assert (outcome.exit_code, outcome.steps[0].status, set(outcome.steps[0].files)) == (0, "pruned", gone)
    assert tree(project) == {path: digest for path, digest in before.items() if path not in gone}
    assert not (project / DATA).parent.exists()
    assert check(project).exit_code == 0
    assert pruned(project).steps == ()


@pytest.mark.parametrize("path", ["src/rents/defs/gold/rent_by_town.py", TEST, DATA])
def test_an_edited_file_is_removed_only_by_force(project: Path, path: str) -> None:
    untagged(project)
    (project / path).write_bytes((project / path).read_bytes() + b"x = 1\n")
    before = tree(project)
    outcome = pruned(project)
    assert (outcome.exit_code, codes(outcome), outcome.steps[0].status) == (1, {"PR620"}, "refused")
    assert {f.location.path for f in outcome.findings} == {path}
    assert tree(project) == before
    assert pruned(project, force=True).exit_code == 0
    assert not files_of(project)


def test_a_test_that_promote_did_not_write_is_not_removed_unasked(project: Path) -> None:
    untagged(project)
    content = json.loads(evidence(project, TOWNS).read_text())
    content["files"] = {}
    evidence(project, TOWNS).write_text(json.dumps(content))
    (project / TEST).write_text("def test_mine(): ...\n")
    outcome = pruned(project)
    assert {f.location.path for f in outcome.findings} == {TEST, DATA}


def test_a_notebook_that_is_gone_is_pruned_with_all_its_steps(project: Path) -> None:
    (project / NOTEBOOK).unlink()
    assert codes(check(project)) == {"PR612"}
    assert pruned(project, "other.ipynb").steps == ()
    assert {step.tag for step in pruned(project, "clean.ipynb").steps} == {RENTS, TOWNS}
    assert not [path for path in tree(project) if path.startswith(("evidence/", "src/rents/defs/silver"))]
    assert check(project).exit_code == 0


def test_who_still_reads_the_step_is_told(project: Path) -> None:
    path = project / NOTEBOOK
    path.write_text(path.read_text().replace(f'"{RENTS}"', '"explore"'))
    outcome = pruned(project, dry_run=True)
    assert (outcome.exit_code, {f.code for f in outcome.findings}) == (0, {"PR621"})
    assert outcome.findings[0].message.startswith("gold:rent_by_town still reads rents")


def test_steps_of_a_notebook_that_cannot_be_read_are_not_pruned(project: Path) -> None:
    (project / NOTEBOOK).write_text("<<<<<<< HEAD\n{}\n=======\n{}\n>>>>>>> main\n")
    before = tree(project)
    assert pruned(project).steps == ()
    assert tree(project) == before


def test_what_others_wrote_beside_promoted_modules_stays(project: Path) -> None:
    mine = project / "src/rents/defs/gold/mine.py"
    mine.write_text("x = 1\n")
    (project / "evidence/gold/mine.json").write_text("{}")
    assert pruned(project).steps == ()
    assert mine.exists()


def test_the_command_prunes(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    untagged(project)
    assert main(["--prune", "--project", str(project)]) == 0
    assert "gold:rent_by_town: pruned\n    evidence/gold/rent_by_town.json\n" in capsys.readouterr().out
    assert main(["--prune", "--move", "--project", str(project)]) == 2


def renamed(root: Path, new: str = "gold:town_rents", *, variable: bool = True) -> None:
    path = root / NOTEBOOK
    text = path.read_text().replace(f'"{TOWNS}"', f'"{new}"')
    path.write_text(text.replace("rent_by_town", new.partition(":")[2]) if variable else text)


@pytest.mark.parametrize(
    ("new", "variable"),
    [("gold:town_rents", True), ("silver:town_rents", True), ("silver:rent_by_town", False)],
)
def test_a_renamed_step_takes_its_files_and_its_history_along(project: Path, new: str, variable: bool) -> None:
    old = json.loads(evidence(project, TOWNS).read_text())
    renamed(project, new, variable=variable)
    outcome = check(project)
    assert (outcome.exit_code, codes(outcome)) == (1, {"PR613"})
    assert f"{TOWNS} looks like it is now {new}." in {f.message for f in outcome.findings}
    assert drifts(outcome) == {RENTS: "", TOWNS: "renamed", new: "renamed"}
    outcome = promote(project, move=True)
    assert outcome.exit_code == 0, outcome.findings
    assert f"{TOWNS} is {new} now; its files move along." in {f.message for f in outcome.findings}
    assert not module(project, TOWNS).exists()
    assert not evidence(project, TOWNS).exists()
    assert not (project / TEST).exists()
    assert module(project, new).exists()
    history = json.loads(evidence(project, new).read_text())["history"]
    known = {"step": TOWNS, "notebook": NOTEBOOK, "source": old["source"], "code_version": old["code_version"]}
    assert history == [known]
    assert "-> pl.LazyFrame:" in module(project, new).read_text()
    assert codes(check(project)) == {"PR605"}
    change_cell(project, 3, "LOWEST = 800", "LOWEST = 801")
    promote(project)
    assert json.loads(evidence(project, new).read_text())["history"] == history


def test_without_move_both_stay(project: Path) -> None:
    renamed(project)
    assert promote(project).exit_code == 0
    assert module(project, TOWNS).exists()
    assert module(project, "gold:town_rents").exists()
    assert codes(check(project)) == {"PR605", "PR611"}


def test_a_renamed_step_whose_module_was_edited_is_not_moved_unasked(project: Path) -> None:
    renamed(project)
    change(module(project, TOWNS), "LOWEST = 800", "LOWEST = 801")
    before = tree(project)
    outcome = promote(project, move=True)
    assert (outcome.exit_code, codes(outcome)) == (1, {"PR602"})
    assert tree(project) == before
    assert promote(project, move=True, force=True).exit_code == 0
    assert not module(project, TOWNS).exists()


def test_a_renamed_step_whose_tests_were_edited_is_not_moved_unasked(project: Path) -> None:
    renamed(project)
    change(project / TEST, "Test", "A test of")
    outcome = promote(project, move=True)
    assert (outcome.exit_code, codes(outcome)) == (1, {"PR602"})
    assert {f.location.path for f in outcome.findings if f.code == "PR602"} == {TEST}
    assert promote(project, move=True, force=True).exit_code == 0
    assert not (project / TEST).exists()


def test_a_step_that_was_pulled_is_pruned_with_its_tests(project: Path) -> None:
    change(module(project, TOWNS), "LOWEST = 800", "LOWEST = 801")
    assert pulled(project).exit_code == 0
    untagged(project)
    assert pruned(project).exit_code == 0
    assert not files_of(project)


def test_a_step_renamed_and_edited_at_once_is_offered_by_its_likeness_and_moves_only_when_named(project: Path) -> None:
    renamed(project)
    change_cell(project, 9, "LOWEST", "LOWEST + 1")
    outcome = check(project)
    assert (codes(outcome), drifts(outcome)[TOWNS]) == ({"PR613"}, "renamed")
    offer = next(f for f in outcome.findings if f.code == "PR613")
    assert offer.message.startswith(f"{TOWNS} is gone, and gold:town_rents is new and like it: ")
    assert "--select gold:town_rents" in offer.hint
    promote(project, move=True)
    assert module(project, TOWNS).exists(), "a likeness is no proof"


def test_a_step_that_is_only_alike_moves_where_it_is_named(project: Path) -> None:
    renamed(project)
    change_cell(project, 9, "LOWEST", "LOWEST + 1")
    assert promote(project, move=True, select=("gold:town_rents",)).exit_code == 0
    assert not module(project, TOWNS).exists()
    assert json.loads(evidence(project, "gold:town_rents").read_text())["history"][0]["step"] == TOWNS


def test_of_two_steps_that_are_equally_alike_none_is_offered(project: Path) -> None:
    path = project / NOTEBOOK
    content = json.loads(path.read_text())
    cell = next(cell for cell in content["cells"] if cell["metadata"].get("tags") == [TOWNS])
    for name in ("first_rents", "second_rents"):
        source = cell["source"].replace("LOWEST", "LOWEST + 1").replace("rent_by_town", name)
        content["cells"].append({**cell, "metadata": {"tags": [f"gold:{name}"]}, "source": source})
    cell["metadata"] = {}
    path.write_text(json.dumps(content))
    assert codes(check(project)) == {"PR604", "PR611"}


def test_a_step_with_other_code_is_no_rename(project: Path) -> None:
    renamed(project)
    change_cell(project, 9, sources(project)[8], 'town_rents = rents.select("town").unique().sort("town")')
    assert codes(check(project)) == {"PR604", "PR611"}
    promote(project, move=True)
    assert module(project, TOWNS).exists()


def test_a_step_may_move_to_another_notebook_under_another_name(project: Path) -> None:
    source = sources(project)[8].replace("rent_by_town", "by_town")
    write_notebook(
        project / "notebooks/towns.ipynb",
        [
            ("", "import polars as pl\nfrom platform_core.sdk import load_asset"),
            ("helpers", "# what counts as rent\nLOWEST = 800"),
            ("gold:by_town", f'rents = load_asset("rents")\n{source}'),
        ],
    )
    untagged(project)
    assert f"{TOWNS} looks like it is now gold:by_town." in {f.message for f in check(project).findings}
    assert promote(project, move=True).exit_code == 0
    assert not module(project, TOWNS).exists()
