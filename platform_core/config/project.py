"""Finding the data project that the working directory stands in."""

from __future__ import annotations

import os
import tomllib
from functools import lru_cache
from pathlib import Path

from platform_core.errors import UsageError, UserError

PROJECT_VARIABLE = "WORKBENCH_PROJECT"


def find_project(start: Path | str | None = None) -> Path:
    r"""Give the folder of the project: the nearest one whose pyproject.toml has a `[tool.workbench]` table.

    Args:
        start: Where to look first, then upwards. Without it the environment variable `WORKBENCH_PROJECT` names the
            project itself, else the search starts at the working directory.

    Raises:
        UsageError: There is none.
        UserError: A pyproject.toml on the way cannot be read.

    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     place = Path(folder).resolve()
    ...     _ = (place / "pyproject.toml").write_text('[tool.workbench]\npackage = "rents"\n')
    ...     (place / "notebooks").mkdir()
    ...     find_project(place / "notebooks") == place
    True
    """
    named = os.environ.get(PROJECT_VARIABLE) if start is None else None
    if named:
        project = Path(named).resolve()
        if not _is_project(project):
            raise UsageError(
                f"The environment variable {PROJECT_VARIABLE} names no data project.",
                hint="Let it name the folder whose pyproject.toml has a [tool.workbench] table, or unset it.",
            )
        return project
    here = Path(start or ".").resolve()
    for folder in (here, *here.parents):
        if _is_project(folder):
            return folder
    raise UsageError(
        "No data project was found here or in any folder above.",
        hint="Change into a project's folder, or make one with `workbench new DIR`.",
    )


def _is_project(folder: Path) -> bool:
    file = folder / "pyproject.toml"
    try:
        about = file.stat()
        return _names_workbench(file, (about.st_mtime_ns, about.st_size, about.st_ino))
    except (FileNotFoundError, NotADirectoryError):
        return False
    except tomllib.TOMLDecodeError as error:
        raise UserError(f"The file is not valid TOML: {error}.", location=str(file)) from None
    except (OSError, UnicodeDecodeError) as error:
        raise UserError(f"The file cannot be read ({type(error).__name__}).", location=str(file)) from None


@lru_cache(maxsize=64)
def _names_workbench(file: Path, _: tuple[int, int, int]) -> bool:
    """Say whether a file has the table; asked for every step, it is read anew only where its state is another."""
    with file.open("rb") as stream:
        content = tomllib.load(stream)
    tool = content.get("tool")
    return isinstance(tool, dict) and isinstance(tool.get("workbench"), dict)
