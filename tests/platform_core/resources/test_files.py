"""Files under a root, live, recorded and replayed."""

from __future__ import annotations

from pathlib import Path

import dagster as dg
import duckdb
import pandas as pd
import polars as pl
import pytest

from platform_core.errors import UserError
from platform_core.resources import FilesResource


@pytest.fixture
def root(tmp_path: Path) -> Path:
    folder = tmp_path / "odp"
    (folder / "old").mkdir(parents=True)
    for name in ("issue_2.csv", "issue_1.csv", "status.csv", "old/issue_0.csv", ".hidden.csv", "a[1].csv"):
        (folder / name).write_text(f"name\n{name}\n")
    (tmp_path / "secret.csv").write_text("name\nsecret\n")
    return folder


@pytest.fixture
def odp(root: Path) -> FilesResource:
    return FilesResource(root=str(root))


def names(frame: pl.LazyFrame) -> list[str]:
    return frame.collect()["name"].to_list()


def test_a_path_is_read_by_every_library(odp: FilesResource) -> None:
    path = odp.path("status.csv")
    assert names(pl.scan_csv(path)) == ["status.csv"]
    assert pd.read_csv(path)["name"].tolist() == ["status.csv"]
    assert duckdb.read_csv(path).fetchall() == [("status.csv",)]


def test_files_are_listed_by_pattern_and_sorted(odp: FilesResource) -> None:
    assert [path.name for path in odp.list("issue_*.csv")] == ["issue_1.csv", "issue_2.csv"]
    assert [path.name for path in odp.list()] == ["a[1].csv", "issue_1.csv", "issue_2.csv", "status.csv"]
    assert len(odp.list("**/issue_*")) == 3
    assert odp.list("nothing*") == []


def test_folders_and_patterns_are_paths_too(odp: FilesResource) -> None:
    assert names(pl.scan_csv(odp.path("issue_*.csv"))) == ["issue_1.csv", "issue_2.csv"]
    assert odp.path("old").is_dir()
    assert odp.path("a[1].csv").is_file()


@pytest.mark.parametrize("name", ["/etc/passwd", "../secret.csv", "old/../../secret.csv", "", ".", "a\0b"])
def test_a_path_that_leaves_the_root_is_refused(odp: FilesResource, name: str) -> None:
    with pytest.raises(UserError, match=r"relative to its root, without '\.\.'"):
        odp.path(name)
    with pytest.raises(UserError, match=r"relative to its root"):
        odp.list(name)


def test_a_symbolic_link_out_of_the_root_is_refused(odp: FilesResource, root: Path) -> None:
    (root / "old" / "link.csv").symlink_to(root.parent / "secret.csv")
    for read in (
        lambda: odp.path("old/link.csv"),
        lambda: odp.path("old"),
        lambda: odp.list("old/*"),
        lambda: odp.path("old/l*"),
    ):
        with pytest.raises(UserError, match="by a symbolic link"):
            read()
    (root / "inside.csv").symlink_to(root / "status.csv")
    assert names(pl.scan_csv(odp.path("inside.csv"))) == ["status.csv"]


def test_a_missing_file_is_named_with_the_nearest_one(odp: FilesResource) -> None:
    with pytest.raises(UserError, match=r"'odp' has no file 'old/isue_0.csv'.\nhint: Did you mean 'old/issue_0.csv'"):
        odp.path("old/isue_0.csv")
    with pytest.raises(UserError, match="has no file 'x\\*'"):
        odp.path("x*")


@pytest.mark.parametrize("pattern", ["a**b", "**.csv", "old/***"])
def test_a_pattern_that_not_every_python_takes_is_refused(odp: FilesResource, pattern: str) -> None:
    with pytest.raises(UserError, match="whole folder"):
        odp.list(pattern)


def test_folders_however_deep_hold_their_files_on_every_python(odp: FilesResource) -> None:
    assert odp.names("old/**") == ["old/issue_0.csv"]
    assert odp.names("**") == odp.names("**/*")


def test_a_missing_root_is_an_error_without_its_path(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="'gone' does not exist") as caught:
        FilesResource(root=str(tmp_path / "gone")).path("a")
    assert str(tmp_path) not in str(caught.value)


def test_a_relative_root_starts_at_the_project(root: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    assert FilesResource(root="odp").path("status.csv").read_text() == "name\nstatus.csv\n"
    (tmp_path / "pyproject.toml").write_text("[tool.workbench]\n")
    monkeypatch.chdir(root / "old")
    assert FilesResource(root="odp").path("status.csv") == root / "status.csv"


class TestEnvironment:
    def test_a_root_from_the_environment_is_read_when_used(self, root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        odp = FilesResource(root=dg.EnvVar("ODP_ROOT"))
        with pytest.raises(UserError, match="variable ODP_ROOT is not set"):
            odp.path("status.csv")
        monkeypatch.setenv("ODP_ROOT", str(root))
        assert odp.path("status.csv") == root / "status.csv"

    def test_no_value_stands_in_a_repr(self, root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        """Under Dagster the field holds the value itself, not the `EnvVar`."""
        monkeypatch.setenv("ODP_ROOT", str(root))
        seen = []

        @dg.asset
        def issues(odp: FilesResource) -> None:
            seen.append((repr(odp), str(odp), odp.path("status.csv").name))

        resource = FilesResource(name="odp", root=dg.EnvVar("ODP_ROOT"))
        assert dg.materialize([issues], resources={"odp": resource}).success
        assert seen == [("FilesResource(name='odp')", "name='odp'", "status.csv")]
        assert repr(resource) == "FilesResource(name='odp')"


class TestRecording:
    @pytest.fixture
    def record(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
        monkeypatch.setenv("WORKBENCH_RECORD", str(tmp_path / "record"))
        return tmp_path / "record"

    def replay(self, record: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.delenv("WORKBENCH_RECORD")
        monkeypatch.setenv("WORKBENCH_REPLAY", str(record))

    def test_a_replay_gives_what_was_recorded(
        self, odp: FilesResource, root: Path, record: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        recorded = odp.path("status.csv")
        assert recorded == record / "odp" / "status.csv"
        (root / "status.csv").write_text("name\nchanged\n")
        assert odp.path("status.csv").read_text() == "name\nstatus.csv\n", "the first copy stays"
        self.replay(record, monkeypatch)
        (root / "status.csv").unlink()
        assert odp.path("status.csv") == recorded
        with pytest.raises(UserError, match=r"recording of the files resource 'odp' holds no 'issue_1.csv'"):
            odp.path("issue_1.csv")
        assert not list(record.rglob(".*"))

    def test_lists_folders_and_patterns_are_recorded_whole(
        self, odp: FilesResource, root: Path, record: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        listed, folder, pattern = odp.list("**/issue*.csv"), odp.path("old"), odp.path("stat*")
        (root / "issue_9.csv").write_text("late")
        self.replay(record, monkeypatch)
        assert odp.list("**/issue*.csv") == listed
        assert len(listed) == 3
        assert odp.path("old") == folder
        assert names(pl.scan_csv(odp.path("stat*"))) == ["status.csv"]
        assert pattern == record / "odp" / "stat*"

    def test_the_name_of_the_resource_is_the_folder(self, root: Path, record: Path) -> None:
        assert FilesResource(root=str(root), name="source").path("status.csv") == record / "source" / "status.csv"

    def test_a_recording_that_cannot_be_written_is_an_error(self, odp: FilesResource, record: Path) -> None:
        record.write_text("a file where a folder should be")
        with pytest.raises(UserError, match=r"'status.csv' could not be recorded"):
            odp.path("status.csv")
