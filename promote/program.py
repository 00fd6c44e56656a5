"""The whole notebook as one list of top-level statements, and which of them reach a use of a name.

`build` looks at every cell once, in cell order, as Jupyter would run them. `Program.reaching` answers the question on
which promotion rests: which statements give a name the value it has at a certain place?
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from promote.aliases import Aliases, Functions, collect_functions
from promote.effects import HARMLESS_MODULES, HIDDEN_STATE
from promote.model import CodeCell, Role
from promote.scopes import effects_of
from promote.state import PREFIX, ambient_names, state_uses
from promote.uses import Effects, Use


@dataclass(slots=True, eq=False)
class Statement:
    """One top-level statement with all that it does. `first` and `last` are its lines in the cell, decorators included.

    `changes` are the names whose objects it may change in place; names that begin with `~` are hidden states.
    """

    index: int
    cell: int
    role: Role
    node: ast.stmt
    first: int
    last: int
    effects: Effects
    reads: dict[str, Use]
    changes: dict[str, Use] = field(default_factory=dict)
    sets: set[str] = field(default_factory=set)

    @property
    def binds(self) -> set[str]:
        """The names that are surely bound after the statement."""
        return self.effects.binds


@dataclass(frozen=True, slots=True)
class Program:
    """The statements of a notebook, its functions and imports, and for each name the statements that touch it."""

    statements: tuple[Statement, ...]
    functions: Functions
    touches: Mapping[str, tuple[int, ...]]
    stars: tuple[Statement, ...]

    def reaching(self, name: str, before: int) -> list[Statement]:
        """Give the statements that made the value `name` has just before statement `before`, the latest first.

        The last one is a sure binding (or a deletion) where there is one; those in front changed the value or bound it
        on some path.
        """
        found: list[Statement] = []
        for index in reversed(self.touches.get(name, ())):
            if index >= before:
                continue
            statement = self.statements[index]
            found.append(statement)
            if name in statement.binds or name in statement.effects.deletes or name in statement.sets:
                break
        return found

    def bindings(self, name: str) -> list[Statement]:
        """Give every statement that binds a name, on some path at least."""
        return [
            statement
            for index in self.touches.get(name, ())
            if name in (statement := self.statements[index]).binds or name in statement.effects.maybe
        ]

    def changed_anywhere(self, name: str) -> list[Statement]:
        """Give every statement that may change the object of a name in place."""
        return [s for index in self.touches.get(name, ()) if name in (s := self.statements[index]).changes]


def build(cells: Sequence[CodeCell]) -> Program:
    """Analyse the code cells of a notebook; cells that do not parse count as empty."""
    parsed: list[tuple[CodeCell, ast.stmt]] = []
    for cell in cells:
        try:
            module = ast.parse(cell.python)
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            continue  # `select` has told it
        parsed += [(cell, node) for node in module.body]
    effects = [effects_of(node) for _, node in parsed]
    imports, modules = _imports(node for _, node in parsed)
    functions = collect_functions(effects, imports, modules)
    aliases = Aliases(functions)
    statements: list[Statement] = []
    touches: dict[str, list[int]] = {}
    for index, ((cell, node), found) in enumerate(zip(parsed, effects, strict=True)):
        state_reads, state_changes, sets = state_uses(found, functions)
        changes = {n: u for n, u in aliases.feed(found).items() if not _harmless(n, found, functions)}
        reads = dict(found.reads)
        for name, use in found.sql:  # SQL names a frame only where one of that name exists
            if name in touches:
                reads.setdefault(name, use)
        reads.update(state_reads)
        changes.update(state_changes)
        first = min([node.lineno, *(d.lineno for d in getattr(node, "decorator_list", []))])
        statement = Statement(
            index, cell.position, cell.role, node, first, node.end_lineno or first, found, reads, changes, sets
        )
        statements.append(statement)
        for name in found.touched | changes.keys():
            touches.setdefault(name, []).append(index)
    stars = tuple(s for s in statements if any(_is_star(n) for n in ast.walk(s.node)))
    return Program(tuple(statements), functions, {n: tuple(t) for n, t in touches.items()}, stars)


def ambient_reads(program: Program) -> list[str]:
    """Give the hidden states that someone changes and that every step may depend on."""
    return [name for name in ambient_names() if name in program.touches]


def is_state(name: str) -> bool:
    """Whether a name stands for hidden state."""
    return name.startswith(PREFIX)


def _harmless(name: str, effects: Effects, functions: Functions) -> bool:
    """Whether a change is of a module: its methods change no module, its options are hidden state or only shown."""
    path = functions.imports.get(name)
    if path is None:
        return False
    if path.split(".")[0] in HARMLESS_MODULES or _has_state(path):
        return True
    stored = [functions.canonical(d.path) for d in effects.dotted if d.stored and d.path[0] == name]
    if name in functions.modules:
        return all(_has_state(p) or p.split(".")[0] in HARMLESS_MODULES for p in stored)
    return False


def _has_state(path: str) -> bool:
    parts = path.split(".")
    return any(".".join(parts[:end]) in HIDDEN_STATE for end in range(1, len(parts) + 1))


def _is_star(node: ast.AST) -> bool:
    return isinstance(node, ast.ImportFrom) and any(a.name == "*" for a in node.names)


def _imports(nodes: Iterable[ast.stmt]) -> tuple[dict[str, str], frozenset[str]]:
    """The dotted path that each imported name stands for, and the names bound to modules by `import`."""
    found: dict[str, str] = {}
    modules: set[str] = set()
    for statement in nodes:
        for node in ast.walk(statement):
            if isinstance(node, ast.Import):
                for alias in node.names:
                    name = alias.asname or alias.name.split(".")[0]
                    found[name] = alias.name if alias.asname else name
                    modules.add(name)
            elif isinstance(node, ast.ImportFrom) and not node.level:
                for alias in node.names:
                    found[alias.asname or alias.name] = f"{node.module}.{alias.name}"
    return found, frozenset(modules)
