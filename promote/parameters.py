"""The values that a person gives for the parameters cell: checked by name and type before anything runs."""

from __future__ import annotations

import ast
from collections.abc import Mapping, Sequence

from platform_core.errors import UsageError
from platform_core.suggest import meant
from promote.model import Selection
from promote.vocabulary import nearest

Value = str | int | float | bool


def check_parameters(
    selections: Sequence[Selection], given: Sequence[tuple[str, str]]
) -> Mapping[str, Mapping[str, Value]]:
    """Give each notebook, by path, the values that are meant for it, typed as its parameters cell has them.

    Raises:
        UsageError: A name is no parameter of any notebook, or its value is of another type.
    """
    known = {selection.notebook.path: _defaults(selection) for selection in selections}
    names = sorted({name for defaults in known.values() for name in defaults})
    for name, _ in given:
        if name not in names:
            near = nearest(name, names)
            there = f"There is: {', '.join(names)}." if names else "No cell is tagged `parameters`."
            hint = meant(near) if near else there
            raise UsageError(f"There is no parameter {name!a}.", hint=hint)
    return {
        path: {name: _typed(name, text, defaults[name]) for name, text in given if name in defaults}
        for path, defaults in known.items()
    }


def _defaults(selection: Selection) -> dict[str, object]:
    found: dict[str, object] = {}
    for cell in selection.cells:
        if cell.role.kind != "parameters":
            continue
        for node in ast.parse(cell.python).body:
            targets = (
                node.targets
                if isinstance(node, ast.Assign)
                else [node.target]
                if isinstance(node, ast.AnnAssign)
                else []
            )
            value = getattr(node, "value", None)
            for target in targets:
                if isinstance(target, ast.Name) and isinstance(value, ast.expr):
                    try:
                        found[target.id] = ast.literal_eval(value)
                    except ValueError:
                        found[target.id] = None
    return found


def _typed(name: str, text: str, default: object) -> Value:
    wanted = type(default)
    try:
        if wanted is bool:
            return {"true": True, "false": False}[text.lower()]
        if wanted in {int, float}:
            return wanted(text)
    except (KeyError, ValueError):
        raise UsageError(
            f"The parameter {name} takes a value of type {wanted.__name__}, not {text!a}.",
            hint=f"Its default is {default!r}.",
        ) from None
    return text
