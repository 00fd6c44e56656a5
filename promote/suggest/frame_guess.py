"""Guess which expressions give frames, from the names of the calls that make them.

`workbench suggest` proposes only what this is sure enough of. Whether a step's output is a frame is proven in
verification; a wrong guess here costs a proposal that says so there, never a wrong module.
"""

from __future__ import annotations

import ast
from collections.abc import Mapping
from typing import Literal

from platform_core.values import dataclass, field, replace
from promote.language.functions import Functions
from promote.language.syntax import dotted_of, sql_names
from promote.suggest.frame_use import flat, literal, reads_by_name, source_of

Shape = Literal["frame", "column", "group"]

_READERS = ("read_", "scan_", "from_query")
_LIBRARIES = ("pandas", "polars", "duckdb", "geopandas", "dask.dataframe", "modin.pandas", "pyarrow")
_NO_FRAMES = ("numpy.", "scipy.", "math.")
_SAMPLES = frozenset(("seaborn.load_dataset", "vega_datasets.data", "plotly.express.data"))
_MAKERS = frozenset(
    """pandas.DataFrame pandas.DataFrame.from_dict pandas.DataFrame.from_records pandas.json_normalize polars.DataFrame
    polars.LazyFrame polars.from_dict polars.from_dicts polars.from_pandas polars.from_records polars.from_arrow
    polars.from_numpy geopandas.GeoDataFrame duckdb.from_df duckdb.table duckdb.values""".split()
)
_COMBINERS = frozenset(
    """pandas.concat pandas.merge pandas.merge_asof pandas.merge_ordered polars.concat polars.align_frames pandas.melt
    geopandas.sjoin pandas.wide_to_long""".split()
)
_SUMMARISERS = frozenset(("pandas.crosstab", "pandas.pivot_table", "pandas.pivot", "pandas.get_dummies"))
_KEEPING = frozenset(
    """filter select with_columns with_row_index with_row_count query merge join assign sort_values sort_index sort
    drop drop_duplicates dropna drop_nulls drop_nans fillna fill_null fill_nan rename reset_index set_index copy clone
    collect lazy melt unpivot explode unique astype cast replace where mask reindex to_frame set_axis apply pipe map
    applymap transform convert_dtypes infer_objects interpolate ffill bfill shift diff round clip add_prefix add_suffix
    limit order project aggregate union except_ intersect df pl to_pandas fetchdf fetch_df arrow join_asof merge_asof
    slice top_k bottom_k nlargest nsmallest stack unstack transpose to_crs loc iloc set_geometry dissolve stack
    reverse shrink_to_fit rechunk vstack hstack extend unnest upsample cache set_sorted tz_localize eval""".split()
)
_SUMMARIES = frozenset(
    "pivot pivot_table crosstab agg aggregate groupby group_by group_by_dynamic resample dissolve value_counts".split()
)
_GROUPING = frozenset("groupby group_by group_by_dynamic rolling resample expanding ewm".split())
_GROUP_FRAMES = frozenset(
    "agg aggregate sum mean median min max std var count first last nunique len apply head tail quantile all".split()
)
_VIEWS = frozenset("head tail sample describe glimpse limit fetch info".split())
_FRAME_ENDINGS = frozenset("df fetchdf fetch_df pl fetch_df_chunk".split())
_ARRAY_METHODS = frozenset("fit_transform inverse_transform fit_predict predict predict_proba to_numpy toarray".split())
_PARTS = (ast.Subscript, ast.Attribute)
_COLUMN_TO_FRAME = frozenset(("to_frame", "reset_index", "unstack", "struct"))


@dataclass(frozen=True, slots=True)
class Guess:
    """What an expression seems to give: its shape, and how it came about.

    `read`: from a file, a database or the network. `summary`: fewer rows say something of more. `view`: only a look.
    """

    shape: Shape
    read: bool = False
    summary: bool = False
    view: bool = False
    path: str = ""  # what was read, where that is written as a literal


