"""What calls call, and which objects each parameter is given."""

from __future__ import annotations

import ast
from collections.abc import Sequence

from promote.heap.heap import NONE, Objects
from promote.heap.libraries import Libraries
from promote.heap.library_changes import Target
from promote.language.effects import EXHAUSTING_FUNCTIONS
from promote.language.syntax import chain_of, dotted_of, names_a_type, root_of
from promote.language.uses import FunctionInfo


class Targets(Libraries):
    """Values that know which functions calls run."""

    def code_objects(self, call: ast.Call) -> Objects:
        """The function objects that a call calls."""
        if isinstance(call.func, ast.Lambda):
            return self.value(call.func)
        return self.of(call.func.id) if isinstance(call.func, ast.Name) else NONE

    def on_first(self, call: ast.Call) -> ast.Call | None:
        """Give `dict.get(table, "k")` as `table.get("k")`; None where no function of a library's type is called.

        `f.__call__(1)` and `operator.call(f, 1)` are `f(1)`.
        """
        func = call.func
        word = getattr(func, "attr", "") or getattr(func, "id", "")
        if word in {"__call__", "call"} and (turned := self.as_call(call, word)) is not None:
            return turned
        if not isinstance(func, ast.Attribute) or not call.args or not names_a_type(func.value):
            return None
        root = dotted_of(func.value) or ("",)
        if root[0] in self.functions.classes or isinstance(call.args[0], (ast.Starred, ast.Constant)):
            return None
        return self.turn(call, ast.Attribute(call.args[0], func.attr, ast.Load()), call.args[1:])

    def as_call(self, call: ast.Call, word: str) -> ast.Call | None:
        """Give the call that another makes of what it is called on, or given."""
        if word == "__call__" and isinstance(call.func, ast.Attribute):
            return self.turn(call, call.func.value, call.args)
        path = dotted_of(call.func)
        if not path or not call.args or self.functions.canonical(path) != "operator.call":
            return None
        return self.turn(call, call.args[0], call.args[1:])

    def turn(self, call: ast.Call, func: ast.expr, args: list[ast.expr]) -> ast.Call:
        """Give a call of something else in place of one, always the same."""
        if id(call) not in self.turned:
            func = func if hasattr(func, "lineno") else ast.copy_location(func, call.func)
            self.turned[id(call)] = call, ast.copy_location(ast.Call(func, args, call.keywords), call)
        return self.turned[id(call)][1]

    def understood(self, call: ast.Call) -> tuple[Target, Objects]:
        """Tell what a call calls, and what it is given; within one run of a statement that is asked once."""
        found = self.calls.get(id(call))
        if found is None:
            target = self.target(call)
            if target.name in EXHAUSTING_FUNCTIONS and target.name not in self.functions.variables:
                self.used_up |= {id(one) for one in call.args if one.__class__ is ast.GeneratorExp}
            found = self.calls[id(call)] = target, self.arguments(call)
        return found

    def target(self, call: ast.Call) -> Target:
        """Tell what a call calls."""
        func = call.func
        if isinstance(func, ast.Name):
            return self.named_target(call, func.id)
        if isinstance(func, ast.Attribute):
            path = chain_of(func)
            if path and self.is_library(path[0]):
                name = self.functions.canonical(path).removeprefix("builtins.")
                return Target((), name, NONE, NONE, func.attr)
            receiver = self.receiver(func.value)
            on_class = isinstance(func.value, ast.Name) and func.value.id in self.functions.classes
            infos = tuple(
                (info, self.bind(info, call, None if on_class and not info.decorated else receiver, receiver))
                for info in self.functions.methods(func.attr)
            )
            assigned = func.attr in self.functions.attributes
            stored = self.heap.contents(receiver) if assigned else self.wrapped(receiver, infos)
            if func.attr == "__wrapped__":
                stored = receiver
            name = self.functions.canonical(path) if path else ""
            for one in receiver & self.heap.modules.keys() if self.heap.modules else ():
                name = f"{self.heap.modules[one]}.{func.attr}"
            others = receiver - self.heap.classes.keys() if infos and self.inside is None else NONE
            return Target(infos, name, receiver, stored - self.heap.plain_code, func.attr, mixed=bool(others))
        if isinstance(func, ast.Lambda):
            info = self.functions.lambdas[id(func)]
            return Target(((info, self.bind(info, call)),), "", NONE, NONE)
        return Target((), "", NONE, self.value(func))

    def wrapped(self, receiver: Objects, infos: Sequence[tuple[FunctionInfo, object]]) -> Objects:
        """What the notebook's own decorators made of methods: their class holds it."""
        if not infos:
            return NONE
        by_name, classes = self.functions.by_name, self.functions.classes
        decorators = {
            root_of(one) for info, _ in infos if info.decorated for one in getattr(info.node, "decorator_list", ())
        }
        if not any(root is not None and (root[0] in by_name or root[0] in classes) for root in decorators):
            return NONE
        return frozenset(one for one in self.heap.contents(receiver) if one in self.heap.code)

    def named_target(self, call: ast.Call, name: str) -> Target:
        """Tell what a call of a plain name calls."""
        objects = self.of(name)
        plain = objects & self.heap.plain_code
        local = self.is_local(name)
        infos = [info for one in sorted(plain) for info in self.heap.code.get(one, ())]
        if not plain and not local and name in self.functions.by_name:
            infos = list(self.functions.infos(name))
        cls = ""
        if name in self.functions.classes and not local:
            cls = name
            infos = []
        called = ""
        if name in self.functions.imports:  # whatever else has the name: an import may have it here
            called = "" if local and name in self.inside_parameters() else self.functions.canonical([name])
        elif not local and name not in self.functions.by_name and name not in self.own:
            called = self.functions.canonical([name])
        called = called.removeprefix("builtins.")
        return Target(tuple((i, self.bind(i, call)) for i in infos), called, NONE, objects - plain, cls=cls)

    def inside_parameters(self) -> tuple[str, ...]:
        """The parameters of the function whose body this is."""
        return self.inside.parameters if self.inside is not None else ()

    def receiver(self, node: ast.expr) -> Objects:
        """What a method is called on; `super()` is the object itself."""
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "super":
            return self.of(self.inside.parameters[0]) if self.inside and self.inside.parameters else NONE
        return self.delegated(self.value(node))

    def bind(
        self, info: FunctionInfo, call: ast.Call, itself: Objects | None = None, receiver: Objects = NONE
    ) -> dict[str, Objects]:
        """Give the objects of each parameter; `itself` goes to the first."""
        names = list(info.parameters)
        if itself is not None and info.decorated:  # a static or class method, a property: what goes where is not clear
            return dict.fromkeys(names, self.heap.reach(itself | self.arguments(call)))
        bound: dict[str, Objects] = {}
        if itself is not None and names:
            bound[names.pop(0)] = itself
        spread = NONE
        for index, argument in enumerate(call.args):
            if isinstance(argument, ast.Starred) or index >= len(names):
                given = self.value(argument)
                spread |= given | self.heap.within(given)
            else:
                bound[names[index]] = self.value(argument)
        for keyword in call.keywords:
            given = self.value(keyword.value)
            if keyword.arg in names:
                bound[keyword.arg] = given
            else:
                spread |= given | self.heap.contents(given)
        if spread:
            for name in names:
                bound[name] = bound.get(name, NONE) | spread
        return bound
