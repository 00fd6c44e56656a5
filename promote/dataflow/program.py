"""The whole notebook as one list of top-level statements, and which of them reach a use of a name.

`build` looks at every cell once, in cell order, as Jupyter would run them. `Program.reaching` answers the question on
which promotion rests: which statements give a name the value it has at a certain place?
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Mapping, Sequence, Set
from functools import cached_property

from platform_core.values import dataclass, replace
from promote.dataflow.loads import LoadCall, load_calls
from promote.dataflow.reaching import Reaching
from promote.dataflow.session import shells, works_on_session
from promote.dataflow.texts import Texts
from promote.heap.handed import Handed
from promote.heap.standing import Carriers, Relations, with_aliases
from promote.heap.state import PREFIX, is_ambient, is_shown, minded, state_uses
from promote.heap.trace import Trace
from promote.language.effects import NAMESPACES, OUT_POSITIONS
from promote.language.facts import Facts, facts_anew, facts_of
from promote.language.functions import Functions, collect_functions
from promote.language.import_paths import weightier
from promote.language.statements import parts_loaded
from promote.language.states import ANY_MODULE, HIDDEN_STATE, HOOKS
from promote.language.syntax import IMPORTED, MODULE_WORDS, chain_of, dotted_of, module_text
from promote.language.uses import Dotted, Effects, FunctionInfo, Use
from promote.model import CodeCell, Role
from promote.trees import is_python, parse_anew


@dataclass(slots=True, eq=False)
class Statement:
    """One top-level statement with all that it does. `first` and `last` are its lines in the cell, decorators included.

    `changes` are the names whose objects it may change in place, `sets` the hidden states (names that begin with `~`)
    that it sets whatever they were, `writes` the names that functions it calls may bind by `global`. `late` holds, for
    each name that it reads, what code behind that name may look up, `runs` the code that may run. `hidden` are
    variables that a text names where a promoted function could not show them. `loads` are its calls of `load_asset`
    and `resource`. `facts` are what its text tells by itself.
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
    facts: Facts
    binds: set[str]  # the names that are surely bound after it


class Program:
    """The statements of a notebook, its functions and imports, and for each name the statements that touch it.

    `stars` import every name of a module, `wild` ones may bind any name at run time. `ambient` are the hidden states
    that someone changes and that every step may depend on, `shown` those that texts made of frames depend on.
    `relations` are names of queries on DuckDB's default connection.
    """

    def __init__(
        self,
        statements: tuple[Statement, ...],
        functions: Functions,
        touches: Mapping[str, tuple[int, ...]],
        stars: tuple[Statement, ...],
        wild: tuple[Statement, ...],
        trace: Trace,
        relations: frozenset[str] = frozenset(),
    ) -> None:
        self.statements = statements
        self.functions = functions
        self.touches = touches
        self.stars = stars
        self.wild = wild
        self.trace = trace
        self.relations = relations
        self._bindings: dict[str, Sequence[Statement]] = {}
        self._changes: dict[str, Sequence[Statement]] = {}
        reaching = Reaching(statements, touches)
        self.latest, self.reaches = reaching.latest, reaching.reaches
        states = sorted(filter(is_state, touches))
        self.ambient = tuple(filter(is_ambient, states))
        self.shown = tuple(filter(is_shown, states))
        self.disturbed = bool(states)

    @cached_property
    def by_cell(self) -> Mapping[int, Sequence[Statement]]:
        """The statements of each cell that has some."""
        found: dict[int, list[Statement]] = {}
        for statement in self.statements:
            found.setdefault(statement.cell, []).append(statement)
        return found

    @cached_property
    def parts_imported(self) -> Mapping[str, Sequence[tuple[str, int, str]]]:
        """The parts of packages that imports under other names load too: package -> part, statement, line that does."""
        found: dict[str, list[tuple[str, int, str]]] = {}
        for statement in self.statements:
            for package, part, line in parts_loaded(statement.node):
                found.setdefault(package, []).append((part, statement.index, line))
        return found

    def of_cells(self, cells: Iterable[int]) -> list[Statement]:
        """Give the statements of some cells, in the notebook's order."""
        return [statement for cell in sorted(set(cells)) for statement in self.by_cell.get(cell, ())]

    def reaching(self, name: str, before: int) -> list[Statement]:
        """Give the statements that made the value `name` has just before statement `before`, the latest first.

        The last one is a sure binding (or a deletion) where there is one; those in front changed the value or bound it
        on some path.
        """
        latest = self.latest(name, before)
        return [] if latest is None else [link.statement for link in latest]

    def bindings(self, name: str) -> Sequence[Statement]:
        """Give every statement that binds a name, on some path at least."""
        found = self._bindings.get(name)
        if found is None:
            touching = [self.statements[index] for index in self.touches.get(name, ())]
            found = self._bindings[name] = [
                s for s in touching if name in s.effects.binds or name in s.effects.maybe or name in s.writes
            ]
        return found

    def changed_anywhere(self, name: str) -> Sequence[Statement]:
        """Give every statement that may change the object of a name in place."""
        found = self._changes.get(name)
        if found is None:
            touching = [self.statements[index] for index in self.touches.get(name, ())]
            found = self._changes[name] = [s for s in touching if name in s.changes]
        return found