@dataclass(slots=True)
class Guesser:
    """Guesses one expression after another; `frames` are the variables that hold frames at that point.

    `used` are variables that the notebook uses as frames, `near` those that the cell at hand bound: of these it is
    passed on how they came about, since they are made in the same step.
    """

    functions: Functions
    definitions: Mapping[str, ast.FunctionDef]
    frames: dict[str, Guess]
    depth: int = 0
    used: frozenset[str] = frozenset()
    near: set[str] = field(default_factory=set)
    lists: set[str] = field(default_factory=set)  # variables that hold lists, such as of the names of columns
    held: dict[str, Guess] = field(default_factory=dict)  # what the frames in such a list are

    def guess(self, node: ast.expr) -> Guess | None:  # noqa: PLR0911 - one way out for each kind of expression
        """Give what an expression seems to be; None where it is no part of a frame."""
        match node:
            case ast.Name(id=name):
                known = self.frames.get(name)
                return known if known is None or name in self.near else Guess(known.shape, view=known.view)
            case ast.Call():
                return self._call(node)
            case ast.Subscript(value=ast.Attribute(value=base, attr="loc" | "iloc"), slice=index):
                return self._located(self.guess(base), index)
            case ast.Subscript(value=base, slice=index):
                return self._part(self.guess(base), index)
            case ast.Attribute(value=base, attr="T"):
                return self.guess(base)
            case ast.Attribute(value=base):
                whole = self.guess(base)
                return Guess("column") if whole and whole.shape == "frame" else whole
            case ast.IfExp(body=body):
                return self.guess(body)
            case ast.Await(value=value) | ast.NamedExpr(value=value):
                return self.guess(value)
            case ast.BinOp(left=left) | ast.Compare(left=left) | ast.UnaryOp(operand=left):
                return self.guess(left)
        return None

    def _call(self, node: ast.Call) -> Guess | None:
        path = dotted_of(node.func)
        name = self.functions.canonical(path) if path else ""
        if path and path[0] in self.functions.imports:
            found = self._library(name, node)
            if found is not None:
                return found
        if isinstance(node.func, ast.Name) and node.func.id in self.definitions:
            made = self._function(self.definitions[node.func.id], node)
            return replace(made, path=literal(node)) if made is not None and made.read and not made.path else made
        if isinstance(node.func, ast.Attribute):
            return self._method(node.func.value, node.func.attr, node)
        return None

    def _library(self, name: str, node: ast.Call) -> Guess | None:  # noqa: PLR0911 - as `guess`
        last = name.rpartition(".")[2]
        library = name.startswith(_LIBRARIES)
        if library and last.startswith(_READERS):
            return Guess("frame", read=True, path=literal(node))
        if name in _SAMPLES or name.startswith("vega_datasets.data"):
            return Guess("frame", read=True, path=literal(node) or last)
        if name in ("duckdb.sql", "duckdb.query"):
            tables = [t for a in node.args if isinstance(a, ast.Constant) for t in sql_names(str(a.value))]
            summary = "group by" in literal(node).lower()
            return Guess("frame", read=not any(t in self.frames for t in tables), summary=summary)
        if name.startswith("platform_core.sdk") and last == "load_asset":
            return Guess("frame", view=True)  # an input: nothing that this notebook makes
        if name in _MAKERS:
            return Guess("frame")
        if name in ("pandas.Series", "polars.Series"):
            return Guess("column")
        if name in _COMBINERS or name in _SUMMARISERS:
            parts = [a for a in ast.walk(node) if isinstance(a, (ast.Call, ast.Name)) and a is not node]
            inner = [g for a in parts if (g := self.guess(a) or self.held.get(getattr(a, "id", "")))]
            path = next((g.path for g in inner if g.path), "")
            return Guess("frame", read=any(g.read for g in inner), summary=name in _SUMMARISERS, path=path)
        return None

    def _method(self, base: ast.expr, method: str, node: ast.Call) -> Guess | None:  # noqa: PLR0911 - as `guess`
        whole = self.guess(base)
        if whole is None:
            return Guess("frame", read=True) if method in _FRAME_ENDINGS else None
        summary = whole.summary or method in _SUMMARIES
        if method in _VIEWS:
            return Guess(whole.shape, view=True) if whole.shape != "group" else Guess("frame", summary=True)
        if whole.shape == "group":
            if method not in _GROUP_FRAMES and method != "size":
                return whole if method in _GROUPING else None
            series = method == "size" or (_selects_column(base) and not node.keywords)
            return Guess("column" if series else "frame", summary=True)
        if whole.shape == "column":
            if method in _COLUMN_TO_FRAME:
                return Guess("frame", summary=whole.summary)
            return Guess("column", summary=summary) if method != "tolist" else None
        if method in _GROUPING:
            return Guess("group")
        if method == "value_counts":
            return Guess("column", summary=True)
        if method in _KEEPING or method in _SUMMARIES:
            return Guess("frame", read=whole.read, summary=summary, path=whole.path)
        return None

    def _function(self, definition: ast.FunctionDef, node: ast.Call) -> Guess | None:
        """Guess what a function of the notebook returns, with its parameters bound to what it is given."""
        if self.depth > 3:
            return None
        parameters = [a.arg for a in definition.args.args]
        given = dict(zip(parameters, node.args, strict=False)) | {k.arg: k.value for k in node.keywords if k.arg}
        frames = {name: found for name, value in given.items() if (found := self.guess(value)) is not None}
        inside = Guesser(self.functions, self.definitions, {**self.frames, **frames}, self.depth + 1)
        result: Guess | None = None
        for statement in flat(definition.body):
            inside.learn(statement)
            if isinstance(statement, ast.Return) and statement.value is not None:
                result = result or inside.told(statement.value)
        return result

    def told(self, node: ast.expr) -> Guess | None:
        """Guess as `guess` does, but keep what is known of how a variable came about."""
        return self.frames.get(node.id) if isinstance(node, ast.Name) else self.guess(node)

    def learn(self, statement: ast.stmt) -> dict[str, Guess]:
        """Take in what a statement binds, and give the variables that it binds to frames."""
        found: dict[str, Guess] = {}
        for inner in flat([statement]):
            if isinstance(inner, ast.Expr):
                self._appended(inner.value)
            if isinstance(inner, ast.Assign):
                targets = inner.targets
            elif isinstance(inner, ast.AnnAssign) and inner.value is not None:
                targets = [inner.target]
            else:
                continue
            guessed = self.guess(inner.value) if inner.value is not None else None
            for target in targets:
                if isinstance(target, ast.Name):
                    self._list(target.id, inner.value)
                    given = guessed or self._used(target.id, inner.value)
                    self.frames.pop(target.id, None)
                    found.pop(target.id, None)
                    if given is not None:
                        self.frames[target.id] = given
                        found[target.id] = given
                        self.near.add(target.id)
        return {name: one for name, one in found.items() if one.shape == "frame"}

    def _list(self, name: str, value: ast.expr | None) -> None:
        """Take in whether a variable holds a list now, and of what frames."""
        self.lists.discard(name)
        self.held.pop(name, None)
        if isinstance(value, (ast.List, ast.ListComp)):
            self.lists.add(name)
            of = [value.elt] if isinstance(value, ast.ListComp) else value.elts
            found = [g for one in of if (g := self.guess(one))]
            if found:
                self.held[name] = found[0]

    def _appended(self, value: ast.expr) -> None:
        """Take in a frame that is put at the end of a list."""
        match value:
            case ast.Call(func=ast.Attribute(value=ast.Name(id=name), attr="append"), args=[given]) if (
                name in self.lists and (found := self.guess(given))
            ):
                self.held[name] = found

    def _used(self, name: str, value: ast.expr | None) -> Guess | None:
        """Guess that a call, or a part of what it gives, is a frame, since it is used as one later."""
        call = value.value if isinstance(value, (ast.Await, ast.Attribute)) else value
        if name not in self.used or not isinstance(call, ast.Call):
            return None
        path = dotted_of(call.func)
        if path and self.functions.canonical(path).startswith(_NO_FRAMES):
            return None
        if isinstance(call.func, ast.Attribute) and call.func.attr in _ARRAY_METHODS:
            return None
        given = [n for n in ast.walk(call) if isinstance(n, ast.Name) and n.id in self.frames]
        read = not given and reads_by_name(call)
        return Guess("frame", read=read, path=source_of(call, self.functions.imports) if read else "")

    def _part(self, whole: Guess | None, index: ast.expr) -> Guess | None:
        if whole is None or whole.shape == "column":
            return whole
        if whole.shape == "group":
            return whole
        rows = isinstance(index, (ast.Slice, ast.List, ast.ListComp, ast.Compare, ast.BoolOp, ast.UnaryOp, ast.Call))
        if rows or (isinstance(index, ast.BinOp) and isinstance(index.op, (ast.BitAnd, ast.BitOr))):
            return Guess("frame", view=isinstance(index, ast.Slice))
        mask = self.guess(index) if isinstance(index, (ast.Name, *_PARTS)) else None
        if (isinstance(index, ast.Name) and index.id in self.lists) or (mask and mask.shape == "column"):
            return Guess("frame")
        return Guess("column")

    def _located(self, whole: Guess | None, index: ast.expr) -> Guess | None:
        if whole is None or whole.shape != "frame":
            return None
        if isinstance(index, ast.Tuple) and len(index.elts) == 2:
            return Guess("frame" if isinstance(index.elts[1], (ast.List, ast.Slice)) else "column")
        return self._part(whole, index) if not isinstance(index, ast.Constant) else Guess("column")


def _selects_column(base: ast.expr) -> bool:
    """Whether `df.groupby(…)["a"]` or `df.groupby(…).a` stands before the call that sums up, so that a column comes."""
    keywords = base.value.keywords if isinstance(base, _PARTS) and isinstance(base.value, ast.Call) else []
    if any(k.arg == "as_index" and isinstance(k.value, ast.Constant) and k.value.value is False for k in keywords):
        return False
    if isinstance(base, ast.Subscript):
        return not isinstance(base.slice, (ast.List, ast.Tuple))
    return isinstance(base, ast.Attribute)
