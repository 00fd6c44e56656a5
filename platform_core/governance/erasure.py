"""Erasing one person's rows: which assets hold them, which rows they are, and a proof without a value.

Where a person's rows are is told by the subject key that the processing activities declare, by the asset graph, and by
column lineage where a run has recorded it. What cannot be known is said and never counted as erased.
"""

from __future__ import annotations

import hmac
import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import isfinite
from typing import TYPE_CHECKING

from platform_core.errors import UserError
from platform_core.governance.policies.lacks import matches
from platform_core.governance.policies.model import AssetFacts, Policies
from platform_core.suggest import did_you_mean

if TYPE_CHECKING:
    import polars as pl

KEY_VARIABLE = "WORKBENCH_SUBJECT_KEY"

Columns = Mapping[str, Mapping[str, str]]  # of each stored asset: columns with their types
Column = tuple[str, str]
Edges = Mapping[Column, Sequence[tuple[Column, str]]]  # to the columns made from one, each with the way; "" if unknown

_CERTAIN = "identity"
_DOUBTFUL = frozenset({"transformation", "aggregation", "opaque"})
_COMPUTED = frozenset({"transformation", "aggregation"})
CHANGED = "same name, changed"


@dataclass(frozen=True, slots=True)
class Holding:
    """A column of an asset that says whose a row is, and how that is known.

    That is `declared`, `same name` or `lineage`; `same name, changed` where the value was computed on the way.
    """

    asset: str
    column: str
    known: str


@dataclass(frozen=True, slots=True)
class Reach:
    """Where a person's rows are, as far as it can be known.

    Attributes:
        holdings: Columns to erase by.
        confirm: Columns that lineage names alone, of a type in which an equal value may be another thing; and those of
            the same name into which the value did not go as it was, such as a masked one.
        derived: Assets made from these that have no such column: they are to be made again.
        outside: Outputs outside the lake: somebody has to erase there.
        sources: Assets that read a source, which would bring the rows back.
        strangers: Assets with a column of that name that are not made from these.
    """

    holdings: tuple[Holding, ...]
    confirm: tuple[Holding, ...] = ()
    derived: tuple[str, ...] = ()
    outside: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()
    strangers: tuple[str, ...] = ()


def subject_token(key: str, value: str) -> str | None:
    """Give what stands for a person in legal holds, proofs and the audit log; None without `WORKBENCH_SUBJECT_KEY`.

    It is an HMAC: without the secret nobody can try out values. Who has no secret writes no token.
    """
    secret = os.environ.get(KEY_VARIABLE)
    if not secret:
        return None
    return f"{key}:{hmac.new(secret.encode(), f'{key}={value}'.encode(), 'sha256').hexdigest()[:32]}"


def hold_token(key: str, value: str) -> str | None:
    """Give the token by which a legal hold names a person, with what tells the secret that made it from another."""
    token = subject_token(key, value)
    return None if token is None else f"{token}-{_mark()}"


def refuse_foreign(policies: Policies, on: str) -> None:
    """Refuse to tell whom legal holds name where their tokens were made with another secret.

    Raises:
        UserError: One that holds on a day was; it names the hold.
    """
    for hold in policies.holds:
        marks = {mark for _, _, mark in (one.partition("-") for one in hold.subjects) if mark}
        if (hold.until is None or on <= hold.until) and marks - {_mark()}:
            raise UserError(
                f"The legal hold {hold.id} names people by tokens that another {KEY_VARIABLE} made.",
                hint="Set the secret that they were made with, or let whoever keeps the hold make them anew: "
                "workbench erase --subject KEY=VALUE --token.",
            )


def spellings(value: str) -> tuple[str, ...]:
    """Give a value with the other way to write it by which the same rows are found: 7.0 is 7 in a column of numbers.

    >>> spellings("7.0"), spellings("007"), spellings("P-7")
    (('7.0', '7'), ('007', '7'), ('P-7',))
    """
    number = _number(value)
    plain = value if number is None else str(int(number) if number == int(number) else number)
    return tuple(dict.fromkeys((value, plain)))


def _mark() -> str:
    return hmac.new(os.environ.get(KEY_VARIABLE, "").encode(), b"mark", "sha256").hexdigest()[:8]


