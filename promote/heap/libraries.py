"""Which objects calls of libraries give, by the tables of `effects`."""

from __future__ import annotations

import ast
from functools import lru_cache

from promote.heap.celled import cells_in
from promote.heap.cells import AGGREGATING, CELL_METHOD, ITEM_METHODS, aggregated_by, widens
from promote.heap.foreign import gives_parts, shares_unseen
from promote.heap.heap import NONE, Objects
from promote.heap.library_changes import TOLD_METHODS, LibraryChanges, Target
from promote.language.effects import (
    ARRAY_HOLDERS,
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
    OPERATIONS,
    PART_GETTERS,
    PLAIN_BASES,
    REMEMBERING,
    SCALAR_FUNCTIONS,
    SHALLOW_COPIES,
    SHARING_FUNCTIONS,
    STATEFUL_CLASSES,
    STATEFUL_FUNCTIONS,
    STATEFUL_METHODS,
    TELLING_METHODS,
    TREE_VIEWS,
    VIEWING_METHODS,
)
from promote.language.functions import nameless
from promote.language.showing import DRAWING_METHODS, is_drawing
from promote.language.states import RELATION_ENDS, RELATION_GIVERS
from promote.language.syntax import dotted_of, shares_with_what_it_is_given

LOADERS = frozenset(("importlib.import_module", "__import__"))
_BY_THEMSELVES = frozenset("next type numpy.array copy.deepcopy eval locals polars.concat".split())  # noqa: SIM905 - as `effects` writes its tables
_TOLD_FUNCTIONS = _BY_THEMSELVES.union(
    LOADERS,
    OPERATIONS,
    STATEFUL_FUNCTIONS, SCALAR_FUNCTIONS, SHALLOW_COPIES, SHARING_FUNCTIONS, ARRAY_HOLDERS, DEFAULTING_FUNCTIONS,
    PART_GETTERS, METHOD_CALLERS,
)  # fmt: skip
_EXCEPTIONS = ("Error", "Exception", "ExceptionGroup", "Exit", "Interrupt", "StopIteration", "Warning")
_MASKED = "numpy.ma."  # most of its functions give what shares memory with what they are given
_IN_PARTS = frozenset(("chunksize", "iterator"))  # arguments with which pandas gives what it reads in parts
_ONCE = frozenset(("items", "iter", "iterfind"))  # what these give is gone through once
_ITEMS = frozenset("get pop popleft setdefault ravel reshape __getitem__ __next__".split())  # noqa: SIM905 - as `effects` writes its tables
_TUPLES = frozenset(("itertuples", "iter_rows"))  # what these give is no row that could be changed
_COPYING_INSTANCES = frozenset(("copy", "model_copy"))  # where the class itself has none
_WRAPPERS = frozenset(("collections.UserDict", "collections.UserList"))
_MARKED = DEFAULTING_FUNCTIONS | PART_GETTERS | METHOD_CALLERS


