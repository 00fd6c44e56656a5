"""Lists and other objects in the cells of frames, which copies of a frame share: `copied["tags"].iloc[0].append("x")`.

A frame that is made of another holds the same objects in its cells, whichever of pandas' methods made it, so a change
of one reached through a cell is a change of every frame of the family.
"""

from __future__ import annotations

import ast
import sys

from platform_core.hints import TYPE_CHECKING
from promote.heap.heap import NONE, Objects
from promote.language.effects import EAGER_METHODS
from promote.language.uses import Use

if TYPE_CHECKING:
    from promote.heap.applied import Applied
    from promote.heap.calls import Calls
    from promote.heap.library_changes import LibraryChanges, Target

# Methods that change lists, tables and sets, and that no frame has
_OF_CONTAINERS = frozenset(
    "append extend remove clear reverse discard setdefault add appendleft pop insert sort".split()  # noqa: SIM905 - as `effects` writes its tables
)
_LOWER = frozenset(("array", "deque", "defaultdict"))  # classes all the same
# Methods that give an item of what they are called on, or a column of all of them; and one that gives a cell
ITEM_METHODS = frozenset("item row get_column to_series take squeeze xs max min flatten stack".split())  # noqa: SIM905 - as above
CELL_METHOD = "item"
AGGREGATING = frozenset(("agg", "aggregate"))
# Methods that make a frame of a column, or what is neither
_WIDENING = frozenset("to_frame reset_index unstack agg aggregate apply describe split extract".split())  # noqa: SIM905 - as above


def is_unframed(path: str) -> bool:
    """Whether a call gives what is no frame, by its path: an instance of Python's own classes, an array of NumPy's.

    >>> [is_unframed(path) for path in ("bytearray", "numpy.zeros", "array.array", "pandas.Series", "next", ".x.copy")]
    [True, True, True, False, False, False]
    """
    package, last = path.split(".", 1)[0], path.rpartition(".")[2]
    its_own = package in sys.stdlib_module_names and (last[:1].isupper() or last in _LOWER)
    return path == "bytearray" or package == "numpy" or its_own


def aggregated_by(call: ast.Call) -> object:
    """Give the name of the method that `agg("max")` calls, None where it is another."""
    return call.args[0].value if len(call.args) == 1 and isinstance(call.args[0], ast.Constant) else None


def widens(call: ast.Call, method: str) -> bool:
    """Whether what a method makes of a column is none: `reset_index()` gives a frame, unless it drops the index."""
    if method in AGGREGATING and aggregated_by(call) in ITEM_METHODS:
        return False
    return method in _WIDENING and not (call.keywords and any(k.arg == "drop" for k in call.keywords))


def stored_in_cell(run: LibraryChanges, node: ast.expr, use: Use) -> None:
    """Take that what an expression gives was changed: it may be in a cell."""
    if run.heap.cells and (hit := run.value(node) & run.heap.cells):
        touch_family(run, hit, use, whole=True)


def called_in_cell(run: Calls, call: ast.Call, target: Target, given: Objects, use: Use) -> None:
    """Take a call that may change what stands in cells: a method of a list there, or a function for each of them."""
    heap, method = run.heap, target.method
    eager = method in EAGER_METHODS
    if not heap.boxes or not (eager or method in _OF_CONTAINERS):
        return
    if method in _OF_CONTAINERS:
        on: ast.expr = call.func.value  # type: ignore[attr-defined]  # a method has one
        on = on.value if isinstance(on, ast.Attribute) else on  # `model.layers.append(x)` is no change of a cell
        if hit := run.value(on) & heap.levels.keys():
            touch_family(run, hit, use, whole=not hit.isdisjoint(heap.cells))
    if eager and target.receiver and (code := run.heap.code_in(given) or run.hands_on_a_changer(call, given)):
        summaries = [run.summary(info) for info in code] if isinstance(code, frozenset) else []
        changes = not summaries or any(one.mutates for one in summaries)
        if any(one.cells or one.deeply for one in summaries) or (changes and heap.is_column(target.receiver)):
            touch_family(run, target.receiver, use, whole=True)


def changed_in_cell(run: Applied, objects: Objects, use: Use, *, deep: bool) -> None:
    """Take that a function changes what it is given, or with `deep` what is in there: either may be in a cell."""
    heap = run.heap
    if heap.boxes and (hit := (objects | heap.items(objects) if deep else objects) & heap.cells):
        touch_family(run, hit, use, whole=True)


def touch_family(run: LibraryChanges, objects: Objects, use: Use, *, whole: bool) -> None:
    """Touch what frames were made of, and with `whole` what else was made of that."""
    made_of, copies = run.heap.made_of, run.heap.deep_copies
    if copies:  # of a frame they share the cells: whoever calls the function knows whether it is one
        run.copied_cells |= NONE.union(*(copies.get(one, ()) for one in objects))
    roots = NONE.union(*(made_of.get(one, {one} if whole else ()) for one in objects - run.heap.exact))
    family = roots | {one for one, mine in made_of.items() if whole and not roots.isdisjoint(mine)}
    found = run.deep(frozenset(family))
    run.families.append(found | objects)
    run.touch(found, use)
