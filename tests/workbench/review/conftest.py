"""A git repository for each test."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.workbench.review.projects import Repo


@pytest.fixture
def repo(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Repo:
    """An empty repository; the machine's own git settings and CI are out of sight."""
    for name in ("GITHUB_SERVER_URL", "GITHUB_REPOSITORY", "CI_PROJECT_URL", "GIT_DIR", "GIT_WORK_TREE"):
        monkeypatch.delenv(name, raising=False)
    return Repo(tmp_path / "project")
