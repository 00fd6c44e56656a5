"""Notebooks made of a few words, for every test of the compiler."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from promote.model import Notebook
from promote.notebook.read import parse

CellText = tuple[str, str] | tuple[str, str, dict[str, Any]]


@pytest.fixture
def notebook_json() -> Callable[..., bytes]:
    """Give the bytes of a notebook of cells `(tags, source)`; `md` in place of tags makes a markdown cell."""
    return _bytes


@pytest.fixture
def notebook_of() -> Callable[..., Notebook]:
    """Give the same as a notebook that was read, under the path notebooks/a.ipynb."""
    return lambda *cells: parse(_bytes(*cells), "notebooks/a.ipynb")


@pytest.fixture
def data_project(tmp_path: Path) -> Path:
    """Make an empty data project and give its root."""
    root = tmp_path / "project"
    (root / "notebooks").mkdir(parents=True)
    (root / "pyproject.toml").write_text('[tool.workbench]\npackage = "planning"\n', encoding="utf-8")
    return root


def _bytes(*cells: CellText) -> bytes:
    return json.dumps(
        {"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": [_cell(*c) for c in cells]}
    ).encode()


def _cell(tags: str, source: str, options: dict[str, Any] | None = None) -> dict[str, Any]:
    metadata: dict[str, Any] = {"tags": [tag for tag in tags.split(",") if tag and tags != "md"]}
    if options is not None:
        metadata["workbench"] = options
    return {"cell_type": "markdown" if tags == "md" else "code", "metadata": metadata, "source": source}
