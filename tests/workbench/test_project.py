"""The project that a command works on."""

from __future__ import annotations

import resource
from pathlib import Path

import pytest

from platform_core.errors import UserError
from workbench.project import Project, find_project
from workbench.session import open_instance


def test_a_project_is_found_from_a_folder_inside(project: Path) -> None:
    found = find_project(project / "src" / "letting")
    assert found == Project(project.resolve(), "letting")
    assert found.relative(project / "data" / "a.txt") == "data/a.txt"
    assert found.relative(Path("/elsewhere/a.txt")) == "/elsewhere/a.txt"


@pytest.mark.parametrize(
    "table", ["[tool.workbench]\n", '[tool.workbench]\npackage = "a-b"\n', "[tool.workbench]\npackage = 3\n"]
)
def test_a_project_without_a_usable_package_is_refused(tmp_path: Path, table: str) -> None:
    (tmp_path / "pyproject.toml").write_text(table, encoding="utf-8")
    with pytest.raises(UserError, match="package"):
        find_project(tmp_path)


def test_what_works_on_the_project_finds_it_and_sends_no_telemetry(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PYTHONPATH", "/mine")
    settings = find_project(project).environment()
    assert settings["PYTHONPATH"].endswith("letting/src:/mine")
    assert settings["WORKBENCH_PROJECT"] == str(project.resolve())
    assert settings["DAGSTER_DISABLE_TELEMETRY"] == "1"


def test_settings_of_dagster_that_are_there_are_left(project: Path) -> None:
    found = find_project(project)
    found.prepare_dagster_home()
    settings = found.dagster_home / "dagster.yaml"
    settings.write_text("telemetry:\n  enabled: false\nconcurrency: {}\n", encoding="utf-8")
    found.prepare_dagster_home()
    assert "concurrency" in settings.read_text(encoding="utf-8")


def test_a_full_disk_leaves_no_settings_of_dagster_cut_short(tmp_path: Path) -> None:
    """An empty `dagster.yaml` would be taken for the project's own, and leave telemetry on."""
    found = Project(tmp_path, "letting")
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, hard))
    try:
        with pytest.raises(UserError, match="Dagster's records cannot be written: File too large"):
            found.writable_dagster_home()
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert list(found.dagster_home.iterdir()) == []


def test_records_that_sqlite_cannot_write_are_told_in_a_sentence(tmp_path: Path) -> None:
    found = Project(tmp_path, "letting")
    (found.dagster_home / "history" / "runs.db").mkdir(parents=True)
    with (
        pytest.raises(UserError, match="Dagster's records cannot be written: unable to open database file"),
        open_instance(found),
    ):
        pass
