"""The column lineage of a function called with frames: from its plan, from a trace, or all that it was given."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import cache, partial
from typing import Any

import polars as pl
from polars.io.plugins import register_io_source

from platform_core.frames import kind_of
from platform_core.governance.lineage.model import ColumnLineage, Dependency, every_column
from platform_core.governance.lineage.plan import Context, context_of, lineage_of_plan
from platform_core.governance.lineage.pure import Purity, purity_of
from platform_core.governance.lineage.relations import identity, lineage_of_relations
from platform_core.values import dataclass, replace

_MOST_FOLLOWED = 200
_NAMES = {"polars": "eager Polars frames", "pandas": "pandas", "duckdb": "a DuckDB relation"}


@dataclass(slots=True)
class Call:
    """A call of a function of frames.

    Attributes:
        function: The function.
        arguments: What it was called with, by parameter.
        inputs: The frames among it, each with the name of the asset that it holds; an asset in partitions has several.
    """

    function: Callable[..., Any]
    arguments: Mapping[str, Any]
    inputs: tuple[tuple[str, Any], ...]


def lineage_of_call(
    call: Call, value: object, executed: Sequence[pl.LazyFrame] = (), proven: Callable[[], Purity] | None = None
) -> ColumnLineage:
    """Give the column lineage of what a function gave.

    Args:
        call: The call.
        value: What it gave.
        executed: The lazy frames that were executed while it ran.
        proven: Gives what is known of the function: reading it costs more than reading most plans, and few need it.
    """
    proven = cache(proven or partial(purity_of, call.function))
    eager = [(name, frame) for name, frame in call.inputs if not isinstance(frame, pl.LazyFrame)]
    alone = len(eager) == len(call.inputs) or not executed  # nothing of a lazy input was seen
    if eager and alone and all(frame is value for _, frame in eager):  # as it was given
        name = eager[0][0]
        return ColumnLineage({column: (Dependency(name, column, "identity"),) for column in _names_of(value)})
    context = context_of([(name, frame) for name, frame in call.inputs if isinstance(frame, pl.LazyFrame)])
    if (eager or context.sources.alike or not isinstance(value, pl.LazyFrame)) and proven().pure:
        traced = _traced(call, value, proven())
        if traced is not None:
            return traced
    if not isinstance(value, pl.LazyFrame):
        asked = _asked(call, value)
        if asked is not None:
            return asked
    context = _knowing(context, eager, executed, closed=lambda: proven().pure and proven().closed)
    if isinstance(value, pl.LazyFrame):
        return lineage_of_plan(value, context)
    return _of_eager(value, eager, context)


def _knowing(
    context: Context, eager: Sequence[tuple[str, Any]], executed: Sequence[pl.LazyFrame], *, closed: Callable[[], bool]
) -> Context:
    """Add what the function could see: the values of eager frames, and all that it collected."""
    inputs = dict(context.inputs)
    collected = set()
    for name, frame in eager:
        names = tuple(str(column) for column in frame.columns)
        inputs[name] = tuple(dict.fromkeys((*inputs.get(name, ()), *names)))
        collected |= {(name, column) for column in names}
    context = replace(context, inputs=inputs, watched=True, closed=closed)
    if len(executed) > _MOST_FOLLOWED and context.sources:
        collected |= {(name, column) for name, columns in inputs.items() for column in columns}
        executed = ()
    for frame in executed if context.sources else ():
        try:
            found = lineage_of_plan(frame, context)
            collected |= {(dependency.asset, dependency.column) for _, dependency in found.edges()}
            collected |= {(dependency.asset, dependency.column) for dependency in found.rows}
        except pl.exceptions.PolarsError:  # it failed, and the function went on
            collected |= {(name, column) for name, columns in inputs.items() for column in columns}
    return replace(context, collected=frozenset(collected))


def _of_eager(value: object, eager: Sequence[tuple[str, Any]], context: Context) -> ColumnLineage:
    columns = _names_of(value)
    if not context.inputs:
        return every_column(columns, {}, "made from no asset, by code that shows no plan")
    kinds = {kind_of(frame) for _, frame in eager} | {kind_of(value)}
    made = " and ".join(sorted(_NAMES.get(str(kind), "something that is no frame") for kind in kinds - {"lazy"}))
    at_hand: dict[str, list[str]] = {}
    for name, column in sorted(context.collected):
        at_hand.setdefault(name, []).append(column)
    return every_column(columns, at_hand, f"made with {made}, which shows no plan")


def _asked(call: Call, value: object) -> ColumnLineage | None:
    """Follow a function that does nothing but ask DuckDB."""
    frames: dict[int, ColumnLineage] = {}
    for name, frame in call.inputs:
        if id(frame) in frames:  # it stands for two assets
            return None
        frames[id(frame)] = identity(name, _names_of(frame))
    return lineage_of_relations(call.function, call.arguments, frames, _names_of(value))


def _names_of(value: Any) -> list[str]:
    if isinstance(value, pl.LazyFrame):
        return value.collect_schema().names()
    names = getattr(value, "column_names", None)  # of an Arrow table, whose `columns` are values
    return [str(name) for name in (getattr(value, "columns", ()) if names is None else names)]


def _traced(call: Call, value: object, purity: Purity) -> ColumnLineage | None:
    """Call a function that does nothing but build a plan once more, with lazy frames that hold nothing."""
    stand_ins: dict[int, pl.LazyFrame] = {}
    inputs = []
    for name, frame in call.inputs:
        if not isinstance(frame, pl.DataFrame | pl.LazyFrame):
            return None
        stand_ins[id(frame)] = _empty(frame.collect_schema())
        inputs.append((name, stand_ins[id(frame)]))
    try:
        plan = call.function(**{name: _replaced(value, stand_ins) for name, value in call.arguments.items()})
        if not isinstance(plan, pl.LazyFrame) or plan.collect_schema().names() != _names_of(value):
            return None
        return lineage_of_plan(plan, replace(context_of(inputs), watched=True, closed=lambda: purity.closed))
    except Exception:  # noqa: BLE001 - the function has no lazy form, and may say so with anything
        return None


def _replaced(value: Any, stand_ins: Mapping[int, pl.LazyFrame]) -> Any:
    if isinstance(value, list):
        return [_replaced(item, stand_ins) for item in value]
    if isinstance(value, dict):
        return {key: _replaced(item, stand_ins) for key, item in value.items()}
    return stand_ins.get(id(value), value)


def _empty(schema: pl.Schema) -> pl.LazyFrame:
    def read(*_: Any) -> Any:
        raise AssertionError("a frame that only shows a plan is never read")

    return register_io_source(read, schema=schema)
