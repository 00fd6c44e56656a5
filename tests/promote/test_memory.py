"""Digests of what was read: no file, a folder and a pipe are nothing, and hold nobody up."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from promote.memory import Files, digest_of, digest_of_bytes, digest_of_text


def test_a_file_has_the_digest_of_its_bytes(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes("é".encode())
    assert digest_of(tmp_path / "a") == digest_of_bytes("é".encode()) == digest_of_text("é") != ""


@pytest.mark.parametrize("make", ["nothing", "folder"])
def test_what_is_no_file_has_none(tmp_path: Path, make: str) -> None:
    if make == "folder":
        (tmp_path / "a").mkdir()
    assert digest_of(tmp_path / "a") == ""


def test_a_pipe_that_nobody_writes_to_holds_nobody_up(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    assert digest_of(tmp_path / "pipe") == digest_of_bytes(b"")


def test_the_files_of_a_check_have_their_digests_and_their_real_paths(tmp_path: Path) -> None:
    folder = tmp_path / "folder"
    folder.mkdir()
    (folder / "a.json").write_bytes(b"a")
    (folder / "é.json").write_bytes(b"b")
    (tmp_path / "link").symlink_to(folder)
    (folder / "other").symlink_to("a.json")
    files = Files()
    names = ("a.json", "é.json", "other", "none.json")
    assert [files.digest(str(folder), name) for name in names] == [digest_of(folder / name) for name in names]
    assert files.digest(str(tmp_path / "nowhere"), "a.json") == files.digest(str(folder / "a.json"), "b") == ""
    paths = [tmp_path / "link" / "a.json", folder / "other", folder / ".." / "link" / "none.json", folder / ".."]
    assert [files.real(str(path)) for path in paths] == [os.path.realpath(path) for path in paths]


def test_a_file_in_a_folder_that_cannot_be_listed_is_looked_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused(_: str) -> list[str]:
        raise PermissionError

    monkeypatch.setattr(os, "listdir", refused)
    (tmp_path / "a").write_bytes(b"a")
    assert Files().digest(str(tmp_path), "a") == digest_of(tmp_path / "a") != ""
