"""The audit log: what it holds is what was said, and no edit of it goes unseen."""

from __future__ import annotations

import json
import os
import random
import resource
import signal
from collections.abc import Callable
from pathlib import Path

import pytest

from platform_core.errors import UsageError, UserError
from platform_core.governance.audit import AuditLog, actor, log_of, note, read_entries, seal, verify
from platform_core.governance.audit.log import canonical, hash_of, parsed

AT = "2026-11-29T08:00:00Z"


def _filled(folder: Path, count: int = 6, key: bytes | None = None) -> AuditLog:
    log = AuditLog(folder / "audit.jsonl", key)
    for number in range(count):
        log.append("ran", f"silver:a{number}", who="ana", about={"code_version": f"{number:04}"}, at=AT)
    return log


def test_what_was_done_is_read_back_in_order(tmp_path: Path) -> None:
    log = _filled(tmp_path)
    entries = list(read_entries(log.path))
    assert [entry.n for entry in entries] == [1, 2, 3, 4, 5, 6]
    assert entries[3].of == "silver:a3"
    assert entries[3].about == {"code_version": "0003"}
    assert verify(log.path).ok
    assert log.path.stat().st_mode & 0o077 == 0, "nobody else reads it"


EDITS: dict[str, Callable[[list[bytes]], list[bytes]]] = {
    "a letter": lambda lines: [*lines[:2], lines[2].replace(b"ana", b"bob"), *lines[3:]],
    "a space": lambda lines: [*lines[:2], lines[2].replace(b'","', b'", "', 1), *lines[3:]],
    "one taken out": lambda lines: lines[:2] + lines[3:],
    "the first taken out": lambda lines: lines[1:],
    "two change places": lambda lines: [lines[1], lines[0], *lines[2:]],
    "one twice": lambda lines: [*lines[:3], lines[2], *lines[3:]],
    "the last cut off": lambda lines: lines[:-1],
    "all cut off": lambda lines: [],
    "an empty line": lambda lines: [*lines[:2], b"\n", *lines[2:]],
    "a line of another's": lambda lines: [*lines, lines[0]],
}


@pytest.mark.parametrize("edit", EDITS.values(), ids=EDITS)
def test_an_edit_is_seen(edit: Callable[[list[bytes]], list[bytes]], tmp_path: Path) -> None:
    log = _filled(tmp_path)
    log.path.write_bytes(b"".join(edit(log.path.read_bytes().splitlines(keepends=True))))
    assert not verify(log.path).ok


def test_every_byte_counts(tmp_path: Path) -> None:
    log = _filled(tmp_path, 3)
    content = log.path.read_bytes()
    for place in range(len(content) - 1):
        log.path.write_bytes(content[:place] + bytes([content[place] ^ 1]) + content[place + 1 :])
        assert not verify(log.path).ok, place


def test_a_line_that_was_hashed_anew_breaks_the_chain_after_it(tmp_path: Path) -> None:
    log = _filled(tmp_path)
    lines = log.path.read_bytes().splitlines(keepends=True)
    entry = parsed(lines[2])
    assert entry is not None
    content = {**entry.content(), "who": "bob"}
    forged = parsed(canonical({**content, "hash": ""}) + b"\n")
    assert forged is not None
    lines[2] = canonical({**content, "hash": hash_of(forged, None)}) + b"\n"
    log.path.write_bytes(b"".join(lines))
    assert "Line 4 does not follow" in verify(log.path).problems[0]


def _forged(log: AuditLog) -> None:
    """Write a whole chain anew, with a head that fits: what who can write both files can do."""
    entries = list(read_entries(log.path))
    log.path.unlink()
    log.head.unlink()
    own = AuditLog(log.path)
    for entry in entries[:-1]:
        own.append(entry.did, entry.of, who="bob", about=entry.about, at=entry.at)


def test_a_whole_chain_made_anew_is_seen_by_an_anchor(tmp_path: Path) -> None:
    log = _filled(tmp_path)
    noted = verify(log.path)
    _forged(log)
    assert verify(log.path).ok, "nothing on this disk tells"
    verdict = verify(log.path, anchor=(noted.entries, noted.last))
    assert verdict.problems == ("Entry 6 is not the one that was noted elsewhere, or is gone.",)


def test_a_whole_chain_made_anew_is_seen_by_the_key(tmp_path: Path) -> None:
    log = _filled(tmp_path, key=b"secret")
    assert verify(log.path, b"secret").ok
    assert "another key" in verify(log.path, b"other").problems[0]
    assert "was not given" in verify(log.path).problems[0]
    _forged(log)
    assert "made without the key" in verify(log.path, b"secret").problems[0]
    assert "secret" not in repr(log)


