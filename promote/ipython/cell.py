"""The lines of one cell that holds IPython's syntax, while they are made Python; few cells of most notebooks do."""

from __future__ import annotations

import ast
import re
from collections.abc import Sequence

from platform_core.values import dataclass, field
from promote.ipython import magics, stand_ins
from promote.ipython.magics import Verdict
from promote.ipython.statements import extent
from promote.model import Finding, Notebook, Severity
from promote.patterns import pattern
from promote.trees import is_python

_ASSIGNED = pattern(r"([ \t]*)([^=#\"'(%!?]+?)[ \t]*=[ \t]*(%%?|!!?)[ \t]*(.*)", re.DOTALL)
_SHELL_CALLS = ("system", "getoutput", "getoutput_pipes", "system_piped", "system_raw", "sx")


@dataclass(slots=True)
class IPythonCell:
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
        if self._single(first):
            return
        while self.lines[first].startswith("%%"):
            name, arguments = magics.split(self.lines[first][2:])
            if name == "sql" and self._query(first, arguments):
                return
            verdict = magics.cell_magic(name, arguments, step=self.step)
            bound = stand_ins.bound_by_cell_magic(name, arguments)
            if verdict.keep and self.step and any(map(self._is_used, bound)):
                hint = f"Take the name off the %%{name}, and let the step compute what is needed."
                verdict = Verdict("PR126", "error", f"`{bound[0]}` is what the cell prints.", hint, keep=True)
            self._tell(verdict, first, 0)
            last = first + 1 if verdict.keep else len(self.lines)
            below = [] if verdict.keep else self.lines[first + 1 :]
            self._drop(first, last, "")
            if not self.step or verdict.code == "PR126":  # the name stays bound, as data flow must see
                self._stand_in(first, stand_ins.of_cell(name, arguments, below))
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
            if verdict.severity != "warning":  # what may bind a name is left to data flow
                self._drop(node.lineno - 1, end, "")

    def _stand_in(self, first: int, lines: Sequence[str]) -> None:
        """Put lines in place of some that were dropped."""
        self.lines[first : first + len(lines)] = lines

    def _is_used(self, name: str) -> bool:
        """Whether any cell but this one seems to read a variable."""
        word = re.compile(rf"(?<![\w.]){re.escape(name)}\b")
        others = (cell for cell in self.notebook.cells if cell.kind == "code" and cell.position != self.position)
        return any(word.search(cell.source) for cell in others)

    def _single(self, first: int) -> bool:
        """Translate a cell that its first line, `%sql` or `%scala`, makes one of another language as a whole."""
        line = self.lines[first]
        if not line.startswith("%") or line.startswith("%%"):
            return False
        name, arguments = magics.split(line[1:].lstrip())
        if name == "sql" and (not arguments or not is_python("\n".join(self.lines[first + 1 :]))):
            return self._query(first, arguments) or self._left_out(magics.cell_magic(name, arguments, step=self.step))
        verdict = magics.single(name, step=self.step)
        if verdict is None:
            return False
        if not verdict.keep:
            return self._left_out(verdict)
        self._tell(verdict, first, 0)
        self._drop(first, first + 1, "")
        return False

    def _left_out(self, verdict: Verdict) -> bool:
        """Leave the whole cell out."""
        first = next((index for index, line in enumerate(self.lines) if line.strip()), 0)
        self._tell(verdict, first, 0)
        self._drop(first, len(self.lines), "")
        return True

    def _query(self, first: int, arguments: str) -> bool:
        """Translate a cell of SQL into a query on DuckDB; false where the table of magics is to say what happens."""
        from promote.ipython import queries  # noqa: PLC0415 - only notebooks with SQL pay for it

        name = queries.result_name(arguments, self.tag)
        if not name:
            if self.step:
                return False
            message = "The %%sql cell was left out: nothing has the name of its result, so it only shows it."
            return self._left_out(Verdict("PR121", "note", message))
        try:
            made = queries.translated(self.notebook, arguments, self.lines[first + 1 :], name)
        except queries.UntranslatableError as reason:
            severity: Severity = "error" if self.step else "warning"
            message = f"The query cannot become one on DuckDB: it {reason}."
            hint = magics.cell_magic("sql", "", step=True).hint
            self._tell(Verdict("PR126", severity, message, hint), first, 0)
            self._drop(first, len(self.lines), "")
            if not self.step:  # the name stays bound, as data flow must see
                self.lines[first] = f"{name} = get_ipython().run_cell_magic('sql', '', '')"
            return True
        message = f"The query was read as one on DuckDB that gives {name}; verification runs it so too."
        self._tell(Verdict("PR128", "note", message), first, 0)
        self.lines[first:] = made
        return True

    def _named_query(self, index: int, after: int, indent: str, arguments: str) -> bool:
        """Translate `%sql NAME << query`; false where it has no name."""
        from promote.ipython import queries  # noqa: PLC0415 - as above

        name, text = queries.named(arguments)
        if name:
            self._line_query(index, after, indent, name, text)
        return bool(name)

    def _line_query(self, index: int, after: int, indent: str, name: str, text: str) -> None:
        """Translate a query on one line, and those that a backslash joins to it, into one on DuckDB."""
        from promote.ipython import queries  # noqa: PLC0415 - as above

        column = len(indent)
        joined = " ".join(line.removesuffix("\\").strip() for line in [text, *self.lines[index + 1 : after]])
        try:
            made = queries.translated_line(self.notebook, joined, name)
        except queries.UntranslatableError as reason:
            severity: Severity = "error" if self.step else "warning"
            message = f"The query cannot become one on DuckDB: it {reason}."
            self._tell(Verdict("PR122", severity, message, magics.cell_magic("sql", "", step=True).hint), index, column)
            made = f"{name} = get_ipython().run_line_magic('sql', '')"  # the name stays bound, as data flow must see
        else:
            message = f"The query was read as one on DuckDB that gives {name}; verification runs it so too."
            self._tell(Verdict("PR128", "note", message), index, column)
        self.lines[index:after] = [indent + made, *[""] * (after - index - 1)]

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
        if magics.automagic(text.strip()) and not is_python(text.strip()):
            return self._escaped(index, indent, f"%{bare}")
        if text.rstrip("; \t").endswith("?"):
            self._tell(_help(), index, len(indent))
            self._drop(index, after, indent)
        return after

    def _escaped(self, index: int, indent: str, bare: str) -> int:
        after = self._continued(index)
        column = len(indent)
        made = ""
        if bare.rstrip("; \t").endswith("?") or bare.startswith("?"):
            verdict = _help()
        elif bare.startswith("!"):
            verdict = magics.shell("\n".join(self.lines[index:after]), step=self.step)
        elif bare.startswith("%%"):
            hint = "A cell magic stands in the cell's first line, above the `#|` lines."
            verdict = magics.other("A cell magic that is not the first line", hint, step=self.step)
        elif bare.startswith("%"):
            name, arguments = magics.split(bare[1:].lstrip())
            if name == "sql" and "<<" in arguments and self._named_query(index, after, indent, arguments):
                return after
            verdict = magics.line_magic(name, arguments, step=self.step)
            if verdict.keep and arguments:
                self._tell(verdict, index, column)
                self.lines[index] = indent + arguments
                return after
            made = stand_ins.of_line(name, arguments)
        else:
            verdict = magics.other(f"A line that begins with {bare[0]!r}", "Write the call in full.", step=self.step)
            made = stand_ins.quick_call(bare)
        self._tell(verdict, index, column)
        self._drop(index, after, indent)
        if made and not self.step:
            self._stand_in(index, [indent + made])
        return after

    def _assigned(self, index: int, match: re.Match[str]) -> int:
        """Translate `x = %magic …` and `x = !command`: the name stays bound, as data flow must see."""
        indent, target, sign, rest = match.groups()
        after = self._continued(index)
        if sign.startswith("!"):
            verdict, call = magics.shell(rest, step=self.step), f"getoutput({rest!r})"
        else:
            name, arguments = magics.split(rest)
            if name == "sql" and target.isidentifier():
                self._line_query(index, after, indent, target, arguments)
                return after
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
