"""The values that a person gives for the parameters cell: checked by name and type before anything runs."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from platform_core.errors import UsageError, UserError
from platform_core.suggest import meant
from platform_core.values import replace
from promote.dataflow.settable import is_of, parameter_type
from promote.model import Finding, Selection
from promote.vocabulary import nearest


def check_parameters(
    selections: Sequence[Selection], given: Sequence[tuple[str, str]]
) -> Mapping[str, Mapping[str, Any]]:
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


def too_late(
    selections: Sequence[Selection], given: Sequence[tuple[str, str]], findings: Sequence[Finding]
) -> list[Finding]:
    """Give findings, those of PR215 as errors that hang on a parameter which is given another value than its default.

    The notebook's own run keeps there what production works out anew, so that there is nothing to hold a step against.
    """
    roots: dict[tuple[str, int, int], list[str]] = {}
    values = check_parameters(selections, given)
    for selection in selections:
        path, defaults = selection.notebook.path, _defaults(selection)
        other = {name for name, value in values[path].items() if repr(value) != defaults[name][1]}
        for cell in selection.cells if other else ():
            if cell.role.kind == "parameters":
                for line, names in _hanging(cell.python, other):
                    roots[path, cell.position, line] = names
    return [_refused(f, roots.get((f.location.path, f.location.cell or 0, f.location.line or 0))) for f in findings]


def _hanging(source: str, names: set[str]) -> Iterator[tuple[int, list[str]]]:
    """Give the lines of statements that read names, or what others made of these, each with those names."""
    of = {name: [name] for name in names}
    for node in ast.parse(source).body:
        parts = [part for part in ast.walk(node) if isinstance(part, ast.Name)]
        read = sorted({name for part in parts if isinstance(part.ctx, ast.Load) for name in of.get(part.id, ())})
        if read:
            of |= {part.id: read for part in parts if isinstance(part.ctx, ast.Store)}
            yield node.lineno, read


def _refused(finding: Finding, names: Sequence[str] | None) -> Finding:
    if finding.code != "PR215" or not names:
        return finding
    message = (
        f"The parameters cell works this out of `{names[0]}` before `-p {names[0]}` sets it: the notebook keeps it, "
        "production works it out anew."
    )
    return replace(finding, severity="error", message=message)


def _defaults(selection: Selection) -> dict[str, tuple[str, str]]:
    """Give the type of each parameter, empty where that is unknown, and its default as written."""
    found: dict[str, tuple[str, str]] = {}
    for cell in selection.cells:
        if cell.role.kind != "parameters":
            continue
        for node in ast.parse(cell.python).body:
            annotation = node.annotation if isinstance(node, ast.AnnAssign) else None
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
                    found[target.id] = parameter_type(annotation, value), ast.unparse(value)
    return found


def _typed(name: str, text: str, about: tuple[str, str]) -> Any:
    """Give the value that a text stands for; lists, dictionaries and null are written as YAML, so as JSON too."""
    of, default = about
    wanted = of.removesuffix(" | None")
    if of != wanted and text in {"None", "null", "~"}:
        return None
    try:
        if wanted == "bool":
            return {"true": True, "false": False}[text.lower()]
        if wanted in {"int", "float"}:
            return int(text) if wanted == "int" else float(text)
        if wanted.startswith(("list", "dict")):
            return _structured(text, wanted)
    except (KeyError, ValueError):
        how = "Write it as JSON or YAML. " if wanted.startswith(("list", "dict")) else ""
        raise UsageError(
            f"The parameter {name} takes a value of type {wanted}, not {text!a}.",
            hint=f"{how}Its default is {default}.",
        ) from None
    return text


def _structured(text: str, wanted: str) -> Any:
    from platform_core.config.yaml12 import read_yaml  # noqa: PLC0415 - few parameters are lists

    try:
        value = read_yaml(text, "-p").value
    except UserError as error:
        raise ValueError(text) from error
    if not is_of(ast.parse(repr(value), mode="eval").body, wanted):
        raise ValueError(text)
    return value
