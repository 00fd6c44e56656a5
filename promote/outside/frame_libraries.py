"""Which library a frame is of, as far as the notebook's text tells: for fixes that are written otherwise in each."""

from __future__ import annotations

import ast

from platform_core.hints import Literal
from promote.dataflow.program import Statement
from promote.language.syntax import dotted_of
from promote.outside.sightings import Looker
from promote.trees import walk

Library = Literal["pandas", "polars", ""]
_DEEPEST = 8
_LOADS = frozenset(("platform_core.sdk.load_asset", "platform_core.sdk.loading.load_asset"))
_TO_PANDAS = frozenset("to_pandas df fetchdf fetch_df".split())  # noqa: SIM905 - words read best as text
_TO_POLARS = frozenset("collect pl".split())  # noqa: SIM905 - as above
# Methods and attributes that frames of one library have and those of the other have not
_OF_PANDAS = frozenset(
    """loc iloc iat reset_index set_index sort_values sort_index groupby assign merge astype dropna fillna isna notna
    drop_duplicates applymap iterrows itertuples to_frame query nlargest nsmallest""".split()  # noqa: SIM905 - as above
)
_OF_POLARS = frozenset(
    """with_columns with_row_index group_by drop_nulls fill_null iter_rows to_dicts lazy to_pandas unnest
    rows write_parquet write_csv is_duplicated get_column""".split()  # noqa: SIM905 - as above
)


def library_of(node: ast.expr, s: Statement, looker: Looker) -> Library:
    r"""Give the library that a frame in a statement is surely, or by all that is done with it, of; empty if unknown.

    >>> from promote.model import CodeCell, Role
    >>> from promote.dataflow.program import build
    >>> program = build([CodeCell(1, Role("explore"), "rents = read()\nrents.iloc[0]\nrents.sample(5)")])
    >>> last = program.statements[-1]
    >>> library_of(last.node.value.func.value, last, Looker(program))
    'pandas'
    """
    return _made(node, s, looker, 0) or _used(node, looker)


def _made(node: ast.expr, s: Statement, looker: Looker, depth: int) -> Library:
    """The library by what makes a value: a function of it, a load, a method that only its frames have."""
    if depth > _DEEPEST:
        return ""
    if isinstance(node, ast.Name):
        return _named(node.id, s, looker, depth)
    said: Library = ""
    if isinstance(node, ast.Call):
        said = _called(node, looker)
        node = node.func
    elif isinstance(node, ast.Attribute):
        said = _telling(node.attr)
    below = isinstance(node, (ast.Subscript, ast.Attribute)) and not said
    return _made(node.value, s, looker, depth + 1) if below else said  # type: ignore[attr-defined]  # as `below` says


def _called(call: ast.Call, looker: Looker) -> Library:
    """The library of what a call gives, as far as its own words tell."""
    path = dotted_of(call.func)
    name = looker.program.functions.canonical(path) if path else ""
    if name in _LOADS:
        kinds = [k.value.value for k in call.keywords if k.arg == "as_" and isinstance(k.value, ast.Constant)]
        return "pandas" if kinds == ["pandas"] else "polars" if kinds in (["polars"], ["lazy"], []) else ""
    method = call.func.attr if isinstance(call.func, ast.Attribute) else ""
    if method in _TO_PANDAS or method in _TO_POLARS:
        return "pandas" if method in _TO_PANDAS else "polars"
    return _rooted(name) or _telling(method)


def _rooted(path: str) -> Library:
    root = path.partition(".")[0]
    return "pandas" if root == "pandas" else "polars" if root == "polars" else ""


def _named(name: str, s: Statement, looker: Looker, depth: int) -> Library:
    """The library of a variable: by the one assignment that gives it, or by the annotation of a parameter."""
    for part in walk(s.node):
        if isinstance(part, ast.arg) and part.arg == name:
            path = dotted_of(part.annotation) if part.annotation is not None else None
            return _rooted(looker.program.functions.canonical(path)) if path else ""
    reaching = looker.program.reaching(name, s.index)
    value = getattr(reaching[0].node, "value", None) if len(reaching) == 1 else None
    given = isinstance(reaching[0].node, (ast.Assign, ast.AnnAssign)) if reaching else False
    return _made(value, reaching[0], looker, depth + 1) if given and value is not None else ""


def _used(node: ast.expr, looker: Looker) -> Library:
    """The library by what the whole notebook does with a variable, where that is of one library alone."""
    while isinstance(node, (ast.Subscript, ast.Attribute, ast.Call)):
        node = node.func if isinstance(node, ast.Call) else node.value
    found: set[Library] = set()
    for statement in looker.program.statements if isinstance(node, ast.Name) else ():
        for part in statement.facts.kinds.get(ast.Attribute, ()):
            if isinstance(part.value, ast.Name) and part.value.id == node.id:  # type: ignore[attr-defined]  # a Name, as above
                found.add(_telling(part.attr))
    found.discard("")
    return found.pop() if len(found) == 1 else ""


def _telling(word: str) -> Library:
    return "pandas" if word in _OF_PANDAS else "polars" if word in _OF_POLARS else ""
