"""Whatever is edited on either side: a pull brings both together with every edit, or refuses and writes nothing."""

from __future__ import annotations

import json
import random
import re
import shutil
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from promote.merge.parts import parts
from promote.outcome import Outcome
from tests.promote.merge.projects import CLEAN, NOTEBOOK, TAGS, check, codes, drifts, module, promote, promoted, pulled
from tests.promote.merge.random_edits import Editor
from tests.promote.small_project import Cells, tree

# Two steps share a constant and a function, which then stand in a module of helpers
SHARED: Cells = tuple(
    (tags, source.replace(">= LOWEST)", ">= LOWEST).pipe(capped, HIGHEST)")) for tags, source in CLEAN
)
# Two steps need statements of an untagged cell, which then stand in a function of that module
NEEDED: Cells = (
    *CLEAN[:3],
    ("", "# the most that is paid\nlimits = []\nfor more in (110, 120, 130):\n    limits.append(8500 + more)\nlimits"),
    CLEAN[4],
    CLEAN[5],
    (CLEAN[6][0], CLEAN[6][1].replace("HIGHEST)", "max(limits))")),
    CLEAN[7],
    (CLEAN[8][0], CLEAN[8][1].replace(">= LOWEST)", ">= LOWEST).pipe(capped, sum(limits))")),
)
_REFUSED = {"PR603", "PR615", "PR616", "PR617"}


@pytest.fixture(scope="module", params=[CLEAN, SHARED, NEEDED], ids=["alone", "shared", "needed"])
def original(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return promoted(tmp_path_factory.mktemp("project"), request.param, include_needed=request.param is NEEDED)


def test_edits_of_both_sides_come_together_or_are_refused(original: Path, tmp_path: Path, full_count: bool) -> None:
    ends: Counter[str] = Counter()
    for seed in range(4000 if full_count else 80):
        root = tmp_path / "project"
        shutil.copytree(original, root)
        ends[_one(root, seed)] += 1
        shutil.rmtree(root)
    assert set(ends) == {"merged", "refused", "untouched"}
    assert ends["merged"] > sum(ends.values()) / 3


def _one(root: Path, seed: int) -> str:
    rng = random.Random(seed)  # noqa: S311 - the same edits each time
    editor = Editor(root, rng)
    notebook_edits, module_edits = rng.choice([(0, 1), (0, 2), (1, 1), (1, 2), (2, 2), (2, 0)])
    for _ in range(notebook_edits):
        editor.edit_notebook()
    for _ in range(module_edits):
        editor.edit_module()
    before, notebook = tree(root), json.loads((root / NOTEBOOK).read_text())
    outcome = pulled(root)
    if outcome.exit_code:
        assert codes(outcome), seed
        assert tree(root) == before, seed
        return "refused"
    _keeps_what_no_edit_concerns(notebook, json.loads((root / NOTEBOOK).read_text()), outcome, seed)
    if not any(step.status == "pulled" for step in outcome.steps):
        assert tree(root) == before, seed
        return "untouched"
    assert not set(drifts(check(root)).values()) & {"module", "both"}, seed
    before = tree(root)
    assert {step.status for step in pulled(root).steps} == {"unchanged"}, seed
    assert tree(root) == before, seed
    modules = {tag: parts(module(root, tag).read_text()).essence for tag in TAGS if _is_pulled(outcome, tag)}
    assert promote(root).exit_code == 0, seed
    assert {tag: parts(module(root, tag).read_text()).essence for tag in modules} == modules, seed
    _has_every_edit(root, editor, seed)
    return "merged"


def _is_pulled(outcome: Outcome, tag: str) -> bool:
    return any(step.tag == tag and step.status == "pulled" for step in outcome.steps)


def _has_every_edit(root: Path, editor: Editor, seed: int) -> None:
    """Look for the marks of all edits, in the notebook and in what is promoted."""
    cells = json.loads((root / NOTEBOOK).read_text())["cells"]
    notebook = "\n".join("".join(cell["source"]) for cell in cells if cell["cell_type"] == "code")
    code = "\n".join(path.read_text() for path in sorted((root / "src").rglob("*.py")))
    for text in (notebook, code):
        numbers = set(re.findall(r"(?<![\w.])\d{2,}(?![\w.])", text.replace("extra_", "").replace("bound_", "")))
        assert editor.marks.there <= numbers, (seed, editor.marks.there - numbers, text)
    numbers = set(re.findall(r"(?<![\w.])\d{2,}(?![\w.])", notebook))
    assert editor.marks.noted <= numbers, seed
    assert not editor.marks.gone & numbers, (seed, editor.marks.gone & numbers)


def _keeps_what_no_edit_concerns(before: Any, after: Any, outcome: Outcome, seed: int) -> None:
    """Hold all of the notebook but the cells that were pulled into against what it was."""
    touched = {f.location.cell for f in outcome.findings if f.code == "PR619"}
    assert len(before["cells"]) == len(after["cells"]), seed
    pairs: Sequence[tuple[Any, Any]] = list(zip(before["cells"], after["cells"], strict=True))
    for number, (old, new) in enumerate(pairs, 1):
        assert {**old, "source": ""} == {**new, "source": ""}, seed
        assert number in touched or old == new, (seed, number)
    assert {**before, "cells": []} == {**after, "cells": []}, seed
