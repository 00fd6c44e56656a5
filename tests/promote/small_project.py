"""A data project small enough to read, with real definitions, for tests that promote into it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

Cells = Sequence[tuple[str, str]]

FILES = {
    "pyproject.toml": '[project]\nname = "rents"\n[tool.workbench]\npackage = "rents"\n',
    "config/base.yaml": (
        "lake: data/lake\nresources:\n  towns: {type: files, root: sources/towns}\n"
        'partitions:\n  years: ["2023", "2024"]\n'
    ),
    "src/rents/__init__.py": '"""Rents."""\n',
    "src/rents/defs/__init__.py": "",
    "src/rents/definitions.py": (
        "from workbench.definitions import load_definitions\n\ndefs = load_definitions(__file__)\n"
    ),
    "sources/towns/2023.csv": "town,rent\nAmbridge,900\nBorchester,1100\nBorchester,\n",
    "sources/towns/2024.csv": "town,rent\nAmbridge,950\nBorchester,1200\nFelpersham,700\n",
}

HARVEST: Cells = (
    ("", "import polars as pl\n\nfrom platform_core.sdk import load_asset, resource"),
    ("parameters", 'year = "2024"'),
    (
        "bronze:raw_rents",
        "#| partitions: {by: static, values: years, parameter: year}\n#| description: Rents as published\n"
        'raw_rents = pl.scan_csv(resource("towns").path(f"{year}.csv")).with_columns(year=pl.lit(year))',
    ),
)
CLEAN: Cells = (
    ("md", "# Rents\nRents by town, blanks left out."),
    ("", "import polars as pl\n\nfrom platform_core.sdk import load_asset"),
    ("helpers", "LOWEST = 800"),
    (
        "silver:rents",
        "#| key: [town, year]\n#| checks: [no_nulls, unique_values]\n"
        'raw = load_asset("raw_rents")\n'
        'rents = raw.drop_nulls().filter(pl.col("rent") >= LOWEST).sort("town", "year")\nrents.head()',
    ),
    ("check:rents", "assert rents.select(pl.len()).collect().item() > 0"),
    ("gold:rent_by_town", 'rent_by_town = rents.group_by("town").agg(pl.col("rent").mean()).collect()'),
)


def make_project(root: Path, notebooks: Mapping[str, Cells]) -> Path:
    """Write the project with notebooks by path under `notebooks/`."""
    for name, text in FILES.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    for name, cells in notebooks.items():
        write_notebook(root / "notebooks" / name, cells)
    return root


def write_notebook(path: Path, cells: Cells) -> Path:
    """Write a notebook of `(tags, source)` cells."""
    path.parent.mkdir(parents=True, exist_ok=True)
    content = {"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": [_cell(*c) for c in cells]}
    path.write_text(json.dumps(content), encoding="utf-8")
    return path


def _cell(tags: str, source: str) -> dict[str, Any]:
    if tags == "md":
        return {"cell_type": "markdown", "metadata": {}, "source": source}
    metadata = {"tags": tags.split()} if tags else {}
    return {"cell_type": "code", "metadata": metadata, "source": source, "outputs": [], "execution_count": None}


def tree(root: Path) -> dict[str, str]:
    """Give a digest of every file of a project, but for what Python and the lock of a write leave behind."""
    return {
        path.relative_to(root).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(root.rglob("*"))
        if path.is_file() and "__pycache__" not in path.parts and ".workbench" not in path.parts
    }
