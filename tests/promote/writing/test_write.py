"""Writing is all or nothing: killed at every call, refused at every call, on a full disk, beside another writer."""

from __future__ import annotations

import errno
import fcntl
import json
import os
import resource
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from promote.model import GeneratedFile
from promote.writing.journal import FOLDER, is_left
from promote.writing.write import WriteError, commit, recover

Snapshot = dict[str, bytes | None]
OS_CALLS = [
    "open",
    "write",
    "pwrite",
    "ftruncate",
    "fsync",
    "fchmod",
    "close",
    "mkdir",
    "rmdir",
    "unlink",
    "replace",
    "rename",
]
EVERY = 0
OS_CALLS += ["stat", "lstat", "listdir", "scandir", "pread"]

FILES = [
    GeneratedFile("src/planning/defs/silver/issues.py", "new issues\n" * 50, "silver:issues"),
    GeneratedFile("tests/assets/data/issues/odp.csv", "a,b\n", "silver:issues"),
    GeneratedFile("evidence/silver/issues.json", "{}\n", "silver:issues"),
    GeneratedFile("same.txt", "same\n", "silver:issues"),
]
REMOVALS = ["src/planning/defs/silver/gone.py", "never/there.py"]
MOVES = [
    ("data/lake/silver/issues", "data/lake/silver/open_issues"),  # a folder
    ("data/lake/silver/count.parquet", "data/kept/counts.parquet"),  # into a folder that is not there yet
    ("never/there.parquet", "never/here.parquet"),
]


def quiet(_: str) -> None:
    """Hear what a writer says of waiting and recovery, and pass it on to nobody."""


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    """Give a folder in memory where there is one: a campaign waits for the disk thousands of times otherwise."""
    memory = Path("/dev/shm")  # noqa: S108 - a folder of its own is made in it
    if not os.access(memory, os.W_OK):
        yield tmp_path
        return
    with tempfile.TemporaryDirectory(dir=memory) as folder:
        yield Path(folder)


@pytest.fixture
def root(disk: Path) -> Path:
    return old_state(disk / "project")


def old_state(root: Path) -> Path:
    silver = root / "src/planning/defs/silver"
    silver.mkdir(parents=True)
    (silver / "issues.py").write_text("old issues\n")
    (silver / "issues.py").chmod(0o640)
    (silver / "gone.py").write_text("to be removed\n")
    (root / "same.txt").write_text("same\n")
    (root / "data/lake/silver/issues").mkdir(parents=True)
    (root / "data/lake/silver/issues/2025-01-22.parquet").write_text("data")
    (root / "data/lake/silver/count.parquet").write_text("counts")
    return root


def snapshot(root: Path) -> Snapshot:
    """Give every file with its bytes, and every folder, the workbench's own aside."""
    found: Snapshot = {}
    for path in sorted(root.rglob("*")):
        shown = path.relative_to(root).as_posix()
        if shown.split("/")[0] != FOLDER:
            found[shown] = path.read_bytes() if path.is_file() else None
    return found


def write(root: Path) -> tuple[str, ...]:
    return commit(root, FILES, REMOVALS, moves=MOVES)


def states(folder: Path) -> tuple[Snapshot, Snapshot]:
    """Give the project's state before and after an undisturbed write."""
    root = old_state(folder)
    before = snapshot(root)
    write(root)
    return before, snapshot(root)


def disturbed(work: Callable[[], object], at: int, act: Callable[[str, tuple[Any, ...]], None]) -> int | None:
    """Run `work` in a child that does `act` before its call number `at` into the system; give how it ended.

    None says that the work ended before that call; a negative number is the signal that ended the child.
    """
    child = os.fork()
    if child == 0:
        status = 1
        try:
            reached = _instrument(at, act)
            try:
                work()
                status = 0 if reached[0] >= at else 77
            except WriteError:
                status = 2
        finally:
            os._exit(status)
    _, waited = os.waitpid(child, 0)
    code = os.waitstatus_to_exitcode(waited)
    return None if code == 77 else code


