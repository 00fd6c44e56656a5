"""Which objects an expression may give: the lower half of `aliases`."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterable, Sequence

from platform_core.errors import Fault
from platform_core.hints import Any
from promote.heap.heap import NONE, Heap, Objects
from promote.language.effects import (
    ARGUMENT_MUTATORS,
    BOUND_METHODS,
    IMMUTABLE_ATTRIBUTES,
    MUTATING_METHODS,
    OUT_POSITIONS,
    VIEWING_METHODS,
)
from promote.language.functions import Functions
from promote.language.syntax import dotted_of, items_taken, names_a_type, operands, selects_a_copy
from promote.language.uses import FunctionInfo, Use
from promote.trees import walk


class Values:
    """What each name stands for at one moment, and what expressions over the names give.

    With `inside`, the names are those of a function's body, where only the function's own text is known.
    """

    def __init__(self, functions: Functions, inside: FunctionInfo | None = None) -> None:
        self.functions = functions
        self.inside = inside
        self.heap = Heap()
        self.own: dict[str, Objects] = {}
        self.packages: dict[str, Objects] = {}
        # Names outside that functions called here look up, and this one does not, with what they stand for
        self.outer: dict[str, Objects] = {}
        self.asked_items: set[int] = set()  # of which a function's body reads items
        self.used: set[int] = set()  # which a function's body calls methods of that may be more than questions
        self.handed_on: set[int] = set()  # which a function's body hands to libraries
        self.tools: dict[str, Objects] = {}
        self.handed_functions: dict[str, Objects] = {}  # of the notebook, which a function's body hands on
        self.changed: dict[str, Use] = {}
        self.written: dict[str, Use] = {}
        self.ran: dict[FunctionInfo, Use] = {}  # what the statement at hand may have run
        self.asked: set[FunctionInfo] = set()  # whose summaries were looked at
        self.touched: set[int] = set()
        # Frames whose cells the statement at hand may have changed, each with its kin
        self.taken: set[str] = set()  # names of a function's body that stand for something taken out: see `celled`
        self.perhaps: set[int] = set()  # what a function's body changes in the cells of, if there are containers
        self.copied_cells: set[int] = set()  # whose cells a function's body changes by a deep copy, if they are frames
        self.families: list[Objects] = []
        self.results: Objects = NONE
        self.has_code = bool(functions.lambdas or functions.classes)  # of its own: else no name has code behind it
        self.used_up: set[int] = set()  # generators that nothing holds but a call which goes through them to their end
        self.turned: dict[int, tuple[ast.Call, ast.Call]] = {}  # calls of types' functions, as methods
        self.given: dict[int, Objects] = {}  # what calls and named values of the statement at hand gave, by identity

    def of(self, name: str) -> Objects:
        """Give the objects that a name may stand for."""
        if name in self.own:
            return self.own[name]
        path = self.functions.imports.get(name)
        if path is None or self.functions.known(name):
            return NONE if path is None or not self.packages else self.packages.get(path.split(".")[0], NONE)
        return self.packages.setdefault(path.split(".")[0], self.heap.new())  # what a local module holds is shared

    def outside_of(self, name: str) -> Objects:
        """Give the objects of a name that a function which is called looks up outside of itself."""
        if self.inside is None or name not in self.functions.variables or name in self.inside.captured:
            return self.of(name)
        shadowed = name in self.inside.local  # by a variable of this one's own
        if (name in self.own and not shadowed) or name in self.functions.constants:
            return self.of(name)
        if name not in self.outer:
            self.outer[name] = self.unknown()
            if not shadowed:
                self.own[name] = self.outer[name]
        return self.outer[name]

    def unknown(self) -> Objects:
        """Make an object of which nothing is known: a frame or any container, whose items may be such in turn."""
        itself = self.heap.new()
        self.heap.boxes |= itself
        self.heap.hold(itself, self.heap.items(itself))
        return itself

    def tool(self, path: Sequence[str]) -> Objects:
        """The function of a library that changes what it is given, where it is no call: `map(heapq.heapify, rows)`."""
        name = self.functions.canonical(path)
        writes = name in ARGUMENT_MUTATORS or (name.startswith("numpy.") and name.endswith(".at"))
        if path[0] in self.functions.by_name:
            return NONE
        if name.startswith("numpy.") and (place := OUT_POSITIONS.get(name.rpartition(".")[2])) is not None:
            made = self.heap.new()
            self.heap.writers.update(dict.fromkeys(made, place))
            self.heap.quiet |= made
            return made
        if not writes:
            return NONE
        if name not in self.tools:
            made = self.tools[name] = self.heap.new()
            self.heap.changers |= made
            self.heap.quiet |= made
        return self.tools[name]

    def is_local(self, name: str) -> bool:
        """Whether a name is of the function whose body this is."""
        return self.inside is not None and (name in self.inside.local or name in self.inside.captured)

    def value(self, node: ast.expr) -> Objects:
        """Give the objects that an expression may be."""
        return _VALUES.get(node.__class__, Values.operation)(self, node)

    def constant(self, _: ast.expr) -> Objects:
        """What cannot change, or is not known before it is there."""
        return NONE

    def name(self, node: ast.Name) -> Objects:
        """What a name stands for."""
        name = node.id
        if found := self.of(name):
            return found
        if name in self.own or self.is_local(name):
            return NONE
        return self.own_function(name) if name in self.functions.by_name else self.tool((name,))

    def own_function(self, name: str) -> Objects:
        """A function of the notebook that another hands on: it is looked up outside of that one."""
        if self.inside is None:
            return NONE
        if name not in self.handed_functions:
            held = self.heap.new() if self.functions.attributes else NONE  # it may have attributes
            made = self.handed_functions[name] = self.heap.new(held)
            self.heap.plain_code |= made
            self.heap.carry(made, frozenset(self.functions.infos(name)), frozenset())
        return self.handed_functions[name]

    def comparison(self, node: ast.Compare) -> Objects:
        """A truth value, or a column of them that may be changed."""
        return self.operation(node, plain=all(isinstance(one, _ASKING) for one in node.ops))

    def plain_operation(self, node: ast.expr) -> Objects:
        """An operation that gives a text or a truth value."""
        return self.operation(node, plain=True)

    def delegation(self, node: ast.YieldFrom) -> Objects:
        """What a generator returns that another hands its values on from."""
        given = self.value(node.value)
        return given | self.heap.within(given)

    def same(self, node: ast.Starred | ast.Await) -> Objects:
        """What is only handed on."""
        given = self.value(node.value)
        return given | self.given_by_hooks(given, NONE, "__await__") if self.heap.classes else given

    def display(self, node: ast.Tuple | ast.List | ast.Set) -> Objects:
        """A new container of the elements."""
        return self.container(node.elts)

    def dictionary(self, node: ast.Dict) -> Objects:
        """A new dictionary; one that is unpacked into it leaves what it holds."""
        unpacked = [v for k, v in zip(node.keys, node.values, strict=True) if k is None]
        made = self.container([*(k for k in node.keys if k is not None), *node.values])
        if unpacked:
            self.heap.hold(made, self.heap.contents(self.either(unpacked)))
        return made

    def conditional(self, node: ast.IfExp) -> Objects:
        """Either branch."""
        return self.value(node.body) | self.value(node.orelse)

    def either_operand(self, node: ast.BoolOp) -> Objects:
        """Any of the operands of `and` and `or`."""
        return self.either(node.values)

    def function(self, node: ast.Lambda) -> Objects:
        """The function that a lambda makes."""
        return self.closure(self.functions.lambdas[id(node)])

    def call(self, node: ast.Call) -> Objects:
        """Give the objects that a call may give; within one run of a statement a call is made once."""
        found = self.given.get(id(node))
        if found is None:
            found = self.given[id(node)] = self.result(node)
        return found

    def once(self, node: ast.expr) -> Objects:
        """Give what a name is given, and keep it: within what stands around, the value is the same one."""
        given = self.given[id(node)] = self.value(node)
        return given

    def walrus(self, node: ast.NamedExpr) -> Objects:
        """What the name was given, where it was: the value is made once."""
        found = self.given.get(id(node.value))
        return self.value(node.value) if found is None else found

    def result(self, call: ast.Call) -> Objects:
        """Work out what a call may give; who knows functions says how."""
        return self.operation(call)

    def operation(self, node: ast.expr, *, plain: bool = False) -> Objects:
        """A new object made of operands; a `plain` one cannot change, and matters for the code it may run alone."""
        used = self.either(operands(node))
        if not used:
            plain = plain or isinstance(node, ast.Compare)
            plain = plain or (isinstance(node, (ast.BinOp, ast.UnaryOp)) and self.counts(node))
        if plain and not self.heap.code_in(used) and not self.heap.classes_in(used):
            return NONE
        made = self.derived(used, self.heap.contents(used) if isinstance(node, ast.BinOp) else NONE)
        return made | self.given_by_hooks(used, used) if self.heap.classes else made

    def given_by_hooks(self, instances: Objects, given: Objects, asked: str = "") -> Objects:
        """What a special method of instances may give; who knows functions says what."""
        raise Fault(f"{len(instances)} instances are asked {asked} with {len(given)}")

    def counts(self, node: ast.expr) -> bool:
        """Whether an operation is one on numbers and texts, of literals and names of such."""
        names = [part for part in walk(node) if isinstance(part, (ast.Name, ast.Attribute, ast.Call))]
        return all(isinstance(part, ast.Name) and part.id in self.own for part in names)

    def derived(self, used: Objects, held: Objects = NONE, *, wide: bool = False, flat: bool = False) -> Objects:
        """A new object that was made of others: it may run their code, but is none of them.

        It is `flat` if it surely is a column, and what is `wide` is none, whatever it was made of.
        """
        heap = self.heap
        made = heap.new(held)
        if heap.memory and (shared := heap.reach(used) & heap.memory):  # columns go from frame to frame uncopied
            heap.hold(made, heap.contents(shared))
            heap.memory |= made
        if used:
            first = NONE.union(*(heap.made_of.get(one, (one,)) for one in used))
            if heap.made_of and (inner := heap.contents(used)):  # a list of frames, an object that keeps one
                boxed = inner & heap.made_of.keys() | heap.contents(used & heap.exact | used & heap.stateful)
                first = first.union(*(heap.made_of.get(one, (one,)) for one in boxed))
            heap.made_of.update(dict.fromkeys(made, first))
            if flat or ((heap.levels or heap.flat) and not wide and heap.is_column(used)):
                heap.flat |= made
        heap.boxes |= made
        if heap.celled:
            heap.fill(made, heap.cells_of(used))
        if used and (heap.code or heap.classes):
            heap.carry(made, heap.code_in(used), heap.classes_in(used))
        return made

    def named(self, names: Iterable[str]) -> Objects:
        """Give the objects of several names."""
        return NONE.union(*map(self.of, names))

    def either(self, nodes: Iterable[ast.expr]) -> Objects:
        """Give what any of several expressions may be."""
        found = NONE
        for node in nodes:
            if node.__class__ is not ast.Constant:
                found |= self.value(node)
        return found

    def container(self, nodes: Iterable[ast.expr]) -> Objects:
        """A new container of known contents."""
        held = NONE
        for node in nodes:
            given = self.value(node)
            held |= self.heap.parts(given) if isinstance(node, ast.Starred) else given
        return self.heap.new(held, exact=True)

    def attribute(self, node: ast.Attribute) -> Objects:
        """An attribute may be a part, a view, or a method that is bound to the object."""
        if node.attr in IMMUTABLE_ATTRIBUTES:
            return self.class_of(self.value(node.value)) if node.attr == "__class__" else NONE
        path = dotted_of(node)
        if path and path[0] not in self.own and self.is_of_a_type(node, path[0]):
            return self.of_a_type(node.attr)
        if path and path[0] not in self.own and path[0] in self.functions.imports and self.functions.known(path[0]):
            return self.tool(path) | (self.heap.contents(self.of(path[0])) if self.packages else NONE)
        objects = self.value(node.value)
        if node.attr == "style" and objects:
            made = self.heap.new(objects)
            self.heap.look(made, objects)
            self.heap.stylers |= made
            self.heap.foreign |= made
            return made
        infos = self.functions.methods(node.attr)
        if node.attr in BOUND_METHODS or infos:
            made = self.heap.new(objects)
            self.heap.bound |= made
            self.heap.carry(made, frozenset(infos), frozenset())
            objects |= made
        return objects | self.attributes(objects, node.attr, is_own=bool(infos)) if objects else objects

    def attributes(self, objects: Objects, name: str, *, is_own: bool) -> Objects:
        """What an attribute may be that is a part; one that `is_own` may be a property of the notebook's."""
        heap = self.heap
        if name in _SAME:
            return heap.contents(objects) if heap.classes else NONE
        held = heap.contents(objects) | heap.items(objects)
        held |= heap.items(held) if is_own else NONE
        if name == "obj" and heap.seen:  # of groups: the frame
            held = held.union(*(heap.seen.get(one, ()) for one in objects))
        if heap.classes:  # a descriptor gives what its `__get__` gives
            held |= heap.contents(frozenset(o for o in held if self.has_method(o, "__get__")))
        return held

    def class_of(self, objects: Objects) -> Objects:
        """The classes of objects; what a function is given has one that it does not know, which holds things too."""
        heap = self.heap
        known = heap.with_ancestors(objects) & heap.types
        return known if self.inside is None else known | heap.new(heap.contents(objects))

    def has_method(self, one: int, name: str) -> bool:
        """Whether an object is an instance of a class of the notebook that has a method."""
        return any(name in cls.methods for cls in self.heap.classes.get(one, ()))

    def is_of_a_type(self, node: ast.Attribute, root: str) -> bool:
        """Whether an attribute is a function of a library's type that gives a part, or changes something."""
        told = node.attr in VIEWING_METHODS or node.attr in MUTATING_METHODS
        return told and root not in self.functions.classes and names_a_type(node.value)

    def of_a_type(self, method: str) -> Objects:
        """The function of a library's type as a value: it gives a part of its first argument, or changes that."""
        made = self.heap.new()
        self.heap.getters |= made
        self.heap.quiet |= made
        if method in MUTATING_METHODS:
            self.heap.changers |= made
        return made

    def item(self, node: ast.Subscript) -> Objects:
        """An item: a part or a view, or a copy where the index says so."""
        objects = self.value(node.value)
        taken = items_taken(node)
        if selects_a_copy(node.slice) and not objects <= self.heap.exact:
            return self.derived(objects | self.heap.items(objects) if taken else objects)
        if isinstance(node.slice, ast.Slice):
            if objects <= self.heap.exact:
                return self.heap.new(self.heap.contents(objects), exact=True)
            return (objects - self.heap.exact - self.heap.streams) | self.heap.contents(objects)
        found = self.heap.parts(objects)
        return found | self.heap.items(found) if taken > 1 else found

    def closure(self, info: FunctionInfo) -> Objects:
        """A function object: it holds what it took from a function around it, and its default values."""
        held = self.named(info.captured if self.inside is None else info.free)
        arguments = getattr(info.node, "args", None)
        if isinstance(arguments, ast.arguments):
            held |= self.either([*arguments.defaults, *(d for d in arguments.kw_defaults if d is not None)])
        made = self.heap.new(held)
        self.heap.plain_code |= made
        self.heap.carry(made, frozenset((info,)), frozenset())
        return made

    def elements(self, given: Objects, *, unpacked: bool) -> Objects:
        """What names may be that go through an object, or with `unpacked` through each of its elements.

        What gives pairs of a name and a part, groups and iterators, gives no part of a part.
        """
        heap = self.heap
        found = heap.within(given)
        return found | heap.items(found) if unpacked and not self.gives_pairs(given) else found

    def gives_pairs(self, given: Objects) -> bool:
        """Whether to go through an object gives pairs that are no parts of it, as groups and iterators do."""
        return not (given.isdisjoint(self.heap.streams) and given.isdisjoint(self.heap.seen))

    def comprehension(self, node: ast.ListComp | ast.SetComp | ast.DictComp | ast.GeneratorExp) -> Objects:
        """A container of what its element gives, evaluated with its own variables."""
        saved = dict(self.own)
        lazy = isinstance(node, ast.GeneratorExp) and id(node) not in self.used_up
        for generator in node.generators:
            given = self.value(generator.iter)
            for name in walk(generator.target):
                if isinstance(name, ast.Name) and isinstance(name.ctx, ast.Store):
                    self.own[name.id] = self.elements(given, unpacked=name is not generator.target)
        parts = [node.key, node.value] if isinstance(node, ast.DictComp) else [node.elt]
        held = self.either(parts)
        if lazy:  # it still holds on to what it goes through
            held |= self.either(g.iter for g in node.generators)
        self.own = saved
        made = self.heap.new(held, exact=not lazy, stateful=lazy)
        if lazy:
            self.heap.carry(made, frozenset((self.functions.lambdas[id(node)],)), frozenset())
        return made


