"""The golden folders: what is rendered and found, byte for byte, and that it gives what the notebook gave.

`WORKBENCH_UPDATE_GOLDEN=1 pytest tests/promote/test_golden.py` writes them anew; look at the difference.
"""

from __future__ import annotations

import ast
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.promote.golden_notebooks import NOTEBOOKS
from tests.promote.golden_rendering import rendered
from tests.promote.graph import compare
from tests.promote.notebooks import notebook

GOLDEN = Path(__file__).parents[1] / "golden"
UPDATE = os.environ.get("WORKBENCH_UPDATE_GOLDEN") == "1"
RUNNABLE = ("functions_read_globals", "changed_in_place", "changed_by_exploration", "computed_by_exploration",
            "interleaved_steps", "names_that_clash", "hidden_state", "changed_process", "text_as_written",
            "closures_and_classes", "shown_and_drawn", "only_what_is_needed", "a_slice_that_two_steps_share",
            "definitions_that_steps_share")  # fmt: skip


@pytest.mark.parametrize("name", NOTEBOOKS)
def test_a_golden_folder_is_what_promotion_makes(name: str) -> None:
    folder = GOLDEN / name
    raw = notebook(NOTEBOOKS[name])
    files = rendered(raw, name)
    if UPDATE:
        for old in (p for p in folder.rglob("*") if p.is_file()):
            old.unlink()
        for path, text in {"notebook.ipynb": raw.decode() + "\n", **files}.items():
            (folder / path).parent.mkdir(parents=True, exist_ok=True)
            (folder / path).write_text(text, encoding="utf-8")
    kept = {
        p.relative_to(folder).as_posix(): p.read_text(encoding="utf-8")
        for p in folder.rglob("*")
        if p.is_file() and p.suffix in {".py", ".txt"}
    }
    assert kept == files
    assert (folder / "notebook.ipynb").read_bytes() == raw + b"\n"
    assert rendered((folder / "notebook.ipynb").read_bytes(), name) == files
    for path, text in files.items():
        if path.endswith(".py"):
            ast.parse(text)


@pytest.mark.parametrize("name", RUNNABLE)
@pytest.mark.parametrize("needed", [False, True])
def test_what_a_golden_folder_holds_gives_what_the_notebook_gave(name: str, needed: bool) -> None:
    verdict = compare(NOTEBOOKS[name], include_needed=needed)
    assert not verdict.wrong
    if needed:
        assert set(verdict.steps.values()) == {"same"}


def test_the_bytes_are_the_same_under_any_hash_seed() -> None:
    program = (
        "import hashlib; from tests.promote.golden_rendering import rendered\n"
        "from tests.promote.golden_notebooks import LOOKED_UP, NOTEBOOKS\n"
        "from tests.promote.notebooks import notebook\n"
        "every = {**NOTEBOOKS, 'looked_up': LOOKED_UP}.items()\n"
        "print(hashlib.sha256(repr([rendered(notebook(c), n) for n, c in every]).encode()).hexdigest())"
    )
    root = Path(__file__).parents[2]
    seen = {
        subprocess.run(
            [sys.executable, "-c", program], cwd=root, env={**os.environ, "PYTHONHASHSEED": seed},
            capture_output=True, text=True, check=True,
        ).stdout
        for seed in ("1", "2", "77")
    }  # fmt: skip
    assert len(seen) == 1
