"""A small project for the tests of verification: assets as promotion writes them, and notebooks as values."""

from __future__ import annotations

import hashlib
from pathlib import Path

from promote.model import Cell, Notebook

DEFINITIONS = """
from workbench.definitions import load_definitions

defs = load_definitions(__file__)
"""

CONFIG = """
resources:
  sheets: {type: files, root: sources}
partitions:
  years: ["2024", "2025"]
"""

RENTS = """
import dagster as dg
import polars as pl
from platform_core.sdk import silver_asset
from platform_core.sdk.decorators import fargate_compute

class RentsConfig(dg.Config):
    minimum: int = 1

@silver_asset(name="rents", description="Rents.")
@fargate_compute(cpu_units=512, memory_mb=1024)
def rents_asset(context: dg.AssetExecutionContext, config: RentsConfig) -> pl.LazyFrame:
    return pl.LazyFrame({"id": [1, 2, 3], "rent": [900.0, 1100.5, 0.1 + 0.2]}).filter(pl.col("id") >= config.minimum)

@dg.asset_check(asset="rents", blocking=True)
def few(rents: pl.LazyFrame):
    return dg.AssetCheckResult(passed=rents.collect().height < 3, severity=dg.AssetCheckSeverity.ERROR)

@dg.asset_check(asset="rents")
def some(rents: pl.LazyFrame):
    return dg.AssetCheckResult(passed=rents.collect().height > 0, severity=dg.AssetCheckSeverity.WARN)
"""

YEARS = """
import dagster as dg
import polars as pl
from platform_core.partitions import static_partitions
from platform_core.resources import FilesResource
from platform_core.sdk import bronze_asset, silver_asset

@bronze_asset(name="years", partitions_def=static_partitions("years"))
def years_asset(context: dg.AssetExecutionContext, sheets: FilesResource) -> pl.LazyFrame:
    return pl.scan_csv(sheets.path(f"{context.partition_key}.csv"))

@silver_asset(name="total")
def total_asset(years: pl.LazyFrame) -> pl.LazyFrame:
    return years.select(pl.col("n").sum())
"""


def make_project(folder: Path) -> Path:
    """Write the project: `rents` with checks and config, `years` with partitions, `total` of all of them."""
    files = {
        "pyproject.toml": '[project]\nname = "mini"\n[tool.workbench]\npackage = "mini"\n',
        "src/mini/__init__.py": "",
        "src/mini/definitions.py": DEFINITIONS,
        "src/mini/defs/__init__.py": "",
        "config/base.yaml": CONFIG,
        "src/mini/defs/rents.py": RENTS,
        "src/mini/defs/years.py": YEARS,
        "sources/2024.csv": "n\n1\n2\n",
        "sources/2025.csv": "n\n10\n",
        "notebooks/silver/rents.ipynb": "not even a notebook",
        "data/lake/silver/rents.parquet": "the project's own",
        ".git/HEAD": "ref: refs/heads/main\n",
    }
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return folder


def notebook(*cells: str | tuple[str, str], path: str = "notebooks/silver/rents.ipynb") -> Notebook:
    """Give a notebook of code cells: sources, or pairs of tags (separated by commas) and source."""
    made = []
    for at, cell in enumerate(cells):
        tags, source = cell if isinstance(cell, tuple) else ("", cell)
        made.append(Cell(at + 1, f"id{at + 1}", "code", source, tuple(filter(None, tags.split(",")))))
    return Notebook(path, tuple(made))


def fingerprint(folder: Path) -> str:
    """Hash every file, link and folder under a folder: names, kinds, modes, contents and times of change."""
    made = hashlib.sha256()
    for path in sorted(folder.rglob("*")):
        facts = path.lstat()
        made.update(f"{path.relative_to(folder)} {facts.st_mode} {facts.st_mtime_ns}\n".encode())
        if path.is_file() and not path.is_symlink():
            made.update(path.read_bytes())
    return made.hexdigest()