def _instrument(at: int, act: Callable[[str, tuple[Any, ...]], None]) -> list[int]:
    count = [0]

    def wrapped(name: str, real: Callable[..., Any]) -> Callable[..., Any]:
        def call(*args: Any, **kwargs: Any) -> Any:
            count[0] += 1
            if at in (count[0], EVERY):
                act(name, args)
            return real(*args, **kwargs)

        return call

    for name in OS_CALLS:
        setattr(os, name, wrapped(name, getattr(os, name)))
    fcntl.flock = wrapped("flock", fcntl.flock)  # the child's own copy
    return count


def kill(name: str, args: tuple[Any, ...]) -> None:
    """Die as by `kill -9`; a write is first done in half."""
    if name == "write":
        os.pwrite(args[0], bytes(args[1])[: len(args[1]) // 2], 0)
    os.kill(os.getpid(), signal.SIGKILL)


def fail(name: str, args: tuple[Any, ...]) -> None:
    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def every_call(
    act: Callable[[str, tuple[Any, ...]], None], disk: Path, step: int = 1
) -> Iterator[tuple[int, Path, int]]:
    """Disturb a write at its first call, its second, and so on to its last; give the project that is left."""
    for at in range(step, 2_000, step):
        root = old_state(disk / f"p{at}")
        ended = disturbed(lambda root=root: write(root), at, act)  # type: ignore[misc] # bound now, on purpose
        if ended is None:
            return
        yield at, root, ended
        shutil.rmtree(root)
    pytest.fail("the write never came to its end")


def test_all_is_written_and_nothing_else(root: Path) -> None:
    same = (root / "same.txt").stat()
    assert write(root) == (
        "evidence/silver/issues.json",
        "src/planning/defs/silver/gone.py",
        "src/planning/defs/silver/issues.py",
        "tests/assets/data/issues/odp.csv",
    )
    assert [(root / file.path).read_text() for file in FILES] == [file.text for file in FILES]
    assert not (root / REMOVALS[0]).exists()
    assert not (root / "data/lake/silver/issues").exists()
    assert (root / "data/lake/silver/open_issues/2025-01-22.parquet").read_text() == "data"
    assert (root / "data/kept/counts.parquet").read_text() == "counts"
    assert not (root / "never").exists()
    assert (root / "same.txt").stat() == same
    assert (root / "src/planning/defs/silver/issues.py").stat().st_mode & 0o777 == 0o640
    assert not is_left(root)
    assert sorted(path.name for path in (root / FOLDER).iterdir()) == [".gitignore", "lock"]


def test_nothing_is_renamed_over_what_is_there(root: Path) -> None:
    (root / "data/lake/silver/open_issues").mkdir()
    write(root)
    assert (root / "data/lake/silver/issues/2025-01-22.parquet").exists()
    assert list((root / "data/lake/silver/open_issues").iterdir()) == []


def test_renames_alone_are_a_write_too(root: Path) -> None:
    assert commit(root, [], moves=MOVES[:1]) == ()
    assert (root / MOVES[0][1]).is_dir()
    assert not is_left(root)


@pytest.mark.parametrize(
    "move", [("same.txt", "../out"), ("../in", "in.txt"), (".git/config", "a"), ("same.txt", "/a")]
)
def test_a_rename_that_leads_out_is_refused(root: Path, move: tuple[str, str]) -> None:
    before = snapshot(root)
    with pytest.raises(WriteError) as caught:
        commit(root, [], moves=[move])
    assert caught.value.finding.code == "PR404"
    assert snapshot(root) == before


def test_writing_again_touches_nothing(root: Path) -> None:
    write(root)
    times = {path: path.stat().st_mtime_ns for path in root.rglob("*")}
    assert write(root) == ()
    assert {path: path.stat().st_mtime_ns for path in root.rglob("*")} == times


def test_nothing_to_write_makes_no_folder(root: Path) -> None:
    assert commit(root, [FILES[3]], ["never/there.py"]) == ()
    assert not (root / FOLDER).exists()


def test_a_kill_at_any_call_leaves_all_old_or_all_new_and_recovery_says_what_it_did(
    disk: Path, full_count: bool
) -> None:
    before, after = states(disk / "reference")
    seen: list[bool] = []
    said: set[str] = set()
    step = 1 if full_count else 3
    for at, root, ended in every_call(kill, disk, step):
        assert ended == -signal.SIGKILL
        said.add(recover(root) or "nothing")
        state = snapshot(root)
        assert state in (before, after), f"call {at} left a mixture"
        seen.append(state == after)
        assert not is_left(root)
        assert recover(root) is None
        write(root)
        assert snapshot(root) == after
    assert seen == sorted(seen), "once the write is decided, a later kill must not take it back"
    assert 20 < seen.count(False) * step < len(seen) * step - 5
    assert said == {
        "nothing",
        "What an interrupted write had left in .workbench was removed; no other file needed putting right.",
        "An earlier write of 4 files was interrupted; it was completed.",
    }


def test_a_kill_while_a_killed_write_is_made_good(disk: Path, full_count: bool) -> None:
    """Kill the write at a call, then the recovery at each of its calls, then recover undisturbed."""
    before, after = states(disk / "reference")
    for at, root, _ in every_call(kill, disk, 1 if full_count else 29):
        for again in range(1, 500) if full_count else range(1 + at % 3, 500, 3):
            copy = Path(shutil.copytree(root, disk / "copy", symlinks=True))
            ended = disturbed(lambda copy=copy: recover(copy), again, kill)  # type: ignore[misc] # bound now
            recover(copy)
            assert snapshot(copy) in (before, after), f"calls {at} and {again} left a mixture"
            assert not is_left(copy)
            shutil.rmtree(copy)
            if ended is None:
                break


def test_an_error_at_any_call_leaves_the_old_state(disk: Path, full_count: bool) -> None:
    """The disk is full at the first call, the second, …: either that call did not matter, or all is as it was."""
    before, after = states(disk / "reference")
    refused = 0
    step = 1 if full_count else 3
    for at, root, ended in every_call(fail, disk, step):
        assert ended in (0, 2), f"call {at} ended with {ended}"
        refused += ended == 2
        assert snapshot(root) == (after if ended == 0 else before), f"call {at} left a mixture"
        recover(root)
        assert snapshot(root) == (after if ended == 0 else before)
    assert refused * step > 20


def test_a_kill_while_a_refused_write_is_undone(disk: Path, full_count: bool) -> None:
    """A rename fails half-way, and the process is killed at any call of taking back what was done."""
    before, after = states(disk / "reference")

    def refuse_then_kill(at: int) -> Callable[[str, tuple[Any, ...]], None]:
        def act(name: str, args: tuple[Any, ...]) -> None:
            _instrument(at, kill)
            fail(name, args)

        return act

    renames = _calls_named("replace", disk)
    for rename in renames[1:]:
        for at in range(1, 500, 1 if full_count else 3):
            root = old_state(disk / "project")
            ended = disturbed(lambda root=root: write(root), rename, refuse_then_kill(at))  # type: ignore[misc] # as above
            recover(root)
            assert snapshot(root) in (before, after)
            assert not is_left(root)
            shutil.rmtree(root)
            if ended != -signal.SIGKILL:
                break


def _calls_named(wanted: str, disk: Path) -> list[int]:
    """Give the numbers of the calls of one name that an undisturbed write makes."""
    names = disk / "names"
    root = old_state(disk / "counted")
    disturbed(lambda: write(root), EVERY, lambda name, _: _note(names, name))
    return [number for number, name in enumerate(names.read_text().split(), 1) if name == wanted]


def _note(file: Path, name: str) -> None:
    with file.open("a") as stream:
        stream.write(f"{name} ")


def test_a_file_that_is_too_large_for_the_disk_is_refused(root: Path) -> None:
    """A real limit of the system, reached by a real write."""
    before = snapshot(root)
    large = GeneratedFile("large.json", "x" * 200_000, "silver:issues")

    def limited() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000))
        try:
            commit(root, [*FILES, large], REMOVALS)
        except WriteError as error:
            said = error.message == "There is no room on the disk to write the files. Nothing was changed."
            os._exit(5 if said and error.finding.code == "PR608" else 6)

    assert disturbed(limited, 10**9, fail) == 5
    assert snapshot(root) == before
    assert not is_left(root)


