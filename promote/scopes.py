"""What one top-level statement does to names: what it reads, binds, deletes and may change, by Python's own scopes.

`effects_of` looks at one statement of a notebook as module-level code. Reads are those that need a value from before
the statement ("upward exposed"): in `x = 1; y = x` as one `if` body, `x` is not read from outside. Names that a
function or lambda looks up when it is called stand apart, in `late`. Nothing here knows other statements: that is
`program`.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from promote.expression_scope import ExpressionScope
from promote.syntax import (
    arguments_of,
    dotted_of,
    irrefutable,
    leaves,
    pattern_names,
    root_of,
    selects_a_copy,
    use_of,
)
from promote.uses import ClassInfo, DottedUse, Effects, Event, FunctionInfo, Use


def effects_of(statement: ast.stmt) -> Effects:
    """Give what a statement does when it runs at module level."""
    visitor = _Scope()
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
    visitor = _Scope(function=True)
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


class _Scope(ExpressionScope):
    """Walks statements in the order they run."""

    def run(self, body: Sequence[ast.stmt]) -> None:
        for statement in body:
            handler = _STATEMENTS.get(type(statement))
            if handler is not None:
                handler(self, statement)
            else:
                self.children(statement)

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
            if not leaves(handler.body):
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
                names = pattern_names(case.pattern)
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
            closed = closed or (case.guard is None and irrefutable(case.pattern))
        if not closed:
            bodies.append(lambda: None)
        self.branch(*bodies)

    def function_def(self, node: ast.FunctionDef | ast.AsyncFunctionDef) -> None:
        for decorator in node.decorator_list:
            self.expression(decorator)
        annotations = [a.annotation for a in arguments_of(node.args) if a.annotation is not None]
        for annotation in [*annotations, *([node.returns] if node.returns is not None else [])]:
            self.expression(annotation)
        self.define(node, [node.name])
        self.bind(node.name)
        if node.decorator_list:
            self.event("assign", (node.name,), None, node)

    def class_def(self, node: ast.ClassDef) -> None:
        for part in [*node.decorator_list, *node.bases, *(k.value for k in node.keywords)]:
            self.expression(part)
        inner = _Scope(class_body=True)
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
                self.found.dotted.append(DottedUse(path, use_of(node), stored=True))
            base = node.value
            while isinstance(base, (ast.Attribute, ast.Subscript)):
                if path := dotted_of(base):
                    self.found.dotted.append(DottedUse(path, use_of(node), stored=True))
                base = base.value
            self.mutate(node, 0)
            if value is not None and (root := root_of(node)):  # what is stored is now part of the object
                self.event("hold", (root[0],), value, node)


def _loaded(node: ast.expr) -> ast.expr:
    """The object that an augmented target belongs to, read before it is changed."""
    return node.value if isinstance(node, (ast.Attribute, ast.Subscript)) else node


_STATEMENTS: dict[type, Any] = {
    ast.Assign: _Scope.assign,
    ast.AnnAssign: _Scope.annotated,
    ast.AugAssign: _Scope.augmented,
    ast.Delete: _Scope.delete,
    ast.For: _Scope.loop,
    ast.AsyncFor: _Scope.loop,
    ast.While: _Scope.while_loop,
    ast.If: _Scope.if_else,
    ast.Try: _Scope.try_block,
    ast.TryStar: _Scope.try_block,
    ast.With: _Scope.with_block,
    ast.AsyncWith: _Scope.with_block,
    ast.Match: _Scope.match,
    ast.FunctionDef: _Scope.function_def,
    ast.AsyncFunctionDef: _Scope.function_def,
    ast.ClassDef: _Scope.class_def,
    ast.Import: _Scope.importing,
    ast.ImportFrom: _Scope.importing,
    ast.Global: _Scope.global_names,
    ast.Nonlocal: _Scope.nonlocal_names,
    ast.Return: _Scope.returning,
}
