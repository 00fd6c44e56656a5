"""A project with dbt: rendered, promoted, its models made as assets, its tests red on wrong data.

In the suite dbt runs once, over data that one test of it refuses: what it made is looked at, and what it refused.
`make test-nightly` takes the example on real data through promotion, every gate and its commands.
"""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from platform_core.errors import UserError
from tests.template.support import gates, render, rendered_project, run
from tests.template.with_dbt import dbt_environment, python_with_dbt
from tests.workbench.review.projects import Repo
from workbench.definitions import load_definitions
from workbench.review.review import review

RUN = Path(__file__).with_name("dbt_run.py")
PERSONAL = "QQ123456C"
MODULE = '''"""Every library that was visited, as a promoted step reads it."""

import polars as pl
from platform_core.sdk import gold_asset


@gold_asset(name="visited", owners=["team:a"], description="Libraries that were visited.")
def visited(context, library_visits: pl.LazyFrame) -> pl.LazyFrame:
    return library_visits.filter(pl.col("visits") > 0)
'''


@pytest.fixture(scope="session")
def with_dbt(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The blank example with dbt, its notebook promoted; not to be changed."""
    project = rendered_project(
        tmp_path_factory.mktemp("with_dbt"), project_name="Demo blank", example="blank", dbt="yes"
    )
    outcome = run("promote --no-run notebooks/*/*.ipynb", project)
    assert outcome.returncode == 0, outcome.stdout + outcome.stderr
    return project


def test_a_plain_project_knows_nothing_of_dbt(blank: Path, with_dbt: Path) -> None:
    names = [path.relative_to(blank).as_posix() for path in blank.rglob("*")]
    assert [name for name in names if "dbt" in name] == []
    for name in ("pyproject.toml", "README.md", ".gitignore"):
        assert "dbt" not in (blank / name).read_text(encoding="utf-8"), name
        assert "dbt" in (with_dbt / name).read_text(encoding="utf-8"), name
    assert "dbt-" not in "".join(path.name for path in (with_dbt / "dbt").rglob("*"))
    assert not (with_dbt / "examples").exists()


@pytest.mark.parametrize("answer", ["maybe", "2"])
def test_an_answer_that_is_neither_yes_nor_no_is_refused(tmp_path: Path, answer: str) -> None:
    outcome = render(tmp_path, project_name="Demo", dbt=answer)
    assert outcome.returncode != 0
    assert "dbt" in outcome.stderr
    assert not (tmp_path / "out").exists()


def test_where_dbt_is_not_installed_the_code_location_says_what_to_do(with_dbt: Path) -> None:
    with pytest.raises(UserError, match="The project has dbt models, and dbt is not installed") as found:
        load_definitions(with_dbt / "src/demo_blank/definitions.py")
    assert found.value.location == "src/demo_blank/defs/dbt_models.py:5"
    assert "pip install 'notebook-workbench[dbt]'" in (found.value.hint or "")


def test_a_review_tells_lineage_classification_and_verdict_of_a_model(with_dbt: Path, tmp_path: Path) -> None:
    """Without dbt: what a branch does to a model is read from the files of both revisions."""
    repo = Repo(tmp_path / "review")
    shutil.copytree(with_dbt, repo.root, dirs_exist_ok=True, ignore=shutil.ignore_patterns(".git"))
    schema = repo.root / "dbt/models/gold/schema.yml"
    model = repo.root / "dbt/models/gold/library_visits.sql"
    kept = model.read_text(encoding="utf-8")
    model.unlink()
    repo.git("add", "-A")
    repo.git("commit", "-q", "-m", "without the model")
    model.write_text(kept, encoding="utf-8")
    added = review(repo.root, "demo_blank", "HEAD")
    assert [(one.name, one.words) for one in added.changes] == [("library_visits", ("NEW",))]
    assert added.lineage.added == (("visits", "library_visits"),)
    (governed,) = added.governed
    assert (governed.level, governed.before, governed.breaches) == ("OFFICIAL", "", ())
    (columns,) = added.models
    assert dict(columns.columns)["share_of_visits"] == ("visits.visits",)

    repo.git("add", "-A")
    repo.git("commit", "-q", "-m", "with it")
    model.write_text(kept.replace("visits::bigint as visits", "visits::bigint + 1 as visits"), encoding="utf-8")
    schema.write_text(schema.read_text(encoding="utf-8").replace('owners: ["team:your-team"]', ""), encoding="utf-8")
    changed = review(repo.root, "demo_blank", "HEAD")
    assert [(one.name, one.words) for one in changed.changes] == [("library_visits", ("CODE_VERSION",))]
    assert [said for severity, said, _ in changed.governed[0].breaches if severity == "error"]
    assert changed.verdict == "blocked"


@pytest.fixture(scope="session")
def refused(with_dbt: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """What Dagster knows after a run over a library that stands twice."""
    dbt_environment()
    project = shutil.copytree(with_dbt, tmp_path_factory.mktemp("refused") / "project")
    (project / "src/demo_blank/defs/gold/visited.py").write_text(MODULE, encoding="utf-8")
    schema = project / "dbt/models/gold/schema.yml"
    declared = "classification: OFFICIAL\n        retention_days: 30\n        personal: [opened]"
    schema.write_text(
        schema.read_text(encoding="utf-8").replace("classification: OFFICIAL", declared), encoding="utf-8"
    )
    model = project / "dbt/models/gold/library_visits.sql"
    text = model.read_text(encoding="utf-8")
    model.write_text(text.replace("    library,", f"    library,\n    '{PERSONAL}' as ni,", 1), encoding="utf-8")
    with (project / "sources/example/visits.csv").open("a", encoding="utf-8") as file:
        file.write("Harbour Library,5,1988-09-12\n")
    outcome = python_with_dbt(project, str(RUN), "demo_blank", "library_visits", "visits")
    assert outcome.returncode == 0, outcome.stdout + outcome.stderr
    assert not list(project.glob("dbt/target/*-*")), "a run leaves nothing beside the manifest"
    return dict(json.loads(outcome.stdout.splitlines()[-1]))


def test_lineage_crosses_the_boundary_in_both_directions(refused: dict[str, Any]) -> None:
    assert refused["upstream"] == ["visits"]
    assert refused["downstream"] == ["visited"]
    assert (refused["group"], refused["owners"]) == ("gold", ["team:your-team"])
    assert refused["description"].startswith("Visits to each library")


def test_lineage_goes_down_to_columns(refused: dict[str, Any]) -> None:
    assert refused["lineage"] == {
        "library": [["visits", "library"]],
        "ni": [],
        "opened": [["visits", "opened"]],
        "share_of_visits": [["visits", "visits"]],
        "visits": [["visits", "visits"]],
    }


def test_a_model_is_stored_where_load_asset_reads_it(refused: dict[str, Any]) -> None:
    assert refused["stored"]["library"] == ["Central Library", "Harbour Library", "Harbour Library", "Meadow Library"]
    assert refused["stored"]["visits"] == [1204, 310, 5, None]
    assert refused["stored"]["share_of_visits"][2] == 5 / 1519


def test_rows_and_columns_are_metadata(refused: dict[str, Any]) -> None:
    assert refused["rows"] == [4]
    (columns,) = refused["columns"]
    assert [name for name, _, _ in columns] == ["library", "ni", "visits", "opened", "share_of_visits"]
    assert columns[0][1:] == ["String", "The library's name."]
    assert refused["classification"] == ["OFFICIAL"]


def test_a_model_is_governed_as_any_asset_is(refused: dict[str, Any]) -> None:
    key, days, personal, checks, is_model, said = refused["facts"]
    assert said.startswith("Visits to each library")
    assert "select" not in said.lower(), "its SQL, in which a value may stand, is no description"
    assert (key, days, personal, is_model) == (["library"], 30, ["opened"], True)
    assert {"no_nulls", "unique_values", "shares_add_up"} < set(checks)
    (ran,) = refused["audit"]
    assert (ran["classification"], ran["inputs"]) == ("OFFICIAL", ["visits"])
    assert refused["looked"] == [["ni"]]


def test_a_test_of_dbt_is_a_check_and_red_on_wrong_data(refused: dict[str, Any]) -> None:
    assert refused["checks"] == {
        "not_null_library_visits_library": True,
        "shares_add_up": True,
        "unique_library_visits_library": False,
    }
    assert set(refused["declared"]) == set(refused["checks"])
    assert "The test unique_library_visits_library failed on 1 row." in refused["failed"]
    assert "Harbour" not in refused["failed"]


def test_no_value_of_the_data_is_told_where_dbt_fails_on_it(with_dbt: Path, tmp_path: Path, full_count: bool) -> None:
    if not full_count:
        pytest.skip("makes a project with dbt once more: `make test-nightly`")
    environment = dbt_environment()
    project = shutil.copytree(with_dbt, tmp_path / "project")
    (project / "dbt/target").write_text("so that the manifest cannot be written here", encoding="utf-8")
    visits = project / "sources/example/visits.csv"
    visits.write_text(visits.read_text(encoding="utf-8").replace("1204", PERSONAL), encoding="utf-8")
    outcome = run("workbench materialize", project, **environment)
    assert outcome.returncode == 1
    assert "dbt could not make library_visits: Conversion Error." in outcome.stderr
    assert "dbt/target is old and cannot be written" in outcome.stderr
    assert PERSONAL not in outcome.stdout + outcome.stderr
    assert not (project / "data/lake/gold").exists()


def test_the_example_on_real_data_passes_every_gate(tmp_path: Path, types_cache: str, full_count: bool) -> None:
    if not full_count:
        pytest.skip("promotes nine steps and runs every gate, five minutes: `make test-nightly`")
    environment = dbt_environment()
    project = rendered_project(tmp_path, project_name="Demo ODP", example="odp", dbt="yes")
    outcome = run("promote notebooks/*/*.ipynb", project, **environment)
    assert outcome.returncode == 0, outcome.stdout + outcome.stderr
    assert "gold:coverage_change: new, 8 rows, equal to the notebook" in outcome.stdout
    for name, commands in gates(project).items():
        for command in commands:
            outcome = run(command, project, MYPY_CACHE_DIR=types_cache, **environment)
            assert outcome.returncode == 0, f"{name}: {command}\n{outcome.stdout}{outcome.stderr}"
    outcome = run("workbench materialize --all-partitions --json", project, **environment)
    told = {one["asset"]: one for one in json.loads(outcome.stdout)}
    assert {one["status"] for one in told.values()} == {"unchanged"}
    macro = project / "dbt/macros/share.sql"
    macro.write_text(macro.read_text(encoding="utf-8").replace("nullif(", "nullif(1.0 * "), encoding="utf-8")
    outcome = run("workbench materialize --all-partitions --json", project, **environment)
    told = {one["asset"]: one["status"] for one in json.loads(outcome.stdout)}
    assert told["dataset_coverage"] == "made"
    assert told["provision_quality"] == "unchanged"
