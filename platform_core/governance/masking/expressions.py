"""Ways to mask a column, each a Polars expression that keeps the column's name and leaves nulls as they are."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal
from typing import Literal

import polars as pl
import polars.selectors as cs

from platform_core.columns import column_of
from platform_core.governance.masking.keys import Key, known_key
from platform_core.governance.masking.pseudonyms import pseudonyms
from platform_core.governance.masking.settings import asked
from platform_core.governance.masking.written import written
from platform_core.needed import needed

HIDDEN = "•"
_NANOSECONDS = datetime(1677, 9, 22), datetime(2262, 4, 11)  # the whole days that 64 bits of them hold
# What is hidden of a value: beside letters and digits the marks on them, and pictures; spaces and signs stay
_HIDES = r"[\p{L}\p{N}\p{M}\p{So}\p{Cf}\p{Co}[\p{Sk}--\p{ASCII}]]"
_POSTCODE = r"^\s*([A-Z]{1,2})([0-9][0-9A-Z]?)[\s\-]*([0-9])[A-Z]{2}\s*$"
_MOST_PLACES = 12
_YEAR = r"(?:^|[^0-9])((?:1[89]|20)[0-9]{2})(?:[^0-9]|$)"


def redact(column: str, *, text: str = HIDDEN * 3) -> pl.Expr:
    """Put the same text in place of every value.

    Raises:
        UserError: `text` is no text.

    >>> pl.select(name=pl.lit("Ada")).select(redact("name")).item()
    '•••'
    """
    asked("redact", column, text=text)
    return pl.when(column_of(column).is_not_null()).then(pl.lit(text)).alias(column)


def partial(column: str, *, keep: int = 4) -> pl.Expr:
    """Show the last letters and digits, and dots for the others; of an e-mail address its first letter and its domain.

    Never more than a quarter of a value is shown, so that a short one does not give itself away; spaces and signs stay.

    Args:
        column: The column.
        keep: How many letters and digits are shown at most, up to 64.

    Raises:
        UserError: `keep` is no such number.

    >>> frame = pl.DataFrame({"card": ["4111 1111 1111 1234", "AB123456C", "no"]})
    >>> frame.select(partial("card")).to_series().to_list()
    ['•••• •••• •••• 1234', '•••••••6C', '••']
    """
    asked("partial", column, keep=keep)
    text = column_of(column).cast(pl.String)
    shown = pl.min_horizontal(text.str.count_matches(r"[\p{L}\p{N}]") // 4, pl.lit(keep, pl.UInt32)).cast(pl.Int64)
    # The place of the first letter that is shown, counted from the end: signs among the last ones are shown with them
    tail = pl.lit("", pl.String)
    for count in range(keep, 0, -1):
        tail = (
            pl.when(shown == count)
            .then(text.str.extract(rf"((?:[\p{{L}}\p{{N}}][^\p{{L}}\p{{N}}]*){{{count}}})$", 1))
            .otherwise(tail)
        )
    head = text.str.head(text.str.len_chars().cast(pl.Int64) - tail.str.len_chars().cast(pl.Int64))
    masked = pl.concat_str(head.str.replace_all(_HIDES, HIDDEN), tail)
    address = (
        text.str.extract(r"^([^@\s])[^@\s]*@", 1)
        + text.str.extract(r"^[^@\s]([^@\s]*)@", 1).str.replace_all(".", HIDDEN)
        + text.str.extract(r"(@[^@\s]+)$", 1)
    )
    return pl.when(text.str.contains(r"^[^@\s]{2,}@[^@\s]+$")).then(address).otherwise(masked).alias(column)


def hashed(column: str, *, key: Key | None = None, length: int = 64) -> pl.Expr:
    """Put the keyed hash (HMAC-SHA-256) of every value in its place, as `v1:` and hexadecimal digits.

    Equal values stay equal, so joins and counts hold; without the key nobody can try all values of a kind against it.
    What is no text is hashed as it is written (`2024-01-31`), a whole number as `7` whatever its type, for an id that
    is missing somewhere is often kept as 7.0. A lazy frame with it holds the key: do not store such a plan.

    Args:
        column: The column.
        key: The key; from `WORKBENCH_MASKING_KEY` where it is left out.
        length: How many hexadecimal digits are kept, from 16 on: fewer are likelier to meet by chance.

    Raises:
        UserError: There is no key, `length` is not from 16 to 64, or the package `polars-hash` is missing.

    >>> frame = pl.DataFrame({"nhs": ["9434765919"]})
    >>> frame.select(hashed("nhs", key=Key("0123456789abcdef0123456789abcdef"), length=16)).item()
    'v1:f23090a36451bfa7'
    """
    asked("hash", column, length=length)
    known = known_key(key)
    whole = digest(written(column), known)
    return pl.concat_str(pl.lit(f"v{known.version}:"), whole if length == 64 else whole.str.head(length)).alias(column)


def digest(expression: pl.Expr, key: Key) -> pl.Expr:
    """Give the HMAC-SHA-256 of texts as 64 hexadecimal digits."""
    chash = needed("polars_hash", "masking").CryptographicHashingNameSpace
    made: pl.Expr = chash(expression).hmac_sha256(key=key.secret)
    return made


def pseudonym(column: str, *, key: Key | None = None) -> pl.Expr:
    """Put another value of the same form in place of every value: a digit for a digit, a letter for a letter.

    Two values never get the same pseudonym, and one gets the same everywhere under the same key, so joins hold between
    all tables that are masked so; a whole number counts as the same whatever its type, as in `hashed`. The result is
    text. Check digits do not come out right, and what is short has few
    others of its form: a pseudonym of one digit hides nothing.

    Raises:
        UserError: There is no key, or the package `polars-hash` is missing.

    >>> key = Key("0123456789abcdef0123456789abcdef")
    >>> made = pl.DataFrame({"ni": ["AB 12 34 56 C"]}).select(pseudonym("ni", key=key)).item()
    >>> made != "AB 12 34 56 C", [character.isdigit() for character in made][3:5], made[2]
    (True, [True, True], ' ')
    """
    asked("pseudonym", column)
    known = known_key(key)
    needed("polars_hash", "masking")
    return (
        written(column)
        .alias("values")  # Polars looks for what it hands to Python by name, and takes `^…$` for a pattern there too
        .map_batches(lambda values: pseudonyms(values, known), return_dtype=pl.String, is_elementwise=True)
        .alias(column)
    )


def shift_dates(column: str, *, by: str, key: Key | None = None, most: int = 182) -> pl.Expr:
    """Move dates by a number of days that is the same for all dates of a person, so that intervals stay what they were.

    What lies so close to an end of the calendar (`9999-12-31` for "still open") that a shift may leave it stays as it
    is: moved, it would tell by how much a person's dates were moved. So does each other date that stands for "none",
    such as `1900-01-01`: make those null first.

    Args:
        column: A column of dates or times.
        by: The column that says whose they are. Where that is null, the date becomes null.
        key: The key; from `WORKBENCH_MASKING_KEY` where it is left out.
        most: How many days at most, to either side, up to a hundred years; never none.

    Raises:
        UserError: There is no key, `most` is no such number, or the package `polars-hash` is missing.

    >>> from datetime import date
    >>> frame = pl.DataFrame({"person": [7, 7], "seen": [date(2024, 1, 1), date(2024, 1, 31)]})
    >>> moved = frame.select(shift_dates("seen", by="person", key=Key("0123456789abcdef0123456789abcdef"))).to_series()
    >>> (moved[1] - moved[0]).days, moved[0] == date(2024, 1, 1)
    (30, False)
    """
    asked("shift_dates", column, by=by, most=most)
    drawn = digest(pl.concat_str(pl.lit("days:"), written(by)), known_key(key))
    number = drawn.str.head(12).str.to_integer(base=16, strict=False) % (2 * most)
    days = pl.when(number < most).then(number - most).otherwise(number - most + 1)
    moved = [
        part + pl.duration(days=pl.when(_apart(column, ends, most)).then(days).otherwise(0), time_unit=unit)
        for part, ends, unit in _calendars(column)
    ]
    return pl.when(column_of(by).is_not_null()).then(pl.coalesce(moved)).alias(column)


def _calendars(column: str) -> list[tuple[cs.Selector, tuple[datetime, datetime], Literal["ns", "us"]]]:
    """Give a column as what it may be, times in nanoseconds or others, with the ends of the calendar of each.

    What the column is not stands for no column at all, and falls out of `coalesce`.
    """
    every, short = cs.by_name(column), cs.datetime("ns", ["*", None])
    return [(every & short, _NANOSECONDS, "ns"), (every - short, (datetime.min, datetime.max), "us")]


def _apart(column: str, ends: tuple[datetime, datetime], most: int) -> pl.Expr:
    first, last = ends[0] + timedelta(days=most), ends[1] - timedelta(days=most)
    return column_of(column).cast(pl.Datetime("us")).is_between(first, last)


def generalise_postcode(column: str, *, to: Literal["area", "district", "sector"] = "area") -> pl.Expr:
    """Put the area (`LS`), district (`LS1`) or sector (`LS1 4`) in place of a postcode; what is none becomes null.

    Raises:
        UserError: There is no such part.

    >>> frame = pl.DataFrame({"pc": ["sw1a 1aa", "LS14AP", "unknown"]})
    >>> frame.select(generalise_postcode("pc", to="sector")).to_series().to_list()
    ['SW1A 1', 'LS1 4', None]
    """
    asked("generalise_postcode", column, to=to)
    text = column_of(column).cast(pl.String).str.to_uppercase()
    area, district, sector = (text.str.extract(_POSTCODE, group) for group in (1, 2, 3))
    parts = {"area": area, "district": area + district, "sector": area + district + " " + sector}
    return parts[to].alias(column)


def year_band(column: str, *, width: int = 5) -> pl.Expr:
    """Put a band of years in place of a date, or of a text with a year of four digits; what has none becomes null.

    Raises:
        UserError: `width` is no whole number from 1 on.

    >>> from datetime import date
    >>> pl.DataFrame({"born": [date(1983, 5, 1), None]}).select(year_band("born")).to_series().to_list()
    ['1980-1984', None]
    """
    asked("year_band", column, width=width)
    every = cs.by_name(column)
    dated = cs.date() | cs.datetime()
    year = pl.coalesce((every & dated).dt.year(), (every - dated).cast(pl.String).str.extract(_YEAR, 1).cast(pl.Int32))
    low = year // width * width
    return (low.cast(pl.String) if width == 1 else pl.concat_str(low, pl.lit("-"), low + width - 1)).alias(column)


def band(column: str, *, width: float) -> pl.Expr:
    """Put the lower end of a band in place of a number.

    Raises:
        UserError: `width` is not positive.

    >>> pl.DataFrame({"rent": [812.5, 799.0]}).select(band("rent", width=50)).to_series().to_list()
    [800.0, 750.0]
    >>> pl.DataFrame({"share": [0.3, 0.29]}).select(band("share", width=0.1)).to_series().to_list()
    [0.3, 0.2]
    """
    asked("band", column, width=width)
    number = column_of(column)
    places = -int(Decimal(str(width)).as_tuple().exponent)
    low = _rounded((number / width).floor() * width, places)
    # Polars divides by multiplying with one part of the width, which may miss by one band: 49 / 49 is less than 1
    above, below = _rounded(low + width, places), _rounded(low - width, places)
    return pl.when(number >= above).then(above).when(number < low).then(below).otherwise(low).alias(column)


def _rounded(number: pl.Expr, places: int) -> pl.Expr:
    """Give 0.3 for what 3 * 0.1 makes."""
    return number.round(places) if 0 < places <= _MOST_PLACES else number
