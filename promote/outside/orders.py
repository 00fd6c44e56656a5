"""Sets whose elements are taken in an order that nothing fixes: text hashes differently in every process.

A set is seen where it is written (`set(…)`, `{…}`, set arithmetic) and through a name that one assignment gives it.
What sorts, counts or collects into another set takes the elements whatever their order, so it is passed over.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator, Sequence

from promote.dataflow.program import Statement
from promote.language.syntax import dotted_of
from promote.outside.outside_names import (
    LISTINGS,
    LOOSELY_KEEPING,
    ORDER_FREE,
    ORDER_FREE_METHODS,
    ORDER_KEEPING,
    PATH_LISTINGS,
    SET_METHODS,
)
from promote.outside.sightings import Looker, SeenCall, Sightings
from promote.trees import walk

_SET_OPERATORS = (ast.Sub, ast.BitOr, ast.BitAnd, ast.BitXor)
_DEEPEST = 8
_EQUAL = frozenset(("len", "count", "get"))  # keys that are the same for many


def unordered(
    statement: Statement, seen: Sightings, looker: Looker, sorted_later: frozenset[str]
) -> Iterator[tuple[ast.expr, bool]]:
    """Give the places of a statement where a set's elements get an order, and whether it is kept in a sequence.

    `seen` is what was seen in it, `sorted_later` are names that some statement sorts in place.
    """
    placing = ast.Starred in statement.facts.kinds or takes_apart(statement.node)
    if not (seen.loops or seen.comprehensions or placing or any(map(_places, seen.calls))):
        return
    free = _order_free(seen.calls)
    if isinstance(statement.node, ast.Assign):
        names = {t.id for t in statement.node.targets if isinstance(t, ast.Name)}
        if names & sorted_later:
            free.add(id(statement.node.value))
    for node, inner, kept in _placed(statement, seen):
        if id(node) not in free and id(inner) not in free and is_set(inner, looker, statement):
            yield node, kept
    for loop in seen.loops:
        if not isinstance(loop, ast.While) and is_set(loop.iter, looker, statement):
            yield loop.iter, False
    for comprehension in seen.comprehensions:
        if isinstance(comprehension, ast.SetComp) or id(comprehension) in free:
            continue
        for generator in comprehension.generators:
            if is_set(generator.iter, looker, statement):
                yield generator.iter, False


def gives_order(call: SeenCall) -> bool:
    """Whether a call may give elements, or the files of a folder, an order: of any other nothing is told here."""
    return _places(call) or call.path in LISTINGS or call.method in PATH_LISTINGS


def listed(calls: Sequence[SeenCall]) -> Iterator[ast.Call]:
    """Give the listings of folders that nothing sorts: their order is the file system's."""
    listings = [call for call in calls if call.path in LISTINGS or call.method in PATH_LISTINGS]
    free = _order_free(calls) if listings else set()
    for call in listings:
        if id(call.node) not in free:
            yield call.node


def _placed(statement: Statement, seen: Sightings) -> Iterator[tuple[ast.expr, ast.expr, bool]]:
    """Give what gives elements their places, with whose they are, and whether it surely keeps them in that order."""
    for call in seen.calls:
        if _places(call):
            kept = call.path not in LOOSELY_KEEPING and not _has_ties(call)
            yield from ((call.node, a, kept) for a in call.node.args)
    kinds = statement.facts.kinds
    for node in kinds.get(ast.Starred, ()) and (*kinds.get(ast.List, ()), *kinds.get(ast.Tuple, ())):
        yield from ((node, part.value, True) for part in node.elts if isinstance(part, ast.Starred))
    for node in kinds.get(ast.Assign, ()):
        if takes_apart(node):
            yield node.value, node.value, True


def takes_apart(node: ast.stmt) -> bool:
    """Whether an assignment gives parts of its value to several names."""
    targets = node.targets if isinstance(node, ast.Assign) else ()
    return any(isinstance(target, (ast.Tuple, ast.List)) and len(target.elts) > 1 for target in targets)


