"""What an expression of a Polars plan depends on.

Polars has resolved wildcards, selectors and names by then. An expression that it cannot show (some of the `list`, `cat`
and `bin` namespaces, Python functions) depends on every column that it could see.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from platform_core.governance.lineage.bits import Bits
from platform_core.values import dataclass, field

# What Polars says of expressions of its own that it cannot show. All else that it does not show may be Python,
# which can hold more than it is given.
_NATIVE = ("list.eval", "categorical expr", "binary expr", "business", "approx_quantile", "array expr")
_PYTHON = ("anonymous", "fold", "reduce", "rolling map", "opaque python", "apply inside")

_AGGREGATES = frozenset((
    "quantile", "entropy", "skew", "kurtosis", "null_count", "approx_n_unique", "arg_min", "arg_max", "max_by",
    "min_by", "product", "index_of", "BooleanFunction.Any", "BooleanFunction.All", "BooleanFunction.HasNulls",
))  # fmt: skip
# Functions that give one row for each row; any other one is taken to choose rows
_ROW_BY_ROW = frozenset((
    "set_sorted", "rle_id", "peak_min", "peak_max", "sin", "cos", "tan", "truncate", "interpolate_by", "arg_max",
    "replace", "replace_strict", "reverse", "round", "round_sig_figs", "shift", "sign", "sqrt", "cbrt",
    "to_physical", "exp", "max_horizontal", "mean_horizontal", "min_horizontal", "sum_horizontal", "negate",
    "pct_change", "pow", "rank", "abs", "as_struct", "ceil", "clip", "coalesce", "concat_expr", "cum_count",
    "cum_max", "cum_min", "cum_prod", "cum_sum", "cut", "qcut", "diff", "fill_null", "fill_null_with_strategy",
    "floor", "format", "hash", "interpolate", "log", "log1p",
))  # fmt: skip
_FAMILIES = frozenset(
    f"{name}Function" for name in ("String", "Temporal", "Struct", "List", "Array", "Rolling", "Ewm", "Boolean")
) | {"RollingFunctionBy"}


@dataclass(slots=True)
class Hidden:
    """What of a plan could not be looked into.

    Attributes:
        beyond: Gives what a Python function may depend on beyond what it is given: to know that may cost.
        reasons: Why something could not be looked into.
        python: Whether one of the reasons is, or may be, that Python runs there.
    """

    beyond: Callable[[], int]
    reasons: set[str] = field(default_factory=set)
    python: bool = False

    def note(self, said: str) -> int:
        """Note what Polars said of something that it does not show, and give what may be in it beyond what it sees."""
        if said.startswith(_NATIVE):
            self.reasons.add(f"a function that Polars does not show ({said})")
            return 0
        self.reasons.add("a Python function" if said.startswith(_PYTHON) else "a part of the plan that is not known")
        self.python = True
        return self.beyond()


class Expressions:
    """The expressions of one node, over the columns of the node below it."""

    __slots__ = ("_bits", "_columns", "_hidden", "_view")

    def __init__(self, view: Callable[[int], Any], columns: Mapping[str, int], bits: Bits, hidden: Hidden) -> None:
        """Take how to see an expression, what each column depends on, and where to note what cannot be seen."""
        self._view, self._columns, self._bits, self._hidden = view, columns, bits, hidden

    def of(self, number: int) -> int:
        """Give what the values of an expression depend on."""
        try:
            seen = self._view(number)
        except NotImplementedError as error:
            return self._unseen(str(error))
        try:
            read = _READERS.get(type(seen).__name__)
            return self._unseen(type(seen).__name__) if read is None else read(self, seen)
        except RecursionError:
            return self._unseen("too deep to be followed")

    def both(self, number: int) -> tuple[int, int]:
        """Give what the values of an expression depend on, and what decides how many rows it has (see `rows`)."""
        try:
            seen = self._view(number)
        except NotImplementedError:
            found = self.of(number)
            return found, self._bits.influence(found, "filter")
        if type(seen).__name__ == "Column":
            return self._columns[seen.name], 0
        return self.of(number), self.rows(number)

    def rows(self, number: int) -> int:
        """Give what decides how many rows an expression has, beyond what decides the rows of the node below it."""
        found, waiting = 0, [number]
        while waiting:
            number = waiting.pop()
            try:
                below = _row_by_row(self._view(number))
            except NotImplementedError:
                below = None
            if below is None:
                found |= self._bits.influence(self.of(number), "filter")
            else:
                waiting += below
        return found

    def union(self, several: Iterable[int]) -> int:
        """Give what the values of several expressions depend on."""
        found = 0
        for number in several:
            found |= self.of(number)
        return found

    def _unseen(self, said: str) -> int:
        if said == "field":
            return 0  # the struct that it is of counts as a whole
        found = self._hidden.note(said)
        for column in self._columns.values():
            found |= column
        return self._bits.opaque(found)

    def _column(self, seen: Any) -> int:
        return self._columns[seen.name]

    def _nothing(self, _: Any) -> int:
        return 0

    def _same(self, seen: Any) -> int:
        return self.of(seen.expr)

    def _cast(self, seen: Any) -> int:
        return self._bits.transformed(self.of(seen.expr))

    def _binary(self, seen: Any) -> int:
        """Follow a chain of operators in a loop: a sum of a thousand columns is as many levels deep."""
        found, waiting = 0, [seen.right, seen.left]
        while waiting:
            number = waiting.pop()
            try:
                inner = self._view(number)
            except NotImplementedError:
                found |= self.of(number)
                continue
            if type(inner).__name__ == "BinaryExpr":
                waiting += (inner.right, inner.left)
            elif type(inner).__name__ == "Column":
                found |= self._columns[inner.name]
            elif type(inner).__name__ != "Literal":
                found |= self.of(number)
        return self._bits.transformed(found)

    def _call(self, seen: Any) -> int:
        found = self.union(seen.input)
        return self._bits.aggregated(found) if _function(seen) in _AGGREGATES else self._bits.transformed(found)

    def _aggregate(self, seen: Any) -> int:
        return self._bits.aggregated(self.union(seen.arguments))

    def _ternary(self, seen: Any) -> int:
        values = self._bits.transformed(self.of(seen.truthy) | self.of(seen.falsy))
        return values | self._bits.influence(self.of(seen.predicate), "conditional")

    def _window(self, seen: Any) -> int:
        by = self.union(seen.partition_by) | (0 if seen.order_by is None else self.of(seen.order_by))
        return self.of(seen.function) | self._bits.influence(by, "window")

    def _rolling(self, seen: Any) -> int:
        return self.of(seen.function) | self._bits.influence(self.of(seen.index_column), "window")

    def _sort_by(self, seen: Any) -> int:
        return self.of(seen.expr) | self._bits.influence(self.union(seen.by), "sort")

    def _filter(self, seen: Any) -> int:
        return self.of(seen.input) | self._bits.influence(self.of(seen.by), "filter")

    def _gather(self, seen: Any) -> int:
        return self.of(seen.expr) | self._bits.influence(self.of(seen.idx), "filter")

    def _slice(self, seen: Any) -> int:
        return self.of(seen.input) | self._bits.influence(self.union((seen.offset, seen.length)), "filter")

    def _struct(self, seen: Any) -> int:
        return self._bits.transformed(self.of(seen.expr) | self.union([item.node for item in seen.evaluation]))


_READERS: dict[str, Callable[[Expressions, Any], int]] = {
    "Agg": Expressions._aggregate,
    "Alias": Expressions._same,
    "BinaryExpr": Expressions._binary,
    "Cast": Expressions._cast,
    "Column": Expressions._column,
    "Explode": Expressions._same,
    "Filter": Expressions._filter,
    "Function": Expressions._call,
    "Gather": Expressions._gather,
    "Len": Expressions._nothing,
    "Literal": Expressions._nothing,
    "Rolling": Expressions._rolling,
    "Slice": Expressions._slice,
    "Sort": Expressions._same,
    "SortBy": Expressions._sort_by,
    "StructEval": Expressions._struct,
    "Ternary": Expressions._ternary,
    "Window": Expressions._window,
}


def _row_by_row(seen: Any) -> Sequence[int] | None:  # noqa: PLR0911 - one for each kind of expression
    """Give what an expression has its number of rows from; None where it chooses rows itself."""
    match type(seen).__name__:
        case "Column" | "Literal" | "Len" | "Agg":
            return ()
        case "Cast" | "Alias" | "Sort" | "SortBy":
            return (seen.expr,)
        case "BinaryExpr":
            return (seen.left, seen.right)
        case "Ternary":
            return (seen.truthy, seen.falsy, seen.predicate)
        case "Window":
            return () if seen.options.kind == "groups_to_rows" else None
        case "Function":
            name = _function(seen)
            if name in _AGGREGATES:
                return ()
            if name in _ROW_BY_ROW or name.partition(".")[0] in _FAMILIES:
                return tuple(seen.input)
    return None


def _function(seen: Any) -> str:
    told = seen.function_data
    return str(told[0]) if isinstance(told, tuple) and told else str(told)
