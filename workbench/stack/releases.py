"""Releases: the project's code as it stood when it was deployed, each in a folder of its own, and which of them serves.

A run imports its code anew, in a process of its own. What serves must therefore not change under it, and has to be
there as it was for whoever rolls back. Copied is what a project's image holds; everything else of the project's folder,
such as `sources/`, is linked.
"""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from pathlib import Path

from platform_core.atomic import replacing
from platform_core.errors import UserError
from workbench.project import Project

COPIED = ("pyproject.toml", "config", "dbt", "evidence", "policies", "src")
KEPT = 5  # releases, those that have a code server not counted
_LEFT_OUT = ("__pycache__", "*.pyc")


@dataclass(frozen=True, slots=True)
class Release:
    """One release: its number, a digest of its code, and the folder that stands for the project's."""

    number: int
    digest: str
    root: Path


@dataclass(slots=True)
class Releases:
    """The releases of a stack, oldest first, and the numbers of those that served, in their order."""

    folder: Path
    kept: list[Release] = field(default_factory=list)
    served: list[int] = field(default_factory=list)

    @property
    def serving(self) -> Release | None:
        """The release that served last; None where none ever did."""
        return self._of(self.served[-1]) if self.served else None

    @property
    def before(self) -> Release | None:
        """The release that served before that one and is still there."""
        earlier = (self._of(number) for number in reversed(self.served) if number != self.served[-1])
        return next((release for release in earlier if release), None)

    def get(self, number: int) -> Release:
        """Give a release by its number.

        Raises:
            UserError: It is not there.
        """
        found = self._of(number)
        if found is None:
            there = ", ".join(str(release.number) for release in self.kept) or "none"
            raise UserError(f"There is no release {number}.", hint=f"Those that are kept: {there}.")
        return found

    def take(self, project: Project) -> Release:
        """Make a release of the project as it stands, or give the newest one if that holds the same code."""
        part = self.folder / ".part"
        shutil.rmtree(part, ignore_errors=True)
        part.mkdir(parents=True)
        for name in COPIED:
            source = project.root / name
            if source.is_dir():
                shutil.copytree(source, part / name, ignore=shutil.ignore_patterns(*_LEFT_OUT))
            elif source.is_file():
                shutil.copyfile(source, part / name)
        digest = digest_of(part)
        if self.kept and self.kept[-1].digest == digest:
            shutil.rmtree(part)
            return self.kept[-1]
        for entry in sorted(project.root.iterdir()):
            if entry.name not in COPIED and not (entry.name.startswith(".") and entry.is_dir()):
                (part / entry.name).symlink_to(entry)
        number = self.kept[-1].number + 1 if self.kept else 1
        release = Release(number, digest, self.folder / str(number))
        shutil.rmtree(release.root, ignore_errors=True)  # of one that was not written down
        part.rename(release.root)
        self.kept.append(release)
        self._write()
        return release

    def note(self, release: Release, used: Iterable[int] = ()) -> None:
        """Note that a release serves from now on, and forget old ones that no code server uses."""
        if self.served[-1:] != [release.number]:
            self.served.append(release.number)
        needed = {*used, *self.served[-2:], *(one.number for one in self.kept[-KEPT:])}
        gone = [one for one in self.kept if one.number not in needed]
        self.kept = [one for one in self.kept if one.number in needed]
        self.served = [number for number in self.served if number in needed]
        self._write()
        for one in gone:
            shutil.rmtree(one.root, ignore_errors=True)

    def _of(self, number: int) -> Release | None:
        return next((release for release in self.kept if release.number == number), None)

    def _write(self) -> None:
        body = {"digests": {str(one.number): one.digest for one in self.kept}, "served": self.served}
        with replacing(self.folder / "releases.json") as path:
            path.write_text(json.dumps(body, indent=2) + "\n", encoding="utf-8")


def read_releases(stack: Path) -> Releases:
    """Read the releases of a stack; none where the file that tells of them is absent or damaged."""
    folder = stack / "releases"
    try:
        body = json.loads((folder / "releases.json").read_text(encoding="utf-8"))
        kept = [Release(int(number), str(digest), folder / number) for number, digest in body["digests"].items()]
        served = [int(number) for number in body["served"]]
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return Releases(folder)
    return Releases(folder, sorted(kept, key=lambda release: release.number), served)


def digest_of(root: Path) -> str:
    """Give a digest of the code below a project's folder: names and contents of what a release copies.

    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     _ = (Path(folder) / "pyproject.toml").write_text("[project]")
    ...     first = digest_of(Path(folder))
    ...     _ = (Path(folder) / "notes.md").write_text("not part of it")
    ...     (Path(folder) / "src" / "__pycache__").mkdir(parents=True)
    ...     _ = (Path(folder) / "src" / "__pycache__" / "a.pyc").write_text("nor this")
    ...     first == digest_of(Path(folder))
    True
    """
    digest = hashlib.sha256()
    for path in _files(root):
        digest.update(f"{path.relative_to(root).as_posix()}\0{path.stat().st_size}\0".encode())
        digest.update(path.read_bytes())
    return digest.hexdigest()


def _files(root: Path) -> Iterator[Path]:
    for name in COPIED:
        found = [root / name] if (root / name).is_file() else sorted((root / name).rglob("*"))
        yield from (path for path in found if path.is_file() and not _is_left_out(path.relative_to(root)))


def _is_left_out(path: Path) -> bool:
    """Say of a path below the project's folder whether a release leaves it out, as its copying does."""
    return any(fnmatchcase(part, pattern) for part in path.parts for pattern in _LEFT_OUT)
