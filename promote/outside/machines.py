"""What a step knows of the machine and the process it runs in: host, user, folders, numbers of processes.

Some of it is told wherever it is asked for. The rest does no harm by itself (a temporary file that is written and read
back), so it is told only where it surely ends in the step's data.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from promote.dataflow.program import Statement
from promote.language.syntax import dotted_of
from promote.model import Finding, Severity
from promote.outside import outside_names as names
from promote.outside.sight import MOVING, Sight
from promote.outside.sightings import SeenCall
from promote.trees import below, walk

_KEPT = " It is kept in the data."
_CLIMBED = (ast.Attribute, ast.FormattedValue, ast.JoinedStr, ast.BinOp, ast.BoolOp, ast.List, ast.Tuple,
            ast.Dict, ast.Set, ast.Starred, ast.keyword, ast.NamedExpr)  # fmt: skip
_TEXTS = frozenset(
    """str repr format pathlib.Path pathlib.PurePath os.fspath os.path.join os.path.dirname os.path.basename
    os.path.abspath os.path.realpath os.path.normpath os.path.expanduser os.path.expandvars""".split()
)
_OF_TEXTS = frozenset("as_posix joinpath with_name with_suffix resolve absolute expanduser lower upper strip".split())
_COLUMNS = frozenset("with_columns assign then otherwise fill_null fillna".split())
_FRAMES = frozenset(
    """polars.lit polars.DataFrame polars.LazyFrame polars.Series polars.from_dict polars.from_dicts
    polars.from_records polars.repeat pandas.DataFrame pandas.Series pandas.DataFrame.from_dict
    pandas.DataFrame.from_records""".split()
)


def machine(look: Sight, s: Statement, call: SeenCall) -> Iterator[Finding]:
    """Tell of a call that says something about the machine or the process."""
    path, node = call.path, call.node
    if path in names.MACHINE or path in names.MACHINE_FACTS:
        yield from fact(look, s, path, node)
    elif path in names.TEMPORARY and is_kept(look, s, node):
        message = f"`{path}` gives another place in every run.{_KEPT}"
        yield look.tell("PR714", "warning", message, s, node, "Keep what the file holds, not where it stood.")
    elif (path in names.PLACED or _is_placed(look, s, call)) and is_kept(look, s, node):
        message = f"`{path or call.method}` gives a place on this machine.{_KEPT}"
        hint = "Keep the part that is the same everywhere, such as the file's name."
        yield look.tell("PR714", "warning", message, s, node, hint)


def fact(look: Sight, s: Statement, path: str, node: ast.expr) -> Iterator[Finding]:
    """Tell of what is different on every machine: where verification runs, notebook and module are on the same."""
    kept = is_kept(look, s, node)
    if not kept and path not in names.MACHINE:
        return
    magic = look.magic_before(s, *MOVING) if path in names.PLACES else ""
    message = f"`{path}` is different on every machine.{_KEPT if kept else ''}"
    if magic:
        message = f"`{path}` gives the working directory, which {magic} changed for the notebook alone."
    unseen = kept and not look.bronze and path not in names.OF_A_PROCESS
    severity: Severity = "error" if magic or unseen else "warning"
    yield look.tell("PR714", severity, message, s, node, "Take it from a parameter or a resource.")


def _is_placed(look: Sight, s: Statement, call: SeenCall) -> bool:
    owner = call.node.func.value if isinstance(call.node.func, ast.Attribute) else None
    return call.method in names.PLACING and owner is not None and look.is_path(s, owner)


def is_kept(look: Sight, s: Statement, node: ast.expr) -> bool:
    """Whether what an expression gives surely ends in data: itself, in a text or path made of it, or by a variable."""
    waiting: list[tuple[Statement, ast.expr]] = [(s, node)]
    seen = {id(node)}
    while waiting:
        one, part = waiting.pop()
        above = {id(child): parent for parent in walk(one.node) for child in below(parent)}
        bound = _climbed(look, part, above)
        if bound is None:
            return True
        for name, value in bound.items():
            for use in _uses(look, one, name, value):
                if id(use[1]) not in seen:
                    seen.add(id(use[1]))
                    waiting.append(use)
    return False


def _climbed(look: Sight, node: ast.AST, above: dict[int, ast.AST]) -> dict[str, ast.AST] | None:
    """Go up from an expression through what is made of it; give the names that take it, None where data does."""
    bound: dict[str, ast.AST] = {}
    parent = above.get(id(node))
    while parent is not None and _goes_on(look, parent, node):
        if isinstance(parent, ast.NamedExpr):
            bound[parent.target.id] = node
        node, parent = parent, above.get(id(parent))
    targets: list[ast.expr | None] = []
    if isinstance(parent, ast.Assign):
        targets += parent.targets
    elif isinstance(parent, ast.AnnAssign):
        targets = [parent.target]
    elif isinstance(parent, ast.withitem):
        targets = [parent.optional_vars]
    elif isinstance(parent, ast.Call) and _holds(look, parent, node):
        return None
    if any(_is_column(look, target) for target in targets):
        return None
    return bound | {target.id: node for target in targets if isinstance(target, ast.Name)}


def _goes_on(look: Sight, parent: ast.AST, node: ast.AST) -> bool:
    """Whether the expression above a value holds it too."""
    if isinstance(parent, ast.Call):
        return _is_made_of(look, parent, node)
    if isinstance(parent, ast.IfExp):
        return node is not parent.test
    if isinstance(parent, ast.Subscript):
        return node is parent.value
    return isinstance(parent, _CLIMBED)


def _is_made_of(look: Sight, call: ast.Call, node: ast.AST) -> bool:
    """Whether a call gives a text or path that holds what it is called on, or given."""
    if node is call.func:
        return isinstance(node, ast.Attribute) and node.attr in _OF_TEXTS
    return look.path_of(call) in _TEXTS


def _holds(look: Sight, call: ast.Call, node: ast.AST) -> bool:
    """Whether a call puts what it is given into a frame."""
    if node is call.func:
        return False
    path = look.path_of(call)
    method = call.func.attr if isinstance(call.func, ast.Attribute) else ""
    return path in _FRAMES or (method in _COLUMNS and not path.startswith(("os.", "shutil.")))


def _is_column(look: Sight, target: ast.expr | None) -> bool:
    """Whether a target is a column of what the step gives: `rents["host"]`, `rents.loc[:, "host"]`."""
    path = dotted_of(target.value) if isinstance(target, ast.Subscript) else None
    return path is not None and path[0] in look.given


def _uses(look: Sight, s: Statement, name: str, value: ast.AST) -> Iterator[tuple[Statement, ast.expr]]:
    """Give where a name is read that surely stands for a value: in the statement itself, and in those after it."""
    for later in look.statements:
        if later is s or (later.index > s.index and look.looker.value_of(name, later.index) is value):
            for part in later.facts.kinds.get(ast.Name, ()):
                if part.id == name and isinstance(part.ctx, ast.Load):
                    yield later, part
