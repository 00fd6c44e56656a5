"""The calls that promotion understands: `load_asset("NAME", …)` and `resource("NAME")` of `platform_core.sdk`.

Whatever else is done with the two, or with the modules that hold them, is a load that cannot be followed.
"""

from __future__ import annotations

import ast
import keyword
from collections.abc import Sequence

from platform_core.hints import Literal, cast
from platform_core.values import dataclass
from promote.language.facts import Facts
from promote.language.functions import Functions
from promote.language.syntax import dotted_of
from promote.language.uses import Use
from promote.model import FrameKind

SDK = frozenset(("load_asset", "resource"))
_CALLS = {f"platform_core.sdk{middle}.{name}": name for middle in ("", ".loading") for name in SDK}
_MODULES = ("platform_core.sdk", "platform_core.sdk.loading")
_KINDS = ("lazy", "polars", "pandas", "duckdb")


@dataclass(frozen=True, slots=True)
class LoadCall:
    """A call of `load_asset` or `resource`, or where one is handed on.

    `problem` says why it cannot become an input, empty where it can. `partition` is the literal key, or the name of a
    variable behind a `$`.
    """

    what: Literal["load_asset", "resource"]
    name: str
    kind: FrameKind
    partition: str | None
    node: ast.expr
    use: Use
    problem: str = ""


def load_calls(facts: Facts, functions: Functions) -> list[LoadCall]:
    """Give the calls of `load_asset` and `resource` in a statement, in source order."""
    kinds = facts.kinds  # of attributes, too, what stands around another comes before it
    names = [node for node in kinds.get(ast.Name, ()) if isinstance(node.ctx, ast.Load)]
    if not any(functions.imports.get(name.id, "").startswith("platform_core") for name in names):
        return []
    chains = [*(node for node in kinds.get(ast.Attribute, ()) if isinstance(node.ctx, ast.Load)), *names]
    calls = {id(node.func): node for node in kinds.get(ast.Call, ())}
    inner: set[int] = set()  # parts of a chain that was looked at whole
    found: list[LoadCall] = []
    for node in chains:
        if id(node) in inner:
            continue
        path = dotted_of(node)
        within: ast.expr = node
        while isinstance(within, ast.Attribute):
            within = within.value
            inner.add(id(within))
        name = functions.canonical(path) if path else ""
        if name in _CALLS and id(node) in calls:
            found.append(_load_call(calls[id(node)], _CALLS[name]))
        elif name in _CALLS or name in _MODULES:
            found.append(_handed_on(node, _CALLS.get(name, "load_asset")))
    return sorted(found, key=lambda load: (load.use.line, load.use.column))


def bound_load(node: ast.stmt, loads: Sequence[LoadCall]) -> LoadCall | None:
    """Give the call of a statement that is nothing but `x = load_asset("NAME")` or `x = resource("NAME")`."""
    if isinstance(node, ast.Assign) and len(node.targets) == 1:
        target: ast.expr = node.targets[0]
    elif isinstance(node, ast.AnnAssign):
        target = node.target
    else:
        return None
    if isinstance(target, ast.Name) and len(loads) == 1 and loads[0].node is node.value and not loads[0].problem:
        return loads[0]
    return None


def _handed_on(node: ast.expr, what: str) -> LoadCall:
    name = cast("Literal['load_asset', 'resource']", what)
    use = Use(node.lineno, node.col_offset + 1)
    return LoadCall(name, "", "lazy", None, node, use, "it is handed on, and what it is called with is not seen")


def _load_call(call: ast.Call, what: str) -> LoadCall:
    use = Use(call.lineno, call.col_offset + 1)
    given: dict[str, ast.expr] = {k.arg: k.value for k in call.keywords if k.arg is not None}
    problem = ""
    names = ("name", "as_", "partition") if what == "load_asset" else ("name",)
    if any(k.arg is None for k in call.keywords) or any(isinstance(a, ast.Starred) for a in call.args):
        problem = "its arguments are unpacked"
    for position, argument in enumerate(call.args[: len(names)]):
        given.setdefault(names[position], argument)
    if what == "load_asset" and {"from_env", "sample"} & set(given):
        problem = "it reads a sample of another environment, and what is promoted reads its own alone"
    elif unknown := sorted(set(given) - set(names)):
        problem = f"`{unknown[0]}` is not one of its arguments"
    name = _text(given.get("name"))
    kind = _text(given.get("as_")) if "as_" in given else "lazy"
    partition: str | None = None
    if name is None:
        problem = problem or "the name is not written as a literal"
    elif not name.isidentifier() or keyword.iskeyword(name):
        problem = problem or "the name is not a name"
    if kind not in _KINDS:
        problem = problem or f"`as_` must be one of {', '.join(repr(k) for k in _KINDS)}, written as a literal"
    if isinstance(key := given.get("partition"), ast.Name):
        partition = f"${key.id}"
    elif key is not None and not (isinstance(key, ast.Constant) and key.value is None):
        partition = _text(key)
        if partition is None:
            problem = problem or "the partition is not written as a literal or a parameter"
    return LoadCall(
        cast("Literal['load_asset', 'resource']", what),
        name or "",
        cast("FrameKind", kind if kind in _KINDS else "lazy"),
        partition,
        call,
        use,
        problem,
    )


def _text(node: ast.expr | None) -> str | None:
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else None
