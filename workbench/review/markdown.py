"""A review as one comment in the Markdown of GitHub and GitLab, within what a comment may hold.

Every character that Markdown, HTML or the site could read as its own is written as a numeric entity, so that no name or
text of a branch becomes a link, a mention, a heading or an element.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from workbench.review.document import MARK, Bars, Block, Cell, Document, Items, Paragraph, Table
from workbench.review.wording import parts

__all__ = ["LIMIT", "MARK", "render_markdown"]

LIMIT = 65_000  # characters; GitHub takes 65,536
_STEPS = (10_000, 300, 100, 40, 20, 10, 5, 2, 0)  # rows of a table, lines of a list
_SHORTEST = 20  # characters of such a line
_CODE = re.compile(r"[\w .,:;/()\[\]{}'\"=<>+*@#!?%^~$&-]+", re.ASCII)  # needs no escape between backticks
_SPECIAL = re.compile(r"""[^\w ,;'?%()/".:=-]|_|[.:](?=\S)""")
_OPENING = re.compile(r"^(\d+)([.)])|^([-=/])")
_SIGNS = {"good": "✅ ", "bad": "❌ ", "careful": "⚠️ "}


def render_markdown(document: Document, limit: int = LIMIT) -> str:
    """Give the review as a comment; long tables are cut, with a sentence that says so, until it fits."""
    for most in _STEPS:
        if most and _lines(document, most) * _SHORTEST > limit:
            continue
        text = (
            "\n".join([document.mark, f"## {_text(document.title)}", "", *_sections(document, most)]).rstrip("\n")
            + "\n"
        )
        if len(text) <= limit:
            break
    return text


def _lines(document: Document, most: int) -> int:
    """Give how many lines tables and lists have at least."""
    sizes = (
        len(block.rows if isinstance(block, Table) else block.bars if isinstance(block, Bars) else block.texts)
        for section in document.sections
        for block in section.blocks
        if not isinstance(block, Paragraph)
    )
    return sum(min(size, most) for size in sizes)


def _sections(document: Document, most: int) -> Iterator[str]:
    # the reasons for the verdict go last, and how to read a review is our own short text
    least = {"verdict": 10 if most else 0, "words": _STEPS[0]}
    for section in document.sections:
        shown = max(most, least.get(section.id, 0))
        body = [line for block in section.blocks for line in _block(block, shown)]
        if section.fold:
            yield from ("<details>", f"<summary><strong>{_text(section.title)}</strong></summary>", "")
            yield from (*body, "</details>", "")
        else:
            yield from (f"### {_text(section.title)}", "", *body)


def _block(block: Block, most: int) -> Iterator[str]:
    if isinstance(block, Paragraph):
        text = _text(block.text)
        yield from (f"**{_SIGNS.get(block.tone, '')}{text}**" if block.tone else text, "")
    elif isinstance(block, Items):
        sign = "- [ ] " if block.boxes else "- "
        yield from (f"{sign}{_text(text)}" for text in block.texts[:most])
        yield from ("", *_left_out(len(block.texts) - most, "point"))
    elif isinstance(block, Bars):
        yield from (f"{_text(block.caption)}:", "")
        yield from (f"- {_text(label)}: {_text(words)}" for label, _, words in block.bars[:most])
        yield from ("", *_left_out(len(block.bars) - most, "bar"))
    else:
        yield from _table(block, most)


def _table(table: Table, most: int) -> Iterator[str]:
    fold = table.fold
    if fold:
        yield from ("<details>", f"<summary>{_text(table.caption)}</summary>", "")
    else:
        yield from (f"{_text(table.caption)}:", "")
    yield f"| {' | '.join(map(_text, table.columns))} |"
    yield f"|{'|'.join(' ---: ' if column in table.numbers else ' --- ' for column in table.columns)}|"
    for row in table.rows[:most]:
        yield f"| {' | '.join(map(_cell, row))} |"
    yield from ("", *_left_out(len(table.rows) - most, "row"))
    if fold:
        yield from ("</details>", "")


def _left_out(number: int, what: str) -> Iterator[str]:
    if number > 0:
        more = f"{number:,} more {what}{'' if number == 1 else 's'}"
        yield from (f"*{more} left out: a comment holds no more. The HTML and the JSON of this review hold all.*", "")


def _cell(cell: Cell) -> str:
    text = _text(cell.text)
    if cell.href and text:
        text = f"[{text}]({cell.href.replace('(', '%28').replace(')', '%29')})"
    return f"**{_SIGNS.get(cell.tone, '')}{text}**" if cell.tone == "bad" else text


def _text(sentence: str) -> str:
    return "".join(_code(part) if is_name else _plain(part) for part, is_name in parts(sentence))


def _code(text: str) -> str:
    """Give a name as code: between backticks where nothing in it matters there, else as an element."""
    stripped = text.strip() or "?"
    return f"`{stripped}`" if _CODE.fullmatch(stripped) else f"<code>{_plain(stripped)}</code>"


def _plain(text: str) -> str:
    r"""Escape a text.

    >>> print(_plain("*a* [b](http://c) @d"))
    &#42;a&#42; &#91;b&#93;(http&#58;//c) &#64;&#8203;d
    """
    opened = _OPENING.sub(lambda m: f"{m[1] or ''}{_entity(m[2] or m[3])}", text)
    if opened == text:
        return _SPECIAL.sub(lambda m: _entity(m[0]), text)
    end = opened.index(";") + 1
    return opened[:end] + _SPECIAL.sub(lambda m: _entity(m[0]), opened[end:])


def _entity(one: str) -> str:
    # the site looks for @name and #1 in the finished text too: a space of no width parts the sign from the name
    return f"&#{ord(one)};" + ("&#8203;" if one in "@#!" else "")
