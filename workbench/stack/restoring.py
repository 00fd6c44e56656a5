"""A backup into an empty stack: a project's, or one that is made for the rehearsal and goes afterwards."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path

from platform_core.errors import UserError
from workbench.project import Project
from workbench.stack.alone import database_alone
from workbench.stack.backup import Contents, read_contents, restore
from workbench.stack.native import lake_of, stack_folder
from workbench.stack.state import held


def restore_into(project: Project, backup: Path) -> tuple[Contents, list[str]]:
    """Restore a backup into the stack of a project; give what is there then, and what differs from the backup.

    Raises:
        UserError: The stack runs or is not empty, or the backup cannot be restored; the stack is empty then.
    """
    wanted = read_contents(backup)
    volumes = stack_folder(project) / "volumes"
    with held(stack_folder(project)) as free:
        if not free:
            raise UserError("The stack of this project runs.", hint="`workbench down` stops it.")
        if (volumes.is_dir() and any(volumes.glob("postgres/*"))) or any(lake_of(project).glob("*")):
            hint = "Restore into a fresh checkout of the project, or move data/stack/volumes away first."
            raise UserError("The stack of this project is not empty.", hint=hint)
        try:
            with database_alone(project) as environ:
                found = restore(environ, backup, lake_of(project))
        except BaseException:
            shutil.rmtree(volumes / "postgres", ignore_errors=True)
            shutil.rmtree(lake_of(project), ignore_errors=True)
            raise
    return found, wanted.differences(found)


def rehearse(backup: Path) -> tuple[Contents, list[str]]:
    """Restore a backup into an empty stack beside everything, compare, and remove it; nothing that runs is touched."""
    with tempfile.TemporaryDirectory(prefix="rehearsal-") as folder:
        return restore_into(Project(Path(folder).resolve(), "rehearsal"), backup)
