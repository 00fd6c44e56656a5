"""Small steps of every sort promoted in a rendered project: their tests pass there, and its tools find nothing."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.promote.small_project import make_project
from tests.promote.test_golden import GOLDEN, RUNNABLE
from tests.template.support import gates, rendered_project, run

BRONZE = {
    "parameters": "least = 3",
    "bronze:permits": """\
import datetime as dt

import polars as pl

rows = range(60)
permits = pl.DataFrame(
    {
        "permit": [f"P/{n:04d}" for n in rows],
        "authority": [f"Council {n % 7}" for n in rows],
        "state": [["open", "Shut ", None][n % 3] for n in rows],
        "fee": [None if n % 11 == 3 else float(n * 37 % 400) for n in rows],
        "units": [n * 11 % 23 for n in rows],
        "decided": [dt.date(2024, 1, 3) + dt.timedelta(days=n * 5) for n in rows],
    }
)""",
    "bronze:bands": 'bands = pl.DataFrame({"band": ["few", "many"], "above": [0, 12]})',
}
SILVER = {
    "": """\
import numpy as np
import polars as pl
from platform_core.sdk import load_asset

lazy = load_asset("permits", as_="lazy")
table = load_asset("permits", as_="pandas")
relation = load_asset("permits", as_="duckdb")""",
    "silver:branches": """\
found = []
for row in lazy.collect().iter_rows(named=True):
    if row["state"] is None:
        continue
    found.append({"permit": row["permit"], "size": "big" if row["units"] > 12 else "small"})
print(len(found))
branches = pl.DataFrame(found, schema={"permit": pl.String, "size": pl.String})
branches.head()""",
    "silver:turns": """\
limit = 2
while lazy.filter(pl.col("units") < limit).collect().height < 5:
    limit += 2
turns = lazy.filter(pl.col("units") < limit)""",
    "silver:nothing": 'nothing = lazy.filter(pl.col("units") > 10_000)',
    "silver:by_permit": """\
by_permit = table.set_index("permit").loc[lambda f: f["units"] > 10, ["fee", "units"]].sort_index()""",
    "silver:sized": """\
sized = table.assign(size=np.where(table["units"] >= 12, "large", "small"))
sized["state"] = sized["state"].str.strip().str.lower()
sized = sized.dropna(subset=["fee"]).reset_index(drop=True)""",
    "silver:totals": """\
totals = relation.filter("units >= 3").aggregate("authority, sum(fee) AS fee, count(*) AS permits", "authority")""",
}


@pytest.fixture(scope="module")
def promoted(tmp_path_factory: pytest.TempPathFactory) -> Path:
    project = rendered_project(tmp_path_factory.mktemp("steps"), project_name="Small steps", example="blank")
    shutil.rmtree(project / "policies")  # which ask every step for an owner; these are only steps
    for old in project.glob("notebooks/*/*.ipynb"):
        old.unlink()
    paths = []
    for layer, cells in (("bronze", BRONZE), ("silver", SILVER)):
        path = project / "notebooks" / layer / f"{layer}_steps.ipynb"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(notebook(cells)), encoding="utf-8")
        paths.append(str(path))
    promote(project, paths)
    return project


@pytest.mark.nightly
def test_the_demo_notices_nine_of_ten_mistakes(tmp_path: Path, full_count: bool) -> None:
    if not full_count:
        pytest.skip("promotes the whole demo: `make test-nightly`")
    project = rendered_project(tmp_path, project_name="Demo", example="odp")
    for layer in ("bronze", "silver", "gold"):
        paths = sorted(map(str, project.glob(f"notebooks/{layer}/*.ipynb")))
        promote(project, paths)
    scores = [tests["mutants"] for tests in evidence(project).values()]
    assert len(scores) == 8
    made = sum(score["made"] - len(score["equivalent"]) for score in scores)
    assert sum(score["killed"] for score in scores) >= 0.9 * made, scores


@pytest.mark.nightly
def test_the_golden_steps_notice_nine_of_ten_mistakes(tmp_path: Path, full_count: bool) -> None:
    if not full_count:
        pytest.skip("promotes every golden notebook that runs: `make test-nightly`")
    killed = made = 0
    for name in RUNNABLE:
        project = make_project(tmp_path / name, {})
        path = project / "notebooks" / f"{name}.ipynb"
        path.parent.mkdir(parents=True)
        path.write_bytes((GOLDEN / name / "notebook.ipynb").read_bytes())
        promote(project, [str(path), "--include-needed"])
        for tests in evidence(project).values():
            killed += tests["mutants"]["killed"]
            made += tests["mutants"]["made"] - len(tests["mutants"]["equivalent"])
    assert made >= 150
    assert killed >= 0.9 * made


def promote(project: Path, notebooks: list[str]) -> None:
    """Promote notebooks of a project."""
    done = subprocess.run(
        [sys.executable, "-m", "promote", *notebooks, "--project", str(project), "--format", "json"],
        capture_output=True,
        text=True,
        cwd=project,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr


def evidence(project: Path) -> dict[str, dict[str, Any]]:
    """Give what the evidence says of the tests of each step."""
    paths = sorted(project.glob("evidence/*/*.json"))
    return {path.stem: json.loads(path.read_text(encoding="utf-8"))["tests"] for path in paths}


def notebook(cells: dict[str, str]) -> dict[str, object]:
    made: list[dict[str, object]] = [
        {
            "cell_type": "code",
            "id": f"c{place}",
            "metadata": {"tags": [tag] if tag else []},
            "source": source,
            "outputs": [],
            "execution_count": None,
        }
        for place, (tag, source) in enumerate(cells.items())
    ]
    return {"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": made}


def test_every_step_has_data_and_notices_most_mistakes(promoted: Path) -> None:
    found = evidence(promoted)
    assert all(tests["passed"] > 1 for tests in found.values())
    scores = {name: (tests["mutants"]["killed"], tests["mutants"]["made"]) for name, tests in found.items()}
    assert scores.keys() == {tag.partition(":")[2] for tag in [*BRONZE, *SILVER] if ":" in tag}
    made = sum(of for _, of in scores.values())
    assert sum(killed for killed, _ in scores.values()) >= 0.9 * made, scores


def test_the_tools_of_the_project_find_nothing_in_the_tests(promoted: Path, types_cache: str) -> None:
    wanted = [command for commands in gates(promoted).values() for command in commands]
    tools = [command for command in wanted if command.startswith(("ruff", "mypy", ".venv/bin/ruff", "python -m mypy"))]
    assert len(tools) >= 3, wanted
    for command in tools:
        done = run(command, promoted, MYPY_CACHE_DIR=types_cache)
        assert done.returncode == 0, done.stdout + done.stderr
