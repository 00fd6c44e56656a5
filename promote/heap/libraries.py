"""What calls of libraries change, and which objects they give, by the tables of `effects`."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterable
from functools import lru_cache

from promote.heap.heap import NONE, Objects
from promote.heap.objects import Values
from promote.language.effects import (
    ARGUMENT_MUTATORS,
    ARRAY_HOLDERS,
    CHANGING_FUNCTIONS,
    CHOOSING_METHODS,
    COPYING_METHODS,
    DEFAULTING_FUNCTIONS,
    EAGER_METHODS,
    FRAME_METHODS,
    IMPLICIT_LIBRARY_CODE,
    ITERATING_METHODS,
    ITERATORS,
    LAZY_PACKAGES,
    LOOKING_METHODS,
    METHOD_CALLERS,
    MUTATING_METHODS,
    OUT_POSITIONS,
    PART_GETTERS,
    QUIET_MODULES,
    REMEMBERING,
    SCALAR_FUNCTIONS,
    SHALLOW_COPIES,
    SHARING_FUNCTIONS,
    STATEFUL_FUNCTIONS,
    STATEFUL_METHODS,
    TREE_CHANGES,
    TREE_PACKAGES,
    TREE_VIEWS,
    VIEWING_METHODS,
)
from promote.language.functions import Functions, nameless
from promote.language.showing import DISPLAY_METHODS, DRAWING_METHODS, PLOTTING_MODULES, PURE_EFFECTS, WRITING_METHODS
from promote.language.syntax import dotted_of, names_a_type, root_of, shares_with_what_it_is_given
from promote.language.uses import FunctionInfo, Use
from promote.values import dataclass

_TOLD_METHODS = (
    STATEFUL_METHODS | COPYING_METHODS | VIEWING_METHODS | MUTATING_METHODS | EAGER_METHODS | CHOOSING_METHODS
    | LOOKING_METHODS | TREE_VIEWS
)  # fmt: skip
LOADERS = frozenset(("importlib.import_module", "__import__"))
_TOLD_FUNCTIONS = frozenset(("next", "numpy.array", "copy.deepcopy", *LOADERS)).union(
    STATEFUL_FUNCTIONS, SCALAR_FUNCTIONS, SHALLOW_COPIES, SHARING_FUNCTIONS, ARRAY_HOLDERS, DEFAULTING_FUNCTIONS,
    PART_GETTERS, METHOD_CALLERS,
)  # fmt: skip
_IN_PARTS = frozenset(("chunksize", "iterator"))  # arguments with which pandas gives what it reads in parts
_ONCE = frozenset(("items", "iter", "iterfind"))  # what these give is gone through once
_MARKED = DEFAULTING_FUNCTIONS | PART_GETTERS | METHOD_CALLERS


@dataclass(slots=True, eq=False)
class Target:
    """What a call calls: functions of the notebook with their arguments by parameter, a class, or something else.

    `name` is the dotted path of an imported function or the name of a builtin; `method` the word behind the last dot;
    `receiver` what a method is called on; `callee` objects that are called and are no plain functions.
    """

    infos: tuple[tuple[FunctionInfo, dict[str, Objects]], ...]
    name: str
    receiver: Objects
    callee: Objects
    method: str = ""
    cls: str = ""


class Libraries(Values):
    """Values that know the tables."""

    def __init__(self, functions: Functions, inside: FunctionInfo | None = None) -> None:
        super().__init__(functions, inside)
        self.calls: dict[int, tuple[Target, Objects]] = {}  # of the statement at hand, by the identity of the call

    def touch(self, objects: Iterable[int], use: Use) -> None:
        """Let objects change, and so every name through which they can be reached."""
        found = frozenset(objects)
        if found:
            self.touched |= found
            marked = self.heap.holders(found)
            for name, own in self.own.items():
                if own and not own.isdisjoint(marked):
                    self.changed.setdefault(name, use)
            for name in self.functions.imports.keys() - self.own.keys() if self.packages else ():
                if self.of(name) & marked:
                    self.changed.setdefault(name, use)

    def change(self, node: ast.expr, use: Use) -> None:
        """Let what an expression gives change; a name without known objects changes all the same."""
        root = root_of(node)
        if root is not None:
            if self.is_library(root[0]):
                return  # what changes there is hidden state: see `state`
            if not self.is_constant(root[0]):
                self.changed.setdefault(root[0], use)
        self.touch(self.value(node), use)

    def is_library(self, name: str) -> bool:
        """Whether a name is an import of a package whose calls stand in tables."""
        return name not in self.own and name in self.functions.imports and self.functions.known(name)

    def is_constant(self, name: str) -> bool:
        """Whether a name surely holds nothing that can change."""
        return name in self.own and not self.own[name]

    def deep(self, objects: Objects) -> Objects:
        """What a function may change that is given objects: all that can be reached, but for plain code."""
        return self.heap.reach(objects) - self.heap.plain_code

    def mutated_arguments(self, call: ast.Call, use: Use) -> None:
        """Functions such as `setattr` and `heapq.heappush` change their first argument."""
        if call.args:
            self.change(call.args[0], use)
            self.heap.hold(self.value(call.args[0]), self.either(call.args[1:]))

    def for_its_effect(self, call: ast.Call, target: Target, use: Use) -> None:
        """A call whose value nobody takes was made for an effect: where no table tells it, it is taken to be there."""
        if isinstance(call.func, ast.Attribute):
            method = call.func.attr
            shown = method in DISPLAY_METHODS or method.startswith(PURE_EFFECTS)
            drawings = frozenset() if method.startswith(WRITING_METHODS) else self.heap.drawings
            drawn = bool(drawings) and bool(self.value(call.func.value) & drawings)
            if drawn or not (shown or self.draws(call.func)):
                self.change(call.func.value, use)
                if not drawn and method not in _TOLD_METHODS:  # it may have been given what it keeps
                    self.heap.hold(self.value(call.func.value), self.arguments(call) - self.heap.plain_code)
        path = dotted_of(call.func)
        if path and path[0] in self.functions.imports and not self.leaves_alone(path[0], target.name):
            self.touch(self.deep(self.arguments(call)), use)
            for argument in call.args:
                if isinstance(argument, ast.Name):
                    self.changed.setdefault(argument.id, use)

    def leaves_alone(self, name: str, path: str) -> bool:
        """Whether what an import names surely leaves its arguments alone, or is told by the tables."""
        package = path.partition(".")[0]
        unknown = package in sys.stdlib_module_names and package not in QUIET_MODULES and path.count(".") > 0
        return self.functions.known(name) and (not unknown or path.rpartition(".")[2].startswith(PURE_EFFECTS))

    def draws(self, node: ast.expr) -> bool:
        """Whether a chain begins with a package's own function, so that what changes is no variable."""
        while isinstance(node, (ast.Attribute, ast.Subscript, ast.Call)):
            if isinstance(node, ast.Attribute) and node.attr in {"plot", "hist", "style"}:
                return True
            node = node.func if isinstance(node, ast.Call) else node.value
        return not isinstance(node, ast.Name) or self.is_library(node.id)

    def library_changes(self, call: ast.Call, target: Target, given: Objects, use: Use) -> None:
        """What a function of a library changes among what it is given."""
        name = target.name
        if self.heap.drawings and given & self.heap.drawings:  # `frame.plot(ax=axes)`
            self.touch(given & self.heap.drawings, use)
        if target.method in TREE_CHANGES and self.has_trees():
            self.change(call.func.value, use)  # type: ignore[attr-defined]  # a method has one
        if not call.args and not self.heap.changers and name not in CHANGING_FUNCTIONS:
            return
        if name in ARGUMENT_MUTATORS or (name.startswith("numpy.") and name.endswith(".at")):
            self.mutated_arguments(call, use)
        if name in CHANGING_FUNCTIONS or target.callee & self.heap.changers or self.hands_on_a_changer(call, given):
            self.touch(self.deep(given), use)
            for argument in call.args:
                self.change(argument, use)
        self.written_to(call, name, use)

    def has_trees(self) -> bool:
        """Whether the notebook imports a package that reads HTML into a tree of live elements."""
        return any(path.split(".", 1)[0] in TREE_PACKAGES for path in self.functions.imports.values())

    def hands_on_a_changer(self, call: ast.Call, given: Objects) -> bool:
        """Whether a call is given a function that changes its arguments: `map(random.shuffle, rows)`."""
        if self.heap.changers and self.heap.reach(given) & self.heap.changers:
            return True
        for argument in call.args:
            if isinstance(argument, ast.Attribute) and (path := dotted_of(argument)):
                changing = self.functions.canonical(path) in ARGUMENT_MUTATORS
                if changing or (path[-1] in MUTATING_METHODS and names_a_type(argument.value)):
                    return True
        return False

    def written_to(self, call: ast.Call, name: str, use: Use) -> None:
        """NumPy writes into an argument that stands where `out` belongs."""
        for argument in self.outs(call, name):
            self.change(argument, use)

    @staticmethod
    def outs(call: ast.Call, name: str) -> list[ast.expr]:
        """Give the argument that stands where `out` belongs, if one does."""
        position = len(call.args)
        if named := [k.value for k in call.keywords if k.arg == "out"]:
            return named
        if name.startswith("numpy."):
            position = OUT_POSITIONS.get(name.rsplit(".", 1)[-1], position)
        elif isinstance(call.func, ast.Attribute):
            position = OUT_POSITIONS.get(call.func.attr, position + 1) - 1
        return call.args[position : position + 1]

    def arguments(self, call: ast.Call) -> Objects:
        """What a call is given, but for what a method is called on."""
        return self.either([*call.args, *(k.value for k in call.keywords)])

    def is_lazy(self) -> bool:
        """Whether the notebook imports a package that runs functions later than they are given."""
        return any(path.split(".", 1)[0] in LAZY_PACKAGES for path in self.functions.imports.values())

    def library_result(self, call: ast.Call, target: Target, given: Objects) -> Objects:  # noqa: PLR0911 - one way out for each kind of call
        """What a call gives that no function of the notebook answers."""
        heap, method = self.heap, target.method
        if call.keywords or target.name.startswith("numpy."):
            written = self.either(self.outs(call, target.name))
            if written:  # which is what the call gives
                return written | self.drawn(target, given)
        in_parts = any(k.arg in _IN_PARTS for k in call.keywords)
        shares = bool(call.keywords) and shares_with_what_it_is_given(call)
        if is_in_no_table(nameless(target.name), method) and not (in_parts or shares):
            return NONE if target.infos else self.drawn(target, given)
        if in_parts or self.gives_stateful(target):
            return self.stateful(call, target, given)
        found = self.function_result(call, target.name, given)
        if found is not None:
            return found
        if shares:
            return self.derived(given | target.receiver) | target.receiver | given
        if method in COPYING_METHODS and target.receiver <= heap.exact:
            return heap.new(heap.contents(target.receiver), exact=True)
        if method == "_replace":  # of a named tuple
            return self.shallow(target.receiver, given)
        if self.gives_a_view(method):
            return self.viewed(target, given)
        if target.infos:
            return NONE
        if method in LOOKING_METHODS:
            made = self.derived(given | target.receiver)
            heap.look(made, target.receiver)
            return made
        at_once = method in EAGER_METHODS and not self.is_lazy()
        chosen = heap.within(given) if method in CHOOSING_METHODS else self.nested(given) if method else NONE
        made = self.derived(target.receiver if at_once else given | target.receiver, chosen)
        return chosen | made if method in CHOOSING_METHODS else made

    def gives_stateful(self, target: Target) -> bool:
        """Whether a call gives what changes whenever it is used."""
        told = target.name in STATEFUL_FUNCTIONS or target.method in STATEFUL_METHODS
        return told or (target.method == "map" and not target.receiver.isdisjoint(self.heap.executors))

    def gives_a_view(self, method: str) -> bool:
        """Whether a method gives a part of what it is called on, or that itself."""
        viewing = method in VIEWING_METHODS or (method in MUTATING_METHODS and method not in FRAME_METHODS)
        return viewing or (method in TREE_VIEWS and self.has_trees())

    def viewed(self, target: Target, given: Objects) -> Objects:
        """What a method gives of the object that it is called on; `items` gives pairs of what that holds."""
        found = target.receiver | self.heap.contents(target.receiver) | given
        pairs = NONE
        if target.method == "items":
            pairs = self.heap.new(self.heap.new(self.heap.parts(target.receiver), exact=True), exact=True)
        if (
            target.method in _ONCE and not target.receiver <= self.heap.exact
        ):  # an iterator, and frames give one for `items`
            stream = self.heap.new(found | pairs, stateful=True)
            self.heap.streams |= stream
            found |= stream
        return found | pairs

    def stateful(self, call: ast.Call, target: Target, given: Objects) -> Objects:
        """What changes whenever it is used; a plain iterator changes itself and no more."""
        heap, used = self.heap, given | target.receiver
        if target.name == "itertools.zip_longest":  # which gives what fills up, not parts of it
            used |= heap.new(self.either(k.value for k in call.keywords), exact=True)
        made = heap.new(used, stateful=True)
        runs = heap.code_in(used) or heap.classes_in(used) or heap.reach(used) & heap.bound
        iterates = target.name in ITERATORS or target.method in ITERATING_METHODS
        if iterates and not runs and not self.hands_on_a_changer(call, given):
            heap.streams |= made
        return made

    def function_result(self, call: ast.Call, name: str, given: Objects) -> Objects | None:  # noqa: PLR0911 - one way out for each table
        """What a function gives that stands in a table, None where it stands in none."""
        heap = self.heap
        if (named := self.named_by_text(call, name)) is not None:
            return named
        if name in SCALAR_FUNCTIONS and not heap.classes_in(given):
            return NONE
        if name in SHALLOW_COPIES:
            return self.shallow(given, self.either(k.value for k in call.keywords))
        if name == "next":
            return heap.within(given) | (given - heap.streams)
        if name in SHARING_FUNCTIONS or (name == "numpy.array" and any(_is_object(k) for k in call.keywords)):
            made = heap.new(given)
            heap.frames |= made if name.startswith("pandas.") else NONE
            return made | heap.within(given) - heap.plain_code | (given - heap.plain_code)
        if name in ARRAY_HOLDERS:
            return heap.new(heap.reach(given) - heap.exact)
        if name == "copy.deepcopy":
            made = self.derived(given)
            for one in heap.reach(given) & heap.ancestors.keys():
                heap.inherit(made, frozenset(heap.ancestors[one]))
            if heap.frames.isdisjoint(heap.made_of.get(min(made), NONE)):
                heap.made_of.pop(min(made), None)  # of a frame it copies no cell
            return made
        if name in _MARKED:
            made = heap.new(given)
            marked = heap.defaulting if name in DEFAULTING_FUNCTIONS else heap.getters
            (heap.changers if name in METHOD_CALLERS else marked).update(made)
            return made
        if name.startswith("functools.") and name[10:] in REMEMBERING:
            code = heap.code_in(given)
            made = heap.new(stateful=not all(self.functions.is_settled(info) for info in code))
            heap.carry(made, code, frozenset())
            return made
        return self.library_instance(name, given) if name and self.is_class_like(call, name) else None

    def library_instance(self, name: str, given: Objects) -> Objects:
        """An instance of a library's class holds what it was made of."""
        made = self.heap.new(given)
        if name.endswith("Executor"):
            self.heap.executors |= made
        return made

    def named_by_text(self, call: ast.Call, name: str) -> Objects | None:
        """What `getattr(random, "shuffle")` and `__import__("heapq")` give, None where a call is neither."""
        words = [a.value for a in call.args[:2] if isinstance(a, ast.Constant) and isinstance(a.value, str)]
        if not words:
            return None
        if name in LOADERS:
            made = self.heap.new()
            self.heap.modules.update(dict.fromkeys(made, words[0]))
            return made
        path = dotted_of(call.args[0]) if name == "getattr" else None
        return (self.tool((*path, words[0])) or None) if path and self.is_library(path[0]) else None

    def shallow(self, copied: Objects, named: Objects) -> Objects:
        """A copy that shares what it holds, and what its class holds, with what was copied."""
        heap = self.heap
        made = heap.new(heap.within(copied) | named, exact=True)
        heap.carry(made, heap.code_in(copied), heap.classes_in(copied))
        for one in copied & heap.ancestors.keys():
            heap.inherit(made, frozenset(heap.ancestors[one]))
        return made

    def drawn(self, target: Target, given: Objects) -> Objects:
        """What a call gives that stands in no table; what is drawn is known as such, and so are its parts."""
        made = self.derived(given | target.receiver, self.nested(given) if target.method else NONE)
        if target.name.startswith("pandas."):
            self.heap.frames |= made
        if target.name.partition(".")[0] in PLOTTING_MODULES or target.method in DRAWING_METHODS:
            self.heap.drawings |= made
        return made | target.receiver if target.receiver & self.heap.drawings else made

    def nested(self, given: Objects) -> Objects:
        """The lists and tables inside of those that a method is given: a frame may hold them in its cells."""
        exact = self.heap.exact
        return NONE if given.isdisjoint(exact) else self.heap.within(given & exact) & exact

    def is_class_like(self, call: ast.Call, name: str) -> bool:
        """Whether an imported name looks like a class, whose instances hold what they are made of."""
        path = dotted_of(call.func)
        last = name.rsplit(".", 1)[-1]
        imported = bool(path) and path[0] in self.functions.imports  # type: ignore[index]  # it is not empty
        return imported and last[:1].isupper() and not name.startswith(IMPLICIT_LIBRARY_CODE)


@lru_cache(maxsize=4096)
def is_in_no_table(name: str, method: str) -> bool:
    """Whether no table says what a call gives, by its path or its method: most calls of most notebooks.

    >>> [is_in_no_table(*call) for call in ((".rents.filter", "filter"), ("list", ""), ("pathlib.Path", "Path"))]
    [True, False, False]
    """
    return not (
        name in _TOLD_FUNCTIONS
        or method in _TOLD_METHODS
        or name.startswith("functools.")
        or name.rpartition(".")[2][:1].isupper()
    )


def _is_object(keyword: ast.keyword) -> bool:
    """Whether an argument says `dtype=object`, so that an array holds the objects themselves."""
    return keyword.arg == "dtype" and isinstance(keyword.value, ast.Name) and keyword.value.id == "object"
