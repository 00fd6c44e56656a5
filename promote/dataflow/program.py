"""The whole notebook as one list of top-level statements, and which of them reach a use of a name.

`build` looks at every cell once, in cell order, as Jupyter would run them. `Program.reaching` answers the question on
which promotion rests: which statements give a name the value it has at a certain place?
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Mapping, Sequence

from promote.dataflow.loads import LoadCall, load_calls
from promote.heap.aliases import Aliases
from promote.heap.handed import Handed
from promote.heap.standing import Carriers, with_aliases
from promote.heap.state import PREFIX, is_ambient, is_shown, state_uses
from promote.heap.summaries import summarise
from promote.language.effects import HIDDEN_STATE
from promote.language.functions import Functions, collect_functions
from promote.language.scopes import effects_of
from promote.language.syntax import (
    binds_anything,
    dotted_of,
    imports_package,
    keeps_annotations,
    leading_name,
    sql_names,
)
from promote.language.uses import Dotted, Effects, FunctionInfo, Query, Use
from promote.model import CodeCell, Role
from promote.trees import by_kind, parse, walk
from promote.values import dataclass


@dataclass(slots=True, eq=False)
class Statement:
    """One top-level statement with all that it does. `first` and `last` are its lines in the cell, decorators included.

    `changes` are the names whose objects it may change in place, `sets` the hidden states (names that begin with `~`)
    that it sets whatever they were, `writes` the names that functions it calls may bind by `global`. `late` holds, for
    each name that it reads, what code behind that name may look up, `runs` the code that may run. `hidden` are
    variables that a text names where a promoted function could not show them. `loads` are its calls of `load_asset`
    and `resource`. `names` are all that stand in it.
    """

    index: int
    cell: int
    role: Role
    node: ast.stmt
    first: int
    last: int
    effects: Effects
    reads: dict[str, Use]
    changes: dict[str, Use]
    sets: set[str]
    writes: dict[str, Use]
    late: dict[str, dict[str, Use]]
    runs: frozenset[FunctionInfo]
    hidden: dict[Use, str]
    loads: tuple[LoadCall, ...]
    names: frozenset[str]

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
    stars: tuple[Statement, ...]  # those that import every name of a module
    wild: tuple[Statement, ...] = ()  # those that may bind any name at run time

    def reaching(self, name: str, before: int) -> list[Statement]:
        """Give the statements that made the value `name` has just before statement `before`, the latest first.

        The last one is a sure binding (or a deletion) where there is one; those in front changed the value or bound it
        on some path.
        """
        found: list[Statement] = []
        package = False
        for index in reversed(self.touches.get(name, ())):
            if index >= before:
                continue
            statement = self.statements[index]
            if package and not imports_package(statement.node, name):
                break
            found.append(statement)
            package = imports_package(statement.node, name)
            if not package and (name in statement.binds or name in statement.effects.gone or name in statement.sets):
                break
        return found

    def bindings(self, name: str) -> list[Statement]:
        """Give every statement that binds a name, on some path at least."""
        return [
            statement
            for index in self.touches.get(name, ())
            if name in (statement := self.statements[index]).effects.binds | statement.effects.maybe
            or name in statement.writes
        ]

    def changed_anywhere(self, name: str) -> list[Statement]:
        """Give every statement that may change the object of a name in place."""
        return [s for index in self.touches.get(name, ()) if name in (s := self.statements[index]).changes]


def build(cells: Sequence[CodeCell]) -> Program:
    """Analyse the code cells of a notebook; cells that do not parse count as empty."""
    parsed: list[tuple[CodeCell, ast.stmt]] = []
    for cell in cells:
        if cell.role.kind == "injected":
            continue  # papermill's values are those of one run
        try:
            module = parse(cell.python)
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            continue  # `select` has told it
        parsed += [(cell, node) for node in module.body]
    lazy = next((i for i, (_, node) in enumerate(parsed) if keeps_annotations(node)), len(parsed))
    effects = [effects_of(node, lazy=index > lazy) for index, (_, node) in enumerate(parsed)]
    parts = [walk(node) for _, node in parsed]
    imports, modules = _imports([node for _, node in parsed], parts)
    functions = collect_functions(effects, imports, modules)
    texts = Texts([node for _, node in parsed], effects)
    bound = {name for found in effects for name in found.touched}
    for info in functions.lambdas.values():
        hidden = {n: u for n, u in texts.names(info.queries).items() if n in bound and n not in info.local}
        info.queried.update(hidden)
        info.free.update({n: u for n, u in hidden.items() if n not in info.free})
    summarise(functions)
    aliases = Aliases(functions)
    found_by_kind = by_kind(parts)
    standing, unsure = with_aliases(found_by_kind, functions)
    carriers, handed = Carriers(standing), Handed(standing)
    entered = {id(item.context_expr) for item in found_by_kind[ast.withitem]}
    loading = any(path.startswith("platform_core") for path in imports.values())
    statements: list[Statement] = []
    touches: dict[str, list[int]] = {}
    for index, ((cell, node), found) in enumerate(zip(parsed, effects, strict=True)):
        told = {**texts.of_views(found.queries), **found.mentioned, **texts.names(found.queries)}
        found.reads |= {n: u for n, u in told.items() if n in touches and n not in found.reads}
        happening = aliases.take(found)
        state_reads, state_changes, sets = state_uses(found, standing, happening.code, unsure=unsure, entered=entered)
        through = carriers.take(node, found, happening) | handed.take(node, parts[index], found, happening)
        state_changes = {**through, **state_changes}
        state_reads = {**through, **state_reads}
        statement = Statement(
            index,
            cell.position,
            cell.role,
            node,
            min([node.lineno, *(d.lineno for d in getattr(node, "decorator_list", []))]),
            node.end_lineno or node.lineno,
            found,
            {**{n: u for n, u in happening.ran.items() if n in touches}, **found.reads, **state_reads},
            {**happening.changes, **state_changes},
            sets,
            happening.writes,
            happening.late,
            happening.runs,
            {q.use: n for q in found.queries if q.nested for n in texts.names([q]) if n in touches},
            tuple(load_calls(parts[index], functions) if loading else ()),
            frozenset([part.id for part in parts[index] if isinstance(part, ast.Name)]),
        )
        statements.append(statement)
        for name in found.touched | statement.changes.keys() | statement.writes.keys():
            touches.setdefault(name, []).append(index)
    stars = tuple(s for s in statements if any(_is_star(n) for n in parts[s.index]))
    main = "__main__" in imports.values()
    code = {i for i in functions.lambdas.values() if i.dynamic and i.node is not None and binds_anything(i.node)}
    wild = tuple(
        s for s in statements if ((s.effects.dynamic or main) and binds_anything(s.node)) or not code.isdisjoint(s.runs)
    )
    return Program(tuple(statements), functions, {n: tuple(t) for n, t in touches.items()}, stars, wild)


class Texts:
    """The texts of a notebook that may name its variables: SQL, and pandas' `query` and `eval`."""

    def __init__(self, nodes: Sequence[ast.stmt], effects: Sequence[Effects]) -> None:
        self.nodes = nodes
        self.effects = effects
        self.viewed: set[str] = set()  # what views looked at, so far

    def of_views(self, queries: Iterable[Query]) -> dict[str, Use]:
        """Give the names that a view may look at when it is queried: it looks them up anew each time."""
        asked = next((query.use for query in queries if query.sql), None)
        found = dict.fromkeys(sorted(self.viewed), asked) if asked else {}
        for query in queries:
            if query.sql and any(_VIEW.search(text) for text in query.texts):
                self.viewed |= self.names([query]).keys()
        return found

    def names(self, queries: Iterable[Query]) -> dict[str, Use]:
        """Give the names that texts use, each with the place of the call."""
        found: dict[str, Use] = {}
        for query in queries:
            for text in (*query.texts, *(t for name in query.names for t in self.of_variable(name))):
                names = [leading_name(part) for part in text.split("@")[1:]]
                for name in names + (sql_names(text) if query.sql else []):
                    found.setdefault(name, query.use)
            found |= {n: query.use for n in self.filled_in(query) if n not in found}
        return found

    def filled_in(self, query: Query) -> list[str]:
        """Give what may stand where a text leaves the name of a table open: texts that are names."""
        if not query.sql:
            return []
        told = {name: self.of_variable(name) for name in query.names}
        if any(_OPEN.search(text) for text in query.texts):
            return [text for texts in told.values() for text in texts if text.isidentifier()]
        if any(_OPEN.search(text) for texts in told.values() for text in texts):  # what fills it is not told by names
            return [text for text in _strings(self.nodes) if text.isidentifier()]
        return []

    def of_variable(self, name: str) -> list[str]:
        """Give the texts that a variable may hold: those of the statements that bind it, else all there are."""
        binding = [n for n, found in zip(self.nodes, self.effects, strict=True) if name in found.touched]
        return _strings(binding) or _strings(self.nodes)


