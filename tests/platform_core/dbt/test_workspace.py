"""What one run of dbt is shown of the lake, and how what it made is kept: with DuckDB itself, and without dbt."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import duckdb
import polars as pl
import pytest

from platform_core.dbt.needs import Needs
from platform_core.dbt.workspace import Workspace
from platform_core.errors import UserError
from platform_core.lake import Lake
from platform_core.parquet_read import read_notes
from platform_core.storage.duckdb_tables import DuckDBTables
from platform_core.storage.stored import Storage

NOTHING = Needs((), (), ())
RENTS = pl.DataFrame({"town": ["a", "b"], "rent": [900, 700]})


def node(name: str, materialized: str = "table", layer: str = "gold") -> dict[str, Any]:
    """A model as dbt's manifest has it."""
    return {
        "name": name,
        "alias": name,
        "schema": "main",
        "resource_type": "model",
        "fqn": ["p", layer, name],
        "config": {"materialized": materialized},
    }


def by_name(*nodes: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {one["name"]: one for one in nodes}


@pytest.fixture
def lake(tmp_path: Path) -> Lake:
    return Lake(tmp_path / "lake", lambda: {"dates": ["2025-01-01", "2025-01-02"]})


@pytest.fixture
def workspace(tmp_path: Path) -> Callable[[Storage], Workspace]:
    """Make a workspace as a run does: from a dbt project with a target, logs and something hidden."""
    project = tmp_path / "dbt"
    for name in ("models/a.sql", "target/partial_parse.msgpack", "target/old.json", "logs/dbt.log", ".user.yml"):
        (project / name).parent.mkdir(parents=True, exist_ok=True)
        (project / name).write_text(name)

    def made(storage: Storage) -> Workspace:
        (tmp_path / "run").mkdir()
        work = Workspace(tmp_path / "run", storage)
        work.copy(project)
        return work

    return made


def test_a_run_gets_the_project_and_what_dbt_remembers_of_it_alone(
    lake: Lake, workspace: Callable[[Storage], Workspace]
) -> None:
    work = workspace(lake)
    files = {path.relative_to(work.project).as_posix() for path in work.project.rglob("*") if path.is_file()}
    assert files == {"models/a.sql", "target/partial_parse.msgpack"}


def test_a_run_sees_the_files_that_load_asset_reads(lake: Lake, workspace: Callable[[Storage], Workspace]) -> None:
    lake.write("silver", "rents", RENTS)
    for key in ("2025-01-01", "2025-01-02", "2025-01-03"):  # the last one is listed no more
        lake.write("silver", "dated", RENTS.with_columns(day=pl.lit(key)), partition=key, listed="dates")
    lake.write("silver", "other", RENTS)
    work = workspace(lake)
    work.stage({}, set(), Needs((("silver", "rents"), ("silver", "dated")), (), ()))
    shown = {path.relative_to(work.lake).as_posix() for path in work.lake.rglob("*.parquet")}
    assert shown == {"silver/rents.parquet", "silver/dated/2025-01-01.parquet", "silver/dated/2025-01-02.parquet"}
    assert work.tables() == {"rents": ["town", "rent"], "dated": ["town", "rent", "day"]}
    days = duckdb.read_parquet(f"{work.lake}/silver/dated/*.parquet").pl()["day"]
    assert days.unique().sort().to_list() == ["2025-01-01", "2025-01-02"]


@pytest.mark.parametrize("elsewhere", [False, True])
def test_nan_is_found_in_what_a_run_sees(
    tmp_path: Path, lake: Lake, workspace: Callable[[Storage], Workspace], elsewhere: bool
) -> None:
    storage = DuckDBTables(tmp_path / "assets.duckdb") if elsewhere else lake
    storage.write("silver", "rates", pl.DataFrame({"rate": [1.0, float("nan")]}))
    work = workspace(storage)
    work.stage(by_name(node("rates", layer="silver")), set(), Needs((("silver", "rates"),), ("rates",), ()))
    with duckdb.connect(work.database) as database:
        for where in ("main.rates", f"'{work.lake}/silver/rates.parquet'"):
            assert len(database.sql(f"FROM {where}").filter("isnan(rate)").fetchall()) == 1


@pytest.mark.parametrize("partition", [None, "2025-01-01"])
def test_assets_kept_elsewhere_are_shown_as_parquet(
    tmp_path: Path, workspace: Callable[[Storage], Workspace], partition: str | None
) -> None:
    tables = DuckDBTables(tmp_path / "assets.duckdb")
    tables.write("silver", "rents", RENTS, partition=partition)
    work = workspace(tables)
    work.stage({}, set(), Needs((("silver", "rents"),), (), ()))
    (file,) = work.lake.rglob("*.parquet")
    assert file.relative_to(work.lake).as_posix() == (
        "silver/rents/all.parquet" if partition else "silver/rents.parquet"
    )
    assert pl.read_parquet(file).select("town", "rent").equals(RENTS)


def test_models_that_are_not_built_are_read_from_the_lake(
    lake: Lake, workspace: Callable[[Storage], Workspace]
) -> None:
    lake.write("silver", "towns", RENTS)
    work = workspace(lake)
    work.stage(by_name(node("towns", layer="silver"), node("dear")), {"dear"}, Needs((), ("towns",), ()))
    with duckdb.connect(work.database) as database:
        assert database.execute("SELECT sum(rent) FROM main.towns").fetchall() == [(1600,)]
        assert database.execute("SELECT table_type FROM information_schema.tables").fetchall() == [("VIEW",)]
    assert work.tables() == {"towns": ["town", "rent"]}


def test_a_model_that_grows_begins_with_what_is_stored(lake: Lake, workspace: Callable[[Storage], Workspace]) -> None:
    lake.write("gold", "history", RENTS)
    work = workspace(lake)
    history = node("history", materialized="incremental")
    work.stage(by_name(history), {"history"}, NOTHING)
    with duckdb.connect(work.database) as database:
        database.execute("INSERT INTO main.history VALUES ('c', 500)")
    work.keep(history)
    assert lake.read("history", "polars")["rent"].to_list() == [900, 700, 500]


def test_what_was_never_made_is_asked_for(lake: Lake, workspace: Callable[[Storage], Workspace]) -> None:
    work = workspace(lake)
    with pytest.raises(UserError, match="'rents' has not been materialised") as found:
        work.stage({}, set(), Needs((("silver", "rents"),), (), ()))
    assert found.value.hint == "Run `workbench materialize rents`."
    with pytest.raises(UserError, match="'towns' has not been materialised"):
        work.stage(by_name(node("towns"), node("dear")), {"dear"}, Needs((), ("towns",), ()))
    work.stage({}, set(), Needs((), (), (("silver", "rents"),)))  # what only a test looks at may be missing


def test_what_a_model_gave_is_kept_in_its_layer_with_its_classification(
    lake: Lake, workspace: Callable[[Storage], Workspace]
) -> None:
    work = workspace(lake)
    empty = node("empty", layer="silver")
    with duckdb.connect(work.database) as database:
        database.execute("CREATE TABLE main.empty (town VARCHAR, rent DECIMAL(9, 2))")
    footer = work.keep(empty, "OFFICIAL")
    assert footer.rows == 0  # dbt-duckdb's own `external` would write a row of nulls
    assert lake.read("empty", "polars").schema == {"town": pl.String, "rent": pl.Decimal(9, 2)}
    assert read_notes(lake.path("silver", "empty"))["classification"] == "OFFICIAL"


def test_a_view_is_kept_as_dbt_saw_it_wherever_this_process_stands(
    lake: Lake, workspace: Callable[[Storage], Workspace], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lake.write("silver", "rents", RENTS)
    work = workspace(lake)
    work.stage({}, set(), Needs((("silver", "rents"),), (), ()))
    with contextlib.chdir(work.project), duckdb.connect(work.database) as database:
        database.execute("CREATE VIEW main.dear AS SELECT * FROM '../data/lake/silver/rents.parquet' WHERE rent > 800")
    elsewhere = tmp_path / "elsewhere" / "project"
    elsewhere.mkdir(parents=True)
    Lake(elsewhere.parent / "data" / "lake").write("silver", "rents", RENTS.with_columns(rent=pl.lit(9_999)))
    monkeypatch.chdir(elsewhere)
    work.keep(node("dear", materialized="view"))
    assert lake.read("dear", "polars").rows() == [("a", 900)]
    assert work.tables()["dear"] == ["town", "rent"]


def test_a_name_that_leads_out_is_refused(lake: Lake, workspace: Callable[[Storage], Workspace]) -> None:
    work = workspace(lake)
    with pytest.raises(UserError, match="plain file name"):
        work.stage({}, set(), Needs((("silver", "../../etc/passwd"),), (), ()))
