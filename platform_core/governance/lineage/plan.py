"""The column lineage of a Polars plan, from the plan that Polars itself resolves: names, selectors and types are done.

`LazyFrame._ldf.visit` is what Polars offers to those who run its plans elsewhere; decision 0026 says why it is this
one. What it does not show is taken to depend on everything that it could see, and where only functions of Polars are
hidden, Polars's own projection pushdown tells which columns they need.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

import polars as pl
import polars.selectors as cs

from platform_core.governance.lineage.bits import Bits
from platform_core.governance.lineage.expressions import Expressions, Hidden
from platform_core.governance.lineage.leaves import Leaf, Sources, is_part, leaf_of, nodes_of
from platform_core.governance.lineage.model import ColumnLineage, Unknown, every_column
from platform_core.governance.lineage.nodes import At, Reached, everything, reach
from platform_core.storage.stored import OWN_COLUMN
from platform_core.values import dataclass

_PLAIN = pl.QueryOptFlags.none()
_PROJECTED = pl.QueryOptFlags.none(projection_pushdown=True)
_MOST_NARROWED = 60
_MOST_NODES = 10_000

Pair = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Context:
    """What is known around a plan.

    Attributes:
        inputs: The columns of each input.
        sources: The scans that stand for them.
        watched: Whether all that was collected while the plan was made is known.
        collected: The columns whose values were collected while it was made.
        closed: Says whether its Python functions hold nothing but what they are given; asked only where it has some.
        bare: Whether every scan counts by itself, called by its node.
    """

    inputs: Mapping[str, tuple[str, ...]]
    sources: Sources
    watched: bool = False
    collected: frozenset[Pair] = frozenset()
    closed: Callable[[], bool] = bool  # which gives False
    bare: bool = False


def lineage_of_plan(frame: pl.LazyFrame, context: Context) -> ColumnLineage:
    """Give the column lineage of a lazy frame. Nothing is run.

    Raises:
        polars.exceptions.PolarsError: The plan cannot be made: a column is missing, types do not fit.
    """
    try:
        plan = _Plan(frame, context)
    except _UnreadableError as error:
        return every_column(frame.collect_schema().names(), context.inputs, str(error))
    reached = plan.walk()
    if plan.hidden.reasons and (not plan.hidden.python or context.closed()):
        reached = plan.narrowed(reached)
    return plan.lineage(reached)


def context_of(inputs: Iterable[tuple[str, pl.LazyFrame]]) -> Context:
    """Find the scans that stand for some inputs; one that comes in several frames (partitions) is one input."""
    names: dict[str, tuple[str, ...]] = {}
    sources = Sources()
    for name, frame in inputs:
        try:
            plan = _Plan(frame, Context({}, Sources(), bare=True))
        except _UnreadableError:  # which its plan will be, too
            names[name] = tuple(dict.fromkeys((*names.get(name, ()), *frame.collect_schema().names())))
            continue
        if len(plan.order) == 1 and not plan.hidden.reasons:  # a scan, each of whose columns stands for itself
            (leaf,) = plan.leaves.values()
            names[name] = tuple(dict.fromkeys((*names.get(name, ()), *leaf.columns)))
            for column in leaf.columns:
                sources.add(leaf, column, {(name, column)})
            continue
        reached = plan.walk()
        names[name] = tuple(dict.fromkeys((*names.get(name, ()), *reached.columns)))
        stands: dict[Pair, set[Pair]] = {}
        for column, found in reached.columns.items():
            for dependency in plan.bits.dependencies(found):
                stands.setdefault((dependency.asset, dependency.column), set()).add((name, column))
        whole = {(name, column) for column in reached.columns}
        for node, leaf in plan.leaves.items():
            # What goes into no column of the input may still shape all of it; not what tells partitions apart
            for column in leaf.columns:
                unseen = set() if column == OWN_COLUMN else whole
                sources.add(leaf, column, stands.get((str(node), column), unseen))
    return Context(names, sources)


class _UnreadableError(Exception):
    """A plan that is not read, and why."""


class _Plan:
    """A plan being read."""

    def __init__(self, frame: pl.LazyFrame, context: Context) -> None:
        self.frame, self.context = frame, context
        self.traverser = _visited(frame, _PLAIN)
        self.order: list[tuple[int, list[int]]] = []
        self.leaves: dict[int, Leaf] = {}
        for node, inputs in nodes_of(self.traverser):
            self.order.append((node, inputs))
            if len(self.order) > _MOST_NODES:
                # It doubles with each of its joins with itself: Polars alone can hold it
                raise _UnreadableError(f"a plan of more than {_MOST_NODES:,} nodes")
            if not inputs:
                self.leaves[node] = _leaf(self.traverser)
        given = [(asset, name) for asset, columns in context.inputs.items() for name in columns]
        collected = sorted(context.collected)
        stands = [
            pair
            for node, leaf in self.leaves.items()
            for name in leaf.columns
            for pair in self._stands(node, leaf, name)
        ]
        self.bits = Bits(tuple(dict.fromkeys((*given, *stands, *collected))))
        self.numbers = {pair: number for number, pair in enumerate(self.bits.columns)}
        self.hidden = Hidden(lambda: 0 if context.closed() else self.bits.opaque(self.columns(given)))

    def _stands(self, node: int, leaf: Leaf, name: str) -> Iterable[Pair]:
        """Give what a column of a scan stands for: columns of inputs, of another source, or nothing that is known."""
        if self.context.bare:
            return ((str(node), name),)
        found = self.context.sources.columns(leaf, name)
        if found is not None:
            return sorted(found)
        return ((leaf.name, name),) if leaf.name else ()

    def columns(self, pairs: Iterable[Pair]) -> int:
        """Give columns as a set."""
        found = 0
        for pair in pairs:
            found |= self.bits.column(self.numbers[pair])
        return found

    def walk(self) -> Reached:
        """Give what the plan reaches."""
        done: dict[int, Reached] = {}
        for node, inputs in self.order:
            self.traverser.set_node(node)
            leaf = self.leaves.get(node)
            done[node] = self._inner([done[item] for item in inputs]) if leaf is None else self._scanned(node, leaf)
        return done[self.order[-1][0]]

    def _scanned(self, node: int, leaf: Leaf) -> Reached:
        columns = {name: self.columns(self._stands(node, leaf, name)) for name in leaf.columns}
        if not self._is_known(leaf):
            self.hidden.reasons.add("a frame that was made before the plan")
            self.hidden.python = True  # where its values are from is not in the plan
            columns = dict.fromkeys(columns, self.hidden.beyond())
        return Reached(columns)

    def _is_known(self, leaf: Leaf) -> bool:
        """Say whether it is known where the values of a scan come from."""
        if self.context.bare or self.context.watched or leaf.name:
            return True
        return all(self.context.sources.columns(leaf, name) is not None for name in leaf.columns)

    def _inner(self, below: list[Reached]) -> Reached:
        def over(columns: Mapping[str, int]) -> Expressions:
            return Expressions(self.traverser.view_expression, columns, self.bits, self.hidden)

        try:
            seen = self.traverser.view_current_node()
            said = type(seen).__name__
        except NotImplementedError as error:
            seen, said = None, str(error)
        at = At(seen, self.traverser.get_schema, below, over, self.bits)
        reached = None if seen is None else reach(at)
        return everything(at, self.hidden.note(said)) if reached is None else reached

    def narrowed(self, reached: Reached) -> Reached:
        """Keep of what hidden functions may depend on what Polars itself reads for each column."""
        needed = self._needed(self.frame)
        columns = dict(reached.columns)
        opaque = [name for name, found in columns.items() if self.bits.is_opaque(found)]
        for name in opaque:
            own = needed if len(opaque) > _MOST_NARROWED else self._needed(self.frame.select(cs.by_name(name)))
            columns[name] = self.bits.only(columns[name], own)
        return Reached(columns, self.bits.only(reached.rows, needed))

    def _needed(self, frame: pl.LazyFrame) -> int:
        """Give the columns that Polars reads for a frame, as `Bits.folded` does."""
        traverser = _visited(frame, _PROJECTED)
        found = 0
        for _, inputs in nodes_of(traverser):
            if not inputs:
                found |= self._read(_leaf(traverser))
        return found

    def _read(self, leaf: Leaf) -> int:
        # A scan of memory is shown with the columns alone that are read; nothing else tells which frame it was
        wholes = [(node, whole) for node, whole in self.leaves.items() if is_part(leaf, whole)]
        found = 0 if wholes else self.bits.folded(self.columns(self.bits.columns))
        for node, whole in wholes:
            for name in leaf.columns:
                found |= self.columns(self._stands(node, whole, name))
        return found

    def lineage(self, reached: Reached) -> ColumnLineage:
        """Give what the plan reaches as a value."""
        collected = self.bits.opaque(self.columns(self.context.collected))
        reasons = set(self.hidden.reasons)
        if collected:
            reasons.add("values that were collected on the way")
        columns = {name: self.bits.dependencies(found | collected) for name, found in reached.columns.items()}
        return ColumnLineage(
            columns, self.bits.dependencies(reached.rows), tuple(sorted(Unknown("", reason) for reason in reasons))
        )


class _Seen(Exception):  # noqa: N818 - no error: it ends what nobody wants to be run
    pass


def _visited(frame: pl.LazyFrame, flags: pl.QueryOptFlags) -> Any:
    """Give what walks over a plan, by the door that Polars has for engines of others, and end there.

    `LazyFrame._ldf.visit` gives the same, but resolves the plan without letting other threads of Python go on: where
    Polars asks Python for credentials or for the files of a Delta table on one of these, the two wait for ever.
    """
    seen: list[Any] = []

    def keep(traverser: Any, *_: object) -> None:
        seen.append(traverser)
        raise _Seen

    try:
        frame._ldf.with_optimizations(flags._pyoptflags).collect("in-memory", keep)
    except pl.exceptions.ComputeError:
        if not seen:
            raise
    return seen[0]


def _leaf(traverser: Any) -> Leaf:
    try:
        seen = traverser.view_current_node()
    except NotImplementedError:
        seen = None
    return leaf_of(seen, traverser.get_schema())
