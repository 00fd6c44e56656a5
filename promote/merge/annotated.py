"""The kinds of frames as the annotations of a module say them: an edit may change what a step gives."""

from __future__ import annotations

import ast
from collections.abc import Sequence

from promote.merge.units import Unit
from promote.model import Plan
from promote.render.kinds import ANNOTATIONS, Kinds
from promote.trees import parse

_KINDS = {annotation: kind for kind, annotation in ANNOTATIONS.items()}


def annotated(module: Sequence[Unit], plan: Plan, kinds: Kinds) -> Kinds:
    """Give the kinds that the signature of a module's function says, those known before where it says none of ours."""
    try:
        body = parse("\n".join(unit.text for unit in module)).body
    except (SyntaxError, ValueError):
        return kinds
    for node in body:
        if isinstance(node, ast.FunctionDef) and node.name == plan.function.name:
            said = {one.arg: _text(one.annotation) for one in node.args.args}
            inputs = {name: _KINDS.get(said.get(name, ""), kind) for name, kind in kinds.inputs.items()}
            return Kinds(inputs, _KINDS.get(_text(node.returns), kinds.output), guessed=kinds.guessed)
    return kinds


def _text(node: ast.expr | None) -> str:
    return ast.unparse(node) if node is not None else ""