def test_the_head_may_not_go_unseen(tmp_path: Path) -> None:
    log = _filled(tmp_path)
    log.head.unlink()
    assert "nobody can tell" in verify(log.path).problems[0]
    log.append("ran", "silver:more", who="ana", at=AT)
    assert "the head was gone where 6 were found" in verify(log.path).problems[0], "healing it does not hide it"


def test_a_log_cut_to_its_first_entry_without_a_head_is_seen(tmp_path: Path) -> None:
    log = _filled(tmp_path)
    log.head.unlink()
    log.path.write_bytes(log.path.read_bytes().splitlines(keepends=True)[0])
    assert "nobody can tell" in verify(log.path).problems[0]
    log.append("ran", "silver:more", who="ana", at=AT)
    assert "the head was gone where 1 were found" in verify(log.path).problems[0]


def test_with_a_key_nobody_makes_a_head_for_a_log_that_was_cut(tmp_path: Path) -> None:
    """Who can write both files cuts off the end, and tells the head what is the last line now."""
    cut, heads = 3, []
    for key in (None, b"secret"):
        log = _filled(tmp_path / str(key), 0, key)
        for number in range(30):
            log.append("ran", f"silver:a{number}", who="ana", at=AT)
            heads.append(log.head.read_bytes())
        noted = verify(log.path, key)
        lines = log.path.read_bytes().splitlines(keepends=True)[:cut]
        last = parsed(lines[-1])
        assert last is not None
        log.path.write_bytes(b"".join(lines))
        log.head.write_bytes(canonical({"n": cut, "hash": last.hash}))
        verdict = verify(log.path, key)
        assert verdict.ok is (key is None), "without a key nothing on this disk tells"
        assert not verify(log.path, key, (noted.entries, noted.last)).ok
    log.head.write_bytes(heads[30 + cut - 1])
    assert verify(log.path, b"secret").ok, "both as they once stood: only an anchor tells"
    assert not verify(log.path, b"secret", (noted.entries, noted.last)).ok


def test_an_older_head_is_no_head(tmp_path: Path) -> None:
    log = _filled(tmp_path, 1, b"secret")
    old = log.head.read_bytes()
    for number in range(20):
        log.append("ran", f"silver:a{number}", who="ana", at=AT)
    log.head.write_bytes(old)
    assert "behind by 20" in verify(log.path, b"secret").problems[0]
    log.append("ran", "silver:more", who="ana", at=AT)
    assert "told of 1 entries where 21 were found" in verify(log.path, b"secret").problems[0]


def test_what_could_not_be_written_stands_nowhere(tmp_path: Path) -> None:
    """A disk that is full while the line or the head is written: here a limit of the process's files."""
    log = _filled(tmp_path, 3)
    before = log.path.read_bytes()
    for room in (10, 300):
        child = os.fork()
        if child == 0:
            resource.setrlimit(resource.RLIMIT_FSIZE, (len(before) + room, resource.RLIM_INFINITY))
            try:
                log.append("ran", "silver:x", who="ana", about={"why": "x" * 200}, at=AT)
            except OSError:
                os._exit(7)
            os._exit(0)
        assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 7
        assert log.path.read_bytes() == before
    log.head.with_name(f".{log.head.name}.part").mkdir()  # the line can be written, and its head cannot
    with pytest.raises(OSError, match="directory"):
        log.append("ran", "silver:x", who="ana", at=AT)
    assert log.path.read_bytes() == before
    assert verify(log.path).ok


def test_who_cuts_the_end_off_is_told_by_the_next_entry(tmp_path: Path) -> None:
    log = _filled(tmp_path)
    log.path.write_bytes(b"".join(log.path.read_bytes().splitlines(keepends=True)[:4]))
    log.append("ran", "silver:more", who="ana", at=AT)
    assert verify(log.path).problems == ("Entry 5 says that the head told of 6 entries where 4 were found.",)


def test_a_line_torn_at_any_byte_is_cut_off_and_told(tmp_path: Path) -> None:
    log = _filled(tmp_path, 2)
    content, head = log.path.read_bytes(), log.head.read_bytes()
    third = log.append("ran", "silver:third", who="ana", at=AT).line()
    for place in range(1, len(third)):
        log.path.write_bytes(content + third[:place])
        log.head.write_bytes(head)
        torn = verify(log.path)
        assert torn.ok
        assert "torn" in torn.notes[0]
        log.append("read", "silver:fourth", who="ana", at=AT)
        assert [entry.did for entry in read_entries(log.path)] == ["ran", "ran", "recovered", "read"]
        assert verify(log.path).ok


