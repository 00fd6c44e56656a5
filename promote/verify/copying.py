"""Copying a project to where verification may do with it as it likes, without a way back into the original.

A notebook writes wherever it wants, so nothing in the copy leads out of it: files are copied (by reference where the
file system can, so large sources cost nothing there), links that stay in the project are made anew as relative links,
and links that lead out are followed and what they lead to is copied. Hard links are never used.
"""

from __future__ import annotations

import errno
import fcntl
import os
import shutil
import stat
from collections.abc import Callable, Iterable
from pathlib import Path

from platform_core.errors import UserError

EXCLUDED_NAMES = frozenset(
    {
        ".git",
        ".hg",
        ".svn",
        ".venv",
        "node_modules",
        "__pycache__",
        ".ipynb_checkpoints",
        ".mypy_cache",
        ".pytest_cache",
        ".ruff_cache",
        ".tox",
        ".nox",
    }
)
EXCLUDED_AT_TOP = ("build", "dist", "data/lake")

_FICLONE = 0x40049409  # Linux: share the blocks of another file until either is written


def copy_project(
    project: Path, target: Path, *, lakes: Iterable[Path] = (), note: Callable[[str], None] = lambda text: None
) -> None:
    """Copy a project's files to the folder `target`, which is made.

    Left out: version control, environments, caches, builds, and the data lake. Special files, links to nothing and
    files that may not be read are left out too, the last with a note.

    Args:
        project: The project's root.
        target: A folder that does not exist yet, outside the project.
        lakes: Further folders to leave out, such as the lake that the configuration names.
        note: Told, in a sentence, of a file that cannot be read.

    Raises:
        UserError: The disk is full.
    """
    project = project.resolve()
    excluded = {project / name for name in EXCLUDED_AT_TOP} | {path.resolve() for path in lakes}
    try:
        _Copy(project, target, frozenset(excluded), note).folder(project, target, (project,))
    except OSError as error:
        if error.errno not in {errno.ENOSPC, errno.EDQUOT}:
            raise
        raise UserError(
            "There is no room for a copy of the project in the folder for temporary files.",
            hint="Free some space, or set TMPDIR to a folder on a larger disk.",
        ) from None


class _Copy:
    """One copy in the making: where from, where to, and what is left out."""

    def __init__(self, project: Path, target: Path, excluded: frozenset[Path], note: Callable[[str], None]) -> None:
        self._project, self._target, self._excluded, self._note = project, target, excluded, note

    def folder(self, source: Path, target: Path, above: tuple[Path, ...]) -> None:
        """Copy a folder; `above` holds the real folders it lies in, so that links in a circle end."""
        target.mkdir(parents=True)
        try:
            entries = sorted(os.scandir(source), key=lambda entry: entry.name)
        except PermissionError:
            self._unreadable(source)
            return
        for entry in entries:
            self._entry(Path(entry.path), target / entry.name, above)

    def _entry(self, source: Path, target: Path, above: tuple[Path, ...]) -> None:
        if source.name in EXCLUDED_NAMES or source in self._excluded:
            return
        if source.is_symlink():
            real = _resolved(source)
            if real is None:
                return
            if real.is_relative_to(self._project):
                inside = self._target / real.relative_to(self._project)
                target.symlink_to(os.path.relpath(inside, target.parent))
                return
            source = real
        mode = source.stat().st_mode
        if stat.S_ISDIR(mode):
            real = source.resolve()
            if real in above or real in self._excluded or (source / "pyvenv.cfg").exists():
                return
            if self._project.is_relative_to(real) and real != self._project:
                self._note(f"{target.name} leads to a folder around the project and is left out of the copy")
                return
            self.folder(source, target, (*above, real))
        elif stat.S_ISREG(mode):
            try:
                _copy_file(source, target, mode)
            except PermissionError:
                self._unreadable(source)

    def _unreadable(self, path: Path) -> None:
        name = path.relative_to(self._project).as_posix() if path.is_relative_to(self._project) else path.name
        self._note(f"{name} cannot be read and is left out of the copy")


def _resolved(link: Path) -> Path | None:
    try:
        return link.resolve(strict=True)
    except (OSError, RuntimeError):  # it leads nowhere, or in a circle
        return None


def _copy_file(source: Path, target: Path, mode: int) -> None:
    with source.open("rb") as reader, target.open("xb") as writer:
        if not _share(reader.fileno(), writer.fileno()):
            shutil.copyfileobj(reader, writer, 1 << 20)
    target.chmod(stat.S_IMODE(mode) & 0o777 | stat.S_IWUSR | stat.S_IRUSR)
    times = source.stat()
    os.utime(target, ns=(times.st_atime_ns, times.st_mtime_ns))


def _share(source: int, target: int) -> bool:
    try:
        fcntl.ioctl(target, _FICLONE, source)
    except OSError:  # another system, another disk, or a file system that cannot
        return False
    return True
