r'''Translate a `%%sql` cell into a query on DuckDB: `NAME = duckdb.sql("""…""")`, on as many lines as before.

That is done only where it cannot mean anything else: one query that only reads, from frames that the notebook binds,
on DuckDB's own connection in memory, with nothing put into its text. Everything else gets the reason why not.
'''

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from platform_core.values import replace
from promote.model import Cell, Notebook, Selection
from promote.patterns import pattern
from promote.vocabulary import layers

_HEAD = pattern(r"(?:(?P<name>[A-Za-z_]\w*)[ \t]*<<)?[ \t]*(?P<rest>.*)")
_OPAQUE = pattern(r"""--[^\n]*|/\*.*?\*/|'(?:[^']|'')*'|"(?:[^"]|"")*"|\$\$.*?\$\$""", re.DOTALL)
_READS = pattern(r"\(*\s*(?:select|with|from|values|pivot|unpivot|describe|summarize)\b", re.IGNORECASE)
_CHANGES = pattern(r"\b(?:insert\s+into|delete\s+from|update\s+\w+\s+set|merge\s+into)\b", re.IGNORECASE)
_FILLED = pattern(r"\{\{|\{%|\{[A-Za-z_]\w*\}|(?<=[\s(=,<>+*/-]):[A-Za-z_]\w*|\$[A-Za-z_0-9]\w*")
_TEMPLATE = pattern(r"\{[{%#]")
_NAMED_PART = pattern(
    r"\{\s*(?P<value>[A-Za-z_][^{}]*)\}|\$(?P<dollar>[A-Za-z_]\w*)|(?<![:\w\\]):(?P<bind>[A-Za-z_]\w*)(?!:)"
)
_WORD = pattern(r"[A-Za-z_]\w*")
_NO_TABLE = pattern(r"\bdistinct\s+from\b|\b(?:extract|trim|substring|overlay|position)\s*\([^()]*\)", re.IGNORECASE)
_CLAUSE = pattern(r"\b(?:from|join)\s+(?:lateral\s+)?", re.IGNORECASE)
_TABLE = pattern(r'(?P<name>[A-Za-z_]\w*|"[^"]+")(?P<then>\s*[.(])?')
_COMMON = pattern(r'\b(\w+|"[^"]+")\s*(?:\([^()]*\)\s*)?as\s+(?:(?:not\s+)?materialized\s+)?\(', re.IGNORECASE)
_ALIAS = pattern(r"\s+(?:as\s+)?(?!(?:on|using|where|group|order|join|left|right|inner|full|cross|natural|asof|"
                    r"semi|anti|positional|having|limit|union|except|intersect|qualify|window|select)\b)"
                    r'(?:\w+|"[^"]+")(?:\s*\([^()]*\))?', re.IGNORECASE)  # fmt: skip
_MAKERS = frozenset(("range", "generate_series", "unnest"))  # table functions that read nothing
_ASSIGNED = pattern(r"^[ \t]*([A-Za-z_][\w, \t]*?)[ \t]*(?::[^=\n]+)?=(?!=)", re.MULTILINE)
_NAMED = pattern(r"^[ \t]*%%?sql[ \t]+([A-Za-z_]\w*)[ \t]*<<", re.MULTILINE)
_CONNECTED = pattern(r"^[ \t]*%sql[ \t]+(?!.*<<)(\S+)", re.MULTILINE)
_SETTING = pattern(r"^[ \t]*%config[ \t]+SqlMagic\.(autopandas|autopolars)[ \t]*=[ \t]*True\b", re.MULTILINE)
_QUERY = pattern(r"\s*%%?sql\b")
_LINE = pattern(r"^[ \t]*(?:%sql\b[^\n]*<<|[A-Za-z_]\w*[ \t]*=[ \t]*%sql\b)(?:[^\n]*\\\n)*[^\n]*$", re.MULTILINE)
_LEFT = pattern(r"^[ \t]*(?:\w+[ \t]*=[ \t]*)?%%?sql\b", re.MULTILINE)
_TRANSLATED = "import duckdb; "  # how a line begins that was a query
_SET_UP = pattern(r"^[ \t]*%(?:load_ext[ \t]+sql|config[ \t]+SqlMagic\b.*|sql[ \t]+duckdb:\S*)[ \t]*$", re.MULTILINE)
_MEMORY = pattern(r"duckdb://(?:/?:memory:)?/?")
_GIVES = {"autopandas": ".df()", "autopolars": ".pl()"}
_QUOTES = '"""'


class UntranslatableError(ValueError):
    """The query cannot be translated; the text says why, as the end of a sentence that begins with the query."""


def result_name(arguments: str, tag: str | None) -> str:
    """Give the variable that a `%%sql` cell binds: the one before `<<`, else the NAME of its step, else none.

    >>> result_name("rents <<", None), result_name("", "silver:rents"), result_name("", None)
    ('rents', 'rents', '')
    """
    head = _HEAD.fullmatch(arguments)
    if head is not None and head["name"]:
        return str(head["name"])
    layer, _, name = (tag or "").partition(":")
    return name if layer in layers() else ""


