"""What calls of libraries change among the objects that they are given, by the tables of `effects`."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterable

from platform_core.hints import TYPE_CHECKING
from platform_core.values import dataclass
from promote.heap.celled import changed_if_celled
from promote.heap.cells import stored_in_cell
from promote.heap.heap import NONE, Objects
from promote.heap.objects import Values
from promote.heap.state import CONNECTION
from promote.heap.state_paths import is_state_of
from promote.language.effects import (
    ARGUMENT_MUTATORS,
    CHANGING_FUNCTIONS,
    CHOOSING_METHODS,
    COPYING_METHODS,
    EAGER_METHODS,
    LOOKING_METHODS,
    MUTATING_METHODS,
    OUT_METHODS,
    OUT_POSITIONS,
    QUIET_MODULES,
    STATEFUL_METHODS,
    TELLING_METHODS,
    TREE_CHANGES,
    TREE_PACKAGES,
    TREE_VIEWS,
    VIEWING_METHODS,
)
from promote.language.functions import Functions
from promote.language.showing import DISPLAY_METHODS, PLOTTING_MODULES, PURE_EFFECTS, WRITING_METHODS
from promote.language.statements import calls_a_parameter
from promote.language.states import PUT_AWAY
from promote.language.syntax import class_asked_of, dotted_of, names_a_type, parts_of, root_of
from promote.language.uses import FunctionInfo, Use

if TYPE_CHECKING:
    from promote.language.connections import SqlTexts

TOLD_METHODS = (
    STATEFUL_METHODS | COPYING_METHODS | VIEWING_METHODS | MUTATING_METHODS | EAGER_METHODS | CHOOSING_METHODS
    | LOOKING_METHODS | TREE_VIEWS | TELLING_METHODS
)  # fmt: skip
_SETTERS = frozenset(("__set__", "fset", "__delete__", "fdel"))  # of a property or a slot, which are given whose
_DELEGATING = frozenset(("__getattr__", "__getattribute__", "__call__"))


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
    mixed: bool = False  # it may be a library's as well, whose object has a method of that name

    @property
    def own(self) -> bool:
        """Whether functions of the notebook answer the call, and no library may."""
        return bool(self.infos) and not self.mixed


class LibraryChanges(Values):
    """Values that know what calls of libraries change."""

    def __init__(self, functions: Functions, inside: FunctionInfo | None = None) -> None:
        super().__init__(functions, inside)
        self.calls: dict[int, tuple[Target, Objects]] = {}  # of the statement at hand, by the identity of the call

    def touch(self, objects: Iterable[int], use: Use) -> None:
        """Let objects change, and so every name through which they can be reached."""
        found = frozenset(objects)
        if self.heap.relations and not found.isdisjoint(self.heap.relations):
            found |= self.wrote(found & self.heap.relations, use)
        if found:
            self.touched |= found
            marked = self.heap.holders(found)
            for name, own in self.own.items():
                if own and not own.isdisjoint(marked):
                    self.changed.setdefault(name, use)
            for name in self.functions.imports.keys() - self.own.keys() if self.packages else ():
                if self.of(name) & marked:
                    self.changed.setdefault(name, use)

    def wrote(self, relations: Objects, use: Use) -> Objects:
        """Give the connections into which relations write, and take it where one is DuckDB's default connection."""
        if not relations.isdisjoint(self.heap.of_default):
            self.changed.setdefault(CONNECTION, use)
        return self.heap.written_by(relations)

    def relation_writes(self, call: ast.Call, target: Target, told: SqlTexts, use: Use) -> None:
        """Take that a method of a relation writes into its connection, or that of a connection, given what writes."""
        from promote.language.connections import RELATION_WRITERS, writes_by  # noqa: PLC0415 - few notebooks use DuckDB

        if target.method in RELATION_WRITERS:
            self.touch(target.receiver & self.heap.relations, use)
        if target.method in {"sql", "query"} and writes_by(call, target.method, told):
            self.touch(target.receiver, use)

    def change(self, node: ast.expr, use: Use) -> None:
        """Let what an expression gives change; a name without known objects changes all the same."""
        root = root_of(node)
        if root is not None:
            if self.is_library(root[0]):  # what changes there is hidden state: see `state`
                self.touch(self.value(node), use)  # `np.reshape(rents, 3)[0] = 1`
                return
            if not self.is_constant(root[0]):
                self.changed.setdefault(root[0], use)
        self.touch(self.delegated(self.value(node)), use)
        if self.inside is not None and self.heap.made_of:
            changed_if_celled(self, node)
        if self.functions.classes:
            self.change_class(node, root[0] if root is not None else "", use)

    def change_class(self, node: ast.expr, root: str, use: Use) -> None:
        """Let a class change that an expression reaches through an instance, or through a method's own `cls`."""
        of = class_asked_of(node)
        first = self.inside.parameters[:1] if self.inside is not None else ()
        names: list[str] = []
        if of is not None:
            self.touch(self.heap.with_ancestors(self.value(of)) & self.heap.types, use)
            if self.inside is not None:
                own = isinstance(of, ast.Name) and (of.id,) == first
                names = self.functions.family(self.inside) if own else sorted(self.functions.classes)
        elif root and (root,) == first and self.functions.has_a_class_first(self.inside):  # type: ignore[arg-type]  # it has a first parameter
            names = self.functions.family(self.inside)  # type: ignore[arg-type]  # as above
        for name in names:
            self.changed.setdefault(name, use)
            self.touch(self.of(name), use)

    def delegated(self, objects: Objects) -> Objects:
        """Give objects, and where their class has a `__getattr__` what they hold: their methods may be that one's."""
        if not self.heap.classes:
            return objects
        wrappers = frozenset(
            one
            for one in objects & self.heap.classes.keys()
            if "__dict__" in self.functions.attributes  # which may be a table that others have too
            or any(not _DELEGATING.isdisjoint(cls.methods) for cls in self.heap.classes[one])
        )
        return objects | (self.heap.within(wrappers) if wrappers else NONE)

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
            if isinstance(call.func, ast.Name) and call.func.id == "setattr":
                self.put_away(call.args[0], self.either(call.args[1:]), use)
            self.change(call.args[0], use)
            held = self.either(call.args[1:])
            self.heap.hold(self.value(call.args[0]), held | self.heap.contents(held))
            stored_in_cell(self, call.args[0], use)
        else:
            for keyword in call.keywords:  # `random.shuffle(x=rows)`
                self.change(keyword.value, use)

    def put_away(self, place: ast.expr, held: Objects, use: Use) -> None:
        """Take that a package is given an object of the notebook: through its class, or in code, anyone has it."""
        root = root_of(place)
        if root is None or self.inside is not None or not self.is_library(root[0]):
            return
        mine = self.heap.reach(held) - self.heap.plain_code - self.heap.types
        named = mine and any(not self.heap.reach(own).isdisjoint(mine) for own in self.own.values())
        if not named or is_state_of(self.functions.canonical(dotted_of(place) or (root[0],))):
            return
        if self.has_code or (isinstance(place, ast.Attribute) and names_a_type(place.value)):
            self.changed.setdefault(PUT_AWAY, use)
        package = self.packages.setdefault(self.functions.imports[root[0]].split(".")[0], self.heap.new())
        self.heap.hold(package, held)

    def for_its_effect(self, call: ast.Call, target: Target, use: Use) -> None:
        """A call whose value nobody takes was made for an effect: where no table tells it, it is taken to be there."""
        if isinstance(call.func, ast.Attribute):
            method = call.func.attr
            shown = method in DISPLAY_METHODS or method.startswith(PURE_EFFECTS)
            drawings = frozenset() if method.startswith(WRITING_METHODS) else self.heap.drawings
            drawn = bool(drawings) and bool(self.value(call.func.value) & drawings)
            if drawn or not (shown or self.draws(call.func)):
                self.change(call.func.value, use)
                if not drawn and method not in TOLD_METHODS:  # it may have been given what it keeps
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
        """Whether a chain begins with a drawing package's own function, so that what changes is no variable."""
        while isinstance(node, (ast.Attribute, ast.Subscript, ast.Call)):
            if isinstance(node, ast.Attribute) and node.attr in {"plot", "hist", "style"}:
                return True
            node = node.func if isinstance(node, ast.Call) else node.value
        drawing = isinstance(node, ast.Name) and self.is_library(node.id)
        return drawing and self.functions.imports[node.id].split(".", 1)[0] in PLOTTING_MODULES  # type: ignore[attr-defined]  # a Name

    def library_changes(self, call: ast.Call, target: Target, given: Objects, use: Use) -> None:
        """What a function of a library changes among what it is given."""
        name = target.name
        if self.heap.drawings and given & self.heap.drawings:  # `frame.plot(ax=axes)`
            self.touch(given & self.heap.drawings, use)
        column = target.method == "scatter" and len(call.args) > 1 and self.is_of_a_column(call.func)
        if column or (target.method in TREE_CHANGES and self.has_trees()):
            self.change(call.func.value, use)  # type: ignore[attr-defined]  # a method has one
        if self.heap.writers and len(call.args) > 1:
            for argument in self.written_by_values(call, target):
                self.change(argument, use)
        if not call.args and not call.keywords and not self.heap.changers and name not in CHANGING_FUNCTIONS:
            return
        copies = len(call.args) < 2 or getattr(call.args[1], "value", None) is True
        if name == "numpy.nan_to_num" and not copies:  # `copy` has no name there
            self.change(call.args[0], use)
        if target.method in _SETTERS and call.args:
            self.mutated_arguments(call, use)
        if name in ARGUMENT_MUTATORS or (name.startswith("numpy.") and name.endswith(".at")):
            self.mutated_arguments(call, use)
        if name in CHANGING_FUNCTIONS or target.callee & self.heap.changers or self.hands_on_a_changer(call, given):
            self.touch(self.deep(given), use)
            for argument in call.args:
                self.change(argument, use)
        if call.keywords or target.method in OUT_METHODS or name.startswith("numpy."):
            self.written_to(call, name, use)

    def is_of_a_column(self, node: ast.expr) -> bool:
        """Whether a method may be one of Polars's columns, and is none that draws."""
        polars = any(path.split(".", 1)[0] == "polars" for path in self.functions.imports.values())
        return polars and not self.draws(node)

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
        for keyword in call.keywords if name.startswith("numpy.") else ():
            if keyword.arg is None:  # `out` may stand there
                self.touch(self.heap.contents(self.value(keyword.value)), use)

    def written_by_values(self, call: ast.Call, target: Target) -> list[ast.expr]:
        """Give the arguments into which a function of NumPy writes that a call finds in a variable, or is handed."""
        writers = self.heap.writers
        called = target.callee & writers.keys()
        if called:
            whole = target.callee == called  # else something around it, such as a partial, gives some arguments
            return call.args[min(writers[one] for one in called) if whole else 1 :]
        handed = bool(target.infos) and not self.either(call.args).isdisjoint(writers.keys())
        return call.args if handed and any(calls_a_parameter(info.node, 3) for info, _ in target.infos) else []

    @staticmethod
    def outs(call: ast.Call, name: str) -> list[ast.expr]:
        """Give the argument that stands where `out` belongs, if one does."""
        position = len(call.args)
        if named := [k.value for k in call.keywords if k.arg == "out"]:
            return [part for one in named for part in parts_of(one)]
        if name.startswith("numpy."):
            position = OUT_POSITIONS.get(name.rsplit(".", 1)[-1], position)
        elif isinstance(call.func, ast.Attribute) and call.func.attr in OUT_METHODS:
            position = OUT_POSITIONS[call.func.attr] - 1
        return call.args[position : position + 2]  # some functions write two results

    def arguments(self, call: ast.Call) -> Objects:
        """What a call is given, but for what a method is called on."""
        given = self.either(call.args)
        return given | self.either([k.value for k in call.keywords]) if call.keywords else given
