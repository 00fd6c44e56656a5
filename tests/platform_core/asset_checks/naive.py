"""Random frames of every type, and each check judged by a loop over plain Python values: an oracle that shares no code.

A column's values are compared as Python holds them; dates, times and spans as the whole numbers that they are stored
as, since Python's own have no nanoseconds.
"""

from __future__ import annotations

import math
import operator
import random
import re
import struct
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal, localcontext
from fractions import Fraction
from typing import Any
from zoneinfo import ZoneInfo

import polars as pl

from platform_core.asset_checks import (
    Check,
    check_accepted_values,
    check_compare,
    check_drift,
    check_expression,
    check_freshness,
    check_length,
    check_mean,
    check_no_nulls,
    check_null_share,
    check_pattern,
    check_quantile,
    check_range,
    check_referential,
    check_row_change,
    check_row_count,
    check_unique_values,
)

NAN, INF = math.nan, math.inf
LONG = "long " * 40
TEXTS = ["", "a", "A", "ab", "a\n", "a\0", "\0", "é", "e\u0301", "\ufeff", "\ufffd", "😀", "\U0010ffff", "1", "NaN"]
TEXTS += [f"{LONG}1", f"{LONG}2", "2025-01-01", "2025-01-01T10:00", "2025-13-01", "null"]
OTHER_NAN: float = struct.unpack("<d", bytes.fromhex("010000000000f8ff"))[0]  # of other bits than the usual one
FLOATS = [0.0, -0.0, 0.5, -1.5, NAN, OTHER_NAN, INF, -INF, 1e300, 5e-324, 1.0, 2.0, 2.0**53, 2.0**64, -(2.0**63)]
DAYS = [date(2025, 1, 1), date(2025, 3, 30), date(1, 1, 1), date(9999, 12, 31), date(1969, 12, 31), date(1970, 1, 1)]
ZONES = (None, "UTC", "Europe/London", "Asia/Kathmandu")
PER_SECOND = {"ms": 1000, "us": 10**6, "ns": 10**9}
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
DECIMALS = {
    (10, 2): ["0.10", "1.00", "1.05", "-3.00", "99999999.99"],
    (38, 0): ["0", "9" * 38, "-" + "9" * 38, "1"],
    (38, 18): ["0.1", "1." + "0" * 17 + "1", "9" * 20 + "." + "9" * 18, "-1"],
    (38, 38): ["0." + "9" * 38, "0", "-0." + "1" * 38],
    (38, 37): ["9." + "9" * 37, "-1", "0." + "0" * 36 + "1", "0"],
    (19, 19): ["0." + "9" * 19, "0", "-0." + "0" * 18 + "1"],
    (1, 0): ["9", "-9", "0"],
}
NAMES = ["x{}", "é y{}", "a.b{}", "^q{}$", "^.*{}$", 'say "x{}"', "{}", "rows{}"]
TEXT_KINDS = (pl.String, pl.Categorical, pl.Enum)


def _whole(bits: int, signed: bool) -> list[int]:
    low, high = (-(1 << bits - 1), (1 << bits - 1) - 1) if signed else (0, (1 << bits) - 1)
    return [low, high, 0, 1, 2, 3, high - 1]


