"""Rows taken by their place where nothing says which stands there: after `group_by` and `unique` of Polars, and in SQL.

Groups come in the order in which threads end and hashes fall, so what is first, last or numbered among them is another
in another run, on more rows or on another machine. A sort between the two, or `maintain_order`, fixes the order.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from promote.dataflow.program import Statement
from promote.outside import outside_names as names
from promote.outside.sightings import Looker, SeenCall, Sightings
from promote.patterns import pattern

_MIXING = frozenset(("group_by", "unique"))
_FIXES = frozenset(("sort", "top_k", "bottom_k"))
_DEEPEST = 24
_NUMBERED = pattern(
    r"\b(?:row_number|first|last|lag|lead)\s*\([^()]*\)\s*over\s*\(\s*(?:partition\s+by[^()]*?)?\)", re.IGNORECASE
)
_ORDERED = pattern(r"\border\s+by\b", re.IGNORECASE)
_PICKING = pattern(r"\b(?:first|last|any_value|arbitrary|string_agg|listagg|group_concat|array_agg|list)\s*\(")
_CUT = pattern(r"\b(?:limit\s+\d|fetch\s+first)", re.IGNORECASE)


def of_groups(call: SeenCall, looker: Looker, before: int) -> bool:
    """Whether a call takes rows by their place from groups that nothing has sorted."""
    inner = (part for a in call.node.args for part in ast.walk(a) if isinstance(part, ast.Call))
    by_place = call.method in names.BY_PLACE or (call.method == "select" and any(map(_takes_one, inner)))
    return by_place and is_unsorted(call.node.func.value, looker, before)  # type: ignore[attr-defined]  # a method has one


def which_row(call: SeenCall, looker: Looker) -> bool:
    """Whether Polars keeps any of the rows with one key: `unique` of some columns that says neither which nor where."""
    frame = call.method == "unique" and call.path[:1] in {"", "."} and of_polars(looker)
    told = {k.arg for k in call.node.keywords}
    keep = call.keyword("keep")
    some = bool(call.node.args) or "subset" in told
    return frame and some and "maintain_order" not in told and (keep is None or getattr(keep, "value", "") == "any")


def of_polars(looker: Looker, *, alone: bool = False) -> bool:
    """Whether the notebook imports Polars; with `alone`, and no pandas."""
    return "polars" in looker.packages and not (alone and "pandas" in looker.packages)


def unsorted_loops(s: Statement, seen: Sightings, looker: Looker) -> Iterator[ast.expr]:
    """Give what a statement goes through in the order of Polars' groups, or takes by its place of values there once."""
    if not of_polars(looker):
        return
    alone = of_polars(looker, alone=True)  # with pandas, `unique` may be that, which keeps the order
    through = [loop.iter for loop in seen.loops if not isinstance(loop, ast.While)]
    through += [generator.iter for one in seen.comprehensions for generator in one.generators]
    if alone:
        joins = [call.node for call in seen.calls if call.method == "join"]
        through += [
            a for node in joins if isinstance(getattr(node.func, "value", None), ast.Constant) for a in node.args
        ]
        parts = s.facts.kinds.get(ast.Subscript, ())
        through += [part.value for part in parts if isinstance(getattr(part.slice, "value", None), int)]
    for node in through:
        groups = isinstance(node, ast.Call) and getattr(node.func, "attr", "") == "group_by"
        if (alone or groups) and is_unsorted(node, looker, s.index):
            yield node


def is_unsorted(node: ast.expr | None, looker: Looker, before: int) -> bool:
    """Whether an expression gives groups, or values that are there once, in an order that nothing fixes."""
    for _ in range(_DEEPEST):
        if isinstance(node, ast.Name):
            node = looker.value_of(node.id, before)
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            if node.func.attr in _FIXES:
                return False
            if node.func.attr in _MIXING or (node.func.attr == "value_counts" and of_polars(looker, alone=True)):
                return not any(given.arg in {"maintain_order", "sort", None} for given in node.keywords)
            if node.func.attr == "select" and any(is_unsorted(a, looker, before) for a in node.args):
                return True
            node = node.func.value
        else:
            return False
    return False


def _takes_one(call: ast.Call) -> bool:
    return isinstance(call.func, ast.Attribute) and call.func.attr in names.BY_PLACE


def of_a_query(text: str) -> bool:
    """Whether a query numbers rows, or takes some of them, in an order that it does not say.

    >>> texts = ("select row_number() over () from t", "from t limit 5", "from t order by k limit 5")
    >>> [of_a_query(text) for text in (*texts, "select first(v) from t", "select first(v order by v) from t")]
    [True, True, False, True, False]
    """
    if any(not _ORDERED.search(_inside(text, found.end())) for found in _PICKING.finditer(text)):
        return True
    return bool(_NUMBERED.search(text) or (_CUT.search(text) and not _ORDERED.search(text)))


def _inside(text: str, start: int) -> str:
    """Give what stands in the brackets of a call of SQL; its order where one stands behind them."""
    depth, end = 1, start
    while end < len(text) and depth:
        depth += {"(": 1, ")": -1}.get(text[end], 0)
        end += 1
    over = text[end:].lstrip().startswith(("over", "within group"))  # which `_NUMBERED` looks at
    return "order by" if over else text[start:end]
