"""CPU of `workbench run` against papermill itself, in the same run and from the same environment.

    .venv/bin/python benchmarks/bench_run.py

Whole processes with their kernels, started in turn: the console script and papermill's, on a notebook of thirty cells
that print, with a parameter. Once more with `--keep`, which is shown and has no budget. The median of pairs counts.
Budget: at most 1.1 of papermill. Exits 1 beyond it.
"""

from __future__ import annotations

import json
import os
import statistics
import sys
import tempfile
from pathlib import Path

from measure import process_seconds, project

RUNS = 5
CELLS = 30
BUDGET = 1.1


def notebook() -> dict[str, object]:
    """Give the notebook: a parameters cell, then cells that compute and print a little."""
    sources = ["n = 1", *(f"total_{i} = sum(range(n * {i}))\nprint(total_{i})" for i in range(CELLS - 1))]
    cells: list[dict[str, object]] = [
        {
            "cell_type": "code",
            "id": f"c{i}",
            "metadata": {"tags": ["parameters"]} if i == 0 else {},
            "source": source,
            "outputs": [],
            "execution_count": None,
        }
        for i, source in enumerate(sources)
    ]
    spec = {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}
    return {"nbformat": 4, "nbformat_minor": 5, "metadata": spec, "cells": cells}


def main() -> int:
    """Measure, print and judge."""
    here = Path(sys.executable).parent
    with tempfile.TemporaryDirectory() as folder:
        root = project(Path(folder) / "project", {})
        path = root / "notebooks/a.ipynb"
        path.write_text(json.dumps(notebook()))
        env = {**os.environ, "PYTHONPYCACHEPREFIX": str(Path(folder) / "compiled"), "NO_COLOR": "1"}
        env.pop("PYTHONDONTWRITEBYTECODE", None)
        ours = [str(here / "workbench"), "run", str(path), "-p", "n", "3"]
        commands = {
            "papermill": [str(here / "papermill"), "--no-progress-bar", str(path), "out.ipynb", "-p", "n", "3"],
            "workbench run": ours,
            "workbench run --keep": [*ours, "--keep", "1"],
        }
        rows: dict[str, list[float]] = {name: [] for name in commands}
        for number in range(RUNS + 1):
            for name, command in commands.items():
                seconds = process_seconds(command, root, env)
                if number:  # the first round compiles
                    rows[name].append(seconds)
    for name, times in rows.items():
        ratios = [one / peer for one, peer in zip(times, rows["papermill"], strict=True)]
        print(f"{name:22} {statistics.median(times) * 1000:7.0f} ms CPU  {statistics.median(ratios):5.2f} of papermill")
    ratio = statistics.median(a / b for a, b in zip(rows["workbench run"], rows["papermill"], strict=True))
    print(f"budget: at most {BUDGET} of papermill: {'met' if ratio <= BUDGET else 'missed'}")
    return 0 if ratio <= BUDGET else 1


if __name__ == "__main__":
    raise SystemExit(main())
