"""The files of two revisions, asked of git as a process and without a shell; the working tree may be one of them."""

from __future__ import annotations

import hashlib
import os
import re
import stat
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from platform_core.errors import UsageError
from platform_core.values import dataclass
from workbench.git import names_in, read_blobs, refused, run_git

LARGEST = 4_000_000  # bytes; a module, an evidence file or a generated test is far smaller
_REGULAR = frozenset((b"100644", b"100755"))
_OBJECT = re.compile(rb"[0-9a-f]{40}(?:[0-9a-f]{24})?")


@dataclass(frozen=True, slots=True)
class Revision:
    """A revision: the name that was asked for, its commit (empty for the working tree), and its files' ids by path."""

    name: str
    commit: str
    ids: Mapping[str, str]


class Repository:
    """A project's git repository.

    Args:
        root: The project's folder, which may lie deeper than the repository's.

    Raises:
        UsageError: There is no git, or no repository.
    """

    def __init__(self, root: Path) -> None:
        self.root = root
        self._blobs: dict[str, bytes] = {}
        prefix = self._run("rev-parse", "--show-prefix")
        if prefix is None:
            raise refused(root, "there is nothing to compare with")
        self.prefix = prefix.decode("utf-8", "surrogateescape").strip("\n")

    def range(self, asked: str) -> tuple[Revision, Revision]:
        """Give both revisions of `BASE..HEAD`, of `BASE...HEAD` (from where they parted), or of `BASE` and the files.

        Raises:
            UsageError: Git does not know one of them, or they have no common ancestor.
        """
        base, dots, head = asked.partition("...") if "..." in asked else asked.partition("..")
        if not base:
            raise UsageError("No revision to compare with was named.", hint="Write BASE..HEAD, such as main..HEAD.")
        first = self._commit(base)
        second = self._commit(head) if head else ""
        if dots == "...":
            found = self._run("merge-base", first, second or "HEAD")
            if found is None:
                hint = "In CI, fetch the whole history (fetch-depth: 0), or write BASE..HEAD."
                raise UsageError(f"{base!a} and {head or 'HEAD'!a} have no common ancestor here.", hint=hint)
            first = found.decode("ascii").split()[0]
        return (
            Revision(base, first, self._tree(first)),
            Revision(head, second, self._tree(second)) if second else Revision("the working tree", "", self._files()),
        )

    def read(self, revision: Revision, paths: Iterable[str]) -> dict[str, bytes]:
        """Give the content of files of a revision; one that is too large, or that cannot be read, is left out."""
        wanted = [path for path in paths if path in revision.ids]
        if not revision.commit:
            contents = ((path, _content(self.root / path)) for path in wanted)
            return {path: content for path, content in contents if content is not None}
        missing = sorted({revision.ids[path] for path in wanted} - self._blobs.keys())
        if missing:
            self._blobs |= read_blobs(self.root, missing)
        return {path: self._blobs[revision.ids[path]] for path in wanted if revision.ids[path] in self._blobs}

    def identities(self, revision: Revision, paths: Sequence[str]) -> dict[str, str]:
        """Give what tells the content of files from another, as git names it."""
        if revision.commit:
            return {path: revision.ids[path] for path in paths}
        longer = len(self._commit("HEAD")) > 40
        found = {}
        for path, content in self.read(revision, paths).items():
            whole = b"blob %d\0" % len(content) + content
            found[path] = (hashlib.sha256(whole) if longer else hashlib.sha1(whole, usedforsecurity=False)).hexdigest()
        return found

    def _commit(self, name: str) -> str:
        found = self._run("rev-parse", "--verify", "--quiet", "--end-of-options", f"{name}^{{commit}}")
        if found is None or not _OBJECT.fullmatch(found.strip()):
            hint = "Name a branch, a tag or a commit; in CI, fetch it first (fetch-depth: 0)."
            raise UsageError(f"Git knows no revision {name!a}.", hint=hint)
        return found.decode("ascii").strip()

    def _tree(self, commit: str) -> dict[str, str]:
        listing = self._run("ls-tree", "-r", "-z", "-l", commit)
        found: dict[str, str] = {}
        for line in (listing or b"").split(b"\0"):
            facts, _, path = line.partition(b"\t")
            mode, _, name, size = (*facts.split(), b"", b"", b"", b"")[:4]
            if mode in _REGULAR and size.isdigit() and int(size) <= LARGEST:
                found[path.decode("utf-8", "surrogateescape")] = name.decode("ascii")
        return found

    def _files(self) -> dict[str, str]:
        """Give the files of the working tree that git knows or would take, all with the empty id."""
        listing = self._run("ls-files", "-z", "--cached", "--others", "--exclude-standard")
        return {name: "" for name in sorted(set(names_in(listing))) if _size(self.root / name) is not None}

    def _run(self, *arguments: str) -> bytes | None:
        return run_git(self.root, *arguments)


def _size(path: Path) -> int | None:
    """Give the size of a plain file, None of anything else: a link may lead out of the project."""
    try:
        found = path.lstat()
    except (OSError, ValueError):
        return None
    return found.st_size if stat.S_ISREG(found.st_mode) and found.st_size <= LARGEST else None


def _content(path: Path) -> bytes | None:
    try:
        with open(os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK), "rb") as stream:  # noqa: PTH123 - opened so that no link is followed
            return stream.read(LARGEST)
    except (OSError, ValueError):
        return None
