"""Take IPython's syntax out of a cell: Python with the same number of lines comes out.

A cell that Python parses as it stands holds none, and costs one parse. In others, magics, shell commands and help are
looked for at the starts of statements only: a `%` or `!` in a string or inside a bracket is no magic.
"""

from __future__ import annotations

import ast
import warnings

from platform_core.hints import TYPE_CHECKING
from platform_core.values import dataclass
from promote.ipython.statements import without_semicolons
from promote.model import Finding, Notebook
from promote.selection.options import emptied, header
from promote.trees import kept_by_text, parse, walked

if TYPE_CHECKING:
    from promote.ipython.cell import IPythonCell

_FIX = "Put the syntax right, or take the tag off the cell."


@dataclass(slots=True, eq=False)
class Translated:
    """A cell without IPython syntax and options. `broken` is true where not even Python is left; it is then empty."""

    python: str
    dropped: tuple[int, ...] = ()
    findings: tuple[Finding, ...] = ()
    broken: bool = False


def translate(notebook: Notebook, position: int, *, step: bool, tag: str | None = None) -> Translated:
    """Translate the code cell at `position` (from 1).

    Args:
        notebook: Where the cell stands.
        position: Which cell.
        step: Whether the cell carries a tag of ours, so that what cannot be translated is an error, not a note, and
            `#|` lines at its top are options.
        tag: The tag that findings show.
    """
    source = text = notebook.cells[position - 1].source
    options = header(source) if step else ()
    code = emptied(source, options)  # which data flow parses too
    tree = _parse(code)
    if isinstance(tree, ast.Module) and "get_ipython" not in source and not (step and _compile_error(code)):
        return Translated(without_semicolons(code))
    from promote.ipython.cell import IPythonCell  # noqa: PLC0415 - most cells are Python as they stand

    cell = IPythonCell(notebook, position, step, tag, source.split("\n"))
    if isinstance(tree, Exception):
        cell.translate()
        text = "\n".join(cell.lines)
        tree = _parse(text)
    if isinstance(tree, ast.Module) and "get_ipython" in source:
        cell.calls(tree)
    problem = tree if isinstance(tree, Exception) else _compile_error(text) if step else None
    if problem is not None:
        cell.findings.append(_syntax_finding(cell, problem))
        return Translated("\n" * source.count("\n"), (), tuple(cell.findings), broken=True)
    python = emptied(without_semicolons("\n".join(cell.lines)), options)
    return Translated(python, tuple(sorted(cell.dropped)), tuple(cell.findings))


def _parse(source: str) -> ast.Module | Exception:
    try:
        return parse(source)
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        return error


@kept_by_text
def _compile_error(text: str) -> Exception | None:
    """Give what Python says of a text only when it compiles it, such as a `return` outside any function."""
    try:
        if _surely_compiles(text):
            return None
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            compile(parse(text), "<cell>", "exec", flags=ast.PyCF_ALLOW_TOP_LEVEL_AWAIT, dont_inherit=True)
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        return error.with_traceback(None)
    return None


# Of what is made of these alone Python finds nothing wrong when it compiles it, but for what `_surely_compiles` asks
_PLAIN = frozenset((
    ast.Expr, ast.Assign, ast.Import, ast.ImportFrom, ast.alias, ast.Name, ast.Attribute, ast.Subscript, ast.Slice,
    ast.Call, ast.keyword, ast.Constant, ast.Tuple, ast.List, ast.Dict, ast.Compare, ast.BoolOp, ast.BinOp, ast.UnaryOp,
    *ast.boolop.__subclasses__(), *ast.operator.__subclasses__(), *ast.unaryop.__subclasses__(),
    *ast.cmpop.__subclasses__(),
))  # fmt: skip
_SHALLOW = 400  # nodes of a statement that cannot stand too deeply in one another


def _surely_compiles(text: str) -> bool:
    """Whether a text that Python could parse can be compiled too, as far as a look at it tells.

    >>> [_surely_compiles(text) for text in ("x = f(1, a=2)", "f(a=1, a=2)", "return 1", "from __future__ import x")]
    [True, False, False, False]
    """
    if "__debug__" in text or "__future__" in text:
        return False
    for _, parts, kinds in walked(text):
        if len(parts) > _SHALLOW or not kinds.keys() <= _PLAIN:
            return False
        for call in kinds.get(ast.Call, ()) if ast.keyword in kinds else ():
            names = [keyword.arg for keyword in call.keywords if keyword.arg]
            if len(set(names)) < len(names):
                return False
    return True


def _syntax_finding(cell: IPythonCell, problem: Exception) -> Finding:
    line = column = None
    words = "it is nested too deeply for Python"
    if isinstance(problem, SyntaxError):
        words = problem.msg
        line = min(max(problem.lineno or 1, 1), len(cell.lines))
        column = max(problem.offset or 1, 1)
    at = cell.notebook.at(cell.position, line, column, tag=cell.tag)
    if cell.step:
        return Finding("PR120", "error", f"The cell is not valid Python: {words}.", at, _FIX)
    message = f"The cell is not valid Python, so it was passed over: {words}."
    return Finding("PR120", "warning", message, at, "Put the syntax right if a step needs what it defines.")
