"""Run a notebook's code cells in this process, as a kernel would, and keep what they give."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

from platform_core.lake import Lake
from tests.template.support import REPORT_DATES, cells, notebooks, steps, tags


def execute(notebook: Path, **parameters: str) -> tuple[dict[str, Any], dict[str, tuple[Any, Any]]]:
    """Run a notebook in its own folder.

    Returns:
        What its names are bound to at the end, and `given` and `expected` of each of its test cells.
    """
    # A module of its own, since pandera looks up a contract's annotations in the module of its class
    module = ModuleType(f"notebook_{notebook.stem}")
    sys.modules[module.__name__] = module
    names = vars(module)
    examples = {}
    before = Path.cwd()
    os.chdir(notebook.parent)
    try:
        for cell in cells(notebook):
            if cell["cell_type"] != "code":
                continue
            exec(compile(cell["source"], f"{notebook.name}:{cell['id']}", "exec"), names)  # noqa: S102 - the template's own code
            names.update(parameters if "parameters" in tags(cell) else {})
            for tag in tags(cell):
                if tag.startswith("test:"):
                    examples[tag.removeprefix("test:")] = (names["given"], names["expected"])
    finally:
        os.chdir(before)
    return names, examples


def fill_lake(project: Path) -> None:
    """Write what every step of the project's notebooks gives to its lake."""
    lake = Lake.of_project(project)
    for notebook in notebooks(project):
        options = steps(notebook)
        keys = REPORT_DATES if any("partitions" in option for option in options.values()) else (None,)
        for key in keys:
            names, _ = execute(notebook, **({} if key is None else {"report_date": key}))
            for tag in options:
                layer, _, asset = tag.partition(":")
                lake.write(layer, asset, names[asset], partition=key)
