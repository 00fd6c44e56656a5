"""DuckDB's default connection: which calls change it, and which only ask.

A text that cannot be told, as one of a file or one that a function gives, is taken to change it; one that stands in a
list or is an argument of the notebook's own function may be any text of the notebook.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Collection, Sequence

from platform_core.values import dataclass, replace
from promote.language.facts import Facts
from promote.language.states import RELATION_MAKERS
from promote.language.uses import DottedUse
from promote.patterns import pattern

# What gives the default connection to other names, or puts another in its place
_SHARING = frozenset(
    """duckdb.default_connection duckdb.set_default_connection duckdb.cursor duckdb.duplicate duckdb.appender
    duckdb.query_appender""".split()  # noqa: SIM905 - as `effects` writes its tables
)
# Methods of a relation that write into its connection
RELATION_WRITERS = RELATION_MAKERS | {"insert", "update", "execute", "drop"}
_CHANGING = RELATION_MAKERS.union(
    """register unregister create_function remove_function register_filesystem unregister_filesystem append appender
    query_appender begin commit rollback abort complete checkpoint close executemany install_extension load_extension
    interrupt enable_profiling disable_profiling""".split()  # noqa: SIM905 - as `effects` writes its tables
)
_FETCHING = pattern(r"(fetch\w*|df|pl|arrow|torch|tf|to_arrow_table|to_arrow_reader)$")
_ASKED = frozenset(("sql", "query", "execute", "from_query", "query_df", "table_function"))
# `END` begins a statement where nothing but comments stands before it: a line of a query often begins with `END AS`
_ENDING = r"(?:\A|;)(?:\s|--[^\n]*\n|/\*.*?\*/)*end(?:\s+transaction)?\s*(?:;|\Z)"
_WRITING = pattern(
    r"\b(nextval|create|insert|update|delete|drop|set|attach|install|load|pragma|copy|alter|truncate|setseed)\b"
    r"|(?:^|;)[ \t]*(?:(?:reset|detach|prepare|execute|deallocate|checkpoint)\b|call\s+[\w.\"]+\s*\("
    r"|start\s+transaction|(?:im|ex)port\s+database|merge\s+into"
    r"|(?:begin|commit|rollback|abort)(?:\s+transaction|[ \t]*(?:;|$)))"
    rf"|(?:^|;)[ \t]*use[ \t]+[\w.\"]+[ \t]*(?:;|$)|{_ENDING}",
    re.IGNORECASE | re.MULTILINE,
)
# The same where a text may be none of SQL: what begins as a statement does, or is a word of one by itself
_STATEMENT = pattern(
    r"(?:^|;)[ \t]*(?:create(?:\s+(?:or|temp|temporary|persistent|table|view|macro|function|schema|type|sequence|index"
    r"|unique|secret)\b|\s*$)|insert(?:\s+(?:into|or)\b|\s*$)|update(?:\s+\S+\s+set\b|\s*$)|delete(?:\s+from\b|\s*$)"
    r"|drop(?:\s+(?:table|view|macro|function|schema|type|sequence|index|secret)\b|\s*$)|alter\s+\w+|merge\s+into"
    r"|set\s+(?:global|session|local|variable|schema|\w+\s*=|\w+\s+to)\b|set\s+\w+\s*=|copy\s+(?:\(|\S+\s+(?:to|from)\b)"
    r"|(?:load|install|use|reset|attach|detach|truncate|pragma|execute|deallocate)\s+\S+[ \t]*(?:;|$)"
    r"|attach\s+\S+\s+as\b|truncate\s+table|pragma\s+\w+\s*[=(]|prepare\s+\w+\s+as|call\s+\w+\(|(?:import|export)\s+database|(?:begin|start"
    r"|commit|end|rollback|abort|checkpoint)(?:\s+transaction)?[ \t]*(?:;|$))|\b(?:nextval|setseed)\s*\(",
    re.IGNORECASE | re.MULTILINE,
)
_DRAWING = pattern(r"\b(?:random|\w*uuid\w*)\s*\(|\b(?:table|using\s+)sample\b", re.IGNORECASE)
_READING = frozenset(["open", "read", "read_text", "readlines", "getenv", "environ", "input", "get_data"])
_OF_TEXTS = frozenset(dir(str)) | {"dedent", "cleandoc"}
_OF_FIRST = frozenset(("dedent", "cleandoc", "join"))  # these are given the text, the others called on it
_DEPTH = 4  # names that stand for names, as deep as people write
_ANY_TEXT = "any text of the notebook"


@dataclass(frozen=True, slots=True)
class SqlTexts:
    """What is told of the queries of a notebook.

    `of_name` gives what a variable is bound to, None where that cannot be told; it is None where names are those of a
    function. `any` is true where some text of the notebook writes, or one may be read from elsewhere; `fetches` where
    what a query gave is taken from the connection later; `seeded` where the numbers that it draws are the same each
    time. `shared` are the functions called that give the default connection to other names, or put another in its
    place.
    """

    of_name: Callable[[str], Sequence[ast.expr] | None] | None
    any: bool
    fetches: bool
    seeded: bool
    shared: frozenset[str]

    def inside(self) -> SqlTexts:
        """Give what is told inside of functions, whose own names mean something else."""
        return replace(self, of_name=None)

    def may_write(self, text: str) -> bool:
        """Whether a query changes its connection."""
        if text is _ANY_TEXT:
            return self.any
        return writes(text) or (self.seeded and _DRAWING.search(text) is not None)


def writes(text: str) -> bool:
    r"""Whether a text of SQL does more than ask.

    >>> [writes(text) for text in ("select land_use from rents", "use rents", "RESET threads", "select nextval('n')")]
    [False, True, True, True]
    >>> [writes(text) for text in ("select case when a then 1\nend as b,\nstart\nfrom rents", "-- so\nEND;", "begin")]
    [False, True, True]
    """
    return _WRITING.search(text) is not None


def looks_like_writing(text: str) -> bool:
    """Whether a text that may be no query is one that does more than ask.

    >>> [looks_like_writing(text) for text in ("Load the data", "set of areas", "create or replace", "INSERT INTO t")]
    [False, False, True, True]
    """
    return _STATEMENT.search(text) is not None


def fetches(path: str) -> bool:
    """Whether a function of DuckDB's gives what the query before gave.

    >>> [fetches(path) for path in ("duckdb.fetchall", "duckdb.df", "duckdb.sql")]
    [True, True, False]
    """
    return path.startswith("duckdb.") and _FETCHING.match(path[7:]) is not None


def sql_texts(statements: Sequence[Facts], paths: Collection[str]) -> SqlTexts:
    """Tell what a notebook's queries do, by its statements and the paths of the functions that it calls."""
    strings = [str(part.value) for s in statements for part in s.kinds.get(ast.Constant, ())]
    read = any(not _READING.isdisjoint(s.names | s.attributes) for s in statements)

    def of_name(name: str) -> Sequence[ast.expr] | None:
        bound = [_bound(s.node, name) for s in statements if name in s.effects.touched]
        return None if None in bound else [one for one in bound if one is not None]

    seeded = any("setseed" in text.lower() for text in strings)
    shared = frozenset(paths) & _SHARING
    return SqlTexts(of_name, read or any(map(looks_like_writing, strings)), any(map(fetches, paths)), seeded, shared)


