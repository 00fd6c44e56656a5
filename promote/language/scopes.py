"""What one top-level statement does to names: what it reads, binds, deletes and may change, by Python's own scopes.

`effects_of` looks at one statement of a notebook as module-level code. Reads are those that need a value from before
the statement ("upward exposed"): in `x = 1; y = x` as one `if` body, `x` is not read from outside. Names that a
function or lambda looks up when it is called stand apart, in `late`. Nothing here knows other statements: that is
`program`.
"""

from __future__ import annotations

import ast
from collections.abc import Sequence

from platform_core.hints import Any
from promote.language.block_scope import BlockScope
from promote.language.expression_scope import HIDDEN
from promote.language.statements import only_defines
from promote.language.syntax import arguments_of, dotted_of, use_of
from promote.language.uses import Effects, Event, FunctionInfo
from promote.trees import TYPE_ALIASES


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
    attributes = [one.path[-1] for dotted in stores for one in dotted if one.stored and one.path[1:]]
    found.attributes = frozenset(attributes) | found.fields
    found.uses_classes = not only_defines(statement)
    return found


def function_info(
    node: ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda,
    *,
    lazy: bool = False,
    typed: frozenset[str] = frozenset(),
) -> tuple[FunctionInfo, Effects]:
    """Give what a function does when it is called, and all that was found in its body; `typed` are type parameters."""
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
    local = (typed.union(every) | bound) - declared.keys() - visitor.declared_nonlocal.keys()
    looked_up = (*visitor.declared_nonlocal.items(), *found.reads.items(), *found.late.items())
    free = {name: use for name, use in looked_up if name not in local}
    for inner in found.lambdas.values():
        inner.captured.update(inner.free.keys() & local)
    from promote.language.definitions import fresh_defaults, remembers  # noqa: PLC0415 - half of all notebooks have none

    info = FunctionInfo(
        parameters=tuple(every),
        free=free,
        local=frozenset(local),
        events=tuple(found.events),
        generator=visitor.yields or isinstance(node, ast.AsyncFunctionDef),
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


class _Scope(BlockScope):
    """Walks statements in the order they run; functions and classes by scopes of their own."""

    def run(self, body: Sequence[ast.stmt]) -> None:
        for statement in body:
            handler = _STATEMENTS.get(type(statement))
            if handler is not None:
                handler(self, statement)
            else:
                self.children(statement)

    def function_def(self, node: ast.FunctionDef | ast.AsyncFunctionDef) -> None:
        for decorator in node.decorator_list:
            self.expression(decorator)
        outside, inside = self.typed, self.type_parameters(node)
        self.typed = inside
        annotations = [a.annotation for a in arguments_of(node.args) if a.annotation is not None]
        for annotation in [*annotations, *([node.returns] if node.returns is not None else [])]:
            self.annotation(annotation)
        self.typed = outside
        self.define(node, [node.name], inside)
        self.bind(node.name)
        self.decorate(node)

    def type_parameters(self, node: ast.AST) -> frozenset[str]:
        """Give the type parameters in a definition; what their bounds and defaults name has to be there."""
        parameters = getattr(node, "type_params", ())  # from Python 3.12 on
        if not parameters:
            return self.typed
        outside = self.typed
        self.typed = inside = outside.union(one.name for one in parameters)
        for one in parameters:
            for said in (getattr(one, "bound", None), getattr(one, "default_value", None)):
                if said is not None:
                    self.expression(said)
        self.typed = outside
        return inside

    def type_alias(self, node: Any) -> None:
        """What `type Row = …` stands for is evaluated where somebody asks, as the body of a lambda is."""
        self.define(_asked(node.value), [node.name.id], self.type_parameters(node))
        self.bind(node.name.id)

    def decorate(self, node: ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef) -> None:
        """Decorators are called with what they stand on, and give what its name means."""
        for decorator in reversed(node.decorator_list):
            given = ast.Name(node.name, ast.Load())
            call = ast.copy_location(ast.Call(decorator, [ast.copy_location(given, decorator)], []), decorator)
            self.changes_by_call(call)
            self.event("apply", call, decorator)
            self.event("decorate", call, decorator, node.name)

    def class_def(self, node: ast.ClassDef) -> None:
        for decorator in node.decorator_list:
            self.expression(decorator)
        outside, self.typed = self.typed, self.type_parameters(node)
        for part in [*node.bases, *(k.value for k in node.keywords)]:
            self.expression(part)
        inner = _Scope(class_body=True, lazy=self.lazy)
        inner.typed = self.typed
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
        options = [k.value for k in node.keywords if k.arg != "metaclass" and not isinstance(k.value, ast.Constant)]
        held = self.class_attributes(node, inner, values | (own & _wrapped_methods(node)), options)
        self.found.events.append(Event("scope", tuple(sorted(own)), None, use_of(node), events=tuple(found.events)))
        self.take(found)
        self.typed = outside
        self.found.global_writes |= inner.declared_global
        self.found.maybe |= inner.declared_global.keys() & own
        from promote.language.definitions import class_info  # noqa: PLC0415 - few notebooks have any

        info = class_info(node, found)
        self.found.classes[node.name] = info
        self.event("define", None, node, node.name, cls=info, held=held)
        self.bind(node.name)
        self.decorate(node)

    def class_attributes(
        self, node: ast.ClassDef, inner: _Scope, own: set[str], options: Sequence[ast.expr]
    ) -> ast.expr | None:
        """Keep what a class may hold, under a name that no notebook can have, beyond its body.

        That are the values of its own names, and those that it gives to the `__init_subclass__` of a base.
        """
        if not own and not options:
            return None
        self.found.values = max(self.found.values, inner.found.values) + 1
        name = f"{HIDDEN}{self.found.values}"
        values: list[ast.expr] = [ast.copy_location(ast.Name(one, ast.Load()), node) for one in sorted(own)]
        values += options
        inner.event("assign", ast.copy_location(ast.Tuple(values, ast.Load()), node), node, name)
        return ast.copy_location(ast.Name(name, ast.Load()), node)

    def take(self, found: Effects) -> None:
        """Take over what an inner scope says that does not hang on its own names."""
        self.found.dotted += found.dotted
        self.found.queries += found.queries
        self.found.dynamic |= found.dynamic
        self.found.global_writes |= found.global_writes
        self.gather(found)

    def gather(self, found: Effects) -> None:
        """Take over what is kept of all code within, a function's body too, whenever that runs."""
        self.found.lambdas |= found.lambdas
        self.found.mentioned |= found.mentioned
        self.found.fields |= found.fields
        self.found.plain |= found.plain
        self.found.inner += [*found.classes.items(), *found.inner]

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
        self.declared_nonlocal |= dict.fromkeys(node.names, use_of(node))

    def returning(self, node: ast.Return) -> None:
        if node.value is not None:
            self.expression(node.value)
            self.event("return", node.value, node)

    def raising(self, node: ast.Raise) -> None:
        self.children(node)
        if node.exc is not None:
            self.event("raise", node.exc, node)

    def define(
        self,
        node: ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda,
        names: Sequence[str],
        typed: frozenset[str] | None = None,
    ) -> None:
        """A function that a name takes: its defaults run now, its free names are looked up later."""
        for default in [*node.args.defaults, *(d for d in node.args.kw_defaults if d is not None)]:
            self.expression(default)
        info, found = function_info(node, lazy=self.lazy, typed=self.typed if typed is None else typed)
        for name in names:
            self.found.functions[name] = info
        self.found.lambdas[id(node)] = info
        self.gather(found)
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


def _asked(value: ast.expr) -> ast.Lambda:
    """Give an expression that is evaluated later as the function it is."""
    arguments = ast.arguments([], [], None, [], [], None, [])
    return ast.copy_location(ast.Lambda(arguments, value), value)


_PLAIN_WRAPPERS = frozenset(("property", "staticmethod", "classmethod", "abstractmethod", "overload", "override"))


def _wrapped_methods(node: ast.ClassDef) -> set[str]:
    """The methods that stand under a decorator that is none of Python's own for methods."""
    methods = [part for part in node.body if isinstance(part, (ast.FunctionDef, ast.AsyncFunctionDef))]
    return {
        method.name
        for method in methods
        if any((dotted_of(one) or ("",))[-1] not in _PLAIN_WRAPPERS for one in method.decorator_list)
    }


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
    ast.Raise: _Scope.raising,
    **dict.fromkeys(TYPE_ALIASES, _Scope.type_alias),
}
