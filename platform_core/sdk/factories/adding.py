"""Adding new rows to what an asset holds: each row once, however often it is run and wherever it was killed.

The mark up to which a source was read is no state of its own: it is the greatest value of a column of the stored rows,
which are written in one piece with them.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Sequence
from typing import Any

import polars as pl

from platform_core.errors import UserError
from platform_core.sdk.own_data import so_far
from platform_core.suggest import did_you_mean
from platform_core.unions import common_schema, conform

Late = dt.timedelta | str | int | float

_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days", "w": "weeks"}


def stored_rows(name: str, resource: Any) -> pl.LazyFrame | None:
    """Give the rows that the asset holds so far; none while a recording of the resource is made or replayed."""
    stored = None if resource.is_recorded else so_far(name)
    return stored if stored is not None and stored.collect_schema() else None


def column_of(frame: pl.LazyFrame | pl.DataFrame, name: str, what: str) -> str:
    """Give a column's name as the frame has it, whatever its case.

    Raises:
        UserError: It has none.
    """
    names = frame.collect_schema().names()
    found = next((one for one in names if one.casefold() == name.casefold()), None)
    if found is None:
        raise UserError(f"{what} has no column {name!r}.", hint=did_you_mean(name, names))
    return found


def mark_of(stored: pl.LazyFrame, watermark: str, late: Late) -> Any:
    """Give the value from which to read on: the greatest so far, less what may come late; None where there is none.

    Raises:
        UserError: The rows have no such column, or `late` does not go with its values.

    >>> mark_of(pl.LazyFrame({"at": [dt.date(2025, 1, 9), None]}), "at", "2d")
    datetime.date(2025, 1, 7)
    """
    mark = stored.select(pl.col(column_of(stored, watermark, "What is stored")).max()).collect().item()
    if mark is None or not late:
        return mark
    wait = _waiting(late)
    text = mark if isinstance(mark, str) else ""
    try:
        moment = dt.datetime.fromisoformat(text) - wait if text else mark - wait
    except (TypeError, ValueError):
        raise UserError(
            f"late={late!r} does not go with the values of {watermark!r}.",
            hint='Give a duration such as "2d" for times, and a number for numbers.',
        ) from None
    return moment.isoformat().replace("+00:00", "Z" if text.endswith("Z") else "+00:00") if text else moment


def added(
    name: str, stored: pl.LazyFrame | None, new: pl.DataFrame, *, key: Sequence[str], replaced: pl.Expr | None = None
) -> pl.LazyFrame:
    """Give the stored rows with the new ones behind them.

    Args:
        name: The asset, as errors name it.
        stored: The rows so far.
        new: The new ones.
        key: The columns that identify a row: a new one takes the place of the stored one of its key.
        replaced: Which stored rows the new ones take the place of, whatever their key.

    Raises:
        UserError: A key stands twice among the new rows, or a column's types do not fit together.
    """
    keys = [column_of(new, column, "What was read") for column in key]
    if keys and new.select(keys).is_duplicated().any():
        raise UserError(
            f"What was read for {name!r} has a key twice.",
            hint="Is key= what tells one row of the source from another?",
        )
    if stored is None:
        return new.lazy()
    kept = stored if replaced is None else stored.filter(~replaced)
    if keys:
        kept = kept.join(new.lazy().select(keys), on=keys, how="anti", nulls_equal=True, maintain_order="left")
    schemas = [("what is stored", kept.collect_schema()), ("what is new", new.schema)]
    union = common_schema(schemas, name, "rows")
    return pl.concat([conform(kept, schemas[0][1], union), conform(new.lazy(), schemas[1][1], union)])


def _waiting(late: Late) -> Any:
    if not isinstance(late, str):
        return late
    match = re.fullmatch(r"(\d+)([smhdw])", late)
    if match is None:
        raise UserError(f"late={late!r} is no duration.", hint='Write "2d", "12h" or "30m".')
    return dt.timedelta(**{_UNITS[match[2]]: int(match[1])})
