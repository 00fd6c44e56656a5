"""Files under one root folder."""

from __future__ import annotations

import errno
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from typing import Any, Self, TypeAlias

from platform_core.atomic import replacing
from platform_core.config import find_project
from platform_core.errors import UserError
from platform_core.resources import recording
from platform_core.resources.base import PlatformResource
from platform_core.suggest import did_you_mean

FULL_DISK = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})
_GLOB = re.compile(r"[*?\[]")


Names: TypeAlias = list[str]  # a method of the class is called list


class FilesResource(PlatformResource):
    """Files that stand under one root folder, and nowhere else.

    A path leads to what `pl.scan_csv`, pandas and DuckDB read. Where a recording is being made, it leads to a copy in
    the recording; where one is replayed, to that copy alone.

    Args:
        root: The folder. One that is not absolute is read from the project's folder, or from the working directory
            outside any project.

    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     _ = Path(folder, "a.csv").write_text("x")
    ...     FilesResource(root=folder).path("a.csv").read_text()
    'x'
    """

    root: str

    @classmethod
    def at_project(cls, fields: Mapping[str, Any], project: Path) -> dict[str, Any]:
        """Read a root that is not absolute from the project's folder."""
        root = fields.get("root")
        # An EnvVar is a text too, but only knows its value later
        return {**fields, "root": str(project / root)} if type(root) is str else dict(fields)

    @classmethod
    def replaying(cls, folder: Path | str, name: str = "") -> Self:
        """Give the files of a recording: they stand in its folder as they stood under the root."""
        resource = cls(root=str(folder), name=name)
        resource._replays = Path(folder)
        return resource

    def path(self, name: str) -> Path:
        """Give the path of a file or folder under the root, or of a pattern (`2025-*.csv`) that matches some file.

        Raises:
            UserError: The name is absolute, leaves the root (by `..` or by a symbolic link), or nothing is there.
        """
        relative = self._relative(name)
        replayed = recording.replay_folder(self._label)
        if replayed is not None:
            return self._found(replayed, relative, recorded=True)
        root = self._root()
        live = self._found(root, relative)
        files = _files(root, relative)
        recorded = recording.record_folder(self._label)
        if recorded is None:
            return live
        for file in files:
            recording.copy(file, recorded / file.relative_to(root))
        return recorded / relative

    def list(self, pattern: str = "*") -> list[Path]:
        """Give the paths of all files that match a pattern, sorted by name; hidden files are left out.

        Args:
            pattern: Shell wildcards relative to the root; `**` stands for any folders.

        Raises:
            UserError: The pattern or a match leaves the root.
        """
        return [self.path(name) for name in self.names(pattern)]

    def names(self, pattern: str = "*") -> Names:
        """Give the names of all files that match a pattern, relative to the root, as `list` gives their paths.

        Raises:
            UserError: The pattern or a match leaves the root.
        """
        relative = self._relative(pattern)
        replayed = recording.replay_folder(self._label)
        root = self._root() if replayed is None else replayed
        return sorted(file.relative_to(root).as_posix() for file in _matches(root, relative))

    @contextmanager
    def writing(self, name: str) -> Iterator[Path]:
        """Give a temporary path to write a file to; it takes its place under the root when the block ends well.

        Readers see the old file or the new, whole; so does everyone where the writer is killed.

        Raises:
            UserError: The name leaves the root, a recording is replayed, or the disk is full.
        """
        self.refuse_writing()
        target = self._root() / self._relative(name)
        if not target.parent.resolve().is_relative_to(self._root()) or target.is_symlink() or target.is_dir():
            raise UserError(f"{name!r} leads out of the files resource {self._label!r}, or is a folder.")
        try:
            with replacing(target) as part:
                yield part
        except OSError as error:
            raise refused_write(name, error) from None

    def present(self, pattern: str = "**/*") -> Iterator[tuple[Path, str]]:
        """Give the files that are there, each with its path below the root; nothing is recorded.

        Raises:
            UserError: The pattern or a match leaves the root.
        """
        root = self._root()
        for file in _matches(root, self._relative(pattern)):
            yield file, file.relative_to(root).as_posix()

    @property
    def _label(self) -> str:
        return self.name or PurePosixPath(self.text("root")).name or "files"

    def _root(self) -> Path:
        root = Path(self.text("root"))
        if not root.is_absolute():
            root = _project_folder() / root
        if not root.is_dir():
            raise UserError(
                f"The folder of the files resource {self._label!r} does not exist.", hint="Make it, or set its `root`."
            )
        return root.resolve()

    def _relative(self, name: str) -> PurePosixPath:
        relative = PurePosixPath(name)
        if not relative.parts or "\0" in name or relative.is_absolute() or ".." in relative.parts:
            raise UserError(
                f"A path of the files resource {self._label!r} must be relative to its root, without '..'.",
                hint="Write the path below the root, such as 'issues/2025-01-22.csv'.",
            )
        return relative

    def _found(self, root: Path, relative: PurePosixPath, *, recorded: bool = False) -> Path:
        path = root / relative
        if path.exists():
            if not path.resolve().is_relative_to(root.resolve()):
                raise UserError(
                    f"{relative.as_posix()!r} leads out of the files resource {self._label!r} by a symbolic link."
                )
            return path
        if _GLOB.search(relative.as_posix()) and _matches(root, relative):
            return path
        if recorded:
            raise UserError(
                f"The recording of the files resource {self._label!r} holds no {relative.as_posix()!r}.",
                hint="Let the step read only what the notebook's own run reads.",
            )
        siblings = [file.relative_to(root).as_posix() for file in _matches(root, relative.parent / "*")]
        raise UserError(
            f"The files resource {self._label!r} has no file {relative.as_posix()!r}.",
            hint=did_you_mean(relative.as_posix(), siblings),
        )


def refused_write(name: str, error: OSError) -> UserError:
    """Give the error for a file that could not be written, without a path of this machine."""
    reason = "the disk is full" if error.errno in FULL_DISK else error.strerror or type(error).__name__
    return UserError(f"{name!r} was not written and is as it was ({reason}).")


def _project_folder() -> Path:
    try:
        return find_project()
    except UserError:
        return Path.cwd()


def _files(root: Path, relative: PurePosixPath) -> list[Path]:
    """Give the files that a path stands for: itself, those of a folder, or those that match a pattern."""
    path = root / relative
    if path.is_dir():
        return _matches(root, relative / "**" / "*")
    return [path] if path.exists() else _matches(root, relative)


def _matches(root: Path, pattern: PurePosixPath) -> list[Path]:
    inside = root.resolve()
    if any("**" in part and part != "**" for part in pattern.parts):  # which Python reads from 3.13 on, as one `*`
        raise UserError("A pattern may hold '**' only as a whole folder.", hint="Write a pattern such as '**/*.csv'.")
    if pattern.name == "**":  # files too, which Python gives from 3.13 on
        pattern /= "*"
    found = []
    for path in sorted(root.glob(pattern.as_posix())):
        hidden = any(part.startswith(".") for part in path.relative_to(root).parts)
        if path.is_file() and not hidden:
            if not path.resolve().is_relative_to(inside):
                raise UserError(
                    f"{path.relative_to(root).as_posix()!r} leads out of its files resource by a symbolic link."
                )
            found.append(path)
    return found
