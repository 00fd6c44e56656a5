"""The objects behind a notebook's names, as far as can be told without running it.

Objects are numbers. What an object holds only ever grows, so that everything it may hold counts. A name stands for a
set of objects (that is `aliases`); here is what objects are to one another.
"""

from __future__ import annotations

from collections.abc import Iterable

from platform_core.values import dataclass, field
from promote.language.uses import ClassInfo, FunctionInfo, Use

Objects = frozenset[int]
NONE: Objects = frozenset()
NO_CODE: frozenset[FunctionInfo] = frozenset()
_NO_CODE: frozenset[FunctionInfo] = frozenset()
_LEVELS = 3  # how many items, one within the other, are told apart: `self.table["k"][0]`
_KINDS = ("stateful", "defaulting", "drawings", "foreign")


class Heap:
    """Objects, what they hold, and the code that may run when they are used.

    `exact` objects are containers of known contents: an element of one is never the container itself. Of any other
    object, a part may be a view of the whole. `stateful` objects change whenever they are used, `defaulting` ones when
    an item is read.
    """

    def __init__(self) -> None:
        self.held: dict[int, set[int]] = {}
        self.holding: dict[int, set[int]] = {}
        self.exact: set[int] = set()
        self.stateful: set[int] = set()
        self.streams: set[int] = set()  # iterators that run no code of the notebook: no element is the iterator
        self.defaulting: set[int] = set()
        self.plain_code: set[int] = set()  # functions and classes of the notebook: calling them is no change of them
        self.types: set[int] = set()  # classes of the notebook
        self.quiet: set[int] = set()  # other things that may be called without a change: what a decorator gives
        self.ancestors: dict[int, set[int]] = {}  # classes whose attributes an instance or a class has as well
        self.heirs: dict[int, set[int]] = {}
        self.seen: dict[int, set[int]] = {}  # what looks into others whenever it is asked, with these
        self.getters: set[int] = set()  # functions that give a part of what they are called with
        self.writers: dict[int, int] = {}  # functions that write into their argument at a place, with that place
        self.changers: set[int] = set()  # functions that change what they are called with
        self.drawings: set[int] = set()  # figures, axes and what else is drawn: drawing changes them
        self.made_of: dict[int, Objects] = {}  # what was made of others, with the first of these
        self.boxes: set[int] = set()  # frames, columns and their like, whose items lead to cells
        self.entries: dict[int, int] = {}  # the item that stands for all items of one of these
        self.levels: dict[int, int] = {}  # of these items: how many were taken on the way
        self.flat: set[int] = set()  # columns and lists of cells: an item of one is a cell
        self.cells: set[int] = set()  # items that are cells, or parts of one
        self.deep_copies: dict[int, Objects] = {}  # what a function's body copied deeply, with what that was made of
        self.celled: dict[int, Objects] = {}  # what surely has containers in its cells, with these
        self.frames: set[int] = set()  # what a function of pandas or Polars gave
        self.modules: dict[int, str] = {}  # what `__import__("heapq")` gave, with its name
        self.relations: set[int] = set()  # queries of DuckDB, which run when they are asked
        self.of_default: set[int] = set()  # those of them that were asked of DuckDB's module
        self.buffers: set[int] = set()  # memory that another object owns
        self.stylers: set[int] = set()  # what shows a frame, and gives itself by its methods
        self.files: set[int] = set()  # files that are written: the last name that goes puts there what is held back
        self.templates: set[int] = set()  # of Jinja whose whole text is known, and changes nothing
        self.wrappers: set[int] = set()  # a `UserDict`, a `UserList`: their `data` is what they are
        self.executors: set[int] = set()  # whose `map` gives an iterator
        self.bound: set[int] = set()  # methods taken as values: calling one changes what it holds
        self.unframed: set[int] = set()  # what is no frame, but for `exact` ones
        self.foreign: set[int] = set()  # a library's objects, which may change by methods that no table tells
        self.memory: set[int] = set()  # frames that may share memory with arrays
        self.raised: Objects = NONE  # what exceptions may have carried out of functions, so far
        self.code: dict[int, frozenset[FunctionInfo]] = {}
        self.classes: dict[int, frozenset[ClassInfo]] = {}
        self.count = 0
        self._reached: dict[Objects, Objects] = {}  # what was asked since objects last came to hold more

    def new(self, held: Objects = NONE, *, exact: bool = False, stateful: bool = False) -> Objects:
        """Make an object that holds others."""
        self.count += 1
        made = frozenset((self.count,))
        if exact:
            self.exact |= made
        if stateful:
            self.stateful |= made
        if held:
            self.hold(made, held)
        return made

    def kinds_in(self, objects: Objects) -> frozenset[str]:
        """Give the kinds of objects among some that change by being used."""
        return frozenset([kind for kind in _KINDS if not objects.isdisjoint(getattr(self, kind))])

    def of_kinds(self, kinds: Iterable[str]) -> Objects:
        """Make an object that is of such kinds."""
        made = self.new()
        for kind in kinds:
            getattr(self, kind).update(made)
        return made

    def hold(self, holders: Objects, held: Objects) -> None:
        """Let every holder hold more objects."""
        for holder in holders:
            known = self.held.setdefault(holder, set())
            before = len(known)
            known.update(held - {holder})
            if len(known) > before and self._reached:
                self._reached = {}
        for one in held:
            self.holding.setdefault(one, set()).update(holders - {one})

    def inherit(self, heirs: Objects, ancestors: Objects) -> None:
        """Let instances and classes have what classes have: a change of a class is one of its heirs."""
        self._reached = {}
        for heir in heirs:
            self.ancestors.setdefault(heir, set()).update(ancestors - {heir})
        for one in ancestors:
            self.heirs.setdefault(one, set()).update(heirs - {one})

    def look(self, lookers: Objects, seen: Objects) -> None:
        """Let objects look into others whenever they are asked: a change of these is one of those."""
        for one in seen:
            self.heirs.setdefault(one, set()).update(lookers - {one})
        for one in lookers:
            self.seen.setdefault(one, set()).update(seen - {one})

    def written_by(self, relations: Objects) -> Objects:
        """Give what relations look into, their connections among it: a relation changes only by writing there."""
        return self._closure(relations, self.seen) - relations

    def with_ancestors(self, objects: Objects) -> Objects:
        """Give the objects and the classes whose attributes they have."""
        return self._closure(objects, self.ancestors) if self.ancestors else objects

    def reach(self, objects: Objects) -> Objects:
        """Give the objects and all that can be reached through them, or through classes whose attributes they have."""
        if not objects:
            return NONE
        known = self._reached.get(objects)
        if known is None:  # each function that a call may run asks the same
            known = self._closure(objects, self.held) if not self.ancestors else self._with_inherited(objects)
            self._reached[objects] = known
        return known

    def _with_inherited(self, objects: Objects) -> Objects:
        found = set(objects)
        stack = list(found)
        above: set[int] = set()  # classes that give what they hold, but are not held themselves
        while stack:
            givers = [stack.pop()]
            for giver in givers:
                for one in self.held.get(giver, ()):
                    if one not in found:
                        found.add(one)
                        stack.append(one)
                more = self.ancestors.get(giver)
                if more and not more <= above:
                    givers += more - above
                    above |= more
        return frozenset(found)

    def holders(self, objects: Iterable[int]) -> Objects:
        """Give the objects and all through which they can be reached, or that have what they have."""
        found = self._closure(objects, self.holding)
        while self.heirs and (more := self._closure(found, self.heirs) - found):
            found |= self._closure(more, self.holding)
        return found

    def parts(self, objects: Objects) -> Objects:
        """Give what an item or attribute of the objects may be."""
        found = (objects - self.exact - self.streams) | self.contents(objects)
        return found if self.boxes.isdisjoint(objects) else found | self.items(objects)

    def items(self, objects: Objects) -> Objects:
        """Give what items of frames, columns and their like are: one object for all of each, and cells in the end."""
        return NONE if self.boxes.isdisjoint(objects) else frozenset(map(self.entry, objects & self.boxes))

    def entry(self, box: int) -> int:
        """Give the object that stands for all items of a box."""
        if box in self.entries:
            return self.entries[box]
        (item,) = self.new()
        self.entries[box] = item
        self.levels[item] = self.levels.get(box, 0) + 1
        self.made_of[item] = self.made_of.get(box, frozenset((box,)))
        if box in self.deep_copies:
            self.deep_copies[item] = self.deep_copies[box]
        self.holding.setdefault(item, set()).add(box)  # a change of it is one of the box, which is more than its items
        if box in self.flat or box in self.cells or self.levels[item] > 1:
            self.cells.add(item)
        if self.levels[item] < _LEVELS:
            self.boxes.add(item)
        return item

    def inside(self, itself: Objects) -> Objects:
        """Give all items that stand for something in a box, as far as any were asked for."""
        found: list[int] = []
        (one,) = itself
        while one in self.entries:
            one = self.entries[one]
            found.append(one)
        return frozenset(found)

    def down(self, objects: Objects, levels: int) -> Objects:
        """Give what is met that many levels down in objects: items of frames, and what others are known to hold."""
        for _ in range(levels):
            objects = self.contents(objects - self.boxes) | self.items(objects)
        return objects

    def is_column(self, objects: Objects) -> bool:
        """Whether some of the objects may be a column, or what was made of one: an item of it is a cell."""
        return any(one in self.flat or (one in self.levels and one not in self.cells) for one in objects)

    def within(self, objects: Objects) -> Objects:
        """Give what can be met anywhere inside the objects."""
        return self.reach(self.parts(objects))

    def contents(self, objects: Objects) -> Objects:
        """Give what the objects are known to hold, themselves left out."""
        if not objects:
            return NONE
        return NONE.union(*[self.held.get(one, ()) for one in self.with_ancestors(objects)])

    def cells_of(self, objects: Objects) -> Objects:
        """Give the containers that stand in the cells of objects, or of what these are lists of."""
        if not self.celled:
            return NONE
        return NONE.union(*(self.celled.get(one, ()) for one in objects | self.contents(objects & self.exact)))

    def fill(self, made: Objects, cells: Objects) -> None:
        """Let objects have containers in their cells."""
        if cells:
            self.hold(made, cells)
            for one in made:
                self.celled[one] = self.celled.get(one, NONE) | cells

    def code_in(self, objects: Objects) -> frozenset[FunctionInfo]:
        """Give the functions that can be reached through objects."""
        if not self.code:
            return _NO_CODE
        return _NO_CODE.union(*(self.code[one] for one in self.reach(objects) if one in self.code))

    def classes_in(self, objects: Objects) -> frozenset[ClassInfo]:
        """Give the classes whose instances can be reached through objects."""
        found: frozenset[ClassInfo] = frozenset()
        if not self.classes:
            return found
        return found.union(*(self.classes[one] for one in self.reach(objects) if one in self.classes))

    def carry(self, objects: Objects, code: frozenset[FunctionInfo], classes: frozenset[ClassInfo]) -> None:
        """Let objects run more code when they are used."""
        for one in objects:
            if code:
                self.code[one] = self.code.get(one, _NO_CODE) | code
            if classes:
                self.classes[one] = self.classes.get(one, frozenset()) | classes

    @staticmethod
    def _closure(objects: Iterable[int], edges: dict[int, set[int]]) -> Objects:
        found = set(objects)
        stack = list(found)
        while stack:
            for one in edges.get(stack.pop(), ()):
                if one not in found:
                    found.add(one)
                    stack.append(one)
        return frozenset(found)


@dataclass(slots=True, eq=False)
class Happening:
    """What one statement does to objects, and what code it may run.

    `changes` are the names whose objects it may change, `touched` those objects, `writes` the names that a called
    function binds by `global`.
    `late` holds, for each name that the statement reads, the names that code behind it may look up; `ran` those that
    code looks up which the statement both defines and runs; `code` is all that code, `runs` what may run here.
    """

    changes: dict[str, Use]
    writes: dict[str, Use]
    touched: Objects
    late: dict[str, dict[str, Use]] = field(default_factory=dict)
    ran: dict[str, Use] = field(default_factory=dict)
    code: dict[FunctionInfo, Use] = field(default_factory=dict)
    runs: frozenset[FunctionInfo] = frozenset()
