"""The column lineage of one thing: a query, a function of frames, or SQL."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, overload

import polars as pl

from platform_core.errors import UsageError
from platform_core.frames import kind_of
from platform_core.governance.lineage.calls import Call, lineage_of_call
from platform_core.governance.lineage.model import ColumnLineage
from platform_core.governance.lineage.plan import context_of, lineage_of_plan
from platform_core.governance.lineage.watch import watching

Given = Any  # a frame of any kind, or the names of its columns


@overload
def of(target: str, inputs: Mapping[str, Given] | None = None, *, dialect: str = "duckdb") -> ColumnLineage: ...
@overload
def of(target: pl.LazyFrame | Callable[..., Any], inputs: Mapping[str, Given]) -> ColumnLineage: ...
def of(target: Any, inputs: Mapping[str, Given] | None = None, *, dialect: str = "duckdb") -> ColumnLineage:
    """Give the column lineage of a lazy frame, of a function of frames, or of SQL.

    A lazy frame shows its plan alone: a value that was collected before and put into it as a constant leaves no trace,
    and a frame in memory that is none of the inputs counts as made of all of them. A function is called with the
    inputs, and what it collects on its way is seen.

    Args:
        target: A `pl.LazyFrame`, a function that takes the inputs by name and gives a frame, or an SQL query.
        inputs: The frames that it is made from, by name; for SQL, what each table is made of: a frame, or the names of
            its columns.
        dialect: The dialect of SQL, as sqlglot names it: `duckdb`, `postgres`, ...

    Raises:
        UserError: The SQL cannot be read.
        UsageError: It is none of these.
        polars.exceptions.PolarsError: The plan cannot be made.

    >>> rents = pl.LazyFrame({"town": ["Ambridge"], "rent": [900]})
    >>> found = of(lambda rents: rents.group_by("town").agg(pl.col("rent").mean()), {"rents": rents})
    >>> found.columns["rent"]
    (Dependency(asset='rents', column='rent', way='aggregation'),)
    >>> of("SELECT rent * 12 AS yearly FROM rents", {"rents": ["town", "rent"]}).columns
    {'yearly': (Dependency(asset='rents', column='rent', way='transformation'),)}
    """
    given = dict(inputs or {})
    if isinstance(target, str):
        from platform_core.governance.lineage.sql import lineage_of_sql  # noqa: PLC0415 - sqlglot costs 0.2 s

        return lineage_of_sql(target, {name: columns_of(frame) for name, frame in given.items()}, dialect)
    if isinstance(target, pl.LazyFrame):
        lazy = [(name, frame.lazy()) for name, frame in given.items() if isinstance(frame, pl.LazyFrame | pl.DataFrame)]
        if len(lazy) != len(given):
            raise UsageError(
                "The inputs of a lazy frame are Polars frames.", hint="Give the frames that it was made from."
            )
        return lineage_of_plan(target, context_of(lazy))
    if callable(target):
        with watching() as executed:
            value = target(**given)
        return lineage_of_call(Call(target, given, tuple(given.items())), value, executed)
    raise UsageError(
        f"There is no column lineage of a {type(target).__name__}.",
        hint="Give a LazyFrame, a function, or SQL as text.",
    )


def columns_of(frame: Given) -> Sequence[str]:
    """Give the names of the columns of a frame of any kind; names are given as they are.

    >>> columns_of(pl.DataFrame({"a": [1]})), columns_of(["a", "b"])
    (['a'], ['a', 'b'])
    """
    kind = kind_of(frame)
    if kind == "lazy":
        return list(frame.collect_schema().names())
    return [str(name) for name in (frame if kind is None else frame.columns)]