def build(cells: Sequence[CodeCell]) -> Program:
    """Analyse the code cells of a notebook; cells that do not parse count as empty."""
    rows = _rows(cells)
    every = [facts for _, facts in rows]
    functions = _functions(every)
    imports = functions.imports
    bound: frozenset[str] = frozenset().union(*[facts.effects.touched for facts in every])
    texts = Texts(every)
    for info in functions.lambdas.values():
        if info.queries:
            hidden = {n: u for n, u in texts.names(info.queries).items() if n in bound and n not in info.local}
            info.queried.update(hidden)
            info.free.update({n: u for n, u in hidden.items() if n not in info.free})
    if functions.lambdas:
        from promote.heap.summaries import summarise  # noqa: PLC0415 - half of all notebooks define no function

        summarise(functions)
    trace = Trace(functions)
    standing, unsure = with_aliases(every, functions)
    carriers, handed, relations = Carriers(standing), Handed(standing), Relations()
    entered = {id(item.context_expr) for facts in every for item in facts.kinds.get(ast.withitem, ())}
    ours = frozenset([name for name, path in imports.items() if path.startswith("platform_core")])
    finders = _finders(imports)
    statements: list[Statement] = []
    touches: dict[str, list[int]] = {}
    for index, (cell, facts) in enumerate(rows):
        node, found = facts.node, facts.effects
        hides: dict[Use, str] = {}
        if found.queries or found.mentioned:
            told = {**texts.of_views(found.queries), **found.mentioned, **texts.names(found.queries)}
            more = {n: u for n, u in told.items() if n in touches and n not in found.reads}
            if more:
                found = found.copy()
                found.reads = {**found.reads, **more}
            hides = {q.use: n for q in found.queries if q.nested for n in texts.names([q]) if n in touches}
        if finders:
            words = {finders[n]: u for n, u in {**found.late, **found.reads}.items() if n in finders}
            found = found.copy()
            found.dynamic = {**found.dynamic, **words}
        happening = trace.take(facts, found)
        ran = happening.ran
        if happening.runs:
            ran = ran | texts.of_views(query for info in happening.runs for query in info.queries)
        state_reads, changes, sets = state_uses(found, standing, happening.code, unsure=unsure, entered=entered)
        through = carriers.take(node, found, happening) | handed.take(facts, found, happening)
        state_reads |= relations.take(facts, found, state_reads)
        if through:
            state_reads, changes = {**through, **state_reads}, {**through, **changes}
        statement = Statement(
            index,
            cell.position,
            cell.role,
            node,
            facts.first,
            facts.last,
            found,
            {**{n: u for n, u in ran.items() if n in touches}, **found.reads, **state_reads},
            {**happening.changes, **changes},
            sets,
            happening.writes,
            happening.late,
            happening.runs,
            hides,
            () if facts.names.isdisjoint(ours) else tuple(load_calls(facts, functions)),
            facts,
            found.binds,
        )
        statements.append(statement)
        for name in found.touched.union(statement.changes, statement.writes):
            touches.setdefault(name, []).append(index)
    stars = tuple(
        s for s in statements if ast.ImportFrom in s.facts.kinds and any(map(_is_star, s.facts.kinds[ast.ImportFrom]))
    )
    of_name = {name: tuple(found) for name, found in touches.items()}
    wild = _wild(statements, functions, imports, shells(every))
    return Program(tuple(statements), functions, of_name, stars, wild, trace, frozenset(relations.every))


