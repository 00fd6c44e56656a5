"""What is to be run: a value that is made before anything heavy is loaded."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from workbench.project import Project
from workbench.running.kept import Kept


@dataclass(frozen=True, slots=True)
class Job:
    """What is to be run: the notebook as it was read, with values for its parameters.

    Attributes:
        project: The project.
        path: The notebook.
        notebook: Its content.
        parameters: The index of its parameters cell, None where it has none.
        values: Values by name; empty where the notebook's own are to stand.
        going_on: The kept run to go on with.
    """

    project: Project
    path: Path
    notebook: Mapping[str, Any]
    parameters: int | None
    values: Mapping[str, Any]
    going_on: Kept | None = None
