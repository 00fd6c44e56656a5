"""Fixes that the analysis can offer: an import moved up or written out, a cell tagged `helpers`, a line of options."""

from __future__ import annotations

import ast
import builtins
from collections.abc import Sequence

from promote.dataflow.program import Program, Statement
from promote.edits import Edit, TagEdit
from promote.language.effects import IPYTHON_NAMES
from promote.language.star_imports import is_known, may_shadow, star_source
from promote.model import Fix, Notebook
from promote.selection.options import header
from promote.trees import TYPE_ALIASES, walk
from promote.vocabulary import vocabulary

_IMPORTS = (ast.Import, ast.ImportFrom)
_WIDEST = 100
_DEFINITIONS = (*_IMPORTS, ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, *TYPE_ALIASES)


def hoisted_import(notebook: Notebook, program: Program, late: Statement, at: Statement) -> Fix | None:
    """Give the fix that moves an import from below its use to the first imports of the notebook, or above the use."""
    source = notebook.cells[late.cell - 1].source.split("\n")
    if not isinstance(late.node, _IMPORTS) or not _stands_alone(late, source):
        return None
    before = [s for s in program.statements[: at.index + 1] if s.cell <= at.cell and _is_plain_import(s)]
    target = before[0] if before else next(s for s in program.statements if s.cell == at.cell)
    if target.node.col_offset or notebook.cells[target.cell - 1].source.split("\n")[target.first - 1][:1] in "%!":
        return None
    text = "\n".join(source[late.first - 1 : late.node.end_lineno])
    edits = (_without(late, source), Edit(target.cell, target.first, 1, target.first, 1, f"{text}\n"))
    return Fix(f"Move `{text.splitlines()[0].strip()}` up to cell {target.cell}.", edits)


def tagged_helpers(notebook: Notebook, program: Program, statement: Statement) -> Fix | None:
    """Give the fix that tags a cell `helpers`, where it holds functions, classes and CONSTANTS and nothing else."""
    cell = notebook.cells[statement.cell - 1]
    if cell.tags or statement.role.kind != "explore":
        return None
    for one in (s for s in program.statements if s.cell == statement.cell):
        names = one.effects.binds | one.effects.maybe
        constants = isinstance(one.node, (ast.Assign, ast.AnnAssign)) and all(name.isupper() for name in names)
        if not constants and not isinstance(one.node, _DEFINITIONS):
            return None
    return Fix(f"Tag cell {statement.cell} helpers.", (TagEdit(statement.cell, "", "helpers"),))


def test_of_main(statement: Statement) -> Fix | None:
    """Give the fix that writes `if True:` for `if __name__ == "__main__":`, which always holds in a notebook."""
    match statement.node:
        case ast.If(
            test=ast.Compare(
                left=ast.Name(id="__name__"), ops=[ast.Eq()], comparators=[ast.Constant(value="__main__")]
            ) as test
        ) if test.end_lineno == test.lineno:
            edit = Edit(
                statement.cell, test.lineno, test.col_offset + 1, test.lineno, (test.end_col_offset or 0) + 1, "True"
            )
            return Fix("Write `if True:`, as the test always holds in a notebook.", (edit,))
    return None


def named_output(notebook: Notebook, cell: int, name: str) -> Fix | None:
    """Give the fix that names, at the top of a step's first cell, the variable that the step gives."""
    lines = notebook.cells[cell - 1].source.split("\n")
    numbers = header(notebook.cells[cell - 1].source)
    line = numbers[-1] + 1 if numbers else 1 + sum(1 for _ in _magic_head(lines))
    if line > len(lines):
        return None
    return Fix(f"Write `#| output: {name}`.", (Edit(cell, line, 1, line, 1, f"#| output: {name}\n"),))


def named_imports(notebook: Notebook, program: Program) -> Fix | None:
    """Give the fix that writes the names in place of the one star of a notebook: all that it uses and nothing binds."""
    if len(program.stars) != 1 or program.wild:
        return None
    star = program.stars[0]
    node = star.node
    line = notebook.cells[star.cell - 1].source.split("\n")[star.first - 1]
    module = star_source(node)
    written = f"from {module} import *"
    if not isinstance(node, ast.ImportFrom) or not line.startswith(written) or line.count("*") != 1:
        return None
    given = vocabulary()["platform_globals"].keys() | IPYTHON_NAMES | vars(builtins).keys() | {"__file__"}
    nodes = [inner for statement in program.statements for inner in walk(statement.node)]
    read = {n.id for n in nodes if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Load)}
    bound = {name for n in nodes for name in _bound_by(n)}
    meant = {name for name in read & vars(builtins).keys() if is_known(module) and may_shadow(module, name)}
    names = sorted(read - bound - given | meant - bound)
    if not names:
        return None
    text = ", ".join(names)
    if len(line) + len(text) > _WIDEST:
        import textwrap  # noqa: PLC0415 - only for a long list

        lines = textwrap.wrap(f"{text},", _WIDEST - 4, break_long_words=False)
        text = "\n".join(["(", *(f"    {one}" for one in lines), ")"])
    column = len(written)
    what = f"Write `from {module} import {', '.join(names[:3])}{' …' if len(names) > 3 else ''}`."
    return Fix(what, (Edit(star.cell, star.first, column, star.first, column + 1, text),))


def _bound_by(node: ast.AST) -> tuple[str, ...]:
    """Give the names that a node binds somewhere, in whatever scope."""
    if isinstance(node, ast.Name):
        return () if isinstance(node.ctx, ast.Load) else (node.id,)
    if isinstance(node, ast.alias):
        return ((node.asname or node.name).split(".")[0],)
    fields = [getattr(node, key, None) for key in ("name", "arg", "rest")]
    return () if isinstance(node, ast.keyword) else tuple(one for one in fields if isinstance(one, str))


def _magic_head(lines: Sequence[str]) -> Sequence[str]:
    return lines[:1] if lines[0].startswith("%%") else ()


def _is_plain_import(statement: Statement) -> bool:
    node = statement.node
    future = isinstance(node, ast.ImportFrom) and node.module == "__future__"
    return isinstance(node, _IMPORTS) and not future


def _stands_alone(statement: Statement, source: Sequence[str]) -> bool:
    """Whether a statement has its lines to itself."""
    node = statement.node
    rest = source[(node.end_lineno or 1) - 1].encode()[node.end_col_offset or 0 :].decode(errors="ignore").strip()
    return node.col_offset == 0 and (not rest or rest.startswith("#"))


def _without(statement: Statement, source: Sequence[str]) -> Edit:
    first, last = statement.first, statement.node.end_lineno or statement.first
    if last < len(source):
        return Edit(statement.cell, first, 1, last + 1, 1, "")
    if first > 1:
        return Edit(statement.cell, first - 1, len(source[first - 2]) + 1, last, len(source[last - 1]) + 1, "")
    return Edit(statement.cell, first, 1, last, len(source[last - 1]) + 1, "")
