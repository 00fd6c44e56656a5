"""Digests of what was read: no file, a folder and a pipe are nothing, and hold nobody up."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from promote.memory import digest_of, digest_of_bytes, digest_of_text


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