# Attributes by which frames and columns are asked for their items, which are no items themselves
_SAME = frozenset(
    "loc iloc at iat values array T str dt cat list struct index columns flat real imag dict".split()  # noqa: SIM905 - as `effects` writes its tables
)
_ASKING = (ast.Is, ast.IsNot, ast.In, ast.NotIn)
_VALUES: dict[type, Callable[[Any, Any], Objects]] = {
    ast.Constant: Values.constant,
    ast.Yield: Values.constant,
    ast.YieldFrom: Values.delegation,
    ast.Name: Values.name,
    ast.JoinedStr: Values.plain_operation,
    ast.Compare: Values.comparison,
    ast.Attribute: Values.attribute,
    ast.Subscript: Values.item,
    ast.Starred: Values.same,
    ast.NamedExpr: Values.walrus,
    ast.Await: Values.same,
    ast.Tuple: Values.display,
    ast.List: Values.display,
    ast.Set: Values.display,
    ast.Dict: Values.dictionary,
    ast.IfExp: Values.conditional,
    ast.BoolOp: Values.either_operand,
    ast.ListComp: Values.comprehension,
    ast.SetComp: Values.comprehension,
    ast.DictComp: Values.comprehension,
    ast.GeneratorExp: Values.comprehension,
    ast.Lambda: Values.function,
    ast.Call: Values.call,
}
