"""What calls change, and which objects they give."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Mapping, Sequence, Set
from functools import cached_property

from promote.heap.cells import called_in_cell, is_unframed, touch_family
from promote.heap.foreign import by_its_object, is_foreign
from promote.heap.heap import NO_CODE, NONE, Objects
from promote.heap.libraries import Libraries
from promote.heap.library_changes import Target
from promote.heap.unseen import unseen
from promote.language.effects import (
    CALLING_DECORATORS,
    DEFAULTING_FUNCTIONS,
    EXHAUSTING_FUNCTIONS,
    KEEPING_FUNCTIONS,
    SCALAR_FUNCTIONS,
    STORING_METHODS,
    TEMPLATE_MAKERS,
)
from promote.language.functions import CONSTRUCTORS
from promote.language.syntax import chain_of, dotted_of, names_a_type, only_asks, root_of
from promote.language.uses import BEHIND, ClassInfo, FunctionInfo, Summary, Use

# A body of these alone runs nothing that it is given
_QUIET_EVENTS = frozenset({"assign", "define", "mutate", "put", "return"})
# What functions that write and read call of whatever they are given for a file
_OF_FILES = frozenset("write writelines read readline readlines readinto seek flush __next__".split())  # noqa: SIM905 - as `effects` writes its tables
_ABOUT_TYPES = frozenset(("isinstance", "issubclass", "super"))


# Special methods that no operator asks: what those give that stands for parts is within the instance anyway
_NO_OPERATORS = frozenset(
    """__call__ __enter__ __aenter__ __exit__ __aexit__ __iter__ __next__ __getitem__ __getattr__ __getattribute__
    __setattr__ __get__ __repr__ __str__ __format__ __hash__ __len__ __bool__ __contains__ __del__ __setitem__
    __delitem__""".split()  # noqa: SIM905 - as `effects` writes its tables
)


class Calls(Libraries):
    """Values that know functions."""

    def called(self, call: ast.Call, use: Use, *, alone: bool, applied: bool = False) -> None:
        """Take the effects of a call; `applied` is true where a decorator is called with what it stands on."""
        target, given = self.understood(call)
        if (method := self.on_first(call)) is not None:
            self.called(method, use, alone=False)
        for info, bound in target.infos:
            self.apply(info, bound, self.code_objects(call), use)
            self.handed_on_by(info, bound, self.code_objects(call), use)
        if target.cls:
            itself = self.shared_by_instances(target.cls)
            for info in self.functions.constructors(target.cls):
                self.apply(info, self.bind(info, call, itself), NONE, use)
            from promote.heap.constructing import constructed  # noqa: PLC0415 - many notebooks have no class

            mentioned = {n for cls in self.functions.lineage(target.cls) for n in cls.mentions}
            named = {info for name in mentioned for info in self.functions.infos(name)}
            classes = self.named(sorted(mentioned & self.functions.classes.keys()))  # `field(default_factory=Log)`
            constructed(self, classes & self.heap.types, NONE, use)
            named |= self.called_by_library(target.cls)
            self.handed(frozenset(self.functions.constructors(target.cls)), named, given, use)
            return
        everything = given | target.receiver | target.callee
        if self.has_code:
            self.code_runs(call, target, given, use, applied=applied)
        heap = self.heap
        if heap.bound:
            self.bound_runs(everything, target, given, use)
        if heap.classes or self.inside is not None:
            self.called_back(call, target, given, use)
        called = heap.classes_in(target.callee) if heap.classes else ()
        self.callbacks((cls.methods["__call__"] for cls in called if "__call__" in cls.methods), everything, use)
        if target.callee and not self.is_class_like(call, target.name):
            self.touch({o for o in target.callee - heap.quiet if o not in heap.code and o not in heap.classes}, use)
        self.library_changes(call, target, given, use)
        if target.receiver and self.functions.sql is not None and not target.infos:
            self.relation_writes(call, target, self.functions.sql, use)
        called_in_cell(self, call, target, given, use)
        unseen(self, call, target, given, use, alone=alone)
        by_its_object(self, call, target, given, use, alone=alone)
        if alone and not target.own:
            self.for_its_effect(call, target, use)

    def called_by_library(self, name: str) -> set[FunctionInfo]:
        """Give the methods of a class that the constructor of a library's class under it may call."""
        lineage = self.functions.lineage(name)
        if not any("BaseModel" in cls.bases or self.functions.is_called_back(cls) for cls in lineage):
            return set()
        return {info for cls in lineage for name, info in cls.methods.items() if name not in CONSTRUCTORS}

    def called_back(self, call: ast.Call, target: Target, given: Objects, use: Use) -> None:
        """Run the methods that a library may call: of instances that it is given, or whose classes stand on its own."""
        method = target.method
        told = target.infos or method in STORING_METHODS or method in CONSTRUCTORS
        if told or target.name in SCALAR_FUNCTIONS or target.name in KEEPING_FUNCTIONS:
            return
        everything = self.heap.reach(given | target.receiver | target.callee)
        self.handed_on |= everything if self.inside is not None and self.calls_back else NONE
        first = self.inside.parameters[:1] if self.inside is not None else ()
        own: Iterable[ClassInfo] = ()
        if method and first and isinstance(call.func.value, ast.Name) and call.func.value.id == first[0]:  # type: ignore[attr-defined]  # an Attribute, as `method` says
            own = self.functions.owners(self.inside)  # type: ignore[arg-type]  # there are parameters
        self.methods_called_back(everything, dict.fromkeys(self.of(first[0]), frozenset(own)) if own else {}, use)

    @cached_property
    def calls_back(self) -> bool:
        """Whether the notebook has a class whose methods a library may call that is given an instance."""
        every = [cls for group in self.functions.classes.values() for cls in group]
        return any(self.functions.is_called_back(cls) or not _OF_FILES.isdisjoint(cls.methods) for cls in every)

    def methods_called_back(self, everything: Objects, more: Mapping[int, frozenset[ClassInfo]], use: Use) -> None:
        """Run the methods of what a library is given: of instances, of those of classes, and of `more` objects."""
        heap = self.heap
        for one in everything & heap.types:  # a class that a library is given: its instances are made there
            for info in [m for cls in heap.classes[one] for m in cls.methods.values()]:
                self.apply(info, dict.fromkeys(info.parameters, heap.new()), everything, use)
        groups = {one: heap.classes[one] for one in everything & heap.classes.keys()}
        groups |= more
        for one, classes in groups.items():
            every = any(map(self.functions.is_called_back, classes))
            methods = [pair for cls in classes for pair in cls.methods.items() if every or pair[0] in _OF_FILES]
            for info in [m for n, m in methods if n not in CONSTRUCTORS]:
                bound = dict.fromkeys(info.parameters, everything - heap.plain_code)
                if not info.decorated:
                    bound |= dict.fromkeys(info.parameters[:1], frozenset((one,)))
                self.apply(info, bound, everything, use)

    def code_runs(self, call: ast.Call, target: Target, given: Objects, use: Use, *, applied: bool) -> None:
        """Run the code that a call is given, but where it surely only keeps it."""
        if self.heap.types:
            from promote.heap.constructing import classes_made, made_of  # noqa: PLC0415 - as above

            made_of(self, classes_made(self, call, target), given, use)
        everything = given | target.receiver | target.callee
        keeps = target.name in KEEPING_FUNCTIONS or (applied and not target.name.endswith(CALLING_DECORATORS))
        keeps = (keeps and not target.infos) or (target.name in DEFAULTING_FUNCTIONS and len(call.args) == 1)
        if not (keeps or self.only_keeps(call, target, everything)) or self.heap.code_in(target.callee):
            self.handed({info for info, _ in target.infos}, NO_CODE, everything, use)
        if self.heap.types and not keeps and target.name not in _ABOUT_TYPES:
            from promote.heap.constructing import constructed  # noqa: PLC0415 - as above

            constructed(self, self.heap.reach(everything) & self.heap.types, everything, use)

    def bound_runs(self, everything: Objects, target: Target, given: Objects, use: Use) -> None:
        """Take methods that are values: calling one changes what it holds."""
        heap = self.heap
        if target.receiver:  # it may call later what it is given: `stack.callback(found.append, 1)`
            heap.hold(target.receiver, given & heap.bound)
        for one in sorted(heap.reach(everything) & heap.bound):
            changed = heap.contents(frozenset((one,)))
            heap.hold(changed, given - heap.bound)
            self.touch(changed, use)

    def only_keeps(self, call: ast.Call, target: Target, everything: Objects) -> bool:
        """Whether a call surely runs none of the functions that it is given: it puts them away, or makes a closure."""
        if self.heap.classes_in(everything) or self.heap.reach(everything) & self.heap.stateful:
            return False  # a special method, or a generator's body
        if target.infos:
            return all(event.kind in _QUIET_EVENTS for info, _ in target.infos for event in info.events)
        return target.name == "setattr" or target.method in STORING_METHODS

    def handed(self, called: Set[FunctionInfo], more: Set[FunctionInfo], given: Objects, use: Use) -> None:
        """Run the code that a call is given, and any that is in reach of what runs."""
        code = self.heap.code_in(given) | more
        if not code and not called:
            return
        self.callbacks(code - called, given, use)
        outside, held = self.outside(called | code)
        if len(called | code | held) > 1:  # one may be called by another, with what that finds outside
            self.callbacks((held | code) - called, given | outside, use)

    def outside(self, infos: Iterable[FunctionInfo]) -> tuple[Objects, frozenset[FunctionInfo]]:
        """Give the objects that functions find under names outside, and the code that these hold."""
        names: set[str] = set()
        stack = list(infos)
        while stack:
            for name in stack.pop().free.keys() - names:
                names.add(name)
                stack += self.functions.infos(name)
        objects, held = NONE, NO_CODE
        for name in names:
            if not self.is_local(name) and (mine := self.of(name)):
                objects |= mine
                held |= self.heap.code_in(mine) - set(self.functions.infos(name))
        return objects - self.heap.plain_code, held

    def asked_for_item(self, asked: Objects, use: Use) -> None:
        """Take that an item is read, which a factory may have to make."""
        self.asked_items |= asked
        if made := asked & self.heap.defaulting:
            from promote.heap.constructing import constructed  # noqa: PLC0415 - few notebooks have such objects

            self.touch(made, use)
            self.callbacks(self.heap.code_in(made), NONE, use)
            constructed(self, self.heap.contents(made) & self.heap.types, NONE, use)

    def callbacks(self, code: Iterable[FunctionInfo], given: Objects, use: Use) -> None:
        """Functions handed on to a call may run, with anything else that the call was given."""
        for info in code:
            self.loosely(info, given, use)

    def loosely(self, info: FunctionInfo, given: Objects, use: Use) -> None:
        """Apply a function whose arguments are not known one by one."""
        reached = self.heap.reach(given)
        bound = dict.fromkeys(info.parameters, reached - self.heap.plain_code)
        self.apply(info, bound, given, use)
        if functions := reached & self.heap.plain_code:  # calling them changes nothing, but they may be kept
            summary = self.summary(info)
            for holder, held in (*summary.keeps, *summary.keeps_inside):
                if held in info.parameters:
                    kept_by = self.place(holder, info, bound, given)
                    inside = (holder, held) in summary.keeps_inside
                    self.heap.hold(self.heap.within(kept_by) if inside else kept_by, functions)

    def apply(self, info: FunctionInfo, bound: dict[str, Objects], itself: Objects, use: Use) -> None:
        """Do to the caller's objects what a function's summary says."""
        self.ran.setdefault(info, use)
        summary = self.summary(info)
        for name in summary.mutates:
            self.touch(self.depth(bound.get(name, NONE), deep=name in summary.deeply), use)
        for name in summary.changes:
            if name in info.captured and not self.is_local(name):
                self.touch(itself | self.deep(itself), use)
                continue
            if not self.is_local(name) and (name in summary.writes or not self.is_constant(name)):
                self.changed.setdefault(name, use)
            mine = self.outside_of(name)
            self.touch(mine | self.depth(mine, deep=name in summary.deeply), use)
        self.in_its_hands(info, bound, itself, use)
        for name in summary.raises:
            self.heap.raised |= self.place(name, info, bound, itself)
        self.link(info, bound, itself)
        for name in summary.writes:
            self.written.setdefault(name, use)
        if summary.keeps_state:
            self.touch(itself | self.deep(itself), use)
            for name in self.functions.holders(info):
                self.changed.setdefault(name, use)
                self.touch(self.of(name), use)

    def in_its_hands(self, info: FunctionInfo, bound: dict[str, Objects], itself: Objects, use: Use) -> None:
        """Do to the caller's objects what hangs on what they are: tables, library objects, frames."""
        summary = self.summary(info)
        for name in summary.asks:
            asked = self.heap.reach(self.place(name, info, bound, itself))
            self.asked_items |= asked
            self.touch(asked & self.heap.defaulting, use)
        for name in summary.uses:
            used = self.heap.reach(self.place(name, info, bound, itself))
            self.used |= used
            self.touch(used & self.heap.foreign, use)
        for name in summary.cells if self.heap.made_of else ():
            touch_family(self, self.place(name, info, bound, itself), use, whole=True)

    def handed_on_by(self, info: FunctionInfo, bound: dict[str, Objects], itself: Objects, use: Use) -> None:
        """Take that a function which is called hands objects to libraries, which may call their methods."""
        for name in self.summary(info).handed_on if self.calls_back else ():
            given = self.place(name, info, bound, itself)
            handed = self.heap.reach(given - self.heap.types) - self.heap.types | given & self.heap.types
            self.handed_on |= handed if self.inside is not None else NONE
            self.methods_called_back(handed, {}, use)

    def depth(self, objects: Objects, *, deep: bool) -> Objects:
        """What changes of objects: all that can be reached, or themselves alone."""
        heap = self.heap
        called = heap.reach(objects if deep else objects - heap.exact) & heap.bound if heap.bound else NONE
        if not deep:  # `stack.close()` calls the methods that were put into it
            return (self.delegated(objects) | heap.contents(called)) - heap.plain_code
        found = self.deep(objects) | heap.contents(called)
        for info in self.heap.code_in(objects):  # `tools["rows"]().append(1)` changes what the tool gives
            summary = self.summary(info)
            for name in (summary.gives | summary.parts).difference(info.parameters):
                found |= self.place(name, info, {}, objects)
        return found

    def link(self, info: FunctionInfo, bound: dict[str, Objects], itself: Objects) -> None:
        """Let the caller's objects hold what a function leaves in them."""
        summary = self.summary(info)
        for holder, held in summary.keeps:
            self.heap.hold(self.place(holder, info, bound, itself), self.place(held, info, bound, itself))
        for holder, held in summary.keeps_inside:
            inside = self.heap.within(self.place(holder, info, bound, itself))
            self.heap.hold(inside, self.place(held, info, bound, itself))
        for holder, kind in summary.fills:
            self.heap.hold(self.place(holder, info, bound, itself), self.heap.of_kinds((kind,)))
        for holder, code in summary.left:
            self.heap.carry(self.place(holder, info, bound, itself), frozenset((code,)), frozenset())
        for holder, code in summary.left_inside:
            inside = self.heap.within(self.place(holder, info, bound, itself))
            self.heap.carry(inside - self.heap.plain_code, frozenset((code,)), frozenset())

    def place(self, name: str, info: FunctionInfo, bound: dict[str, Objects], itself: Objects) -> Objects:
        """The caller's objects for a name of a summary."""
        if name in info.parameters:  # a default value is kept with the function
            return bound[name] if name in bound else self.heap.contents(itself) if name in info.fresh_defaults else NONE
        if name in info.captured and not self.is_local(name):
            return itself
        return self.outside_of(name.removeprefix(BEHIND))

    def summary(self, info: FunctionInfo) -> Summary:
        """What a function does, as far as it is known by now."""
        self.asked.add(info)
        return self.functions.summaries.get(info) or Summary()

    # Targets

    def code_objects(self, call: ast.Call) -> Objects:
        """The function objects that a call calls."""
        if isinstance(call.func, ast.Lambda):
            return self.value(call.func)
        return self.of(call.func.id) if isinstance(call.func, ast.Name) else NONE

    def on_first(self, call: ast.Call) -> ast.Call | None:
        """Give `dict.get(table, "k")` as `table.get("k")`; None where no function of a library's type is called."""
        func = call.func
        if not isinstance(func, ast.Attribute) or not call.args or not names_a_type(func.value):
            return None
        root = dotted_of(func.value) or ("",)
        if root[0] in self.functions.classes or isinstance(call.args[0], (ast.Starred, ast.Constant)):
            return None
        if id(call) not in self.turned:
            method = ast.copy_location(ast.Attribute(call.args[0], func.attr, ast.Load()), func)
            self.turned[id(call)] = call, ast.copy_location(ast.Call(method, call.args[1:], call.keywords), call)
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

    # Results

    def shared_by_instances(self, name: str) -> Objects:
        """What a constructor may change that is not of the new instance alone: the attributes of its class."""
        cls = self.of(name)
        if not self.heap.contents(cls):
            return NONE
        made = self.heap.new()
        self.heap.inherit(made, cls)
        return made

    def result(self, call: ast.Call) -> Objects:
        """Work out what a call may give."""
        target, given = self.understood(call)
        if target.cls:
            return self.instance(call, target.cls, given)
        found = self.relation(call, target, given) or self.library_result(call, target, given)
        if is_foreign(target.name, target.method):
            self.heap.foreign |= found - given - target.receiver
        if is_unframed(target.name):
            self.heap.unframed |= found - given
        if (method := self.on_first(call)) is not None:
            found |= self.result(method)
        for info, bound in target.infos:
            found |= self.given_out(info, bound, self.code_objects(call))
        found |= self.given_by_classes(call, target, given) if self.heap.classes else NONE
        everything = given | target.receiver | target.callee
        for info in self.heap.code_in(given | target.callee):
            summary = self.summary(info)
            if summary.gives or summary.holds or summary.parts:
                outside = (n for n in summary.gives | summary.holds | summary.parts if n not in info.parameters)
                out = NONE.union(*(self.place(n, info, {}, everything) for n in outside))
                found |= (everything - self.heap.plain_code) | (out | self.heap.new(out) if out else NONE)
            self.heap.carry(found - everything, summary.code, summary.classes)
        if target.callee:
            made = self.heap.new(given)
            found |= made if self.is_class_like(call, target.name) else made | (target.callee - self.heap.plain_code)
            found |= self.heap.contents(target.callee) - self.heap.plain_code  # which it may give
            if target.callee & self.heap.getters:
                found |= given | self.heap.within(given)
        if target.name.rpartition(".")[2] in TEMPLATE_MAKERS and only_asks(call.args[:1]):
            self.heap.templates |= found - everything
        return found

    def given_out(self, info: FunctionInfo, bound: dict[str, Objects], itself: Objects) -> Objects:
        """What a function of the notebook gives."""
        summary = self.summary(info)
        made = self.heap.of_kinds(summary.kinds)
        for name in summary.looks:
            self.heap.look(made, self.place(name, info, bound, itself))
        if summary.stateful:
            self.heap.stateful |= made
        self.heap.hold(made, NONE.union(*(self.place(n, info, bound, itself) for n in summary.holds)))
        if info.generator:
            self.heap.hold(made, NONE.union(*bound.values()))
            self.heap.carry(made, frozenset((info,)), frozenset())  # its body runs when it is consumed
        self.heap.carry(made, summary.code, summary.classes)
        if summary.classes:
            self.reached_by_hooks(made)
        direct = NONE.union(*(self.place(n, info, bound, itself) for n in summary.gives))
        inner = NONE.union(*(self.heap.within(self.place(n, info, bound, itself)) for n in summary.parts))
        return made | direct | inner | (itself if summary.keeps_state else NONE)

    def given_by_classes(self, call: ast.Call, target: Target, given: Objects) -> Objects:
        """What a call gives by classes of the notebook that it does not name."""
        found = self.given_by_hooks(given, given)  # `abs(bag)` asks its `__abs__`
        found |= self.given_by_hooks(target.callee, given, "__call__") if target.callee else NONE
        found |= self.given_by_hooks(target.receiver, given, target.method) if target.method[:2] == "__" else NONE
        found |= self.heap.within(given) if target.method == "__get__" else NONE
        found |= self.heap.new(self.heap.reach(given)) if target.method == "__new__" else NONE
        types = (self.code_objects(call) | target.callee) & self.heap.types
        return found | self.instance_of(types, given) if types else found

    def instance_of(self, types: Objects, given: Objects) -> Objects:
        """An instance of classes that no name at the top stands for."""
        made = self.heap.new(given)
        classes = frozenset().union(*(self.heap.classes[one] for one in types))
        self.heap.carry(made, frozenset(), classes)
        self.heap.inherit(made, types)
        for info in [cls.methods[name] for cls in classes for name in CONSTRUCTORS if name in cls.methods]:
            self.link(info, dict.fromkeys(info.parameters, given) | dict.fromkeys(info.parameters[:1], made), NONE)
        self.reached_by_hooks(made)
        return made

    def given_by_hooks(self, instances: Objects, given: Objects, asked: str = "") -> Objects:
        """What a method of instances gives that runs where no call names it: the one asked for, or any operator's."""
        direct = held = NONE
        for one in instances & self.heap.classes.keys():
            itself = frozenset((one,))
            for name, info in self.hooks_of(one):
                summary = self.summary(info)
                if (name != asked if asked else name in _NO_OPERATORS) or not (
                    summary.gives | summary.parts | summary.holds
                ):
                    continue
                bound = dict.fromkeys(info.parameters, given | instances) | dict.fromkeys(info.parameters[:1], itself)
                around = self.heap.contents(itself)
                direct |= NONE.union(*(self.place(n, info, bound, around) for n in summary.gives))
                direct |= NONE.union(*(self.heap.within(self.place(n, info, bound, around)) for n in summary.parts))
                held |= NONE.union(*(self.place(n, info, bound, around) for n in summary.holds))
        return direct | self.heap.new(held) if held - direct else direct

    def hooks_of(self, one: int) -> list[tuple[str, FunctionInfo]]:
        """The methods of an instance's classes that run where no call names them, and of a class's metaclasses."""
        classes = self.heap.classes[one]
        metas = [cls for own in classes for meta in own.meta for cls in self.functions.lineage(meta)]
        return [(name, cls.methods[name]) for cls in (*classes, *metas) for name in cls.implicit]

    def reached_by_hooks(self, instances: Objects) -> None:
        """Let instances hold what such methods give that stands outside of them: `__enter__` may give a global."""
        for one in instances & self.heap.classes.keys():
            for _, info in self.hooks_of(one):
                summary = self.summary(info)
                outside = (summary.gives | summary.holds | summary.parts).difference(info.parameters)
                found = NONE.union(*(self.place(name, info, {}, frozenset((one,))) for name in outside))
                self.heap.hold(frozenset((one,)), found - self.heap.types)

    def instance(self, call: ast.Call, name: str, given: Objects) -> Objects:
        """An instance of a class of the notebook holds what it was made of."""
        made = self.heap.new(given)
        lineage = self.functions.lineage(name)
        self.heap.carry(made, frozenset(), frozenset(lineage))
        self.heap.inherit(made, self.of(name))
        for info in self.heap.code_in(self.heap.contents(self.of(name))):  # factories of default values
            self.heap.hold(made, self.given_out(info, {}, NONE))
        for info in self.functions.constructors(name):
            self.link(info, self.bind(info, call, made), NONE)
        self.reached_by_hooks(made)
        metas = [cls for own in lineage for meta in own.meta for cls in self.functions.lineage(meta)]
        makers = [cls.methods["__new__"] for cls in lineage if "__new__" in cls.methods]
        makers += [cls.methods["__call__"] for cls in metas if "__call__" in cls.methods]
        return made.union(*(self.given_out(info, self.bind(info, call, self.of(name)), made) for info in makers))
