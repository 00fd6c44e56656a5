"""What evidence keeps of the promoted code: the cells' sources, and with the lines between them the whole module."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from promote.model import Fragment, GeneratedFile, Notebook, Plan
from promote.render.source_map import Placed, placed
from promote.selection.tags import role_of


def kept(plan: Plan, notebook: Notebook, module: GeneratedFile) -> dict[str, Any]:
    """Give each kept fragment with its place in notebook and module, and the lines of the module between them.

    With both, the module can be put together again as it was promoted: the base of a merge.
    """
    lines: list[str | None] = [*module.text.split("\n")]
    at: dict[Fragment, list[Placed]] = {}
    for one in placed(plan, module.text):
        at.setdefault(one.fragment, []).append(one)
        lines[one.first - 1 : one.last] = [None] * (one.last - one.first + 1)
    made = {(part.cell, part.first, part.text) for maker in plan.makers for part in maker.body}
    found: dict[tuple[int, int, str], dict[str, Any]] = {}
    for function in plan.functions:
        for fragment in (*function.definitions, *function.body):
            if not fragment.cell:
                continue
            places = at.get(fragment, [])
            key = (fragment.cell, fragment.first, fragment.text)
            found.setdefault(
                key,
                {
                    "cell": fragment.cell,
                    "id": notebook.cells[fragment.cell - 1].id,
                    "tag": _tag(plan, notebook, fragment.cell),
                    "origin": fragment.origin,
                    "lines": [fragment.first, fragment.last],
                    **({"runs": runs(fragment.at)} if fragment.at else {}),
                    "module_lines": [places[0].first, places[0].last] if places else None,
                    "indented": bool(places[0].moved if places else key in made),
                    **({"again": [[one.first, bool(one.moved)] for one in places[1:]]} if places[1:] else {}),
                    "source": fragment.text.split("\n"),
                },
            )
    cells = sorted(found.values(), key=lambda c: (c["cell"], c["lines"]))
    return {"cells": cells, "between": [line for line in lines if line is not None]}


def _tag(plan: Plan, notebook: Notebook, position: int) -> str:
    """Give the tag that says what a cell is for, else the first that it has."""
    cell = notebook.cells[position - 1]
    if position in plan.step.cells:
        return plan.step.tag
    role, _ = role_of(notebook, cell)
    return role.tag if role is not None else next(iter(cell.tags), "")


def runs(at: Sequence[int]) -> list[list[int]]:
    """Say in few numbers which line of the cell each line of a text is: where runs begin, in the text and in the cell.

    >>> runs((2, 3, 6, 7))
    [[1, 2], [3, 6]]
    """
    found: list[list[int]] = []
    for number, line in enumerate(at, 1):
        if not found or line - number != found[-1][1] - found[-1][0]:
            found.append([number, line])
    return found
