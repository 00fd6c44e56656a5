"""A few rows of an asset, where its classification allows that they are shown."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from jupyter_ext.confine import notebook_path, project_of
from jupyter_ext.tasks.catalogue import known_personal, lake_of, may_be_shown, steps_of
from platform_core.errors import UserError
from platform_core.governance.audit import note
from platform_core.metadata.declared import personal_columns
from platform_core.metadata.previewing import MASKED

Tell = Any
_ROWS, _COLUMNS, _WIDTH = 10, 20, 60


def run(question: Mapping[str, Any], _: Tell) -> dict[str, Any]:
    """Give the first rows as texts.

    Raises:
        UserError: No step makes the asset, it is not declared OFFICIAL, or it has no data.
    """
    root, name = Path(question["root"]), question["asset"]
    project = project_of(root, notebook_path(root, question["path"]))
    step = next((step for _, step in steps_of(project) if step.name == name), None)
    if step is None:
        raise UserError(f"No step of the project makes {name!a}.", hint="Choose one from the catalogue.")
    if not may_be_shown(step):
        hint = "Rows are shown of what is declared `classification: OFFICIAL`, and of nothing else."
        raise UserError(f"The rows of {name} are not shown here.", hint=hint)
    frame = lake_of(project).read(name, "lazy", layer=step.layer)
    names = frame.collect_schema().names()
    shown = frame.select(names[:_COLUMNS]).head(_ROWS).collect()
    note("read", f"{step.layer}:{name}", {"as": "a few rows in JupyterLab"}, project=project.root)
    masked = personal_columns(shown, known_personal(project, step))
    return {
        "asset": name,
        "columns": shown.columns,
        "more_columns": max(0, len(names) - _COLUMNS),
        "rows": [
            [MASKED if name in masked else _text(value) for name, value in row.items()]
            for row in shown.iter_rows(named=True)
        ],
    }


def _text(value: object) -> str:
    text = "" if value is None else str(value)
    return text if len(text) <= _WIDTH else text[: _WIDTH - 1] + "…"
