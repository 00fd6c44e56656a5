"""An asset gets another name everywhere at once, and what cannot be changed is told with its place."""

from __future__ import annotations

import json
import shutil
import signal
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest

from platform_core.errors import UsageError, UserError
from promote.project import find
from promote.writing import write as writing
from promote.writing.journal import is_left
from promote.writing.write import recover
from tests.promote.merge import projects
from tests.promote.small_project import tree
from tests.promote.writing.test_write import EVERY, disturbed, kill
from tests.workbench.lifecycle.conftest import JOBS, codes, rename, retire
from workbench.assuring import Asked, assure
from workbench.cli import main
from workbench.lifecycle import workshop
from workbench.lifecycle.workshop import Workshop

CONFIG = "config/base.yaml"
SUMMARY = "notebooks/summary.ipynb"


def test_everything_that_names_the_asset_is_changed(project: Path) -> None:
    before = projects.check(project)
    assert before.exit_code == 0, before.findings
    report = rename(project, "rents", "clean_rents")
    assert (report.exit_code, report.done) == (0, True), report.findings
    assert projects.sources(project, "summary.ipynb")[2].count('load_asset("clean_rents")') == 1
    tags = [cell["metadata"].get("tags") for cell in json.loads((project / projects.NOTEBOOK).read_text())["cells"]]
    assert [tag for tag in tags if tag and "clean_rents" in tag[0]] == [
        ["silver:clean_rents"],
        ["silver:clean_rents"],
        ["check:clean_rents"],
    ]
    assert JOBS.replace("+rents", "+clean_rents") in (project / CONFIG).read_text()
    assert not projects.module(project, "silver:rents").exists()
    assert not (project / "tests/assets/test_rents.py").exists()
    assert "def clean_rents(" in projects.module(project, "silver:clean_rents").read_text()
    history = json.loads(projects.evidence(project, "silver:clean_rents").read_text())["history"]
    assert [one["step"] for one in history] == ["silver:rents"]
    assert sorted(path.name for path in (project / "data/lake/silver/clean_rents").iterdir()) == [
        "2023.parquet",
        "2024.parquet",
    ]
    assert not (project / "data/lake/silver/rents").exists()


def test_nothing_else_is_touched_and_only_what_was_not_run_is_left_to_do(project: Path) -> None:
    before = tree(project)
    rename(project, "rents", "clean_rents")
    after = tree(project)
    touched = {path for path in before.keys() | after.keys() if before.get(path) != after.get(path)}
    assert not {path for path in touched if path.startswith(("sources/", "src/rents/definitions", "data/lake/gold"))}
    assert projects.codes(projects.check(project)) == {"PR605"}


def test_the_variable_of_the_analyst_stays_and_an_option_says_so(project: Path) -> None:
    rename(project, "rent_by_town", "town_rents")
    source = projects.sources(project)[8]
    assert source.startswith("#| output: rent_by_town\n%time wide = ")
    assert "return rent_by_town" in projects.module(project, "gold:town_rents").read_text()
    assert "#| deps: [town_rents]" in projects.sources(project, "summary.ipynb")[2]


def test_no_option_is_added_where_the_step_still_gives_the_same_variable(project: Path) -> None:
    rename(project, "summary", "rent_summary")
    assert "output:" in projects.sources(project, "summary.ipynb")[2], "two variables are bound"
    rename(project, "rent_summary", "summary_of_rents")
    assert projects.sources(project, "summary.ipynb")[2].count("output:") == 1


def test_a_rename_there_and_back_leaves_the_notebooks_and_settings_as_they_were(project: Path) -> None:
    before = {path: (project / path).read_bytes() for path in (CONFIG, SUMMARY, projects.NOTEBOOK)}
    rename(project, "rents", "clean_rents")
    rename(project, "clean_rents", "rents")
    after = {path: (project / path).read_bytes() for path in before}
    assert after[CONFIG] == before[CONFIG]
    assert after[SUMMARY] == before[SUMMARY]
    assert after[projects.NOTEBOOK].replace(b"#| output: rents\\n", b"") == before[projects.NOTEBOOK]


def test_a_dry_run_shows_all_and_changes_nothing(project: Path) -> None:
    before = tree(project)
    report = rename(project, "silver:rents", "clean_rents", dry_run=True, run=True)
    assert (report.exit_code, report.done, tree(project)) == (0, False, before)
    assert "src/rents/defs/silver/clean_rents.py" in report.files
    assert "src/rents/defs/silver/rents.py" in report.gone
    assert report.data[0] == "data/lake/silver/rents/ becomes clean_rents/."
    assert any("dagster asset wipe rents" in text for _, text in report.notes)


