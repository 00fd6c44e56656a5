"""What promotion would write of a step, beside what is on the disk, with the map between lines and cells."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from jupyter_ext.confine import inside_project
from jupyter_ext.tasks.opened import Opened, opened
from platform_core.errors import UserError
from promote.model import GeneratedFile
from promote.prepare import Standing
from promote.render.helpers import render_helpers
from promote.render.source_map import Placed, placed, placed_helpers
from promote.steps import text_of

Tell = Any


def run(question: Mapping[str, Any], _: Tell) -> dict[str, Any]:
    """Give the files of one step: text as promotion would write it, diff, and which lines came from which cell.

    Tests are made by running the step, so that what is shown of them is what the last promotion wrote.

    Raises:
        UserError: The notebook has no such step, or it cannot be promoted as it is.
    """
    found = opened(question)
    tag = question["step"]
    stand = found.work.stands.get(tag)
    if stand is None:
        errors = [one for one in found.findings if one.severity == "error" and one.location.tag in (tag, None)]
        hint = errors[0].message if errors else "Look at the findings in the panel."
        raise UserError(f"{tag!a} cannot be promoted as it is.", hint=hint)
    module = found.work.module(stand)
    files = [_file(found, module, placed(stand.plan, module.text))]
    files += [
        _file(found, shared, placed_helpers(stand.plan, shared.text))
        for shared in render_helpers(stand.plan, found.project.package)
    ]
    return {
        "step": tag,
        "state": found.drift(tag)[0],
        "verified": bool(stand.evidence and stand.evidence.facts),
        "files": [*files, *_tests(found, stand)],
    }


def _file(found: Opened, file: GeneratedFile, where: tuple[Placed, ...]) -> dict[str, Any]:
    inside_project(found.project, file.path)
    return {
        "path": file.path,
        "text": file.text,
        "diff": found.work.diff([file]),
        "made_by_running": False,
        "map": [
            {
                "cell": one.fragment.cell,
                "from": one.fragment.first,
                "to": one.fragment.last,
                "first": one.first,
                "last": one.last,
            }
            for one in where
        ],
    }


def _tests(found: Opened, stand: Standing) -> list[dict[str, Any]]:
    evidence = stand.evidence or stand.last
    shown = []
    for path in evidence.files if evidence is not None else ():
        if path.startswith("tests/") and path.endswith(".py"):
            text = text_of(inside_project(found.project, path))
            if text is not None:
                shown.append({"path": path, "text": text, "diff": "", "made_by_running": True, "map": []})
    return shown
