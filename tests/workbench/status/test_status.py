"""How a project stands: real notebooks, real promotions without a run, and Dagster's real records."""

from __future__ import annotations

import datetime as dt
import json
import shutil
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from promote.outcome import Settings
from promote.pipeline import run
from promote.project import find
from tests.promote.small_project import CLEAN, HARVEST, make_project, write_notebook
from workbench.cli import main
from workbench.commands.materialize import materialise
from workbench.definitions import forget
from workbench.project import find_project
from workbench.status.history import History, Last, read_history
from workbench.status.showing import advice, as_json, rows_of, summary
from workbench.status.standing import Standing, standing

BRONZE, SILVER = "notebooks/bronze/harvest.ipynb", "notebooks/silver/clean.ipynb"


def _now() -> dt.datetime:
    return dt.datetime.now(dt.UTC)


def look(root: Path) -> Standing:
    return standing(find(named=root), root / "data/dagster", _now())


def states(found: Standing) -> dict[str, str]:
    return {step.tag: step.state for notebook in found.notebooks for step in notebook.steps}


def last(found: Standing) -> dict[str, Last]:
    return {step.tag: step.last for notebook in found.notebooks for step in notebook.steps}


def files(root: Path) -> dict[Path, int]:
    """Give when each file was written, but for those that SQLite keeps beside records that are being read."""
    own = (".db-shm", ".db-wal")
    found = (path for path in root.rglob("*") if path.is_file() and not path.name.endswith(own))
    return {path: path.stat().st_mtime_ns for path in found}


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project that was promoted and made, with one notebook that is only explored."""
    notebooks = {"bronze/harvest.ipynb": HARVEST, "silver/clean.ipynb": CLEAN, "look.ipynb": (("", "1 + 1"),)}
    root = make_project(tmp_path_factory.mktemp("status"), notebooks)
    outcome = run([root / BRONZE, root / SILVER], Settings(project=root, run=False), lambda _: None)
    assert [step.status for step in outcome.steps] == ["unverified"] * 3
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(root)
        assert materialise(find_project(), all_partitions=True) == 0
    forget("rents")
    return root


@pytest.fixture
def root(made: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    copy = tmp_path / "rents"
    shutil.copytree(made, copy)
    monkeypatch.chdir(copy)
    return copy


def test_what_was_promoted_and_made_is_told_with_its_numbers(root: Path) -> None:
    found = look(root)
    assert [(one.path, one.state) for one in found.notebooks] == [
        (BRONZE, "unverified"), (SILVER, "unverified"), ("notebooks/look.ipynb", "explored"),
    ]  # fmt: skip
    assert set(states(found).values()) == {"unverified"}
    numbers = last(found)
    assert (numbers["bronze:raw_rents"].partitions, numbers["bronze:raw_rents"].failed) == (2, False)
    assert (numbers["silver:rents"].rows, numbers["silver:rents"].partitions) == (4, 0)
    assert (numbers["silver:rents"].passed, numbers["silver:rents"].checks) == (3, 3)
    assert all(one.made is not None and _now() - one.made < dt.timedelta(hours=1) for one in numbers.values())
    assert summary(found) == "3 notebooks, 3 steps, 1 only explored, 3 unverified."
    assert advice(found) == f"promote {BRONZE}"


def test_each_kind_of_drift_is_told_in_its_own_words(root: Path) -> None:
    edited = [list(cell) for cell in CLEAN]
    edited[3][1] = edited[3][1].replace("drop_nulls()", "drop_nulls().unique()")
    write_notebook(root / SILVER, [(tags, text) for tags, text in edited])
    module = root / "src/rents/defs/gold/rent_by_town.py"
    module.write_text(module.read_text().replace(".mean()", ".max()"))
    (root / "src/rents/defs/bronze/raw_rents.py").unlink()
    write_notebook(root / "notebooks/new.ipynb", [("gold:extra", "extra = 1")])
    found = look(root)
    assert states(found) == {
        "bronze:raw_rents": "module gone",
        "silver:rents": "notebook changed",
        "gold:rent_by_town": "module edited",
        "gold:extra": "not promoted",
    }
    assert "3 out of step" in summary(found)
    assert advice(found) == f"promote --pull {SILVER}"  # the edit of a module is not to be lost


def test_a_notebook_that_cannot_be_read_and_a_refused_step_are_told(root: Path) -> None:
    (root / "notebooks/broken.ipynb").write_text("{")
    write_notebook(root / "notebooks/refused.ipynb", [("silver:refused", "refused = nowhere.head()")])
    found = look(root)
    assert {one.path: one.state for one in found.notebooks}["notebooks/broken.ipynb"] == "cannot be read"
    assert ", 1 cannot be read, " in summary(found)
    assert advice(found) == "promote notebooks/broken.ipynb"
    assert states(found)["silver:refused"] == "refused"


def test_a_run_that_failed_after_one_that_worked(root: Path) -> None:
    for year in ("2023", "2024"):
        (root / f"sources/towns/{year}.csv").write_text("town,rent\n")
    assert materialise(find_project(), all_partitions=True) == 1
    forget("rents")
    found = look(root)
    wrong = {tag for tag, one in last(found).items() if one.failed or one.passed < one.checks}
    assert wrong == {"silver:rents"}
    assert "with failing checks" in summary(found)


def test_what_is_late_by_its_freshness_is_told(root: Path) -> None:
    module = root / "src/rents/defs/silver/rents.py"
    wanted = "    freshness_policy=freshness(maximum_lag_minutes=60),\n"
    text = module.read_text()
    module.write_text(text.replace('    name="rents",\n', '    name="rents",\n' + wanted, 1))
    later = _now() + dt.timedelta(hours=4, minutes=30)
    found = standing(find(named=root), root / "data/dagster", later)
    late = {step.tag: step.late_by for notebook in found.notebooks for step in notebook.steps if step.late_by}
    assert list(late) == ["silver:rents"]
    assert dt.timedelta(hours=3) < late["silver:rents"] < dt.timedelta(hours=4)
    assert "late by 3 hours" in {row[-1] for row in rows_of(found, later)}


@pytest.mark.parametrize("damage", ["none", "empty", "no table", "no database", "elsewhere"])
def test_records_that_cannot_be_read_are_unknown_and_no_records_are_never(damage: str, root: Path) -> None:
    home = root / "data/dagster"
    if damage == "none":
        shutil.rmtree(home)
    elif damage == "empty":
        (home / "history/runs/index.db").write_bytes(b"")
    elif damage == "no table":
        with closing(sqlite3.connect(home / "history/runs/index.db")) as records:
            records.execute("DROP TABLE asset_check_executions")
            records.commit()
    elif damage == "no database":
        (home / "history/runs/index.db").write_bytes(b"not a database" * 1000)
    else:
        (home / "dagster.yaml").write_text("storage:\n  postgres: {}\n")
    history = read_history(home)
    assert history.known == (damage == "none")
    assert history.assets == {}
    found = look(root)
    cells = {row[3] for row in rows_of(found, _now()) if row[1]}
    assert cells == {"never"} if damage == "none" else cells == {"unknown"}


def test_the_command_writes_nothing_and_gives_json(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    before = files(root)
    assert main(["status", "--json"]) == 0
    told: dict[str, Any] = json.loads(capsys.readouterr().out)
    assert told["history"] == "known"
    (step,) = (one for nb in told["notebooks"] for one in nb["steps"] if one["step"] == "silver:rents")
    assert (step["state"], step["rows"], step["last_run_failed"]) == ("unverified", 4, False)
    assert main(["status"]) == 0
    table = capsys.readouterr().out
    assert "silver:rents" in table
    assert "3 notebooks, 3 steps" in table
    assert files(root) == before


def test_neither_dagster_nor_a_library_of_frames_is_imported(root: Path) -> None:
    code = (
        "import sys; from workbench.cli import main; main(['status', '--json']); "
        "print([n for n in ('dagster', 'polars', 'pandas', 'rich') if n in sys.modules], file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=root)
    assert done.stderr.strip() == "[]"


def test_an_unknown_history_is_said_in_json() -> None:
    assert json.loads(as_json(Standing((), History({}, known=False, why="away"))))["history"] == "away"
