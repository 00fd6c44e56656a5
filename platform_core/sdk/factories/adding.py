"""Adding new rows to what an asset holds: each row once, however often it is run and wherever it was killed.

The mark up to which a source was read is no state of its own: it is the greatest value of a column of the stored rows,
which are written in one piece with them.
"""

from __future__ import annotations

import datetime as dt
import math
import re
from collections.abc import Sequence
from typing import Any, cast

import polars as pl

from platform_core.columns import column_of, unnamed
from platform_core.errors import UserError
from platform_core.sdk.own_data import so_far
from platform_core.suggest import did_you_mean
from platform_core.unions import common_schema, conform

Late = dt.timedelta | str | int | float

_DATE = len("2025-01-31")
_DAY = dt.timedelta(days=1)
_ZONE = r":\d\d(?:\.\d+)?([+-]\d\d:?\d\d)$"
_BEHIND_SECONDS = re.compile(r"(?<=:00)(?:\.0+)?(?:Z|[+-]00:?00)?$")
_NUMBER = re.compile(r"[^0]*0+[^0]*")
_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days", "w": "weeks"}


def stored_rows(name: str, resource: Any) -> pl.LazyFrame | None:
    """Give the rows that the asset holds so far; none while a recording of the resource is made or replayed."""
    stored = None if resource.is_recorded else so_far(name)
    return stored if stored is not None and stored.collect_schema() else None


def name_in(frame: pl.LazyFrame | pl.DataFrame, name: str, what: str) -> str:
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

    A time that lies in the future is passed over: it would hide what comes until then.

    Raises:
        UserError: The rows have no such column, or `late` does not go with its values.

    >>> mark_of(pl.LazyFrame({"at": [dt.date(2025, 1, 9), None]}), "at", "2d")
    datetime.date(2025, 1, 7)
    """
    name = name_in(stored, watermark, "What is stored")
    values = unnamed(stored.select(column_of(name)).collect().to_series())
    refuse_unordered(watermark, values)
    mark = values.filter(~_in_future(values)).max()
    if mark is None or not late:
        return mark
    wait = waiting(late)
    try:
        if isinstance(mark, str):
            return _earlier(mark, wait)
        # A date less hours is the same date to Python
        return cast("Any", mark) - (math.ceil(wait / _DAY) * _DAY if type(mark) is dt.date else wait)
    except (TypeError, ValueError):
        raise UserError(
            f"late={late!r} does not go with the values of {watermark!r}.",
            hint='Give a duration such as "2d" for times, and a number for numbers.',
        ) from None


def refuse_unordered(watermark: str, *parts: pl.Series) -> None:
    """Refuse a watermark of texts whose order may be another than that of what they say.

    Raises:
        UserError: It is one.
    """
    texts = [part for part in parts if part.dtype == pl.String]
    if texts and not _grows(pl.concat(map(unnamed, texts))):
        raise UserError(
            f"The watermark {watermark!r} is text that does not stand in the order of what it says: ISO dates and "
            "times of one form and zone do, and texts of one length with one number in them.",
            hint="Make it a date, a time or a number in a view of the source, or read everything: without watermark=.",
        )


def _in_future(values: pl.Series) -> pl.Series:
    """Say which values are of later than tomorrow: a day may already have begun elsewhere.

    >>> _in_future(pl.Series(["2025-01-31", "9999-12-31", None])).to_list(), _in_future(pl.Series([5])).to_list()
    ([False, True, False], [False])
    """
    tomorrow = dt.datetime.now(dt.UTC) + _DAY
    if values.dtype == pl.Date:
        later = values > tomorrow.date()
    elif isinstance(values.dtype, pl.Datetime):
        later = values.dt.epoch("us") > int(tomorrow.timestamp() * 1_000_000)
    elif values.dtype == pl.String:
        later = values.str.contains("^[0-9]{4}-[0-9]{2}-[0-9]{2}") & (
            values.str.head(_DATE) > tomorrow.date().isoformat()
        )
    else:
        later = pl.zeros(len(values), dtype=pl.Boolean, eager=True)
    return later.fill_null(value=False)


def is_time(text: str) -> bool:
    """Say whether a text begins with an ISO date; of any other a longer one may come: `10` after `9`.

    >>> is_time("2025-01-31T10:00:00Z"), is_time("9")
    (True, False)
    """
    return re.match("[0-9]{4}-[0-9]{2}-[0-9]{2}", text) is not None


def _grows(texts: pl.Series) -> bool:
    """Say whether texts stand in the order of what they say: `9` stands behind `10`, 31/01/2024 behind 01/02/2025.

    >>> [_grows(pl.Series(texts)) for texts in (["2025-01-09", "2025-02-01"], ["9", "10"], ["31/01/2024"], ["A-09"])]
    [True, False, False, True]
    >>> _grows(pl.Series(["2025-01-09T10:00:00Z", "2025-01-09T10:00:00.5Z"])), _grows(pl.Series(["2024/25", "2025/26"]))
    (True, True)
    >>> _grows(pl.Series(["2025-10-26T01:30:00+01:00", "2025-10-26T01:10:00+00:00"]))
    False
    """
    texts = texts.drop_nulls()
    zones = texts.str.extract(_ZONE).fill_null("").replace("+00:00", "").n_unique()
    written = texts.str.replace_all("[0-9]", "0").unique().to_list()
    forms = {_BEHIND_SECONDS.sub("", form) for form in written}  # a fraction is left out where it is nought
    return zones <= 1 and len(forms) <= 1 and all(_NUMBER.fullmatch(form) or form.startswith("0000") for form in forms)


def _earlier(text: str, wait: dt.timedelta) -> str:
    """Give an earlier moment in the same form of text."""
    moment = dt.datetime.fromisoformat(text) - wait
    if len(text) == _DATE:
        return moment.date().isoformat()
    found = moment.isoformat(text[_DATE], "minutes" if text[_DATE + 1 :].count(":") == 1 else "auto")
    return found.replace("+00:00", "Z") if text.endswith("Z") else found


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
    keys = [column_of(name_in(new, column, "What was read")) for column in key]
    if keys and new.select(keys).is_duplicated().any():
        raise UserError(
            f"What was read for {name!r} has a key twice.",
            hint="Is key= what tells one row of the source from another? If so, the source changed while it was read.",
        )
    if stored is None:
        return new.lazy()
    schemas = [("what is stored", stored.collect_schema()), ("what is new", new.schema)]
    union = common_schema(schemas, name, "rows")
    kept = conform(stored if replaced is None else stored.filter(~replaced), schemas[0][1], union)
    came = conform(new.lazy(), schemas[1][1], union)
    if keys:
        kept = kept.join(came.select(keys), on=keys, how="anti", nulls_equal=True, maintain_order="left")
    return pl.concat([kept, came])


def waiting(late: Late) -> Any:
    """Give how far behind the greatest watermark rows may appear, as what is taken off a value.

    Raises:
        UserError: It is a text, and no duration.

    >>> waiting("2d"), waiting(7)
    (datetime.timedelta(days=2), 7)
    """
    if not isinstance(late, str):
        return late
    match = re.fullmatch(r"(\d+)([smhdw])", late)
    if match is None:
        raise UserError(f"late={late!r} is no duration.", hint='Write "2d", "12h" or "30m".')
    return dt.timedelta(**{_UNITS[match[2]]: int(match[1])})
