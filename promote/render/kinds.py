"""The kinds of frames, told from the evidence of a run or, where there is none, guessed from the code.

A guess is said to be one: the module of a step that never ran is UNVERIFIED in any case.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Mapping
from functools import partial

from platform_core.values import dataclass
from promote.model import FrameKind, Plan
from promote.trees import parse, statements

ANNOTATIONS: Mapping[FrameKind, str] = {
    "lazy": "pl.LazyFrame",
    "polars": "pl.DataFrame",
    "pandas": "pd.DataFrame",
    "duckdb": "duckdb.DuckDBPyRelation",
    "unknown": "Any",
}
IMPORTS: Mapping[FrameKind, str] = {
    "lazy": "import polars as pl",
    "polars": "import polars as pl",
    "pandas": "import pandas as pd",
    "duckdb": "import duckdb",
    "unknown": "from typing import Any",
}
_TO_LAZY = frozenset(("lazy", "scan_csv", "scan_parquet", "scan_ndjson", "scan_ipc", "LazyFrame"))
_TO_POLARS = frozenset(("collect", "pl", "from_pandas", "from_dicts", "from_dict", "fetch"))
_TO_PANDAS = frozenset(("to_pandas", "df", "fetchdf", "DataFrame", "to_frame", "reset_index"))
_KEEPING = frozenset(
    (
        "filter",
        "select",
        "with_columns",
        "sort",
        "join",
        "rename",
        "drop",
        "unique",
        "head",
        "tail",
        "agg",
        "group_by",
        "drop_nulls",
        "fill_null",
        "cast",
        "limit",
        "explode",
        "unpivot",
        "pipe",
        "with_row_index",
        "slice",
        "reverse",
        "assign",
        "query",
        "merge",
        "groupby",
        "dropna",
        "fillna",
        "astype",
        "sort_values",
        "drop_duplicates",
        "copy",
        "sum",
        "mean",
        "count",
        "apply",
        "melt",
        "pivot",
        "pivot_table",
        "set_index",
        "clone",
        "sample",
        "nlargest",
        "nsmallest",
    )
)


_FIRST = frozenset(("concat",))


@dataclass(frozen=True, slots=True)
class Kinds:
    """The kind of each input by parameter, and of the output; `guessed` where no run has shown them."""

    inputs: Mapping[str, FrameKind]
    output: FrameKind
    guessed: bool


def observed_kinds(plan: Plan, inputs: Mapping[str, FrameKind], output: FrameKind) -> Kinds:
    """Give the kinds that a run has shown; `inputs` are by asset name."""
    return Kinds(
        {i.parameter: i.kind if i.kind != "unknown" else inputs.get(i.asset, "unknown") for i in plan.function.inputs},
        output,
        guessed=False,
    )


def guess_kinds(plan: Plan, outputs: Mapping[str, FrameKind]) -> Kinds:
    """Guess the kinds of a step from its code; `outputs` are the guesses for the steps before it, by asset name."""
    inputs = {
        i.parameter: i.kind if i.kind != "unknown" else outputs.get(i.asset, "unknown") for i in plan.function.inputs
    }
    known: dict[str, FrameKind] = dict(inputs)
    roots = {root for f in plan.function.imports for root in f.text.replace(",", " ").split()}
    default: FrameKind = "unknown"
    if len(given := set(inputs.values())) == 1:
        default = given.pop()
    elif "pandas" in roots and "polars" not in roots:
        default = "pandas"
    for fragment in plan.function.body:
        for node in statements(parse(fragment.text)):
            if isinstance(node, ast.Assign) and len(node.targets) == 1 and isinstance(node.targets[0], ast.Name):
                kind = _kind_of(node.value, known)
                if kind != "unknown" or node.targets[0].id not in known:
                    known[node.targets[0].id] = kind
    kind = known.get(plan.function.output, "unknown")
    return Kinds(inputs, kind if kind != "unknown" else default, guessed=True)


class Told:
    """The kinds of steps, in the order in which data flows, each told when it is asked: a check asks for few."""

    def __init__(self) -> None:
        self._steps: list[tuple[Plan, tuple[Mapping[str, FrameKind], FrameKind] | None]] = []
        self._told: list[Kinds] = []
        self._outputs: dict[str, FrameKind] = {}  # of the steps that were told, by asset name

    def add(self, plan: Plan, observed: tuple[Mapping[str, FrameKind], FrameKind] | None) -> Callable[[], Kinds]:
        """Take the next step, with what a run has shown of it; give what tells its kinds."""
        self._steps.append((plan, observed))
        return partial(self._of, len(self._steps) - 1)

    def _of(self, number: int) -> Kinds:
        while len(self._told) <= number:
            plan, observed = self._steps[len(self._told)]
            kinds = guess_kinds(plan, self._outputs) if observed is None else observed_kinds(plan, *observed)
            self._outputs[plan.step.name] = kinds.output
            self._told.append(kinds)
        return self._told[number]


def _kind_of(node: ast.expr, known: Mapping[str, FrameKind]) -> FrameKind:
    """The kind of an expression by the last call in its chain that decides one."""
    while True:
        if isinstance(node, ast.Name):
            return known.get(node.id, "unknown")
        if isinstance(node, ast.Subscript):
            node = node.value
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            kind = _made_by(node.func)
            if kind is not None:
                return kind
            node = _source_of(node, node.func)
        else:
            return "unknown"


def _made_by(function: ast.Attribute) -> FrameKind | None:
    """The kind that a call decides by itself, None where it passes on the kind of what it is called on."""
    method = function.attr
    root = function.value.id if isinstance(function.value, ast.Name) else ""
    if root in {"pd", "pandas"}:
        return "pandas"
    if root == "duckdb":
        return "duckdb"
    if method in _TO_LAZY or method.startswith("scan_"):
        return "lazy"
    polars = root in {"pl", "polars"}
    if method in _TO_POLARS or (polars and (method == "DataFrame" or method.startswith("read_"))):
        return "polars"
    if method in _TO_PANDAS and not polars:
        return "pandas"
    return None if method in (_FIRST if polars else _KEEPING) else "unknown"


def _source_of(call: ast.Call, function: ast.Attribute) -> ast.expr:
    """What a call takes its kind from: the frame it is called on, or the first that is concatenated."""
    if function.attr == "concat" and call.args:
        first = call.args[0]
        return first.elts[0] if isinstance(first, (ast.List, ast.Tuple)) and first.elts else first
    return function.value
