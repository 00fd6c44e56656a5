"""The first rows of an asset as a Markdown table, personal columns masked."""

from __future__ import annotations

from collections.abc import Collection

import polars as pl

from platform_core.columns import column_of, unnamed
from platform_core.metadata.declared import personal_columns
from platform_core.metadata.text import cell

MASKED = "masked"

_ROWS = 10
LOOKED_AT = _ROWS + 1
_COLUMNS = 20


def preview(frame: pl.LazyFrame, personal: Collection[str] = ()) -> str:
    """Give the first rows of a frame as a Markdown table, bounded in rows, columns and width.

    Args:
        frame: The frame; no more of it is read than is shown.
        personal: Columns to mask, beside those that the detector of personal data finds by name or values.

    >>> import polars as pl
    >>> frame = pl.LazyFrame({"town": ["a|b", None], "fee": [1.5, 2.0], "email": ["ann@example.com", None]})
    >>> print(preview(frame))
    | town | fee | email |
    | --- | --- | --- |
    | a&#124;b | 1.5 | masked |
    |  | 2.0 | masked |
    """
    names = frame.collect_schema().names()
    head = frame.select(column_of(name) for name in names[:_COLUMNS]).head(LOOKED_AT).collect()
    return preview_of(head, personal_columns(head, personal), len(names))


def preview_of(head: pl.DataFrame, masked: Collection[str], width: int | None = None) -> str:
    """Give the first `LOOKED_AT` rows of a frame as `preview` does, where it is known what is masked.

    Args:
        head: The rows: one more than are shown tells that there are more.
        masked: Columns to mask.
        width: How many columns the frame has, where the rows do not hold all of them.
    """
    shown = head.columns[:_COLUMNS]
    if not shown:
        return "No columns."
    rows = [[cell(name) for name in shown], ["---"] * len(shown)]
    columns = [_texts(column, masked=column.name in masked) for column in head[:_ROWS, : len(shown)]]
    rows += [list(row) for row in zip(*columns, strict=True)]
    lines = [f"| {' | '.join(row)} |" for row in rows]
    if head.height > _ROWS:
        lines.append(f"\nThe first {_ROWS} rows.")
    width = head.width if width is None else width
    if width > len(shown):
        lines.append(f"\nThe first {len(shown)} of {width} columns.")
    return "\n".join(lines)


def _texts(column: pl.Series, *, masked: bool) -> list[str]:
    try:
        values = column.to_list()
    except (ValueError, OverflowError, pl.exceptions.PanicException):  # a time beyond Python's years
        values = unnamed(column).to_physical().to_list()
    return [MASKED if masked else cell("" if value is None else str(value)) for value in values]
