"""Cutting statements out of a cell as the analyst wrote them: comments stay, strings keep their bytes.

Offsets are in characters of the cell's text. Nothing is printed from a syntax tree.
"""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Iterator, Sequence

from platform_core.hints import Literal
from platform_core.values import dataclass
from promote.dataflow.program import Statement
from promote.model import CodeCell, Fragment
from promote.patterns import pattern
from promote.trees import kept_by_text

# Where none of these stands, no string goes on in the next line; from Python 3.12 on the braces of an f-string may
_SPANNING = ('"""', "'''", "\\\n", *("{" if sys.version_info >= (3, 12) else ""))

_SEMICOLON = pattern(r"[ \t]*;[ \t]*")


@dataclass(frozen=True, slots=True)
class Edit:
    """Put `text` in place of the characters from `start` to `end` of a cell."""

    start: int
    end: int
    text: str


def cell_offsets(source: str, node: ast.AST) -> tuple[int, int]:
    """Give where a node begins and ends, in characters; syntax trees count bytes.

    >>> cell_offsets("é = 1", ast.parse("é = 1").body[0].value)
    (4, 5)
    """
    starts = _line_starts(source)
    plain = source.isascii()

    def offset(line: int, column: int) -> int:
        start = starts[line - 1]
        if plain:
            return start + column
        return start + len(source[start : starts[line] - 1].encode()[:column].decode())

    first, column = node.lineno, node.col_offset  # type: ignore[attr-defined]  # statements and expressions have places
    for decorator in getattr(node, "decorator_list", []):
        if decorator.lineno < first:
            first, column = decorator.lineno, 0  # what is decorated begins its line
    return offset(first, column), offset(node.end_lineno, node.end_col_offset)  # type: ignore[attr-defined]  # as above


@kept_by_text
def _line_starts(source: str) -> tuple[int, ...]:
    """Give where each line begins, and where one after the last would."""
    starts = [0]
    for line in source.split("\n"):
        starts.append(starts[-1] + len(line) + 1)
    return tuple(starts)


def excerpt(
    cell: CodeCell,
    statements: Sequence[Statement],
    edits: Sequence[Edit],
    origin: Literal["step", "definition", "needed", "import"],
    *,
    removed: Sequence[Statement] = (),
    comments: bool = False,
) -> Fragment:
    """Give the text of statements of one cell. A step's cell is taken whole, less what is `removed`.

    With `comments`, the comment lines directly above the first statement come along.
    """
    source = cell.python
    if comments:
        first, last = statements[0].first, statements[-1].last
        start, end = cell_offsets(source, statements[0].node)[0], cell_offsets(source, statements[-1].node)[1]
        rest, *_ = source[end:].split("\n", 1)
        if rest.lstrip(" \t").startswith("#"):
            end += len(rest)
        starts = _line_starts(source)
        alone = not source[starts[first - 1] : start].strip()
        while alone and first > 1:
            above = source[starts[first - 2] : starts[first - 1] - 1]
            if not above.lstrip().startswith("#") or above.startswith("#|"):
                break
            first -= 1
            start = starts[first - 1]
    else:
        first, last = 1, source.count("\n") + 1
        start, end = 0, len(source)
    kept = [s for s in statements if s not in removed] if removed else statements
    every = [*edits, *(removal(source, s.node) for s in removed), *_trailing_semicolons(source, kept, end)]
    every += _comments_of(source, statements, removed) if removed and "#" in source else []
    text = source[start:end]
    at = list(range(first, first + text.count("\n") + 1))  # the cell's line of each line of the text
    for edit in reversed(_merged(source, every)):
        if start <= edit.start and edit.end <= end:
            at = _lines_after(at, text, edit.start - start, edit.end - start, edit.text)
            text = text[: edit.start - start] + edit.text + text[edit.end - start :]
    lines = text.split("\n")
    options = 0 if comments else _options_above(lines)
    lines = lines[options:]
    stay = tidied("\n".join(lines))
    at = [at[options + number] for number, _ in stay]
    if at == list(range(first, first + len(at))):
        at = []
    return Fragment(cell.position, first, last, "\n".join(line for _, line in stay), origin, tuple(at))


def _merged(source: str, edits: Sequence[Edit]) -> list[Edit]:
    """Give the edits in order, those that cut the same characters as one: several statements of a line that all go."""
    found: list[Edit] = []
    for edit in sorted(edits, key=lambda e: e.start):
        last = found[-1] if found else None
        if last is not None and edit.start <= last.end and not edit.text and not last.text:
            found[-1] = Edit(last.start, max(last.end, edit.end), "")
        else:
            found.append(edit)
    return [_with_semicolon(source, edit) for edit in found]


def _with_semicolon(source: str, edit: Edit) -> Edit:
    """Let a cut at the beginning of a line take the semicolon behind it along."""
    following = _SEMICOLON.match(source, edit.end)
    if edit.text or not following or source[source.rfind("\n", 0, edit.start) + 1 : edit.start].strip():
        return edit
    return Edit(edit.start, following.end(), "")


def _lines_after(at: list[int], text: str, start: int, end: int, new: str) -> list[int]:
    """Give where the lines of a text come from, once a stretch of it is replaced."""
    first, last = text.count("\n", 0, start), text.count("\n", 0, end)
    whole = not new and (not start or text[start - 1] == "\n")  # what follows moves up to the beginning of the line
    return [*at[:first], at[last if whole else first], *[at[first]] * new.count("\n"), *at[last + 1 :]]