WIDTHS = (8, 16, 32, 64, 128)
WHOLE: dict[Any, list[int]] = {getattr(pl, f"Int{bits}")(): _whole(bits, True) for bits in WIDTHS}
WHOLE |= {getattr(pl, f"UInt{bits}")(): _whole(bits, False) for bits in WIDTHS}
MOMENTS = [0, -1, 1, 10**6, 10**15, 10**15 + 1, 3_600_000_000_000, -(10**16)]  # counts of any unit
MAP = pl.List(pl.Struct({"key": pl.String, "value": pl.Int64}))  # as Polars reads a map of Arrow or DuckDB
NESTED: dict[Any, list[Any]] = {
    pl.List(pl.Int64): [[], [1], [1, None], [None], [2, 1]],
    pl.List(pl.String): [[], ["a"], ["a\0", ""], [None]],
    pl.List(pl.Float64): [[NAN], [0.0], [-0.0], [NAN, 1.0], []],
    pl.Array(pl.Int16, 2): [[1, 2], [1, None], [None, None], [2, 1]],
    pl.Struct({"x": pl.Int64, "y": pl.String}): [{"x": 1, "y": "a"}, {"x": None, "y": None}, {"x": 1, "y": None}],
    pl.List(pl.Struct({"z": pl.Float32})): [[{"z": NAN}], [{"z": None}], [None], []],
    pl.Struct({"deep": pl.List(pl.Int8)}): [{"deep": [1]}, {"deep": []}, {"deep": None}],
    MAP: [[], [{"key": "a", "value": 1}], [{"key": "a", "value": None}], [{"key": "b", "value": 1}] * 2],
    pl.Map(pl.String, pl.Int64): [{}, {"a": 1}, {"a": None}, {"a": 1, "b": 2}, {"b": 2, "a": 1}],
    pl.List(pl.List(pl.String)): [[], [[]], [None], [["a"], []], [[], ["a"]], [["a", None]]],
    pl.Struct({"a": pl.Struct({"b": pl.List(pl.Struct({"c": pl.Float64, "d": pl.Decimal(38, 38)}))})}): [
        {"a": {"b": [{"c": NAN, "d": Decimal("0." + "9" * 38)}]}},
        {"a": {"b": [{"c": OTHER_NAN, "d": Decimal("0." + "9" * 38)}]}},
        {"a": {"b": [{"c": NAN, "d": None}]}},
        {"a": {"b": None}},
        {"a": None},
    ],
    pl.Array(pl.Float64, 2): [[NAN, 0.0], [OTHER_NAN, -0.0], [None, 0.0], [1.0, NAN]],
    pl.Array(pl.Array(pl.Int8, 1), 2): [[[1], [2]], [[1], None], [[None], [2]]],
    pl.List(pl.Array(pl.String, 2)): [[], [["a", "b"]], [["a", None]], [None], [["", "ab"]]],
    pl.List(pl.Decimal(38, 18)): [[], [Decimal("1." + "0" * 17 + "1")], [Decimal(1)], [None]],
    pl.List(pl.Date): [[], [date(2025, 1, 1)], [None], [date(1, 1, 1), date(9999, 12, 31)]],
    pl.List(pl.Enum(TEXTS)): [[], ["a"], ["a\0"], [None], ["a", "A"]],
    pl.List(pl.Categorical()): [[], ["a"], ["a\0"], [None], ["a", "A"]],
    pl.List(pl.Binary): [[], [b""], [b"\0"], [None], [b"\xff"]],
    pl.List(pl.Boolean): [[], [True], [False], [None], [True, None]],
    pl.Struct({"when": pl.Datetime("us", "Europe/London"), "how": pl.Duration("ms")}): [
        {"when": datetime(2025, 3, 30, 1, tzinfo=UTC), "how": timedelta(milliseconds=1)},
        {"when": datetime(2025, 3, 30, 0, tzinfo=UTC), "how": timedelta(milliseconds=1)},
        {"when": None, "how": None},
    ],
}
POOLS: dict[Any, list[Any]] = {
    **WHOLE,
    pl.Float16(): FLOATS,
    pl.Float32(): FLOATS,
    pl.Float64(): FLOATS,
    pl.Boolean(): [True, False],
    pl.String(): TEXTS,
    pl.Categorical(): TEXTS,
    pl.Enum(TEXTS): TEXTS,
    pl.Enum(TEXTS[::-1]): TEXTS,
    pl.Categorical(pl.Categories("t", namespace="n")): TEXTS,
    pl.Binary(): [b"", b"\0", b"a", b"\xff\xfe", b"a" * 300],
    pl.Date(): DAYS,
    pl.Time(): [0, 1, 86_399_999_999_999, 3_600_000_000_000, 3_600_000_000_001],
    **{pl.Datetime(unit, zone): MOMENTS for unit in PER_SECOND for zone in ZONES},  # type: ignore[arg-type]
    **{pl.Duration(unit): MOMENTS for unit in PER_SECOND},  # type: ignore[arg-type]
    **{pl.Decimal(*shape): [Decimal(text) for text in texts] for shape, texts in DECIMALS.items()},
    **NESTED,
    pl.Null(): [None],
}
TYPES = list(POOLS)