def test_a_folder_that_may_not_be_written_is_refused() -> None:
    """As a person without rights there: the tests may run as root, whom no permission stops."""
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o755)
        root = old_state(Path(folder, "project"))
        before = snapshot(root)
        (root / "src/planning/defs/silver").chmod(0o555)
        (root / "src/planning/defs/silver/issues.py").chmod(0o644)
        root.chmod(0o777)

        def unprivileged() -> None:
            if os.geteuid() == 0:
                os.setresuid(65534, 65534, 65534)
            try:
                write(root)
            except WriteError as error:
                os._exit(5 if "Permission denied" in error.message and error.finding.hint else 6)

        assert disturbed(unprivileged, 10**9, fail) == 5
        assert snapshot(root) == before


@pytest.mark.parametrize(
    "path",
    [
        "../out.py",
        "/etc/x.py",
        "a/../../x",
        "",
        ".",
        "a//b",
        "a/./b",
        "a\\b",
        "a\0b",
        ".git/config",
        ".workbench/x",
        "up/x.py",
    ],
)
def test_a_path_that_leads_out_is_refused(path: str, root: Path) -> None:
    (root / "up").symlink_to(root.parent)
    before = snapshot(root)
    for files, removals in (([GeneratedFile(path, "x", "silver:x")], []), ([], [path])):
        with pytest.raises(WriteError) as caught:
            commit(root, files, removals)
        assert caught.value.finding.code == "PR404"
    assert snapshot(root) == before


