"""Statistical disclosure control of tables of counts: small counts, rounding, what can be recomputed, and k-anonymity.

This is the arithmetic of it. Whether a table may be published, which columns together give a person away, what another
published table lets one work out, and whether a count of nought or of everybody says too much is for people to decide.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Any

import polars as pl

from platform_core.columns import column_of, parts_of, type_text
from platform_core.deprecation import renamed
from platform_core.errors import UserError
from platform_core.frames import convert, kind_of, not_a_frame
from platform_core.plain_numbers import is_number, is_whole
from platform_core.suggest import did_you_mean

_MOST = 2**62  # what Polars compares and rounds with

LEFT_TO_PEOPLE = (
    "Which columns together identify a person (the quasi-identifiers), given what else is known or published.",
    "Differences between this table and others: other years, other geographies, earlier editions.",
    "Attribute disclosure: a group that is large and all alike; see `k_anonymity(..., sensitive=)`.",
    "Sums, averages, maxima and shares: one may make up most of a sum; a share and its base give a count back.",
    "Totals over several sets of groups, and columns that are sums of others: one set of one column is protected here.",
)
"""What no function here decides.

>>> len(LEFT_TO_PEOPLE)
5
"""


@dataclass(frozen=True, slots=True)
class Anonymity:
    """What a k-anonymity report says.

    Attributes:
        k: The size of the smallest group of rows that share all quasi-identifiers; 0 where there are no rows.
        rows: All rows.
        below: Rows in groups smaller than the wanted k.
        groups: Groups smaller than the wanted k.
        diversity: The least number of different sensitive values in a group; None where none was named.
        risky: The quasi-identifiers with, for each alone and each pair, the smallest group, the riskiest first.
    """

    k: int
    rows: int
    below: int
    groups: int
    diversity: int | None
    risky: pl.DataFrame

    def __str__(self) -> str:
        """Say it in one sentence, without a value of the data."""
        diversity = (
            "" if self.diversity is None else f" The least diverse group has {self.diversity} sensitive value(s)."
        )
        few = f"{self.below} of {self.rows} rows stand in {self.groups} group(s) that are too small"
        return f"k is {self.k}: {few}.{diversity}"


def suppress_small(
    frame: Any, counts: str | Iterable[str], *, threshold: int = 10, by: str | Sequence[str] = ()
) -> Any:
    """Put null in place of counts below a threshold, and of one more where the total of a group gives them away.

    Where the group's total is published somewhere, subtraction gives the sum of what is suppressed: the count itself
    where it is one, and of two that sum to 2 that each is 1. So where that sum is below the threshold, the next
    smallest count of the group goes too; of equal ones the first. Where there is none, `recomputable_counts` tells it.
    A missing count hides no other: a total is made of the others. Noughts stay: they are no person. A number below
    nought is a difference of counts, and goes like a small one.

    Args:
        frame: A table, with a row for each published count; any kind of frame, and the same is given back.
        counts: The columns of counts.
        threshold: The smallest count that may be shown.
        by: The columns whose groups have published totals; none for one total of the whole table. It protects these
            groups alone. Where totals of others are published too, call it again for those until nothing changes: then
            no one subtraction gives a count; but it no longer knows how little the counts sum to that went before, and
            does not see what several totals give together.

    Raises:
        UserError: A column is not there or holds no counts, or the threshold is no number from 1 to 2 ** 62.

    >>> frame = pl.DataFrame({"ward": ["A", "A", "A", "B"], "size": ["1", "2", "3", "1"], "homes": [4, 25, 12, 40]})
    >>> suppress_small(frame, "homes", by="ward")["homes"].to_list()
    [None, 25, None, 40]
    """
    if not is_number(threshold) or not 1 <= threshold <= _MOST:
        hint = "Give the smallest count that may be shown."
        raise UserError(f"threshold={threshold!r} is no such count.", hint=hint)
    lazy, kind, names, groups = _asked(frame, counts, by)

    def over(expression: pl.Expr) -> pl.Expr:
        return expression.over([column_of(one) for one in groups]) if groups else expression

    for name in names:
        count = column_of(name)
        small = (count != 0) & (count < threshold)
        hidden, together = over((small | count.is_null()).sum()), over(count.filter(small).cast(pl.Float64).sum())
        # What was missing before may be in no total, so that it hides nothing
        told = (hidden == 1) | (over(small.sum()) > 0) & (together < threshold)
        shown = (count >= threshold) & count.is_not_null()
        # The next smallest: by its rank among the counts that are still shown
        rank = over(pl.when(shown).then(count).rank("ordinal"))
        lazy = lazy.with_columns(pl.when(small | (told & shown & (rank == 1))).then(None).otherwise(count).alias(name))
    return convert(lazy, kind)


def round_counts(frame: Any, counts: str | Iterable[str], *, base: int = 5) -> Any:
    """Round counts to the nearest multiple of a base, halves up; each by itself, so totals need not add up.

    What is no count becomes null, as what is missing: what is infinite or not a number, and what 64 bits do not hold.

    Args:
        frame: Any kind of frame; the same is given back.
        counts: The columns of counts, of whole numbers or decimals from nought on.
        base: What is rounded to.

    Raises:
        UserError: A column is not there, or the base is not positive.

    >>> round_counts(pl.DataFrame({"homes": [2, 3, 7, 8, None]}), "homes")["homes"].to_list()
    [0, 5, 5, 10, None]
    """
    if not is_whole(base) or not 1 <= base <= _MOST:
        raise UserError(f"base={base!r} is nothing to round to.", hint="Give a whole number such as 5.")
    lazy, kind, names, _ = _asked(frame, counts, ())
    schema = lazy.collect_schema()

    def rounded(name: str) -> pl.Expr:
        # By what is left over, since adding half of a base rounds a float and overflows a whole number
        whole = schema[name].is_integer()
        count = column_of(name).cast(pl.Int128 if whole else pl.Float64)
        step = pl.lit(base, pl.Int128 if whole else pl.Float64)
        over = count % step
        # NaN is what is left over of what is infinite; a null is below no half, and stays null
        return (count - over + pl.when(over * 2 >= step).then(step).otherwise(0)).cast(pl.Int64, strict=False)

    return convert(lazy.with_columns(rounded(name) for name in names), kind)


def k_anonymity(frame: Any, quasi: str | Sequence[str], *, k: int = 5, sensitive: str | None = None) -> Anonymity:
    """Report how small the groups of rows are that share all quasi-identifiers.

    Args:
        frame: A table with a row for each person; any kind of frame.
        quasi: The columns that somebody may know of a person: area, age band, sex.
        k: How many rows a group needs at least.
        sensitive: A column that must not be learnt; the report says how few different values a group has.

    Raises:
        UserError: A column is not there, or none is given.

    >>> frame = pl.DataFrame({"area": ["LS", "LS", "YO"], "born": ["1980-1984"] * 3})
    >>> print(k_anonymity(frame, ["area", "born"], k=2))
    k is 1: 1 of 3 rows stand in 1 group(s) that are too small.
    """
    names = list(dict.fromkeys(_names(quasi)))
    lazy, *_ = _asked(frame, (), names if sensitive is None else [*names, sensitive])
    if not is_whole(k) or not 1 <= k <= _MOST:
        raise UserError(f"k={k!r} asks for no group.", hint="Give how many rows a group needs at least, such as 5.")
    if not names:
        raise UserError("k-anonymity is about columns, and none is given.", hint="Name the quasi-identifiers.")
    keys = [f"key {number}" for number in range(len(names))]  # a column may be called as ours are
    # What is not known of somebody hides nobody else, so a null is no value beside the one that all others have
    spread = [column_of(sensitive).drop_nulls().n_unique().alias("different")] if sensitive is not None else []
    sizes = (
        lazy.group_by([column_of(name).alias(key) for name, key in zip(names, keys, strict=True)])
        .agg(pl.len().alias("rows"), *spread)
        .collect(engine="streaming")
    )
    rows = sizes["rows"]
    few = sizes.filter(pl.col("rows") < k)
    sets = [(number,) for number in range(len(names))] + list(combinations(range(len(names)), 2))
    risky = [
        (
            ", ".join(names[number] for number in some),
            int(sizes.group_by([keys[number] for number in some]).agg(pl.col("rows").sum())["rows"].min() or 0),
        )
        for some in sets
    ]
    table = pl.DataFrame(risky, schema={"columns": pl.String, "smallest_group": pl.Int64}, orient="row")
    return Anonymity(
        k=int(rows.min() or 0),
        rows=int(rows.sum()),
        below=int(few["rows"].sum()),
        groups=few.height,
        diversity=int(sizes["different"].min() or 0) if sensitive is not None else None,
        risky=table.sort("smallest_group", "columns"),
    )


def recomputable_counts(frame: Any, counts: str, *, by: str | Sequence[str] = ()) -> pl.DataFrame:
    """Give the groups of a suppressed table in which subtraction from a published total gives a count back.

    It sees where one count is suppressed; that two are 1 each, only `suppress_small` can know.

    >>> frame = pl.DataFrame({"ward": ["A", "A", "B", "B"], "homes": [None, 25, None, None]})
    >>> recomputable_counts(frame, "homes", by="ward")["ward"].to_list()
    ['A']
    """
    lazy, _, names, groups = _asked(frame, counts, by)
    if len(names) != 1:
        raise UserError(f"It looks at one column of counts, and {len(names)} are given.", hint="Call it for each.")
    if "suppressed" in groups:
        hint = "Rename it: the answer has a column of that name."
        raise UserError("A column of the groups is called 'suppressed'.", hint=hint)
    hidden = column_of(names[0]).is_null().sum().alias("suppressed")
    told: pl.DataFrame = (
        lazy.group_by([column_of(one) for one in groups], maintain_order=True).agg(hidden)
        if groups
        else lazy.select(hidden)
    ).collect()
    return told.filter(pl.col("suppressed") == 1)


def _asked(frame: Any, counts: str | Iterable[str], by: str | Iterable[str]) -> tuple[Any, Any, list[str], list[str]]:
    kind = kind_of(frame)
    if kind is None:
        raise not_a_frame(frame, "What is to be published")
    lazy: Any = convert(frame, "lazy")
    names, groups = list(dict.fromkeys(_names(counts))), _names(by)
    schema = lazy.collect_schema()
    for name in (*names, *groups):
        if name not in schema:
            raise UserError(f"There is no column {name!r}.", hint=did_you_mean(name, schema))
    for name in names:
        if not (schema[name].is_numeric() or schema[name] == pl.Null):
            raise UserError(
                f"{name!r} holds {type_text(schema[name])}, and no counts.", hint="Name the columns of counts."
            )
    for name in groups:
        if pl.Object in parts_of(schema[name]):
            raise UserError(f"{name!r} holds objects of Python, which make no groups.", hint="Make them texts first.")
    floats = [name for name in names if schema[name].is_float()]
    if floats:  # such as pandas has where a count is missing
        lazy = lazy.with_columns(column_of(name).fill_nan(None) for name in floats)
    return lazy, kind, names, groups


def _names(given: Any) -> list[str]:
    names = [given] if isinstance(given, str) or not isinstance(given, Iterable) else list(given)
    for name in names:
        if not isinstance(name, str):
            raise UserError(
                f"A column is told by its name, and not by a {type(name).__name__}.", hint="Write its name."
            )
    return names


__getattr__ = renamed(__name__)
