r"""Write tags and options into a notebook's file, and leave every other byte of it as it is.

The text of the file is changed only where a cell's metadata gets a key: found by reading the JSON place by place,
written in the file's own indentation, in the order of keys that the file keeps. A script gets them on the marker line.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from json.decoder import scanstring  # type: ignore[attr-defined]  # there since Python 3.1, missing in the stubs
from typing import Any

from platform_core.errors import UserError
from platform_core.values import dataclass

_SPACE = re.compile(r"[ \t\r\n]*")
_MARKER = re.compile(r"# ?%%+(?=$|[ \t\[\r])[^\r\n]*")
_DECODER = json.JSONDecoder()


@dataclass(frozen=True, slots=True)
class Marks:
    """What a cell gets: its tags, and its options under the key `workbench`."""

    tags: tuple[str, ...]
    options: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class _Span:
    """A value in the text, from `start` up to `end`."""

    start: int
    end: int


@dataclass(frozen=True, slots=True)
class _Member:
    """A key of an object with the place of its value; `key` is where the key's quote stands."""

    key: int
    value: _Span


def with_marks(raw: bytes, marks: Mapping[int, Marks]) -> bytes:
    r"""Give a notebook's bytes with the marks of the cells at these positions (from 1).

    >>> text = b'{"cells": [{"cell_type": "code", "metadata": {}, "source": ""}], "nbformat": 4}'
    >>> with_marks(text, {1: Marks(("silver:rents",), {})})
    b'{"cells": [{"cell_type": "code", "metadata": {"tags": ["silver:rents"]}, "source": ""}], "nbformat": 4}'
    """
    text = raw.decode("utf-8")
    start = 1 if text.startswith("\ufeff") else 0
    cells = _items(text, _members(text, _after_space(text, start))["cells"].value.start)
    for position in sorted(marks, reverse=True):  # from the end, so that places before stay what they are
        text = _marked(text, cells[position - 1].start, marks[position])
    return text.encode("utf-8")


def with_script_marks(raw: bytes, marks: Mapping[int, Marks], lines: Sequence[int]) -> bytes:
    """Give a script's bytes with marks on the marker lines; `lines` are those of the cells, from 1, 0 where none is.

    Raises:
        UserError: A cell has no marker line, or its line says something of tags or options already.
    """
    kept = _lines(raw)
    for position, mark in marks.items():
        number = lines[position - 1]
        found = _MARKER.match(kept[number - 1].removeprefix("\ufeff")) if number else None
        if found is None or re.search(r"\b(?:tags|workbench)\b[\"']?[ \t]*[=:]|\{", found[0]):
            hint = f"Write tags={json.dumps(list(mark.tags))} on the line that begins the cell."
            raise UserError(f"The marker of cell {position} cannot be given tags.", hint=hint)
        line = kept[number - 1]
        end = len(line.rstrip())
        added = f" tags={json.dumps(list(mark.tags), ensure_ascii=False)}"
        if mark.options:
            added += f" workbench={json.dumps(dict(mark.options), ensure_ascii=False)}"
        kept[number - 1] = line[:end] + added + line[end:]
    return "".join(kept).encode("utf-8")


def with_titles(raw: bytes, marks: Mapping[int, Marks], lines: Sequence[int]) -> bytes:
    """Give the bytes of an export of Databricks with tags as words of titles, and options as `#|` lines below.

    Args:
        raw: The export.
        marks: What cells get, by position.
        lines: The number of the line that parts each cell from the one before, from 1.

    Raises:
        UserError: A cell is of another language.
    """
    kept = _lines(raw)
    ending = "\r\n" if kept and kept[0].endswith("\r\n") else "\n"
    for position in sorted(marks, reverse=True):
        mark, number = marks[position], lines[position - 1]
        while number < len(kept) and not kept[number].strip():
            number += 1
        words = " ".join(mark.tags)
        title = kept[number] if number < len(kept) and kept[number].startswith("# DBTITLE ") else ""
        first = kept[number + bool(title)] if number + bool(title) < len(kept) else ""
        if first.startswith("# MAGIC"):
            hint = f"Give it the title {words}, and tag what it needs by hand."
            raise UserError(f"Cell {position} is of another language, and is not tagged.", hint=hint)
        new = f"{title.rstrip()} {words}{ending}" if title else f"# DBTITLE 1,{words}{ending}"
        new += "".join(
            f"#| {key}: {json.dumps(value, ensure_ascii=False)}{ending}" for key, value in mark.options.items()
        )
        kept[number : number + bool(title)] = [new]
    return "".join(kept).encode("utf-8")