def test_a_loop_of_links_and_a_workbench_folder_elsewhere_are_refused(root: Path) -> None:
    (root / "loop").symlink_to(root / "loop")
    with pytest.raises(WriteError):
        commit(root, [GeneratedFile("loop/x.py", "x", "silver:x")])
    outside = root.parent / "outside"
    outside.mkdir()
    (root / FOLDER).symlink_to(outside)
    with pytest.raises(WriteError):
        write(root)
    assert not list(outside.iterdir())


def test_a_folder_in_the_way_is_refused(root: Path) -> None:
    (root / "same.txt").unlink()
    (root / "same.txt").mkdir()
    before = snapshot(root)
    with pytest.raises(WriteError) as caught:
        write(root)
    assert caught.value.finding.location.path == "same.txt"
    assert snapshot(root) == before


def test_a_file_in_place_of_a_folder_is_refused(root: Path) -> None:
    (root / "evidence").write_text("a file\n")
    before = snapshot(root)
    with pytest.raises(WriteError):
        write(root)
    assert snapshot(root) == before


def test_an_edit_made_meanwhile_is_kept(root: Path) -> None:
    path = "src/planning/defs/silver/issues.py"
    before = snapshot(root)
    with pytest.raises(WriteError) as caught:
        commit(root, FILES, REMOVALS, seen={path: b"what stood there when promote looked\n"})
    assert (caught.value.finding.code, caught.value.finding.location.path) == ("PR609", path)
    assert snapshot(root) == before
    assert commit(root, FILES, REMOVALS, seen={path: b"old issues\n", "evidence/silver/issues.json": None})


def test_an_edit_made_after_a_kill_is_kept(disk: Path) -> None:
    """The write was decided and killed before its first rename; then somebody edits the file."""
    replaced = _calls_named("replace", disk)
    root = old_state(disk / "edited")
    assert disturbed(lambda: write(root), replaced[1], kill) == -signal.SIGKILL
    (root / "src/planning/defs/silver/issues.py").write_text("an edit\n")
    said = recover(root)
    assert said is not None
    assert "src/planning/defs/silver/issues.py was edited since and is kept" in said
    assert snapshot(root) == {**states(disk / "reference")[0], "src/planning/defs/silver/issues.py": b"an edit\n"}


@pytest.mark.parametrize(
    "content",
    [
        "",
        "[]",
        '{"entries": [], "folders": [5]}',
        '{"entries": [{"path": "a"}], "folders": []}',
        "[" * 100_000,
        json.dumps({"entries": [{"path": "a", "old": 5, "new": None}], "folders": []}),
        json.dumps({"entries": [], "folders": [], "moves": [["a", 5]]}),
        json.dumps({"entries": [], "folders": [], "moves": [["a"]]}),
    ],
)
def test_a_journal_that_is_none_is_refused(root: Path, content: str) -> None:
    (root / FOLDER).mkdir()
    (root / FOLDER / "journal.json").write_text(content)
    before = snapshot(root)
    with pytest.raises(WriteError) as caught:
        recover(root)
    assert caught.value.finding.code == "PR607"
    assert snapshot(root) == before


