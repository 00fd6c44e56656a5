"""The project's own files: Dagster's records, the settings of every environment, and where it writes."""

from __future__ import annotations

import os
from pathlib import Path

from platform_core.config import load_config
from platform_core.errors import UserError
from workbench.doctor.values import Standing
from workbench.project import Project

WRITTEN = ("data", "notebooks", "src", "tests", "evidence", "build")


def dagster_home(project: Project) -> Standing:
    """Look at where Dagster keeps its records: `workbench` gives the project's own, other commands the shell's."""
    name, named = "Dagster's records", os.environ.get("DAGSTER_HOME")
    own = project.relative(project.dagster_home)
    if named and not Path(named).is_dir():
        return Standing(
            name, False, "DAGSTER_HOME names a folder that is not there", f'export DAGSTER_HOME="$PWD/{own}"'
        )
    if not (project.dagster_home / "dagster.yaml").is_file():

        def fix() -> None:
            project.prepare_dagster_home()

        return Standing(name, False, f"{own} is not made yet", "workbench doctor --fix", fix)
    if named and Path(named).resolve() != project.dagster_home.resolve():
        return Standing(name, True, f"in {own}; this shell's DAGSTER_HOME, for commands of Dagster's own, is another")
    return Standing(name, True, f"in {own}")


def configuration(project: Project) -> Standing:
    """Look at whether the settings of every environment can be read."""
    environments = sorted({path.stem for path in (project.root / "config").glob("*.yaml")} - {"base"})
    for environment in environments or ["dev"]:
        try:
            load_config(project.root, environment)
        except UserError as error:
            mend = f"Edit {error.location or f'config/{environment}.yaml'}. {error.hint or ''}".rstrip()
            return Standing("configuration", False, f"{environment}: {error.message}", mend)
    return Standing("configuration", True, f"{', '.join(environments) or 'dev'} can be read")


def write_access(project: Project) -> Standing:
    """Look at whether this person may write where the commands write."""
    closed = [name for name in ("", *WRITTEN) if not _may_write(project.root / name)]
    if not closed:
        return Standing("write access", True, "the project's folders can be written")
    shown = " ".join(name or "." for name in closed)
    return Standing("write access", False, f"no right to write {shown}", f"chmod -R u+w {shown}")


def _may_write(path: Path) -> bool:
    while not path.exists():
        path = path.parent
    return os.access(path, os.W_OK | (os.X_OK if path.is_dir() else 0))
