"""Where the data of an asset lies, in the lakes that this machine reaches."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

from platform_core.config.load import DEFAULT_ENVIRONMENT, ENVIRONMENT_VARIABLE, load_config
from platform_core.errors import UserError
from platform_core.lake import Lake
from platform_core.values import dataclass


@dataclass(frozen=True, slots=True)
class Stored:
    """The data of an asset in one lake.

    `paths` are what is there: the file, and the folder of its partitions. `inside` tells whether the lake lies in the
    project, where a write can rename in it; `files` counts.
    """

    environment: str
    lake: Path
    paths: tuple[Path, ...]
    files: int
    inside: bool


def environments(root: Path) -> tuple[str, ...]:
    """Give the environments that the configuration has files for, that of this command first."""
    current = os.environ.get(ENVIRONMENT_VARIABLE) or DEFAULT_ENVIRONMENT
    others = sorted(path.stem for path in (root / "config").glob("*.yaml") if path.stem not in ("base", current))
    return (current, *others)


def stored(root: Path, name: str, layer: str) -> Stored:
    """Give what the lake of this command's environment holds of an asset.

    Raises:
        UserError: The configuration cannot be read.
    """
    config = load_config(root)
    folder = config.lake / layer
    file = Lake(config.lake).path(layer, name)
    found = tuple(path for path in (file, folder / name) if path.exists())
    count = sum(len(list(path.glob("*.parquet"))) if path.is_dir() else 1 for path in found)
    return Stored(config.environment, config.lake, found, count, _inside(root, folder))


def others(root: Path, current: Stored) -> list[str]:
    """Give the environments whose lake is another one."""
    found = []
    for name in environments(root)[1:]:
        try:
            lake = load_config(root, name).lake
        except UserError:
            lake = None
        if lake != current.lake:
            found.append(name)
    return found


def moves(root: Path, data: Stored, old: str, new: str) -> list[tuple[str, str]]:
    """Give the renames that take data to an asset's new name, as paths in the project."""
    pairs = [(path, path.with_name(path.name.replace(old, new, 1))) for path in data.paths]
    return [(a.relative_to(root).as_posix(), b.relative_to(root).as_posix()) for a, b in pairs]


def shown(root: Path, path: Path) -> str:
    """Give a path as people of the project write it; a folder ends with a slash."""
    text = path.relative_to(root).as_posix() if path.is_relative_to(root) else str(path)
    return f"{text}/" if path.is_dir() else text


def delete(data: Stored) -> None:
    """Delete the data; what a kill leaves is deleted by the next try.

    Raises:
        UserError: A file cannot be deleted.
    """
    for path in data.paths:
        try:
            if path.is_dir() and not path.is_symlink():
                shutil.rmtree(path)
            else:
                path.unlink(missing_ok=True)
        except OSError as error:
            raise UserError(f"The data cannot be deleted: {error.strerror}.", location=str(path)) from None


def _inside(root: Path, folder: Path) -> bool:
    try:
        return folder.resolve().is_relative_to(root.resolve()) and folder.is_relative_to(root)
    except (OSError, RuntimeError):
        return False
