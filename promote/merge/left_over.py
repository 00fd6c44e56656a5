"""Which promoted steps have files in a project and no notebook: told by names alone, and quickly."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence

from promote.project import Project

Rows = Mapping[str, Sequence[tuple[str, str, int]]]  # as `promote.register` has them


def left_over(project: Project, rows: Rows) -> list[tuple[str, str]]:
    """Give layer and name of all evidence and modules that belong to no step of a notebook, so far as names tell.

    >>> left_over(Project("/nowhere", "rents"), {})
    []
    """
    made = {(layer, name) for found in rows.values() for layer, name, _ in found}
    found = {*_files(f"{project.folder}/evidence", ".json")}
    found.update(_files(f"{project.folder}/src/{project.package.replace('.', '/')}/defs", ".py"))
    found.update(_files(f"{project.folder}/dbt/models", ".sql"))
    return sorted(found - made)


def _files(folder: str, ending: str) -> Iterator[tuple[str, str]]:
    for layer in _names(folder):
        if "." not in layer and not layer.startswith("_"):
            for name in _names(f"{folder}/{layer}"):
                if name.endswith(ending) and not name.startswith("_"):
                    yield layer, name[: -len(ending)]


def _names(folder: str) -> list[str]:
    try:
        return os.listdir(folder)
    except OSError:
        return []
