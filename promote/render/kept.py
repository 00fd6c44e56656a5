"""What evidence keeps of the promoted code: the cells' sources, and with the lines between them the whole module."""

from __future__ import annotations

from typing import Any

from promote.model import Fragment, GeneratedFile, Notebook, Plan
from promote.render.source_map import Placed, placed


def kept(plan: Plan, notebook: Notebook, module: GeneratedFile) -> dict[str, Any]:
    """Give each kept fragment with its place in notebook and module, and the lines of the module between them.

    With both, the module can be put together again as it was promoted: the base of a merge.
    """
    lines: list[str | None] = [*module.text.split("\n")]
    at: dict[Fragment, list[Placed]] = {}
    for one in placed(plan, module.text):
        at.setdefault(one.fragment, []).append(one)
        lines[one.first - 1 : one.last] = [None] * (one.last - one.first + 1)
    found: dict[tuple[int, int, str], dict[str, Any]] = {}
    for function in plan.functions:
        for fragment in (*function.definitions, *function.body):
            if not fragment.cell:
                continue
            places = at.get(fragment, [])
            found.setdefault(
                (fragment.cell, fragment.first, fragment.text),
                {
                    "cell": fragment.cell,
                    "id": notebook.cells[fragment.cell - 1].id,
                    "origin": fragment.origin,
                    "lines": [fragment.first, fragment.last],
                    "module_lines": [places[0].first, places[0].last] if places else None,
                    "indented": bool(places and places[0].moved),
                    **({"again": [[one.first, bool(one.moved)] for one in places[1:]]} if places[1:] else {}),
                    "source": fragment.text.split("\n"),
                },
            )
    cells = sorted(found.values(), key=lambda c: (c["cell"], c["lines"]))
    return {"cells": cells, "between": [line for line in lines if line is not None]}
