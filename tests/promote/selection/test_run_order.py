"""The order in which cells were last run: told where what the notebook shows may be of older values."""

from __future__ import annotations

import json

import pytest

from promote.notebook.read import parse
from promote.selection.run_order import told_of_order
from promote.selection.select import select

Cells = list[tuple[str, object]]


def told(cells: Cells) -> list[tuple[int | None, str]]:
    made = [
        {"cell_type": "code", "execution_count": count, "metadata": {"tags": tags.split()}, "source": "rents = [1]"}
        for tags, count in cells
    ]
    notebook = parse(json.dumps({"nbformat": 4, "cells": made}).encode(), "notebooks/a.ipynb")
    return [(found.location.cell, found.message) for found in told_of_order(select(notebook))]


def test_a_cell_that_was_run_before_one_above_it_is_told_once() -> None:
    [(cell, message)] = told([("parameters", 9), ("silver:rents", 7), ("gold:total", 8), ("gold:total", 3)])
    assert cell == 2
    assert "([7]) before cell 1 above it ([9])" in message


@pytest.mark.parametrize(
    "cells",
    [
        [("silver:rents", 1), ("silver:rents", 2), ("gold:total", 40)],
        [("silver:rents", None), ("silver:rents", 2), ("gold:total", None)],
        [("", 9), ("silver:rents", 2), ("explore", 1), ("gold:total", 3)],
        [("silver:rents", True), ("silver:rents", "9"), ("silver:rents", 1.5), ("gold:total", [])],
    ],
    ids=["in order", "never run, or cleared", "untagged cells", "no counts"],
)
def test_nothing_is_told_where_tagged_cells_were_run_in_order(cells: Cells) -> None:
    assert told(cells) == []
