"""How the parts of a generated module stand under one another: blank lines, indentation, where code came from."""

from __future__ import annotations

import ast
from collections.abc import Sequence

from promote.dataflow.excerpt import indent
from promote.model import Fragment


def body_lines(fragments: Sequence[Fragment], *, told: bool = True) -> list[str]:
    """The analyst's code, indented, with a blank line between pieces of different cells.

    Where it is `told`, a comment says of the statements of other cells which these are.
    """
    body: list[str] = []
    before: Fragment | None = None
    for fragment in fragments:
        needed = told and fragment.origin == "needed"
        alike = before is not None and (before.origin, before.cell) == (fragment.origin, fragment.cell)
        goes_on = alike and fragment.origin == "needed"
        if body and body[-1] and not (goes_on and before is not None and fragment.first <= before.last + 1):
            body.append("")
        if needed and not goes_on:
            body.append(f"    # Needed from cell {fragment.cell}, which is no part of this step.")
        body += indent(fragment.text).split("\n")
        before = fragment
    if body and body[0].lstrip().startswith(("def ", "class ", "@", "async def ")):
        body.insert(0, "")
    return body


def ends_in_block(text: str) -> bool:
    """Whether code ends in a function or class, so that a blank line belongs under it."""
    body = ast.parse(text).body
    return bool(body) and isinstance(body[-1], (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef))


def add_section(lines: list[str], more: Sequence[str]) -> list[str]:
    """Put a section under the lines before it: two blank lines round functions and classes, none between constants."""
    block = ("def ", "class ", "@", "async def ")
    new = [*more]
    code = [line for line in new if line and not line.startswith("#")]
    starts = bool(code) and code[0].startswith(block)
    if not lines:
        return ["", *new] if starts else new
    previous = [line for line in lines if line and line[0] not in " #)]}"]
    after_block = bool(previous) and previous[-1].startswith(block)
    return [*lines, *(["", ""] if starts or after_block else []), *new]