def translated(notebook: Notebook, arguments: str, lines: Sequence[str], name: str) -> list[str]:
    r'''Give the Python of a cell whose magic has `arguments` and whose other lines are `lines`, line for line.

    Raises:
        UntranslatableError: It would not surely be the same query.

    >>> from promote.model import Cell, Notebook
    >>> notebook = Notebook("a.ipynb", (Cell(1, "i", "code", "rents = load()"),))
    >>> print("\n".join(translated(notebook, "", ["SELECT *", "FROM rents"], "dear")))
    import duckdb
    dear = duckdb.sql("""SELECT *
    FROM rents""")
    '''
    head = _HEAD.fullmatch(arguments)
    rest = head["rest"].strip() if head else arguments
    body = ["" if line.startswith("#|") else line for line in lines]
    if rest and _READS.match(rest):
        body = [f"{rest} {body[0]}".rstrip(), *body[1:]] if body else []
    elif rest and not _MEMORY.fullmatch(rest):
        raise UntranslatableError("names a connection or an option")
    first = next((number for number, line in enumerate(body) if line.strip()), None)
    if first is None:
        raise UntranslatableError("has no text under the magic")
    text = "\n".join(body[first:])
    _check_connection(notebook)
    _check(notebook, text)
    raw = "r" if "\\" in text else ""
    if _QUOTES in text or text.endswith("\\"):
        raise UntranslatableError("ends in a backslash or holds three quotes")
    settings = _SETTING.findall("\n".join(_sources(notebook)))
    body[first] = f"{name} = duckdb.sql({raw}{_QUOTES}{body[first]}"
    space = " " if text.endswith('"') else ""
    body[-1] = f"{body[-1]}{space}{_QUOTES}){_GIVES[settings[-1]] if settings else ''}"
    return ["import duckdb", *body]


def translated_line(notebook: Notebook, text: str, name: str) -> str:
    r'''Give the Python, on one line, of the query that `%sql NAME << text` or `NAME = %sql text` is.

    Raises:
        UntranslatableError: It would not surely be the same query.

    >>> from promote.model import Cell, Notebook
    >>> translated_line(Notebook("a.ipynb", (Cell(1, "i", "code", "rents = load()"),)), "FROM rents", "dear")
    'import duckdb; dear = duckdb.sql("""FROM rents""")'
    '''
    _, made = translated(notebook, "", [text], name)
    return f"{_TRANSLATED}{made}"


def named(arguments: str) -> tuple[str, str]:
    """Give the name and the query of a line `%sql NAME << query`, both empty where it gives no name.

    >>> named("dear << FROM rents"), named("SELECT 1 << 2")
    (('dear', 'FROM rents'), ('', ''))
    """
    head = _HEAD.fullmatch(arguments)
    return (str(head["name"]), str(head["rest"])) if head is not None and head["name"] else ("", "")


def runnable(selection: Selection) -> Notebook:
    """Give the notebook as verification runs it: its queries as they were translated, so that no extension is needed.

    A query that was not translated stays, and then so does what loads and sets up the extension.
    """
    notebook = selection.notebook
    made = {cell.position: cell.python for cell in selection.cells}
    sources = {cell.position: _run(cell, made[cell.position]) for cell in notebook.cells if cell.kind == "code"}
    if not any(sources.get(cell.position, cell.source) != cell.source for cell in notebook.cells):
        return notebook
    bare = {position: _SET_UP.sub("", source) for position, source in sources.items()}
    if not any(_LEFT.search(source) for source in bare.values()):
        sources = bare
    cells = [(cell, sources.get(cell.position, cell.source)) for cell in notebook.cells]
    return replace(notebook, cells=tuple(c if c.source == s else replace(c, source=s) for c, s in cells))


def _run(cell: Cell, made: str) -> str:
    """Give a cell's source with its queries as they were translated in `made`, which has as many lines."""
    if "%sql" not in cell.source:
        return cell.source
    if _is_query(cell) and not _LINE.match(cell.source):
        return cell.source if "run_cell_magic" in made else made
    lines, translated_ = cell.source.split("\n"), made.split("\n")
    for found in _LINE.finditer(cell.source):
        first = cell.source.count("\n", 0, found.start())
        last = first + found[0].count("\n") + 1
        if _TRANSLATED in translated_[first]:
            lines[first:last] = translated_[first:last]
    return "\n".join(lines)


def _is_query(cell: Cell) -> bool:
    return cell.kind == "code" and _QUERY.match(cell.source) is not None


