"""What expressions do to names, in the order in which Python evaluates them: the lower half of `scopes`."""

from __future__ import annotations

import ast
from collections.abc import Callable, Sequence
from typing import Any

from platform_core.errors import Fault
from promote.effects import DYNAMIC_NAMES, MUTATING_METHODS, PANDAS_QUERY_CALLS, SQL_CALLS
from promote.syntax import dotted_of, leading_name, root_of, sql_names, use_of
from promote.uses import DottedUse, Effects, Event, Use


class ExpressionScope:
    """Walks expressions in the order they run. In a function every load counts; at module level only exposed ones."""

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

    def run(self, body: Sequence[ast.stmt]) -> None:
        """Walk statements; a scope that can meet any says how."""
        raise Fault(f"{len(body)} statements in an expression")

    def _a_lambda(self, node: ast.Lambda) -> None:
        self.lambda_(node)

    def lambda_(self, node: ast.Lambda) -> None:
        """Take a lambda; a scope that knows functions says how."""
        raise Fault(f"a lambda in line {node.lineno}")

    def bind(self, name: str) -> None:
        if self.hidden and name in self.hidden[-1]:
            return
        self.bound.add(name)
        self.found.deletes.discard(name)

    def read(self, name: str, node: ast.AST) -> None:
        self.read_at(name, use_of(node))

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
        self.found.events.append(Event(kind, names, value, use_of(node), depth, element))

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
                self.found.dynamic.setdefault(node.id, use_of(node))

    def attribute(self, node: ast.Attribute) -> None:
        if path := dotted_of(node):
            self.found.dotted.append(DottedUse(path, use_of(node)))
            base: ast.expr = node
            while isinstance(base, ast.Attribute):
                base = base.value
            self.expression(base)
        else:
            self.expression(node.value)

    def call(self, node: ast.Call) -> None:
        path = dotted_of(node.func)
        if path:
            self.found.dotted.append(DottedUse(path, use_of(node), call=node))
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
                            self.found.sql.append((leading_name(piece), use_of(node)))
                    if called in SQL_CALLS:
                        self.found.sql += [(name, use_of(node)) for name in sql_names(part.value)]

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
                    self.found.late.setdefault(part.id, use_of(part))
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
        self.found.awaits = self.found.awaits or use_of(node)
        self.expression(node.value)


_EXPRESSIONS: dict[type, Any] = {
    ast.Name: ExpressionScope.name,
    ast.Attribute: ExpressionScope.attribute,
    ast.Call: ExpressionScope.call,
    ast.NamedExpr: ExpressionScope.named,
    ast.Lambda: ExpressionScope._a_lambda,
    ast.ListComp: ExpressionScope.comprehension,
    ast.SetComp: ExpressionScope.comprehension,
    ast.DictComp: ExpressionScope.comprehension,
    ast.GeneratorExp: ExpressionScope.comprehension,
    ast.BoolOp: ExpressionScope.short_circuit,
    ast.IfExp: ExpressionScope.conditional,
    ast.Yield: ExpressionScope.yielding,
    ast.YieldFrom: ExpressionScope.yielding,
    ast.Await: ExpressionScope.awaiting,
}