HAND = '''\
import polars as pl
from platform_core.sdk import gold_asset, load_asset


@gold_asset(name="by_hand", description="By hand")
def by_hand_asset({argument}: pl.LazyFrame) -> pl.LazyFrame:
    """By hand."""
    return {argument}
'''


def hand_written(root: Path, text: str) -> None:
    (root / "src/rents/defs/gold/by_hand.py").write_text(text)


@pytest.mark.parametrize(
    ("path", "text", "line"),
    [
        ("src/rents/defs/gold/by_hand.py", HAND.format(argument="rents"), 6),
        ("tests/checks/test_a.py", "from rents.defs.silver.rents import rents\n", 1),
        ("src/rents/helpers/names.py", 'from platform_core.sdk import load_asset\n\nN = "rents"\nload_asset(N)\n', 4),
        ("dbt/models/towns.sql", "select 1\nfrom {{ source('lake', 'rents') }}\n", 2),
        ("dbt/models/sources.yml", "sources:\n- name: lake\n  tables:\n  - name: rents\n", 4),
    ],
)
def test_a_place_that_no_program_may_change_stops_it_with_its_line(
    project: Path, path: str, text: str, line: int
) -> None:
    (project / path).parent.mkdir(parents=True, exist_ok=True)
    (project / path).write_text(text)
    before = tree(project)
    report = rename(project, "rents", "clean_rents")
    assert (report.exit_code, report.done, codes(report), tree(project)) == (1, False, {"PR631"}, before)
    told = next(one for one in report.findings if one.code == "PR631")
    assert (told.location.path, told.location.line) == (path, line)
    assert told.hint
    forced = rename(project, "rents", "clean_rents", force=True)
    assert (forced.exit_code, forced.done) == (0, True)
    assert (project / path).read_text() == text
    assert "PR631" in {one.code for one in forced.findings if one.severity == "warning"}


def test_hand_written_code_is_edited_where_it_is_plain_that_the_asset_is_meant(project: Path) -> None:
    text = HAND.format(argument="frame").replace('description="By hand"', "inputs={'frame': 'rents'}, deps=[\"rents\"]")
    hand_written(project, text + '\nother = load_asset("rents")  # not "rents"\ncolumn = pl.col("rents")\n')
    assert rename(project, "rents", "clean_rents").exit_code == 0
    said = (project / "src/rents/defs/gold/by_hand.py").read_text()
    assert "inputs={'frame': 'clean_rents'}, deps=[\"clean_rents\"]" in said
    assert 'load_asset("clean_rents")  # not "rents"\ncolumn = pl.col("rents")' in said


@pytest.mark.parametrize(
    ("pattern", "new", "left"),
    [("key:rent*", "rentals", False), ("key:rent*", "letting", True), ("key:*ents", "tenants", True)],
)
def test_a_pattern_that_would_lose_the_asset_is_told(project: Path, pattern: str, new: str, left: bool) -> None:
    path = project / CONFIG
    path.write_text(path.read_text().replace('"+rent_by_town"', f'"{pattern}"'))
    report = rename(project, "rents", new, dry_run=True)
    assert ("PR631" in codes(report)) is left
    if left:
        told = next(one for one in report.findings if one.code == "PR631")
        line = next(n for n, text in enumerate(path.read_text().split("\n"), 1) if pattern in text)
        assert (told.location.path, told.location.line) == (CONFIG, line)


@pytest.mark.parametrize(("old", "new"), [("rents", "Rents"), ("rents", "../x"), ("rents", "rents")])
def test_a_name_that_cannot_be_one_is_wrong_usage(project: Path, old: str, new: str) -> None:
    with pytest.raises(UsageError):
        rename(project, old, new)


@pytest.mark.parametrize(("old", "new"), [("rentz", "a"), ("rents", "rent_by_town")])
def test_an_unknown_asset_and_a_taken_name_are_refused(project: Path, old: str, new: str) -> None:
    before = tree(project)
    with pytest.raises(UserError) as caught:
        rename(project, old, new)
    assert caught.value.hint
    assert tree(project) == before


def test_data_of_the_new_name_is_not_written_over(project: Path) -> None:
    (project / "data/lake/silver/clean_rents.parquet").write_bytes(b"another's")
    before = tree(project)
    report = rename(project, "rents", "clean_rents")
    assert (report.exit_code, tree(project)) == (1, before)
    told = [one.location.path for one in report.findings if one.severity == "error"]
    assert told == ["data/lake/silver/clean_rents.parquet"]


def test_a_module_that_was_edited_by_hand_stops_it(project: Path) -> None:
    projects.change(projects.module(project, "silver:rents"), "HIGHEST = 9000", "HIGHEST = 9001")
    before = tree(project)
    report = rename(project, "rents", "clean_rents")
    assert (report.exit_code, codes(report), tree(project)) == (1, {"PR602"}, before)


