"""The fix for a file that a bronze step reads by a path of its own: read it through a resource of files."""

from __future__ import annotations

import ast
from typing import Literal

from promote.dataflow.program import Statement
from promote.dataflow.refusals import Context
from promote.edits import Edit, ReadEdit
from promote.language.syntax import dotted_of
from promote.model import Fix
from promote.outside.files_made import named
from promote.outside.origins import RESOURCES, bound_within
from promote.outside.outside_names import FILE_READERS, PATH_CLASSES
from promote.outside.places import span
from promote.outside.roots import written
from promote.outside.sightings import Looker, SeenCall
from promote.patterns import pattern
from promote.trees import walk

_DEEPEST = 8
_IMPORT = "from platform_core.sdk import resource"
_FOLDER = "~the working directory"
_SQL_FILE = pattern(
    r"'((?![/~\\]|[A-Za-z]:)(?:(?!://)[^'{}\n])*\.(?:csv|tsv|txt|parquet|json|jsonl|ndjson)(?:\.(?:gz|zst))?)'"
)
_LISTS = frozenset(("glob.glob", "glob.iglob"))  # which take a text, and give texts
_SIMPLE = (ast.Assign, ast.AnnAssign, ast.AugAssign, ast.Expr)
_MAYBE = (ast.IfExp, ast.BoolOp, ast.Lambda, ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)


def through_resource(
    context: Context, looker: Looker, statement: Statement, call: SeenCall, argument: ast.expr | None
) -> Fix | None:
    """Give the fix that reads a file through a resource, where the path stands in the notebook as Python reads it."""
    place = span(context.notebook, statement, argument) if argument is not None else None
    brought = _brought(context, statement) if place else None
    if argument is None or place is None or brought is None:
        return None
    path = None if _is_chosen(argument, looker, statement.index) else written(argument, looker, statement.index)
    held = bound_within(statement.node, argument.id) if isinstance(argument, ast.Name) else None
    text = _words(argument, held or argument, looker, statement.index) if path is None else ""
    if held is not None and ".." in ast.unparse(held):
        return None
    listing = call.path in _LISTS
    refused = set('{}"\\') if listing else set('*?[]{}"\\')
    if text.count("..") or not (text or (path and path.isprintable() and not set(path) & refused)):
        return None
    if listing and (not path or "**" in path or call.node.keywords):
        return None
    sure = _is_sure(context, looker, statement, call, argument)
    edit = ReadEdit(statement.cell, *place, path or "", text, sure, listing)
    shown = path or "the file"
    return Fix(f"Read {shown} through a resource of files, declared in config/base.yaml.", (edit, *brought))


def in_query(context: Context, looker: Looker, statement: Statement, call: SeenCall) -> Fix | None:
    """Give the fix that lets a query name its files by a resource, where they stand in its text or in a variable."""
    query = call.argument("query", "sql")
    holder = statement
    if isinstance(query, ast.Name):
        bound = _bound_to(context, query.id, statement)
        if bound is None:
            return None
        holder, query = bound
    brought = _brought(context, holder)
    if query is None or brought is None:
        return None
    sure = _is_run(context, statement, call)
    if isinstance(query, ast.Constant):
        edits = _in_text(context, holder, query, sure=sure)
    elif isinstance(query, ast.JoinedStr):
        edits = _in_variables(context, holder, query, sure=sure)
    else:
        return None
    shown = ", ".join(edit.path for edit in edits if isinstance(edit, ReadEdit))
    return (
        Fix(f"Read {shown} through a resource of files, declared in config/base.yaml.", (*edits, *brought))
        if edits
        else None
    )


def _bound_to(context: Context, name: str, statement: Statement) -> tuple[Statement, ast.expr] | None:
    """Give the one assignment that a name has its value of, and the value; none that a run may set."""
    found = context.program.reaching(name, statement.index)
    node = found[0].node if len(found) == 1 else None
    if not isinstance(node, ast.Assign) or found[0].role.kind in {"parameters", "injected"} or len(node.targets) != 1:
        return None
    return (found[0], node.value) if isinstance(node.targets[0], ast.Name) else None


def _in_text(context: Context, holder: Statement, query: ast.Constant, *, sure: bool) -> list[Edit | ReadEdit]:
    """Give the edits that make a query's text one with the resource in it."""
    place = span(context.notebook, holder, query)
    if place is None:
        return []
    line, column, end_line, end_column = place
    lines = context.notebook.cells[holder.cell - 1].source.split("\n")[line - 1 : end_line]
    lines[-1] = lines[-1][: end_column - 1]
    lines[0] = lines[0][column - 1 :]
    text = "\n".join(lines)
    quotes = next((q for q in ('"""', "'''", '"') if text.startswith(q)), "")
    inner = text[len(quotes) : len(text) - len(quotes)]
    if not quotes or not text.endswith(quotes) or quotes in inner or set(inner) & set("{}\\"):
        return []
    edits: list[Edit | ReadEdit] = []
    for match in _SQL_FILE.finditer(text):
        row = text.count("\n", 0, match.start(1))
        before = match.start(1) - (text.rfind("\n", 0, match.start(1)) + 1) + (column - 1 if row == 0 else 0)
        end = before + len(match[1]) + 1
        wild = any(letter in match[1] for letter in "*?[")
        place = (line + row, before + 1, line + row, end)
        edits.append(ReadEdit(holder.cell, *place, match[1], "", sure, wild, quotes))
    return [Edit(holder.cell, line, column, line, column, "f"), *edits] if edits else []