def _options_above(lines: Sequence[str]) -> int:
    """Count the lines at the top of a cell that are blank or hold options (`#|`)."""
    index = 0
    while index < len(lines) and (not lines[index].strip() or lines[index].lstrip().startswith("#|")):
        index += 1
    return index


def removal(source: str, node: ast.stmt) -> Edit:
    """Take a statement out with its line, where nothing else stands on it."""
    start, end = cell_offsets(source, node)
    line_start = source.rfind("\n", 0, start) + 1
    line_end = source.find("\n", end)
    line_end = len(source) if line_end < 0 else line_end
    before, after = source[line_start:start], source[end:line_end]
    if not before.strip():
        if re.fullmatch(r"\s*;?\s*(#.*)?", after):
            return Edit(line_start, min(line_end + 1, len(source)), "")
        return Edit(start, end + len(after) - len(after.lstrip(" \t;")), "")  # another statement follows
    previous = len(before.rstrip().rstrip(";").rstrip())
    return Edit(line_start + previous, end, "")


def _comments_of(source: str, statements: Sequence[Statement], removed: Sequence[Statement]) -> Iterator[Edit]:
    """Take out the comments right above what is removed, where they speak of nothing else; those above imports stay.

    Comments speak of the lines below them, down to a blank line or the next comment.
    """
    gone = {s.index for s in removed if not isinstance(s.node, (ast.Import, ast.ImportFrom))}
    owned = {line for s in statements for line in range(s.first, s.last + 1)}
    stay = {line for s in statements if s.index not in gone for line in range(s.first, s.last + 1)}
    lines, starts = source.split("\n"), _line_starts(source)

    def remarks(line: int) -> bool:
        text = lines[line - 1].lstrip()
        return line not in owned and text.startswith("#") and not text.startswith("#|")

    line = 1
    while line <= len(lines):
        first = line
        while line <= len(lines) and remarks(line):
            line += 1
        below = line
        while line <= len(lines) and line in owned:
            line += 1
        if first < below < line and stay.isdisjoint(range(below, line)):
            yield Edit(starts[first - 1], starts[below - 1], "")
        line = max(line, first + 1)


def _trailing_semicolons(source: str, statements: Sequence[Statement], limit: int) -> list[Edit]:
    found: list[Edit] = []
    for statement in statements if ";" in source else ():
        end = cell_offsets(source, statement.node)[1]
        if match := re.match(r"[ \t]*;[ \t]*(?=\n|$|#)", source[end:limit]):
            found.append(Edit(end, end + match.end(), "  " if source[end + match.end() :].startswith("#") else ""))
    return found


@kept_by_text
def lines_in_strings(text: str) -> frozenset[int]:
    r"""Give the lines (from 1) that begin inside a string, so that they must not be indented.

    >>> sorted(lines_in_strings("x = '''a\nb\nc'''\ny = 1"))
    [2, 3]
    """
    inside: set[int] = set()
    if "\n" not in text or not any(sign in text for sign in _SPANNING):
        return frozenset()
    import io  # noqa: PLC0415 - few texts hold such strings
    import tokenize  # noqa: PLC0415 - as above

    starts = {getattr(tokenize, name, -1) for name in ("FSTRING_START", "TSTRING_START")}  # from Python 3.12 on
    ends = {getattr(tokenize, name, -1) for name in ("FSTRING_END", "TSTRING_END")}
    opened: list[int] = []
    try:
        for token in tokenize.generate_tokens(io.StringIO(text).readline):
            if token.type == tokenize.STRING:
                inside |= set(range(token.start[0] + 1, token.end[0] + 1))
            elif token.type in starts:
                opened.append(token.start[0])
            elif token.type in ends:
                inside |= set(range(opened.pop() + 1, token.end[0] + 1))
    except (tokenize.TokenError, SyntaxError):
        return frozenset(range(2, text.count("\n") + 2))
    return frozenset(inside)


def indent(text: str, prefix: str = "    ") -> str:
    r"""Indent code by token: lines within a string keep their bytes, blank lines stay empty.

    A form feed in front of a line goes, since Python counts the indentation from it on.

    >>> indent("a = 1\n\fb = 2")
    '    a = 1\n    b = 2'
    """
    inside = lines_in_strings(text)
    return "\n".join(
        line if number in inside or not line.strip() else prefix + (_unfed(line) if "\f" in line else line)
        for number, line in enumerate(text.split("\n"), 1)
    )


def _unfed(line: str) -> str:
    blank = len(line) - len(line.lstrip(" \t\f"))
    return line[line.rfind("\f", 0, blank) + 1 :]


def tidied(text: str) -> list[tuple[int, str]]:
    """Take blank lines off both ends, fold runs of them to one, take blanks off line ends; strings are left alone.

    Gives the lines that stay, each with its number in the text, from 0.
    """
    if "\n" not in text:
        clean = text.rstrip()
        return [(0, clean)] if clean else []
    inside = lines_in_strings(text)
    lines = text.split("\n")
    kept: list[tuple[int, str]] = []
    for number, line in enumerate(lines, 1):
        continues = number + 1 in inside  # the line ends within a string
        clean = line if continues else line.rstrip()
        if number not in inside and not clean and (not kept or not kept[-1][1]):
            continue
        kept.append((number - 1, line if number in inside and continues else clean))
    while kept and not kept[-1][1]:
        kept.pop()
    return kept