_OPEN = re.compile(r"\b(?:from|join)\s+\"?(?:\{|%\(?\w|$)", re.IGNORECASE)
_VIEW = re.compile(r"\bcreate\b.*\b(view|macro)\b", re.IGNORECASE | re.DOTALL)


def _strings(nodes: Iterable[ast.AST]) -> list[str]:
    return [
        part.value
        for node in nodes
        for part in walk(node)
        if isinstance(part, ast.Constant) and isinstance(part.value, str)
    ]


def ambient_reads(program: Program) -> list[str]:
    """Give the hidden states that someone changes and that every step may depend on."""
    return [name for name in sorted(program.touches) if is_state(name) and is_ambient(name)]


def shown_states(program: Program) -> list[str]:
    """Give the hidden states that someone changes and that texts made of frames depend on."""
    return [name for name in sorted(program.touches) if is_state(name) and is_shown(name)]


def is_state(name: str) -> bool:
    """Whether a name stands for hidden state."""
    return name.startswith(PREFIX)


def _is_star(node: ast.AST) -> bool:
    return isinstance(node, ast.ImportFrom) and any(a.name == "*" for a in node.names)


def _imports(
    statements: Sequence[ast.stmt], parts: Sequence[Sequence[ast.AST]]
) -> tuple[dict[str, str], frozenset[str]]:
    """The dotted path that each imported name stands for, and the names bound to modules by `import`."""
    found: dict[str, str] = {}
    modules: set[str] = set()
    for within in parts:
        for node in within:
            if isinstance(node, ast.Import):
                for alias in node.names:
                    name = alias.asname or alias.name.split(".")[0]
                    found[name] = alias.name if alias.asname else name
                    modules.add(name)
            elif isinstance(node, ast.ImportFrom) and not node.level:
                for alias in node.names:
                    found[alias.asname or alias.name] = f"{node.module}.{alias.name}"
    for name, value in _module_aliases(statements):
        path = ".".join((found.get(value[0], ""), *value[1:]))
        if name not in found and any(key == path or key.startswith(f"{path}.") for key in HIDDEN_STATE):
            found[name] = path  # `rng = np.random` is as good as an import
    return found, frozenset(modules)


def _module_aliases(statements: Iterable[ast.stmt]) -> Iterable[tuple[str, Dotted]]:
    """The names that are given an attribute chain and nothing else."""
    for node in statements:
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Attribute) and (path := dotted_of(node.value)):
            for target in node.targets:
                if isinstance(target, ast.Name):
                    yield target.id, path