def random_frame(chance: random.Random, types: Sequence[Any] | None = None, *, long: bool = False) -> pl.DataFrame:
    """Give a frame of some columns of random types: few values, so that they meet, at times none or only nulls.

    Two columns are at times of types that have something in common. There may be none, or thousands of rows.
    """
    rows = chance.choice([0, 1, 2, 5, 11, 21, 40, *([3000] if long else [])])
    chosen = list(types) if types is not None else _types(chance)
    columns = []
    for place, dtype in enumerate(chosen):
        pool = chance.sample(POOLS[dtype], min(len(POOLS[dtype]), chance.choice([1, 2, 3, 20])))
        nulls = chance.choice([0, 0, 0.2, 1 if chance.random() < 0.3 else 0.5])
        values = [None if chance.random() < nulls else chance.choice(pool) for _ in range(rows)]
        columns.append(_series(chance.choice(NAMES).format(place), dtype, values))
    return pl.DataFrame(columns) if columns else pl.DataFrame(height=rows)


def _types(chance: random.Random) -> list[Any]:
    chosen = chance.choices(TYPES, k=chance.choice([0, 1, 1, 2, 2, 3, 4, 5, 6, 6, *range(1, 7)]))
    alike = [dtype for dtype in TYPES if chosen and chance.random() < 0.5 and _alike(chosen[0], dtype)]
    return [*chosen, *chance.choices(alike, k=1 if alike else 0)]


def _alike(one: Any, other: Any) -> bool:
    return any(fits(one) and fits(other) for fits in SORTS) and one not in NESTED


SORTS: list[Callable[[Any], bool]] = [
    lambda dtype: dtype.is_integer() or dtype.is_float(),
    lambda dtype: dtype.is_integer() or isinstance(dtype, pl.Decimal),
    lambda dtype: isinstance(dtype, TEXT_KINDS),
    lambda dtype: isinstance(dtype, pl.Date | pl.Datetime),
    lambda dtype: isinstance(dtype, pl.Duration),
]


def _series(name: str, dtype: Any, values: list[Any]) -> pl.Series:
    if isinstance(dtype, pl.Datetime | pl.Duration | pl.Time):
        return pl.Series(name, values, dtype=pl.Int64).cast(dtype)
    if isinstance(dtype, pl.Float16 | pl.Float32):
        return pl.Series(name, values, dtype=pl.Float64).cast(dtype)
    return pl.Series(name, values, dtype=dtype)


def plain(column: pl.Series) -> list[Any]:
    """Give a column's values as Python compares them."""
    if isinstance(column.dtype, pl.Date | pl.Datetime | pl.Duration | pl.Time):
        return column.alias("v").to_physical().to_list()  # Polars takes some names for patterns
    return column.to_list()


def same(value: Any) -> Any:
    """Give what equal values share: one NaN, one zero, and nested values as tuples."""
    if isinstance(value, float):
        return "not a number" if math.isnan(value) else value + 0.0
    if isinstance(value, list | pl.Series):
        return ("list", *map(same, value))
    if isinstance(value, dict):
        return ("struct", *((key, same(held)) for key, held in value.items()))
    return value


@dataclass(frozen=True)
class Case:
    """A check and what it has to find: the rows that fail, or how often the frame does as a whole."""

    check: Check
    rows: list[int] | None
    failed_count: int = 0

    @property
    def expected(self) -> int:
        """How many are to fail."""
        return self.failed_count if self.rows is None else len(self.rows)


