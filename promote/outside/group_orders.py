"""Rows taken by their place where nothing says which stands there: after `group_by` of Polars, and in SQL.

Groups come in the order in which threads end and hashes fall, so what is first, last or numbered among them is another
in another run, on more rows or on another machine. A sort between the two, or `maintain_order`, fixes the order.
"""

from __future__ import annotations

import ast
import re

from promote.outside.sightings import Looker, SeenCall
from promote.patterns import pattern

BY_PLACE = frozenset("with_row_index with_row_count head limit first last tail slice row gather_every".split())  # noqa: SIM905 - as `effects` writes its tables
_FIXES = frozenset(("sort", "top_k", "bottom_k"))
_DEEPEST = 24
_NUMBERED = pattern(
    r"\b(?:row_number|first|last|lag|lead)\s*\([^()]*\)\s*over\s*\(\s*(?:partition\s+by[^()]*?)?\)", re.IGNORECASE
)
_ORDERED = pattern(r"\border\s+by\b", re.IGNORECASE)
_CUT = pattern(r"\b(?:limit\s+\d|fetch\s+first)", re.IGNORECASE)


def of_groups(call: SeenCall, looker: Looker, before: int) -> bool:
    """Whether a call takes rows by their place from groups that nothing has sorted."""
    if call.method not in BY_PLACE:
        return False
    node: ast.expr | None = call.node.func.value  # type: ignore[attr-defined]  # a method has one
    for _ in range(_DEEPEST):
        if isinstance(node, ast.Name):
            node = looker.value_of(node.id, before)
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            if node.func.attr in _FIXES:
                return False
            if node.func.attr == "group_by":
                return not any(given.arg in {"maintain_order", None} for given in node.keywords)
            node = node.func.value
        else:
            return False
    return False


def of_a_query(text: str) -> bool:
    """Whether a query numbers rows, or takes some of them, in an order that it does not say.

    >>> texts = ("select row_number() over () from t", "from t limit 5", "from t order by k limit 5")
    >>> [of_a_query(text) for text in texts]
    [True, True, False]
    """
    return bool(_NUMBERED.search(text) or (_CUT.search(text) and not _ORDERED.search(text)))
