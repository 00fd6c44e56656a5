"""Where the argument of a read leads: a file of this machine, a network, memory, a declared resource, or unknown.

Only what is written is looked at: literals, f-strings by their beginning, `Path(…)`, `os.path.join(…)`, and names that
one assignment gives their value.
"""

from __future__ import annotations

import ast
import re

from platform_core.hints import Literal
from promote.language.syntax import dotted_of
from promote.outside.outside_names import PATH_CLASSES
from promote.outside.sightings import Looker
from promote.trees import walk

Origin = Literal["relative", "absolute", "home", "network", "memory", "resource", "unknown"]
_DRIVE = r"[A-Za-z]:[\\/]"
_HOME = r"~|/(?:home|Users|root)/|[A-Za-z]:[\\/]Users[\\/]"
_JOINS = frozenset(["os.path.join", "os.path.abspath", "os.path.realpath", "os.path.normpath", "os.fspath", "str"])
_HOMES = frozenset(["pathlib.Path.home", "os.path.expanduser"])
_BUFFERS = frozenset(["io.StringIO", "io.BytesIO", "StringIO", "BytesIO", "open", "io.open"])
RESOURCES = frozenset(("platform_core.sdk.resource", "platform_core.sdk.loading.resource"))
_IN_MEMORY: dict[str, list[list[str]]] = {  # what opens a database in memory, with what it is given for that
    "sqlite3.connect": [[":memory:"]],
    "duckdb.connect": [[], [":memory:"]],
    "sqlalchemy.create_engine": [["sqlite://"], ["sqlite:///:memory:"]],
}
_DEEPEST = 8


def origin_of_text(text: str) -> Origin:
    r"""Say where a path or address leads.

    >>> [origin_of_text(t) for t in ("data/a.csv", "/data/a.csv", "~/a.csv", "https://a.uk/b.csv", '{"a": 1}')]
    ['relative', 'absolute', 'home', 'network', 'memory']
    """
    if "\n" in text or text[:1] in {"{", "[", "<"} or text in {":memory:", ":default:"}:
        return "memory"
    scheme, colon, _ = text.partition("://")
    if colon:
        return "absolute" if scheme == "file" else "network"
    if re.match(_HOME, text):
        return "home"
    if text.startswith(("/", "\\\\")) or re.match(_DRIVE, text):
        return "absolute"
    return "relative"


def bound_within(node: ast.stmt, name: str) -> ast.expr | None:
    r"""Give the expression that a name has within a loop, block or function, where one assignment there gives it.

    >>> ast.unparse(bound_within(ast.parse("for m in ms:\n    p = f'{m}.csv'\n    read(p)").body[0], "p"))
    "f'{m}.csv'"
    """
    if isinstance(node, (ast.Assign, ast.AnnAssign, ast.Expr)):
        return None
    stored = [n for n in walk(node) if isinstance(n, ast.Name) and n.id == name and isinstance(n.ctx, ast.Store)]
    given = [n for n in walk(node) if isinstance(n, ast.Assign) and n.targets == stored]
    return given[0].value if len(given) == 1 else None


def origin_of(node: ast.expr | None, looker: Looker, before: int, depth: int = 0) -> Origin:
    """Say where the value of an expression in statement `before` leads."""
    if node is None or depth > _DEEPEST:
        return "unknown"
    if isinstance(node, ast.Constant):
        return origin_of_text(node.value) if isinstance(node.value, str) else "memory"
    inner: ast.expr | None = None
    if isinstance(node, ast.Name):
        inner = looker.value_of(node.id, before)
    elif isinstance(node, ast.JoinedStr):
        inner = node.values[0] if node.values else None
    elif isinstance(node, ast.FormattedValue):
        inner = node.value
    elif isinstance(node, ast.BinOp):
        inner = node.left
    elif isinstance(node, (ast.Attribute, ast.Subscript)):
        inner = node.value
    elif isinstance(node, ast.Call):
        return _origin_of_call(node, looker, before, depth)
    return origin_of(inner, looker, before, depth + 1)


def in_memory(node: ast.expr | None, looker: Looker, before: int, depth: int = 0) -> bool:
    """Whether a connection is surely of a database in memory, which holds what the notebook put there."""
    if depth > _DEEPEST:
        return False
    if isinstance(node, ast.Name):
        reaching = looker.program.reaching(node.id, before)
        bound = reaching[-1] if reaching else None
        if bound is None or any(node.id in one.effects.touched for one in reaching[:-1]):
            return False
        value = getattr(bound.node, "value", None) if isinstance(bound.node, (ast.Assign, ast.AnnAssign)) else None
        return value is not None and in_memory(value, looker, bound.index, depth + 1)
    if not isinstance(node, ast.Call):
        return False
    path = dotted_of(node.func)
    name = looker.program.functions.canonical(path) if path else ""
    if name in _IN_MEMORY:
        given = [*node.args[:1], *(k.value for k in node.keywords if k.arg in {"database", "url"})]
        return [getattr(one, "value", None) for one in given] in _IN_MEMORY[name]
    opened = isinstance(node.func, ast.Attribute) and node.func.attr in {"connect", "raw_connection", "cursor"}
    return opened and in_memory(node.func.value, looker, before, depth + 1)  # type: ignore[attr-defined]  # an Attribute


def _origin_of_call(  # noqa: PLR0911 - one way out for each kind of origin
    node: ast.Call, looker: Looker, before: int, depth: int
) -> Origin:
    path = dotted_of(node.func)
    name = looker.program.functions.canonical(path) if path else ""
    first = node.args[0] if node.args else None
    if name in RESOURCES:
        return "resource"
    if name in _BUFFERS or name.split(".")[0] in {"requests", "httpx", "urllib"}:
        return "memory"  # what opened it is told by itself
    if name in _HOMES:
        return "home"
    if name in PATH_CLASSES or name in _JOINS:
        return origin_of(first, looker, before, depth + 1) if first is not None else "relative"
    if name == "pathlib.Path.cwd":
        return "relative"
    if isinstance(node.func, ast.Attribute):
        return origin_of(node.func.value, looker, before, depth + 1)
    return "unknown"
