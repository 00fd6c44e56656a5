"""A trace of columns as a drawing: SVG that needs no script, or Mermaid for Markdown pages.

Assets stand in columns from left to right, those upstream first. A line that is whole is a value, a dashed one an
influence, a dotted one not known; each has its words as a title, and the whole has a description that says the same
in text.
"""

from __future__ import annotations

from collections.abc import Mapping
from html import escape

from platform_core.governance.lineage.graph import WHOLE, Edge, Place, Trace

_ROW, _HEAD, _GAP, _BETWEEN, _MARGIN = 22, 30, 24, 130, 16
_LETTER, _LEAST, _MOST_LETTERS = 7.4, 120, 44
_DASHES = {"direct": "", "influence": "6 4", "unknown": "2 4"}
_WORDS = {"direct": "its values", "influence": "an influence on it", "unknown": "not known"}


def svg(trace: Trace, title: str) -> str:
    """Draw a trace.

    Args:
        trace: What to draw.
        title: What it shows, in a few words.

    >>> drawn = svg(Trace({("rents", "rent"): "asked"}, ()), "rents.rent")
    >>> drawn.startswith("<svg") and "<script" not in drawn
    True
    """
    columns = _columns(trace)
    levels = _levels(trace)
    at: dict[str, tuple[float, float, float]] = {}
    left = float(_MARGIN)
    height = 0.0
    for level in range(max(levels.values(), default=0) + 1):
        names = [name for name in sorted(columns) if levels[name] == level]
        width = max((_width(name, columns[name]) for name in names), default=_LEAST)
        top = float(_MARGIN)
        for name in names:
            at[name] = (left, top, width)
            top += _HEAD + _ROW * len(columns[name]) + _GAP
        height = max(height, top)
        left += width + _BETWEEN
    lines = [_line(edge, at, columns) for edge in trace.edges]
    boxes = [_box(name, at[name], columns[name], trace.places) for name in sorted(columns)]
    wide, high = f"{left - _BETWEEN + _MARGIN:.0f}", f"{height - _GAP + _MARGIN + 26:.0f}"
    return "\n".join(
        (
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {wide} {high}" width="{wide}" height="{high}"'
            ' role="img" aria-labelledby="lineage-title lineage-text" font-family="system-ui, sans-serif"'
            ' font-size="13">',
            f'<title id="lineage-title">{escape(title)}</title>',
            f'<desc id="lineage-text">{escape(described(trace))}</desc>',
            '<rect width="100%" height="100%" fill="#ffffff"/>',
            *lines,
            *boxes,
            _key(height - _GAP + _MARGIN + 8),
            "</svg>",
            "",
        )
    )


def mermaid(trace: Trace) -> str:
    """Give a trace as a Mermaid flow chart, for Markdown.

    >>> edge = Edge(("rents", "rent"), ("bills", "yearly"), "direct", "transformation")
    >>> print(mermaid(Trace({("rents", "rent"): "asked", ("bills", "yearly"): "direct"}, (edge,))))
    flowchart LR
      subgraph a0["bills"]
        c0["yearly"]
      end
      subgraph a1["rents"]
        c1["rent"]
      end
      c1 --> c0
    <BLANKLINE>
    """
    columns = _columns(trace)
    numbers: dict[Place, str] = {}
    lines = ["flowchart LR"]
    for index, name in enumerate(sorted(columns)):
        lines.append(f'  subgraph a{index}["{_quoted(name)}"]')
        for column in columns[name]:
            numbers[name, column] = f"c{len(numbers)}"
            lines.append(f'    {numbers[name, column]}["{_quoted(_shown(column))}"]')
        lines.append("  end")
    arrows = {"direct": "-->", "influence": "-.->", "unknown": "-. not known .->"}
    lines += dict.fromkeys(
        f"  {numbers[edge.start]} {arrows[edge.strength]} {numbers[edge.end]}" for edge in trace.edges
    )
    return "\n".join(lines) + "\n"


def described(trace: Trace) -> str:
    """Say a trace in words.

    >>> described(Trace({("rents", "rent"): "asked"}, ()))
    'Nothing leads to or from rents.rent.'
    """
    if not trace.edges:
        return f"Nothing leads to or from {', '.join(_named(place) for place in trace.places)}."
    said = dict.fromkeys(
        f"{_named(edge.start)} leads to {_named(edge.end)} ({_WORDS[edge.strength]})" for edge in trace.edges
    )
    return "; ".join(said) + "."


def _columns(trace: Trace) -> dict[str, list[str]]:
    ends = (place for edge in trace.edges for place in (edge.start, edge.end))
    found: dict[str, dict[str, None]] = {}
    for name, column in (*trace.places, *ends):
        found.setdefault(name, {})[column] = None
    return {name: sorted(columns, key=lambda column: (column != WHOLE, column)) for name, columns in found.items()}


