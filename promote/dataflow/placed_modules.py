"""Modules that a notebook puts in place by hand, or finds where only its own kernel looks for them."""

from __future__ import annotations

import ast
from collections.abc import Iterable

from promote.dataflow.program import Program, Statement
from promote.heap.state import MODULES, PLACES, PREFIX
from promote.language.functions import is_known


def placed_modules(program: Program, included: Iterable[Statement]) -> Iterable[tuple[str, Statement, str]]:
    """Give what stands in the way of taking statements: the name concerned, the statement and what to say of it.

    The imports of a promoted module run before its function does. So neither `sys.modules` nor `sys.path` can be set
    for them; an import of the standard library or of a package that `effects` knows is the same with another path.
    """
    places, modules = program.touches.get(PREFIX + PLACES), PREFIX + MODULES
    looked_for = program.statements[places[0]] if places else None
    for statement in included if looked_for is not None or modules in program.touches else ():
        if modules in statement.changes:
            yield MODULES, statement, "This puts a module in place by hand, which a promoted module's imports precede."
        if looked_for is None or statement.index < looked_for.index:
            continue
        for package in _imported(statement.facts.parts):
            if not is_known(package):
                place = f"cell {looked_for.cell} line {looked_for.first}"
                message = f"`{package}` is imported after {place} changed where modules are looked for."
                yield package, statement, message


def _imported(parts: Iterable[ast.AST]) -> Iterable[str]:
    for part in parts:
        if isinstance(part, ast.Import):
            yield from (alias.name.split(".")[0] for alias in part.names)
        elif isinstance(part, ast.ImportFrom) and not part.level and part.module:
            yield part.module.split(".")[0]