@pytest.mark.parametrize(
    ("rest", "ok", "said"),
    [
        (b"\0" * 4096, True, "Line 2 is 4096 empty bytes: the machine lost its power"),
        (b'{"about":{"run":"1\0\0', True, "Line 2 is torn: a writer was killed."),
        (b"ana did nothing of the kind", False, "Line 2 is the beginning of no entry"),
    ],
)
def test_what_stands_behind_the_last_entry_is_called_what_it_is(
    tmp_path: Path, rest: bytes, ok: bool, said: str
) -> None:
    log = AuditLog(tmp_path / "audit.jsonl")
    log.append("ran", "silver:rents", who="ana")
    with log.path.open("ab") as stream:
        stream.write(rest)
    found = verify(log.path)
    assert found.ok is ok
    assert said in (found.notes if ok else found.problems)[0]
    log.append("ran", "silver:rents", who="ana")
    healed = verify(log.path)
    assert healed.ok
    assert f"{len(rest)} bytes was cut off" in healed.notes[0]


def test_writers_that_are_killed_leave_a_chain(tmp_path: Path, full_count: bool) -> None:
    """Processes append at once and are killed at any moment: every entry that a writer was told of is there."""
    chance = random.Random(7)  # noqa: S311 - no secret
    path = tmp_path / "audit.jsonl"
    for _ in range(1000 if full_count else 50):
        reader, writer = os.pipe()
        children = []
        for number in range(2):
            child = os.fork()
            if child == 0:
                try:
                    log = AuditLog(path)
                    while True:
                        n = log.append("ran", "silver:a" * chance.randint(1, 40), who=f"w{number}", at=AT).n
                        os.write(writer, b"%d\n" % n)
                finally:
                    os._exit(1)
            children.append(child)
        os.close(writer)
        told = b""
        while told.count(b"\n") < chance.randint(1, 6):
            told += os.read(reader, 4096)
        for child in children:
            os.kill(child, signal.SIGKILL)
            os.waitpid(child, 0)
        while more := os.read(reader, 65536):
            told += more
        os.close(reader)
        verdict = verify(path)
        assert verdict.ok, verdict
        assert verdict.entries >= max(int(line) for line in told.split(b"\n")[:-1])
    AuditLog(path).append("ran", "silver:last", who="ana", at=AT)
    assert verify(path).ok


def test_an_entry_holds_no_line_break_and_is_short(tmp_path: Path) -> None:
    log = AuditLog(tmp_path / "audit.jsonl")
    entry = log.append("approved", "gold:x", who="a\nb\u2028c", about={"reason": "x" * 9999, "list": ["\n"]}, at=AT)
    assert entry.who == "a b c"
    assert len(json.dumps(entry.about)) < 700
    assert log.append("read", "x", who="ana", about={"share": float("nan")}, at=AT).about == {"share": "nan"}
    with pytest.raises(ValueError, match="no action"):
        log.append("guessed", "x", who="ana")


