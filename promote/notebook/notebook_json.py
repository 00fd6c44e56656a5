"""Edits of a notebook's JSON text that touch only what they change: key order, indentation and line ends stay.

The text is looked at span by span; values that no edit concerns (outputs above all) are skipped, not read.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from hashlib import blake2b

from platform_core.values import dataclass

_BLANK = re.compile(r"[ \t\r\n]*")
_PIECE = re.compile(r".*?\n|.+\Z", re.DOTALL)  # a line with its end
_LINE_END = re.compile(r"\r\n|\r|\n")
_DECODER = json.JSONDecoder()


@dataclass(frozen=True, slots=True)
class Span:
    """A value in JSON text: where it begins, and where what follows it begins."""

    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Change:
    """A stretch of text and what takes its place."""

    start: int
    end: int
    text: str


def members(text: str, at: int) -> dict[str, Span]:
    """Give the values of the object that begins at `at`, by key."""
    found: dict[str, Span] = {}
    for start in _items(text, at):
        key, after = _DECODER.raw_decode(text, start)
        value = _skip(text, _skip(text, after) + 1)
        found[key] = Span(value, _end(text, value))
    return found


def elements(text: str, at: int) -> list[Span]:
    """Give the values of the list that begins at `at`.

    >>> [text[s.start : s.end] for text in ['[1, "a" ,{}]'] for s in elements(text, 0)]
    ['1', '"a"', '{}']
    """
    return [Span(start, _end(text, start)) for start in _items(text, at)]


def cell_at(text: str, position: int) -> dict[str, Span]:
    """Give the members of the cell at a position (from 1)."""
    cells = members(text, _skip(text, 0))["cells"]
    return members(text, elements(text, cells.start)[position - 1].start)


def edited_source(text: str, source: Span, start: tuple[int, int], end: tuple[int, int], put: str) -> Change:
    """Give the change that puts `put` in place of a stretch of a cell's source; lines and columns count from 1."""
    if text[source.start] == '"':
        decoded, _ = _DECODER.raw_decode(text, source.start)
        return Change(source.start, source.end, _dumped(_spliced(decoded, start, end, put), text, source))
    parts = elements(text, source.start)
    lines = [_DECODER.raw_decode(text, part.start)[0] for part in parts]
    whole = "".join(lines)
    first, last = _offset(whole, start), _offset(whole, end)
    low = high = 0
    begin = 0
    for index, line in enumerate(lines):  # the elements that hold the first and the last letter of the stretch
        if begin <= first:
            low = index
        if begin <= last and (begin < last or index == 0 or first == last):
            high = index
        begin += len(line)
    if not parts:
        made = _list(_PIECE.findall(put), _indent_of(text, source.start), _unit(text)) if put else "[]"
        return Change(source.start, source.end, made)
    high = max(low, high)
    offset = sum(len(line) for line in lines[:low])
    piece = "".join(lines[low : high + 1])
    ending = "\r\n" if "\r\n" in whole else "\n"
    new = piece[: first - offset] + put.replace("\n", ending) + piece[last - offset :]
    margin = text[source.start + 1 : parts[0].start]
    between = text[parts[0].end : parts[1].start] if len(parts) > 1 else f",{margin or ' '}"
    span = Span(parts[low].start, parts[high].end)
    if not new and len(parts) == high - low + 1:
        return Change(source.start, source.end, "[]")
    if not new:  # whole lines go, and the comma beside them
        if high + 1 < len(parts):
            return Change(span.start, parts[high + 1].start, "")
        return Change(parts[low - 1].end, span.end, "")
    pieces = [_dumped(line, text, span) for line in _PIECE.findall(new)]
    return Change(span.start, span.end, between.join(pieces))


def edited_tag(text: str, cell: dict[str, Span], old: str, new: str) -> Change:
    """Give the change that makes one tag of a cell another, or adds `new` where `old` is empty."""
    metadata = cell["metadata"]
    tags = members(text, metadata.start).get("tags")
    if tags is None:
        return _added_member(text, metadata, "tags", [new])
    if text[tags.start] == '"':
        return Change(tags.start, tags.end, _dumped(new, text, tags))
    items = elements(text, tags.start)
    for item in items:
        if old and text[item.start] == '"' and _DECODER.raw_decode(text, item.start)[0] == old:
            return Change(item.start, item.end, _dumped(new, text, item))
    if items:
        before = text[tags.start + 1 : items[0].start]
        return Change(items[-1].end, items[-1].end, f",{before or ' '}{_dumped(new, text, tags)}")
    return Change(tags.start, tags.end, _list([new], _indent_of(text, tags.start), _unit(text)))


def renamed_key(text: str, cell: dict[str, Span], old: str, new: str) -> Change:
    """Give the change that renames a key under `workbench` in a cell's metadata; it must be there."""
    panel = members(text, cell["metadata"].start)["workbench"]
    for start in _items(text, panel.start):
        key, after = _DECODER.raw_decode(text, start)
        if key == old:
            return Change(start, after, _dumped(new, text, panel))
    raise ValueError(f"no key {old!a}")


