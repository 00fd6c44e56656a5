"""What expressions do to names, in the order in which Python evaluates them: the lower half of `scopes`."""

from __future__ import annotations

import ast
from collections.abc import Callable, Sequence
from itertools import pairwise

from platform_core.errors import Fault
from platform_core.hints import Any
from promote.language.effects import (
    DYNAMIC_NAMES,
    FRAME_METHODS,
    IN_PLACE_METHODS,
    MUTATING_METHODS,
    NAMESPACES,
    PANDAS_QUERY_CALLS,
    SHUFFLING_METHODS,
    SQL_CALLS,
)
from promote.language.syntax import chain_of, is_the_notebook, names_a_module, names_a_type, parts_of, use_of
from promote.language.uses import DottedUse, Effects, Event, FunctionInfo, Query, Use
from promote.trees import below

_PANDAS = frozenset(("pd", "pandas"))
_PANDAS_FUNCTIONS = frozenset(  # that a text for `pd.eval` may call
    """sin cos tan exp log expm1 log1p sqrt sinh cosh tanh arcsin arccos arctan arccosh arcsinh arctanh abs log10 floor
    ceil arctan2 True False None""".split()  # noqa: SIM905 - as `effects` writes its tables
)
_CHANGING = MUTATING_METHODS | SHUFFLING_METHODS  # words that tell a change without an argument that does
_ASKING = SQL_CALLS | PANDAS_QUERY_CALLS
HIDDEN = " "  # how the names of values begin that have none in the notebook


