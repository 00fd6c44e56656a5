"""What names an asset in a notebook, and a notebook with such places changed, every other byte as it was."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path

from promote.edits import OptionEdit, TagEdit
from promote.fixes.edits import apply_fix
from promote.merge.cell_edits import LineEdit
from promote.merge.notebook_text import with_edits
from promote.model import Cell, Fix, Location, Notebook
from promote.notebook import percent
from promote.notebook.read import NotebookError, parse
from promote.selection.option_text import from_text
from promote.selection.option_tree import Node, TreeError, from_json
from promote.selection.options import header
from promote.selection.select import select
from promote.vocabulary import layers
from workbench.lifecycle.code import code_uses
from workbench.lifecycle.uses import EDITED, Use

_UNREADABLE = (SyntaxError, ValueError, RecursionError, MemoryError)


def read_raw(path: Path, shown: str) -> tuple[bytes, Notebook] | None:
    """Read a notebook with its bytes; None where it cannot be read."""
    try:
        raw = path.read_bytes()
        return raw, parse(raw, shown)
    except (OSError, NotebookError):
        return None


def notebook_uses(notebook: Notebook, name: str, layer: str, *, makes: bool) -> Iterator[Use]:
    """Give the places of a notebook that name an asset: tags, loads, options, and texts between backticks.

    Args:
        notebook: The notebook.
        name: The asset's name.
        layer: Its layer.
        makes: Whether it is the notebook that makes it: elsewhere a tag of that name is of something else.
    """
    selection = select(notebook)
    roles = {cell.position: cell.role for cell in selection.cells}
    python = {cell.position: cell.python for cell in selection.cells}
    for cell in notebook.cells:
        if cell.kind == "markdown":
            yield from _prose(notebook, cell, name)
            continue
        role = roles.get(cell.position)
        if role is None:
            continue
        if makes and role.name == name:
            own = {f"{role.kind if role.kind != 'step' else layer}:{name}", *(layers() if role.kind == "step" else ())}
            for tag in own.intersection(cell.tags):
                yield Use("tag", notebook.at(cell.position, tag=tag), tag)
        where = role.tag if role.name else ""
        yield from _options(notebook, cell, name, where)
        yield from _code(notebook, cell, python[cell.position], name, layer, where)


def changed(raw: bytes, path: str, notebook: Notebook, uses: Sequence[Use], to: Callable[[Use], str]) -> bytes:
    """Give a notebook's bytes with each of its places changed to what `to` gives for it.

    Raises:
        ValueError, LookupError: The file keeps a place in a form that it cannot be changed in.
    """
    lines: dict[tuple[int, int], str] = {}
    for use in sorted(uses, key=lambda one: (one.at.cell or 0, one.at.line or 0, -(one.at.column or 0))):
        if use.at.cell is None or use.at.line is None or use.at.column is None:
            continue
        place = (use.at.cell, use.at.line)
        text = lines.get(place, use.at.text)
        start = use.at.column - 1
        if text[start : start + len(use.old)] != use.old:
            raise ValueError(use.old)
        lines[place] = text[:start] + to(use) + text[start + len(use.old) :]
    edits = [LineEdit(cell, line, line + 1, (text,)) for (cell, line), text in sorted(lines.items())]
    made = with_edits(raw, path, notebook, edits) if edits else raw
    marks = [use for use in uses if use.at.line is None and use.at.cell is not None]
    return _marked(made, path, {id(use): to(use) for use in marks}, marks) if marks else made


def with_line(raw: bytes, path: str, notebook: Notebook, cell: int, text: str) -> bytes:
    """Give a notebook's bytes with an option line under those that a cell has, or at its top."""
    source = notebook.cells[cell - 1].source.split("\n")
    numbers = header(notebook.cells[cell - 1].source)
    at = numbers[-1] + 1 if numbers else 2 if source[0].startswith("%%") else 1
    return with_edits(raw, path, notebook, [LineEdit(cell, at, at, (text,))])


