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
    from promote.heap.calls import Calls
    from promote.heap.library_changes import LibraryChanges, Target

# Methods that change lists, tables and sets, and that no frame has
_OF_CONTAINERS = frozenset(
    "append extend remove clear reverse discard setdefault add appendleft pop insert sort".split()  # noqa: SIM905 - as `effects` writes its tables
)
_LOWER = frozenset(("array", "deque", "defaultdict"))  # classes all the same
_BY_LABEL = frozenset(("loc", "iloc", "at", "iat"))
_CELL = 2  # a column and a row
_GIVING = {"item": _CELL, "row": 1, "take": 1, "squeeze": 1, "xs": 1}  # methods that take items


def is_unframed(path: str) -> bool:
    """Whether a call gives what is no frame, by its path: an instance of Python's own classes, an array of NumPy's.

    >>> [is_unframed(path) for path in ("bytearray", "numpy.zeros", "array.array", "pandas.Series", "next", ".x.copy")]
    [True, True, True, False, False, False]
    """
    package, last = path.split(".", 1)[0], path.rpartition(".")[2]
    its_own = package in sys.stdlib_module_names and (last[:1].isupper() or last in _LOWER)
    return path == "bytearray" or package == "numpy" or its_own


def accesses(node: ast.expr) -> int:
    """Count the items that an expression takes on the way from its name; a row and a column at once are two.

    >>> texts = ("df", "df['k']", "df['k'].iloc[0]", "df.at[0, 'k']", "df['k'].tolist()[0]", "df.item()")
    >>> [accesses(ast.parse(text, mode="eval").body) for text in texts]
    [0, 1, 2, 2, 2, 2]
    """
    found = 0
    while isinstance(node, (ast.Attribute, ast.Subscript, ast.Call)):
        if isinstance(node, ast.Subscript):
            labelled = isinstance(node.value, ast.Attribute) and node.value.attr in _BY_LABEL
            found += _CELL if labelled and isinstance(node.slice, ast.Tuple) else 1
        elif isinstance(node, ast.Attribute):
            found += _GIVING.get(node.attr, 0)
        node = node.func if isinstance(node, ast.Call) else node.value
    return found


def stored_in_cell(run: Calls, node: ast.expr, use: Use) -> None:
    """Take that what an expression gives was changed: it may be in a cell."""
    if run.heap.made_of and accesses(node) >= _CELL:
        touch_family(run, run.value(node), use, whole=True)


def called_in_cell(run: Calls, call: ast.Call, target: Target, given: Objects, use: Use) -> None:
    """Take a call that may change what stands in cells: a method of a list there, or a function for each of them."""
    method = target.method
    eager = method in EAGER_METHODS
    if not (eager or (method in _OF_CONTAINERS and (run.heap.made_of or run.inside is not None))):
        return
    deep = accesses(call.func.value)  # type: ignore[attr-defined]  # a method has one
    for_each = eager and (
        any(run.summary(i).mutates for i in run.heap.code_in(given)) or run.hands_on_a_changer(call, given)
    )
    if deep and (for_each or method in _OF_CONTAINERS):
        touch_family(run, target.receiver, use, whole=for_each or deep >= _CELL)


def touch_family(run: LibraryChanges, objects: Objects, use: Use, *, whole: bool) -> None:
    """Touch what frames were made of, and with `whole` what else was made of that."""
    made_of = run.heap.made_of
    roots = NONE.union(*(made_of.get(one, {one} if whole else ()) for one in objects - run.heap.exact))
    family = roots | {one for one, mine in made_of.items() if whole and not roots.isdisjoint(mine)}
    found = run.deep(frozenset(family))
    run.families.append(found | objects)
    run.touch(found, use)
