"""What each node of a Polars plan does to columns: the columns that it gives, and what shapes its rows."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from platform_core.governance.lineage.bits import Bits
from platform_core.governance.lineage.expressions import Expressions
from platform_core.governance.lineage.joins import join
from platform_core.values import dataclass


@dataclass(slots=True)
class Reached:
    """What a node gives: for each column what it depends on, and what shapes the rows."""

    columns: dict[str, int]
    rows: int = 0


@dataclass(slots=True)
class At:
    """A node at hand: what it is, the names that it gives, and what stands below it.

    Attributes:
        seen: What Polars shows of it; None where it does not.
        names: Gives the names of its columns, in order: asking costs.
        below: What its inputs give, in order.
        over: Makes its expressions over some columns.
        bits: The numbering of all known columns.
    """

    seen: Any
    names: Callable[[], Iterable[str]]
    below: list[Reached]
    over: Callable[[Mapping[str, int]], Expressions]
    bits: Bits

    @property
    def input(self) -> Reached:
        """What the only, or first, input gives."""
        return self.below[0]

    @property
    def schema(self) -> list[str]:
        """The names of its columns, in order."""
        return list(self.names())

    @property
    def expressions(self) -> Expressions:
        """Its expressions over the columns of its first input."""
        return self.over(self.input.columns)


def reach(at: At) -> Reached | None:
    """Give what a node reaches, or None where it is of a kind that is not known here."""
    read = _READERS.get(type(at.seen).__name__)
    return None if read is None else read(at)


def everything(at: At, found: int) -> Reached:
    """Give what a node reaches of which nothing is known: each column depends on all that stands below."""
    opaque = found
    for below in at.below:
        opaque |= below.rows
        for column in below.columns.values():
            opaque |= column
    opaque = at.bits.opaque(opaque)
    return Reached(dict.fromkeys(at.schema, opaque), at.bits.influence(opaque, "filter"))


def _select(at: At) -> Reached:
    columns, rows = {}, at.input.rows
    expressions = at.expressions
    for item in at.seen.expr:
        columns[item.output_name], own = expressions.both(item.node)
        rows |= own
    return Reached(columns, rows)


def _with_columns(at: At) -> Reached:
    columns = dict(at.input.columns)
    expressions = at.expressions
    for item in at.seen.exprs:
        columns[item.output_name] = expressions.of(item.node)
    return Reached(columns, at.input.rows)


def _filter(at: At) -> Reached:
    predicate = at.bits.influence(at.expressions.of(at.seen.predicate.node), "filter")
    return Reached(at.input.columns, at.input.rows | predicate)


def _project(at: At) -> Reached:
    return Reached({name: at.input.columns[name] for name in at.schema}, at.input.rows)


def _same(at: At) -> Reached:
    return at.input


def _sort(at: At) -> Reached:
    by = at.expressions.union([item.node for item in at.seen.by_column])
    return Reached(at.input.columns, at.input.rows | at.bits.influence(by, "sort"))


def _distinct(at: At) -> Reached:
    names = at.seen.options[1] or at.schema
    by = 0
    for name in names:
        by |= at.input.columns[name]
    return Reached(at.input.columns, at.input.rows | at.bits.influence(by, "filter"))


def _group_by(at: At) -> Reached:
    columns: dict[str, int] = {}
    keys = 0
    expressions = at.expressions
    for item in at.seen.keys:
        keys |= columns.setdefault(item.output_name, expressions.of(item.node))
    options = at.seen.options
    window = options.rolling or options.dynamic
    if window is not None:
        index = at.input.columns[window.index_column]
        keys |= index
        columns[window.index_column] = at.bits.transformed(index)
    for item in at.seen.aggs:
        columns[item.output_name] = at.bits.aggregated(expressions.of(item.node))
    # The bounds of a dynamic window come from its index
    bounds = at.bits.transformed(keys)
    columns = {name: columns.get(name, bounds) for name in at.schema}
    return Reached(columns, at.input.rows | at.bits.influence(keys, "group_by"))


def _join(at: At) -> Reached:
    left, right = at.below
    over_left, over_right = at.expressions, at.over(right.columns)
    on_left = [(item.output_name, over_left.of(item.node)) for item in at.seen.left_on]
    on_right = [(item.output_name, over_right.of(item.node)) for item in at.seen.right_on]
    columns, keys = join(at.seen.options, at.schema, left.columns, right.columns, on_left, on_right, at.bits)
    if at.seen.predicate is not None:
        keys |= at.over({**right.columns, **left.columns, **columns}).of(at.seen.predicate.node)
    return Reached(columns, left.rows | right.rows | at.bits.influence(keys, "join"))


def _union(at: At) -> Reached:
    schema = at.schema
    columns = dict.fromkeys(schema, 0)
    rows = 0
    for below in at.below:
        rows |= below.rows
        # By name, as Polars holds them to be the same; by place where a name was not
        for name, (own, found) in zip(schema, below.columns.items(), strict=False):
            columns[name] |= below.columns.get(name, 0) | (0 if own in columns else found)
    return Reached(columns, rows)


def _beside(at: At) -> Reached:
    columns: dict[str, int] = {}
    rows = 0
    for below in at.below:
        columns |= below.columns
        rows |= below.rows
    return Reached(columns, rows)


def _merge(at: At) -> Reached:
    both = _union(at)
    keys = 0
    for item in at.seen.key:
        keys |= both.columns.get(str(getattr(item, "output_name", item)), 0)
    return Reached(both.columns, both.rows | at.bits.influence(keys, "sort"))


def _map(at: At) -> Reached | None:
    told = at.seen.function
    below = at.input
    match told[0]:
        case "unpivot":
            return _unpivot(at, told)
        case "explode":
            found = 0
            for name in told[1]:
                found |= below.columns[name]
            return Reached(below.columns, below.rows | at.bits.influence(found, "filter"))
        case "unnest":
            structs = 0
            for name in told[1]:
                structs |= below.columns[name]
            kept = {name: found for name, found in below.columns.items() if name not in told[1]}
            fields = at.bits.transformed(structs)
            return Reached({name: kept.get(name, fields) for name in at.schema}, below.rows)
        case "row_index":
            return Reached({name: below.columns.get(name, 0) for name in at.schema}, below.rows)
        case "hint_sorted" | "rechunk":
            return below
    return None


def _unpivot(at: At, told: tuple[Any, ...]) -> Reached:
    _, index, on, variable, value = told
    kept = list(index or ())
    measured = list(on or ()) or [name for name in at.input.columns if name not in kept]
    values = 0
    for name in measured:
        values |= at.input.columns[name]
    columns = {name: at.input.columns[name] for name in kept}
    return Reached({**columns, variable or "variable": 0, value or "value": values}, at.input.rows)


_READERS: dict[str, Callable[[At], Reached | None]] = {
    "Cache": _same,
    "Distinct": _distinct,
    "Filter": _filter,
    "GroupBy": _group_by,
    "HConcat": _beside,
    "HStack": _with_columns,
    "Join": _join,
    "MapFunction": _map,
    "MergeSorted": _merge,
    "Select": _select,
    "SimpleProjection": _project,
    "Sink": _same,
    "Slice": _same,
    "Sort": _sort,
    "Union": _union,
}
