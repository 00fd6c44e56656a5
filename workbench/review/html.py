"""A review as one HTML page: no script, nothing from elsewhere, for the screen, screen readers, the dark and paper."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import escape

from workbench.review.document import Bars, Block, Cell, Document, Items, Paragraph, Section, Table
from workbench.review.style import STYLE
from workbench.review.wording import parts, said

_POLICY = "default-src 'none'; style-src 'unsafe-inline'"
_RIGHT = ' class="number"'
_DAY = ' class="day"'
_LONG = re.compile(r"[\w./-]{14,}")  # a name or path that would make its column wide, on paper wider than the page
_JOINT = re.compile(r"(?<=[/_])(?=\w)")
_RUN = re.compile(r"\w{24}(?=\w)")  # a word that holds nowhere else to break it
_IS_DAY = re.compile(r"\d{4}-\d\d-\d\d")
# Of a chart, in its own units: a line's height, where bars begin, how long they are at most, the whole width
_STEP, _LEFT, _LONGEST, _WIDE = 26, 230, 420, 860
_MOST_LETTERS = 28
_SIGNS = {"good": "✓ ", "bad": "✗ ", "careful": "! "}


def render_html(document: Document) -> str:
    """Give the review as one HTML document.

    >>> render_html(Document("<Rents>", ())).count("&lt;Rents&gt;")
    2
    """
    title = escape(said(document.title))
    links = "\n".join(f'<li><a href="#{part.id}">{escape(part.title)}</a></li>' for part in document.sections)
    body = "\n".join(map(_section, document.sections))
    return f"""<!DOCTYPE html>
<html lang="en-GB">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta http-equiv="Content-Security-Policy" content="{_POLICY}">
<title>{title}</title>
<style>{STYLE}</style>
</head>
<body>
<a class="skip" href="#content">Skip to the content</a>
<header><h1>{_text(document.title)}</h1></header>
<nav aria-label="Parts of this page">
<ul>
{links}
</ul>
</nav>
<main id="content" tabindex="-1">
{body}
</main>
<footer><p>{escape(document.footer)}</p></footer>
</body>
</html>
"""


def _section(section: Section) -> str:
    heading = f'<h2 id="{section.id}-title">{escape(section.title)}</h2>'
    blocks = "\n".join(map(_block, section.blocks))
    body = f"<details>\n<summary>{heading}</summary>\n{blocks}\n</details>" if section.fold else f"{heading}\n{blocks}"
    return f'<section id="{section.id}" aria-labelledby="{section.id}-title">\n{body}\n</section>'


def _block(block: Block) -> str:
    if isinstance(block, Paragraph):
        sign = f'<span aria-hidden="true">{_SIGNS[block.tone]}</span>' if block.tone else ""
        return f'<p class="verdict {block.tone}">{sign}{_text(block.text)}</p>' if block.tone else _plain(block.text)
    if isinstance(block, Items):
        kind = ' class="boxes"' if block.boxes else ""
        return f"<ul{kind}>\n" + "\n".join(f"<li>{_text(text)}</li>" for text in block.texts) + "\n</ul>"
    return _bars(block) if isinstance(block, Bars) else _table(block)


def _bars(chart: Bars) -> str:
    """Draw bars from left to right; every figure stands in words beside its bar, and all of them in the description."""
    most = max((length for _, length, _ in chart.bars), default=0.0) or 1.0
    lines = []
    for number, (label, length, words) in enumerate(chart.bars):
        top = number * _STEP
        wide = max(2, round(length / most * _LONGEST)) if length else 0
        lines.append(
            f'<text x="0" y="{top + 16}" class="label">{escape(_cut(label))}</text>'
            f'<rect x="{_LEFT}" y="{top + 3}" width="{wide}" height="18"/>'
            f'<text x="{_LEFT + wide + 8}" y="{top + 16}">{escape(said(words))}</text>'
        )
    told = escape("; ".join(f"{said(label)}: {said(words)}" for label, _, words in chart.bars))
    caption, height = escape(said(chart.caption)), len(chart.bars) * _STEP
    return (
        f'<figure class="bars">\n<figcaption>{caption}</figcaption>\n<div class="scroll" role="region" '
        f'aria-label="{caption}" tabindex="0">\n<svg viewBox="0 0 {_WIDE} {height}" role="img" '
        f'aria-label="{caption}. {told}">\n' + "\n".join(lines) + "\n</svg>\n</div>\n</figure>"
    )


def _cut(label: str) -> str:
    text = said(label)
    return text if len(text) <= _MOST_LETTERS else f"{text[: _MOST_LETTERS - 1]}…"


def _plain(text: str) -> str:
    return f"<p>{_text(text)}</p>"


def _table(table: Table) -> str:
    heads = "".join(f'<th scope="col"{_class(column, table)}>{escape(column)}</th>' for column in table.columns)
    lines = "\n".join(f"<tr>{''.join(_row(row, table))}</tr>" for row in table.rows)
    caption = escape(said(table.caption))
    whole = (
        f'<div class="scroll" role="region" aria-label="{caption}" tabindex="0">\n'
        f"<table>\n<caption>{caption}</caption>\n<thead><tr>{heads}</tr></thead>\n<tbody>\n{lines}\n</tbody>\n</table>\n</div>"
    )
    return f"<details>\n<summary>{caption}</summary>\n{whole}\n</details>" if table.fold else whole


def _row(row: tuple[Cell, ...], table: Table) -> Iterator[str]:
    for number, (cell, column) in enumerate(zip(row, table.columns, strict=True)):
        text = _LONG.sub(lambda name: _RUN.sub(r"\g<0><wbr>", _JOINT.sub("<wbr>", name[0])), _text(cell.text))
        if cell.href and text:
            text = f'<a href="{escape(cell.href)}">{text}</a>'
        if cell.tone in {"good", "bad"}:
            text = f'<span class="{cell.tone}">{text}</span>'
        kind = _class(column, table) or (_DAY if _IS_DAY.fullmatch(cell.text) else "")
        yield f'<th scope="row">{text}</th>' if number == 0 else f"<td{kind}>{text}</td>"


def _class(column: str, table: Table) -> str:
    return _RIGHT if column in table.numbers else ""


def _text(sentence: str) -> str:
    return "".join(f"<code>{escape(part)}</code>" if is_name else escape(part) for part, is_name in parts(sentence))
