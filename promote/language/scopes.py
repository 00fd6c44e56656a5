"""What one top-level statement does to names: what it reads, binds, deletes and may change, by Python's own scopes.

`effects_of` looks at one statement of a notebook as module-level code. Reads are those that need a value from before
the statement ("upward exposed"): in `x = 1; y = x` as one `if` body, `x` is not read from outside. Names that a
function or lambda looks up when it is called stand apart, in `late`. Nothing here knows other statements: that is
`program`.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Sequence
from typing import Any

from promote.language.definitions import class_info, fresh_defaults, remembers
from promote.language.expression_scope import HIDDEN, ExpressionScope
from promote.language.syntax import (
    annotation_names,
    arguments_of,
    dotted_of,
    irrefutable,
    leaves,
    literal_key,
    may_swallow,
    only_defines,
    pattern_names,
    raised_with,
    use_of,
)
from promote.language.uses import DottedUse, Effects, Event, FunctionInfo


def effects_of(statement: ast.stmt, *, lazy: bool = False) -> Effects:
    """Give what a statement does when it runs at module level; `lazy` is true where annotations are not evaluated."""
    visitor = _Scope(lazy=lazy)
    visitor.run([statement])
    found = visitor.found
    found.binds = visitor.bound
    found.gone = visitor.gone
    found.maybe -= found.binds
    found.touched = frozenset().union(found.binds, found.maybe, found.deletes)
    found.constant = frozenset(
        [n for e in found.events if e.kind == "assign" and isinstance(e.value, ast.Constant) for n in e.names]
    )
    stores = [found.dotted, *(info.dotted for info in found.lambdas.values())]
    found.attributes = frozenset([one.path[-1] for dotted in stores for one in dotted if one.stored]) | found.fields
    found.uses_classes = not only_defines(statement)
    return found


def function_info(
    node: ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda, *, lazy: bool = False
) -> tuple[FunctionInfo, Effects]:
    """Give what a function does when it is called, and all that was found in its body."""
    arguments = node.args
    parameters = [a.arg for a in (*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs)]
    every = [*parameters, *(a.arg for a in (arguments.vararg, arguments.kwarg) if a is not None)]
    visitor = _Scope(function=True, lazy=lazy)
    if isinstance(node, ast.Lambda):
        visitor.expression(node.body)
        visitor.event("return", node.body, node.body)
    else:
        visitor.run(node.body)
    found = visitor.found
    declared = visitor.declared_global
    bound = visitor.bound | found.maybe | found.deletes | found.declared
    local = (set(every) | bound) - declared.keys() - visitor.declared_nonlocal
    free = {name: use for name, use in (*found.reads.items(), *found.late.items()) if name not in local}
    for inner in found.lambdas.values():
        inner.captured.update(inner.free.keys() & local)
    info = FunctionInfo(
        parameters=tuple(every),
        free=free,
        local=frozenset(local),
        events=tuple(found.events),
        generator=visitor.yields,
        dotted=tuple(found.dotted),
        queries=tuple(found.queries),
        dynamic=found.dynamic,
        global_writes={**{n: use for n, use in declared.items() if n in bound}, **found.global_writes},
        fresh_defaults=frozenset(fresh_defaults(arguments)),
        decorated=bool(getattr(node, "decorator_list", ())),
        remembers=remembers(node),
        node=node,
    )
    return info, found


class _Scope(ExpressionScope):
    """Walks statements in the order they run."""

    def run(self, body: Sequence[ast.stmt]) -> None:
        for statement in body:
            handler = _STATEMENTS.get(type(statement))
            if handler is not None:
                handler(self, statement)
            else:
                self.children(statement)

    def expression_statement(self, node: ast.Expr) -> None:
        if isinstance(node.value, ast.Call):
            self.call(node.value, alone=True)
        else:
            self.expression(node.value)

    def assign(self, node: ast.Assign) -> None:
        direct = isinstance(node.value, ast.Lambda) and all(isinstance(t, ast.Name) for t in node.targets)
        if direct:
            self.define(node.value, [t.id for t in node.targets if isinstance(t, ast.Name)])  # type: ignore[arg-type]  # a Lambda, as `direct` says
            for target in node.targets:
                self.bind(target.id)  # type: ignore[attr-defined]  # a Name, as `direct` says
            return
        self.taken.add(id(node.value))
        self.expression(node.value)
        value = node.value if len(node.targets) == 1 else self.once(node.value, node)
        for target in node.targets:
            self.target(target, value)

    def annotated(self, node: ast.AnnAssign) -> None:
        if not self.function:  # a function's local annotations are never evaluated
            self.annotation(node.annotation)
        if node.value is not None:
            self.expression(node.value)
            self.target(node.target, node.value)
        elif isinstance(node.target, ast.Name):
            self.found.declared.add(node.target.id)
        else:  # Python evaluates `f().x: int` as far as the last attribute or item
            self.children(node.target)

    def annotation(self, node: ast.expr) -> None:
        """An annotation is evaluated where it stands; one that is a text, or lazy, by whoever asks for it later."""
        if not self.lazy:
            self.expression(node)
        for part in annotation_names(node, texts_only=not self.lazy):
            self.found.mentioned.setdefault(part.id, use_of(node))

    def augmented(self, node: ast.AugAssign) -> None:
        self.expression(node.value)
        if isinstance(node.target, ast.Name):
            self.read(node.target.id, node.target)
            loaded = ast.copy_location(ast.Name(node.target.id, ast.Load()), node.target)
            self.event("mutate", loaded, node, held=node.value)
            self.bind(node.target.id)
        else:
            self.target(node.target, None)
            item = isinstance(node.target, ast.Subscript)
            self.event("mutate", node.target if item else node.target.value, node, held=node.value)

    def delete(self, node: ast.Delete) -> None:
        for target in node.targets:
            if isinstance(target, ast.Name):
                self.read(target.id, target)
                self.unbind(target.id)
            else:
                self.target(target, None)

    def loop(self, node: ast.For | ast.AsyncFor) -> None:
        self.found.loops = True
        self.expression(node.iter)
        if isinstance(node, ast.AsyncFor):
            self.found.awaits = self.found.awaits or use_of(node)

        def body() -> None:
            self.target(node.target, node.iter, element=True)
            self.run(node.body)

        self.branch(body, lambda: None)
        self.run_maybe(node.orelse)

    def while_loop(self, node: ast.While) -> None:
        self.found.loops = True
        self.expression(node.test)
        self.branch(lambda: self.run(node.body), lambda: None)
        self.run_maybe(node.orelse)

    def run_maybe(self, body: Sequence[ast.stmt]) -> None:
        if body:
            self.branch(lambda: self.run(body), lambda: None)

    def block(self, body: Sequence[ast.stmt]) -> Callable[[], bool]:
        """A branch that says whether it leaves."""

        def run() -> bool:
            self.run(body)
            return leaves(body)

        return run

    def if_else(self, node: ast.If) -> None:
        self.expression(node.test)
        self.branch(self.block(node.body), self.block(node.orelse))

    def try_block(self, node: ast.Try) -> None:
        def body() -> bool:
            self.run([*node.body, *node.orelse])
            return leaves([*node.body, *node.orelse])

        def handled(handler: ast.ExceptHandler) -> Callable[[], bool]:
            def run() -> bool:
                if handler.type is not None:
                    self.expression(handler.type)
                if handler.name:
                    self.bind(handler.name)
                    self.event("assign", raised_with(node), handler, handler.name)
                self.run(handler.body)
                if handler.name:
                    self.unbind(handler.name)
                return leaves(handler.body)

            return run

        if node.handlers:
            self.branch(body, *(handled(handler) for handler in node.handlers))
        else:
            body()
        self.run(node.finalbody)

    def with_block(self, node: ast.With | ast.AsyncWith) -> None:
        if isinstance(node, ast.AsyncWith):
            self.found.awaits = self.found.awaits or use_of(node)
        self.enter(node.items, node.body)

    def enter(self, items: Sequence[ast.withitem], body: Sequence[ast.stmt]) -> None:
        """Enter one context after the other; what comes after one that may swallow an exception may not happen."""
        if not items:
            self.run(body)
            return
        context, target = items[0].context_expr, items[0].optional_vars
        self.expression(context)
        if target is not None:
            given = context.args if isinstance(context, ast.Call) else []
            either = ast.BoolOp(ast.Or(), [context, *given])  # `with closing(x) as y` may give x itself
            self.target(target, ast.copy_location(either, context))
        if may_swallow(context):
            self.branch(lambda: self.enter(items[1:], body), lambda: None)
        else:
            self.enter(items[1:], body)

    def match(self, node: ast.Match) -> None:
        self.expression(node.subject)
        bodies: list[Callable[[], bool | None]] = []
        closed = False
        for case in node.cases:

            def body(case: ast.match_case = case) -> bool:
                names = pattern_names(case.pattern)
                for child in ast.walk(case.pattern):
                    if isinstance(child, ast.expr):
                        self.expression(child)
                for name in names:
                    self.bind(name)
                self.event("capture", node.subject, node.subject, *names, element=True)
                if case.guard is not None:
                    self.expression(case.guard)
                self.run(case.body)
                return leaves(case.body)

            bodies.append(body)
            closed = closed or (case.guard is None and irrefutable(case.pattern))
        if not closed:
            names = {n for case in node.cases for n in pattern_names(case.pattern)}
            self.found.maybe |= names
            bodies.append(lambda: None)
        self.branch(*bodies)

    def function_def(self, node: ast.FunctionDef | ast.AsyncFunctionDef) -> None:
        for decorator in node.decorator_list:
            self.expression(decorator)
        annotations = [a.annotation for a in arguments_of(node.args) if a.annotation is not None]
        for annotation in [*annotations, *([node.returns] if node.returns is not None else [])]:
            self.annotation(annotation)
        self.define(node, [node.name])
        self.bind(node.name)
        self.decorate(node)

    def decorate(self, node: ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef) -> None:
        """Decorators are called with what they stand on, and give what its name means."""
        for decorator in reversed(node.decorator_list):
            given = ast.Name(node.name, ast.Load())
            call = ast.copy_location(ast.Call(decorator, [ast.copy_location(given, decorator)], []), decorator)
            self.changes_by_call(call)
            self.event("apply", call, decorator)
            self.event("decorate", call, decorator, node.name)

    def class_def(self, node: ast.ClassDef) -> None:
        for part in [*node.decorator_list, *node.bases, *(k.value for k in node.keywords)]:
            self.expression(part)
        inner = _Scope(class_body=True, lazy=self.lazy)
        inner.run(node.body)
        found = inner.found
        own = inner.bound | found.maybe | found.deletes
        for name, use in found.reads.items():
            self.read_at(name, use)
            if name in own and name not in inner.comprehended:
                self.found.class_conflicts[name] = use
        for name, use in found.late.items():
            if not self.is_hidden(name):
                self.found.late.setdefault(name, use)
        values = own - found.functions.keys() - found.classes.keys()
        self.found.fields |= values | found.declared
        held = self.class_attributes(node, inner, values)
        self.found.events.append(Event("scope", tuple(sorted(own)), None, use_of(node), events=tuple(found.events)))
        self.take(found)
        self.found.global_writes |= inner.declared_global
        self.found.maybe |= inner.declared_global.keys() & own
        info = class_info(node, found)
        self.found.classes[node.name] = info
        self.event("define", None, node, node.name, cls=info, held=held)
        self.bind(node.name)
        self.decorate(node)

    def class_attributes(self, node: ast.ClassDef, inner: _Scope, own: set[str]) -> ast.expr | None:
        """Keep the values of a class's own names, under a name that no notebook can have, beyond its body."""
        if not own:
            return None
        self.found.values = max(self.found.values, inner.found.values) + 1
        name = f"{HIDDEN}{self.found.values}"
        values: list[ast.expr] = [ast.copy_location(ast.Name(one, ast.Load()), node) for one in sorted(own)]
        inner.event("assign", ast.copy_location(ast.Tuple(values, ast.Load()), node), node, name)
        return ast.copy_location(ast.Name(name, ast.Load()), node)

    def take(self, found: Effects) -> None:
        """Take over what an inner scope says that does not hang on its own names."""
        self.found.dotted += found.dotted
        self.found.queries += found.queries
        self.found.dynamic |= found.dynamic
        self.found.global_writes |= found.global_writes
        self.found.lambdas |= found.lambdas
        self.found.mentioned |= found.mentioned
        self.found.fields |= found.fields

    def importing(self, node: ast.Import | ast.ImportFrom) -> None:
        for alias in node.names:
            name = alias.asname or (alias.name.split(".")[0] if isinstance(node, ast.Import) else alias.name)
            if name != "*":
                self.bind(name)

    def global_names(self, node: ast.Global) -> None:
        self.declared_global |= {name: use_of(node) for name in node.names}
        if not self.function and not self.class_body:  # in a promoted function it would mean something else
            self.found.global_writes |= {name: use_of(node) for name in node.names}

    def nonlocal_names(self, node: ast.Nonlocal) -> None:
        self.declared_nonlocal |= set(node.names)

    def returning(self, node: ast.Return) -> None:
        if node.value is not None:
            self.expression(node.value)
            self.event("return", node.value, node)

    def define(self, node: ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda, names: Sequence[str]) -> None:
        """A function that a name takes: its defaults run now, its free names are looked up later."""
        for default in [*node.args.defaults, *(d for d in node.args.kw_defaults if d is not None)]:
            self.expression(default)
        info, found = function_info(node, lazy=self.lazy)
        for name in names:
            self.found.functions[name] = info
        self.found.lambdas[id(node)] = info
        self.found.lambdas |= found.lambdas
        self.found.mentioned |= found.mentioned
        self.found.fields |= found.fields
        for name, use in info.free.items():
            if not self.is_hidden(name):
                self.found.late.setdefault(name, use)
        self.found.dynamic |= info.dynamic
        self.found.global_writes |= info.global_writes
        if names:
            self.event("define", None, node, *names, code=info)

    def lambda_(self, node: ast.Lambda) -> None:
        self.define(node, [])
        info = self.found.lambdas[id(node)]
        info.captured.update(filter(self.is_hidden, info.free))  # variables of comprehensions around
        for name, use in info.free.items():  # it may be called at once
            self.read_at(name, use)
        self.found.dotted += info.dotted
        self.found.queries += info.queries

    # Targets

    def target(self, node: ast.expr, value: ast.expr | None, *, element: bool = False) -> None:
        if isinstance(node, ast.Name):
            self.bind(node.id)
            self.event("assign", value, node, node.id, element=element)
        elif isinstance(node, (ast.Tuple, ast.List)):
            self.unpack(node, value, element=element)
        elif isinstance(node, ast.Starred):
            if isinstance(node.value, ast.Name) and value is not None:
                self.bind(node.value.id)
                self.event("capture", value, node, node.value.id)
            else:
                self.target(node.value, value, element=True)
        elif isinstance(node, (ast.Attribute, ast.Subscript)):
            self.expression(node.value)
            if isinstance(node, ast.Subscript):
                self.expression(node.slice)
            base: ast.expr = node
            while isinstance(base, (ast.Attribute, ast.Subscript)):
                if path := dotted_of(base):
                    self.found.dotted.append(DottedUse(path, use_of(node), stored=True, key=literal_key(node)))
                    break
                base = base.value
            if isinstance(base, ast.Call) and dotted_of(base.func) == ("type",):  # `type(frame).total = …`
                self.found.dotted.append(DottedUse(("type",), use_of(node), call=base, stored=True))
            self.event("mutate", node.value, node, held=value)

    def unpack(self, node: ast.Tuple | ast.List, value: ast.expr | None, *, element: bool) -> None:
        """Pair targets with the parts of a display, all evaluated before any is bound; else each takes a part."""
        given = value.elts if isinstance(value, (ast.Tuple, ast.List)) and not element else []
        if len(given) == len(node.elts) and not any(isinstance(e, ast.Starred) for e in (*node.elts, *given)):
            held = [self.once(one, part) for part, one in zip(node.elts, given, strict=True)]
            for part, one in zip(node.elts, held, strict=True):
                self.target(part, one)
            return
        whole = None if value is None else self.once(value, node, element=element)
        for part in node.elts:
            self.target(part, whole, element=True)

    def once(self, value: ast.expr, node: ast.AST, *, element: bool = False) -> ast.expr:
        """Evaluate a value that several targets take, under a name that no notebook can have."""
        if isinstance(value, ast.Constant):
            return value
        self.found.values += 1
        name = f"{HIDDEN}{self.found.values}"
        self.event("assign", value, node, name, element=element)
        return ast.copy_location(ast.Name(name, ast.Load()), value)


_STATEMENTS: dict[type, Any] = {
    ast.Expr: _Scope.expression_statement,
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
