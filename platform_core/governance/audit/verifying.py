"""Checking the audit log: that every entry is as it was written, none is missing, and none was put in."""

from __future__ import annotations

import hashlib
import hmac
import os
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime, timedelta
from pathlib import Path

from platform_core.errors import UserError
from platform_core.governance.audit.log import MOST_BEHIND, START, AuditLog, Entry, hash_of, parsed, read_head
from platform_core.values import dataclass

_BEGINS = b'{"about":{'  # the first key in order of what each line holds
_CLOCKS_DIFFER = timedelta(minutes=5)  # of machines that share a log


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a check found.

    Attributes:
        entries: How many entries hold together from the first on.
        last: The hash of the last of them: who notes it elsewhere can prove later that nothing was cut off since.
        problems: What is wrong, each a sentence; none where the log is as it was written.
        notes: What is worth knowing and no fault, such as a line that a killed writer left torn.
    """

    entries: int
    last: str
    problems: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def ok(self) -> bool:
        """Whether nothing is wrong."""
        return not self.problems


def verify(path: Path, key: bytes | None = None, anchor: tuple[int, str] | None = None) -> Verdict:
    """Check a log from its first line to its head.

    What is proven: that no entry up to the last was changed, taken out, put in or moved. That none was cut off at the
    end is proven against the head. Without a key, who can write both files can cut both; with one he can put back both
    as they once stood. Only an anchor shows that.

    Args:
        path: The log.
        key: The key that its hashes were made with.
        anchor: Number and hash of an entry that were noted elsewhere earlier.

    Raises:
        UserError: There is no such file and nothing tells that there was one, or it is a folder.
    """
    log = AuditLog(path, key)
    try:
        with path.open("rb") as stream:
            if os.fstat(stream.fileno()).st_size or anchor is not None or log.head.exists():
                seals = _seals(stream, key) if key else {}
                stream.seek(0)
                return _verified(log, iter(stream), anchor, seals)
    except FileNotFoundError:
        if anchor is not None or log.head.exists():
            return _verified(log, iter(()), anchor, {})
    except IsADirectoryError:
        raise _no_file(path) from None
    raise UserError("There is no audit log.", hint="It begins with the first run of an asset.") from None


def _seals(lines: Iterable[bytes], key: bytes) -> dict[int, Entry]:
    """Give the entries that sign for all that stands before them and for which that still holds, by line."""
    digest, found = hashlib.sha256(), {}
    for number, line in enumerate(lines, 1):
        entry = parsed(line) if b'"did":"sealed"' in line else None
        signed = entry is not None and entry.did == "sealed" and not _unsigned(entry, number, key)
        if entry is not None and signed and entry.about.get("sha256") == digest.hexdigest():
            found[number] = entry
        digest.update(line)
    return found


def _sealed(entry: Entry) -> Iterator[str]:
    """Say what a seal signs for."""
    yield f"What stands before entry {entry.n} is as {entry.who} sealed it: {entry.about.get('reason')}"
    for problem in entry.about.get("was", ()):
        yield f"Entry {entry.n} sealed this: {problem}"


def _verified(
    log: AuditLog, lines: Iterator[bytes], anchor: tuple[int, str] | None, seals: Mapping[int, Entry]
) -> Verdict:
    n, last = 0, START
    sealed = max(seals, default=0)
    problems: list[str] = []
    notes: list[str] = []
    head, seen = read_head(log.head, log.key), {}
    clock = _Clock()
    wanted = {one[0] for one in (head, anchor) if one is not None}
    for number, line in enumerate(lines, 1):
        if not line.endswith(b"\n"):
            (notes if _unfinished(line) else problems).append(_rest(line, number))
            break
        entry = parsed(line)
        clock.see(entry)
        if number <= sealed:
            if entry is not None and entry.n in wanted:
                seen[entry.n] = entry.hash
            if number in seals:
                n, last = seals[number].n, seals[number].hash
                notes += _sealed(seals[number])
            continue
        wrong = _wrong(entry, number, n, last, log.key)
        if entry is None or wrong:
            problems.append(wrong or f"Line {number} is no entry.")
            break
        n, last = entry.n, entry.hash
        if n in wanted:
            seen[n] = last
        if entry.did == "missing":
            found, told = entry.about.get("found"), entry.about.get("head")
            gone = "the head was gone" if told is None else f"the head told of {told} entries"
            problems.append(f"Entry {n} says that {gone} where {found} were found.")
        if entry.did == "recovered":
            notes.append(f"Entry {n} says that a torn line of {entry.about.get('torn_bytes')} bytes was cut off.")
    if not any(problem.startswith("Line") for problem in problems):
        problems += _ends(n, last, head, seen, notes, there=log.head.exists())
        if anchor is not None and seen.get(anchor[0]) != anchor[1]:
            problems.append(f"Entry {anchor[0]} is not the one that was noted elsewhere, or is gone.")
    return Verdict(n, last, tuple(problems), (*notes, *clock.notes()))


def _unfinished(line: bytes) -> bool:
    """Whether a last line without its end is one that a writer, or the machine under it, did not live to finish."""
    return line.startswith(_BEGINS[: len(line)]) or not line.strip(b"\0")


def _rest(line: bytes, number: int) -> str:
    """Say what stands behind the last entry."""
    after = "The next entry cuts it off and says so."
    if not line.strip(b"\0"):
        return f"Line {number} is {len(line)} empty bytes: the machine lost its power while a line was written. {after}"
    if _unfinished(line):
        return f"Line {number} is torn: a writer was killed. {after}"
    return f"Line {number} is the beginning of no entry: something else wrote it."


class _Clock:
    """Sees where an entry tells an earlier time than the one before it.

    The order of entries is that of the file, so this is no fault of the log; but who set a clock back may have had
    something to date back.
    """

    def __init__(self) -> None:
        self._last: datetime | None = None
        self._found: list[int] = []

    def see(self, entry: Entry | None) -> None:
        """Look at the next entry."""
        try:
            at = datetime.fromisoformat(entry.at) if entry is not None else None
            if entry is not None and at and self._last and at < self._last - _CLOCKS_DIFFER:
                self._found.append(entry.n)
        except (TypeError, ValueError):  # a time that is none, or has no zone
            at = None
        self._last = at or self._last

    def notes(self) -> Iterator[str]:
        """Give what was seen."""
        if self._found:
            who = (
                f"Entry {self._found[0]} tells"
                if len(self._found) == 1
                else (f"{len(self._found)} entries, the first of them {self._found[0]}, tell")
            )
            yield f"{who} a time before that of the entry above: a clock was set back, or two machines' clocks differ."


def _wrong(entry: Entry | None, number: int, n: int, last: str, key: bytes | None) -> str:
    if entry is None:
        return f"Line {number} is no entry as it was written: it was changed."
    if entry.n != n + 1:
        return f"Line {number} holds entry {entry.n} where entry {n + 1} belongs: one was taken out, put in or moved."
    if entry.before != last:
        return f"Line {number} does not follow the line before it: one of the two was changed or taken out."
    return _unsigned(entry, number, key)


def _unsigned(entry: Entry, number: int, key: bytes | None) -> str:
    if entry.keyed and key is None:
        return f"Line {number} was made with a key, which this check was not given."
    if key is not None and not entry.keyed:
        return f"Line {number} was made without the key."
    if not hmac.compare_digest(entry.hash, hash_of(entry, key)):
        return f"Line {number} does not have the hash of what it says: it was changed, or made with another key."
    return ""


def _ends(
    n: int, last: str, head: tuple[int, str] | None, seen: dict[int, str], notes: list[str], *, there: bool
) -> Iterator[str]:
    if head is None:
        if n or there:
            yield (
                "The head is missing, cannot be read or was made without the key, so that nobody can tell whether"
                " entries were cut off."
            )
    elif head[0] > n:
        yield f"The head tells of {head[0]} entries, and {n} are there: the last were cut off."
    elif seen.get(head[0], START) != head[1]:
        yield f"Entry {head[0]} is not the one that the head tells of."
    elif head[0] < n - MOST_BEHIND:
        yield f"The head is behind by {n - head[0]}, more than killed writers leave: an older one was put in its place."
    elif head[0] < n:
        notes.append(f"The head is behind by {n - head[0]}: a writer was killed before it could tell.")


def read_entries(path: Path) -> Iterator[Entry]:
    """Give the entries of a log as they stand there, one by one; lines that are none are passed over.

    Raises:
        UserError: There is no such file.
    """
    try:
        with path.open("rb") as stream:
            for line in stream:
                if (entry := parsed(line)) is not None:
                    yield entry
    except IsADirectoryError:
        raise _no_file(path) from None
    except FileNotFoundError:
        raise UserError("There is no audit log.", hint="It begins with the first run of an asset.") from None


def _no_file(path: Path) -> UserError:
    return UserError("That is a folder, and no audit log.", location=str(path), hint="Name the file in it.")
