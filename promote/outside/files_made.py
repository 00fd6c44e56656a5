"""Files that the notebook itself writes, so that a step which reads one of them is not left with what an old run wrote.

A file has no variable, so data flow does not see it: a path is known by its text, or by the variable and the words that
it is made of.
"""

from __future__ import annotations

import ast
import posixpath
import re
from collections.abc import Collection, Iterator

from promote.dataflow.program import Statement
from promote.language.syntax import dotted_of
from promote.outside.outside_names import PATH_CLASSES, SOURCE_ARGUMENTS, WRITERS, WRITING_METHODS
from promote.outside.sightings import Looker, SeenCall
from promote.patterns import pattern

_SAME = PATH_CLASSES | {"str", "os.fspath", "os.path.join", "os.path.abspath"}
_COPIERS = frozenset(
    """shutil.copy shutil.copy2 shutil.copyfile shutil.copytree shutil.move os.rename os.replace
    urllib.request.urlretrieve""".split()  # noqa: SIM905 - as `effects` writes its tables
)
_WRITING = frozenset(("write_text", "write_bytes", "touch"))
_QUERYING = frozenset(("sql", "execute", "query"))
_COPY = pattern(r"\bcopy\b.*?\bto\s+'([^']+)'", re.IGNORECASE | re.DOTALL)
_QUOTED = pattern(r"'([^'\n]+\.\w+)'")
_DEEPEST = 8


def made_by(argument: ast.expr, at: Statement, included: Collection[int], looker: Looker) -> Statement | None:
    """Give the last statement above that is not `included` and writes the file that an argument names."""
    paths = [named(argument, looker, at.index)]
    if isinstance(argument, ast.Constant) and isinstance(argument.value, str) and "'" in argument.value:
        paths += map(posixpath.normpath, _QUOTED.findall(argument.value))  # a query
    found = [made for path in paths if (made := _maker(path, at, included, looker))]
    return max(found, key=lambda one: one.index, default=None)


def _maker(path: str, at: Statement, included: Collection[int], looker: Looker) -> Statement | None:
    for statement in reversed(looker.program.statements[: at.index] if path else ()):
        if statement.index not in included and (
            path in written(statement, looker)
            or any(f"/{path}".endswith(f"/{word}") for word in handed_to_writers(statement, looker))
        ):
            return statement
    return None


def written(statement: Statement, looker: Looker) -> Iterator[str]:
    """Give the files that a statement writes."""
    for call in looker.at(statement).calls:
        target = _target(call)
        if target is not None and (path := named(target, looker, statement.index)):
            yield path
        if call.method in _QUERYING:
            for part in ast.walk(call.node):
                if isinstance(part, ast.Constant) and isinstance(part.value, str):
                    yield from map(posixpath.normpath, _COPY.findall(part.value))


def handed_to_writers(statement: Statement, looker: Looker) -> Iterator[str]:
    """Give the names that a statement gives to functions of the notebook which write files."""
    for call in looker.at(statement).calls:
        name = call.node.func.id if isinstance(call.node.func, ast.Name) else ""
        given = [*call.node.args, *(k.value for k in call.node.keywords)] if _writes(name, looker) else []
        yield from filter(None, [named(argument, looker, statement.index) for argument in given])


def _writes(function: str, looker: Looker) -> bool:
    """Whether a function of the notebook writes a file."""
    if not looker.program.functions.infos(function):
        return False
    return any(
        call.function == function and _target(call) is not None
        for statement in looker.program.bindings(function)
        for call in looker.at(statement).calls
    )


def named(node: ast.expr | None, looker: Looker, before: int, depth: int = 0) -> str:
    """Say which file an expression in statement `before` names; empty where that cannot be told."""
    if node is None or depth > _DEEPEST:
        return ""
    if isinstance(node, ast.Constant):
        return posixpath.normpath(node.value) if isinstance(node.value, str) and node.value else ""
    if isinstance(node, ast.Name):
        told = named(looker.value_of(node.id, before), looker, before, depth + 1)
        reaching = looker.program.reaching(node.id, before)
        return told or (f"<{node.id} {reaching[-1].index}>" if reaching else "")
    parts: list[ast.expr] = []
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Div):
        parts = [node.left, node.right]
    elif isinstance(node, ast.Call) and looker.program.functions.canonical(dotted_of(node.func) or ("",)) in _SAME:
        parts = node.args
    told_parts = [named(part, looker, before, depth + 1) for part in parts]
    return posixpath.normpath("/".join(told_parts)) if told_parts and all(told_parts) else ""


def _target(call: SeenCall) -> ast.expr | None:
    """What a call writes to; None where it writes nothing, or it cannot be told where."""
    node = call.node
    owner = node.func.value if isinstance(node.func, ast.Attribute) else None
    if call.path.endswith("open") or call.method == "open":
        places = 1 if call.path in {"open", "io.open", "gzip.open", "bz2.open", "lzma.open"} else 0
        mode = node.args[places] if len(node.args) > places else call.keyword("mode")
        writes = isinstance(mode, ast.Constant) and isinstance(mode.value, str) and set(mode.value) & set("wax")
        return (call.argument("file", "filename") if places else owner) if writes else None
    if call.path in _COPIERS:
        return node.args[1] if len(node.args) > 1 else call.keyword("dst", "filename")
    if call.method in _WRITING:
        return owner
    return call.argument(*SOURCE_ARGUMENTS) if call.method in WRITING_METHODS or call.path in WRITERS else None