def test_a_rename_that_fails_half_way_is_taken_back(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As the campaign above, in this process: the second file cannot be put in its place."""
    before = snapshot(root)
    real, names = os.replace, ["journal.json", "0.new"]

    def replace(source: Path, target: Path) -> None:
        if Path(source).suffix == ".new" and Path(source).name not in names:
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), str(target))
        real(source, target)

    monkeypatch.setattr(os, "replace", replace)
    with pytest.raises(WriteError) as caught:
        write(root)
    assert caught.value.message == "The files could not be written: Permission denied. Nothing was changed."
    assert caught.value.finding.location.path == "src/planning/defs/silver/issues.py"
    assert snapshot(root) == before
    assert not is_left(root)


def test_what_cannot_be_staged_is_not_begun(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = snapshot(root)
    monkeypatch.setattr(os, "fsync", lambda descriptor: fail("fsync", ()))
    with pytest.raises(WriteError, match="no room on the disk"):
        write(root)
    assert snapshot(root) == before
    assert not is_left(root)


def test_what_cannot_be_taken_back_now_is_taken_back_next_time(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = snapshot(root)

    def replace(source: Path, target: Path) -> None:
        if Path(source).name not in ("journal.json", "0.new"):
            fail("replace", ())
        real(source, target)

    real = os.replace
    with monkeypatch.context() as patch:
        patch.setattr(os, "replace", replace)
        patch.setattr(os, "unlink", lambda *_: fail("unlink", ()))
        with pytest.raises(WriteError, match="The next command of ours finishes what was begun"):
            write(root)
    assert is_left(root)
    assert recover(root) == "An earlier write of 4 files was interrupted; it was rolled back."
    assert snapshot(root) == before


def test_a_journal_cannot_lead_out_of_the_project(root: Path) -> None:
    (root.parent / "victim").write_text("precious")
    (root / FOLDER).mkdir()
    journal = {"entries": [{"path": "../victim", "old": None, "new": None}], "folders": []}
    (root / FOLDER / "journal.json").write_text(json.dumps(journal))
    with pytest.raises(WriteError):
        recover(root)
    assert (root.parent / "victim").read_text() == "precious"


HOLD = """
import sys
from pathlib import Path
from promote.writing.journal import locked
with locked(Path(sys.argv[1]), print):
    print("held", flush=True)
    sys.stdin.readline()
"""


def test_a_second_writer_waits_and_says_for_whom(root: Path) -> None:
    holder = subprocess.Popen(
        [sys.executable, "-c", HOLD, str(root)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    with holder:
        assert holder.stdin is not None
        assert holder.stdout is not None
        assert holder.stdout.readline() == "held\n"
        told: list[str] = []
        stdin = holder.stdin

        def say(message: str) -> None:
            told.append(message)
            stdin.write("\n")
            stdin.flush()

        assert commit(root, FILES, REMOVALS, say=say)
    assert told == [f"Waiting for another promote (process {holder.pid}) to finish writing."]


def test_writers_beside_each_other_never_mix(root: Path) -> None:
    """Four processes write ten files each, over and over; what is left is all of one of them."""
    children = []
    for number in range(4):
        child = os.fork()
        if child == 0:
            status = 1
            try:
                for turn in range(5):
                    text = f"{number} {turn}\n"
                    commit(root, [GeneratedFile(f"made/{n}.py", text, "silver:x") for n in range(10)], say=quiet)
                status = 0
            finally:
                os._exit(status)
        children.append(child)
    assert [os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) for child in children] == [0] * 4
    assert len({(root / f"made/{n}.py").read_text() for n in range(10)}) == 1


def test_without_a_listener_waiting_is_said_on_standard_error(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    from promote.writing.write import _say

    _say("Waiting.")
    assert capsys.readouterr().err == "Waiting.\n"
    assert recover(root, say=quiet) is None
