"""What the benchmarks share: the notebook they are about, and CPU time of whole processes and of calls."""

from __future__ import annotations

import json
import os
import resource
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

BARE = "import json, ast, tokenize, argparse"


def notebook(cells: int = 30, mark: str = "") -> dict[str, object]:
    """Give a notebook of code cells: imports, helpers, steps of two cells each, a look at each step between them.

    Args:
        cells: How many cells; three to a step, and three around them.
        mark: What stands in the names, so that notebooks of one project make different assets.
    """
    made: list[tuple[str, str]] = [
        ("", "import polars as pl\n\nfrom platform_core.sdk import load_asset"),
        ("helpers", "LEAST = 3"),
    ]
    for n in range((cells - 3) // 3):
        name = f"table{mark}_{n}"
        made += [
            (f"silver:{name}", f"#| key: [town]\n#| checks: [no_nulls]\nraw_{n} = load_asset('raw_{n}')"),
            (f"silver:{name}", f"{name} = raw_{n}.filter(pl.col('rent') >= LEAST).sort('town')"),
            ("", f"{name}.head(5).collect()"),
        ]
    made += [("", "# the end")] * (cells - len(made))
    content: list[dict[str, object]] = [
        {"cell_type": "code", "metadata": {"tags": t.split()}, "source": s, "outputs": [], "execution_count": None}
        for t, s in made
    ]
    spec = {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}
    return {"nbformat": 4, "nbformat_minor": 4, "metadata": spec, "cells": content}


def project(root: Path, notebooks: Mapping[str, dict[str, object]]) -> Path:
    """Write a project that holds the notebooks."""
    (root / "notebooks").mkdir(parents=True)
    (root / "pyproject.toml").write_text('[tool.workbench]\npackage = "bench"\n')
    for name, content in notebooks.items():
        (root / "notebooks" / name).write_text(json.dumps(content))
    return root


def sources(content: Mapping[str, object]) -> list[str]:
    """Give the sources of a notebook's cells."""
    cells = content["cells"]
    assert isinstance(cells, list)  # noqa: S101 - it is one of ours
    return [cell["source"] for cell in cells]


def environment(cache: Path | None) -> dict[str, str]:
    """Give this process's environment, with the memory of checks at `cache`, or off."""
    return {**os.environ, "WORKBENCH_CACHE": str(cache) if cache else "off"}


def process_seconds(
    command: Sequence[str], cwd: Path, env: Mapping[str, str] | None = None, expected: Sequence[int] = (0,)
) -> float:
    """Run a command to its end and give the CPU seconds, user and system, that it and its children took."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    done = subprocess.run(command, cwd=cwd, env=env, capture_output=True, text=True, check=False)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    if done.returncode not in expected:
        raise SystemExit(f"{command} ended with {done.returncode}: {done.stderr[-500:]}")
    return (after.ru_utime - before.ru_utime) + (after.ru_stime - before.ru_stime)


def call_seconds(call: Callable[[], object], times: int = 1) -> float:
    """Give the least CPU seconds that a call took."""
    least = float("inf")
    for _ in range(times):
        before = time.process_time()
        call()
        least = min(least, time.process_time() - before)
    return least
