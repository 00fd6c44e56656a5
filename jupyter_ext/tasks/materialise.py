"""Make assets in Dagster, as `workbench materialize` does."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from jupyter_ext.confine import notebook_path, project_of
from workbench.project import find_project

Tell = Any


def run(question: Mapping[str, Any], tell: Tell) -> dict[str, Any]:
    """Make a step's asset, or it and all downstream of it, and give outcomes and metadata.

    Raises:
        UserError: The project cannot be loaded, or the selection or partition names nothing.
    """
    root = Path(question["root"])
    project = find_project(project_of(root, notebook_path(root, question["path"])).root)
    tell({"doing": "loading the project"})
    from jupyter_ext.tasks.made import make  # noqa: PLC0415 - Dagster, where the path has proven itself

    os.environ.update(project.environment())
    os.chdir(project.root)
    return make(project, question, tell)