def random_case(chance: random.Random, frame: pl.DataFrame, name: str) -> Case | None:
    """Give a random check of a frame, with what the loop finds; None where the two do not fit each other."""
    return chance.choice(MAKERS)(chance, frame, name)


def _column(chance: random.Random, frame: pl.DataFrame, fits: Callable[[Any], bool]) -> str | None:
    fitting = [column for column, dtype in frame.schema.items() if fits(dtype)]
    return chance.choice(fitting) if fitting else None


def _failing(values: Sequence[Any], fails: Callable[[Any], bool]) -> list[int]:
    return [place for place, value in enumerate(values) if value is not None and fails(value)]


def no_nulls(chance: random.Random, frame: pl.DataFrame, name: str) -> Case:
    columns = chance.sample(frame.columns, chance.randint(0, len(frame.columns)))
    nan = chance.random() < 0.5
    kept = {column: plain(frame[column]) for column in columns or frame.columns}
    bad = [
        place
        for place in range(frame.height)
        if any(v[place] is None or (nan and same(v[place]) == "not a number") for v in kept.values())
    ]
    return Case(check_no_nulls(*columns, nan=nan, name=name), bad)


def unique_values(chance: random.Random, frame: pl.DataFrame, name: str) -> Case:
    columns = chance.sample(frame.columns, chance.randint(0, min(3, len(frame.columns))))
    keys = list(zip(*([same(v) for v in plain(frame[column])] for column in columns or frame.columns), strict=True))
    counts = Counter(keys)
    return Case(check_unique_values(*columns, name=name), [p for p, key in enumerate(keys) if counts[key] > 1])


def row_count(chance: random.Random, frame: pl.DataFrame, name: str) -> Case:
    low = chance.randint(0, 21)
    high = chance.choice([None, low, low + 10])
    fine = low <= frame.height and (high is None or frame.height <= high)
    return Case(check_row_count(low, high, name=name), None, int(not fine))


def row_change(chance: random.Random, frame: pl.DataFrame, name: str) -> Case:
    before, drop, growth = chance.choice([0, 1, 10, 20, 40]), chance.choice([None, 0, 0.5]), chance.choice([0, 0.5, 1])
    few = drop is not None and frame.height < before * (1 - drop)
    wrong = few or frame.height > before * (1 + growth)
    return Case(check_row_change(before, drop, growth, name=name), None, int(wrong))


def accepted_values(chance: random.Random, frame: pl.DataFrame, name: str) -> Case | None:
    column = _column(chance, frame, lambda dtype: _written(chance, dtype, 0) is not None)
    if column is None:
        return None
    dtype = frame.schema[column]
    pool = _stored(dtype)
    pairs = [(value, _written(chance, dtype, value)) for value in chance.sample(pool, chance.randint(0, len(pool)))]
    pairs += [near for _ in range(2) if (near := _near(chance, dtype)) is not None]
    known = {same(value) for value, written in pairs if written is not None}
    bad = _failing(plain(frame[column]), lambda value: same(value) not in known)
    listed = [written for _, written in pairs] + chance.choice([[], [None]])
    return Case(check_accepted_values({column: listed}, name=name), bad)


def value_range(chance: random.Random, frame: pl.DataFrame, name: str) -> Case | None:
    column = _column(chance, frame, lambda dtype: _has_range(dtype) and _written(chance, dtype, 0) is not None)
    if column is None:
        return None
    (low, least), (high, most) = (_bound(chance, frame.schema[column]) for _ in range(2))
    if least is None and most is None:
        return None

    def fails(value: Any) -> bool:
        return _is_nan(value) or (least is not None and value < low) or (most is not None and value > high)

    return Case(check_range(column, least, most, name=name), _failing(plain(frame[column]), fails))


def _has_range(dtype: Any) -> bool:
    return dtype != pl.Boolean and not isinstance(dtype, TEXT_KINDS)


def _is_nan(value: Any) -> bool:
    return isinstance(value, float) and math.isnan(value)


