"""Small deliberate mistakes in a step's code: good test data notices them.

A mutant is a program that differs from the analyst's in one place, by one operator of `promote.verify.operators`.
Each is counted, whether a test notices it or not.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from promote.verify.equivalent import proof
from promote.verify.operators import droppable, quiet, wrong


@dataclass(frozen=True, slots=True)
class Mutant:
    """A mistake in one place of a program.

    Attributes:
        part: Which source text of the program it is in, from 0.
        line: The line in that text, from 1.
        operator: What was done.
        source: The whole text of that part with the mistake in it.
        proof: Why no data could tell it from the original, empty where some could.
    """

    part: int
    line: int
    operator: str
    source: str
    proof: str = ""


def mutants(
    program: Sequence[str],
    *,
    spans: Sequence[Sequence[tuple[int, int]]] | None = None,
    columns: Mapping[str, str] | None = None,
) -> Iterator[Mutant]:
    """Give every mistake that the operators make in a program, in the order of the source.

    Args:
        program: The source texts.
        spans: For each text the lines in which mistakes are made, first and last; without it, all lines.
        columns: For the name of each column of an input, another column that might be meant by mistake.

    >>> [(m.operator, m.source) for m in mutants(["frame = raw.filter(raw.fee >= 5)"])][1:3]
    [('call-dropped', 'frame = raw'), ('condition-negated', 'frame = raw.filter(~(raw.fee >= 5))')]
    """
    for part, text in enumerate(program):
        tree = ast.parse(text)
        lines = None if spans is None else [range(first, last + 1) for first, last in spans[part]]
        seen = {ast.unparse(tree)}
        for made in _in_tree(tree, columns or {}):
            if made.source in seen or (lines is not None and not any(made.line in span for span in lines)):
                continue
            seen.add(made.source)
            yield replace(made, part=part)


def other_columns(frames: Sequence[Mapping[str, str]]) -> dict[str, str]:
    """Give for each column another that a mistake might name: the next of its type, else the next.

    >>> other_columns([{"a": "Int64", "b": "String", "c": "Int64"}])
    {'a': 'c', 'b': 'c', 'c': 'a'}
    """
    found: dict[str, str] = {}
    for kinds in frames:
        names = list(kinds)
        for place, name in enumerate(names):
            others = [*names[place + 1 :], *names[:place]]
            alike = [other for other in others if kinds[other] == kinds[name]]
            if others:
                found.setdefault(name, (alike or others)[0])
    return found


def _in_tree(tree: ast.Module, columns: Mapping[str, str]) -> Iterator[Mutant]:
    still = quiet(tree)
    for parent, name, place, node in list(_places(tree)):
        if id(node) in still:
            continue
        line = getattr(node, "lineno", 0) or getattr(parent, "lineno", 0)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            line = node.func.end_lineno or line  # of a chain of calls, the line that the method's name is on
        for operator, made in [
            *([("statement-dropped", ast.Pass())] if droppable(node) else []),
            *wrong(node, columns),
        ]:
            _put(parent, name, place, made)
            try:
                source = ast.unparse(ast.fix_missing_locations(tree))
            finally:
                _put(parent, name, place, node)
            yield Mutant(0, line, operator, source, proof(operator, node, parent))


def _places(tree: ast.AST) -> Iterator[tuple[ast.AST, str, int | None, ast.AST]]:
    """Give every node with where it stands: its parent, the field, the place in it where that is a list."""
    for name, value in ast.iter_fields(tree):
        if isinstance(value, ast.AST):
            yield tree, name, None, value
            yield from _places(value)
        elif isinstance(value, list):
            for place, item in enumerate(value):
                if isinstance(item, ast.AST):
                    yield tree, name, place, item
                    yield from _places(item)


def _put(parent: ast.AST, name: str, place: int | None, node: ast.AST) -> None:
    if place is None:
        setattr(parent, name, node)
    else:
        getattr(parent, name)[place] = node