class ExpressionScope:
    """Walks expressions in the order they run. In a function every load counts; at module level only exposed ones."""

    def __init__(self, *, function: bool = False, class_body: bool = False, lazy: bool = False) -> None:
        self.lazy = lazy  # annotations are kept as texts, by `from __future__ import annotations`
        self.function = function
        self.class_body = class_body
        self.found = Effects()
        self.bound: set[str] = set()
        self.gone: set[str] = set()
        self.depth = 0  # how many branches stand around, so that what happens may not happen
        self.hidden: list[set[str]] = []  # names local to the comprehensions around
        self.typed: frozenset[str] = frozenset()  # the type parameters around, as in `def f[T](x: T)`
        self.declared_global: dict[str, Use] = {}
        self.comprehended: set[str] = set()  # names of a class body that its comprehensions look up outside of it
        self.declared_nonlocal: dict[str, Use] = {}
        self.yields = False
        self.taken: set[int] = set()  # calls whose result is given a name, or has another method called on it

    def children(self, node: ast.AST) -> None:
        for child in below(node):
            if isinstance(child, ast.expr):
                self.expression(child)
            elif isinstance(child, ast.stmt):
                self.run([child])
            else:
                self.children(child)

    def branch(self, *bodies: Callable[[], bool | None]) -> None:
        """Run each body from the same start; afterwards only what all of them did is sure.

        A body that gives true leaves by raising or jumping: what comes after it never sees it.
        """
        bound, gone = set(self.bound), set(self.gone)
        ends: list[tuple[set[str], set[str]]] = []
        self.depth += 1
        for body in bodies:
            self.bound, self.gone = set(bound), set(gone)
            left = body()
            self.found.maybe |= self.bound - bound
            self.found.deletes |= self.gone - gone
            if not left:
                ends.append((self.bound, self.gone))
        self.depth -= 1
        self.bound = set.intersection(*(end for end, _ in ends)) if ends else bound
        self.gone = set.intersection(*(end for _, end in ends)) if ends else gone

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
        self.gone.discard(name)

    def unbind(self, name: str) -> None:
        self.bound.discard(name)
        self.gone.add(name)
        self.found.deletes.add(name)

    def read(self, name: str, node: ast.AST) -> None:
        self.read_at(name, use_of(node))

    def read_at(self, name: str, use: Use) -> None:
        if self.is_hidden(name):
            return
        if name in self.bound and not self.function:
            if not (self.class_body and self.hidden):
                return
            if name not in self.found.reads:
                self.comprehended.add(name)
        self.found.reads.setdefault(name, use)

    def is_hidden(self, name: str) -> bool:
        return name in self.typed or (bool(self.hidden) and any(name in names for names in self.hidden))

    def event(self, kind: str, value: ast.expr | None, node: ast.AST, *names: str, **more: Any) -> None:
        self.found.events.append(Event(kind, names, value, use_of(node), weak=self.depth > 0, **more))

    def scoped(self, names: set[str], start: int, node: ast.AST) -> None:
        """Put the events since `start` into a scope of their own, where `names` mean something else."""
        events = tuple(self.found.events[start:])
        del self.found.events[start:]
        self.event("scope", None, node, *sorted(names), events=events)

    def expression(self, node: ast.expr) -> None:
        handler = _EXPRESSIONS.get(type(node))
        if handler is not None:
            handler(self, node)
        else:
            self.children(node)

    def constant(self, node: ast.Constant) -> None:
        """A literal does nothing."""

    def name(self, node: ast.Name) -> None:
        if isinstance(node.ctx, ast.Load):
            self.found.plain.add(node.id)
            self.root(node)

    def root(self, node: ast.Name) -> None:
        """A name that a chain begins with, or that is called: it is read, and is no value by itself."""
        if isinstance(node.ctx, ast.Load):
            self.read(node.id, node)
            if node.id in DYNAMIC_NAMES and not self.is_hidden(node.id):
                self.found.dynamic.setdefault(node.id, use_of(node))

    def attribute(self, node: ast.Attribute) -> None:
        if node.attr in NAMESPACES:
            self.found.dynamic.setdefault(node.attr, use_of(node))
        if path := chain_of(node):
            self.found.dotted.append(DottedUse(path, use_of(node)))
            base: ast.expr = node
            while isinstance(base, ast.Attribute):
                base = base.value
            if isinstance(base, ast.Name):
                self.root(base)
            else:
                self.expression(base)
        else:
            self.expression(node.value)

    def subscript(self, node: ast.Subscript) -> None:
        self.children(node)
        if is_the_notebook(node):
            self.found.dynamic.setdefault("sys.modules", use_of(node))
        if isinstance(node.ctx, ast.Load):
            self.event("item", node.value, node)

    def call(self, node: ast.Call, *, alone: bool = False) -> None:
        path = chain_of(node.func)
        if path is None and isinstance(node.func, ast.Attribute):
            path = ("", node.func.attr)  # a method of something that has no name
        if path:
            self.found.dotted.append(DottedUse(path, use_of(node), call=node, weak=self.depth > 0))
        if isinstance(node.func, ast.Attribute):
            self.taken.add(id(node.func.value))
        called: ast.expr = node.func
        while path and path[0] and isinstance(called, ast.Attribute):
            if called.attr in NAMESPACES:
                self.found.dynamic.setdefault(called.attr, use_of(called))
            called = called.value  # the chain was told with the call
        if isinstance(called, ast.Name):
            self.called_name(called, node)
        else:
            self.expression(called)
        if not (path and path[-1] == "getLogger"):  # a logger's name is no data
            for argument in node.args:
                self.expression(argument)
            for keyword in node.keywords:
                self.expression(keyword.value)
        word = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
        if node.keywords or word in _CHANGING:
            self.changes_by_call(node)
        if word in _ASKING:
            self.query(node)
        self.event("call", node, node, alone=alone)

    def called_name(self, called: ast.Name, node: ast.Call) -> None:
        if called.id == "vars" and node.args:
            self.read("vars", called)  # of an object, not of the namespace
        elif called.id == "__import__" and names_a_module(node):
            self.read("__import__", called)  # as `import` does
        elif called.id == "dir" and not node.args and not self.is_hidden("dir"):
            self.read("dir", called)
            self.found.dynamic.setdefault("dir", use_of(called))
        else:
            self.root(called)

    def changes_by_call(self, node: ast.Call) -> None:
        """What a call changes by the words it is written with, whatever it calls."""
        in_place = False
        for keyword in node.keywords:
            literal = isinstance(keyword.value, ast.Constant)
            if keyword.arg in {"inplace", "in_place"}:
                in_place = not (literal and keyword.value.value is False)  # type: ignore[attr-defined]  # a Constant, as `literal` says
            for one in parts_of(keyword.value) if keyword.arg == "out" else ():
                self.event("mutate", one, node)
            if keyword.arg == "copy" and literal and keyword.value.value is False and node.args:  # type: ignore[attr-defined]  # as above
                self.event("mutate", node.args[0], node)
        if isinstance(node.func, ast.Attribute):
            if node.func.attr in SHUFFLING_METHODS:
                for argument in node.args:
                    self.event("mutate", argument, node)
            spread = node.func.attr in IN_PLACE_METHODS and any(k.arg is None for k in node.keywords)
            if (in_place or spread) or (
                node.func.attr in MUTATING_METHODS and not self.gives_another(node, node.func.attr)
            ):
                on_type = bool(node.args) and names_a_type(node.func.value)  # `list.append(rows, 1)`
                changed = [node.func.value, *(node.args[:1] if on_type else ())]
                for one in changed:
                    self.event("mutate", one, node)
                    for argument in [*node.args, *(k.value for k in node.keywords)]:
                        self.event("mutate", one, node, held=argument)
        elif in_place and node.args:
            self.event("mutate", node.args[0], node)

    def gives_another(self, node: ast.Call, method: str) -> bool:
        """Whether a method that changes lists is surely called on a frame, which it leaves alone."""
        if isinstance(node.func, ast.Attribute) and names_a_type(node.func.value):
            return False  # `list.sort(rows)`
        columns = method == "sort" and any(not isinstance(getattr(a, "value", None), int) for a in node.args)
        column = method == "insert" and len(node.args) + len(node.keywords) > 2  # pandas puts it into the frame itself
        return columns or (method in FRAME_METHODS and id(node) in self.taken and not column)

    def query(self, node: ast.Call) -> None:
        """A call whose text may name Python variables."""
        called = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
        if called == "eval" and isinstance(node.func, ast.Attribute) and getattr(node.func.value, "id", "") in _PANDAS:
            self.expressions_in(node)
        if called not in SQL_CALLS and (called not in PANDAS_QUERY_CALLS or not isinstance(node.func, ast.Attribute)):
            return
        texts: list[str] = []
        names: list[str] = []
        for argument in [*node.args[:1], *(k.value for k in node.keywords if k.arg in {"expr", "query", "sql"})]:
            open_ends = _followed(argument)
            for part in ast.walk(argument):
                if isinstance(part, ast.Constant) and isinstance(part.value, str):
                    texts.append(part.value + "{" * (id(part) in open_ends))
                elif isinstance(part, ast.Name):
                    names.append(part.id)
        nested = self.function or self.class_body or bool(self.hidden)
        self.found.queries.append(Query(called in SQL_CALLS, tuple(texts), tuple(names), use_of(node), nested))

    def operation(self, node: ast.BinOp) -> None:
        """An operation; `text % table` asks the table for items."""
        self.children(node)
        if isinstance(node.op, ast.Mod) and not isinstance(node.right, ast.Constant):
            self.event("item", node.right, node)

    def expressions_in(self, node: ast.Call) -> None:
        """The text of `pd.eval("df.rent + offset")` reads variables; with a target it may change that."""
        for part in node.args[:1]:
            text = part.value if isinstance(part, ast.Constant) and isinstance(part.value, str) else ""
            try:
                written = ast.walk(ast.parse(text.replace("@", "").strip()))
            except (SyntaxError, ValueError):
                continue
            for one in written:
                if isinstance(one, ast.Name) and isinstance(one.ctx, ast.Load) and one.id not in _PANDAS_FUNCTIONS:
                    nested = self.function or self.class_body or bool(self.hidden)
                    self.found.queries.append(Query(False, (f"@{one.id}",), (), use_of(node), nested))
        for keyword in node.keywords:
            if keyword.arg == "target" and any(k.arg == "inplace" for k in node.keywords):
                self.event("mutate", keyword.value, node)

    def named(self, node: ast.NamedExpr) -> None:
        self.expression(node.value)
        hidden, self.hidden = self.hidden, []  # a walrus binds outside the comprehension
        if hidden:
            self.found.maybe.add(node.target.id)
            hidden[-1].add(node.target.id)
        else:
            self.bind(node.target.id)
        self.hidden = hidden
        self.event("assign", node.value, node, node.target.id)

    def comprehension(self, node: ast.ListComp | ast.SetComp | ast.DictComp | ast.GeneratorExp) -> None:
        self.found.loops = True
        own: set[str] = set()
        targets: set[str] = set()
        start = len(self.found.events)
        self.depth += 1
        for index, generator in enumerate(node.generators):
            self.expression(generator.iter)
            if not index:
                self.hidden.append(own)
            targets.update(_target_names(generator.target))
            own |= targets
            if generator.is_async:
                self.found.awaits = self.found.awaits or use_of(generator.target)
            self.expression(generator.target)
            names = _target_names(generator.target)
            for part in ast.walk(generator.target):
                if isinstance(part, (ast.Attribute, ast.Subscript)) and isinstance(part.ctx, ast.Store):
                    self.event("mutate", part.value, part)
            self.depth -= 1  # in its own scope a variable of a comprehension is surely bound
            self.event("assign", generator.iter, generator.target, *names, element=True)
            self.depth += 1
            for condition in generator.ifs:
                self.expression(condition)
        for part in [node.key, node.value] if isinstance(node, ast.DictComp) else [node.elt]:
            self.expression(part)
        if isinstance(node, ast.GeneratorExp):
            self.later(node)
        self.depth -= 1
        self.hidden.pop()
        self.scoped(targets, start, node)

    def later(self, node: ast.GeneratorExp) -> None:
        """A generator looks its names up when it is consumed: it is known as a function without parameters."""
        free: dict[str, Use] = {}
        for part in ast.walk(node):
            if isinstance(part, ast.Name) and isinstance(part.ctx, ast.Load) and not self.is_hidden(part.id):
                free.setdefault(part.id, use_of(part))
        for name, use in free.items():
            self.found.late.setdefault(name, use)
        self.found.lambdas[id(node)] = FunctionInfo(
            (), free, frozenset(), (), True, (), (), {}, {}, frozenset(), node=node
        )

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
            self.event("return", node.value, node)

    def awaiting(self, node: ast.Await) -> None:
        self.found.awaits = self.found.awaits or use_of(node)
        self.expression(node.value)


def _target_names(target: ast.expr) -> list[str]:
    return [n.id for n in ast.walk(target) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)]


def _followed(node: ast.expr) -> set[int]:
    """Give the identities of the texts that a value follows at once: `f"from {table}"`, `"from " + table`."""
    found: set[int] = set()
    for part in ast.walk(node):
        if isinstance(part, ast.JoinedStr):
            found |= {id(a) for a, b in pairwise(part.values) if isinstance(b, ast.FormattedValue)}
        elif isinstance(part, ast.BinOp) and isinstance(part.op, ast.Add):
            left = part.left
            while isinstance(left, ast.BinOp):
                left = left.right
            left = left.values[-1] if isinstance(left, ast.JoinedStr) and left.values else left
            found |= {id(left)} if not isinstance(part.right, (ast.Constant, ast.JoinedStr)) else set()
    return found


_EXPRESSIONS: dict[type, Any] = {
    ast.Constant: ExpressionScope.constant,
    ast.Subscript: ExpressionScope.subscript,
    ast.Name: ExpressionScope.name,
    ast.Attribute: ExpressionScope.attribute,
    ast.Call: ExpressionScope.call,
    ast.BinOp: ExpressionScope.operation,
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
