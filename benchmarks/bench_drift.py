"""CPU of `promote --check` on a project of 1,000 unchanged promoted steps, beyond what starting it costs.

    .venv/bin/python benchmarks/bench_drift.py [NOTEBOOKS]

A hundred notebooks of ten promoted steps each, with modules, evidence and tests as a verified promotion leaves them.
Whole processes: what a check of the project takes, less what one takes of a project with no notebook at all, over the
number of steps. `again` is a project that was checked before, as in a hook; `first` one that was not, as in CI.
Budget: again at most 0.3 ms a step. Exits 1 beyond it.
"""

from __future__ import annotations

import json
import statistics
import sys
import tempfile
from pathlib import Path

from measure import environment, process_seconds, project

STEPS = 10
RUNS = 5
BUDGET = 0.3  # milliseconds a step


def notebook(number: int) -> dict[str, object]:
    """Give a notebook of ten steps, each on the one before."""
    made = [("", "import polars as pl"), ("helpers", "LEAST = 3")]
    for step in range(STEPS):
        name = f"table_{number}_{step}"
        source = "pl.LazyFrame({'n': [1, 5]})" if not step else f"table_{number}_{step - 1}"
        made += [(f"silver:{name}", f"# why\n{name} = {source}.filter(pl.col('n') >= LEAST + {step}).sort('n')")]
    cells: list[dict[str, object]] = [
        {"cell_type": "code", "metadata": {"tags": t.split()}, "source": s, "outputs": [], "execution_count": None}
        for t, s in made
    ]
    return {"nbformat": 4, "nbformat_minor": 4, "metadata": {}, "cells": cells}


def promoted(root: Path) -> None:
    """Promote the project's notebooks without a run, and write down what one would have shown."""
    from promote.hashing import body_hash  # noqa: PLC0415 - the benchmark's own work
    from promote.outcome import Settings  # noqa: PLC0415 - as above
    from promote.pipeline import run  # noqa: PLC0415 - as above

    outcome = run(sorted((root / "notebooks").glob("*.ipynb")), Settings(project=root, run=False), lambda _: None)
    if outcome.exit_code:
        raise SystemExit(f"the notebooks cannot be promoted: {outcome.findings[:3]}")
    files = sorted((root / "evidence").rglob("*.json"))
    versions = {path.stem: json.loads(path.read_text())["code_version"] for path in files}
    frame = {"kind": "lazy", "rows": 3, "digest": "", "schema": {"n": "Int64"}}
    for path in files:
        content = json.loads(path.read_text())
        _, number, step = path.stem.split("_")
        read = [] if step == "0" else [f"table_{number}_{int(step) - 1}"]
        test = root / f"tests/assets/test_{path.stem}.py"
        test.parent.mkdir(parents=True, exist_ok=True)
        test.write_text(f'"""Test {path.stem}."""\n' + "def test_x() -> None: ...\n" * 20)
        content |= {
            "verified": True,
            "partition": None,
            "inputs": {name: {**frame, "code_version": versions[name]} for name in read},
            "output": frame,
            "parity": {"verdict": "equal", "order": "compared", "tolerance": None},
            "checks": [],
            "tests": {"passed": 1, "mutants": {}},
            "tools": {},
            "files": {**content["files"], f"tests/assets/test_{path.stem}.py": body_hash(test.read_text())},
        }
        path.write_text(json.dumps(content))
    for path in (root / "src").rglob("*.py"):
        lines = path.read_text().splitlines(keepends=True)
        path.write_text("".join(line for line in lines if not line.startswith("# UNVERIFIED")))


def main() -> int:
    """Measure, print and judge."""
    many = int(sys.argv[1]) if len(sys.argv) > 1 else 100
    steps = many * STEPS
    with tempfile.TemporaryDirectory() as folder:
        root = project(Path(folder) / "project", {f"n{number:03}.ipynb": notebook(number) for number in range(many)})
        empty = project(Path(folder) / "empty", {})
        promoted(root)
        command = [str(Path(sys.executable).parent / "promote"), "--check"]
        memory, none = environment(Path(folder) / "memory"), environment(None)
        times: dict[str, list[float]] = {"start": [], "again": [], "first": []}
        process_seconds(command, root, memory)
        for _ in range(RUNS):
            times["start"].append(process_seconds(command, empty, memory))
            times["again"].append(process_seconds(command, root, memory))
        for _ in range(2):
            times["first"].append(process_seconds(command, root, none))
    start = statistics.median(times["start"])
    each = {name: (statistics.median(times[name]) - start) * 1000 / steps for name in ("again", "first")}
    print(f"start, an empty project: {start * 1000:.1f} ms CPU")
    for name, milliseconds in each.items():
        print(f"check of {steps} unchanged steps, {name}: {milliseconds:.3f} ms CPU a step beyond it")
    print(f"budget: again at most {BUDGET} ms a step: {'met' if each['again'] <= BUDGET else 'missed'}")
    return 0 if each["again"] <= BUDGET else 1


if __name__ == "__main__":
    raise SystemExit(main())
