"""A repository with a small project for each test."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.workbench.gitted import save, start
from tests.workbench.merging.notebooks import cell, notebook


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A committed project whose one notebook promotes nothing; the test stands in its folder."""
    root = tmp_path / "project"
    (root / "notebooks").mkdir(parents=True)
    (root / "pyproject.toml").write_text('[tool.workbench]\npackage = "rents"\n')
    save(root / "notebooks/a.ipynb", notebook(cell("a", "a = 1"), cell("b", "a + 1")))
    start(root)
    for name in ("GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "WORKBENCH_PROJECT"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.chdir(root)
    return root