def _bound(chance: random.Random, dtype: Any) -> tuple[Any, Any]:
    """Give a bound, exactly and as it is written; None as what is written for none."""
    value = chance.choice([v for v in _stored(dtype) if not _is_nan(v)])
    near = _near(chance, dtype) if chance.random() < 0.4 else None
    return chance.choice([near or (value, _written(chance, dtype, value)), (None, None)] if near is None else [near])


def _near(chance: random.Random, dtype: Any) -> tuple[Any, Any] | None:
    """Give what lies between two values of a type, or beyond all of them: exactly, and as it is written."""
    value = chance.choice(_stored(dtype))
    if dtype.is_integer() or isinstance(dtype, pl.Decimal):
        with localcontext(prec=90):
            digit = Decimal(10) ** -(dtype.scale if isinstance(dtype, pl.Decimal) else 0)
            between = Decimal(value) + digit * chance.choice([Decimal("0.5"), Decimal("-0.5"), Decimal("0.01")])
        exact = chance.choice([between, Decimal(10) ** 40, -(Decimal(10) ** 40), INF, -INF])
        return exact, exact
    if isinstance(dtype, pl.Datetime | pl.Duration):
        last = (datetime.max.replace(tzinfo=UTC) - EPOCH) // timedelta(microseconds=1)
        at = int(value) * 10**6 // PER_SECOND[dtype.time_unit]
        micros = chance.choice([at, at + 1, at - 1, last, 86_400_000_000 - 62_135_596_800_000_000])
        return Fraction(micros * PER_SECOND[dtype.time_unit], 10**6), _temporal(dtype, micros, chance.random() < 0.5)
    return None


def _stored(dtype: Any) -> list[Any]:
    """Give values that a column of the type may hold, as `plain` gives them."""
    if isinstance(dtype, pl.Decimal):  # a file's may be narrower than any of ours
        return [Decimal(10) ** -dtype.scale * digit for digit in (0, 1, -9)]
    pool = POOLS.get(dtype) or next((POOLS[kind] for kind in POOLS if type(kind) is type(dtype)), [])
    return [v for v in plain(_series("v", dtype, pool)) if v is not None] if pool else []


def _written(chance: random.Random, dtype: Any, value: Any) -> Any:
    """Give a stored value as a person writes it; None where the type has no written values."""
    as_text = chance.random() < 0.5
    if isinstance(dtype, TEXT_KINDS) or dtype == pl.Boolean or dtype.is_integer() or dtype.is_float():
        return value
    if isinstance(dtype, pl.Decimal):
        return str(value) if as_text else Decimal(value)
    if isinstance(dtype, pl.Date):
        day = date(1970, 1, 1) + timedelta(days=int(value))
        return day.isoformat() if as_text else day
    if isinstance(dtype, pl.Datetime | pl.Duration | pl.Time):
        unit = "ns" if isinstance(dtype, pl.Time) else dtype.time_unit
        micros, rest = divmod(int(value) * 10**6, PER_SECOND[unit])
        return None if rest else _temporal(dtype, micros, as_text)
    return None


def _temporal(dtype: Any, micros: int, as_text: bool) -> Any:
    if isinstance(dtype, pl.Duration):
        return timedelta(microseconds=micros)
    if isinstance(dtype, pl.Time):
        moment = (EPOCH + timedelta(microseconds=micros)).time()
        return moment.isoformat() if as_text else moment
    zone = dtype.time_zone
    try:
        when = EPOCH + timedelta(microseconds=micros)
        when = when.replace(tzinfo=None) if zone is None else when.astimezone(ZoneInfo(zone))
    except OverflowError:  # beyond Python's years
        return None
    return when.isoformat() if as_text else when


def pattern(chance: random.Random, frame: pl.DataFrame, name: str) -> Case | None:
    column = _column(chance, frame, lambda dtype: isinstance(dtype, TEXT_KINDS) or dtype.is_integer())
    if column is None:
        return None
    wanted = chance.choice(["a", "a*", "[a-z]|", ".", "a\\n", r"-?\d+", r"(?i)a|b", r"[^\x00]*", "a|", "(?s).*", "1|2"])
    bad = _failing(plain(frame[column]), lambda value: re.fullmatch(wanted, str(value)) is None)
    return Case(check_pattern(column, wanted, name=name), bad)