def _functions(every: Sequence[Facts]) -> Functions:
    """Give the functions, classes and imports of a notebook, with what is asked of them anywhere."""
    importing = [facts for facts in every if ast.Import in facts.kinds or ast.ImportFrom in facts.kinds]
    imports, modules, others = _imports(every, importing)
    only = set(importing)
    plainly: frozenset[str] = frozenset().union(*[facts.effects.touched for facts in every if facts not in only])
    names: frozenset[str] = frozenset().union(*[facts.names for facts in every])
    attributes: frozenset[str] = frozenset().union(*[facts.attributes for facts in every])
    hooks = any(f"sys.{hook}" in imports.values() for hook in HOOKS)
    functions = replace(
        collect_functions([facts.effects for facts in every], imports, modules, plainly),
        others=others,
        asks_caches="cache_info" in attributes,
        asks_subclasses="__subclasses__" in attributes,
        minded=minded(every, imports, names | attributes),
        calls_hooks=hooks or (not HOOKS.isdisjoint(attributes) and any(map(_may_call_a_hook, every))),
    )
    if any(path.split(".", 1)[0] == "duckdb" for path in imports.values()):
        functions = _with_queries(functions, every)
    return functions


def _with_queries(functions: Functions, every: Sequence[Facts]) -> Functions:
    """Give the functions of a notebook with what is told of its queries of DuckDB."""
    from promote.language.connections import sql_texts  # noqa: PLC0415 - few notebooks have any

    inside = [use for info in functions.lambdas.values() for use in info.dotted]
    used = [*(use for facts in every for use in facts.effects.dotted), *inside]
    return replace(functions, sql=sql_texts(every, {functions.canonical(use.path) for use in used}))


def _rows(cells: Sequence[CodeCell]) -> list[tuple[CodeCell, Facts]]:
    """Give the top-level statements of a notebook, each with its cell."""
    rows: list[tuple[CodeCell, Facts]] = []
    lazy = False
    seen: set[str] = set()
    for cell in cells:
        if cell.role.kind == "injected":
            continue  # papermill's values are those of one run
        if not is_python(cell.python):
            continue  # `select` has told it
        found = facts_of(cell.python, lazy)
        if found.defines and cell.python in seen:  # functions are known by their nodes, so these are its own too
            found = facts_anew(parse_anew(cell.python).body, lazy=lazy)
        elif found.asks:  # its functions are told more of
            found = facts_anew([facts.node for facts in found.statements], lazy=lazy)
        seen.add(cell.python)
        lazy = found.lazy
        rows += [(cell, facts) for facts in found.statements]
    return rows


def _finders(imports: Mapping[str, str]) -> dict[str, str]:
    """The imported names that give any object there is, each with what Python calls it: `get_objects` of `gc`."""
    words = {name: path.rpartition(".")[2] for name, path in imports.items()}
    return {name: word for name, word in words.items() if word in NAMESPACES}


def _may_call_a_hook(facts: Facts) -> bool:
    """Whether a statement names what shows values or errors other than to bind it anew."""
    named = facts.kinds.get(ast.Attribute, ()) if not HOOKS.isdisjoint(facts.attributes) else ()
    return any(part.attr in HOOKS and isinstance(part.ctx, ast.Load) for part in named)


def _binds_anything(node: ast.AST) -> bool:
    from promote.language.namespaces import binds_anything  # noqa: PLC0415 - few notebooks make names at run time

    return binds_anything(node)


