"""Projects and notebooks small enough to read."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

CONFIG = """\
lake: data/lake
resources:
  towns: {type: files, root: sources/towns}
partitions:
  years: ["2023", "2024"]
jobs:
  report: {selection: "+rents_by_town", description: The whole report}
schedules:
  every_morning: {job: report, cron: "0 6 * * *", timezone: Europe/London}
"""

BRONZE = '''\
"""Rents as they were collected."""

from typing import Any

import polars as pl
from dagster import AssetExecutionContext

from platform_core.partitions import static_partitions
from platform_core.resources import FilesResource
from platform_core.sdk import bronze_asset
from platform_core.sdk.decorators import lambda_compute


def raw_rents(towns: FilesResource, *, year: str = "2024") -> pl.LazyFrame:
    """Rents as they were collected."""
    return pl.scan_csv(towns.path(f"{year}.csv")).with_columns(pl.lit(year).alias("year"))


@bronze_asset(
    name="raw_rents",
    description="Rents as they were collected.",
    partitions_def=static_partitions("years"),
    code_version="1111111111111111",
    notebook="notebooks/bronze/rents.ipynb",
)
@lambda_compute(timeout_seconds=300, memory_mb=512)
def raw_rents_asset(context: AssetExecutionContext, towns: FilesResource) -> pl.LazyFrame:
    """Rents as they were collected."""
    return raw_rents(towns, year=context.partition_key)
'''

SILVER = '''\
"""Rents, cleaned."""

import polars as pl

from platform_core.sdk import silver_asset


@silver_asset(
    name="rents",
    description="Rents, cleaned.",
    key=["town", "year"],
    data_quality_checks=["no_nulls", "unique_values"],
    code_version="2222222222222222",
    notebook="notebooks/silver/rents.ipynb",
)
def rents_asset(raw_rents: pl.LazyFrame) -> pl.LazyFrame:
    """Rents, cleaned."""
    return raw_rents.unique().sort("town", "year")
'''

GOLD = '''\
"""What a town pays."""

import polars as pl

from platform_core.sdk import gold_asset


@gold_asset(
    name="rents_by_town",
    description="What a town <pays>.",
    code_version="3333333333333333",
    notebook="notebooks/gold/rents.ipynb",
)
def rents_by_town_asset(rents: pl.LazyFrame) -> pl.LazyFrame:
    """What a town pays."""
    return rents.group_by("town").agg(pl.col("rent").mean()).sort("town")
'''

FILES = {
    "pyproject.toml": '[tool.workbench]\npackage = "letting"\n\n[tool.dg]\ndirectory_type = "project"\n\n'
    '[tool.dg.project]\nroot_module = "letting"\ncode_location_target_module = "letting.definitions"\n',
    "config/base.yaml": CONFIG,
    "sources/towns/2023.csv": "town,rent\nAston,900\nBarton,700\n",
    "sources/towns/2024.csv": "town,rent\nAston,1100\nBarton,750\n",
    "src/letting/__init__.py": "",
    "src/letting/definitions.py": "from workbench.definitions import load_definitions\n\n"
    "defs = load_definitions(__file__)\n",
    "src/letting/defs/bronze/raw_rents.py": BRONZE,
    "src/letting/defs/silver/rents.py": SILVER,
    "src/letting/defs/gold/rents_by_town.py": GOLD,
    "src/letting/defs/gold/_draft.py": "raise RuntimeError('a draft is not imported')\n",
    "src/letting/defs/notes/README.md": "no module here\n",
}


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project of three hand-written assets, one of them partitioned; the test stands in its folder."""
    root = tmp_path / "letting"
    for name, text in FILES.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    monkeypatch.chdir(root)
    return root


@pytest.fixture
def write_notebook(tmp_path: Path) -> Callable[..., Path]:
    """Give a function that writes a notebook: each cell is its source, or source and tags."""

    def write(path: Path, *cells: str | tuple[str, list[str]]) -> Path:
        made: list[dict[str, Any]] = []
        for number, cell in enumerate(cells, start=1):
            source, tags = cell if isinstance(cell, tuple) else (cell, [])
            made.append(
                {
                    "cell_type": "code",
                    "id": f"cell-{number}",
                    "metadata": {"tags": tags} if tags else {},
                    "execution_count": None,
                    "outputs": [],
                    "source": source,
                }
            )
        kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
        notebook = {"cells": made, "metadata": {"kernelspec": kernel}, "nbformat": 4, "nbformat_minor": 5}
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(notebook), encoding="utf-8")
        return path

    return write
