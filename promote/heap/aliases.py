"""Which names share an object, and so which names change when one of them is changed in place.

One pass over the statements in order. Every name stands for a set of abstract objects, which may hold others (`heap`).
A change of an object is a change of every name through which it can be reached.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Sequence

from promote.heap.calls import Calls
from promote.heap.celled import named
from promote.heap.cells import stored_in_cell
from promote.heap.heap import NONE, Happening, Objects
from promote.language.expression_scope import HIDDEN
from promote.language.syntax import opens_to_write
from promote.language.uses import ClassInfo, Effects, Event, FunctionInfo, Use
from promote.trees import walk

_ENUMS = frozenset(("Enum", "IntEnum", "StrEnum", "ReprEnum", "Flag", "IntFlag"))
_OF_MEMBERS = ("__new__", "__init__", "_generate_next_value_")  # run where an enum is made
_ENDING = (ast.Try, ast.With, ast.AsyncWith)  # where something may run when a generator is closed


class Aliases(Calls):
    """The state of the pass: what each name stands for, after the statements fed so far."""

    def take(self, effects: Effects) -> Happening:
        """Take one statement of the notebook."""
        self.changed, self.written, self.touched, self.families = {}, {}, set(), []
        self.ran.clear()
        late: dict[str, dict[str, Use]] = {}
        code: dict[FunctionInfo, Use] = {}
        used = effects.reads
        if self.has_code:
            for name, use in effects.reads.items():
                if looked_up := self.looked_up(name, use, code):
                    late[name] = looked_up
            used = dict(effects.reads)
            for names in late.values():
                used |= {n: u for n, u in names.items() if n not in used}
        if self.has_code or self.heap.stateful:
            self.use(used, operators=effects.uses_classes)
        for _ in range(2 if effects.loops else 1):
            self.run(effects.events)
        if effects.classes and effects.uses_classes:  # what their instances do where operators stand
            self.use({**used, **dict.fromkeys(effects.touched, Use(1, 1))})
        ran = self.looked_up_by_own(effects, code)
        for name in effects.gone:
            self.own.pop(name, None)
        for number in range(effects.values):
            self.own.pop(f"{HIDDEN}{number + 1}", None)
        changes = {n: u for n, u in self.changed.items() if not n.startswith(HIDDEN)}
        return Happening(changes, self.written, frozenset(self.touched), late, ran, code, frozenset(self.ran))

    def looked_up(self, name: str, use: Use, code: dict[FunctionInfo, Use]) -> dict[str, Use]:
        """Give the names that code behind a name may look up, through the code behind those in turn."""
        return self.reached_from([name], (), use, code)

    def looked_up_by_own(self, effects: Effects, code: dict[FunctionInfo, Use]) -> dict[str, Use]:
        """Give the names that functions and classes look up which the statement both defines and runs."""
        found: dict[str, Use] = {}
        if not effects.lambdas and not effects.classes:
            return found
        own = [info for info in effects.lambdas.values() if info in self.ran]
        own += [m for cls in effects.classes.values() for m in cls.methods.values() if m in self.ran]
        for info in own:
            found |= self.reached_from([], (info,), self.ran[info], code)
        for name, use in effects.reads.items():  # through which what is defined here may run, too
            found |= self.looked_up(name, use, code)
        return found

    def reached_from(
        self, names: Sequence[str], run: Iterable[FunctionInfo], use: Use, code: dict[FunctionInfo, Use]
    ) -> dict[str, Use]:
        """Give the names that code may look up: code that runs, code behind names, and code behind what those read."""
        found: dict[str, Use] = {}
        stack, seen = list(names), set(names)

        def take(infos: Iterable[FunctionInfo]) -> None:
            for info in infos:
                code.setdefault(info, use)
                for free in info.free.keys() - info.captured:
                    found[free] = use
                    if free not in seen:
                        seen.add(free)
                        stack.append(free)

        take(run)
        while stack:
            current = stack.pop()
            objects = self.of(current)
            infos = set(self.heap.code_in(objects))
            if not objects and current not in self.own:
                infos |= set(self.functions.infos(current))
                classes = set(self.functions.lineage(current))
            else:
                classes = set(self.heap.classes_in(objects))
            for cls in classes:
                infos |= set(cls.methods.values())
                mentioned = {*cls.bases, *cls.mentions, *cls.meta} - seen
                stack += sorted(mentioned)
                seen |= mentioned
            take(infos)
        return dict(sorted(found.items()))  # code was met in the order of sets

    def use(self, reads: dict[str, Use], *, operators: bool = True) -> None:
        """Some objects change whenever they are used: generators, and instances whose operators have effects."""
        for name, use in reads.items():
            reached = self.heap.reach(self.of(name))
            stateful = reached & self.heap.stateful
            if stateful:
                plain = stateful & self.heap.streams
                self.touch(plain | self.deep(stateful - plain), use)
                self.callbacks(self.heap.code_in(stateful), self.deep(stateful), use)
        if self.heap.classes:
            self.reached_by_hooks(self.heap.reach(self.named(reads)))
        if not operators:
            return
        classes = self.heap.classes_in(self.named(reads)).union(*(self.functions.lineage(name) for name in reads))
        metas = {meta for cls in classes for meta in cls.meta}  # what asks a class, asks its metaclass
        classes = classes.union(*(self.functions.lineage(meta) for meta in metas))
        methods = [cls.methods[name] for cls in classes for name in cls.implicit]
        if methods:  # an operator is given what stands on its other side, whatever that is here
            everything = self.named(reads)
            for info in methods:
                self.loosely(info, everything, next(iter(reads.values())))

    def run(self, events: Iterable[Event]) -> None:
        """Take the events of a statement or a function's body in order: each call in it is made once."""
        self.calls.clear()
        self.given.clear()
        self.feed(events)

    def feed(self, events: Iterable[Event]) -> None:
        """Take events in order."""
        for event in events:
            self.event(event)

    def event(self, event: Event) -> None:
        """Take one event."""
        match event.kind:
            case "assign":
                given = self.heap.new() if event.value is None else self.once(event.value)
                self.assign(event, self.element(event, given) if event.element else given)
            case "capture" if event.value is not None:
                given = self.value(event.value)
                inside = self.heap.within(given)
                spread = self.heap.new(inside, exact=True)
                self.assign(event, spread | (inside | given if event.element else NONE))
            case "define":
                self.assign(event, self.definition(event))
            case "decorate" if event.value is not None:
                given = self.value(event.value)
                self.heap.quiet |= {o for o in given - self.heap.plain_code if o not in self.heap.code}
                for name in event.names:
                    self.own[name] = self.of(name) | given
            case "mutate" if event.value is not None:
                self.mutated(event, event.value)
            case "call" | "apply" if event.value is not None:
                applied = event.kind == "apply"
                self.called(event.value, event.use, alone=event.alone, applied=applied)  # type: ignore[arg-type]  # a call's value is a Call
            case "item" if event.value is not None and (self.heap.defaulting or self.functions.defaults):
                self.asked_for_item(self.value(event.value), event.use)
            case "return" if event.value is not None:
                self.results |= self.value(event.value)
            case "put" | "raise" | "catch":
                self.handed_over(event)
            case "scope":
                self.scope(event)

    def element(self, event: Event, given: Objects) -> Objects:
        """What a name may be that goes through an object; pairs are kept as such until names share their parts."""
        within = self.heap.within(given)
        unpacked = any(name.startswith(HIDDEN) for name in event.names)  # `for key, part in groups`
        return self.heap.new(within, exact=True) if unpacked and self.gives_pairs(given) else within

    def handed_over(self, event: Event) -> None:
        """Take that a package is given an object, or that an exception carries some out of a function to a handler."""
        if event.kind == "put":
            if event.value is not None and event.held is not None:
                self.put_away(event.value, self.value(event.held), event.use)
                if self.heap.wrappers and isinstance(event.value, ast.Attribute) and event.value.attr == "data":
                    wrapping = self.value(event.value.value) & self.heap.wrappers
                    held = self.value(event.held)
                    self.heap.hold(held, wrapping)  # a change of the one is one of the other
                    if wrapping and isinstance(event.value.value, ast.Name):
                        self.own[event.value.value.id] = self.of(event.value.value.id) | held
            return
        if event.value is not None:
            parts = [event.value, *(event.value.args if isinstance(event.value, ast.Call) else ())]
            self.heap.raised |= self.either(parts)
        for name in event.names if self.heap.raised else ():
            self.own[name] = self.of(name) | self.heap.new(self.heap.reach(self.heap.raised))

    def mutated(self, event: Event, value: ast.expr) -> None:
        """Take that an object changes, and holds something now; a key matters where it has a hash of its own."""
        if event.alone and isinstance(value, ast.Attribute):  # `copied.rows += [1]` changes what both may have
            self.touch(self.heap.contents(self.value(value.value) & self.heap.exact), event.use)
            return
        if event.element:
            held = self.value(event.held) if self.heap.classes and event.held is not None else NONE
            if self.heap.classes_in(held):
                self.heap.hold(self.value(value), held)
            return
        if event.held is not None:
            held = self.value(event.held)
            self.heap.hold(self.value(value), held | self.heap.contents(held))
            if cells := self.heap.contents(held & self.heap.exact) & self.heap.exact:  # `rents["tags"] = [["a"], []]`
                holders = self.value(value) - self.heap.exact - self.heap.frames - self.heap.classes.keys()
                self.heap.fill(holders, cells)
            augmented = event.alone and bool(self.heap.classes) and isinstance(value, ast.Name)
            if augmented and (more := self.given_by_hooks(self.of(value.id), held)):  # type: ignore[attr-defined]  # by an `__iadd__`
                self.own[value.id] = self.of(value.id) | more  # type: ignore[attr-defined]  # a Name
        self.change(value, event.use)
        stored_in_cell(self, value, event.use)

    def assign(self, event: Event, given: Objects) -> None:
        """Let names stand for objects, besides what they stood for where the binding may not happen."""
        if self.heap.stateful and isinstance(event.value, ast.Call) and opens_to_write(event.value):
            self.heap.files |= given & self.heap.stateful
        if self.inside is not None and self.heap.made_of:
            named(self, event.names, event.value, element=event.element)
        for name in event.names:
            if (self.heap.classes or self.heap.stateful) and name in self.own:
                self.given_up(self.own[name] - given, event.use)
            if self.inside is not None and name in self.inside.captured:  # by `nonlocal`: the functions around share it
                self.changed.setdefault(name, event.use)
            self.own[name] = given | (self.of(name) if event.weak else NONE)

    def given_up(self, objects: Objects, use: Use) -> None:
        """Run what classes do at the end of their instances, and generators and files when they are closed."""
        if closed := objects & self.heap.files:
            self.touch(self.deep(closed), use)
        for one in objects & self.heap.stateful:
            for info in self.heap.code.get(one, ()):
                if info.generator and info.node is not None and any(isinstance(n, _ENDING) for n in walk(info.node)):
                    self.loosely(info, self.heap.reach(frozenset((one,))), use)
        for cls in self.heap.classes_in(objects):
            if "__del__" in cls.methods:
                self.loosely(cls.methods["__del__"], objects, use)

    def is_enum(self, cls: ClassInfo) -> bool:
        """Whether a class stands on one of Python's enums."""
        imports = self.functions.imports
        return any(imports.get(base, base).rpartition(".")[2] in _ENUMS for base in cls.bases)

    def definition(self, event: Event) -> Objects:
        """The object that a `def` or `class` gives its name."""
        if event.code is not None:
            return self.closure(event.code)
        own = NONE if event.held is None else self.heap.contents(self.value(event.held))
        made = self.heap.new(own)
        self.heap.types |= made
        if event.cls is not None:
            self.heap.inherit(made, self.named(event.cls.bases))
            for base in event.cls.bases if self.functions.asks_subclasses else ():
                self.changed.setdefault(base, event.use)
                self.heap.hold(self.of(base), made)
                self.touch(self.of(base), event.use)
            bases = [cls for base in event.cls.bases for cls in self.functions.lineage(base)]
            named_metas = [meta for cls in (event.cls, *bases) for meta in cls.meta]
            metas = [cls for meta in named_metas for cls in self.functions.lineage(meta)]
            self.heap.carry(made, frozenset(), frozenset((event.cls, *bases)))
            self.reached_by_hooks(made)
            if not any(cls.shared for cls in (event.cls, *bases)):
                self.heap.plain_code |= made
            hooks = [cls.methods["__init_subclass__"] for cls in bases if "__init_subclass__" in cls.methods]
            named = [m for cls in self.heap.classes_in(own) if (m := cls.methods.get("__set_name__"))]
            if any(self.is_enum(cls) for cls in (event.cls, *bases)):  # each member is made at once
                named += [cls.methods[n] for cls in (event.cls, *bases) for n in _OF_MEMBERS if n in cls.methods]
            for info in (*hooks, *named, *(m for cls in metas for m in cls.methods.values())):
                self.loosely(info, made, event.use)
                first = dict.fromkeys(info.parameters[:1], made | self.named(named_metas))
                self.link(info, dict.fromkeys(info.parameters, made) | first, NONE)
        return made

    def scope(self, event: Event) -> None:
        """Take events among which some names mean something else; afterwards they mean again what they meant."""
        saved = {name: self.own.get(name) for name in event.names}
        told = {name for name in event.names if name in self.changed}
        before, self.touched = self.touched, set()
        self.feed(event.events)
        marked = self.heap.holders(self.touched)
        self.touched |= before
        for name, objects in saved.items():
            if objects is None:
                self.own.pop(name, None)
            else:
                self.own[name] = objects
            if name not in told:
                self.changed.pop(name, None)
                if objects and objects & marked:
                    self.changed[name] = event.use
