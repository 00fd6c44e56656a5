"""Which files a request may name: notebooks below the server's root, and the project around them, nothing else.

A path comes as JupyterLab writes it: relative to the root, with forward slashes. Links are followed before a path is
judged, so that none leads out.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path, PurePosixPath

from platform_core.errors import UsageError, UserError
from promote.project import Project, find

# What is read from and written to a project's folders must stay in them
_FOLDERS = ("src", "tests", "evidence", "config", "notebooks", "data", ".workbench")


def notebook_path(root: Path, named: str) -> Path:
    """Give the file of a notebook that a request names; it need not exist.

    Args:
        root: The server's root.
        named: The path as the front end writes it.

    Raises:
        UsageError: It is no notebook's, or leads out of the root.

    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     notebook_path(Path(folder), "notebooks/rents.ipynb").name
    'rents.ipynb'
    """
    parts = named.split("/")
    if not named.isprintable() or "\\" in named or ":" in named or not named.endswith(".ipynb"):
        raise UsageError(
            "The path is not that of a notebook on this server.", hint="Open a .ipynb file of this server."
        )
    if any(part in ("", ".", "..") or part.startswith(".") for part in parts):
        raise UsageError("The path leads out of the server's folder, or into a hidden one.")
    inside = root.resolve()
    try:
        path = inside.joinpath(*parts).resolve()
    except (OSError, RuntimeError):  # a loop of links is a RuntimeError before Python 3.13
        raise UsageError("The notebook's path leads nowhere.") from None
    if not path.is_relative_to(inside):
        raise UsageError("The notebook is a link that leads out of the server's folder.")
    return path


def project_of(root: Path, notebook: Path) -> Project:
    """Give the project around a notebook.

    Raises:
        UsageError: There is none, it lies outside the server's root, or a folder of it is a link that leads out.
        UserError: Its pyproject.toml cannot be read, or names no package.
    """
    inside = root.resolve()
    project = find(notebook.parent)
    if not project.root.is_relative_to(inside):
        hint = "Start JupyterLab in the project's folder: `workbench lab`."
        raise UsageError("The notebook's project lies outside the server's folder.", hint=hint)
    for name in _FOLDERS:
        if not (project.root / name).resolve().is_relative_to(inside):
            raise UsageError(f"The project's folder {name} is a link that leads out of the server's folder.")
    return project


def inside_project(project: Project, relative: str) -> Path:
    """Give a file of a project by its path in it.

    Raises:
        UserError: The path is a link that leads out.
    """
    path = project.root.joinpath(*PurePosixPath(relative).parts)
    if not path.resolve().is_relative_to(project.root):
        raise UserError(f"{relative} is a link that leads out of the project.")
    return path


def all_inside_project(project: Project, relatives: Iterable[str]) -> None:
    """Look at many files of a project as `inside_project` does, following the links of each folder once.

    Raises:
        UserError: One of the paths is a link that leads out.
    """
    seen: set[Path] = set()
    for relative in relatives:
        path = project.root.joinpath(relative)
        if path.parent not in seen or path.is_symlink():
            inside_project(project, relative)
            seen.add(path.parent)
