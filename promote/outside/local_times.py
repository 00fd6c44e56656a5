"""Times that hang on the zone of the machine, since none is named."""

from __future__ import annotations

import ast

from promote.dataflow.program import Statement
from promote.outside import outside_names as names
from promote.outside.sight import Sight
from promote.outside.sightings import SeenCall
from promote.patterns import pattern

_ZONE = pattern(r"(?:[+-]\d\d:?\d\d|[zZ])$")


def is_local_time(look: Sight, s: Statement, call: SeenCall) -> bool:
    """Whether a call makes a time in the machine's own zone, since no zone is given."""
    if call.method == "timestamp":
        return _is_naive(look, call.node.func.value, s)  # type: ignore[attr-defined]  # a method has one
    given = len(call.node.args) + len(call.node.keywords)
    return (call.method == "astimezone" and not given) or (call.path in names.LOCAL_TIMES and given == 1)


def _is_naive(look: Sight, node: ast.expr | None, s: Statement) -> bool:
    """Whether an expression surely gives a time without a zone, of Python's own kind."""
    if isinstance(node, ast.Name):
        node = look.looker.value_of(node.id, s.index)
    if not isinstance(node, ast.Call):
        return False
    path, method = look.path_of(node), getattr(node.func, "attr", "")
    words = [str(a.value) for a in node.args if isinstance(a, ast.Constant)]
    zoned = any(k.arg in {"tzinfo", "tz", None} for k in node.keywords)
    if path == "datetime.datetime.strptime":
        return not any("%z" in word for word in words)
    if path == "datetime.datetime.fromisoformat":
        return bool(words) and _ZONE.search(words[0]) is None
    if path in {"datetime.datetime", "datetime.datetime.combine"}:
        return not zoned and len(node.args) < (8 if path == "datetime.datetime" else 3)
    inner = isinstance(node.func, ast.Attribute) and method == "replace" and not zoned
    return method == "to_pydatetime" or (inner and _is_naive(look, node.func.value, s))  # type: ignore[attr-defined]  # as above
