"""A small project for the tests of verification: plain Dagster assets on the lake, and notebooks as values."""

from __future__ import annotations

import hashlib
from pathlib import Path

from promote.model import Cell, Notebook

DEFINITIONS = """
import importlib, pkgutil
import dagster as dg
import polars as pl
from platform_core.lake import Lake
from platform_core.frames import convert
from mini import defs as folder

class LakeIO(dg.IOManager):
    def handle_output(self, context, value):
        if value is not None:
            key = context.partition_key if context.has_partition_key else None
            Lake.of_project().write("silver", context.asset_key.path[-1], value, key)

    def load_input(self, context):
        return Lake.of_project().read(context.asset_key.path[-1], "lazy")

modules = [importlib.import_module(f"mini.defs.{m.name}") for m in pkgutil.iter_modules(folder.__path__)]
defs = dg.Definitions(
    assets=dg.load_assets_from_modules(modules),
    asset_checks=dg.load_asset_checks_from_modules(modules),
    resources={"io_manager": LakeIO()},
)
"""

RENTS = """
import dagster as dg
import polars as pl

class RentsConfig(dg.Config):
    minimum: int = 1

@dg.asset
def rents(config: RentsConfig) -> pl.LazyFrame:
    return pl.LazyFrame({"id": [1, 2, 3], "rent": [900.0, 1100.5, 0.1 + 0.2]}).filter(pl.col("id") >= config.minimum)

@dg.asset_check(asset=rents, blocking=True)
def few(rents):
    return dg.AssetCheckResult(passed=rents.collect().height < 3, severity=dg.AssetCheckSeverity.ERROR)

@dg.asset_check(asset=rents)
def some(rents):
    return dg.AssetCheckResult(passed=rents.collect().height > 0, severity=dg.AssetCheckSeverity.WARN)
"""

YEARS = """
import os
from pathlib import Path
import dagster as dg
import polars as pl

@dg.asset(partitions_def=dg.StaticPartitionsDefinition(["2024", "2025"]))
def years(context) -> pl.LazyFrame:
    replayed = os.environ.get("WORKBENCH_REPLAY")
    root = Path(replayed) if replayed else Path(os.environ["WORKBENCH_PROJECT"], "sources")
    return pl.scan_csv(root / f"{context.partition_key}.csv")

@dg.asset
def total(years: pl.LazyFrame) -> pl.LazyFrame:
    return years.select(pl.col("n").sum())
"""


def make_project(folder: Path) -> Path:
    """Write the project: `rents` with checks and config, `years` with partitions, `total` of all of them."""
    files = {
        "pyproject.toml": '[project]\nname = "mini"\n[tool.workbench]\npackage = "mini"\n',
        "src/mini/__init__.py": "",
        "src/mini/definitions.py": DEFINITIONS,
        "src/mini/defs/__init__.py": "",
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
