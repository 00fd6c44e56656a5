"""What one top-level statement does to names: what it reads, binds, deletes and may change, by Python's own scopes.

`effects_of` looks at one statement of a notebook as module-level code. Reads are those that need a value from before
the statement ("upward exposed"): in `x = 1; y = x` as one `if` body, `x` is not read from outside. Names that a
function or lambda looks up when it is called stand apart, in `late`. Nothing here knows other statements: that is
`program`.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from promote.effects import (
    DYNAMIC_NAMES,
    MUTATING_METHODS,
    PANDAS_QUERY_CALLS,
    SQL_CALLS,
    VIEWING_METHODS,
)

Dotted = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Use:
    """A place in a cell where a name is used (both from 1)."""

    line: int
    column: int


@dataclass(frozen=True, slots=True)
class Event:
    """One step of a statement that matters for aliases, in the order of execution.

    `assign`: `names` take what `value` gives. `mutate`: the object of `names[0]` changes, `depth` parts down.
    `call`: a function called `names[0]` runs with the arguments of `value`.
    """

    kind: str
    names: tuple[str, ...]
    value: ast.expr | None
    use: Use
    depth: int = 1
    element: bool = False  # the names take elements of the value (a loop), not the value


@dataclass(frozen=True, slots=True)
class DottedUse:
    """A use of an attribute chain such as `numpy.random.seed`, rooted at a name of the notebook."""

    path: Dotted
    use: Use
    call: ast.Call | None = None
    stored: bool = False


@dataclass(slots=True)
class Effects:
    """What a statement (or a function's body) does; see the module docstring."""

    reads: dict[str, Use] = field(default_factory=dict)
    late: dict[str, Use] = field(default_factory=dict)
    binds: set[str] = field(default_factory=set)
    maybe: set[str] = field(default_factory=set)
    deletes: set[str] = field(default_factory=set)
    events: list[Event] = field(default_factory=list)
    dotted: list[DottedUse] = field(default_factory=list)
    sql: list[tuple[str, Use]] = field(default_factory=list)
    dynamic: dict[str, Use] = field(default_factory=dict)
    functions: dict[str, FunctionInfo] = field(default_factory=dict)
    classes: dict[str, ClassInfo] = field(default_factory=dict)
    global_writes: dict[str, Use] = field(default_factory=dict)
    class_conflicts: dict[str, Use] = field(default_factory=dict)
    awaits: Use | None = None

    @property
    def touched(self) -> set[str]:
        """Every name that the statement binds or deletes on some path."""
        return self.binds | self.maybe | self.deletes


@dataclass(frozen=True, slots=True)
class FunctionInfo:
    """A function or lambda: what it looks up when called, and what it does to its arguments.

    `free` are the names it takes from outside; `mutates` its parameters that it may change; `changes` the free names
    whose objects it may change; `lazy` is true where its result still holds on to names (a generator, a closure).
    """

    parameters: tuple[str, ...]
    free: dict[str, Use]
    mutates: frozenset[str]
    changes: dict[str, Use]
    lazy: bool
    generator: bool
    returns: frozenset[str]  # parameters and free names that the result may share parts with
    dotted: tuple[DottedUse, ...]
    sql: tuple[tuple[str, Use], ...]
    dynamic: dict[str, Use]
    global_writes: dict[str, Use]
    calls: tuple[Event, ...]
    fresh_defaults: bool  # true where a default value is an object that calls could share


@dataclass(frozen=True, slots=True)
class ClassInfo:
    """A class: its methods by name."""

    methods: dict[str, FunctionInfo]


def root_of(node: ast.expr) -> tuple[str, int] | None:
    """Give the name at the root of an attribute or item chain, and how many parts down the chain goes.

    >>> root_of(ast.parse("d['k'].x", mode="eval").body)
    ('d', 2)
    """
    depth = 0
    while True:
        if isinstance(node, ast.Name):
            return node.id, depth
        if isinstance(node, (ast.Attribute, ast.Subscript, ast.Starred)):
            node = node.value
            depth += 1
        elif (
            isinstance(node, ast.Call)
            and isinstance(node.func, ast.Attribute)
            and node.func.attr in VIEWING_METHODS | MUTATING_METHODS
        ):
            node = node.func.value
            depth += 1
        else:
            return None


def dotted_of(node: ast.expr) -> Dotted | None:
    """Give `a.b.c` as a tuple where the expression is a plain attribute chain.

    >>> dotted_of(ast.parse("np.random.seed", mode="eval").body)
    ('np', 'random', 'seed')
    """
    parts: list[str] = []
    while isinstance(node, ast.Attribute):
        parts.append(node.attr)
        node = node.value
    if not isinstance(node, ast.Name):
        return None
    parts.append(node.id)
    return tuple(reversed(parts))


def selects_a_copy(index: ast.expr) -> bool:
    """Whether `x[index]` surely copies: a condition or a list of labels.

    >>> selects_a_copy(ast.parse("x > 1", mode="eval").body), selects_a_copy(ast.parse("k", mode="eval").body)
    (True, False)
    """
    if isinstance(index, ast.Tuple):
        return any(selects_a_copy(part) for part in index.elts)
    if isinstance(index, ast.UnaryOp):
        return isinstance(index.op, ast.Invert)
    if isinstance(index, ast.BinOp):
        return isinstance(index.op, (ast.BitAnd, ast.BitOr)) and selects_a_copy(index.left)
    return isinstance(index, (ast.Compare, ast.List, ast.ListComp))


def sql_names(text: str) -> list[str]:
    """Give the names that stand where SQL names a table.

    >>> sql_names("SELECT a FROM x JOIN y USING (k), z WHERE a > 1")
    ['x', 'y', 'z']
    """
    import re  # noqa: PLC0415 - only notebooks with SQL pay for it

    names: list[str] = []
    listed = r"(?:[A-Za-z_]\w*(?:\s+(?:as\s+)?\w+)?\s*,\s*)*[A-Za-z_]\w*"
    clause = rf"\b(?:from|join|into|update|table|describe|summarize|pivot|unpivot)\s+({listed})"
    for match in re.finditer(clause, text, re.IGNORECASE):
        names += [part.split()[0] for part in match.group(1).split(",")]
    for match in re.finditer(r"\)\s*,\s*([A-Za-z_]\w*)", text):
        names.append(match.group(1))
    return list(dict.fromkeys(names))


def effects_of(statement: ast.stmt) -> Effects:
    """Give what a statement does when it runs at module level."""
    visitor = _Visitor()
    visitor.run([statement])
    found = visitor.found
    found.binds = visitor.bound
    found.maybe -= found.binds
    return found


def function_info(node: ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda) -> FunctionInfo:
    """Give what a function does when it is called."""
    arguments = node.args
    parameters = [a.arg for a in (*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs)]
    every = [*parameters, *(a.arg for a in (arguments.vararg, arguments.kwarg) if a is not None)]
    visitor = _Visitor(function=True)
    if isinstance(node, ast.Lambda):
        visitor.expression(node.body)
        returned: list[ast.expr] = [node.body]
    else:
        visitor.run(node.body)
        returned = visitor.returned
    found = visitor.found
    declared = visitor.declared_global
    local = (set(every) | visitor.bound | found.maybe | found.deletes) - declared - visitor.declared_nonlocal
    free = {name: use for name, use in (*found.reads.items(), *found.late.items()) if name not in local}
    mutated = {e.names[0]: e.use for e in found.events if e.kind == "mutate"}
    for alias, source in _plain_aliases(found.events):
        if alias in mutated:
            mutated.setdefault(source, mutated[alias])
    writes = {name: found.reads.get(name, Use(node.lineno, node.col_offset + 1)) for name in declared}
    defaults = [*arguments.defaults, *(d for d in arguments.kw_defaults if d is not None)]
    return FunctionInfo(
        parameters=tuple(every),
        free=free,
        mutates=frozenset(every) & mutated.keys(),
        changes={name: use for name, use in mutated.items() if name not in local},
        lazy=visitor.yields or any(_holds_code(value) for value in returned) or bool(found.functions),
        generator=visitor.yields,
        returns=frozenset(root for value in returned for root in _shared_roots(value, found.events)),
        dotted=tuple(found.dotted),
        sql=tuple(found.sql),
        dynamic=found.dynamic,
        global_writes={**writes, **found.global_writes},
        calls=tuple(e for e in found.events if e.kind == "call"),
        fresh_defaults=any(isinstance(d, (ast.List, ast.Dict, ast.Set, ast.Call, ast.ListComp)) for d in defaults),
    )


def _plain_aliases(events: Sequence[Event]) -> Iterable[tuple[str, str]]:
    for event in reversed(events):
        if event.kind == "assign" and event.value is not None and (root := root_of(event.value)):
            for name in event.names:
                yield name, root[0]


def _shared_roots(value: ast.expr, events: Sequence[Event]) -> set[str]:
    """The names whose objects a returned expression may give out, through plain aliases inside the function."""
    roots: set[str] = set()
    stack: list[ast.expr] = [value]
    while stack:
        node = stack.pop()
        if isinstance(node, ast.Subscript) and selects_a_copy(node.slice):
            continue
        if found := root_of(node):
            roots.add(found[0])
        elif isinstance(node, (ast.Tuple, ast.List, ast.Set)):
            stack += node.elts
        elif isinstance(node, ast.Dict):
            stack += node.values
        elif isinstance(node, ast.IfExp):
            stack += [node.body, node.orelse]
        elif isinstance(node, ast.BoolOp):
            stack += node.values
        elif isinstance(node, ast.NamedExpr):
            stack.append(node.value)
        elif isinstance(node, ast.Call) and not isinstance(node.func, ast.Attribute):
            stack += [*node.args, *(k.value for k in node.keywords)]  # it may give back what it was given
    for alias, source in _plain_aliases(events):
        if alias in roots:
            roots.add(source)
    return roots


def _holds_code(value: ast.expr) -> bool:
    return any(isinstance(n, (ast.Lambda, ast.GeneratorExp)) for n in ast.walk(value))


class _Visitor:
    """Walks statements in the order they run. In a function every load counts; at module level only exposed ones."""

    def __init__(self, *, function: bool = False, class_body: bool = False) -> None:
        self.function = function
        self.class_body = class_body
        self.found = Effects()
        self.bound: set[str] = set()
        self.hidden: list[set[str]] = []  # names local to the comprehensions around
        self.declared_global: set[str] = set()
        self.declared_nonlocal: set[str] = set()
        self.returned: list[ast.expr] = []
        self.yields = False

    # Statements

    def run(self, body: Sequence[ast.stmt]) -> None:
        for statement in body:
            handler = _STATEMENTS.get(type(statement))
            if handler is not None:
                handler(self, statement)
            else:
                self.children(statement)

    def children(self, node: ast.AST) -> None:
        for child in ast.iter_child_nodes(node):
            if isinstance(child, ast.expr):
                self.expression(child)
            elif isinstance(child, ast.stmt):
                self.run([child])
            else:
                self.children(child)

    def branch(self, *bodies: Callable[[], None]) -> None:
        """Run each body from the same start; afterwards only what all of them bound is sure."""
        start = set(self.bound)
        ends: list[set[str]] = []
        for body in bodies:
            self.bound = set(start)
            body()
            ends.append(self.bound)
        self.found.maybe |= set().union(*ends) - start
        self.bound = set.intersection(*ends)

    def assign(self, node: ast.Assign) -> None:
        direct = isinstance(node.value, ast.Lambda) and all(isinstance(t, ast.Name) for t in node.targets)
        if direct:
            self.define(node.value, [t.id for t in node.targets if isinstance(t, ast.Name)])  # type: ignore[arg-type]  # a Lambda, as `direct` says
        else:
            self.expression(node.value)
        for target in node.targets:
            self.target(target, node.value)

    def annotated(self, node: ast.AnnAssign) -> None:
        if not self.function:  # a function's local annotations are never evaluated
            self.expression(node.annotation)
        if node.value is not None:
            self.expression(node.value)
            self.target(node.target, node.value)

    def augmented(self, node: ast.AugAssign) -> None:
        self.expression(node.value)
        if isinstance(node.target, ast.Name):
            self.read(node.target.id, node.target)
            self.mutate(node.target, 1)
            self.bind(node.target.id)
        else:
            self.target(node.target, None)
            self.expression(_loaded(node.target))

    def delete(self, node: ast.Delete) -> None:
        for target in node.targets:
            if isinstance(target, ast.Name):
                self.read(target.id, target)
                self.bound.discard(target.id)
                self.found.deletes.add(target.id)
            else:
                self.target(target, None)

    def loop(self, node: ast.For | ast.AsyncFor) -> None:
        self.expression(node.iter)

        def body() -> None:
            self.target(node.target, node.iter, element=True)
            self.run(node.body)

        self.branch(body, lambda: None)
        self.run_maybe(node.orelse)

    def while_loop(self, node: ast.While) -> None:
        self.expression(node.test)
        self.branch(lambda: self.run(node.body), lambda: None)
        self.run_maybe(node.orelse)

    def run_maybe(self, body: Sequence[ast.stmt]) -> None:
        if body:
            self.branch(lambda: self.run(body), lambda: None)

    def if_else(self, node: ast.If) -> None:
        self.expression(node.test)
        self.branch(lambda: self.run(node.body), lambda: self.run(node.orelse))

    def try_block(self, node: ast.Try) -> None:
        start = set(self.bound)
        self.run(node.body)
        self.run(node.orelse)
        ends = [self.bound]
        for handler in node.handlers:
            self.found.maybe |= self.bound - start
            self.bound = set(start)
            if handler.type is not None:
                self.expression(handler.type)
            if handler.name:
                self.bind(handler.name)
            self.run(handler.body)
            if handler.name:
                self.bound.discard(handler.name)
                self.found.deletes.add(handler.name)
            if not _leaves(handler.body):
                ends.append(self.bound)
        self.found.maybe |= set().union(*ends) - start
        self.bound = set.intersection(*ends)
        self.run(node.finalbody)

    def with_block(self, node: ast.With | ast.AsyncWith) -> None:
        suppress = False
        for item in node.items:
            self.expression(item.context_expr)
            called = item.context_expr.func if isinstance(item.context_expr, ast.Call) else item.context_expr
            path = dotted_of(called)
            suppress = suppress or bool(path and path[-1] in {"suppress", "raises"})
            if item.optional_vars is not None:
                self.target(item.optional_vars, item.context_expr)
        if suppress:
            self.run_maybe(node.body)
        else:
            self.run(node.body)

    def match(self, node: ast.Match) -> None:
        self.expression(node.subject)
        bodies: list[Callable[[], None]] = []
        closed = False
        for case in node.cases:

            def body(case: ast.match_case = case) -> None:
                names = _pattern_names(case.pattern)
                for child in ast.walk(case.pattern):
                    if isinstance(child, ast.expr):
                        self.expression(child)
                for name in names:
                    self.bind(name)
                self.event("assign", tuple(names), node.subject, node.subject, element=True)
                if case.guard is not None:
                    self.expression(case.guard)
                self.run(case.body)

            bodies.append(body)
            closed = closed or (case.guard is None and _irrefutable(case.pattern))
        if not closed:
            bodies.append(lambda: None)
        self.branch(*bodies)

    def function_def(self, node: ast.FunctionDef | ast.AsyncFunctionDef) -> None:
        for decorator in node.decorator_list:
            self.expression(decorator)
        annotations = [a.annotation for a in _arguments(node.args) if a.annotation is not None]
        for annotation in [*annotations, *([node.returns] if node.returns is not None else [])]:
            self.expression(annotation)
        self.define(node, [node.name])
        self.bind(node.name)
        if node.decorator_list:
            self.event("assign", (node.name,), None, node)

    def define(self, node: ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda, names: Sequence[str]) -> None:
        """A function that a name takes: its defaults run now, its free names are looked up later."""
        for default in [*node.args.defaults, *(d for d in node.args.kw_defaults if d is not None)]:
            self.expression(default)
        info = function_info(node)
        for name in names:
            self.found.functions[name] = info
        for name, use in info.free.items():
            if not self.is_hidden(name):
                self.found.late.setdefault(name, use)
        self.found.dynamic |= info.dynamic
        self.found.global_writes |= info.global_writes

    def class_def(self, node: ast.ClassDef) -> None:
        for part in [*node.decorator_list, *node.bases, *(k.value for k in node.keywords)]:
            self.expression(part)
        inner = _Visitor(class_body=True)
        inner.run(node.body)
        found = inner.found
        own = inner.bound | found.maybe
        for name, use in found.reads.items():
            self.read_at(name, use)
            if name in own:
                self.found.class_conflicts[name] = use
        for name, use in found.late.items():
            if not self.is_hidden(name):
                self.found.late.setdefault(name, use)
        self.found.dotted += found.dotted
        self.found.sql += found.sql
        self.found.dynamic |= found.dynamic
        self.found.global_writes |= found.global_writes
        self.found.classes[node.name] = ClassInfo(found.functions)
        self.bind(node.name)

    def importing(self, node: ast.Import | ast.ImportFrom) -> None:
        for alias in node.names:
            name = alias.asname or (alias.name.split(".")[0] if isinstance(node, ast.Import) else alias.name)
            if name != "*":
                self.bind(name)

    def global_names(self, node: ast.Global) -> None:
        self.declared_global |= set(node.names)

    def nonlocal_names(self, node: ast.Nonlocal) -> None:
        self.declared_nonlocal |= set(node.names)

    def returning(self, node: ast.Return) -> None:
        if node.value is not None:
            self.expression(node.value)
            self.returned.append(node.value)

    # Targets

    def target(self, node: ast.expr, value: ast.expr | None, *, element: bool = False) -> None:
        if isinstance(node, ast.Name):
            self.bind(node.id)
            self.event("assign", (node.id,), value, node, element=element)
        elif isinstance(node, (ast.Tuple, ast.List)):
            values: Sequence[ast.expr | None] = [value] * len(node.elts)
            paired = isinstance(value, (ast.Tuple, ast.List)) and len(value.elts) == len(node.elts) and not element
            if paired and not any(isinstance(e, ast.Starred) for e in (*node.elts, *value.elts)):  # type: ignore[union-attr]  # `paired` says what it is
                values = value.elts  # type: ignore[union-attr]  # as above
            for part, given in zip(node.elts, values, strict=True):
                self.target(part, given, element=element or not paired)
        elif isinstance(node, ast.Starred):
            self.target(node.value, value, element=True)
        elif isinstance(node, (ast.Attribute, ast.Subscript)):
            self.expression(node.value)
            if isinstance(node, ast.Subscript):
                self.expression(node.slice)
            elif path := dotted_of(node):
                self.found.dotted.append(DottedUse(path, _use(node), stored=True))
            base = node.value
            while isinstance(base, (ast.Attribute, ast.Subscript)):
                if path := dotted_of(base):
                    self.found.dotted.append(DottedUse(path, _use(node), stored=True))
                base = base.value
            self.mutate(node, 0)
            if value is not None and (root := root_of(node)):  # what is stored is now part of the object
                self.event("hold", (root[0],), value, node)

    def bind(self, name: str) -> None:
        if self.hidden and name in self.hidden[-1]:
            return
        self.bound.add(name)
        self.found.deletes.discard(name)

    # Expressions

    def read(self, name: str, node: ast.AST) -> None:
        self.read_at(name, _use(node))

    def read_at(self, name: str, use: Use) -> None:
        if self.is_hidden(name) or (name in self.bound and not self.function):
            return
        self.found.reads.setdefault(name, use)

    def is_hidden(self, name: str) -> bool:
        return any(name in names for names in self.hidden)

    def event(
        self,
        kind: str,
        names: tuple[str, ...],
        value: ast.expr | None,
        node: ast.AST,
        depth: int = 1,
        *,
        element: bool = False,
    ) -> None:
        self.found.events.append(Event(kind, names, value, _use(node), depth, element))

    def mutate(self, node: ast.expr, extra: int) -> None:
        if (root := root_of(node)) and not self.is_hidden(root[0]):
            self.event("mutate", (root[0],), None, node, root[1] + extra)

    def expression(self, node: ast.expr) -> None:
        handler = _EXPRESSIONS.get(type(node))
        if handler is not None:
            handler(self, node)
        else:
            self.children(node)

    def name(self, node: ast.Name) -> None:
        if isinstance(node.ctx, ast.Load):
            self.read(node.id, node)
            if node.id in DYNAMIC_NAMES and node.id != "compile":
                self.found.dynamic.setdefault(node.id, _use(node))

    def attribute(self, node: ast.Attribute) -> None:
        if path := dotted_of(node):
            self.found.dotted.append(DottedUse(path, _use(node)))
            base: ast.expr = node
            while isinstance(base, ast.Attribute):
                base = base.value
            self.expression(base)
        else:
            self.expression(node.value)

    def call(self, node: ast.Call) -> None:
        path = dotted_of(node.func)
        if path:
            self.found.dotted.append(DottedUse(path, _use(node), call=node))
        self.expression(node.func)
        for argument in node.args:
            self.expression(argument)
        for keyword in node.keywords:
            self.expression(keyword.value)
        self.changes_by_call(node)
        self.strings_of_call(node)
        if isinstance(node.func, ast.Name):
            self.event("call", (node.func.id,), node, node)

    def changes_by_call(self, node: ast.Call) -> None:
        in_place = False
        for keyword in node.keywords:
            if keyword.arg == "inplace":
                in_place = not (isinstance(keyword.value, ast.Constant) and keyword.value.value is False)
            if keyword.arg == "out":
                self.mutate(keyword.value, 1)
        if isinstance(node.func, ast.Attribute):
            self.event("method", (node.func.attr,), node, node)
            if in_place or node.func.attr in MUTATING_METHODS:
                self.mutate(node.func.value, 1)
        elif in_place and node.args:
            self.mutate(node.args[0], 1)

    def strings_of_call(self, node: ast.Call) -> None:
        called = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
        if called not in SQL_CALLS and called not in PANDAS_QUERY_CALLS:
            return
        for argument in [*node.args, *(k.value for k in node.keywords)]:
            for part in ast.walk(argument):
                if isinstance(part, ast.Constant) and isinstance(part.value, str):
                    if called in PANDAS_QUERY_CALLS and "@" in part.value:
                        for piece in part.value.split("@")[1:]:
                            self.found.sql.append((_leading_name(piece), _use(node)))
                    if called in SQL_CALLS:
                        self.found.sql += [(name, _use(node)) for name in sql_names(part.value)]

    def named(self, node: ast.NamedExpr) -> None:
        self.expression(node.value)
        hidden, self.hidden = self.hidden, []  # a walrus binds outside the comprehension
        inside = bool(hidden)
        if inside:
            self.found.maybe.add(node.target.id)
            hidden[-1].add(node.target.id)
        else:
            self.bind(node.target.id)
        self.hidden = hidden
        self.event("assign", (node.target.id,), node.value, node)

    def lambda_(self, node: ast.Lambda) -> None:
        self.define(node, [])
        info = function_info(node)
        for name, use in info.free.items():  # it may be called at once
            self.read_at(name, use)
        self.found.dotted += info.dotted
        self.found.sql += info.sql
        self.found.events += info.calls
        for name, use in info.changes.items():
            self.found.events.append(Event("mutate", (name,), None, use))

    def comprehension(self, node: ast.ListComp | ast.SetComp | ast.DictComp | ast.GeneratorExp) -> None:
        names: set[str] = set()
        for index, generator in enumerate(node.generators):
            self.expression(generator.iter)
            if not index:
                self.hidden.append(names)
            names |= {n.id for n in ast.walk(generator.target) if isinstance(n, ast.Name)}
            for condition in generator.ifs:
                self.expression(condition)
        if isinstance(node, ast.DictComp):
            self.expression(node.key)
            self.expression(node.value)
        else:
            self.expression(node.elt)
        if isinstance(node, ast.GeneratorExp):
            for part in ast.walk(node):
                if isinstance(part, ast.Name) and isinstance(part.ctx, ast.Load) and not self.is_hidden(part.id):
                    self.found.late.setdefault(part.id, _use(part))
        self.hidden.pop()

    def short_circuit(self, node: ast.BoolOp) -> None:
        self.expression(node.values[0])
        for value in node.values[1:]:
            self.branch(lambda value=value: self.expression(value), lambda: None)  # type: ignore[misc]  # the default binds the loop's value

    def conditional(self, node: ast.IfExp) -> None:
        self.expression(node.test)
        self.branch(lambda: self.expression(node.body), lambda: self.expression(node.orelse))

    def yielding(self, node: ast.Yield | ast.YieldFrom) -> None:
        self.yields = True
        if node.value is not None:
            self.expression(node.value)

    def awaiting(self, node: ast.Await) -> None:
        self.found.awaits = self.found.awaits or _use(node)
        self.expression(node.value)


def _use(node: ast.AST) -> Use:
    return Use(getattr(node, "lineno", 1), getattr(node, "col_offset", 0) + 1)


def _loaded(node: ast.expr) -> ast.expr:
    """The object that an augmented target belongs to, read before it is changed."""
    return node.value if isinstance(node, (ast.Attribute, ast.Subscript)) else node


def _leading_name(text: str) -> str:
    end = 0
    while end < len(text) and (text[end].isalnum() or text[end] == "_"):
        end += 1
    return text[:end]


def _arguments(arguments: ast.arguments) -> list[ast.arg]:
    found = [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs]
    return found + [a for a in (arguments.vararg, arguments.kwarg) if a is not None]


def _leaves(body: Sequence[ast.stmt]) -> bool:
    """Whether a block surely leaves by raising, so that nothing after it runs."""
    return bool(body) and isinstance(body[-1], (ast.Raise, ast.Return, ast.Continue, ast.Break))


def _pattern_names(pattern: ast.pattern) -> list[str]:
    names: list[str] = []
    for node in ast.walk(pattern):
        if isinstance(node, (ast.MatchAs, ast.MatchStar)) and node.name:
            names.append(node.name)
        elif isinstance(node, ast.MatchMapping) and node.rest:
            names.append(node.rest)
    return names


def _irrefutable(pattern: ast.pattern) -> bool:
    return isinstance(pattern, ast.MatchAs) and (pattern.pattern is None or _irrefutable(pattern.pattern))


_STATEMENTS: dict[type, Any] = {
    ast.Assign: _Visitor.assign,
    ast.AnnAssign: _Visitor.annotated,
    ast.AugAssign: _Visitor.augmented,
    ast.Delete: _Visitor.delete,
    ast.For: _Visitor.loop,
    ast.AsyncFor: _Visitor.loop,
    ast.While: _Visitor.while_loop,
    ast.If: _Visitor.if_else,
    ast.Try: _Visitor.try_block,
    ast.TryStar: _Visitor.try_block,
    ast.With: _Visitor.with_block,
    ast.AsyncWith: _Visitor.with_block,
    ast.Match: _Visitor.match,
    ast.FunctionDef: _Visitor.function_def,
    ast.AsyncFunctionDef: _Visitor.function_def,
    ast.ClassDef: _Visitor.class_def,
    ast.Import: _Visitor.importing,
    ast.ImportFrom: _Visitor.importing,
    ast.Global: _Visitor.global_names,
    ast.Nonlocal: _Visitor.nonlocal_names,
    ast.Return: _Visitor.returning,
}
_EXPRESSIONS: dict[type, Any] = {
    ast.Name: _Visitor.name,
    ast.Attribute: _Visitor.attribute,
    ast.Call: _Visitor.call,
    ast.NamedExpr: _Visitor.named,
    ast.Lambda: _Visitor.lambda_,
    ast.ListComp: _Visitor.comprehension,
    ast.SetComp: _Visitor.comprehension,
    ast.DictComp: _Visitor.comprehension,
    ast.GeneratorExp: _Visitor.comprehension,
    ast.BoolOp: _Visitor.short_circuit,
    ast.IfExp: _Visitor.conditional,
    ast.Yield: _Visitor.yielding,
    ast.YieldFrom: _Visitor.yielding,
    ast.Await: _Visitor.awaiting,
}