def length(chance: random.Random, frame: pl.DataFrame, name: str) -> Case | None:
    column = _column(chance, frame, lambda dtype: isinstance(dtype, (*TEXT_KINDS, pl.Binary, pl.List)))
    if column is None:
        return None
    low, high = chance.choice([None, 0, 1, 2]), chance.choice([1, 2, 200, 201])
    bad = _failing(plain(frame[column]), lambda v: len(v) > high or (low is not None and len(v) < low))
    return Case(check_length(column, low, high, name=name), bad)


def referential(chance: random.Random, frame: pl.DataFrame, name: str) -> Case | None:
    columns = chance.sample(frame.columns, chance.randint(1, min(2, len(frame.columns)))) if frame.columns else []
    if not columns or any(_holds_array(frame.schema[column]) for column in columns):
        return None
    types = [frame.schema[column] for column in columns]
    if any(dtype not in POOLS for dtype in types):
        return None
    other = random_frame(chance, [_joined(chance, dtype) for dtype in types])
    known = set(zip(*([same(v) for v in plain(other[column])] for column in other.columns), strict=True))
    ours = list(zip(*([same(v) for v in plain(frame[column])] for column in columns), strict=True))
    bad = [place for place, key in enumerate(ours) if None not in key and key not in known]
    return Case(check_referential(columns, other, other.columns, name=name), bad)


def _holds_array(dtype: Any) -> bool:
    """Say whether a type holds lists of one length, which Polars does not join by."""
    inner = getattr(dtype, "inner", None)
    fields = [field.dtype for field in dtype.fields] if isinstance(dtype, pl.Struct) else []
    return isinstance(dtype, pl.Array) or any(_holds_array(part) for part in [*fields, *([inner] if inner else [])])


def _joined(chance: random.Random, dtype: Any) -> Any:
    """Give a type that a check joins with another: itself, or one that holds the same texts or whole numbers."""
    kinds = (lambda other: other.is_integer(), lambda other: isinstance(other, TEXT_KINDS))
    alike = [other for other in TYPES for fits in kinds if fits(dtype) and fits(other)]
    return chance.choice([dtype, *chance.sample(alike, min(2, len(alike)))])


def null_share(chance: random.Random, frame: pl.DataFrame, name: str) -> Case | None:
    if not frame.columns:
        return None
    column, share = chance.choice(frame.columns), chance.choice([0, 0.25, 0.5, 1])
    bad = [place for place, value in enumerate(plain(frame[column])) if value is None]
    return Case(check_null_share(column, share, name=name), bad if len(bad) > share * frame.height else [])


def mean(chance: random.Random, frame: pl.DataFrame, name: str) -> Case | None:
    column = _column(chance, frame, lambda dtype: dtype.is_numeric())
    if column is None:
        return None
    numbers = [v for v in plain(frame[column]) if v is not None]
    bound = chance.choice([-1.0, 0.25, 1.1, 1e9])
    if not numbers:
        return Case(check_mean(column, bound, name=name), None, 1)
    if any(isinstance(v, float) and not math.isfinite(v) for v in numbers):
        value = NAN if any(math.isnan(v) for v in numbers) or {INF, -INF} <= set(numbers) else sum(numbers)
    else:
        exact = sum(map(Decimal, numbers), Decimal(0)) / len(numbers)
        if abs(exact - Decimal(bound)) <= Decimal("1e-6") + max(abs(Decimal(v)) for v in numbers) / 10**9:
            return None  # too near for the arithmetic of floats
        value = float(exact)
    return Case(check_mean(column, bound, name=name), None, int(not value >= bound))


