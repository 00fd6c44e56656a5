"""CPU of `workbench review` of 20 changed steps, against `import dagster` in the same run.

    .venv/bin/python benchmarks/bench_review.py [STEPS]

Whole processes, imports and git's own included, started in turn from the same environment, with every module compiled
in a folder of the benchmark's own, as an installer leaves them. The project has STEPS promoted steps (200), of which 20
differ between two commits.

Budget: each format less than one `import dagster`. Exits 1 beyond it.
"""

from __future__ import annotations

import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

from measure import environment, notebook, process_seconds, project, sources

from promote.hashing import body_hash

RUNS = 7
CHANGED = 20
BUDGET = 1.0
A_NOTEBOOK = 9  # steps of one notebook of `measure.notebook`
GIT = shutil.which("git") or "git"


_TEST = """

def test_{0}(frame: dict[str, list[int]]) -> None:
    given = {{"town": [1, 2, 3], "rent": [700, 800, 900]}}
    assert frame["town"] == given["town"], "test {0}"
"""


def git(root: Path, *arguments: str) -> None:
    who = ["-c", "user.name=bench", "-c", "user.email=bench@example.org"]
    subprocess.run([GIT, *who, *arguments], cwd=root, check=True, capture_output=True)


def marked_as_run(root: Path) -> None:
    """Fill the evidence as a run does, so that a review reads all of it."""
    frame = {"kind": "lazy", "rows": 1000, "digest": "d", "schema": {f"column_{n}": "String" for n in range(20)}}
    for path in sorted((root / "evidence").rglob("*.json")):
        content = json.loads(path.read_text())
        module = root / f"src/bench/defs/{path.parent.name}/{path.stem}.py"
        module.write_text("".join(line for line in module.open() if not line.startswith("# UNVERIFIED")))
        name = f"tests/assets/test_{path.stem}.py"
        test = f'"""Tests of {path.stem}."""\n' + "".join(map(_TEST.format, range(30)))
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(test)
        content |= {
            "verified": True,
            "files": {**content["files"], name: body_hash(test)},
            "inputs": {f"raw_{path.stem.rpartition('_')[2]}": {**frame, "code_version": ""}},
            "output": frame,
            "parity": {"verdict": "equal", "order": "compared"},
            "checks": [{"name": "no_nulls", "passed": True, "severity": "error"}],
            "tests": {"passed": 5, "mutants": {"killed": 9, "survived": []}},
        }
        path.write_text(json.dumps(content, indent=2))


def promoted(root: Path, books: dict[str, dict[str, object]], env: dict[str, str]) -> None:
    """Promote notebooks without a run, and commit what comes of it."""
    for name, content in books.items():
        (root / "notebooks" / name).write_text(json.dumps(content))
    paths = [f"notebooks/{name}" for name in books]
    process_seconds([str(Path(sys.executable).parent / "promote"), "--no-run", "--force", *paths], root, env)
    marked_as_run(root)
    git(root, "add", "-A")
    git(root, "commit", "-q", "-m", "promoted")


def changed(content: dict[str, object]) -> dict[str, object]:
    """Change every step of a notebook."""
    cells = content["cells"]
    assert isinstance(cells, list)  # noqa: S101 - it is one of ours
    new = [
        {**cell, "source": text.replace(">= LEAST", "> LEAST")}
        for cell, text in zip(cells, sources(content), strict=True)
    ]
    return {**content, "cells": new}


def main() -> int:
    """Measure, print and judge."""
    steps = int(sys.argv[1]) if len(sys.argv) > 1 else 200
    few = notebook(3 + 3 * (CHANGED - 2 * A_NOTEBOOK), "x")
    books = {f"n{n}.ipynb": notebook(30, str(n)) for n in range(-(-(steps - len(range(18, CHANGED))) // A_NOTEBOOK))}
    books["x.ipynb"] = few
    with tempfile.TemporaryDirectory() as folder:
        root = project(Path(folder) / "project", books)
        env = {**environment(None), "PYTHONPYCACHEPREFIX": str(Path(folder) / "compiled")}
        env.pop("PYTHONDONTWRITEBYTECODE", None)
        git(root, "init", "-q")
        promoted(root, books, env)
        promoted(root, {name: changed(books[name]) for name in ("n0.ipynb", "n1.ipynb", "x.ipynb")}, env)
        review = [str(Path(sys.executable).parent / "workbench"), "review", "HEAD~1..HEAD", "--format"]
        found = json.loads(subprocess.run([*review, "json"], cwd=root, env=env, check=True, capture_output=True).stdout)
        standings = [one["evidence"]["standing"] for one in found["assets"]]
        assert standings == ["proven"] * CHANGED, found["assets"][0]["evidence"]  # noqa: S101 - else another thing is measured
        commands = {"import dagster": [sys.executable, "-c", "import dagster"]}
        commands |= {f"review, {form}": [*review, form] for form in ("markdown", "html", "json")}
        rows: dict[str, list[float]] = {}
        for number in range(RUNS + 1):
            for name, command in commands.items():
                seconds = process_seconds(command, root, env)
                if number:  # the first round compiles and warms the caches
                    rows.setdefault(name, []).append(seconds)
    times = {name: statistics.median(each) for name, each in rows.items()}
    base = times["import dagster"]
    print(f"{CHANGED} changed of {len(found['assets']) + found['unchanged']} promoted steps:")
    for name, seconds in times.items():
        print(f"  {name:18} {seconds * 1000:7.1f} ms CPU   {seconds / base:5.2f} of import dagster")
    good = all(seconds < BUDGET * base for name, seconds in times.items() if name.startswith("review"))
    print(f"budget: each below {BUDGET} of import dagster: {'met' if good else 'missed'}")
    return 0 if good else 1


if __name__ == "__main__":
    os.environ.pop("PYTHONPYCACHEPREFIX", None)
    raise SystemExit(main())