def _places(call: SeenCall) -> bool:
    return _keeps(call) or _has_ties(call)


def _has_ties(call: SeenCall) -> bool:
    """Whether a call takes the first of those that are as good as one another: `max(kinds, key=len)`."""
    key = call.keyword("key")
    word = getattr(key, "id", getattr(key, "attr", ""))
    return key is not None and (call.path in {"max", "min"} or (call.path == "sorted" and word in _EQUAL))


def _keeps(call: SeenCall) -> bool:
    """Whether a call gives the elements of what it is given in their order."""
    return call.path in ORDER_KEEPING or call.path in LOOSELY_KEEPING or call.method == "join"


def is_set(  # noqa: PLR0911 - one answer for each kind of expression
    node: ast.expr, looker: Looker, statement: Statement, depth: int = 0
) -> bool:
    """Whether an expression surely gives a set whose order is not that of whole numbers."""
    if depth > _DEEPEST:
        return False
    deeper = depth + 1
    if isinstance(node, ast.SetComp):
        return True
    if isinstance(node, ast.Set):
        return not all(isinstance(e, ast.Constant) and isinstance(e.value, int) for e in node.elts)
    if isinstance(node, ast.BinOp) and isinstance(node.op, _SET_OPERATORS):
        return is_set(node.left, looker, statement, deeper) or is_set(node.right, looker, statement, deeper)
    if isinstance(node, ast.Call):
        path = dotted_of(node.func)
        name = looker.program.functions.canonical(path) if path else ""
        if name in {"set", "frozenset"} and not looker.program.touches.get(name):
            return bool(node.args) and not _is_range(node.args[0])
        method = node.func.attr if isinstance(node.func, ast.Attribute) else ""
        return method in SET_METHODS and is_set(node.func.value, looker, statement, deeper)  # type: ignore[attr-defined]  # a method has one
    if isinstance(node, ast.Name):
        value = _local(node.id, statement) or looker.value_of(node.id, statement.index)
        return value is not None and not isinstance(value, ast.Name) and is_set(value, looker, statement, deeper)
    return False


def _local(name: str, statement: Statement) -> ast.expr | None:
    """Give what a name gets inside a function's definition, where one assignment gives it."""
    if not isinstance(statement.node, (ast.FunctionDef, ast.AsyncFunctionDef)):
        return None
    values = [
        node.value
        for node in walk(statement.node)
        if isinstance(node, ast.Assign) and any(isinstance(t, ast.Name) and t.id == name for t in node.targets)
    ]
    return values[0] if len(values) == 1 else None


def _order_free(calls: Iterable[SeenCall]) -> set[int]:
    """The expressions whose elements are taken whatever their order."""
    free: set[int] = set()
    for call in calls:
        if (call.path in ORDER_FREE and not _has_ties(call)) or call.method in ORDER_FREE_METHODS:
            waiting: list[ast.expr] = [*call.node.args, *(k.value for k in call.node.keywords)]
            while waiting:
                node = waiting.pop()
                free.add(id(node))
                if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in {"list", "tuple"}:
                    waiting += node.args
                elif isinstance(node, ast.GeneratorExp | ast.ListComp):
                    free |= {id(g.iter) for g in node.generators}
    return free


def _is_range(node: ast.expr) -> bool:
    return isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "range"


def sorted_names(seen: Iterable[Sightings]) -> frozenset[str]:
    """Give the names that some statement sorts in place.

    >>> from promote.dataflow.program import build
    >>> from promote.outside.sightings import sightings
    >>> sorted(sorted_names([sightings(ast.parse("towns.sort()"), build([]).functions)]))
    ['towns']
    """
    return frozenset(
        call.path[1:-5] for one in seen for call in one.calls if call.method == "sort" and call.path.startswith(".")
    )
