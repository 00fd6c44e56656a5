"""Which lines of a rendered module came from which fragment of the notebook, in the module's order."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence

from platform_core.values import dataclass
from promote.dataflow.excerpt import indent
from promote.dataflow.shared import called
from promote.model import Fragment, Function, Plan
from promote.trees import parse

INDENT = 4  # columns by which a function's body stands in its module


@dataclass(frozen=True, slots=True)
class Placed:
    """A fragment in its module: first and last line (from 1), and by how many columns it was moved to the right."""

    fragment: Fragment
    first: int
    last: int
    moved: int


def placed(plan: Plan, module: str) -> tuple[Placed, ...]:
    """Give every fragment that stands in a module rendered from this plan, in the module's order."""
    if plan.model is not None:  # which holds nothing of the notebook but its one query, rewritten
        return ()
    lines = module.split("\n")
    body = parse(module).body
    found = list(_definitions(plan, lines, _after_docstring(body)))
    made = {node.name: node for node in body if isinstance(node, ast.FunctionDef)}
    for function in plan.functions:
        node = made.get(function.name)
        if node is not None:
            found += _in_order(_of_cells(plan, function), lines, _after_docstring(node.body), INDENT)
    return tuple(sorted(found, key=lambda one: one.first))


def placed_helpers(plan: Plan, module: str) -> tuple[Placed, ...]:
    """Give every fragment that stands in the module of helpers that a step shares."""
    if plan.helpers is None:
        return ()
    body, lines = parse(module).body, module.split("\n")
    found = list(_in_order(plan.helpers.definitions, lines, _after_docstring(body), 0))
    made = {node.name: node for node in body if isinstance(node, ast.FunctionDef)}
    for maker in plan.helpers.makers:
        if maker.name in made:
            found += _in_order(maker.body, lines, _after_docstring(made[maker.name].body), INDENT)
    return tuple(found)


def _of_cells(plan: Plan, function: Function) -> list[Fragment]:
    """Give what the body of a function has of cells, as it is rendered."""
    return [fragment for fragment in called(plan, function) if fragment.cell]


def _definitions(plan: Plan, lines: Sequence[str], start: int) -> Iterator[Placed]:
    each = {(f.cell, f.first, f.text): f for function in plan.functions for f in function.definitions}
    yield from _in_order([each[key] for key in sorted(each, key=lambda k: (k[0], k[1]))], lines, start, 0)


def _in_order(fragments: Sequence[Fragment], lines: Sequence[str], start: int, by: int) -> Iterator[Placed]:
    """Look for fragments one after the other, from a line (from 0) on."""
    for fragment in fragments:
        wanted = (indent(fragment.text) if by else fragment.text).split("\n")
        for at in range(start, len(lines) - len(wanted) + 1):
            if lines[at] == wanted[0] and lines[at : at + len(wanted)] == wanted:
                yield Placed(fragment, at + 1, at + len(wanted), by)
                start = at + len(wanted)
                break


def _after_docstring(body: Sequence[ast.stmt]) -> int:
    """Give the line (from 0) after a docstring, the first line where there is none."""
    first = body[0] if body else None
    if isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant) and isinstance(first.value.value, str):
        return first.end_lineno or 0
    return first.lineno - 1 if first is not None else 0
