"""Lists and tables that surely stand in cells: of columns and arrays that the notebook itself makes of them.

Whatever is made of such a column holds them too, by whichever method one is reached. Of frames, and of columns from
elsewhere, items are counted: see `cells`. A function that changes what it takes out of a copy
of what it is given changes that only if it holds such: whoever calls it knows.
"""

from __future__ import annotations

import ast

from platform_core.hints import TYPE_CHECKING
from promote.heap.heap import NONE, Objects
from promote.language.syntax import selects_a_copy

if TYPE_CHECKING:
    from promote.heap.library_changes import LibraryChanges, Target

# Methods and functions that may give one of the things that stand in a column, or all of them put together
_GIVING = frozenset(
    "item max min sum first last nth agg aggregate apply pipe get pop mode reduce squeeze combine".split()  # noqa: SIM905 - as `effects` writes its tables
)


def taken_from(node: ast.expr | None) -> tuple[str, bool]:
    """Give the name with which a chain begins, and whether it takes something out; no name where it is no chain.

    >>> texts = ("x.copy()", "x['k']", "x[1:]", "x[x > 1].max()", "len(x)")
    >>> [taken_from(ast.parse(text, mode="eval").body) for text in texts]
    [('x', False), ('x', True), ('x', False), ('x', True), ('', False)]
    """
    taken = False
    while node is not None and not isinstance(node, ast.Name):
        if isinstance(node, ast.Subscript):
            taken = taken or not (isinstance(node.slice, ast.Slice) or selects_a_copy(node.slice))
            node = node.value
        elif isinstance(node, ast.Attribute):
            taken = taken or node.attr in _GIVING
            node = node.value
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            node = node.func
        else:
            return "", False
    return node.id if node is not None else "", taken


def named(run: LibraryChanges, names: tuple[str, ...], value: ast.expr | None, *, element: bool) -> None:
    """Keep which names of a function's body stand for something that was taken out."""
    root, taken = taken_from(value)
    if root and (taken or element or root in run.taken):
        run.taken.update(names)
    else:
        run.taken.difference_update(names)


def changed_if_celled(run: LibraryChanges, node: ast.expr) -> None:
    """Take that a function's body changes what it took out of something that was made of what it is given."""
    root, taken = taken_from(node)
    if taken or root in run.taken:
        heap = run.heap
        roots = NONE.union(*(heap.made_of.get(one, ()) for one in run.value(node) - heap.exact))
        run.perhaps |= (roots | heap.contents(roots & heap.exact)) - heap.exact


def cells_given(run: LibraryChanges, target: Target, given: Objects) -> Objects:
    """Give the containers in cells, where a call may give one of them."""
    return run.heap.cells_of(given | target.receiver) if target.method in _GIVING else NONE


def cells_in(run: LibraryChanges, call: ast.Call, name: str, given: Objects) -> Objects:
    """Give the containers that stand in the cells of what a call makes of containers."""
    heap = run.heap
    found = heap.cells_of(heap.reach(given))
    if not call.args or name not in {"pandas.Series", "numpy.array", "polars.Series"}:
        return found
    return found | heap.contents(run.value(call.args[0]) & heap.exact) & heap.exact
