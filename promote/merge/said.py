"""The findings of the ways between notebook and module."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import zip_longest

from promote.merge.cell_edits import LineEdit
from promote.merge.parts import Parts
from promote.merge.three_way import Clash
from promote.merge.units import Unit
from promote.model import Cell, Finding, Location, Notebook
from promote.outside.secret_values import secrets_in
from promote.render.source_map import Placed

_LONGEST = 200


def clash(one: Clash[Unit], path: str, notebook: Notebook, tag: str, map_: Sequence[Placed]) -> Finding:
    """Say that both sides changed one statement, and show both."""
    was, ours, theirs = _apart(one.base, one.ours, one.theirs)
    message = (
        f"Notebook and module changed the same place: it was {was}, the notebook has {ours}"
        f"{_where(one.ours, map_)}, the module has {theirs}{_line(one.theirs, path)}."
    )
    hint = f"Make one side as the other, or choose: --ours {tag} keeps the notebook's, --theirs {tag} the module's."
    return Finding("PR615", "error", message, _at(one.ours, map_, notebook, tag, path, one.theirs), hint)


def stray(old: Sequence[Unit], new: Sequence[Unit], path: str, tag: str) -> Finding:
    """Say that an edit stands in no statement of one cell, and show what stood there and what does now."""
    was, is_ = _apart(old, new)
    message = f"An edit of {tag} belongs to no one statement of a cell: it was {was}, and is {is_}."
    hint = "Make the change in the notebook, or take it back in the module; what promotion adds follows the notebook."
    line = new[0].first if new else None
    return Finding("PR616", "error", message, Location(path, line=line or 1), hint)


def contradiction(one: LineEdit, other: LineEdit, notebook: Notebook) -> Finding:
    """Say that two modules want one cell to be different things."""
    first, second = _shortened(*("\n".join(edit.lines) for edit in (one, other)))
    message = f"Two modules changed the same lines of this cell: one has {first}, the other {second}."
    lines = notebook.cells[one.cell - 1].source.count("\n") + 1
    at = notebook.at(one.cell, min(one.start, lines))
    return Finding("PR615", "error", message, at, "Make the modules agree, or pull one of them with --select.")


def no_base(path: str, tag: str) -> Finding:
    """Say that nobody knows what the module was."""
    message = f"What {tag} was when it was promoted is not known: its evidence is of another promotion."
    hint = (
        "Restore the evidence with `git restore`, or carry the edit into the notebook; --force overwrites the module."
    )
    return Finding("PR618", "error", message, Location(path, line=1), hint)


def not_the_same(path: str, tag: str, wanted: Parts, got: Parts | None, why: str = "") -> Finding:
    """Say that the notebook with the edit would not give the edited module, and what the first difference is."""
    shown = why.rstrip(".") or "it would be refused"
    if got is not None:
        pairs = zip_longest(wanted.units, got.units)
        first = next(((a, b) for a, b in pairs if a is None or b is None or a.key != b.key), None)
        if first is not None:
            old, new = _apart(*([unit] if unit else [] for unit in first))
            shown = f"{old} would be {new}"
        else:
            shown = f"the import {_quoted(', '.join(sorted(wanted.imports ^ got.imports)))} differs"
    message = f"With this edit in the notebook, promotion would not give this module of {tag}: {shown}."
    hint = "Make the change in the notebook, and see what it gives with promote --dry-run --diff --force."
    return Finding("PR617", "error", message, Location(path, line=1), hint)


def unreadable(path: str, tag: str) -> Finding:
    """Say that the edited module is no Python."""
    message = f"The edited module of {tag} is not Python, so its edit cannot be followed."
    return Finding("PR616", "error", message, Location(path, line=1), "Put its syntax right.")


def pulled(edits: Sequence[LineEdit], notebook: Notebook, path: str) -> list[Finding]:
    """Say which lines of which cells an edit was written to."""
    found = []
    hint = f"Look at the difference, then run `promote {path}`."
    for edit in edits:
        lines = notebook.cells[edit.cell - 1].source.count("\n") + 1
        at = notebook.at(edit.cell, min(edit.start, lines))
        count = len(edit.lines)
        said = f"{count} {'line' if count == 1 else 'lines'} in place of {edit.end - edit.start}"
        found.append(Finding("PR619", "note", f"Pulled into this cell: {said}.", at, hint))
        hint = ""
    return found


def _at(
    ours: Sequence[Unit], map_: Sequence[Placed], notebook: Notebook, tag: str, path: str, theirs: Sequence[Unit]
) -> Location:
    place = _placed(ours, map_)
    if place is None:
        return Location(path, line=theirs[0].first if theirs else 1)
    cell, line = place
    lines = notebook.cells[cell - 1].source.count("\n") + 1
    return notebook.at(cell, min(line, lines), tag=tag)


def _placed(found: Sequence[Unit], map_: Sequence[Placed]) -> tuple[int, int] | None:
    """Give the cell and about which line of it units of a rendered module came from."""
    for one in map_:
        if found and one.first <= found[0].first <= one.last:
            return one.fragment.cell, one.fragment.first + found[0].first - one.first
    return None


def _where(found: Sequence[Unit], map_: Sequence[Placed]) -> str:
    place = _placed(found, map_)
    return f" (cell {place[0]})" if place else ""


def _line(found: Sequence[Unit], path: str) -> str:
    return f" ({path}:{found[0].first})" if found else ""


def _apart(*each: Sequence[Unit]) -> list[str]:
    """Show statements beside one another."""
    return _shortened(*("\n".join(unit.text.strip() for unit in found) for found in each))


def _shortened(*texts: str) -> list[str]:
    """Quote texts; where one is long, without the lines at both ends that all of them have."""
    each = [_unsecret(text).split("\n") for text in texts]
    shown = [lines for text, lines in zip(texts, each, strict=True) if text]
    if len(shown) > 1 and max(map(len, texts)) > _LONGEST:
        start = _common(shown)
        end = _common([lines[start:][::-1] for lines in shown])
        for lines in shown:
            lines[:] = ["…"] * bool(start) + lines[start : len(lines) - end] + ["…"] * bool(end)
    return [_quoted("\n".join(lines)) for lines in each]


def _common(each: Sequence[Sequence[str]]) -> int:
    """Count the first lines that all have."""
    return next((at for at, row in enumerate(zip(*each, strict=False)) if len(set(row)) > 1), min(map(len, each)))


def _unsecret(text: str) -> str:
    for secret in secrets_in(Notebook("", (Cell(1, "", "code", text),))):
        text = text.replace(secret.text, "*" * len(secret.text))
    return text


def _quoted(text: str) -> str:
    if not text:
        return "nothing"
    shown = " ⏎ ".join(line.strip() for line in _unsecret(text).split("\n"))
    return f"`{shown[:_LONGEST]}{'…' if len(shown) > _LONGEST else ''}`"