def _in_variables(context: Context, holder: Statement, query: ast.JoinedStr, *, sure: bool) -> list[Edit | ReadEdit]:
    """Give the edits of the variables that a query's text takes its files from."""
    edits: list[Edit | ReadEdit] = []
    for part in query.values:
        named_by = part.value if isinstance(part, ast.FormattedValue) else None
        bound = _bound_to(context, named_by.id, holder) if isinstance(named_by, ast.Name) else None
        path = bound[1].value if bound and isinstance(bound[1], ast.Constant) else None
        if bound is None or not isinstance(path, str) or not _SQL_FILE.fullmatch(f"'{path}'"):
            continue
        place = span(context.notebook, bound[0], bound[1])
        if place is not None:
            edits.append(ReadEdit(bound[0].cell, *place, path, "", sure, pattern=True))
    return edits


def _is_chosen(node: ast.expr, looker: Looker, before: int, depth: int = 0) -> bool:
    """Whether a run can set a part of a path, which then may not become a text."""
    for name in (n.id for n in walk(node) if isinstance(n, ast.Name)):
        if any(s.role.kind in {"parameters", "injected"} for s in looker.program.reaching(name, before)):
            return True
        value = looker.value_of(name, before)
        if value is not None and depth < _DEEPEST and _is_chosen(value, looker, before, depth + 1):
            return True
    return False


def _words(argument: ast.expr, held: ast.expr, looker: Looker, before: int) -> str:
    """Give code for a path as a text; empty where the argument, whose value `held` gives, is not sure to be one."""
    kind = _kind(held, looker, before)
    return ast.unparse(argument) if kind == "text" else f"str({ast.unparse(argument)})" if kind == "path" else ""


def _kind(node: ast.expr, looker: Looker, before: int, depth: int = 0) -> Literal["text", "path"] | None:
    """Say whether an expression is surely a text, or a path of `pathlib`."""
    if isinstance(node, ast.Name) and depth < _DEEPEST:
        value = looker.value_of(node.id, before)
        return _kind(value, looker, before, depth + 1) if value is not None else None
    if isinstance(node, ast.BinOp) and isinstance(node.op, (ast.Add, ast.Div)):
        left = _kind(node.left, looker, before, depth + 1)
        return left if left == ("text" if isinstance(node.op, ast.Add) else "path") else None
    if isinstance(node, ast.Call) and node.args and (called := dotted_of(node.func)):
        name = looker.program.functions.canonical(called)
        if name in PATH_CLASSES:
            return "path"
        return _kind(node.args[0], looker, before, depth + 1) if name == "os.path.join" else None
    plain = isinstance(node, ast.JoinedStr) or (isinstance(node, ast.Constant) and isinstance(node.value, str))
    return "text" if plain else None


def _brought(context: Context, statement: Statement) -> tuple[Edit, ...] | None:
    """Give the edit that imports `resource`, none where it is there; None where the name means something else."""
    program = context.program
    if program.touches.get("resource"):
        imported = program.functions.imports.get("resource") in RESOURCES
        return () if imported and program.reaching("resource", statement.index) else None
    before = [s for s in program.statements[: statement.index] if isinstance(s.node, (ast.Import, ast.ImportFrom))]
    plain = [s for s in before if getattr(s.node, "module", "") != "__future__"]
    target = plain[0] if plain else next(s for s in program.statements if s.cell == statement.cell)
    line = context.notebook.cells[target.cell - 1].source.split("\n")[target.first - 1]
    if target.node.col_offset or line[:1] in " \t%!":
        return None
    return (Edit(target.cell, target.first, 1, target.first, 1, f"{_IMPORT}\n"),)


def _is_sure(context: Context, looker: Looker, statement: Statement, call: SeenCall, argument: ast.expr) -> bool:
    """Whether the notebook reads the file in any case, in the folder it runs in, and nothing before is told of it."""
    if not _is_run(context, statement, call):
        return False
    path = named(argument, looker, statement.index)
    return not any(
        path == named(given, looker, one.index)
        for one in context.program.statements[: statement.index]
        for other in looker.at(one).calls
        if other.path not in FILE_READERS | PATH_CLASSES and other.path.rpartition(".")[2][:5] not in {"read_", "scan_"}
        for given in (*other.node.args, *(k.value for k in other.node.keywords))
    )


def _is_run(context: Context, statement: Statement, call: SeenCall) -> bool:
    """Whether a call is made in any case, in the folder that the notebook runs in."""
    if call.function or call.loop or context.program.touches.get(_FOLDER):
        return False
    node = statement.node
    if isinstance(node, (ast.With, ast.AsyncWith)):
        parts: list[ast.AST] = [item.context_expr for item in node.items]
    else:
        parts = [node.iter if isinstance(node, ast.For) else node]
    if not isinstance(node, (*_SIMPLE, ast.With, ast.For)):
        return False
    nodes = [inner for part in parts for inner in walk(part)]
    return call.node in nodes and not any(isinstance(inner, _MAYBE) for inner in nodes)
