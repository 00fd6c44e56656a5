from __future__ import annotations

import errno
import os
from pathlib import Path

import pytest

from platform_core.errors import UserError
from promote.verify import copying
from promote.verify.copying import copy_project


def tree(folder: Path) -> list[str]:
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*"))


@pytest.fixture
def project(tmp_path: Path) -> Path:
    project = tmp_path / "Miete und Räume"
    for name in (
        "a.txt",
        "src/pkg/build/keep.py",
        "build/drop.txt",
        "dist/drop.txt",
        "data/lake/silver/x.parquet",
        "data/own.csv",
        ".git/HEAD",
        ".venv/bin/python",
        "env/pyvenv.cfg",
        "web/node_modules/x.js",
        "src/pkg/__pycache__/x.pyc",
        "elsewhere/lake/y.parquet",
    ):
        path = project / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(name, encoding="utf-8")
    return project


def test_files_are_copied_without_what_is_no_source(project: Path, tmp_path: Path):
    copy_project(project, tmp_path / "copy", lakes=[project / "elsewhere" / "lake"])
    assert tree(tmp_path / "copy") == [
        "a.txt",
        "data",
        "data/own.csv",
        "elsewhere",
        "src",
        "src/pkg",
        "src/pkg/build",
        "src/pkg/build/keep.py",
        "web",
    ]
    assert (tmp_path / "copy/data/own.csv").read_text() == "data/own.csv"


def test_a_copy_is_no_link_and_keeps_time_and_mode(project: Path, tmp_path: Path):
    script = project / "a.txt"
    script.chmod(0o555)
    os.utime(script, ns=(1_000_000_000, 2_000_000_001))
    copy_project(project, tmp_path / "copy")
    copied = tmp_path / "copy" / "a.txt"
    assert copied.stat().st_ino != script.stat().st_ino
    assert copied.stat().st_mtime_ns == 2_000_000_001
    assert copied.stat().st_mode & 0o777 == 0o755
    copied.write_text("changed")
    assert script.read_text() == "a.txt"


def test_links_inside_stay_inside_and_links_outside_are_followed(project: Path, tmp_path: Path):
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "source.csv").write_text("real")
    (outside / "circle").symlink_to(outside)
    (outside / "back").symlink_to(project / "data")
    (project / "inside").symlink_to(project / "data")
    (project / "relative").symlink_to("data/own.csv")
    (project / "sources").symlink_to(outside)
    (project / "file").symlink_to(outside / "source.csv")
    (project / "nothing").symlink_to(tmp_path / "nothing")
    (project / "self").symlink_to(project / "self")
    (project / "around").symlink_to(tmp_path)
    notes: list[str] = []
    copy = tmp_path / "elsewhere" / "copy"
    copy_project(project, copy, note=notes.append)
    assert (copy / "inside").resolve() == copy / "data"
    assert (copy / "relative").resolve() == copy / "data" / "own.csv"
    assert not (copy / "sources").is_symlink()
    assert not (copy / "file").is_symlink()
    assert (copy / "sources" / "source.csv").read_text() == "real"
    assert (copy / "sources" / "back").resolve() == copy / "data"
    for name in ("nothing", "self", "around", "sources/circle"):
        assert not os.path.lexists(copy / name)
    assert notes == ["around leads to a folder around the project and is left out of the copy"]
    (copy / "sources" / "source.csv").write_text("changed")
    assert (outside / "source.csv").read_text() == "real"


def test_special_files_are_left_out(project: Path, tmp_path: Path):
    os.mkfifo(project / "pipe")
    copy_project(project, tmp_path / "copy")
    assert not (tmp_path / "copy" / "pipe").exists()


def test_what_cannot_be_read_is_left_out_with_a_note(project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    copied, scanned = copying._copy_file, os.scandir

    def refuse_file(source: Path, target: Path, mode: int) -> None:
        if source.name == "a.txt":
            raise PermissionError(errno.EACCES, "Permission denied")
        copied(source, target, mode)

    def refuse_folder(path: Path) -> object:
        if path.name == "web":
            raise PermissionError(errno.EACCES, "Permission denied")
        return scanned(path)

    # root, as which tests may run, reads everything
    monkeypatch.setattr(copying, "_copy_file", refuse_file)
    monkeypatch.setattr(os, "scandir", refuse_folder)
    notes: list[str] = []
    copy_project(project, tmp_path / "copy", note=notes.append)
    assert notes == [
        "a.txt cannot be read and is left out of the copy",
        "web cannot be read and is left out of the copy",
    ]
    assert (tmp_path / "copy" / "data" / "own.csv").is_file()


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EDQUOT])
def test_a_full_disk_is_told(project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: int):
    def fail(*arguments: object) -> None:
        raise OSError(number, "No space left on device")

    monkeypatch.setattr(copying, "_copy_file", fail)
    with pytest.raises(UserError, match="no room for a copy"):
        copy_project(project, tmp_path / "copy")


def test_other_trouble_of_the_disk_is_not_hidden(project: Path, tmp_path: Path):
    (tmp_path / "copy").mkdir()
    with pytest.raises(FileExistsError):
        copy_project(project, tmp_path / "copy")
