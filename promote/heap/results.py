"""Which objects calls give, by the notebook's own functions and classes and by the libraries'."""

from __future__ import annotations

import ast
from collections.abc import Iterable

from promote.heap.applied import Applied
from promote.heap.celled import cells_given
from promote.heap.cells import is_unframed
from promote.heap.foreign import is_foreign
from promote.heap.heap import NONE, Objects
from promote.heap.library_changes import Target
from promote.language.effects import TEMPLATE_MAKERS
from promote.language.functions import CONSTRUCTORS
from promote.language.syntax import only_asks
from promote.language.uses import ClassInfo, FunctionInfo

# Special methods that no operator asks: what those give that stands for parts is within the instance anyway
_NO_OPERATORS = frozenset(
    """__call__ __enter__ __aenter__ __exit__ __aexit__ __iter__ __next__ __getitem__ __getattr__ __getattribute__
    __setattr__ __get__ __repr__ __str__ __format__ __hash__ __len__ __bool__ __contains__ __del__ __setitem__
    __delitem__""".split()  # noqa: SIM905 - as `effects` writes its tables
)

# Methods that the classes of `collections.abc` have, which ask an instance for its items
_BY_ITEMS = frozenset("get pop popitem setdefault values items".split())  # noqa: SIM905 - as `effects` writes its tables
# Classes of containers: an instance of one that stands on them holds what is in what it is made of
_CONTAINERS = frozenset("list dict set tuple frozenset deque UserList UserDict OrderedDict defaultdict Counter".split())  # noqa: SIM905 - as above


class Results(Applied):
    """Values that know what calls give."""

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
        found |= self.heap.new(self.heap.reach(given)) if target.method == "__new__" else NONE
        everything = given | target.receiver | target.callee
        infos = self.heap.code_in(given | target.callee)
        for level, kind in sorted({(level, kind) for info in infos for _, level, kind, _ in self.summary(info).makes}):
            found |= self.made_again(everything - self.heap.plain_code, level, kind)
        for info in infos:
            found |= self.given_by_code(info, everything)
            self.heap.carry(found - everything, self.summary(info).code, self.summary(info).classes)
        if target.callee:
            made = self.heap.new(given)
            found |= made if self.is_class_like(call, target.name) else made | (target.callee - self.heap.plain_code)
            found |= self.heap.contents(target.callee) - self.heap.plain_code  # which it may give
            if target.callee & self.heap.getters:
                found |= given | self.heap.within(given)
        if self.heap.celled:
            found |= cells_given(self, target, given)
        if target.name.rpartition(".")[2] in TEMPLATE_MAKERS and only_asks(call.args[:1]):
            self.heap.templates |= found - everything
        return found

    def given_by_code(self, info: FunctionInfo, everything: Objects) -> Objects:
        """What of objects that are there a function may give that a call is given or calls, all arguments alike."""
        summary = self.summary(info)
        found = NONE
        for name, level, _ in summary.takes if self.heap.boxes else ():  # what is captured is held by the closure
            found |= self.heap.down(everything, level + (name in info.captured)) - self.heap.plain_code
        if summary.gives or summary.holds or summary.parts:
            outside = (n for n in summary.gives | summary.holds | summary.parts if n not in info.parameters)
            out = NONE.union(*(self.place(n, info, {}, everything) for n in outside))
            found |= (everything - self.heap.plain_code) | (out | self.heap.new(out) if out else NONE)
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
        found = made | direct | inner | (itself if summary.keeps_state else NONE)
        for name, level, far in summary.takes if self.heap.boxes else ():
            found |= self.put_within(made, self.heap.down(self.place(name, info, bound, itself), level), far)
        for name, level, kind, far in summary.makes:
            found |= self.put_within(made, self.made_again(self.place(name, info, bound, itself), level, kind), far)
        return found

    def put_within(self, holder: Objects, objects: Objects, far: int) -> Objects:
        """Give objects, or let another hold them; where they are farther away, what it holds holds them."""
        if far:
            around = holder if far == 1 else self.heap.new()
            self.heap.hold(holder, around)
            self.heap.hold(around, objects)
            if not objects.isdisjoint(self.heap.cells):
                self.heap.flat |= around  # it may be a column, or a list of cells
        return NONE if far else objects

    def given_by_classes(self, call: ast.Call, target: Target, given: Objects) -> Objects:
        """What a call gives by classes of the notebook that it does not name."""
        found = self.given_by_hooks(given, given)  # `abs(bag)` asks its `__abs__`
        found |= self.given_by_hooks(target.callee, given, "__call__") if target.callee else NONE
        found |= self.given_by_hooks(target.receiver, given, target.method) if target.method[:2] == "__" else NONE
        found |= self.heap.within(given) if target.method == "__get__" else NONE
        if target.method in _BY_ITEMS and not target.infos:  # as the classes of `collections.abc` have them
            found |= self.given_by_hooks(target.receiver, given, "__getitem__")
        types = (self.code_objects(call) | target.callee) & self.heap.types
        return found | self.instance_of(types, given) if types else found

    def instance_of(self, types: Objects, given: Objects) -> Objects:
        """An instance of classes that no name at the top stands for."""
        classes = frozenset().union(*(self.heap.classes[one] for one in types))
        made = self.heap.new(given | self.within_containers(classes, given))
        self.heap.carry(made, frozenset(), classes)
        self.heap.inherit(made, types)
        for info in [cls.methods[name] for cls in classes for name in CONSTRUCTORS if name in cls.methods]:
            self.link(info, dict.fromkeys(info.parameters, given) | dict.fromkeys(info.parameters[:1], made), NONE)
        self.reached_by_hooks(made)
        bound = [(m, dict.fromkeys(m.parameters, given | types)) for m in self.makers(classes)]
        return made.union(*(self.given_out(info, one, made | types) for info, one in bound))

    def within_containers(self, classes: Iterable[ClassInfo], given: Objects) -> Objects:
        """What an instance of a class on a container's holds besides what it is made of: what is in there."""
        holds = any(not _CONTAINERS.isdisjoint(cls.bases) for cls in classes)
        return self.heap.within(given) if holds else NONE

    def makers(self, lineage: Iterable[ClassInfo]) -> list[FunctionInfo]:
        """The methods that give an instance where a class is called, other than by its constructor."""
        metas = [cls for own in lineage for meta in own.meta for cls in self.functions.lineage(meta)]
        makers = [cls.methods["__new__"] for cls in lineage if "__new__" in cls.methods]
        return makers + [cls.methods["__call__"] for cls in metas if "__call__" in cls.methods]

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
        lineage = self.functions.lineage(name)
        made = self.heap.new(given | self.within_containers(lineage, given))
        self.heap.carry(made, frozenset(), frozenset(lineage))
        self.heap.inherit(made, self.of(name))
        for info in self.heap.code_in(self.heap.contents(self.of(name))):  # factories of default values
            self.heap.hold(made, self.given_out(info, {}, NONE))
        for info in self.functions.constructors(name):
            self.link(info, self.bind(info, call, made), NONE)
        self.reached_by_hooks(made)
        bound = [(m, self.bind(m, call, self.of(name))) for m in self.makers(lineage)]
        return made.union(*(self.given_out(info, one, made) for info, one in bound))
