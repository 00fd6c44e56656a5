"""Take IPython's syntax out of a cell: Python with the same number of lines comes out.

A cell that Python parses as it stands holds none, and costs one parse. In others, magics, shell commands and help are
looked for at the starts of statements only: a `%` or `!` in a string or inside a bracket is no magic.
"""

from __future__ import annotations

import ast
import re
import warnings

from promote import magics
from promote.magics import Verdict
from promote.model import Finding, Notebook
from promote.statements import extent, without_semicolons
from promote.values import dataclass, field

_ASSIGNED = re.compile(r"([ \t]*)([^=#\"'(%!?]+?)[ \t]*=[ \t]*(%%?|!!?)[ \t]*(.*)", re.DOTALL)
_SHELL_CALLS = ("system", "getoutput", "getoutput_pipes", "system_piped", "system_raw", "sx")
_FIX = "Put the syntax right, or take the tag off the cell."


@dataclass(frozen=True, slots=True)
class Translated:
    """A cell without IPython syntax. `broken` is true where not even Python's syntax is left; it is then empty."""

    python: str
    dropped: tuple[int, ...] = ()
    findings: tuple[Finding, ...] = ()
    broken: bool = False


def translate(notebook: Notebook, position: int, *, step: bool, tag: str | None = None) -> Translated:
    """Translate the code cell at `position` (from 1).

    Args:
        notebook: Where the cell stands.
        position: Which cell.
        step: Whether the cell carries a tag of ours, so that what cannot be translated is an error, not a note.
        tag: The tag that findings show.
    """
    source = notebook.cells[position - 1].source
    cell = _Cell(notebook, position, step, tag, source.split("\n"))
    tree = _parse(source)
    if isinstance(tree, Exception):
        cell.translate()
        tree = _parse("\n".join(cell.lines))
    if isinstance(tree, ast.Module) and "get_ipython" in source:
        cell.calls(tree)
    problem = tree if isinstance(tree, Exception) else _compile_error(tree) if step else None
    if problem is not None:
        cell.findings.append(_syntax_finding(cell, problem))
        return Translated("\n" * source.count("\n"), (), tuple(cell.findings), broken=True)
    python = without_semicolons("\n".join(cell.lines))
    return Translated(python, tuple(sorted(cell.dropped)), tuple(cell.findings))


