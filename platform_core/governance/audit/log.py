"""Writing the audit log: one line at a time, under a lock, to the disk before the call returns."""

from __future__ import annotations

import fcntl
import hashlib
import hmac
import json
import os
import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from math import isfinite
from pathlib import Path
from typing import Any

from platform_core.values import dataclass, field, replace

ACTIONS = (
    "ran", "read", "promoted", "recorded", "approved", "downgraded", "deleted", "erased", "recovered", "missing",
    "sealed",
)  # fmt: skip
KEY_VARIABLE = "WORKBENCH_AUDIT_KEY"
START = "0" * 64  # what the first entry names as the one before

MOST_BEHIND = 16  # entries: each writer that is killed before it tells the head leaves one or two

_BLOCK = 1 << 16
_LONGEST = 500


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry.

    Attributes:
        n: Its number, from 1.
        at: When, in UTC.
        who: Who acted.
        did: What was done; one of `ACTIONS`.
        of: What it was done to, such as `silver:rents`.
        about: With which code, inputs and reasons: names and hashes, never a value of the data.
        before: The hash of the entry before it.
        hash: Its own hash, of everything above.
        keyed: Whether the hash was made with a key, which no other can make.
    """

    n: int
    at: str
    who: str
    did: str
    of: str
    about: Mapping[str, Any] = field(default_factory=dict)
    before: str = START
    hash: str = ""
    keyed: bool = False

    def content(self) -> dict[str, Any]:
        """Give all that is hashed."""
        told = {"n": self.n, "at": self.at, "who": self.who, "did": self.did, "of": self.of, "before": self.before}
        return {**told, "about": dict(self.about), "keyed": self.keyed}

    def line(self) -> bytes:
        """Give the entry as it stands in the file."""
        return canonical({**self.content(), "hash": self.hash}) + b"\n"


@dataclass(frozen=True, slots=True)
class AuditLog:
    """A file of entries that only grows, and beside it the head: number and hash of the last, signed by the key.

    Attributes:
        path: The file; the head stands beside it with the ending `.head`.
        key: A secret that hashes are made with, so that who can write the file still cannot make a chain of his own.
    """

    path: Path
    key: bytes | None = field(default=None, repr=False)

    @property
    def head(self) -> Path:
        """The file that tells the last entry."""
        return self.path.with_name(f"{self.path.name}.head")

    def append(
        self, did: str, of: str, *, who: str, about: Mapping[str, Any] | None = None, at: str | None = None
    ) -> Entry:
        """Write an entry; it is on the disk when this returns. Several processes may write at once.

        A line that a killed writer left torn is cut off first, and an entry says so; so is it said where the head tells
        of entries that are gone.

        Args:
            did: What was done.
            of: What it was done to.
            who: Who acted.
            about: More of it; texts are cut at 500 letters.
            at: When; now, in UTC, where it is not given.

        Raises:
            ValueError: There is no such action.
            OSError: The file cannot be written; the log is as it was.
        """
        if did not in ACTIONS:
            raise ValueError(f"no action is called {did!r}")
        moment = at or time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
        with self._locked() as descriptor:
            end = os.lseek(descriptor, 0, os.SEEK_END)
            last, torn = _last(descriptor, end)
            if torn:
                os.ftruncate(descriptor, end - torn)
            made: list[tuple[str, str, dict[str, Any]]] = []
            n, before = (last.n, last.hash) if last is not None else (0, START)
            known = read_head(self.head, self.key)
            if known is None and end == 0 and not self.head.exists():
                self._tell_head(0, START)  # a log without a head has lost it, however short it is
                known = (0, START)
            if torn:
                made.append(("recovered", "audit log", {"torn_bytes": torn}))
            if known is not None and not n - MOST_BEHIND <= known[0] <= n:
                made.append(("missing", "audit log", {"head": known[0], "found": n}))
            elif known is None:
                made.append(("missing", "audit log", {"head": None, "found": n}))
            made.append((did, of, {key: _short(value) for key, value in sorted((about or {}).items())}))
            lines: list[bytes] = []
            for what, thing, more in made:
                n += 1
                if what == "sealed":
                    more["sha256"] = _digest(descriptor, end - torn, lines)
                entry = self._signed(Entry(n, moment, _short(who), what, _short(thing), more, before))
                before = entry.hash
                lines.append(entry.line())
            try:
                _write(descriptor, b"".join(lines))
                os.fsync(descriptor)
                self._tell_head(n, before)
            except OSError:  # such as a full disk: who is told that nothing was written finds nothing
                os.ftruncate(descriptor, end - torn)
                raise
        return entry

    def _signed(self, entry: Entry) -> Entry:
        plain = replace(entry, keyed=self.key is not None)
        return replace(plain, hash=hash_of(plain, self.key))

    def _tell_head(self, n: int, last: str) -> None:
        part = self.head.with_name(f".{self.head.name}.part")  # one writer at a time: the lock is held
        signed = {"mac": _head_mac(n, last, self.key)} if self.key else {}
        with part.open("wb") as stream:
            stream.write(canonical({"n": n, "hash": last, **signed}) + b"\n")
            stream.flush()
            os.fsync(stream.fileno())  # else a power cut may leave an empty one
        part.replace(self.head)

    @contextmanager
    def _locked(self) -> Iterator[int]:
        self.path.parent.mkdir(parents=True, exist_ok=True)
        flags = os.O_RDWR | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC | os.O_NOFOLLOW
        descriptor = os.open(self.path, flags, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX)
            yield descriptor
        finally:
            os.close(descriptor)


def canonical(content: Mapping[str, Any]) -> bytes:
    """Give JSON that has one form only: keys in order, no spaces, ASCII alone.

    >>> canonical({"b": 1, "a": "x"})
    b'{"a":"x","b":1}'
    """
    return json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=True, allow_nan=False).encode()


def hash_of(entry: Entry, key: bytes | None) -> str:
    """Give the hash of an entry: SHA-256, or HMAC-SHA-256 where there is a key."""
    content = canonical(entry.content())
    return hmac.new(key, content, "sha256").hexdigest() if key else hashlib.sha256(content).hexdigest()


def parsed(line: bytes) -> Entry | None:
    """Read a line; None where it is no entry in the one form that entries have."""
    try:
        content = json.loads(line)
        entry = Entry(**content)
        return entry if entry.line() == line and type(entry.n) is int else None
    except (ValueError, TypeError, AttributeError, RecursionError):
        return None


def read_head(path: Path, key: bytes | None) -> tuple[int, str] | None:
    """Give number and hash of the last entry as the head tells them.

    None where there is none that can be read, or where there is a key and the head was not made with it.
    """
    try:
        content = json.loads(path.read_bytes())
        n, last = int(content["n"]), str(content["hash"])
        if key and not hmac.compare_digest(str(content["mac"]), _head_mac(n, last, key)):
            return None
    except (OSError, ValueError, TypeError, KeyError):
        return None
    return n, last


def _head_mac(n: int, last: str, key: bytes) -> str:
    return hmac.new(key, canonical({"head": n, "hash": last}), "sha256").hexdigest()


def _last(descriptor: int, end: int) -> tuple[Entry | None, int]:
    """Give the last whole entry, and how many bytes of a torn line follow it."""
    start, tail = end, b""
    while start > 0:
        size = min(_BLOCK, start)
        start -= size
        tail = os.pread(descriptor, size, start) + tail
        if tail.count(b"\n") > 1:
            break
    whole = tail.rfind(b"\n") + 1
    before = tail.rfind(b"\n", 0, max(whole - 1, 0)) + 1
    return parsed(tail[before:whole]), len(tail) - whole


def _digest(descriptor: int, end: int, lines: Iterable[bytes]) -> str:
    """Give the hash of all that a file holds up to a place, and of lines that follow it."""
    digest = hashlib.sha256()
    for start in range(0, end, _BLOCK):
        digest.update(os.pread(descriptor, min(_BLOCK, end - start), start))
    for line in lines:
        digest.update(line)
    return digest.hexdigest()


def _write(descriptor: int, content: bytes) -> None:
    while content:
        content = content[os.write(descriptor, content) :]


def _short(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {str(key): _short(one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [_short(one) for one in value]
    if value is None or isinstance(value, bool | int) or (isinstance(value, float) and isfinite(value)):
        return value
    text = "".join(c if c.isprintable() else " " for c in str(value))
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"
