"""What calls change, and which code they run: that which they call, and that which they are given."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Mapping, Set
from functools import cached_property

from promote.heap.cells import called_in_cell
from promote.heap.foreign import by_its_object
from promote.heap.heap import NO_CODE, NONE, Objects
from promote.heap.library_changes import Target
from promote.heap.results import Results
from promote.heap.unseen import unseen
from promote.language.effects import (
    CALLING_DECORATORS,
    DEFAULTING_FUNCTIONS,
    KEEPING_FUNCTIONS,
    SCALAR_FUNCTIONS,
    STORING_METHODS,
)
from promote.language.functions import CONSTRUCTORS
from promote.language.syntax import chain_of
from promote.language.uses import ClassInfo, FunctionInfo, Use

# A body of these alone runs nothing that it is given
_QUIET_EVENTS = frozenset({"assign", "define", "mutate", "put", "return"})
# What functions that write and read call of whatever they are given for a file
_OF_FILES = frozenset("write writelines read readline readlines readinto seek flush __next__".split())  # noqa: SIM905 - as `effects` writes its tables
_ABOUT_TYPES = frozenset(("isinstance", "issubclass", "super"))


class Calls(Results):
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
            self.kept_by_callee(target, given, applied=applied)
        if target.method == "update":  # of pairs
            heap.hold(target.receiver, heap.contents(heap.contents(given) & heap.exact))
        self.library_changes(call, target, given, use)
        if target.receiver and self.functions.sql is not None and not target.infos:
            self.relation_writes(call, target, self.functions.sql, use)
        called_in_cell(self, call, target, given, use)
        unseen(self, call, target, given, use, alone=alone)
        by_its_object(self, call, target, given, use, alone=alone)
        if alone and not target.own:
            self.for_its_effect(call, target, use)

    def kept_by_callee(self, target: Target, given: Objects, *, applied: bool) -> None:
        """Let what is called and is no plain function hold what it is given, as a mock does."""
        heap = self.heap
        if applied:  # `@area.register(Square)`: it may keep what it stands on
            heap.hold(target.callee, given)
            return
        keepers = target.callee - heap.quiet - heap.plain_code
        if keepers and not target.infos and not heap.code_in(given | target.callee):
            heap.hold(keepers, given)

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
        keeps = target.name in KEEPING_FUNCTIONS or (applied and not self.calls_at_once(call, target))
        keeps = (keeps and not target.infos) or (target.name in DEFAULTING_FUNCTIONS and len(call.args) == 1)
        if not (keeps or self.only_keeps(call, target, everything)) or self.heap.code_in(target.callee):
            self.handed({info for info, _ in target.infos}, NO_CODE, everything, use)
        if self.heap.types and not keeps and target.name not in _ABOUT_TYPES:
            from promote.heap.constructing import constructed  # noqa: PLC0415 - as above

            constructed(self, self.heap.reach(everything) & self.heap.types, everything, use)

    def calls_at_once(self, call: ast.Call, target: Target) -> bool:
        """Whether a decorator of a library calls what it stands on: `@interact`, `@interact(n=3)`."""
        made_by = chain_of(call.func.func) if isinstance(call.func, ast.Call) else None
        name = self.functions.canonical(made_by) if made_by else target.name
        return name.endswith(CALLING_DECORATORS)

    def bound_runs(self, everything: Objects, target: Target, given: Objects, use: Use) -> None:
        """Take methods that are values: calling one changes what it holds."""
        heap = self.heap
        if target.receiver:  # it may call later what it is given: `stack.callback(found.append, 1)`
            heap.hold(target.receiver, given & heap.bound)
        for one in sorted(heap.reach(everything) & heap.bound):
            changed = heap.contents(frozenset((one,)))
            heap.hold(changed, (given | heap.contents(given)) - heap.bound)
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

    def handed_on_by(self, info: FunctionInfo, bound: dict[str, Objects], itself: Objects, use: Use) -> None:
        """Take that a function which is called hands objects to libraries, which may call their methods."""
        for name in self.summary(info).handed_on if self.calls_back else ():
            given = self.place(name, info, bound, itself)
            handed = self.heap.reach(given - self.heap.types) - self.heap.types | given & self.heap.types
            self.handed_on |= handed if self.inside is not None else NONE
            self.methods_called_back(handed, {}, use)
