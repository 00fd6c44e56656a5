"""The picture that every materialisation has: how much of each column is there, from counts of its nulls alone."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from html import escape

from platform_core.metadata.text import cell, cut

_MOST = 20
_ROW, _LABEL, _BAR = 18, 170, 200


def completeness(shares: Mapping[str, float]) -> str:
    """Give a picture of the share of rows that hold a value, by column, in Markdown, and the same in words.

    Args:
        shares: The share of nulls by column, from 0 to 1, in the frame's order. Columns with the most nulls are drawn.

    >>> completeness({"fee": 0.25, "town": 0.0}).splitlines()[-1]
    'Nulls: fee 25.0 %. No nulls in the other column.'
    """
    holed = {name: share for name, share in sorted(shares.items(), key=lambda item: -item[1]) if share > 0}
    words = _words(holed, len(shares))
    drawn = sorted(shares.items(), key=lambda item: -item[1])[:_MOST]
    order = {name: place for place, name in enumerate(shares)}
    drawn.sort(key=lambda item: order[item[0]])
    picture = base64.b64encode(_svg(drawn, words).encode()).decode("ascii")
    return f"![Share of rows with a value, by column](data:image/svg+xml;base64,{picture})\n\n{cell(words, 400)}"


def _words(holed: Mapping[str, float], columns: int) -> str:
    if not holed:
        return f"No nulls in any of {columns} columns." if columns != 1 else "No nulls in the one column."
    told = ", ".join(f"{cut(name, 30)} {_percent(share)}" for name, share in list(holed.items())[:8])
    more = f" and {len(holed) - 8} more" if len(holed) > 8 else ""
    rest = columns - len(holed)
    others = "" if not rest else f" No nulls in the other {f'{rest} columns' if rest > 1 else 'column'}."
    return f"Nulls: {told}{more}.{others}"


def _percent(share: float) -> str:
    return "under 0.1 %" if share < 0.001 else f"{share:.1%}".replace("%", " %")


def _svg(drawn: list[tuple[str, float]], words: str) -> str:
    height = _ROW * len(drawn) + 4
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{_LABEL + _BAR + 90}" height="{height}" '
        f'font-family="sans-serif" font-size="12" role="img">',
        f"<title>{escape(words)}</title>",
        f'<rect width="100%" height="{height}" fill="#ffffff"/>',
    ]
    for place, (name, share) in enumerate(drawn):
        top = 2 + place * _ROW
        parts.append(
            f'<text x="{_LABEL - 6}" y="{top + 13}" text-anchor="end" fill="#1a1a1a">{escape(cut(name, 24))}</text>'
            f'<rect x="{_LABEL}" y="{top + 3}" width="{_BAR}" height="12" fill="#ffffff" stroke="#595959"/>'
            f'<rect x="{_LABEL}" y="{top + 3}" width="{_BAR * (1 - share):.1f}" height="12" fill="#1d5f9e"/>'
            f'<text x="{_LABEL + _BAR + 6}" y="{top + 13}" fill="#1a1a1a">{_percent(1 - share)}</text>'
        )
    return "".join([*parts, "</svg>"])
