"""One update: read what was, render what is, merge, and write it all or nothing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from platform_core.errors import UserError
from promote.model import GeneratedFile
from promote.writing.journal import read_or_none
from promote.writing.leftovers import make_good
from promote.writing.write import commit
from workbench.updating.merging import Change, changes
from workbench.updating.record import NAME, Record, read_record, rendered_now


@dataclass(frozen=True, slots=True)
class Update:
    """What an update would do, with the record that stands for it afterwards."""

    changes: tuple[Change, ...]
    seen: dict[str, bytes | None]
    record: Record

    @property
    def conflicts(self) -> tuple[Change, ...]:
        """The files of which both sides changed the same lines."""
        return tuple(one for one in self.changes if one.what == "conflict")


def plan_update(root: Path) -> Update:
    """Say what today's template changes in a project; nothing is written.

    Raises:
        UserError: The project has no record, or a file cannot be read.
    """
    make_good(root)
    before = read_record(root)
    now = rendered_now(before.answers)
    seen: dict[str, bytes | None] = {}

    def ours(path: str) -> bytes | None:
        try:
            seen[path] = read_or_none(root / path)
        except OSError as error:
            raise UserError(f"{path} cannot be read: {error.strerror}.") from error
        return seen[path]

    found = tuple(changes(before.files, now.files, ours))
    ours(NAME)
    return Update(found, seen, now)


def write_update(root: Path, update: Update) -> Sequence[str]:
    """Write an update, all or nothing, conflicts with git's markers; give the paths that changed.

    Raises:
        WriteError: A file changed meanwhile, or the disk did not let us. The project is as it was.
    """
    files = [GeneratedFile.of(one.path, one.content, "") for one in update.changes if one.content is not None]
    removed = [one.path for one in update.changes if one.what == "removed"]
    files.append(GeneratedFile(NAME, update.record.text, ""))
    return commit(root, files, removed, seen=update.seen)
