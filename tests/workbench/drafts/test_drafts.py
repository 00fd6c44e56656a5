"""A step that is tagged and not promoted is an asset already: made by its notebook, kept under the key it will have."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import dagster as dg
import polars as pl
import pytest

from promote.outcome import Settings
from promote.pipeline import run
from tests.promote.small_project import CLEAN, HARVEST, make_project, write_notebook
from workbench.definitions import DRAFTS_VARIABLE, PROJECT_VARIABLE, forget, load_definitions
from workbench.drafts.assets import TAG

BRONZE, SILVER = "notebooks/bronze/harvest.ipynb", "notebooks/silver/clean.ipynb"
SAID = "#| owner: team:rents\n#| tags: {domain: housing}\n#| classification: OFFICIAL\n"


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    silver = [(tags, SAID + text if tags == "silver:rents" else text) for tags, text in CLEAN]
    made = make_project(tmp_path / "rents", {"bronze/harvest.ipynb": HARVEST, "silver/clean.ipynb": silver})
    monkeypatch.chdir(made)
    monkeypatch.setenv(PROJECT_VARIABLE, str(made))
    monkeypatch.setenv(DRAFTS_VARIABLE, "1")
    yield made
    forget("rents")


def load(root: Path) -> dg.Definitions:
    forget("rents")
    return load_definitions(root / "src/rents/definitions.py")


def specs(root: Path) -> dict[str, dg.AssetSpec]:
    found = load(root).resolve_all_asset_specs()
    return {spec.key.to_user_string(): spec for spec in found}


def make(root: Path, *names: str, partition: str | None = None) -> dg.ExecuteInProcessResult:
    job = load(root).resolve_implicit_global_asset_job_def()
    keys = [dg.AssetKey(name) for name in names]
    with dg.DagsterInstance.ephemeral() as instance:
        return job.execute_in_process(
            instance=instance, asset_selection=keys, partition_key=partition, raise_on_error=False
        )


def promoted(root: Path, *notebooks: str) -> None:
    run([root / path for path in notebooks], Settings(project=root, run=False), lambda _: None)


def about(spec: dg.AssetSpec) -> dict[str, Any]:
    """Give what must be the same of a draft and of what it becomes."""
    deps = sorted(dep.asset_key.to_user_string() for dep in spec.deps)
    tags = {key: value for key, value in spec.tags.items() if key == "domain"}
    keys = list(spec.partitions_def.get_partition_keys()) if spec.partitions_def else None
    return {"group": spec.group_name, "owners": list(spec.owners), "deps": deps, "tags": tags, "partitions": keys}


def test_a_draft_is_what_promotion_will_put_in_its_place(root: Path) -> None:
    drafts = specs(root)
    assert set(drafts) == {"raw_rents", "rents", "rent_by_town"}
    assert {name: (spec.tags[TAG], "draft" in spec.kinds) for name, spec in drafts.items()} == dict.fromkeys(
        drafts, ("true", True)
    )
    promoted(root, BRONZE, SILVER)
    after = specs(root)
    assert {name: about(spec) for name, spec in after.items()} == {name: about(spec) for name, spec in drafts.items()}
    assert {name: spec.code_version for name, spec in after.items()} == {
        name: spec.code_version for name, spec in drafts.items()
    }
    assert not any(TAG in spec.tags for spec in after.values())
    assert about(drafts["rents"]) == {
        "group": "silver", "owners": ["team:rents"], "deps": ["raw_rents"], "tags": {"domain": "housing"},
        "partitions": None,
    }  # fmt: skip
    assert about(drafts["raw_rents"])["partitions"] == ["2023", "2024"]


def test_promoting_one_notebook_leaves_the_other_a_draft(root: Path) -> None:
    promoted(root, BRONZE)
    assert {name for name, spec in specs(root).items() if TAG in spec.tags} == {"rents", "rent_by_town"}


def test_nobody_who_did_not_ask_gets_drafts(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(DRAFTS_VARIABLE)
    assert specs(root) == {}
    config = root / "config/base.yaml"
    config.write_text(config.read_text() + "drafts: true\n")
    assert set(specs(root)) == {"raw_rents", "rents", "rent_by_town"}
    monkeypatch.setenv(DRAFTS_VARIABLE, "0")
    assert specs(root) == {}


def test_drafts_are_made_by_their_notebooks_and_kept_where_promoted_assets_are(root: Path) -> None:
    for year in ("2023", "2024"):
        assert make(root, "raw_rents", partition=year).success
    result = make(root, "rents")
    assert result.success
    (made,) = result.get_asset_materialization_events()  # one of the notebook's two steps was asked for
    assert made.asset_key == dg.AssetKey("rents")
    metadata = made.materialization.metadata
    assert metadata["dagster/row_count"].value == 4
    notebook = json.loads(Path(str(metadata["executed notebook"].value)).read_text())
    assert notebook["cells"][2]["outputs"], "the executed notebook shows what its cells gave"
    lake = root / "data/lake"
    assert pl.read_parquet(lake / "silver/rents.parquet").sort("town", "year").rows() == [
        ("Ambridge", 900, "2023"), ("Ambridge", 950, "2024"), ("Borchester", 1100, "2023"),
        ("Borchester", 1200, "2024"),
    ]  # fmt: skip
    assert not (lake / "gold").exists()


def test_a_cell_that_fails_is_named_and_nothing_is_stored(root: Path) -> None:
    write_notebook(
        root / SILVER,
        [("", "import polars as pl"), ("silver:rents", "rents = pl.DataFrame({'a': [1]})\nrents = rents.drop('b')")],
    )
    result = make(root, "rents")
    assert not result.success
    (failure,) = (event for event in result.all_events if event.is_step_failure)
    assert f"{SILVER}:cell 2 (" in str(failure.step_failure_data.error)
    assert ":2: The cell fails when it is run: ColumnNotFoundError" in str(failure.step_failure_data.error)
    assert not (root / "data/lake").exists()


def test_an_executed_notebook_is_not_kept_where_its_data_is_sensitive(root: Path) -> None:
    option = "#| classification: OFFICIAL-SENSITIVE\n"
    write_notebook(
        root / SILVER, [("", "import polars as pl"), ("silver:rents", option + "rents = pl.DataFrame({'a': [1]})")]
    )
    result = make(root, "rents")
    assert result.success
    (made,) = result.get_asset_materialization_events()
    assert "executed notebook" not in made.materialization.metadata
    assert not (root / "data/runs").exists()


def test_nor_where_what_it_is_made_of_is_sensitive(root: Path) -> None:
    option = "#| classification: OFFICIAL-SENSITIVE\n"
    write_notebook(
        root / BRONZE, [(tags, option + text if tags == "bronze:raw_rents" else text) for tags, text in HARVEST]
    )
    for year in ("2023", "2024"):
        assert make(root, "raw_rents", partition=year).success
    result = make(root, "rents")
    assert result.success
    (made,) = result.get_asset_materialization_events()
    assert made.materialization.metadata["workbench/classification"].value == "OFFICIAL-SENSITIVE"
    assert "executed notebook" not in made.materialization.metadata
    assert not (root / "data/runs").exists()


def test_what_can_be_no_draft_is_said_and_the_rest_is_there(root: Path, caplog: pytest.LogCaptureFixture) -> None:
    write_notebook(root / "notebooks/wrong.ipynb", [("gold:wrong", "wrong = nowhere.head()")])
    (root / "notebooks/broken.ipynb").write_text("{")
    with caplog.at_level(logging.WARNING, "workbench.drafts"):
        assert set(specs(root)) == {"raw_rents", "rents", "rent_by_town"}
    assert "notebooks/broken.ipynb: PR103" in caplog.text
    assert "notebooks/wrong.ipynb" in caplog.text