def _bound(node: ast.stmt, name: str) -> ast.expr | None:
    """Give what a statement binds a name to, None where it is not as plain as that."""
    match node:
        case (
            ast.Assign(targets=[ast.Name()], value=value) | ast.AnnAssign(target=ast.Name(), value=ast.expr() as value)
        ):
            return value
        case ast.AugAssign(target=ast.Name(), value=value):
            return value
        case ast.For(target=target, iter=told) if any(getattr(n, "id", "") == name for n in ast.walk(target)):
            return ast.List([told])
    return None


def writes_by(call: ast.Call, method: str, told: SqlTexts) -> bool:
    """Whether a method of a connection, or of a relation, that gives a relation writes all the same.

    Frames have a `query` too: there it must be told that the text writes.
    """
    first = call.args[1:2] or call.args[:1] if method == "query" else call.args[:1]
    texts = _texts(first[0], told.of_name, 0) if first else []
    return method == "sql" if texts is None else any(map(told.may_write, texts))


def changes_connection(path: str, use: DottedUse, told: SqlTexts) -> bool:
    """Whether a use of DuckDB's module, or of a relation's method, may change the default connection."""
    method = path.rpartition(".")[2]
    if method in _CHANGING or fetches(path):
        return True
    if method not in _ASKED:
        return False
    if use.call is None or not (use.call.args or use.call.keywords):  # it is handed on: `partial(duckdb.sql, text)`
        return told.any
    if method == "execute" and told.fetches:
        return True
    named = [k.value for k in use.call.keywords if k.arg in {"query", "sql", "sql_query", "statement"}]
    first = named or use.call.args[2 if method == "query_df" else 0 :][:1]
    texts = _texts(first[0], None if use.weak else told.of_name, 0) if first else None
    return texts is None or any(map(told.may_write, texts))


_OfName = Callable[[str], "Sequence[ast.expr] | None"]


def _texts(node: ast.expr, of_name: _OfName | None, depth: int) -> list[str] | None:  # noqa: PLR0911 - one way out for each kind of expression
    """Give the texts of which a query is made, None where they cannot be told."""
    match node:
        case ast.Constant(value=value):
            return [str(value)]
        case ast.JoinedStr(values=[ast.Constant(value=first), *rest]) if str(first).strip():
            return [str(first), *(str(part.value) for part in rest if isinstance(part, ast.Constant))]
        case ast.JoinedStr(values=values):
            return _of_all([v.value if isinstance(v, ast.FormattedValue) else v for v in values], of_name, depth)
        case ast.BinOp(left=left, op=ast.Add(), right=right):
            begun = _texts(left, of_name, depth)
            return None if begun is None else begun + (_texts(right, of_name, depth) or [])
        case ast.BinOp(left=left, op=ast.Mod()):
            return _texts(left, of_name, depth)
        case ast.Call(func=ast.Attribute(attr=method, value=value), args=args) if method in _OF_TEXTS:
            return _of_all(args if method in _OF_FIRST else [value], of_name, depth)
        case ast.IfExp(body=body, orelse=other):
            return _of_all([body, other], of_name, depth)
        case ast.Name(id=name) if of_name is None:
            return [_ANY_TEXT]
        case ast.Name(id=name) if of_name is not None and depth < _DEPTH:
            bound = of_name(name)
            return None if bound is None else _of_all(bound, of_name, depth + 1) if bound else [_ANY_TEXT]
        case ast.List() | ast.Tuple() | ast.Dict() | ast.Subscript() | ast.ListComp() | ast.Attribute():
            return [_ANY_TEXT]
    return None


def _of_all(nodes: Sequence[ast.expr], of_name: _OfName | None, depth: int) -> list[str] | None:
    found: list[str] = []
    for node in nodes:
        texts = _texts(node, of_name, depth)
        if texts is None:
            return None
        found += texts
    return found