def test_a_project_keeps_a_log_where_it_has_policies(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("WORKBENCH_AUDIT", raising=False)
    assert log_of(tmp_path) is None
    (tmp_path / "policies").mkdir()
    monkeypatch.setenv("WORKBENCH_USER", "ana")
    assert note("read", "silver:a", project=tmp_path) == ""
    (entry,) = read_entries(tmp_path / "data/audit/audit.jsonl")
    assert (entry.who, entry.did) == ("ana", "read")
    monkeypatch.setenv("WORKBENCH_AUDIT", "off")
    assert log_of(tmp_path) is None
    monkeypatch.setenv("WORKBENCH_AUDIT", str(tmp_path / "elsewhere.jsonl"))
    note("read", "silver:b")
    assert (tmp_path / "elsewhere.jsonl").exists()
    monkeypatch.setenv("WORKBENCH_AUDIT", str(tmp_path / "policies" / "x" / "y.jsonl"))
    (tmp_path / "policies" / "x").write_text("no folder")
    assert "cannot be written" in note("read", "silver:b")
    for variable in ("WORKBENCH_USER", "GITHUB_ACTOR", "GITLAB_USER_LOGIN"):
        monkeypatch.delenv(variable, raising=False)
    assert actor()


def test_a_log_that_was_taken_away_is_missed(tmp_path: Path) -> None:
    """Its head, or what somebody noted elsewhere, tells that it was there."""
    log = AuditLog(tmp_path / "audit.jsonl")
    log.append("ran", "rents", who="ana", at=AT)
    last = log.append("ran", "rents", who="ana", at=AT)
    log.path.unlink()
    assert verify(log.path).problems == ("The head tells of 2 entries, and 0 are there: the last were cut off.",)
    log.head.write_bytes(b"{}")  # one that tells nothing hides nothing
    assert "The head is missing, cannot be read" in verify(log.path).problems[0]
    log.append("ran", "rents", who="ana", at=AT)
    assert not verify(log.path).ok
    log.head.unlink()
    assert verify(log.path, anchor=(last.n, last.hash)).problems
    log.path.write_bytes(b"")
    with pytest.raises(UserError, match="no audit log"):
        verify(log.path)


def test_a_clock_that_was_set_back_is_noted(tmp_path: Path) -> None:
    log = AuditLog(tmp_path / "audit.jsonl")
    for at in ("2026-11-30T10:00:00Z", "2026-11-30T09:58:00Z", "2026-11-30T10:01:00Z"):
        log.append("ran", "silver:rents", who="ana", at=at)
    assert verify(log.path).notes == (), "clocks of two machines"
    log.append("approved", "silver:rents", who="bea", at="2026-11-01T08:00:00Z")
    verdict = verify(log.path)
    assert verdict.ok, "the chain holds"
    assert "Entry 4 tells a time before that of the entry above" in verdict.notes[0]
    log.append("ran", "silver:rents", who="ana", at="no time")
    log.append("ran", "silver:rents", who="ana", at="2026-10-01T08:00:00Z")
    assert "2 entries, the first of them 4, tell a time" in verify(log.path).notes[0]


def test_a_log_that_is_not_there_is_said(tmp_path: Path) -> None:
    for read in (verify, lambda path: list(read_entries(path))):
        with pytest.raises(UserError, match="a folder, and no audit log"):
            read(tmp_path)
    with pytest.raises(UserError, match="no audit log"):
        verify(tmp_path / "none.jsonl")


KEY = b"a key that came later"


def _other_key(log: AuditLog) -> None:
    for number in range(3):
        AuditLog(log.path, b"the key before").append("ran", f"silver:b{number}", who="ana", at=AT)


def _end_lost(log: AuditLog) -> None:
    log.path.write_bytes(b"".join(log.path.read_bytes().splitlines(keepends=True)[:-2]))
    log.append("ran", "silver:c", who="ana", at=AT)


def _torn(log: AuditLog) -> None:
    log.path.write_bytes(log.path.read_bytes()[:-9])


@pytest.mark.parametrize("before", [lambda _: None, _other_key, _end_lost, _torn, lambda log: log.path.unlink()])
def test_a_seal_signs_for_what_stands_there_and_tells_what_was_wrong(
    before: Callable[[AuditLog], None], tmp_path: Path
) -> None:
    old = _filled(tmp_path)
    before(old)
    log = AuditLog(old.path, KEY)
    wrong = verify(log.path, KEY).problems
    entry = seal(log, "The log is older than the key.", "bea", AT)
    assert wrong
    assert entry.about["was"] == list(wrong)
    log.append("ran", "silver:d", who="ana", at=AT)
    verdict = verify(log.path, KEY)
    assert verdict.ok, verdict.problems
    assert f"as bea sealed it: {entry.about['reason']}" in verdict.notes[0]
    assert all(any(problem in told for told in verdict.notes) for problem in wrong)
    assert not verify(log.path).ok, "without the key nobody can tell"
    assert not verify(log.path, b"another").ok

    whole, head = log.path.read_bytes(), log.head.read_bytes()
    for place in range(0, len(whole), 31):  # what was sealed is held fast as well
        log.path.write_bytes(whole[:place] + bytes([whole[place] ^ 1]) + whole[place + 1 :])
        assert not verify(log.path, KEY).ok, place
    lines = whole.splitlines(keepends=True)
    for number in range(len(lines)):
        log.path.write_bytes(b"".join(lines[:number] + lines[number + 1 :]))
        assert not verify(log.path, KEY).ok, number
    log.path.write_bytes(whole)
    log.head.write_bytes(head)
    assert verify(log.path, KEY).ok


def test_an_anchor_of_before_a_seal_still_counts(tmp_path: Path) -> None:
    old = _filled(tmp_path)
    good = verify(old.path)
    seal(AuditLog(old.path, KEY), "A key was brought in.", "bea")
    assert verify(old.path, KEY, (good.entries, good.last)).ok
    assert not verify(old.path, KEY, (3, good.last)).ok


def test_who_seals_has_the_key_a_reason_and_something_to_seal(tmp_path: Path) -> None:
    log = _filled(tmp_path, key=KEY)
    with pytest.raises(UserError, match="Nothing is wrong"):
        seal(log, "To be sure.", "ana")
    with pytest.raises(UsageError, match="without a reason"):
        seal(log, " ", "ana")
    plain = AuditLog(log.path)
    with pytest.raises(UsageError, match="there is no key"):
        seal(plain, "So that it is green.", "mallory")
    plain.append("sealed", "audit log", who="mallory", about={"reason": "Trust me."})
    assert not verify(log.path, KEY).ok, "an entry without the key signs for nothing"