@dataclass(slots=True)
class _Cell:
    """The lines of one cell while they are translated; `lines` keeps its length."""

    notebook: Notebook
    position: int
    step: bool
    tag: str | None
    lines: list[str]
    dropped: set[int] = field(default_factory=set)
    findings: list[Finding] = field(default_factory=list)

    def translate(self) -> None:
        """Translate the whole cell, a cell magic first."""
        first = next((index for index, line in enumerate(self.lines) if line.strip()), 0)
        self._dedent(first)
        while self.lines[first].startswith("%%"):
            name, arguments = magics.split(self.lines[first][2:])
            verdict = magics.cell_magic(name, arguments, step=self.step)
            self._tell(verdict, first, 0)
            last = first + 1 if verdict.keep else len(self.lines)
            self._drop(first, last, "")
            first = next((index for index in range(last, len(self.lines)) if self.lines[index].strip()), 0)
        index = 0
        while index < len(self.lines):
            index = self._statement(index)

    def calls(self, tree: ast.Module) -> None:
        """Leave out the statements that are `get_ipython().run_line_magic("name", …)` and its like."""
        taken = [line for node in tree.body for line in {node.lineno, node.end_lineno or node.lineno}]
        for node in tree.body:
            verdict = self._call_verdict(node)
            end = node.end_lineno or node.lineno
            if verdict is None or taken.count(node.lineno) > 1 or taken.count(end) > 1:
                continue
            self._tell(verdict, node.lineno - 1, node.col_offset)
            self._drop(node.lineno - 1, end, "")

    def _call_verdict(self, node: ast.stmt) -> Verdict | None:
        match node:
            case ast.Expr(
                value=ast.Call(
                    func=ast.Attribute(value=ast.Call(func=ast.Name(id="get_ipython")), attr=method), args=arguments
                )
            ):
                texts = [
                    item.value for item in arguments if isinstance(item, ast.Constant) and isinstance(item.value, str)
                ]
            case _:
                return None
        if method in _SHELL_CALLS:
            return magics.shell(texts[0] if texts else "", step=self.step)
        if method == "run_cell_magic" and texts:
            verdict = magics.cell_magic(texts[0], texts[1] if len(texts) > 1 else "", step=self.step)
        elif method in ("run_line_magic", "magic") and texts:
            name, rest = magics.split(texts[0])
            verdict = magics.line_magic(name, " ".join([rest, *texts[1:]]).strip(), step=self.step)
        else:
            return None
        if verdict.keep:  # the code is in a text: nothing can be kept of it
            return magics.other(f"get_ipython().{method}(…)", "Write the code itself in its place.", step=self.step)
        return verdict

    def _dedent(self, first: int) -> None:
        """Take the indentation of the first line off all lines, as IPython does."""
        indent = self.lines[first][: len(self.lines[first]) - len(self.lines[first].lstrip(" \t"))]
        if indent:
            self.lines[:] = [line.removeprefix(indent) for line in self.lines]

    def _statement(self, index: int) -> int:
        """Translate the statement that begins at line `index` (from 0); give the line after it."""
        line = self.lines[index]
        bare = line.lstrip(" \t")
        indent = line[: len(line) - len(bare)]
        if bare[:1] in ("%", "!", "?", ",", ";", "/"):
            return self._escaped(index, indent, bare)
        assigned = _ASSIGNED.match(line)
        if assigned:
            return self._assigned(index, assigned)
        text, after = self._logical_line(index)
        if text.rstrip("; \t").endswith("?"):
            self._tell(_help(), index, len(indent))
            self._drop(index, after, indent)
        return after

    def _escaped(self, index: int, indent: str, bare: str) -> int:
        after = self._continued(index)
        column = len(indent)
        if bare.rstrip("; \t").endswith("?") or bare.startswith("?"):
            verdict = _help()
        elif bare.startswith("!"):
            verdict = magics.shell("\n".join(self.lines[index:after]), step=self.step)
        elif bare.startswith("%%"):
            hint = "A cell magic stands in the cell's first line, above the `#|` lines."
            verdict = magics.other("A cell magic that is not the first line", hint, step=self.step)
        elif bare.startswith("%"):
            name, arguments = magics.split(bare[1:].lstrip())
            verdict = magics.line_magic(name, arguments, step=self.step)
            if verdict.keep and arguments:
                self._tell(verdict, index, column)
                self.lines[index] = indent + arguments
                return after
        else:
            verdict = magics.other(f"A line that begins with {bare[0]!r}", "Write the call in full.", step=self.step)
        self._tell(verdict, index, column)
        self._drop(index, after, indent)
        return after

    def _assigned(self, index: int, match: re.Match[str]) -> int:
        """Translate `x = %magic …` and `x = !command`: the name stays bound, as data flow must see."""
        indent, target, sign, rest = match.groups()
        after = self._continued(index)
        if sign.startswith("!"):
            verdict, call = magics.shell(rest, step=self.step), f"getoutput({rest!r})"
        else:
            name, arguments = magics.split(rest)
            verdict, call = (
                magics.line_magic(name, arguments, step=self.step),
                f"run_line_magic({name!r}, {arguments!r})",
            )
            if verdict.keep and arguments:
                self._tell(verdict, index, match.start(3))
                self.lines[index] = f"{indent}{target} = {arguments}"
                return after
            if verdict.code == "PR121":  # left out, it would leave the name unbound
                verdict = magics.other(f"The value of %{name}", "Write what it gives in Python.", step=self.step)
        self._tell(verdict, index, match.start(3))
        self.lines[index] = f"{indent}{target} = get_ipython().{call}"
        self.lines[index + 1 : after] = [""] * (after - index - 1)
        return after

    def _logical_line(self, index: int) -> tuple[str, int]:
        """Give the logical line that begins at line `index`, comments at its end aside, and the line after it."""
        size = 8
        while True:  # a few lines are looked at first: most statements end soon, and a cell may be very long
            source = "\n".join(self.lines[index : index + size])
            found = extent(source, 0)
            if found.end < len(source) or index + size >= len(self.lines):
                return source[: found.last], index + source.count("\n", 0, found.end) + 1
            size *= 4

    def _continued(self, index: int) -> int:
        """Give the line after the one at `index` and all that a closing backslash joins to it."""
        while index < len(self.lines) - 1 and self.lines[index].endswith("\\"):
            index += 1
        return index + 1

    def _drop(self, first: int, after: int, indent: str) -> None:
        """Empty the lines; inside a block, `pass` keeps the block whole."""
        self.dropped.update(range(first + 1, after + 1))
        self.lines[first:after] = [f"{indent}pass" if indent else "", *[""] * (after - first - 1)]

    def _tell(self, verdict: Verdict, index: int, column: int) -> None:
        at = self.notebook.at(self.position, index + 1, column + 1, tag=self.tag)
        self.findings.append(Finding(verdict.code, verdict.severity, verdict.message, at, verdict.hint))


def _help() -> Verdict:
    return Verdict("PR121", "note", "A request for help was left out.")


def _parse(source: str) -> ast.Module | Exception:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            return ast.parse(source)
        except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
            return error


def _compile_error(tree: ast.Module) -> Exception | None:
    """Give what Python says of a tree only when it compiles it, such as a `return` outside any function."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            compile(tree, "<cell>", "exec", flags=ast.PyCF_ALLOW_TOP_LEVEL_AWAIT, dont_inherit=True)
        except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
            return error
    return None


def _syntax_finding(cell: _Cell, problem: Exception) -> Finding:
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
