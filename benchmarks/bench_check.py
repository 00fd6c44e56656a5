"""CPU of `promote --check` on one 30-cell notebook, against nbconvert and bare Python in the same run.

    .venv/bin/python benchmarks/bench_check.py

Whole processes, user and system time of each finished child. The budget is 0.10 of `jupyter nbconvert --to script`.
Exits 1 where the median ratio is above it.
"""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

RUNS = 7
BUDGET = 0.10
BARE = "import json, ast, tokenize, argparse"


def notebook() -> dict[str, object]:
    """Give a notebook of thirty code cells: imports, helpers, ten steps of two cells, exploration between them."""
    cells: list[tuple[str, str]] = [
        ("", "import polars as pl\n\nfrom platform_core.sdk import load_asset"),
        ("helpers", "LEAST = 3"),
    ]
    for n in range(9):
        cells += [
            (f"silver:table_{n}", f"#| key: [town]\n#| checks: [no_nulls]\nraw_{n} = load_asset('raw_{n}')"),
            (f"silver:table_{n}", f"table_{n} = raw_{n}.filter(pl.col('rent') >= LEAST).sort('town')"),
            ("", f"table_{n}.head(5).collect()"),
        ]
    cells.append(("", "# the end"))
    assert len(cells) == 30  # noqa: S101 - the size is the benchmark
    made: list[dict[str, object]] = [
        {"cell_type": "code", "metadata": {"tags": t.split()}, "source": s, "outputs": [], "execution_count": None}
        for t, s in cells
    ]
    spec = {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}
    return {"nbformat": 4, "nbformat_minor": 4, "metadata": spec, "cells": made}


def cpu(command: list[str], cwd: Path, expected: tuple[int, ...] = (0,)) -> float:
    """Run a command to its end and give the CPU seconds that it and its children took."""
    before = os.times()
    done = subprocess.run(command, cwd=cwd, capture_output=True, text=True, check=False)
    after = os.times()
    if done.returncode not in expected:
        raise SystemExit(f"{command} ended with {done.returncode}: {done.stderr[-500:]}")
    return (after.children_user - before.children_user) + (after.children_system - before.children_system)


def main() -> int:
    """Measure, print and judge."""
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        (root / "notebooks").mkdir()
        (root / "pyproject.toml").write_text('[tool.workbench]\npackage = "bench"\n')
        (root / "notebooks/a.ipynb").write_text(json.dumps(notebook()))
        bin_folder = Path(sys.executable).parent
        promote = [str(bin_folder / "promote"), "--check", "notebooks/a.ipynb"]
        cpu([str(bin_folder / "promote"), "--no-run", "notebooks/a.ipynb"], root)
        convert = [str(bin_folder / "jupyter"), "nbconvert", "--to", "script", "--stdout", "notebooks/a.ipynb"]
        bare = [sys.executable, "-c", BARE]
        rows = []
        for number in range(RUNS + 1):
            row = (cpu(promote, root, (0, 1)), cpu(convert, root), cpu(bare, root))
            rows += [row] if number else []  # the first warms the caches
    ours, peer, base = (statistics.median(column) for column in zip(*rows, strict=True))
    ratio = statistics.median(a / b for a, b, _ in rows)
    print(f"promote --check, 30 cells   {ours:.3f} CPU seconds")
    print(f"nbconvert --to script       {peer:.3f} CPU seconds, ratio {ratio:.3f} (budget {BUDGET})")
    print(f"python -c '{BARE}'   {base:.3f} CPU seconds, ratio {ours / base:.2f}")
    return 0 if ratio <= BUDGET else 1


if __name__ == "__main__":
    raise SystemExit(main())
