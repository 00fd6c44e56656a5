"""The project that a command works on: where it stands, what its package is called, where its files go."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import NamedTuple

from platform_core.errors import UserError

# `nux`: the question for an e-mail address at the first visit
DAGSTER_YAML = "telemetry:\n  enabled: false\nnux:\n  enabled: false\n"


class Project(NamedTuple):  # which costs a tenth of what `dataclasses` does, and every command needs it
    """A data project on this machine.

    `root` is absolute; `package` is the name of the Python package under `src/`.
    """

    root: Path
    package: str

    @property
    def sources(self) -> Path:
        """The folder that holds the package."""
        return self.root / "src"

    @property
    def runs(self) -> Path:
        """The folder for the notebooks that `workbench run` executed."""
        return self.root / "data" / "runs"

    @property
    def dagster_home(self) -> Path:
        """The folder of Dagster's own records (SQLite) for this project."""
        return self.root / "data" / "dagster"

    def relative(self, path: Path) -> str:
        """Give a path as the project's people write it: from the project's root, with forward slashes."""
        resolved = path.resolve()
        return resolved.relative_to(self.root).as_posix() if resolved.is_relative_to(self.root) else str(path)

    def environment(self) -> dict[str, str]:
        """Give the environment for a process that works on the project: Jupyter, a kernel or Dagster."""
        inherited = os.environ.get("PYTHONPATH")
        search = os.pathsep.join([str(self.sources), *([inherited] if inherited else [])])
        scripts = str(Path(sys.executable).parent)
        return {
            **os.environ,
            "PATH": os.pathsep.join([scripts, os.environ.get("PATH", os.defpath)]),
            "PYTHONPATH": search,
            "WORKBENCH_PROJECT": str(self.root),
            "DAGSTER_HOME": str(self.dagster_home),
            "DAGSTER_DISABLE_TELEMETRY": "1",
            "JUPYTER_PLATFORM_DIRS": "1",
            "PYDEVD_DISABLE_FILE_VALIDATION": "1",
        }

    def prepare_dagster_home(self) -> Path:
        """Make the folder of Dagster's records, with telemetry off, and give it."""
        self.dagster_home.mkdir(parents=True, exist_ok=True)
        settings = self.dagster_home / "dagster.yaml"
        if not settings.exists():
            from platform_core.atomic import replacing  # noqa: PLC0415 - only the first call in a project needs it

            with replacing(settings) as new:  # one cut short would stay so, and leave telemetry on
                new.write_text(DAGSTER_YAML, encoding="utf-8")
        return self.dagster_home

    def writable_dagster_home(self) -> Path:
        """Give that folder, made; SQLite opens no records in a folder it cannot write to, not even to read them.

        Raises:
            UserError: It cannot be made, or nothing can be written there.
        """
        import tempfile  # noqa: PLC0415 - as in `find_project`

        try:
            home = self.prepare_dagster_home()
            with tempfile.TemporaryFile(dir=home):
                return home
        except OSError as error:
            raise unwritable(error.strerror or type(error).__name__) from error


def unwritable(why: str) -> UserError:
    """Give the error for records of Dagster that the machine lets nobody write."""
    hint = "data/dagster must be writable; `workbench doctor` says what else is not."
    return UserError(f"Dagster's records cannot be written: {why}.", hint=hint)


def find_project(start: Path | None = None) -> Project:
    """Find the project around `start` (the working directory by default).

    Raises:
        UserError: There is none, or its `pyproject.toml` cannot be used.
    """
    import tomllib  # noqa: PLC0415 - keeps `workbench --help` quick

    from platform_core.config import find_project as find_root  # noqa: PLC0415 - as above

    root = find_root(start).resolve()
    path = root / "pyproject.toml"
    try:
        settings = tomllib.loads(path.read_text(encoding="utf-8"))
        package = settings["tool"]["workbench"]["package"]
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise UserError(f"The project's settings cannot be read: {error}.", location=str(path)) from error
    except (KeyError, TypeError) as error:
        hint = 'Add a line such as `package = "my_project"` under [tool.workbench].'
        raise UserError("The project does not name its package.", hint=hint, location=str(path)) from error
    if not isinstance(package, str) or not package.isidentifier():
        raise UserError("The name of the project's package is no Python name.", location=str(path))
    return Project(root, package)
