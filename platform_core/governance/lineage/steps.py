"""The column lineage of a step that runs, remembered where it is sure to be the same again.

A function that does nothing but build a plan (`pure`) makes the same one for the same columns, types and constants.
For such a one the third run in a process costs a comparison. Every other function is watched while it runs, and its
plan is read each time. To tell the two apart costs more than to watch and to read a plan of fifty nodes, so it is done
when a function runs for the second time: a process of one step never does. Nothing here can make a step fail.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from typing import Any
from weakref import WeakKeyDictionary

import polars as pl

from platform_core.governance.lineage.calls import Call, lineage_of_call
from platform_core.governance.lineage.composing import composed
from platform_core.governance.lineage.model import ColumnLineage, Unknown, every_column
from platform_core.governance.lineage.pure import Purity, purity_of
from platform_core.governance.lineage.queries import Query, noting
from platform_core.governance.lineage.reading import columns_of
from platform_core.governance.lineage.watch import watching
from platform_core.values import dataclass, field

_MOST_SHAPES = 16
_PLAIN = (bool, int, float, str, bytes, type(None))

# Types that are known by their class
_SIMPLE = frozenset((
    pl.Int8, pl.Int16, pl.Int32, pl.Int64, pl.UInt8, pl.UInt16, pl.UInt32, pl.UInt64, pl.Float32, pl.Float64,
    pl.String, pl.Boolean, pl.Date, pl.Time, pl.Binary, pl.Null,
))  # fmt: skip

Shape = tuple[Any, ...]


@dataclass(slots=True)
class _Known:
    runs: int = 0
    purity: Purity | None = None
    shapes: list[tuple[Shape, ColumnLineage]] = field(default_factory=list)

    def proven(self, function: Callable[..., Any]) -> Purity:
        """Give what is known of the function: which is not held here, or it would live for ever."""
        if self.purity is None:
            self.purity = purity_of(function)
        return self.purity


_KNOWN: WeakKeyDictionary[Callable[..., Any], _Known] = WeakKeyDictionary()


class Following:
    """A call of an asset function whose lineage is followed.

    >>> rents = pl.LazyFrame({"town": ["Ambridge"], "rent": [900]})
    >>> following = Following(lambda rents: rents.select("town"), {"rents": rents}, (("rents", rents),))
    >>> with following.watched():
    ...     value = following.call.function(rents)
    >>> following.lineage(value).columns
    {'town': (Dependency(asset='rents', column='town', way='identity'),)}
    """

    def __init__(
        self, function: Callable[..., Any], arguments: Mapping[str, Any], inputs: Sequence[tuple[str, Any]]
    ) -> None:
        """Take the function, its arguments, and the frames among them with the names of their assets."""
        self.call = Call(function, arguments, tuple(inputs))
        self._executed: list[pl.LazyFrame] = []
        self._queries: list[Query] = []
        self._known = _KNOWN.setdefault(function, _Known())
        self._known.runs += 1
        self._shape: Shape | None = None
        self._remembered: ColumnLineage | None = None
        try:
            if self._known.runs > 1:
                self._shape = _shape(self._proven(), self.call)
                self._remembered = self._find()
        except Exception:  # noqa: BLE001 - what is wrong with an input, the step itself will say
            self._shape = None

    @contextmanager
    def watched(self) -> Iterator[None]:
        """Watch what is executed inside the block, unless it is known that nothing is."""
        with ExitStack() as stack:
            if self._known.runs == 1 or not self._proven().pure:
                self._executed = stack.enter_context(watching())
                self._queries = stack.enter_context(noting())
            yield

    def lineage(self, value: object) -> ColumnLineage:
        """Give the lineage of what the function gave; never an error."""
        if self._remembered is not None and _fits(self._remembered, value):
            return self._remembered
        try:
            found = self._read(value)
        except Exception as error:  # noqa: BLE001 - a step does not fail because its lineage cannot be read
            return self._everything(value, f"its lineage could not be read ({type(error).__name__})")
        if self._shape is not None and (isinstance(value, pl.LazyFrame) or not found.unknown):
            del self._known.shapes[: -_MOST_SHAPES + 1]
            self._known.shapes.append((self._shape, found))
        return found

    def _proven(self) -> Purity:
        return self._known.proven(self.call.function)

    def _find(self) -> ColumnLineage | None:
        if self._shape is None or not self._proven().unchanged():
            return None
        return next((found for shape, found in self._known.shapes if shape == self._shape), None)

    def _read(self, value: object) -> ColumnLineage:
        if not self._queries:
            return lineage_of_call(self.call, value, self._executed, self._proven)
        from platform_core.governance.lineage.sql import lineage_of_query  # noqa: PLC0415 - sqlglot costs 0.2 s

        between = {f"query {number}": query for number, query in enumerate(self._queries, 1)}
        inputs = (*self.call.inputs, *((name, query.frame) for name, query in between.items()))
        outer = lineage_of_call(
            Call(self.call.function, self.call.arguments, inputs), value, self._executed, self._proven
        )
        return composed(
            outer,
            {
                name: lineage_of_query(query.sql, query.dialect, columns_of(query.frame))
                for name, query in between.items()
            },
        )

    def _everything(self, value: object, reason: str) -> ColumnLineage:
        inputs: dict[str, list[str]] = {}
        try:
            for name, frame in self.call.inputs:
                inputs[name] = list(dict.fromkeys((*inputs.get(name, ()), *columns_of(frame))))
            return every_column(columns_of(value), inputs, reason)
        except Exception:  # noqa: BLE001 - as above
            return ColumnLineage({}, (), (Unknown("", reason),))


def _shape(purity: Purity, call: Call) -> Shape | None:
    """Give what the plan of a call is sure to follow from; None where that cannot be told."""
    if not purity.pure:
        return None
    parts: list[Any] = []
    for name, frame in call.inputs:
        if isinstance(frame, pl.LazyFrame):
            schema = frame._ldf.collect_schema()
        elif isinstance(frame, pl.DataFrame):
            schema = frame.schema
        else:
            return None
        parts += (name, *_columns(schema))
    frames = {id(frame) for _, frame in call.inputs}
    for parameter, attribute in purity.reads:
        value = getattr(call.arguments.get(parameter), attribute, call)
        if id(call.arguments.get(parameter)) in frames or not isinstance(value, _PLAIN):
            return None
        parts.append(value)
    parts += [(name, value) for name, value in call.arguments.items() if isinstance(value, _PLAIN)]
    return tuple(parts)


def _columns(schema: Mapping[str, Any]) -> tuple[Any, Any]:
    """Give names and types, in order, as what compares fast: Polars compares types in Python, one by one."""
    types = tuple(schema.values())
    kinds = tuple(map(type, types))
    return tuple(schema), kinds if _SIMPLE.issuperset(kinds) else types


def _fits(found: ColumnLineage, value: object) -> bool:
    """Say whether a lineage is of the columns of a value; a plan has them by what it was made from."""
    return isinstance(value, pl.LazyFrame) or list(found.columns) == list(getattr(value, "columns", ()))