def _lines(raw: bytes) -> list[str]:
    """Give a script's lines with their ends; a form feed or a line separator within one ends none."""
    return re.findall(r"[^\r\n]*(?:\r\n|\r|\n)|[^\r\n]+", raw.decode("utf-8"))


def _marked(text: str, cell: int, mark: Marks) -> str:
    """Give the text with the marks of the cell whose object opens at offset `cell`."""
    values: dict[str, Any] = {"tags": list(mark.tags)}
    if mark.options:
        values["workbench"] = dict(mark.options)
    for name, value in sorted(values.items(), reverse=True):
        members = _members(text, cell)
        metadata = members.get("metadata")
        if metadata is None or text[metadata.value.start] != "{":
            text = _put(text, cell, "metadata", {name: value})
        else:
            text = _put(text, metadata.value.start, name, value)
    return text


def _put(text: str, start: int, name: str, value: Any) -> str:
    """Give the text with a key of the object that opens at `start` set to a value."""
    members = _members(text, start)
    line_end = "\r\n" if "\r\n" in text else "\n"
    outer = _indentation(text, start)
    inner = _inner_indentation(text, start, members, outer)
    if name in members:
        span = members[name].value
        return text[: span.start] + _dump(value, inner, outer, line_end) + text[span.end :]
    made = f"{json.dumps(name)}: {_dump(value, inner, outer, line_end)}"
    if not members:
        end = text.index("}", start) + 1
        if inner is None:
            return text[:start] + "{" + made + "}" + text[end:]
        return f"{text[:start]}{{{line_end}{inner}{made}{line_end}{outer}}}{text[end:]}"
    after = next((key for key in members if key > name), None) if list(members) == sorted(members) else None
    gap = f",{line_end}{inner}" if inner is not None else ", "
    if after is not None:
        at = members[after].key
        return text[:at] + made + gap + text[at:]
    at = next(reversed(members.values())).value.end
    return text[:at] + gap + made + text[at:]


def _dump(value: Any, inner: str | None, outer: str, line_end: str) -> str:
    """Give a value as the file would write it at this depth; `inner` is None where the file is all on one line."""
    if inner is None:
        return json.dumps(value, ensure_ascii=False)
    unit = inner.removeprefix(outer) or " "
    return json.dumps(value, ensure_ascii=False, indent=unit).replace("\n", line_end + inner)


def _indentation(text: str, at: int) -> str:
    """Give what stands before the first letter of the line on which an offset stands."""
    start = text.rfind("\n", 0, at) + 1
    return text[start : start + len(text[start:at]) - len(text[start:at].lstrip(" \t"))]


def _inner_indentation(text: str, start: int, members: Mapping[str, _Member], outer: str) -> str | None:
    """Give the indentation of an object's keys, None where they do not stand on lines of their own."""
    for member in members.values():
        return _indentation(text, member.key) if "\n" in text[start : member.key] else None
    if "\n" not in text:
        return None
    closing = re.compile(r"\n([ \t]*)[\]}]").search(text)
    unit = re.compile(r"\{\r?\n([ \t]+)").match(text, text.index("{"))
    return outer + unit[1] if closing and unit else None


def _members(text: str, start: int) -> dict[str, _Member]:
    """Give the members of the object that opens at `start`."""
    found: dict[str, _Member] = {}
    at = _after_space(text, start + 1)
    while text[at] != "}":
        key_at = at
        key, at = scanstring(text, at + 1)
        at = _after_space(text, _after_space(text, at) + 1)
        _, end = _DECODER.raw_decode(text, at)
        found[key] = _Member(key_at, _Span(at, end))
        at = _after_space(text, end)
        if text[at] == ",":
            at = _after_space(text, at + 1)
    return found


def _items(text: str, start: int) -> list[_Span]:
    """Give the places of the items of the array that opens at `start`."""
    found: list[_Span] = []
    at = _after_space(text, start + 1)
    while text[at] != "]":
        _, end = _DECODER.raw_decode(text, at)
        found.append(_Span(at, end))
        at = _after_space(text, end)
        if text[at] == ",":
            at = _after_space(text, at + 1)
    return found


def _after_space(text: str, at: int) -> int:
    found = _SPACE.match(text, at)
    return found.end() if found else at
