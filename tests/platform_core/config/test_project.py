"""Finding the project."""

from __future__ import annotations

from pathlib import Path

import pytest

from platform_core.config import find_project
from platform_core.errors import UserError


@pytest.fixture
def project(tmp_path: Path) -> Path:
    folder = tmp_path / "project"
    (folder / "notebooks" / "bronze").mkdir(parents=True)
    (folder / "pyproject.toml").write_text('[tool.workbench]\npackage = "p"\n')
    return folder


def test_it_is_the_nearest_one_above(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(project / "notebooks" / "bronze")
    assert find_project() == project
    assert find_project(project / "notebooks") == project


def test_another_tools_pyproject_on_the_way_is_passed_over(project: Path) -> None:
    (project / "notebooks" / "pyproject.toml").write_text("[tool.other]\nworkbench = 1\n")
    assert find_project(project / "notebooks" / "bronze") == project


def test_the_variable_names_it(project: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("WORKBENCH_PROJECT", str(project))
    assert find_project() == project


def test_a_variable_that_names_no_project_is_an_error(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WORKBENCH_PROJECT", str(project / "notebooks"))
    with pytest.raises(UserError, match="WORKBENCH_PROJECT names no data project"):
        find_project()


def test_none_is_an_error_with_a_way_out(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="workbench new"):
        find_project(tmp_path)


@pytest.mark.parametrize(("content", "message"), [(b"[tool\n", "not valid TOML"), (b"\xff", "UnicodeDecodeError")])
def test_a_broken_pyproject_is_an_error(tmp_path: Path, content: bytes, message: str) -> None:
    (tmp_path / "pyproject.toml").write_bytes(content)
    with pytest.raises(UserError, match=message):
        find_project(tmp_path)
