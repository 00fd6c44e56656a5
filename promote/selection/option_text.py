"""Read the plain option lines, `key: words`, `key: [a, b]` and `key: {a: 1}`, without loading a YAML library.

Loading one costs as much as all else that a check does. What is read here, is read exactly as `from_yaml` reads it,
places and all, which a property test holds it to; everything else goes there.
"""

from __future__ import annotations

import re

from promote.patterns import pattern
from promote.selection.option_tree import Node, TreeError, from_yaml, mapping, meaning

_LONGEST = 2_000
_LINE = pattern(r"(\w[\w-]{0,99}): {1,9}(?:(\w(?:[\w./@+-]|:(?=\w)|,? (?=\w))*)|[\[{].*[\]}])", re.ASCII)
_FLOW = pattern(r"(\w[\w.-]*)(: ?)?|([\[{])|([\]}])|(,) ?", re.ASCII)


def from_text(text: str) -> Node:
    """Read option text as a tree.

    Raises:
        TreeError: As `from_yaml` does.

    >>> from_text("key: [a, no, 010]").plain()
    {'key': ['a', 'no', 10]}
    """
    try:
        tree = _plain(text)
    except TreeError:  # a key that stands twice; a later line may hold what is told before it
        tree = None
    return tree or from_yaml(text)


def _plain(text: str) -> Node | None:
    """Give the tree of plain lines, None where a line is not plain."""
    children: list[Node] = []
    if len(text) > _LONGEST:
        return None
    for number, line in enumerate(text.split("\n"), 1):
        if not line:
            continue
        if simple := _simple(line, number):
            children += simple
            continue
        match = _LINE.fullmatch(line)
        if match is None:
            return None
        start = match.end(1) + 1
        while line[start] == " ":
            start += 1
        value = _scalar(match[2], number, start) if match[2] else _flow(line, number, start)
        if value is None:
            return None
        children += (_scalar(match[1], number, 0), value)
    return mapping(children, children[0].line, 1) if children else Node("map", 1, 1)


def _simple(line: str, number: int) -> tuple[Node, Node] | None:
    """Read `key: word` or `key: [word, word]`, as most lines are, with no pattern that would have to be compiled."""
    key, colon, rest = line.partition(": ")
    if not colon or not _is_word(key) or len(key) > 100:
        return None
    start = at = len(key) + len(colon)
    if _is_word(rest):
        return _scalar(key, number, 0), _scalar(rest, number, start)
    words = rest[1:-1].split(", ")
    if f"[{rest[1:-1]}]" != rest or not all(map(_is_word, words)):
        return None
    items: list[Node] = []
    for word in words:
        items.append(_scalar(word, number, at + 1))
        at += len(word) + len(", ")
    return _scalar(key, number, 0), Node("list", number, start + 1, items=tuple(items))


def _is_word(text: str) -> bool:
    return text.isascii() and text.isidentifier()


def _scalar(text: str, line: int, start: int) -> Node:
    return Node("scalar", line, start + 1, text, meaning(text))


def _flow(text: str, line: int, start: int) -> Node | None:
    """Read a list or mapping in brackets, None where anything is not as plain as can be."""
    at, opened = start, [("", 0, list[Node]())]
    wants = "value"  # or "key" in a mapping, "next" after a value, "free" where an end may stand too
    while match := _FLOW.match(text, at):
        word, colon, begins, ends, comma = match.groups()
        bracket, column, children = opened[-1]
        keyed = bracket == "{" and wants in {"key", "free"}
        if word:
            fits = wants != "next" and colon == (": " if keyed else None)
            children.append(_scalar(word, line, at))
            wants = "value" if keyed else "next"
        elif begins:
            fits = wants != "next" and not keyed and len(opened) < 10
            opened.append((begins, at, []))
            wants = "free"
        elif ends:
            fits = wants in {"next", "free"} and bracket + ends in {"[]", "{}"}
            if fits:
                opened.pop()
                opened[-1][2].append(_closed(bracket, children, line, column + 1))
            wants = "next"
        else:
            fits = wants == "next" and bool(comma)
            wants = "key" if bracket == "{" else "value"
        at = match.end()
        if not fits or len(opened) == 1:
            return opened[0][2][0] if fits and at == len(text) else None
    return None


def _closed(bracket: str, children: list[Node], line: int, column: int) -> Node:
    return mapping(children, line, column) if bracket == "{" else Node("list", line, column, items=tuple(children))
