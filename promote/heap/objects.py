"""Which objects an expression may give: the lower half of `aliases`."""

from __future__ import annotations

import ast
from collections.abc import Iterable

from promote.heap.heap import NONE, Heap, Objects
from promote.language.effects import BOUND_METHODS, IMMUTABLE_ATTRIBUTES
from promote.language.functions import Functions
from promote.language.syntax import dotted_of, selects_a_copy
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
        self.changed: dict[str, Use] = {}
        self.written: dict[str, Use] = {}
        self.ran: dict[FunctionInfo, Use] = {}  # what the statement at hand may have run
        self.touched: set[int] = set()
        self.results: Objects = NONE
        self.results_of_calls: dict[int, Objects] = {}  # of the event at hand, by the identity of the call

    def of(self, name: str) -> Objects:
        """Give the objects that a name may stand for."""
        if name in self.own:
            return self.own[name]
        path = self.functions.imports.get(name)
        if path is None or self.functions.known(name):
            return NONE
        return self.packages.setdefault(path.split(".")[0], self.heap.new())  # what a local module holds is shared

    def is_local(self, name: str) -> bool:
        """Whether a name is of the function whose body this is."""
        return self.inside is not None and (name in self.inside.local or name in self.inside.captured)

    def value(self, node: ast.expr) -> Objects:  # noqa: C901, PLR0911, PLR0912 - one line per kind of expression
        """Give the objects that an expression may be."""
        match node:
            case ast.Constant() | ast.Yield() | ast.YieldFrom():
                return NONE
            case ast.Name():
                return self.of(node.id)
            case ast.JoinedStr() | ast.Compare():
                return self.operation(node, plain=True)
            case ast.Attribute():
                return self.attribute(node)
            case ast.Subscript():
                return self.item(node)
            case ast.Starred() | ast.NamedExpr() | ast.Await():
                return self.value(node.value)
            case ast.Tuple() | ast.List() | ast.Set():
                return self.container(node.elts)
            case ast.Dict():
                unpacked = [v for k, v in zip(node.keys, node.values, strict=True) if k is None]
                made = self.container([*(k for k in node.keys if k is not None), *node.values])
                self.heap.hold(made, self.heap.contents(self.either(unpacked)))
                return made
            case ast.IfExp():
                return self.either([node.body, node.orelse])
            case ast.BoolOp():
                return self.either(node.values)
            case ast.ListComp() | ast.SetComp() | ast.DictComp() | ast.GeneratorExp():
                return self.comprehension(node)
            case ast.Lambda():
                return self.closure(self.functions.lambdas[id(node)])
            case ast.Call():
                return self.result(node)
        return self.operation(node)

    def result(self, call: ast.Call) -> Objects:
        """Give what a call gives; who knows functions says how."""
        return self.operation(call)

    def operation(self, node: ast.expr, *, plain: bool = False) -> Objects:
        """A new object made of operands; a `plain` one cannot change, and matters for the code it may run alone."""
        used = self.either(part for part in ast.iter_child_nodes(node) if isinstance(part, ast.expr))
        plain = plain or (not used and isinstance(node, (ast.BinOp, ast.UnaryOp)) and self.counts(node))
        if plain and not self.heap.code_in(used) and not self.heap.classes_in(used):
            return NONE
        return self.derived(used, self.heap.contents(used) if isinstance(node, ast.BinOp) else NONE)

    def counts(self, node: ast.expr) -> bool:
        """Whether an operation is one on numbers and texts, of literals and names of such."""
        names = [part for part in walk(node) if isinstance(part, (ast.Name, ast.Attribute, ast.Call))]
        return all(isinstance(part, ast.Name) and part.id in self.own for part in names)

    def derived(self, used: Objects, held: Objects = NONE) -> Objects:
        """A new object that was made of others: it may run their code, but is none of them."""
        made = self.heap.new(held)
        self.heap.carry(made, self.heap.code_in(used), self.heap.classes_in(used))
        return made

    def named(self, names: Iterable[str]) -> Objects:
        """Give the objects of several names."""
        return NONE.union(*(self.of(name) for name in names))

    def either(self, nodes: Iterable[ast.expr]) -> Objects:
        """Give what any of several expressions may be."""
        return NONE.union(*(self.value(node) for node in nodes))

    def container(self, nodes: Iterable[ast.expr]) -> Objects:
        """A new container of known contents."""
        held = NONE
        for node in nodes:
            given = self.value(node)
            held |= self.heap.parts(given) if isinstance(node, ast.Starred) else given
        return self.heap.new(held, exact=True)

    def attribute(self, node: ast.Attribute) -> Objects:
        """An attribute may be a part, a view, or a method that is bound to the object."""
        path = dotted_of(node)
        if node.attr in IMMUTABLE_ATTRIBUTES:
            return NONE
        if path and path[0] not in self.own and path[0] in self.functions.imports and self.functions.known(path[0]):
            return NONE
        objects = self.value(node.value)
        infos = self.functions.methods(node.attr)
        if node.attr in BOUND_METHODS or infos:
            made = self.heap.new(objects)
            self.heap.bound |= made
            self.heap.carry(made, frozenset(infos), frozenset())
            objects |= made
        return objects | self.heap.contents(objects)

    def item(self, node: ast.Subscript) -> Objects:
        """An item: a part or a view, or a copy where the index says so."""
        objects = self.value(node.value)
        if selects_a_copy(node.slice) and not objects <= self.heap.exact:
            return self.derived(objects)
        if isinstance(node.slice, ast.Slice) and objects <= self.heap.exact:
            return self.heap.new(self.heap.contents(objects), exact=True)
        return self.heap.parts(objects)

    def closure(self, info: FunctionInfo) -> Objects:
        """A function object: it holds what it took from a function around it, and its default values."""
        held = self.named(info.free) if self.inside is not None else NONE
        arguments = getattr(info.node, "args", None)
        if isinstance(arguments, ast.arguments):
            held |= self.either([*arguments.defaults, *(d for d in arguments.kw_defaults if d is not None)])
        made = self.heap.new(held)
        self.heap.plain_code |= made
        self.heap.carry(made, frozenset((info,)), frozenset())
        return made

    def comprehension(self, node: ast.ListComp | ast.SetComp | ast.DictComp | ast.GeneratorExp) -> Objects:
        """A container of what its element gives, evaluated with its own variables."""
        saved = dict(self.own)
        lazy = isinstance(node, ast.GeneratorExp)
        for generator in node.generators:
            given = self.value(generator.iter)
            for name in walk(generator.target):
                if isinstance(name, ast.Name):
                    self.own[name.id] = self.heap.within(given)
        parts = [node.key, node.value] if isinstance(node, ast.DictComp) else [node.elt]
        held = self.either(parts)
        if lazy:  # it still holds on to what it goes through
            held |= self.either(g.iter for g in node.generators)
        self.own = saved
        made = self.heap.new(held, exact=not lazy, stateful=lazy)
        if lazy:
            self.heap.carry(made, frozenset((self.functions.lambdas[id(node)],)), frozenset())
        return made
