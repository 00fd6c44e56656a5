"""Notebooks of a few lines for the merges."""

from __future__ import annotations

from typing import Any


def cell(name: str, source: str, *tags: str, kind: str = "code", **more: Any) -> dict[str, Any]:
    """Give a cell with an id; an empty id leaves it out."""
    made: dict[str, Any] = {"cell_type": kind}
    made |= {"execution_count": None, "outputs": []} if kind == "code" else {}
    made |= {"id": name} if name else {}
    return made | {"metadata": {"tags": list(tags)} if tags else {}, "source": source.splitlines(keepends=True)} | more


def notebook(*cells: dict[str, Any], **metadata: Any) -> dict[str, Any]:
    """Give a notebook."""
    return {"cells": list(cells), "metadata": metadata, "nbformat": 4, "nbformat_minor": 5}


def sources(made: dict[str, Any]) -> list[str]:
    """Give the source of each cell."""
    return ["".join(one["source"]) for one in made["cells"]]