def _marked(raw: bytes, path: str, new: Mapping[int, str], marks: Sequence[Use]) -> bytes:
    if not path.endswith(".py"):
        edits = [
            OptionEdit(use.at.cell or 0, use.keys, new[id(use)])
            if use.keys
            else TagEdit(use.at.cell or 0, use.old, new[id(use)])
            for use in marks
        ]
        return apply_fix(raw, Fix("", tuple(edits)))
    text = raw.decode("utf-8")
    ending = "\r\n" if "\r\n" in text else "\n"
    kept = text.split(ending)
    cells = list(percent.cells(text.removeprefix("\ufeff").replace("\r\n", "\n")))
    for use in marks:
        line = cells[(use.at.cell or 1) - 1].line - 1
        quoted = re.compile(rf"([\"']){re.escape(use.old)}\1")
        if line < 0 or len(quoted.findall(kept[line])) != 1:
            raise ValueError(use.old)  # an export's cell, or a marker that says it twice
        kept[line] = quoted.sub(lambda found, use=use: f"{found[1]}{new[id(use)]}{found[1]}", kept[line])  # type: ignore[misc] # bound now
    return ending.join(kept).encode("utf-8")


def _options(notebook: Notebook, cell: Cell, name: str, where: str) -> Iterator[Use]:
    numbers = header(cell.source)
    source = cell.source.split("\n")
    try:
        written = from_text("\n".join(source[n - 1][2:].removeprefix(" ") for n in numbers)) if numbers else Node("map")
        panel = from_json(cell.options)
    except TreeError:
        return  # told when the notebook is promoted
    for node, keys in _names(written):
        if node.raw == name:
            number = numbers[0] + node.line - 1
            line = source[number - 1]
            column = node.column + (3 if line[2:3] == " " else 2)
            column += line[column - 1 : column] in ("'", '"')
            at = notebook.at(cell.position, number, column, tag=where)
            plain = line[column - 1 : column - 1 + len(name)] == name
            hint = "" if plain else "The option is written in a form that cannot be edited."
            yield Use("option" if plain else "unclear", at, name, hint, where=str(keys[0]))
    for node, keys in _names(panel):
        if node.raw == name:
            yield Use("option", notebook.at(cell.position, tag=where), name, keys=keys, where=str(keys[0]))


def _names(tree: Node) -> Iterator[tuple[Node, tuple[str | int, ...]]]:
    """Give the values of options that are names of assets, with the keys that lead to them."""
    for key, value in tree.entries:
        if key.raw == "deps":
            yield from ((item, ("deps", number)) for number, item in enumerate(value.items))
            if value.kind == "scalar":
                yield value, ("deps",)
        elif key.raw == "checks":
            for number, item in enumerate(value.items):
                for check, given in item.entries:
                    yield from (
                        (to, ("checks", number, check.raw, word.raw)) for word, to in given.entries if word.raw == "to"
                    )


def _code(notebook: Notebook, cell: Cell, python: str, name: str, layer: str, where: str) -> Iterator[Use]:
    if name not in cell.source:
        return
    source = cell.source.split("\n")
    try:
        found = code_uses(python, name, layer)
    except _UNREADABLE:
        if re.search(rf"load_asset\(\s*[\"']{name}[\"']", cell.source):
            hint = "The cell is not Python that can be read: put it right, or change the name by hand."
            yield Use("unclear", notebook.at(cell.position, 1, tag=where), name, hint)
        return
    for one in found:
        at = notebook.at(cell.position, one.line, one.column, tag=where or None)
        same = source[one.line - 1][one.column - 1 :].startswith(one.text)
        if one.kind in EDITED and not same:
            yield Use("unclear", at, name, "The line holds IPython syntax: change the name by hand.")
        else:
            yield Use(one.kind, at, one.text, one.hint, where=where)


def _prose(notebook: Notebook, cell: Cell, name: str) -> Iterator[Use]:
    for number, line in enumerate(cell.source.split("\n"), 1):
        found = re.search(rf"`(?:\w+:)?{re.escape(name)}`", line)
        if found:
            yield Use(
                "mention", notebook.at(cell.position, number, found.start() + 1), name, "Look whether it is right."
            )


def place(path: str, line: int, column: int, text: str) -> Location:
    """Give a place in a text file."""
    return Location(path, line=line, column=column, text=text)
