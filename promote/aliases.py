"""Which names share an object, and so which names change when one of them is changed in place.

One pass over the statements in order. Every name stands for a set of abstract objects (`own`) and for the objects that
can be reached through them (`parts`). A change through one name touches every name whose objects meet it.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from promote.effects import (
    ARGUMENT_MUTATORS,
    SHALLOW_COPIES,
    SHARING_FUNCTIONS,
    STATEFUL_FUNCTIONS,
    STATEFUL_METHODS,
    VIEWING_METHODS,
)
from promote.syntax import dotted_of, root_of, selects_a_copy
from promote.uses import Effects, Event, FunctionInfo, Use

Objects = frozenset[int]
NONE: Objects = frozenset()


@dataclass(frozen=True, slots=True)
class Functions:
    """The functions, classes and imports of a notebook by name, whatever cell they stand in.

    A name that is defined twice has both definitions: what either may do is taken to happen.
    """

    by_name: Mapping[str, tuple[FunctionInfo, ...]]
    methods: Mapping[str, tuple[FunctionInfo, ...]]
    classes: frozenset[str]
    imports: Mapping[str, str]  # name -> the dotted path it stands for
    modules: frozenset[str]  # names that `import` binds to modules

    def canonical(self, path: Sequence[str]) -> str:
        """Give `np.random.seed` as `numpy.random.seed`; a chain on a name that is no import begins with a dot."""
        root = self.imports.get(path[0])
        if root is None:
            root = path[0] if len(path) == 1 else f".{path[0]}"
        return ".".join((root, *path[1:]))

    def late_names(self, name: str) -> dict[str, Use]:
        """Give every name that calling `name` may look up, through the functions it calls in turn."""
        found: dict[str, Use] = {}
        stack = [name]
        seen: set[str] = set()
        while stack:
            current = stack.pop()
            if current in seen:
                continue
            seen.add(current)
            for info in self.by_name.get(current, ()):
                for free, use in info.free.items():
                    found.setdefault(free, use)
                    stack.append(free)
        return found


def collect_functions(effects: Iterable[Effects], imports: Mapping[str, str], modules: frozenset[str]) -> Functions:
    """Gather the functions of all statements, with what they do through one another followed to the end."""
    every = list(effects)
    by_name: dict[str, list[FunctionInfo]] = {}
    methods: dict[str, list[FunctionInfo]] = {}
    classes: set[str] = set()
    for one in every:
        for name, info in one.functions.items():
            by_name.setdefault(name, []).append(info)
        for name, cls in one.classes.items():
            classes.add(name)
            for method, info in cls.methods.items():
                methods.setdefault(method, []).append(info)
                if method in {"__init__", "__new__", "__call__", "__post_init__"}:
                    by_name.setdefault(name, []).append(_without_self(info))
    for one in every:
        for event in one.events:
            if event.kind == "assign" and event.value is not None:
                for source in _callables_in(event.value, by_name):
                    for name in event.names:
                        if name != source:
                            by_name.setdefault(name, []).extend(by_name[source])
    _follow_calls(by_name)
    return Functions(
        {name: tuple(infos) for name, infos in by_name.items()},
        {name: tuple(infos) for name, infos in methods.items()},
        frozenset(classes),
        imports,
        modules,
    )


def _without_self(info: FunctionInfo) -> FunctionInfo:
    from dataclasses import replace  # noqa: PLC0415 - only notebooks with classes pay for it

    return replace(info, parameters=info.parameters[1:], mutates=info.mutates - {*info.parameters[:1]})


def _callables_in(value: ast.expr, by_name: Mapping[str, object]) -> list[str]:
    """The functions that `g = f` or `g = partial(f, 1)` hands on under another name."""
    if isinstance(value, ast.Name):
        return [value.id] if value.id in by_name else []
    if isinstance(value, ast.Call):
        return [a.id for a in value.args if isinstance(a, ast.Name) and a.id in by_name]
    return []


def _follow_calls(by_name: dict[str, list[FunctionInfo]]) -> None:
    """Carry changes of arguments up through the calls, until nothing more is found."""
    from dataclasses import replace  # noqa: PLC0415 - only notebooks with functions pay for it

    changed = any(info.calls for infos in by_name.values() for info in infos)
    while changed:
        changed = False
        for infos in by_name.values():
            for index, info in enumerate(infos):
                mutates, changes = set(info.mutates), dict(info.changes)
                for event in info.calls:
                    for called in by_name.get(event.names[0], ()):
                        changes.update({n: u for n, u in called.changes.items() if n not in changes})
                        for argument in changed_arguments(event, called):
                            if root := root_of(argument):
                                if root[0] in info.parameters:
                                    mutates.add(root[0])
                                elif root[0] in info.free:
                                    changes.setdefault(root[0], event.use)
                if mutates != info.mutates or changes.keys() != info.changes.keys():
                    infos[index] = replace(info, mutates=frozenset(mutates), changes=changes)
                    changed = True


def changed_arguments(event: Event, info: FunctionInfo) -> list[ast.expr]:
    """Give the arguments of a call that the called function may change in place."""
    call = event.value
    if not isinstance(call, ast.Call) or not info.mutates:
        return []
    found: list[ast.expr] = []
    for index, argument in enumerate(call.args):
        if isinstance(argument, ast.Starred) or index >= len(info.parameters) or info.parameters[index] in info.mutates:
            found.append(argument)
    found += [k.value for k in call.keywords if k.arg is None or k.arg in info.mutates]
    return found


class Aliases:
    """The state of the pass: what each name stands for, after the statements fed so far."""

    def __init__(self, functions: Functions) -> None:
        self.functions = functions
        self.own: dict[str, Objects] = {}
        self.parts: dict[str, Objects] = {}
        self.stateful: set[int] = set()
        self.next_object = 0

    def feed(self, effects: Effects) -> dict[str, Use]:
        """Take one statement; give the names whose objects it may change, each with the place."""
        changed: dict[str, Use] = {}
        weak = effects.maybe
        for name, use in effects.reads.items():
            self._use_stateful(name, use, changed)
            if name in self.functions.by_name:
                for late in self.functions.late_names(name):
                    self._use_stateful(late, use, changed)
        for dotted in effects.dotted:
            call = dotted.call
            if call is not None and call.args and self.functions.canonical(dotted.path) in ARGUMENT_MUTATORS:
                self._change(call.args[0], dotted.use, changed)
        for event in effects.events:
            if event.kind == "mutate":
                self._touch(event.names[0], event.depth, event.use, changed)
            elif event.kind in {"call", "method"}:
                self._called(event, changed)
            elif event.kind == "hold" and event.value is not None:
                own, parts = self._value(event.value)
                name = event.names[0]
                self.parts[name] = self.parts.get(name, NONE) | own | parts
            elif event.kind == "assign":
                self._assign(event, weak)
        return changed

    def _use_stateful(self, name: str, use: Use, changed: dict[str, Use]) -> None:
        if self.own.get(name, NONE) & self.stateful:
            self._touch(name, 1, use, changed)

    def _assign(self, event: Event, weak: set[str]) -> None:
        own, parts = (self._fresh(), NONE) if event.value is None else self._value(event.value)
        if event.element:
            own, parts = own | parts, own | parts
        for name in event.names:
            old = name in weak
            self.own[name] = own | (self.own.get(name, NONE) if old else NONE)
            self.parts[name] = parts | (self.parts.get(name, NONE) if old else NONE)

    def _called(self, event: Event, changed: dict[str, Use]) -> None:
        infos = (self.functions.by_name if event.kind == "call" else self.functions.methods).get(event.names[0], ())
        call = event.value
        if not isinstance(call, ast.Call):
            return
        for info in infos:
            shifted = info
            if event.kind == "method":
                if info.parameters and info.parameters[0] in info.mutates and isinstance(call.func, ast.Attribute):
                    self._change(call.func.value, event.use, changed)
                shifted = _without_self(info)
            for argument in changed_arguments(event, shifted):
                self._change(argument, event.use, changed)
            for name in info.changes:
                self._touch(name, 2, event.use, changed)
        self._handed_on(event, call, changed)

    def _handed_on(self, event: Event, call: ast.Call, changed: dict[str, Use]) -> None:
        """A function given to another (`df.pipe(f)`, `map(f, xs)`) may change what that one holds."""
        for argument in [*call.args, *(k.value for k in call.keywords)]:
            if not isinstance(argument, ast.Name):
                continue
            infos = self.functions.by_name.get(argument.id, ())
            for info in infos:
                for name in info.changes:
                    self._touch(name, 2, event.use, changed)
            if any(info.mutates for info in infos):
                others = [a for a in call.args if a is not argument]
                if isinstance(call.func, ast.Attribute):
                    others.append(call.func.value)
                for other in others:
                    self._change(other, event.use, changed)

    def _change(self, argument: ast.expr, use: Use, changed: dict[str, Use]) -> None:
        if root := root_of(argument):
            self._touch(root[0], 2, use, changed)

    def _touch(self, name: str, depth: int, use: Use, changed: dict[str, Use]) -> None:
        changed.setdefault(name, use)
        touched = self.own.get(name, NONE)
        if depth > 1:
            touched |= self.parts.get(name, NONE)
        if touched:
            for other, own in self.own.items():
                if own & touched or self.parts.get(other, NONE) & touched:
                    changed.setdefault(other, use)

    def _fresh(self) -> Objects:
        self.next_object += 1
        return frozenset((self.next_object,))

    def _value(self, node: ast.expr) -> tuple[Objects, Objects]:  # noqa: PLR0911 - one line per kind of expression
        """Give the objects that an expression may be, and those that can be reached through it."""
        if isinstance(node, (ast.Constant, ast.JoinedStr, ast.Compare)):
            return NONE, NONE
        if isinstance(node, ast.Name):
            return self.own.get(node.id, NONE), self.parts.get(node.id, NONE)
        if isinstance(node, (ast.Attribute, ast.Subscript, ast.Starred)):
            if isinstance(node, ast.Subscript) and selects_a_copy(node.slice):
                return self._fresh(), NONE
            own, parts = self._value(node.value)
            return own | parts, own | parts
        if isinstance(node, (ast.Tuple, ast.List, ast.Set)):
            return self._container(node.elts)
        if isinstance(node, ast.Dict):
            return self._container([*(k for k in node.keys if k is not None), *node.values])
        if isinstance(node, ast.IfExp):
            return self._either([node.body, node.orelse])
        if isinstance(node, ast.BoolOp):
            return self._either(node.values)
        if isinstance(node, (ast.NamedExpr, ast.Await)):
            return self._value(node.value)
        if isinstance(node, (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)):
            return self._comprehension(node)
        if isinstance(node, ast.Call):
            return self._result(node)
        return self._fresh(), NONE

    def _either(self, nodes: Iterable[ast.expr]) -> tuple[Objects, Objects]:
        found = [self._value(node) for node in nodes]
        return NONE.union(*(own for own, _ in found)), NONE.union(*(parts for _, parts in found))

    def _container(self, nodes: Iterable[ast.expr]) -> tuple[Objects, Objects]:
        own, parts = self._either(nodes)
        made = self._fresh()
        return made, made | own | parts

    def _comprehension(
        self, node: ast.ListComp | ast.SetComp | ast.DictComp | ast.GeneratorExp
    ) -> tuple[Objects, Objects]:
        _, parts = self._container([g.iter for g in node.generators])
        made = self._fresh()
        if isinstance(node, ast.GeneratorExp):
            self.stateful |= made
        return made, made | parts

    def _result(self, call: ast.Call) -> tuple[Objects, Objects]:
        """What a call gives: a new object, or one that shares with its receiver or arguments."""
        arguments = [*call.args, *(k.value for k in call.keywords)]
        path = dotted_of(call.func)
        name = self.functions.canonical(path) if path else ""
        made = self._fresh()
        if name in STATEFUL_FUNCTIONS or (isinstance(call.func, ast.Attribute) and call.func.attr in STATEFUL_METHODS):
            self.stateful |= made
            own, parts = self._either(arguments)
            return made, made | own | parts
        if path and len(path) == 1 and (infos := self.functions.by_name.get(path[0])):
            return self._user_result(call, infos, made)
        if name in SHALLOW_COPIES:
            return made, made | self._either(arguments)[1]
        if name in SHARING_FUNCTIONS:
            own, parts = self._either(arguments)
            return made | own, made | own | parts
        if isinstance(call.func, ast.Attribute) and call.func.attr in VIEWING_METHODS:
            own, parts = self._value(call.func.value)
            return own | parts | made, own | parts | made
        return made, made

    def _user_result(self, call: ast.Call, infos: Sequence[FunctionInfo], made: Objects) -> tuple[Objects, Objects]:
        own, parts = made, made
        for info in infos:
            if info.generator:
                self.stateful |= made
            arguments = self._either([*call.args, *(k.value for k in call.keywords)])
            if info.returns & set(info.parameters) or info.generator or not info.returns <= set(info.free):
                own |= arguments[0]
                parts |= arguments[0] | arguments[1]
            for name in info.returns & info.free.keys():
                own |= self.own.get(name, NONE)
                parts |= self.own.get(name, NONE) | self.parts.get(name, NONE)
        return own, parts
