"""Write the edits of modules back into their notebook, as `promote --pull` does."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from jupyter_ext.confine import notebook_path, project_of
from jupyter_ext.tasks.promote import shown
from promote.merge.pull import pull
from promote.outcome import Settings

Tell = Any


def run(question: Mapping[str, Any], tell: Tell) -> dict[str, Any]:
    """Give what came of it; the notebook on the disk is another one where something was pulled."""
    root = Path(question["root"])
    path = notebook_path(root, question["path"])
    settings = Settings(
        project=project_of(root, path).root,
        pull=True,
        select=tuple(question["select"]),
        ours=tuple(question["ours"]),
        theirs=tuple(question["theirs"]),
    )
    tell({"doing": "merging the modules' edits into the notebook"})
    return shown(pull([path], settings))