def quantile(chance: random.Random, frame: pl.DataFrame, name: str) -> Case | None:
    column = _column(chance, frame, lambda dtype: dtype.is_numeric())
    if column is None:
        return None
    numbers = [v for v in plain(frame[column]) if v is not None]
    q, bound = chance.choice([0, 0.5, 1]), chance.choice([-1.0, 0.25, 1.1, 1e9])
    if not numbers:
        return Case(check_quantile(column, q, bound, name=name), None, 1)
    if q == 0.5 and len(numbers) % 2 == 0:  # two are nearest
        return None
    ordered = sorted(numbers, key=lambda v: (v != v, 0 if v != v else v))  # noqa: PLR0124 - NaN is the greatest
    return Case(
        check_quantile(column, q, bound, name=name), None, int(not ordered[round(q * (len(ordered) - 1))] >= bound)
    )


def freshness(chance: random.Random, frame: pl.DataFrame, name: str) -> Case | None:
    column = _column(chance, frame, lambda dtype: isinstance(dtype, pl.Date | pl.Datetime | pl.String))
    if column is None:
        return None
    dtype, newest = frame.schema[column], None
    for value in plain(frame[column]):
        days = None if value is None else _days(dtype, value)
        newest = days if newest is None else newest if days is None else max(newest, days)
    as_of, age = date(2025, 3, 30), chance.choice([0, 1, 400, 100_000])
    wrong = newest is None or (as_of - date(1970, 1, 1)).days - newest > age
    return Case(check_freshness(column, timedelta(days=age), as_of=as_of, name=name), None, int(wrong))


def _days(dtype: Any, value: Any) -> float | None:
    if isinstance(dtype, pl.Date):
        return float(value)
    if isinstance(dtype, pl.Datetime):
        return float(value / PER_SECOND[dtype.time_unit] / 86400)
    try:
        return float((date.fromisoformat(value[:10]) - date(1970, 1, 1)).days)
    except ValueError:
        return None


def compare(chance: random.Random, frame: pl.DataFrame, name: str) -> Case | None:
    left = _column(chance, frame, lambda dtype: any(fits(dtype) for fits in SORTS))
    fits = chance.choice([fits for fits in SORTS if fits(frame.schema[left])]) if left else None
    right = _column(chance, frame, fits) if fits else None
    relation = chance.choice(["<", "<=", "==", "!=", ">=", ">"])
    if not left or not right:
        return None
    check = check_compare(left, relation, right, name=name)
    columns = frame[left], frame[right]
    same_type, kinds = columns[0].dtype == columns[1].dtype, {type(column.dtype) for column in columns}
    zones = [getattr(column.dtype, "time_zone", None) for column in columns if isinstance(column.dtype, pl.Datetime)]
    if not same_type and pl.Enum in kinds and relation not in {"==", "!="}:
        return Case(check, None, 1) if pl.String not in kinds else None  # each has an order of its own
    if len(zones) == 2 and (zones[0] is None) != (zones[1] is None):
        return Case(check, None, 1)
    if same_type and pl.Enum in kinds:
        places = columns[0].dtype.categories.to_list()  # type: ignore[attr-defined]
        values = [[None if v is None else places.index(v) for v in column.to_list()] for column in columns]
    else:
        values = [_ordered(column, clock=pl.Date in kinds) for column in columns]
    holds = getattr(operator, {"<": "lt", "<=": "le", "==": "eq", "!=": "ne", ">=": "ge", ">": "gt"}[relation])
    bad = [p for p, (a, b) in enumerate(zip(*values, strict=True)) if None not in (a, b) and not holds(a, b)]
    return Case(check, bad)


def _ordered(column: pl.Series, *, clock: bool) -> list[Any]:
    """Give values in their order: NaN last, texts by their bytes, times in nanoseconds, of the zone's own clock."""
    dtype = column.dtype
    if isinstance(dtype, pl.Date):
        return [None if v is None else v * 86_400 * 10**9 for v in plain(column)]
    if isinstance(dtype, pl.Datetime | pl.Duration):
        unit = 10**9 // PER_SECOND[dtype.time_unit]
        zone = ZoneInfo(dtype.time_zone) if clock and isinstance(dtype, pl.Datetime) and dtype.time_zone else None
        return [
            None if v is None else v * unit + (0 if zone is None else _offset(v * unit, zone)) for v in plain(column)
        ]
    if isinstance(dtype, TEXT_KINDS):
        return [None if v is None else v.encode() for v in plain(column)]
    return [None if v is None else (1, 0) if _is_nan(v) else (0, v) for v in plain(column)]