class Libraries(LibraryChanges):
    """Values that know what calls of libraries change and give."""

    def is_lazy(self) -> bool:
        """Whether the notebook imports a package that runs functions later than they are given."""
        return any(path.split(".", 1)[0] in LAZY_PACKAGES for path in self.functions.imports.values())

    def library_result(self, call: ast.Call, target: Target, given: Objects) -> Objects:  # noqa: PLR0911 - one way out for each kind of call
        """What a call gives that no function of the notebook answers."""
        heap, method = self.heap, target.method
        if call.keywords or target.name.startswith("numpy."):
            written = self.either(self.outs(call, target.name))
            if written:  # which is what the call gives
                return written | self.drawn(call, target, given)
        in_parts = bool(call.keywords) and any(k.arg in _IN_PARTS for k in call.keywords)
        shares = bool(call.keywords) and shares_with_what_it_is_given(call)
        of_memory = bool(heap.buffers) and method == "cast" and not target.receiver.isdisjoint(heap.buffers)
        if is_in_no_table(nameless(target.name), method) and not (in_parts or shares or of_memory):
            return NONE if target.own else self.drawn(call, target, given) | self.shared_unseen(target, given)
        if in_parts or self.gives_stateful(target):
            return self.stateful(call, target, given)
        found = self.function_result(call, target.name, given)
        if found is not None:
            return found
        if shares:
            return self.derived(given | target.receiver) | target.receiver | given
        if (copied := self.copied(target, given)) is not None:
            return copied
        if of_memory or self.gives_a_view(method):
            return self.viewed(target, given)
        if target.own:
            return NONE
        if method in LOOKING_METHODS:
            made = self.derived(given | target.receiver, wide=True)
            heap.look(made, target.receiver)
            return made
        at_once = method in EAGER_METHODS and not self.is_lazy()
        chosen = heap.within(given) if method in CHOOSING_METHODS else self.nested(given, method) if method else NONE
        made = self.derived(target.receiver if at_once else given | target.receiver, chosen, wide=widens(call, method))
        return chosen | made if method in CHOOSING_METHODS else made

    def copied(self, target: Target, given: Objects) -> Objects | None:
        """A copy that a method gives which shares what it holds, None where it gives something else."""
        heap, method = self.heap, target.method
        if method == "_make":  # of a named tuple's class
            return self.shallow(given, NONE)
        if method in TELLING_METHODS:
            return heap.new(heap.reach(target.receiver | given))
        if method == "fromkeys":  # all keys have the one value
            return heap.new(heap.within(given) | given, exact=True)
        if method in COPYING_METHODS and target.receiver <= heap.exact:
            return heap.new(heap.contents(target.receiver), exact=True)
        if method == "_replace" or (method in _COPYING_INSTANCES and target.receiver & heap.classes.keys()):
            return self.shallow(target.receiver, given)
        return None

    def shared_unseen(self, target: Target, given: Objects) -> Objects:
        """What a call that no table tells of may give of what it is given, or of a library's object it is called on."""
        heap = self.heap
        asked = target.receiver & heap.foreign if gives_parts(target.method) else NONE
        if heap.classes and gives_parts(target.method) and not target.infos:
            asked |= {one for one in target.receiver & heap.classes.keys() if self.inherits(one)}
        used = asked | given if asked or shares_unseen(target.name) else NONE
        if not used:
            return NONE
        used -= heap.plain_code
        made = heap.new(heap.reach(used))
        heap.foreign |= made if asked else NONE
        return made | used | heap.contents(used)

    def inherits(self, one: int) -> bool:
        """Whether the class of an instance stands on one of a library whose methods no table tells."""
        bases = {base for cls in self.heap.classes[one] for base in cls.bases}
        return not bases <= self.functions.classes.keys() | PLAIN_BASES

    def relation(self, call: ast.Call, target: Target, given: Objects) -> Objects:
        """What a call gives that is a relation of DuckDB, which looks into its connection whenever it is asked."""
        if target.infos:
            return NONE
        if target.name.startswith("duckdb.") and target.method in RELATION_GIVERS:
            made = self.derived(given)
            self.heap.relations |= made
            self.heap.of_default |= made
            return made
        if not isinstance(call.func, ast.Attribute) or not target.receiver or not self.gives_a_relation(call, target):
            return NONE
        made = self.derived(given | target.receiver)
        self.heap.look(made, target.receiver)
        self.heap.relations |= made
        if not target.receiver.isdisjoint(self.heap.of_default):
            self.heap.of_default |= made
        return made

    def gives_a_relation(self, call: ast.Call, target: Target) -> bool:
        """Whether a method gives a relation: one of a connection, or of a relation."""
        if not target.receiver.isdisjoint(self.heap.relations):
            return target.method not in RELATION_ENDS
        asked = "duckdb" in self.functions.imports.values() and target.method in RELATION_GIVERS and bool(call.args)
        return asked and (target.method != "query" or "select" in ast.unparse(call.args[0]).lower())

    def gives_stateful(self, target: Target) -> bool:
        """Whether a call gives what changes whenever it is used."""
        told = target.name in STATEFUL_FUNCTIONS or target.method in STATEFUL_METHODS
        told = told or (target.name.startswith(STATEFUL_CLASSES) and target.name.rpartition(".")[2][:1].isupper())
        return told or (target.method == "map" and not target.receiver.isdisjoint(self.heap.executors))

    def gives_a_view(self, method: str) -> bool:
        """Whether a method gives a part of what it is called on, or that itself."""
        viewing = method in VIEWING_METHODS or (method in MUTATING_METHODS and method not in FRAME_METHODS)
        column = method == "append" and self.imports("polars")  # which gives itself, longer
        return viewing or column or (method in TREE_VIEWS and self.has_trees())

    def imports(self, package: str) -> bool:
        """Whether the notebook imports a package, or something of it."""
        return any(path.split(".", 1)[0] == package for path in self.functions.imports.values())

    def viewed(self, target: Target, given: Objects) -> Objects:
        """What a method gives of the object that it is called on; `items` gives pairs of what that holds."""
        found = target.receiver | self.heap.contents(target.receiver) | given
        found |= self.heap.items(target.receiver) if target.method in _ITEMS else NONE
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
        used |= heap.items(used) if target.name in ITERATORS or target.method in ITERATING_METHODS else NONE
        used |= heap.items(used) if target.method in _TUPLES else NONE
        if target.name == "itertools.zip_longest":  # which gives what fills up, not parts of it
            used |= heap.new(self.either(k.value for k in call.keywords), exact=True)
        made = heap.new(heap.reach(used), stateful=True)
        if used and target.name in ITERATORS:  # some give pairs, or iterators, of what they go through
            heap.hold(made, heap.new(heap.reach(used)))
        runs = heap.code_in(used) or heap.classes_in(used) or heap.reach(used) & heap.bound
        iterates = target.name in ITERATORS or target.method in ITERATING_METHODS
        if iterates and not runs and not self.hands_on_a_changer(call, given):
            heap.streams |= made
        return made

    def own_result(self, call: ast.Call, name: str, given: Objects) -> Objects | None:
        """What a function gives whose table is itself, None where it is none of these."""
        heap = self.heap
        if name in OPERATIONS:
            return self.derived(given, heap.contents(given))
        if name == "locals":
            return heap.new(NONE.union(*self.own.values()))
        if name == "type" and len(call.args) == 1:
            return self.class_of(given)
        if name == "next":
            return heap.within(given) | (given - heap.streams)
        if name == "polars.concat" and not (call.args and len(getattr(call.args[0], "elts", ())) > 1):
            return self.derived(given) | heap.within(given)  # of one frame, that frame
        return self.named_by_text(call, name)

    def function_result(self, call: ast.Call, name: str, given: Objects) -> Objects | None:  # noqa: PLR0911 - one way out for each table
        """What a function gives that stands in a table, None where it stands in none."""
        heap = self.heap
        if (found := self.own_result(call, name, given)) is not None:
            return found
        if name in SCALAR_FUNCTIONS and not heap.classes_in(given):
            return NONE
        if name in SHALLOW_COPIES:
            return self.shallow(given, self.either(k.value for k in call.keywords))
        if (
            name in SHARING_FUNCTIONS
            or name.startswith(_MASKED)
            or (name == "type" and len(call.args) > 1)  # a class that is made of a table
            or (name == "numpy.array" and any(_is_object(k) for k in call.keywords))
        ):
            made = heap.new(heap.reach(given))
            heap.frames |= made if name.startswith(("pandas.", "polars.")) else NONE
            heap.boxes |= made
            heap.flat |= made if name == "pandas.Series" else NONE
            heap.buffers |= made if name == "memoryview" else NONE
            heap.wrappers |= made if name in _WRAPPERS else NONE
            heap.fill(made, cells_in(self, call, name, given) if name.startswith(("pandas.", "numpy.")) else NONE)
            within = heap.reach(heap.contents(given)) if name.startswith("pandas.") else heap.within(given)
            return made | (within | given) - heap.plain_code
        if name in ARRAY_HOLDERS:
            boxes = any(map(_is_object, call.keywords))  # a column of Python's own objects
            held = heap.reach(given) - (NONE if boxes else heap.exact)
            made = heap.new(held)
            heap.memory |= made if held else NONE
            heap.frames |= made if name.startswith("polars.") else NONE
            heap.fill(made, cells_in(self, call, name, given) if boxes else heap.cells_of(heap.reach(given)))
            return made | (heap.within(given) if boxes else NONE)
        if name == "copy.deepcopy":
            return self.deep_copy(given)
        if name in _MARKED:
            made = heap.new(heap.reach(given))
            marked = heap.defaulting if name in DEFAULTING_FUNCTIONS else heap.getters
            marked.update(made)
            heap.changers |= made if name in METHOD_CALLERS else NONE
            return made
        if name.startswith("functools.") and name[10:] in REMEMBERING:
            code = heap.code_in(given)
            made = heap.new(stateful=not all(self.functions.is_settled(info) for info in code))
            heap.carry(made, code, frozenset())
            return made
        return self.library_instance(name, given) if name and self.is_class_like(call, name) else None

    def deep_copy(self, given: Objects) -> Objects:
        """A deep copy, which shares the cells where it is one of a frame."""
        heap = self.heap
        made = self.derived(given)
        for one in heap.reach(given) & heap.ancestors.keys():
            heap.inherit(made, frozenset(heap.ancestors[one]))
        first = heap.made_of.get(min(made), NONE)
        if heap.frames.isdisjoint(heap.reach(first)):
            heap.made_of.pop(min(made), None)  # of a frame it copies no cell
            if self.inside is not None:
                heap.deep_copies.update(dict.fromkeys(made, first))
        return made

    def library_instance(self, name: str, given: Objects) -> Objects:
        """An instance of a library's class holds what it was made of."""
        made = self.heap.new(self.heap.reach(given))
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
        if name == "eval":
            return self.evaluated(words[0])
        path = dotted_of(call.args[0]) if name == "getattr" else None
        return (self.tool((*path, words[0])) or None) if path and self.is_library(path[0]) else None

    def evaluated(self, text: str) -> Objects | None:
        """What the names in the text of an expression stand for, and what is within: it may give any of it."""
        try:
            names = [part.id for part in ast.walk(ast.parse(text.strip(), mode="eval")) if isinstance(part, ast.Name)]
        except (SyntaxError, ValueError):
            return None
        found = NONE.union(*(self.of(name) if self.is_local(name) else self.outside_of(name) for name in names))
        return found | self.heap.within(found)

    def shallow(self, copied: Objects, named: Objects) -> Objects:
        """A copy that shares what it holds, and what its class holds, with what was copied."""
        heap = self.heap
        made = heap.new(heap.within(copied) | named, exact=True)
        heap.carry(made, heap.code_in(copied), heap.classes_in(copied))
        for one in copied & heap.ancestors.keys():
            heap.inherit(made, frozenset(heap.ancestors[one]))
        return made

    def drawn(self, call: ast.Call, target: Target, given: Objects) -> Objects:
        """What a call gives that stands in no table; what is drawn is known as such, and so are its parts."""
        method = target.method
        nested = self.nested(given, method) if method else NONE
        made = self.derived(given | target.receiver, nested, wide=widens(call, method))
        if (method in AGGREGATING and aggregated_by(call) in ITEM_METHODS) or method in ITEM_METHODS:
            made |= self.heap.items(made)
            made |= self.heap.items(made) if method == CELL_METHOD else NONE
        if not target.receiver.isdisjoint(self.heap.stylers):
            made |= target.receiver
        if target.name.startswith(("pandas.", "polars.")):
            self.heap.frames |= made
        if is_drawing(target.name) or target.method in DRAWING_METHODS:
            self.heap.drawings |= made
        return made | target.receiver if target.receiver & self.heap.drawings else made

    def nested(self, given: Objects, method: str) -> Objects:
        """The lists and tables inside of those that a method is given: a frame may hold them in its cells."""
        exact = self.heap.exact
        if self.inside is not None and method == "map":  # `rents.map(table)`, where a parameter is any table
            return self.heap.within(given)
        if self.inside is not None and method == "apply":  # `names.apply(table.get)`
            return self.heap.within(frozenset([one for one in given if one not in self.heap.code]))
        if self.inside is not None and method == "assign":  # `rents.assign(tags=[tags])`
            return self.heap.within(given & exact)
        return NONE if given.isdisjoint(exact) else self.heap.within(given & exact) & exact

    def is_class_like(self, call: ast.Call, name: str) -> bool:
        """Whether an imported name looks like a class, whose instances hold what they are made of."""
        path = dotted_of(call.func)
        last = name.rsplit(".", 1)[-1]
        if len(path or ()) == 1 and name.endswith(_EXCEPTIONS):
            return True
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
        or method in TOLD_METHODS
        or name.startswith(("functools.", _MASKED))
        or name.rpartition(".")[2][:1].isupper()
    )


def _is_object(keyword: ast.keyword) -> bool:
    """Whether an argument says `dtype=object` or `dtype=pl.Object`, so that an array holds the objects themselves."""
    named = getattr(keyword.value, "id", getattr(keyword.value, "attr", ""))
    return keyword.arg == "dtype" and named in {"object", "Object"}
