from __future__ import annotations

import os
import tempfile
from pathlib import Path

import pytest

from platform_core.scratch import Scratch, _force


@pytest.fixture(autouse=True)
def _own_place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))


def test_a_scratch_folder_is_private_and_goes_with_what_is_read_only(tmp_path: Path):
    scratch = Scratch()
    assert scratch.path.stat().st_mode & 0o777 == 0o700
    assert scratch.path.parent == tmp_path
    deep = scratch.path / "a" / "b"
    deep.mkdir(parents=True)
    (deep / "file").write_text("x")
    (deep / "link").symlink_to("/")
    (deep / "file").chmod(0o400)
    deep.chmod(0o500)
    deep.parent.chmod(0o500)
    scratch.remove()
    assert list(tmp_path.iterdir()) == []
    scratch.remove()


def test_what_may_not_be_removed_is_made_writable_first(tmp_path: Path):
    """As root everything may be removed, so the second try is called by hand."""
    folder = tmp_path / "a"
    (folder / "b").mkdir(parents=True)
    (folder / "b" / "file").write_text("x")
    (folder / "b").chmod(0o500)
    _force(os.unlink, str(folder / "b" / "file"), None)
    assert list((folder / "b").iterdir()) == []
    (folder / "link").symlink_to(tmp_path)
    mode = tmp_path.stat().st_mode
    _force(os.unlink, str(folder / "link"), None)
    _force(os.scandir, str(folder), None)
    assert not folder.exists()
    assert tmp_path.stat().st_mode == mode
    _force(os.rmdir, str(folder), None)


def test_what_a_dead_owner_left_goes_and_what_a_live_one_holds_stays(tmp_path: Path):
    alive = Scratch()
    dead = Scratch()
    (dead.path / "data.arrow").write_text("x")
    os.close(dead._lock)  # as the kernel does for a process that is killed
    unlocked = tmp_path / "workbench-stage-other"
    (unlocked / "file").mkdir(parents=True)
    linked = tmp_path / "workbench-stage-link"
    linked.symlink_to(alive.path)
    (tmp_path / "workbench-stage-empty").mkdir()  # whose owner was killed before it had a lock
    mine = Scratch()
    assert sorted(tmp_path.iterdir()) == sorted([alive.path, mine.path, unlocked, linked])
    alive.remove()
    mine.remove()
    assert sorted(tmp_path.iterdir()) == sorted([unlocked, linked])


def test_an_owner_that_is_killed_as_it_removes_leaves_what_the_next_can_tell(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    scratch, unlinked = Scratch(), []
    for name in range(30):  # in whatever order the folder gives them
        (scratch.path / str(name)).write_text("x")
    with monkeypatch.context() as patched:
        patched.setattr(os, "unlink", lambda path, **_: unlinked.append(Path(path).name))
        scratch.remove()
    assert unlinked.index("lock") >= 30
    scratch.remove()


def test_a_folder_that_another_sweeps_before_it_is_locked_is_made_anew(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    stock = os.open
    swept: list[Path] = []

    def swept_meanwhile(path: Path, *given: int, **named: int) -> int:
        if not swept and path.name == "lock":
            swept.append(path)
            path.parent.rmdir()
        return stock(path, *given, **named)

    with monkeypatch.context() as patched:
        patched.setattr(os, "open", swept_meanwhile)
        scratch = Scratch()
    assert swept
    assert list(tmp_path.iterdir()) == [scratch.path]
    scratch.remove()
