"""What statements do to names, blocks and targets: which parts run, which may not, and what takes their values."""

from __future__ import annotations

import ast
from collections.abc import Callable, Sequence

from platform_core.errors import Fault
from promote.language.expression_scope import HIDDEN, ExpressionScope
from promote.language.statements import leaves, may_swallow, raised_with
from promote.language.syntax import (
    annotation_names,
    chain_of,
    dotted_of,
    irrefutable,
    literal_key,
    pattern_names,
    use_of,
)
from promote.language.uses import DottedUse

_REDIRECTING = frozenset(("redirect_stdout", "redirect_stderr"))
_STREAMS = frozenset((("sys", "stdout"), ("sys", "stderr")))


class BlockScope(ExpressionScope):
    """Walks blocks in the order they run, and binds what targets name."""

    def define(
        self,
        node: ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda,
        names: Sequence[str],
        typed: frozenset[str] | None = None,
    ) -> None:
        """A function that a name takes."""
        raise Fault("a scope that defines no function")

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
        if isinstance(node.value, ast.Call) and all(isinstance(t, ast.Name) and t.id == "_" for t in node.targets):
            self.call(node.value, alone=True)  # `_ = axes.set_title(…)`, to be rid of the value
        else:
            self.taken.add(id(node.value))
            self.expression(node.value)
            if isinstance(node.value, ast.Call) and (dotted_of(node.value.func) or ("",))[-1] in _REDIRECTING:
                for given in node.value.args:  # to be entered by hand
                    self.event("mutate", given, node)
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
            if part.id not in self.typed:
                self.found.mentioned.setdefault(part.id, use_of(node))

    def augmented(self, node: ast.AugAssign) -> None:
        self.expression(node.value)
        if isinstance(node.target, ast.Name):
            self.read(node.target.id, node.target)
            loaded = ast.copy_location(ast.Name(node.target.id, ast.Load()), node.target)
            self.event("mutate", loaded, node, held=node.value, alone=True)
            self.bind(node.target.id)
        else:
            self.target(node.target, None)
            if path := chain_of(node.target):
                self.found.dotted.append(DottedUse(path, use_of(node.target)))
            item = isinstance(node.target, ast.Subscript)
            self.event("mutate", node.target if item else node.target.value, node, held=node.value)
            if not item:
                self.event("mutate", node.target, node, alone=True)

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
                    self.event("catch", None, handler, handler.name)
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
            entered = ast.Call(ast.Attribute(context, "__enter__", ast.Load()), [], [])
            # `with closing(x) as y` may give x itself
            either = ast.BoolOp(ast.Or(), [context, *given, *(ast.copy_location(entered, context),)])
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
            base = self.stored(node)
            self.event("mutate", node.value, node, held=value)
            if isinstance(node, ast.Attribute):
                self.event("put", node, node, held=value)
            if isinstance(node, ast.Subscript) and isinstance(node.slice, (ast.Name, ast.Tuple)):
                self.event("mutate", node.value, node, held=node.slice, element=True)
            if isinstance(base, ast.Call) and isinstance(base.func, ast.Attribute):  # `tree.find("b").text = …`
                self.event("mutate", base.func.value, node, held=value)
            if dotted_of(node) in _STREAMS and value is not None:
                self.event("mutate", value, node)  # by every print from here on

    def stored(self, node: ast.Attribute | ast.Subscript) -> ast.expr:
        """Note what an attribute or item that is stored belongs to, and give where its chain begins."""
        base: ast.expr = node if isinstance(node, ast.Attribute) else node.value  # an item that is stored names none
        while isinstance(base, (ast.Attribute, ast.Subscript)) and not chain_of(base):
            base = base.value
        path = chain_of(base)  # of one name where it is an item of an imported object: `environ["TZ"] = …`
        if path:
            self.found.dotted.append(DottedUse(path, use_of(node), stored=True, key=literal_key(node)))
        elif isinstance(base, ast.Call) and dotted_of(base.func) == ("type",):  # `type(frame).total = …`
            self.found.dotted.append(DottedUse(("type",), use_of(node), call=base, stored=True))
        return base

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
