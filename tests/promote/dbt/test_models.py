"""Steps that dbt makes: the files that they become, byte for byte, what is refused, and their life beside the notebook.

What a model gives is proven with dbt itself: `test_proof.py`, in the nightly run.
"""

from __future__ import annotations

import json
import os
import shutil
from pathlib import Path

import pytest
import yaml

from promote.dbt.rendering import UNVERIFIED
from promote.merge.prune import prune
from promote.merge.pull import pull
from promote.model import Finding
from promote.outcome import Outcome, Settings
from promote.pipeline import run
from promote.prepare import prepare
from promote.project import find
from tests.promote.dbt.project import DEAR, make_dbt_project
from tests.promote.small_project import Cells, tree, write_notebook

GOLDEN = Path(__file__).parents[2] / "golden" / "made_by_dbt"


def by_dbt(query: str, option: str = "") -> str:
    """Give a cell of SQL whose step dbt makes."""
    return "%%sql\n#| engine: dbt\n" + (f"#| {option}\n" if option else "") + query


LOADED: Cells = (("", 'from platform_core.sdk import load_asset\n\nrents = load_asset("rents")'),)


@pytest.fixture(scope="module")
def promoted(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give the project, promoted without a run; not to be changed."""
    root = make_dbt_project(tmp_path_factory.mktemp("dbt") / "rents", {"dear.ipynb": DEAR})
    assert promote(root).exit_code == 0
    return root


@pytest.fixture
def project(promoted: Path, tmp_path: Path) -> Path:
    """Give a copy of it."""
    return Path(shutil.copytree(promoted, tmp_path / "rents"))


def promote(root: Path, *, force: bool = False) -> Outcome:
    """Promote every notebook without a run."""
    return run([], Settings(project=root, run=False, force=force), lambda _: None)


def check(root: Path) -> list[tuple[str, str]]:
    """Give what a check says that is more than `unverified`."""
    outcome = run([], Settings(project=root, check=True), lambda _: None)
    return [(f.code, f.location.path) for f in outcome.findings if f.severity == "error" and f.code != "PR605"]


def found(root: Path, *cells: tuple[str, str]) -> list[Finding]:
    """Give the errors of a notebook beside those of the project."""
    path = write_notebook(root / "notebooks/other.ipynb", (*LOADED, *cells))
    return [one for one in prepare(find(named=root), [path], (), include_needed=False)[1] if one.severity == "error"]


def test_the_files_of_a_model_are_those_of_the_golden_folder(promoted: Path) -> None:
    paths = [path for path in sorted(promoted.rglob("*")) if path.is_file() and is_of_models(path)]
    made = {path.relative_to(promoted).as_posix(): path.read_text(encoding="utf-8") for path in paths}
    if os.environ.get("WORKBENCH_UPDATE_GOLDEN") == "1":
        for name, text in made.items():
            (GOLDEN / name).parent.mkdir(parents=True, exist_ok=True)
            (GOLDEN / name).write_text(text, encoding="utf-8")
    kept = {p.relative_to(GOLDEN).as_posix(): p.read_text(encoding="utf-8") for p in GOLDEN.rglob("*") if p.is_file()}
    assert made == kept


def is_of_models(path: Path) -> bool:
    """Whether promotion wrote a file for a step that dbt makes."""
    return path.suffix in {".sql", ".yml"} and path.name not in {"dbt_project.yml", "profiles.yml"}


def test_the_yaml_says_what_the_options_say_and_dbt_renders_nothing_of_the_notebook(promoted: Path) -> None:
    (model,) = yaml.safe_load((promoted / "dbt/models/gold/dear.yml").read_text(encoding="utf-8"))["models"]
    assert model["description"] == "Where { { env_var('HOME') }} rents are high."
    assert model["config"]["meta"]["dagster"] == {"owners": ["team:rents"]}
    assert {column["name"]: column["data_tests"] for column in model["columns"]} == {
        "town": ["not_null"],
        "year": ["not_null", {"accepted_values": {"arguments": {"values": ["2023", "2024"]}}}],
        "rent": ["not_null"],
    }


def test_a_check_finds_nothing_after_promotion_and_nothing_is_made_twice(project: Path) -> None:
    assert check(project) == []
    assert not (project / "src/rents/defs/gold/dear.py").exists()
    before = tree(project)
    assert promote(project).exit_code == 0
    assert tree(project) == before
    evidence = json.loads((project / "evidence/gold/dear.json").read_text(encoding="utf-8"))
    assert evidence["verified"] is False
    assert "dbt/models/sources/silver_rents.yml" in evidence["files"]


@pytest.mark.parametrize(
    ("path", "code"),
    [("dbt/models/gold/dear.sql", "PR602"), ("dbt/models/gold/dear.yml", "PR602"),
     ("dbt/tests/dear_unique_town_year.sql", "PR602"), ("dbt/models/sources/silver_rents.yml", "PR602")],
)  # fmt: skip
def test_an_edited_file_is_found_and_kept_unless_forced(project: Path, path: str, code: str) -> None:
    file = project / path
    written = file.read_text(encoding="utf-8")
    file.write_text(written + "-- mine\n", encoding="utf-8")
    assert (code, path) in check(project)
    outcome = promote(project)
    assert [f.code for f in outcome.findings if f.severity == "error"] == [code]
    assert file.read_text(encoding="utf-8").endswith("-- mine\n")
    assert promote(project, force=True).exit_code == 0
    assert file.read_text(encoding="utf-8") == written


def test_a_model_that_was_edited_is_not_pulled(project: Path) -> None:
    path = project / "dbt/models/gold/dear.sql"
    path.write_text(path.read_text(encoding="utf-8").replace("900", "950"), encoding="utf-8")
    before = tree(project)
    outcome = pull([project / "notebooks/dear.ipynb"], Settings(project=project, pull=True))
    assert [(f.code, f.location.path) for f in outcome.findings] == [("PR616", "dbt/models/gold/dear.sql")]
    assert outcome.exit_code == 1
    assert tree(project) == before


def test_another_engine_takes_the_place_of_the_one_before(project: Path) -> None:
    def engine(old: str, new: str) -> None:
        path = project / "notebooks/dear.ipynb"
        path.write_text(path.read_text(encoding="utf-8").replace(old, new), encoding="utf-8")

    before = tree(project)
    engine("engine: dbt", "engine: duckdb")
    engine("no_nulls: rent,", "no_nulls: rent ,")
    assert promote(project).exit_code == 0
    assert (project / "src/rents/defs/gold/dear.py").is_file()
    left = {p.relative_to(project / "dbt").as_posix() for p in (project / "dbt").rglob("*") if p.is_file()}
    assert left == {"dbt_project.yml", "profiles.yml"}
    engine("engine: duckdb", "engine: dbt")
    engine("no_nulls: rent ,", "no_nulls: rent,")
    assert promote(project).exit_code == 0
    assert tree(project) == before


def test_a_module_that_a_person_wrote_is_not_made_twice(project: Path) -> None:
    (project / "src/rents/defs/gold/dear.py").write_text("# mine\n", encoding="utf-8")
    outcome = promote(project, force=False)
    assert [(f.code, f.location.path) for f in outcome.findings if f.severity == "error"] == [
        ("PR401", "src/rents/defs/gold/dear.py")
    ]


def test_a_source_that_somebody_declares_is_not_declared_again(project: Path) -> None:
    (project / "dbt/models/mine.yml").write_text(
        "sources:\n- name: silver\n  tables: [{name: rents}]\n", encoding="utf-8"
    )
    assert ("PR601", "dbt/models/gold/dear.sql") in check(project)
    assert promote(project).exit_code == 0
    assert not (project / "dbt/models/sources/silver_rents.yml").exists()
    assert (project / "dbt/models/sources/bronze_raw_rents.yml").exists()
    assert check(project) == []


def test_pruning_takes_what_no_other_model_reads(project: Path) -> None:
    cells = tuple((tags, source) for tags, source in DEAR if tags != "gold:dear")
    write_notebook(project / "notebooks/dear.ipynb", (*cells[:2], ("gold:other", by_dbt("SELECT town FROM rents"))))
    assert promote(project).exit_code == 0
    assert ("PR611", "dbt/models/gold/dear.sql") in check(project)
    assert prune([], Settings(project=project, prune=True)).exit_code == 0
    left = {p.relative_to(project / "dbt").as_posix() for p in (project / "dbt").rglob("*") if p.is_file()}
    assert left == {
        "dbt_project.yml", "profiles.yml", "models/gold/other.sql", "models/gold/other.yml",
        "models/sources/silver_rents.yml",
    }  # fmt: skip


REFUSED: dict[str, tuple[tuple[tuple[str, str], ...], str, tuple[int, int]]] = {
    "a cell of Python": ((("gold:a", "#| engine: dbt\na = rents.head(1)"),), "more than one %%sql cell", (2, 1)),
    "two cells": (
        (("gold:a", by_dbt("SELECT town FROM rents")), ("gold:a", "a = a.pl().head(1)")),
        "more than one %%sql cell", (3, 1),
    ),
    "an option of modules": (
        (("gold:a", by_dbt("SELECT town FROM rents", "cost: 2")),), "a model has no option 'cost'", (2, 3),
    ),
    "a check that dbt lacks": (
        (("gold:a", by_dbt("SELECT town FROM rents", "checks: [row_count]")),), "no test for the check row_count",
        (2, 3),
    ),
    "all columns": (
        (("gold:a", by_dbt("SELECT town FROM rents", "checks: [no_nulls]")),), "no_nulls of all columns", (2, 3),
    ),
    "a check cell": (
        (("gold:a", by_dbt("SELECT town FROM rents")), ("check:a", "assert a")), "it has a cell check:a", (3, 1),
    ),
    "a common table of that name": (
        (("gold:a", by_dbt("WITH rents AS (SELECT * FROM rents) SELECT * FROM rents")),), "its common table rents",
        (2, 1),
    ),
    "an asset that nobody makes": (
        (("", 'far = load_asset("far_away")'), ("gold:a", by_dbt("SELECT 1\nFROM far"))),
        "nothing says in which layer far is", (3, 4),
    ),
    "what dbt would render": (
        (("gold:a", by_dbt("SELECT 1 FROM rents", "key: ['{{ x }}']")),), "a list of texts", (2, 3),
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", REFUSED)
def test_what_cannot_be_a_model_is_refused_at_its_cell_and_line(name: str, project: Path) -> None:
    cells, said, place = REFUSED[name]
    told = [one for one in found(project, *cells) if one.code == "PR228"]
    assert [(one.location.cell, one.location.line) for one in told] == [place]
    assert said in told[0].message
    assert told[0].hint


def test_without_a_dbt_folder_the_step_is_refused(tmp_path: Path) -> None:
    root = make_dbt_project(tmp_path / "rents", {})
    (root / "dbt/dbt_project.yml").unlink()
    (told,) = found(root, ("gold:a", by_dbt("SELECT town FROM rents")))
    assert "the project has no folder dbt/" in told.message
    assert (told.location.cell, told.location.line) == (2, 2)


def test_without_dbt_nothing_is_proven_and_nothing_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    root = make_dbt_project(tmp_path / "rents", {"dear.ipynb": DEAR})
    monkeypatch.setattr("promote.prove.lacking", lambda: "dagster_dbt")
    before = tree(root)
    outcome = run([root / "notebooks/dear.ipynb"], Settings(project=root), lambda _: None)
    (told,) = [one for one in outcome.findings if one.severity == "error"]
    assert told.message == "gold:dear cannot be proven: dbt is not installed (dagster_dbt is missing)."
    assert (told.code, told.location.cell, told.location.line) == ("PR228", 4, 2)
    assert outcome.exit_code == 4
    assert tree(root) == before


def test_an_unverified_model_says_so(promoted: Path) -> None:
    assert UNVERIFIED in (promoted / "dbt/models/gold/dear.sql").read_text(encoding="utf-8")