def _offset(nanoseconds: int, zone: ZoneInfo) -> int:
    when = EPOCH + timedelta(seconds=min(max(nanoseconds // 10**9, -(10**10)), 10**11))
    return (when.astimezone(zone).utcoffset() or timedelta(0)) // timedelta(seconds=1) * 10**9


def expression(chance: random.Random, frame: pl.DataFrame, name: str) -> Case | None:
    column = _column(chance, frame, lambda dtype: dtype == pl.Boolean)
    if column is None or column.startswith("^"):
        return None
    bad = _failing(plain(frame[column]), lambda value: not value)
    return Case(check_expression(pl.col(column).eq(True), name=name), bad)


def drift(chance: random.Random, frame: pl.DataFrame, name: str) -> Case | None:
    column = _column(
        chance, frame, lambda dtype: isinstance(dtype, TEXT_KINDS) or dtype == pl.Boolean or dtype.is_integer()
    )
    if column is None or frame.schema[column] not in POOLS:
        return None
    kinds = [dtype for dtype in TYPES if isinstance(dtype, TEXT_KINDS) and isinstance(frame.schema[column], TEXT_KINDS)]
    other = random_frame(chance, [chance.choice([frame.schema[column], *kinds])])
    before, now = plain(other.to_series()), plain(frame[column])
    limit, index = chance.choice([0, 0.1, 3, 20]), _stability(before, now)
    if index is None:
        wrong = not (before and now)
        return (
            Case(check_drift(column, other, limit, to_column=other.columns[0], name=name), None, 1) if wrong else None
        )
    if abs(index - limit) < 1e-9 and limit:
        return None
    return Case(
        check_drift(column, other, limit, to_column=other.columns[0], name=name), None, int(index > limit + 1e-12)
    )


def _stability(before: list[Any], now: list[Any]) -> float | None:
    """Give the stability index; None where a side is empty, or where a cut lies between two values."""
    known = [value for value in before if value is not None]
    if not before or not now:
        return None
    if known and isinstance(known[0], int) and not isinstance(known[0], bool):
        if (len(known) - 1) % 10:
            return None
        step = (len(known) - 1) // 10
        cuts = sorted({float(sorted(known)[place * step]) for place in range(1, 10)})

        def group(value: Any) -> Any:
            return None if value is None else sum(float(value) > cut for cut in cuts)

        groups: list[Any] = [*range(len(cuts) + 1), None]
    elif known or not all(isinstance(value, int) for value in now if value is not None):
        shown = {True: "true", False: "false"}
        counts = Counter(shown.get(value, value) if isinstance(value, bool) else value for value in known)
        common = [value for _, value in sorted(((n, v) for v, n in counts.items()), reverse=True)[:20]]

        def group(value: Any) -> Any:
            text = shown.get(value, value) if isinstance(value, bool) else value
            return None if text is None else text if text in common else ("rest",)

        groups = [*common, ("rest",), None]
    else:
        return None
    old, new = Counter(map(group, before)), Counter(map(group, now))
    shares = [(max(old[g] / len(before), 1e-4), max(new[g] / len(now), 1e-4)) for g in groups]
    return sum((b - a) * math.log(b / a) for a, b in shares)


MAKERS: tuple[Callable[[random.Random, pl.DataFrame, str], Case | None], ...] = (
    no_nulls, unique_values, unique_values, row_count, row_change, accepted_values, accepted_values, value_range,
    value_range, pattern, length, referential, null_share, mean, quantile, freshness, compare, expression, drift,
)  # fmt: skip