def test_after_a_deployment_the_data_alone_is_taken_along(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (project / "config/prod.yaml").write_text("lake: data/prod\n")
    shutil.copytree(project / "data/lake", project / "data/prod")
    report = rename(project, "rents", "clean_rents")
    assert "In prod, when this is deployed: WORKBENCH_ENV=prod workbench rename rents clean_rents" in report.data
    assert (project / "data/prod/silver/rents").is_dir()
    monkeypatch.setenv("WORKBENCH_ENV", "prod")
    before = {path: digest for path, digest in tree(project).items() if not path.startswith("data/")}
    assert rename(project, "rents", "clean_rents").exit_code == 0
    assert (project / "data/prod/silver/clean_rents/2023.parquet").exists()
    assert not (project / "data/prod/silver/rents").exists()
    assert {path: digest for path, digest in tree(project).items() if not path.startswith("data/")} == before
    assert rename(project, "rents", "clean_rents").data[0] == "The lake of prod holds no data of rents."


def test_a_rename_that_somebody_began_and_edited_on_is_finished(project: Path) -> None:
    path = project / projects.NOTEBOOK
    text = path.read_text().replace('"silver:rents"', '"silver:clean_rents"')
    path.write_text(text.replace("check:rents", "check:clean_rents"))
    projects.change_cell(project, 5, "raw.drop_nulls()", "raw.drop_nulls().unique()")
    projects.change_cell(project, 5, "#| key", "#| output: rents\n#| key")
    report = rename(project, "rents", "clean_rents")
    assert (report.exit_code, report.done) == (0, True), report.findings
    assert "clean_rents" in projects.sources(project, "summary.ipynb")[2]
    history = json.loads(projects.evidence(project, "silver:clean_rents").read_text())["history"]
    assert [one["step"] for one in history] == ["silver:rents"]
    assert projects.codes(projects.check(project)) == {"PR601", "PR605"}, "what was edited besides is left to promote"


def test_a_notebook_and_its_paired_script_are_changed_alike(project: Path) -> None:
    _, imports, step = json.loads((project / SUMMARY).read_text())["cells"]
    header = "# ---\n# jupyter:\n#   jupytext:\n#     text_representation:\n#       format_name: percent\n# ---\n\n"
    title = f"{header}# %% [markdown]\n# # Summary\n# Of `rents` and of rents in general.\n\n"
    script = f'{title}# %%\n{imports["source"]}\n\n# %% tags=["gold:summary"]\n{step["source"]}\n'
    (project / "notebooks/summary.py").write_text(script)
    assert projects.check(project).exit_code == 0
    assert rename(project, "rents", "clean_rents").exit_code == 0
    assert 'load_asset("clean_rents")' in (project / "notebooks/summary.py").read_text()
    assert rename(project, "summary", "rent_summary").exit_code == 0
    assert '# %% tags=["gold:rent_summary"]\n' in (project / "notebooks/summary.py").read_text()
    assert projects.codes(projects.check(project)) == {"PR605"}


def test_a_notebook_that_cannot_be_read_stops_it_where_it_names_the_asset(project: Path) -> None:
    (project / "notebooks/broken.ipynb").write_text('<<<<<<< ours\nload_asset("rents")\n')
    before = tree(project)
    report = rename(project, "rents", "clean_rents")
    assert (report.exit_code, codes(report), tree(project)) == (1, {"PR631"}, before)
    assert [one.location.path for one in report.findings if one.severity == "error"] == ["notebooks/broken.ipynb"]


def test_a_form_that_cannot_be_edited_is_told(project: Path) -> None:
    (project / "notebooks/more.py").write_text(
        '# %%\nimport polars as pl\n\n# %% tags=["gold:more"] title="gold:more"\nmore = pl.LazyFrame({"a": [1]})\n'
    )
    before = tree(project)
    with pytest.raises(UserError, match="in a form that cannot be edited") as caught:
        rename(project, "more", "less")
    assert (caught.value.location, tree(project)) == ("notebooks/more.py", before)


def test_the_name_of_a_hand_written_asset_is_taken(project: Path) -> None:
    hand_written(project, HAND.format(argument="rent_by_town"))
    with pytest.raises(UserError, match="by_hand is another asset, written by hand"):
        rename(project, "rents", "by_hand")
    with pytest.raises(UserError, match="by_hand is written by hand"):
        rename(project, "by_hand", "other")


def test_where_assurance_is_asked_for_it_says_that_it_is_to_be_made_again(project: Path) -> None:
    path = project / "pyproject.toml"
    path.write_text(path.read_text() + 'assurance = "light"\n')
    assure(find(named=project), (), Asked(analyst="Ana Lyst"))
    assert projects.check(project).exit_code == 0
    report = rename(project, "summary", "rent_summary")
    assert [text for about, text in report.notes if about == "assurance"]
    assert not (project / "assurance/gold/summary.json").exists()
    assert projects.codes(projects.check(project)) == {"PR605", "PR902"}


def test_a_script_in_the_percent_format_is_renamed_too(project: Path) -> None:
    (project / "notebooks/more.py").write_text(
        "# %%\nimport polars as pl\nfrom platform_core.sdk import load_asset\n\n"
        '# %% tags=["gold:more"]\nfound = load_asset("rents")  # all\nmore = found.head(1)\n'
    )
    projects.promote(project, "more.py")
    rename(project, "rents", "clean_rents")
    rename(project, "more", "more_rents")
    said = (project / "notebooks/more.py").read_text()
    assert '# %% tags=["gold:more_rents"]\n#| output: more\nfound = load_asset("clean_rents")  # all\n' in said


def test_options_of_the_lab_panel_are_renamed(project: Path) -> None:
    path = project / SUMMARY
    content = json.loads(path.read_text())
    cell = content["cells"][2]
    cell["metadata"]["workbench"] = {
        "deps": ["rent_by_town"],
        "checks": [{"referential": {"column": "n", "to": "rents"}}],
    }
    cell["source"] = cell["source"].partition("\n")[2]
    path.write_text(json.dumps(content))
    rename(project, "rent_by_town", "town_rents")
    rename(project, "rents", "clean_rents")
    options = json.loads(path.read_text())["cells"][2]["metadata"]["workbench"]
    assert options["deps"] == ["town_rents"]
    assert options["checks"][0]["referential"]["to"] == "clean_rents"


@pytest.mark.parametrize(
    "work",
    [
        lambda root: rename(root, "rents", "clean_rents"),
        lambda root: retire(root, "rent_by_town", "summary", force=True),
    ],
)
def test_a_kill_at_any_call_of_the_write_leaves_old_or_new(
    project: Path,
    tmp_path: Path,
    work: Callable[[Path], object],
    full_count: bool,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """What comes before the write works on a copy elsewhere, so that there is nothing to leave half-done."""
    before = tree(project)
    whole = Path(shutil.copytree(project, tmp_path / "whole"))
    work(whole)
    after = tree(whole)
    kept = Path(shutil.copytree(project, tmp_path / "kept"))
    begun: list[str] = []  # what the child has called since the write began

    def commit(*given: Any, **more: Any) -> object:
        begun.append("commit")
        return writing.commit(*given, **more)

    seen: list[bool] = []

    def killed(shop: Workshop, moves: Sequence[tuple[str, str]] = ()) -> None:
        """Bring the changes in by a child that is killed at a call, then at a later one, until one is not."""
        for at in range(1, 100_000, 1 if full_count else 7):

            def act(name: str, args: tuple[Any, ...], at: int = at) -> None:
                if begun:
                    begun.append(name)
                    if len(begun) == at + 1:
                        kill(name, args)

            ended = disturbed(lambda: bring(shop, moves), EVERY, act)
            if ended == 0:
                break
            assert ended == -signal.SIGKILL
            recover(project)
            state = tree(project)
            assert state in (before, after), f"call {at} left a mixture"
            seen.append(state == after)
            assert not is_left(project)
            shutil.rmtree(project)
            shutil.copytree(kept, project)

    bring = Workshop.commit
    monkeypatch.setattr(workshop, "commit", commit)
    monkeypatch.setattr(Workshop, "commit", killed)
    work(project)
    assert seen == sorted(seen)
    assert any(seen)
    assert not all(seen)
    assert tree(project) == after


@pytest.mark.usefixtures("cold")
def test_a_verified_rename_leaves_the_check_as_green_as_it_was(
    promoted_rents: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    root = shutil.copytree(promoted_rents, tmp_path / "rents")
    monkeypatch.chdir(root)
    assert projects.check(root).exit_code == 0
    assert (root / "tests/assets/data/rent_by_town/rents.json").exists()
    assert main(["rename", "rents", "clean_rents", "--format", "json"]) == 0
    said = json.loads(capsys.readouterr().out)
    assert (said["done"], said["exit_code"]) == (True, 0)
    after = projects.check(root)
    assert (after.exit_code, {step.status for step in after.steps}) == (0, {"unchanged"}), after.findings
    assert sorted(path.name for path in (root / "tests/assets/data/rent_by_town").iterdir()) == [
        "clean_rents.json",
        "expected.json",
    ]


def test_a_rename_that_fails_its_verification_changes_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    root = projects.promoted(tmp_path / "rents")
    before = tree(root)
    monkeypatch.chdir(root)
    assert main(["rename", "rents", "clean_rents"]) == 4, "nothing makes raw_rents, so nothing can be run"
    assert "Nothing was changed." in capsys.readouterr().out
    assert tree(root) == before