def reach(
    policies: Policies, assets: Sequence[AssetFacts], key: str, columns: Columns, edges: Edges | None = None
) -> Reach:
    """Say where the rows of the people that a key tells apart are.

    Args:
        policies: Whose processing activities declare the key.
        assets: All assets.
        key: The subject key, as an activity declares it.
        columns: The columns of what is stored, with their types.
        edges: Column lineage, where runs have recorded it.

    Raises:
        UserError: No activity declares the key.
    """
    keys = {one.subject_key for one in policies.processing.values()} - {None}
    origins: dict[str, set[str]] = {}
    for activity in policies.processing.values():
        for asset in assets:
            own = activity.subject_keys.get(asset.name)
            if activity.subject_key == key and (own or matches(activity.assets, asset.name)):
                origins.setdefault(asset.name, set()).add(own or key)
    if not origins:
        hint = did_you_mean(key, [one for one in keys if one]) if keys else "Write `subject_key:` under `processing:`."
        raise UserError(f"No processing activity declares the subject key {key!r}.", hint=hint)
    known = {asset.name: asset for asset in assets}
    below: dict[str, list[str]] = {}
    for asset in assets:
        for one in asset.inputs:
            below.setdefault(one, []).append(asset.name)
    found = {(name, column): "declared" for name, of in origins.items() for column in of}
    reached = _downstream(origins, below)
    doubtful = _spread(found, reached, below, columns, edges or {})
    # Where rows go by another column of the asset, whatever this one holds goes with them
    held = {name for name, _ in found}
    sure = {name for (name, _), how in found.items() if how != CHANGED}
    confirm = {one for one in doubtful if one[0] not in held}
    confirm |= {one for one, how in found.items() if how == CHANGED and one[0] not in sure}
    rest = sorted(reached - held)
    return Reach(
        holdings=tuple(Holding(*one, found[one]) for one in sorted(found)),
        confirm=tuple(Holding(*one, found.get(one, "lineage")) for one in sorted(confirm)),
        derived=tuple(one for one in rest if not known[one].outside),
        outside=tuple(one for one in rest if known[one].outside),
        sources=tuple(sorted(one for one in reached if known[one].sources)),
        strangers=tuple(sorted(one for one, of in columns.items() if one not in reached and key in of)),
    )


def _spread(
    found: dict[Column, str], reached: set[str], below: Mapping[str, Sequence[str]], columns: Columns, edges: Edges
) -> set[Column]:
    """Add to the columns by which rows are found those made from them, and give those where only people can tell."""
    doubtful: set[Column] = set()
    waiting, later = list(found), list[Column]()
    while waiting or later:
        changed = not waiting
        here = later.pop() if changed else waiting.pop()
        if changed and found.setdefault(here, CHANGED) != CHANGED:
            continue
        for target, how in _made_from(here, below, columns, edges):
            if target in found or target[0] not in reached:
                continue
            if how == "doubtful":
                doubtful.add(target)
            elif changed or how == CHANGED:
                later.append(target)
            else:
                found[target] = how
                waiting.append(target)
    return doubtful


def _made_from(
    here: Column, below: Mapping[str, Sequence[str]], columns: Columns, edges: Edges
) -> list[tuple[Column, str]]:
    """Give the columns made from one: those that hold the same value, and those where only people can tell.

    A column of the same name is taken for the same, unless lineage says that the value was changed on the way. Where
    lineage does not say the way, equal text is taken as the same value; an equal number may be a count.
    """
    name, column = here
    ways: dict[Column, set[str]] = {}
    for target, way in edges.get(here, ()):
        ways.setdefault(target, set()).add(way)
    alike = [(one, column) for one in below.get(name, ()) if column in columns.get(one, {})]
    found = [(one, "same name" if ways.get(one, {""}) - _COMPUTED else CHANGED) for one in alike]
    for target, way in edges.get(here, ()):
        if target[1] not in columns.get(target[0], {}) or target in alike:
            continue
        texts = columns[target[0]][target[1]] == columns.get(name, {}).get(column) == "String"
        if way == _CERTAIN or (not way and texts):
            found.append((target, "lineage"))
        elif not way or way in _DOUBTFUL:
            found.append((target, "doubtful"))
    return found


def rows_of(schema: Mapping[str, pl.DataType], column: str, value: str) -> pl.Expr:
    """Give the expression that is true for the rows of one person; a null is nobody's.

    Whole numbers, decimals, dates and texts compare by what they are: `7` finds 7, 7.0 and `7`, but not `07`.

    Raises:
        UserError: The column is not there, or of a type that holds no key.

    >>> import polars as pl
    >>> frame = pl.DataFrame({"person_id": [7, 8, None]})
    >>> frame.filter(~rows_of(frame.schema, "person_id", "7"))["person_id"].to_list()
    [8, None]
    """
    import polars as pl  # noqa: PLC0415 - planning needs none

    from platform_core.columns import column_of  # noqa: PLC0415 - as above

    dtype = schema.get(column)
    if dtype is None:
        raise UserError(f"There is no column {column!r}.", hint="Correct subject_key or subject_keys in policies/.")
    own = column_of(column)
    if dtype.is_nested() and not (isinstance(dtype, pl.List) and dtype.inner == pl.String):
        raise UserError(f"The column {column!r} holds {dtype}, by which nobody can be found.", hint="Name another one.")
    if isinstance(dtype, pl.List):
        found = own.list.contains(value)
    elif dtype.is_numeric():
        number = _number(value)
        found = own == number if number is not None else own.is_null() & pl.lit(value=False)
    else:
        found = own.cast(pl.String) == value
    return found.fill_null(value=False)


def _downstream(origins: Iterable[str], below: Mapping[str, Sequence[str]]) -> set[str]:
    found: set[str] = set()
    waiting = list(origins)
    while waiting:
        one = waiting.pop()
        if one not in found:
            found.add(one)
            waiting += below.get(one, ())
    return found


def _number(text: str) -> int | float | None:
    try:
        return int(text)
    except ValueError:
        pass
    try:
        number = float(text)
    except ValueError:
        return None
    return number if isfinite(number) else None  # "not a number" is nobody's key