def edited_option(text: str, cell: dict[str, Span], path: Sequence[str | int], new: str) -> Change:
    """Give the change of a text among the options under `workbench` in a cell's metadata.

    Raises:
        LookupError: There is no such option.
    """
    span = members(text, cell["metadata"].start)["workbench"]
    for part in path:
        span = elements(text, span.start)[part] if isinstance(part, int) else members(text, span.start)[part]
    return Change(span.start, span.end, _dumped(new, text, span))


def cut(text: str, position: int, line: int) -> str:
    """Give the text with the lines of a code cell from `line` on in a cell of their own below, without tags."""
    cell = cell_at(text, position)
    source, _ = _DECODER.raw_decode(text, cell["source"].start)
    whole = source if isinstance(source, str) else "".join(source)
    at = _offset(whole, (line, 1))
    rest, kept = whole[at:], whole[:at].rstrip("\r\n")
    lines = len(_LINE_END.findall(whole)) + 1
    start = (len(_LINE_END.findall(kept)) + 1, len(_LINE_END.split(kept)[-1]) + 1)
    end = (lines, len(_LINE_END.split(whole)[-1]) + 1)
    change = edited_source(text, cell["source"], start, end, "")
    new: dict[str, object] = {"cell_type": "code", "execution_count": None}
    if "id" in cell:
        new["id"] = blake2b(
            f"{text[cell['id'].start : cell['id'].end]} {line} {rest}".encode(), digest_size=4
        ).hexdigest()
    new |= {"metadata": {}, "outputs": []}
    new["source"] = rest if isinstance(source, str) else _PIECE.findall(rest)
    cells = members(text, _skip(text, 0))["cells"]
    places = elements(text, cells.start)
    ascii_only = re.search(r"\\u[0-9a-fA-F]{4}", text[cell["source"].start : cell["source"].end]) is not None
    made = json.dumps(new, ensure_ascii=ascii_only, indent=_unit(text) or None)
    ending = "\r\n" if "\r\n" in text else "\n"
    made = made.replace("\n", f"{ending}{_indent_of(text, places[0].start)}")
    between = text[cells.start + 1 : places[0].start]
    after = places[position - 1].end
    text = f"{text[:after]},{between or ' '}{made}{text[after:]}"
    return text[: change.start] + change.text + text[change.end :]


def _added_member(text: str, owner: Span, key: str, value: list[str]) -> Change:
    unit = _unit(text)
    there = members(text, owner.start)
    if not there:
        indent = _indent_of(text, owner.start)
        inner = f"{indent}{unit}" if unit else ""
        made = f'"{key}": {_list(value, inner, unit)}'
        return Change(owner.start, owner.end, f"{{\n{inner}{made}\n{indent}}}" if unit else f"{{{made}}}")
    first = next(_items(text, owner.start))
    between = text[owner.start + 1 : first]
    made = f'"{key}": {_list(value, _indent_of(text, first), unit)}'
    end = max(span.end for span in there.values())
    return Change(end, end, f",{between or ' '}{made}")


def _list(values: list[str], indent: str, unit: str) -> str:
    shown = [json.dumps(value, ensure_ascii=False) for value in values]
    if not unit:
        return f"[{', '.join(shown)}]"
    inner = f"\n{indent}{unit}"
    return f"[{inner}{f',{inner}'.join(shown)}\n{indent}]"


def _unit(text: str) -> str:
    """The white space of one level, empty where the notebook stands on one line."""
    match = re.match(r"\s*\{\r?\n([ \t]+)", text)
    return match[1] if match else ""


def _indent_of(text: str, at: int) -> str:
    line = text[text.rfind("\n", 0, at) + 1 : at]
    return line[: len(line) - len(line.lstrip())]


def _spliced(source: str, start: tuple[int, int], end: tuple[int, int], put: str) -> str:
    ending = "\r\n" if "\r\n" in source else "\n"
    return source[: _offset(source, start)] + put.replace("\n", ending) + source[_offset(source, end) :]


def _offset(source: str, place: tuple[int, int]) -> int:
    """Give the offset of a line and column, both from 1; a byte-order mark at the start is no column."""
    line, column = place
    begin = 1 if source.startswith("\ufeff") else 0
    for match in _LINE_END.finditer(source):
        if line == 1:
            break
        begin, line = match.end(), line - 1
    return min(begin + column - 1, len(source))


def _dumped(value: str, text: str, near: Span) -> str:
    """Write a string as the notebook writes its own: escapes beyond ASCII only where it has such."""
    return json.dumps(value, ensure_ascii=re.search(r"\\u[0-9a-fA-F]{4}", text[near.start : near.end]) is not None)


def _items(text: str, at: int) -> Iterator[int]:
    """Give where each element, or each key, of the list or object at `at` begins."""
    at = _skip(text, at + 1)
    keyed = text[at : at + 1] == '"' and text[_BLANK.match(text, _DECODER.raw_decode(text, at)[1]).end()] == ":"  # type: ignore[union-attr]  # it matches anything
    while text[at] not in "]}":
        yield at
        end = _end(text, _skip(text, _skip(text, _DECODER.raw_decode(text, at)[1]) + 1)) if keyed else _end(text, at)
        at = _skip(text, end)
        if text[at] == ",":
            at = _skip(text, at + 1)


def _end(text: str, at: int) -> int:
    return _DECODER.raw_decode(text, at)[1]


def _skip(text: str, at: int) -> int:
    match = _BLANK.match(text, at)
    return match.end() if match else at
