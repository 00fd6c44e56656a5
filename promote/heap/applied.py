"""What functions that run do to the objects of their callers, by their summaries."""

from __future__ import annotations

from collections.abc import Iterable

from promote.heap.cells import changed_in_cell, touch_family
from promote.heap.heap import NONE, Objects
from promote.heap.targets import Targets
from promote.language.uses import BEHIND, FunctionInfo, Summary, Use


class Applied(Targets):
    """Values that know what functions of the notebook do."""

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
            changed_in_cell(self, bound.get(name, NONE), use, deep=name in summary.deeply)
        for name in summary.changes:
            if name in info.captured and not self.is_local(name):
                self.touch(itself | self.deep(itself), use)
                continue
            if not self.is_local(name) and (name in summary.writes or not self.is_constant(name)):
                self.changed.setdefault(name, use)
            mine = self.outside_of(name)
            self.touch(mine | self.depth(mine, deep=name in summary.deeply), use)
            changed_in_cell(self, mine, use, deep=name in summary.deeply)
        self.in_its_hands(info, bound, itself, use)
        for name in summary.raises:
            self.heap.raised |= self.place(name, info, bound, itself)
        self.link(info, bound, itself)
        for name in summary.writes:
            self.written.setdefault(name, use)
        for name, source, how in summary.binds:
            given = self.place(source, info, bound, itself)
            given = self.heap.within(given) if how == "part" else given if how == "is" else self.heap.new(given)
            if name in info.captured and not self.is_local(name):
                self.heap.hold(itself, given)
            else:
                self.own[name] = self.of(name) | given
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
        for name in summary.perhaps:
            mine = self.place(name, info, bound, itself)
            self.perhaps |= mine
            self.touch(self.deep(self.heap.cells_of(mine) | self.heap.contents(mine & self.heap.exact)), use)
        for name in summary.copied:
            mine = self.place(name, info, bound, itself)
            first = NONE.union(*(self.heap.made_of.get(one, (one,)) for one in mine))
            self.copied_cells |= first if self.inside is not None else NONE
            if not self.heap.frames.isdisjoint(self.heap.reach(first)):
                touch_family(self, mine, use, whole=True)
        for name in summary.cells if self.heap.boxes else ():
            touch_family(self, self.place(name, info, bound, itself), use, whole=True)

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
        for holder, made, level, kind, far in summary.keeps_made:
            used = self.place(made, info, bound, itself)
            given = self.heap.down(used, level) if kind == "taken" else self.made_again(used, level, kind)
            self.heap.hold(self.place(holder, info, bound, itself), self.heap.new(given) if far else given)
        for holder, kind in summary.fills:
            self.heap.hold(self.place(holder, info, bound, itself), self.heap.of_kinds((kind,)))
        for holder, code in summary.left:
            self.heap.carry(self.place(holder, info, bound, itself), frozenset((code,)), frozenset())
        for holder, code in summary.left_inside:
            inside = self.heap.within(self.place(holder, info, bound, itself))
            self.heap.carry(inside - self.heap.plain_code, frozenset((code,)), frozenset())

    def made_again(self, used: Objects, level: int, kind: str) -> Objects:
        """What a function made of its caller's objects: a frame or column, or what it took out of that on its way."""
        if not used:
            return NONE
        made = self.deep_copy(used) if kind == "copied" else self.derived(used, flat=kind == "flat")
        for _ in range(level):
            made |= self.heap.items(made)
        if level and kind != "copied":  # an item of a copy of an array or list is the one that stands there
            made |= self.heap.cells_of(used) | self.heap.down(used & self.heap.exact, level)
        return made

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
