"""What earlier checks found, kept in the user's cache folder so that an unchanged notebook is not analysed again.

It lies outside the project, on purpose: `--check` writes nothing there, and nobody can commit an answer for CI to find.
A record is read only by the same tool, on the same Python; a broken or missing one is no record. The folder may be
deleted at any time. `WORKBENCH_CACHE` names another folder, or is `off`.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Mapping
from contextlib import suppress
from functools import cache, cached_property

from platform_core.hints import Any, StrPath

try:  # hashlib loads the whole of OpenSSL first
    from _blake2 import blake2b
except ImportError:  # a Python that keeps it elsewhere
    from hashlib import blake2b

VARIABLE = "WORKBENCH_CACHE"
_FOLDER = "notebook-workbench"


def fingerprint(*texts: str) -> str:
    """Give the digest of some texts, of this version of the tool and of this Python.

    The tool is known by its files, their sizes and times, so that a copy under development forgets what it was.
    """
    return digest_of_text("\0".join([_tool(), *texts]))


@cache
def _tool() -> str:
    here = os.path.dirname(__file__)
    folders = [here, os.path.join(os.path.dirname(here), "platform_core")]
    files: list[str] = []
    for folder in folders:  # which grows while it is walked
        with os.scandir(folder) as entries:
            for entry in entries:
                if entry.name.endswith((".py", ".json")):
                    found = entry.stat()
                    files.append(f"{entry.path} {found.st_size} {found.st_mtime_ns}")
                elif "." not in entry.name and not entry.name.startswith("_") and folder == folders[0]:
                    folders.append(entry.path)
    return "\0".join([sys.version, *sorted(files)])


# Not everywhere: without them the analysis reads a file as well, and only a pipe could hold it
_READING = os.O_RDONLY | getattr(os, "O_CLOEXEC", 0) | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)


def digest_of_bytes(content: bytes) -> str:
    """Give the digest of bytes."""
    return blake2b(content, digest_size=32).hexdigest()


def digest_of_text(text: str) -> str:
    """Give the digest of a text."""
    return digest_of_bytes(text.encode("utf-8", "surrogatepass"))


def digest_of(path: StrPath) -> str:
    """Give the digest of a file's content, empty where there is no file that can be read."""
    try:
        descriptor = os.open(path, _READING)
    except OSError:
        return ""
    try:
        with open(descriptor, "rb", buffering=0) as stream:  # which a pipe cannot hold
            return digest_of_bytes(stream.readall())
    except OSError:
        return ""


class Files:
    """The files that one check reads. Most of those it asks for are not there, which the list of a folder tells."""

    def __init__(self) -> None:
        self.names = cache(_names)
        self.real_folder = cache(os.path.realpath)

    @staticmethod
    def among(folder: str, *endings: str) -> list[str]:
        """Give the paths of the files in a folder whose names end so, sorted; a pattern would have to be compiled."""
        try:
            return [f"{folder}{os.sep}{name}" for name in sorted(os.listdir(folder)) if name.endswith(endings)]
        except OSError:
            return []

    def digest(self, folder: str, name: str) -> str:
        """Give the digest of a file's content, empty where there is no file that can be read."""
        return digest_of(f"{folder}/{name}") if self.may_have(folder, name) else ""

    def may_have(self, folder: str, name: str) -> bool:
        """Say whether a file may be in a folder, as the list of the folder was when it was first asked."""
        names = self.names(folder)
        return names is None or not name.isascii() or name.lower() in names

    def real(self, path: str) -> str:
        """Give a path with every link in it followed."""
        folder, name = os.path.split(path)
        if os.path.islink(path) or name in {"", ".", ".."}:
            return os.path.realpath(path)
        return os.path.join(self.real_folder(folder), name)


def _names(folder: str) -> frozenset[str] | None:
    """The names in a folder as a disk that knows no capitals tells them apart; None where they cannot be listed."""
    try:
        return frozenset(map(str.lower, os.listdir(folder or ".")))
    except (FileNotFoundError, NotADirectoryError):
        return frozenset()
    except OSError:
        return None


class Memory:
    """The records of one project by the path of the notebook, made for one tool, one Python and what `of` tells."""

    def __init__(self, root: StrPath, *of: str) -> None:
        self.of = of
        self.folder = _base()
        if self.folder is not None:
            self.folder = os.path.join(self.folder, digest_of_bytes(os.fsencode(root))[:24])
        self._made = False

    @cached_property
    def key(self) -> str:
        """What tells for whom a record was made."""
        return fingerprint(*self.of)

    def load(self, notebook: str) -> Mapping[str, Any]:
        """Give the record of a notebook, empty where there is none of use."""
        if self.folder is None:
            return {}
        try:
            with open(self._path(notebook), encoding="utf-8") as stream:
                record = json.load(stream)
        except (OSError, ValueError, RecursionError):
            return {}
        return record if isinstance(record, dict) and record.get("key") == self.key else {}

    def save(self, notebook: str, record: Mapping[str, Any]) -> None:
        """Keep a record, by one rename; where it cannot be kept the next check works a little more."""
        if self.folder is None:
            return
        with suppress(OSError):
            if not self._made:
                os.makedirs(self.folder, mode=0o700, exist_ok=True)
                self._made = True
            path = self._path(notebook)
            beside = f"{path}.{os.getpid()}"
            with open(beside, "wb") as stream:
                stream.write(json.dumps({"key": self.key, **record}).encode())  # `dump` would work in Python
            os.replace(beside, path)

    def _path(self, notebook: str) -> str:
        return f"{self.folder}/{digest_of_text(notebook)[:24]}.json"


def _base() -> str | None:
    named = os.environ.get(VARIABLE)
    if named is not None:
        return None if named in {"", "off"} else os.path.join(os.getcwd(), named)
    folder = os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache")
    return os.path.join(folder, _FOLDER) if os.path.isabs(folder) else None