def _levels(trace: Trace) -> dict[str, int]:
    """Give each asset its column of the drawing: one more than the furthest that leads to it."""
    before: dict[str, set[str]] = {name: set() for name in _columns(trace)}
    for edge in trace.edges:
        if edge.start[0] != edge.end[0]:
            before[edge.end[0]].add(edge.start[0])
    levels = dict.fromkeys(before, 0)
    for _ in before:  # an asset that reads itself, or a circle, ends this all the same
        for name in sorted(before):
            levels[name] = min(max((levels[above] + 1 for above in before[name]), default=0), len(before))
    return levels


def _width(name: str, columns: list[str]) -> float:
    longest = max(len(_cut(text)) for text in (name, *map(_shown, columns)))
    return max(_LEAST, longest * _LETTER + 24)


def _line(edge: Edge, at: Mapping[str, tuple[float, float, float]], columns: Mapping[str, list[str]]) -> str:
    x1, y1 = _port(edge.start, at, columns, out=True)
    x2, y2 = _port(edge.end, at, columns, out=False)
    bend = (x1 + x2) / 2
    dashes = f' stroke-dasharray="{_DASHES[edge.strength]}"' if _DASHES[edge.strength] else ""
    way = f", {edge.way.replace('_', ' ')}" if edge.way else ""
    words = f"{_named(edge.start)} to {_named(edge.end)}: {_WORDS[edge.strength]}{way}"
    colour = "#0b4f8a" if edge.strength == "direct" else "#505a5f"
    return (
        f'<path d="M{x1:.0f} {y1:.0f}C{bend:.0f} {y1:.0f} {bend:.0f} {y2:.0f} {x2:.0f} {y2:.0f}" fill="none"'
        f' stroke="{colour}" stroke-width="1.6"{dashes}><title>{escape(words)}</title></path>'
    )


def _port(
    place: Place, at: Mapping[str, tuple[float, float, float]], columns: Mapping[str, list[str]], *, out: bool
) -> tuple[float, float]:
    left, top, width = at[place[0]]
    return left + (width if out else 0), top + _HEAD + _ROW * (columns[place[0]].index(place[1]) + 0.5)


def _box(name: str, at: tuple[float, float, float], columns: list[str], places: Mapping[Place, str]) -> str:
    left, top, width = at
    height = _HEAD + _ROW * len(columns)
    parts = [
        f'<rect x="{left:.0f}" y="{top:.0f}" width="{width:.0f}" height="{height}" rx="4" fill="#ffffff"'
        ' stroke="#0b0c0c"/>',
        f'<rect x="{left:.0f}" y="{top:.0f}" width="{width:.0f}" height="{_HEAD}" rx="4" fill="#0b0c0c"/>',
        f'<text x="{left + 10:.0f}" y="{top + 20:.0f}" fill="#ffffff" font-weight="600">{escape(_cut(name))}'
        f"<title>{escape(name)}</title></text>",
    ]
    for number, column in enumerate(columns):
        y = top + _HEAD + _ROW * number
        asked = places.get((name, column)) == "asked"
        if asked:
            parts.append(
                f'<rect x="{left + 1:.0f}" y="{y:.0f}" width="{width - 2:.0f}" height="{_ROW}" fill="#ffdd00"/>'
            )
        weight = ' font-weight="600"' if asked else ""
        style = ' font-style="italic"' if column == WHOLE else ""
        parts.append(
            f'<text x="{left + 10:.0f}" y="{y + 15:.0f}" fill="#0b0c0c"{weight}{style}>{escape(_cut(_shown(column)))}'
            f"<title>{escape(_named((name, column)))}</title></text>"
        )
    return "\n".join(parts)


def _key(top: float) -> str:
    parts, left = [], float(_MARGIN)
    for strength, words in (("direct", "values"), ("influence", "influence"), ("unknown", "not known")):
        dashes = f' stroke-dasharray="{_DASHES[strength]}"' if _DASHES[strength] else ""
        colour = "#0b4f8a" if strength == "direct" else "#505a5f"
        parts.append(
            f'<path d="M{left:.0f} {top:.0f}h30" fill="none" stroke="{colour}" stroke-width="1.6"{dashes}/>'
            f'<text x="{left + 36:.0f}" y="{top + 4:.0f}" fill="#0b0c0c" font-size="12">{words}</text>'
        )
        left += 36 + len(words) * _LETTER + 20
    return "\n".join(parts)


def _shown(column: str) -> str:
    return "all columns (its rows)" if column == WHOLE else column


def _named(place: Place) -> str:
    return f"all of {place[0]}" if place[1] == WHOLE else f"{place[0]}.{place[1]}"


def _cut(text: str) -> str:
    return text if len(text) <= _MOST_LETTERS else f"{text[: _MOST_LETTERS - 1]}…"


def _quoted(text: str) -> str:
    """Give a name as Mermaid takes it, whatever stands in it."""
    return "".join(letter if letter.isalnum() or letter in " _-.()" else f"#{ord(letter)};" for letter in text)
