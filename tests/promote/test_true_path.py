"""Notebooks of strangers on the whole true path: the command line, then Dagster with the project's own IO manager.

The notebook's cells run in one process, the promoted assets are made in another, and what the lake then holds is
compared with what the steps gave.
"""

from __future__ import annotations

import json
import os
import pickle
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests import warm
from tests.promote.graph import equal
from tests.promote.small_project import make_project
from tests.promote.soundness_cases import FOLDER, Case, read_cases

CELLS = """
import pickle, sys
from pathlib import Path
import pandas as pd, polars as pl
from promote.notebook.read import parse
from promote.plan import plan
from promote.selection.select import select
from tests.promote.graph import run_notebook
selection = select(parse(Path("notebooks/case.ipynb").read_bytes(), "notebooks/case.ipynb"))
given = run_notebook(selection, plan(selection, include_needed=True).plans, {})
given = {name: one.collect() if isinstance(one, pl.LazyFrame) else one for name, one in given.items()}
frames = all(isinstance(one, (pd.DataFrame, pl.DataFrame)) for one in given.values())
Path("cells.pickle").write_bytes(pickle.dumps(given if frames else None))
"""
ASSETS = """
import pickle, sys
from pathlib import Path
import dagster as dg, pandas as pd
sys.path.insert(0, "src")
from rents.definitions import defs
from platform_core.sdk import load_asset
defs.resolve_implicit_global_asset_job_def().execute_in_process(instance=dg.DagsterInstance.ephemeral())
given = pickle.loads(Path("cells.pickle").read_bytes())
kinds = {name: "pandas" if isinstance(one, pd.DataFrame) else "polars" for name, one in given.items()}
Path("assets.pickle").write_bytes(pickle.dumps({name: load_asset(name, as_=kind) for name, kind in kinds.items()}))
"""
CASES = [case for case in read_cases(FOLDER / "at_large" / "notebooks.txt") if not case.needed.told]


@pytest.mark.nightly
def test_the_lake_holds_what_the_notebook_gave(tmp_path: Path, full_count: bool) -> None:
    if not full_count:
        pytest.skip("promotes and makes the assets of many notebooks: `make test-nightly`")
    cases = enumerate(CASES[::4])
    told = {case.name: found for n, case in cases if (found := _on_the_true_path(tmp_path / str(n), case))}
    assert len(told) >= 20
    assert {name: found for name, found in told.items() if found != "same"} == {}


def _on_the_true_path(folder: Path, case: Case) -> str:
    """Say `same`, or what came out otherwise; empty where a step gives no frame, or only IPython runs the cells."""
    make_project(folder, {"case.ipynb": [(tags, source) for tags, source in case.cells]})
    root = Path(__file__).parents[2]
    env = {**os.environ, "PYTHONPATH": str(root), "MPLBACKEND": "agg"}
    cells = warm.run([sys.executable, "-c", CELLS], env=env, cwd=folder)
    held = folder / "cells.pickle"
    given: dict[str, Any] | None = pickle.loads(held.read_bytes()) if held.exists() else None  # noqa: S301 - our own
    if given is None or cells.returncode:
        return ""
    command = [
        sys.executable,
        "-m",
        "promote",
        "--no-run",
        "--include-needed",
        "--format",
        "json",
        "notebooks/case.ipynb",
    ]
    promoted = subprocess.run(command, cwd=folder, env=env, capture_output=True, text=True, check=False)
    if promoted.returncode:
        return str(json.loads(promoted.stdout)["findings"])
    made = warm.run([sys.executable, "-c", ASSETS], env=env, cwd=folder)
    if made.returncode:
        return made.stderr[-500:]
    stored = pickle.loads((folder / "assets.pickle").read_bytes())  # noqa: S301 - our own
    return ", ".join(name for name, one in given.items() if not equal(one, stored[name])) or "same"