def _check(notebook: Notebook, text: str) -> None:
    """Refuse whatever is not one query that reads frames of the notebook."""
    plain = _plain(text)
    if not _READS.match(plain.strip()):
        word = (plain.split() or [""])[0]
        raise UntranslatableError(f"begins with {word[:20]!a}, and not with a word that only reads, such as SELECT")
    if _CHANGES.search(plain):
        raise UntranslatableError("does more than read")
    if ";" in plain.rstrip().rstrip(";"):
        raise UntranslatableError("is more than one statement")
    if _FILLED.search(plain) or _is_filled(notebook, text):
        raise UntranslatableError("has values put into its text")
    bound = set(_bound(notebook))
    for table in tables(text):
        if table.name not in bound:
            raise UntranslatableError(f"reads {table.name[:60]!a}, which is no frame of this notebook")


class Table(NamedTuple):
    """A table that a query names: where in its text, and whether the query gives it another name there."""

    name: str
    start: int
    end: int
    renamed: bool


def tables(text: str) -> list[Table]:
    """Give the tables that a query reads, in the order in which they stand; common tables are its own.

    Raises:
        UntranslatableError: It reads something else than tables.

    >>> text = "WITH dear AS (SELECT * FROM rents) SELECT * FROM dear JOIN towns t USING (town)"
    >>> [(table.name, text[table.start : table.end], table.renamed) for table in tables(text)]
    [('rents', 'rents', False), ('towns', 'towns', True)]
    """
    plain = _plain(text)
    known = common_tables(plain)
    plain = _NO_TABLE.sub(lambda found: " " * len(found[0]), plain)
    return [table for table in _tables(plain) if table.name not in known]


def common_tables(text: str) -> frozenset[str]:
    """Give the names of a query's common tables (`WITH name AS …`)."""
    return frozenset(found[1].strip('"') for found in _COMMON.finditer(_plain(text)))


def _plain(text: str) -> str:
    """Give a query with comments and texts blanked, every other character where it was."""

    def blank(found: re.Match[str]) -> str:
        spaces = " " * (len(found[0]) - 2)
        return found[0] if found[0][0] == '"' else f"'{spaces}'" if found[0][0] == "'" else f" {spaces} "

    return _OPAQUE.sub(blank, text)


def _is_filled(notebook: Notebook, text: str) -> bool:
    """Whether the magic puts values into a query, quotes and comments too.

    JupySQL fills `{{ }}` and `{% %}` wherever they stand; ipython-sql fills `{name}`, `$name` and `:name` where a
    variable has the name, and leaves the text as it is where none has.
    """
    if _TEMPLATE.search(text):
        return True
    named = {word for found in _NAMED_PART.finditer(text) for word in _WORD.findall(found[0])}
    return bool(named) and any(
        not _is_query(cell) and named.intersection(_WORD.findall(cell.source))
        for cell in notebook.cells
        if cell.kind == "code"
    )


def _tables(plain: str) -> Iterator[Table]:
    """Give the tables that stand behind FROM and JOIN, and in the lists that begin there."""
    for clause in _CLAUSE.finditer(plain):
        at = clause.end()
        while True:
            named = None
            if plain.startswith("(", at):
                at = _closed(plain, at)
            else:
                table = _TABLE.match(plain, at)
                if table is None:
                    raise UntranslatableError("reads a file")
                named, at, then = table, table.end(), (table["then"] or "").strip()
                if then == "." or (then == "(" and table["name"].lower() not in _MAKERS):
                    raise UntranslatableError("reads a file or a table of a database")
                if then:
                    at, named = _closed(plain, at - 1), None
            if alias := _ALIAS.match(plain, at):
                at = alias.end()
            if named is not None:
                yield Table(named["name"].strip('"'), *named.span("name"), alias is not None)
            comma = re.compile(r"\s*,\s*").match(plain, at)
            if comma is None:
                break
            at = comma.end()


def _closed(plain: str, start: int) -> int:
    """Give the offset behind the bracket that closes the one at `start`."""
    depth = 0
    for at in range(start, len(plain)):
        depth += (plain[at] == "(") - (plain[at] == ")")
        if depth == 0:
            return at + 1
    raise UntranslatableError("has a bracket that is not closed")


def _check_connection(notebook: Notebook) -> None:
    for source in _sources(notebook):
        for found in _CONNECTED.finditer(source):
            if not _MEMORY.fullmatch(found[1]) and not _READS.match(found[1]):
                raise UntranslatableError("runs on a connection that the notebook chooses")


def _sources(notebook: Notebook) -> Iterator[str]:
    return (cell.source for cell in notebook.cells if cell.kind == "code")


def _bound(notebook: Notebook) -> Iterator[str]:
    """Give the variables that cells bind, as far as their lines tell; data flow looks closer."""
    for cell in notebook.cells:
        if cell.kind != "code":
            continue
        for found in _ASSIGNED.finditer(cell.source):
            yield from (word.strip() for word in found[1].split(","))
        yield from (found[1] for found in _NAMED.finditer(cell.source))
        if _is_query(cell):
            yield from (name for tag in cell.tags if (name := result_name("", tag)))