def _wild(
    statements: Iterable[Statement], functions: Functions, imports: Mapping[str, str], session: Set[str]
) -> tuple[Statement, ...]:
    """Give the statements that may bind any name at run time."""
    main = "__main__" in imports.values()
    finders = _finders(imports).keys()
    code = {
        i
        for i in functions.lambdas.values()
        if i.node is not None
        and (
            (i.dynamic and _binds_anything(i.node))
            or not finders.isdisjoint(i.free)
            or (session and works_on_session(i.node, session))
        )
    }
    return tuple(
        s
        for s in statements
        if ((s.effects.dynamic or main) and _binds_anything(s.node))
        or not finders.isdisjoint(s.reads)
        or (code and not code.isdisjoint(s.runs))
        or (not session.isdisjoint(s.facts.names) and works_on_session(s.node, session))
    )


def is_state(name: str) -> bool:
    """Whether a name stands for hidden state."""
    return name.startswith(PREFIX)


def _is_star(node: ast.ImportFrom) -> bool:
    return any(a.name == "*" for a in node.names)


def _imports(
    statements: Sequence[Facts], importing: Iterable[Facts]
) -> tuple[dict[str, str], frozenset[str], dict[str, tuple[str, ...]]]:
    """The path that each imported name stands for, the names that `import` binds, and what else names stand for."""
    found: dict[str, str] = {}
    every: dict[str, set[str]] = {}
    modules: set[str] = set()
    for facts in importing:
        whole, parts = facts.kinds.get(ast.Import, ()), facts.kinds.get(ast.ImportFrom, ())
        for node in facts.parts if whole and parts else whole or parts:  # in their order, where both are there
            if isinstance(node, ast.Import):
                for alias in node.names:
                    name = alias.asname or alias.name.split(".")[0]
                    every.setdefault(name, set()).add(alias.name if alias.asname else name)
                    found[name] = weightier(found.get(name), alias.name if alias.asname else name)
                    modules.add(name)
            elif isinstance(node, ast.ImportFrom) and not node.level:
                for alias in node.names:
                    name = alias.asname or alias.name
                    every.setdefault(name, set()).add(f"{node.module}.{alias.name}")
                    found[name] = weightier(found.get(name), f"{node.module}.{alias.name}")
    for name, value in _module_aliases(statements) if found else ():
        path = ".".join((found.get(value[0], ""), *value[1:]))
        writes = path.startswith("numpy.") and path.rpartition(".")[2] in OUT_POSITIONS
        if name not in found and (writes or any(key == path or key.startswith(f"{path}.") for key in HIDDEN_STATE)):
            found[name] = path  # `rng = np.random` is as good as an import
    for name, paths in _modules_by_text(statements, found):
        found[name] = next(iter(paths))
        every[name] = {*paths}
    others = {name: tuple(sorted(paths - {found[name]})) for name, paths in every.items() if len(paths) > 1}
    return found, frozenset(modules), others


def _modules_by_text(statements: Iterable[Facts], imports: Mapping[str, str]) -> Iterable[tuple[str, Sequence[str]]]:
    """The names that `chain_of` gives modules which a text names, and the paths that each may stand for."""
    for facts in statements:
        if facts.names.isdisjoint(MODULE_WORDS) and facts.attributes.isdisjoint(MODULE_WORDS):
            continue
        for node in (*facts.kinds.get(ast.Subscript, ()), *facts.kinds.get(ast.Call, ())):
            if module_text(node) is None:
                continue
            chain = dotted_of(node.value if isinstance(node, ast.Subscript) else node.func) or ("",)
            path = ".".join((imports.get(chain[0], chain[0]), *chain[1:]))
            if chain[-1] in MODULE_WORDS - {"modules"} or path.startswith("sys.modules"):
                name = (chain_of(node) or ("",))[0]
                yield name, ANY_MODULE if name == f"{IMPORTED}?" else (name.removeprefix(IMPORTED),)


def _module_aliases(statements: Iterable[Facts]) -> Iterable[tuple[str, Dotted]]:
    """The names that are given an attribute chain and nothing else."""
    for facts in statements:
        node = facts.node
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Attribute) and (path := dotted_of(node.value)):
            for target in node.targets:
                if isinstance(target, ast.Name):
                    yield target.id, path
