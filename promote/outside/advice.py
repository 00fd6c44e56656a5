"""Advice against what pipelines suffer from: row-by-row work, frames grown in loops, `SELECT *`, eager reads, sizes.

Nothing here stops a promotion. Each piece of advice shows the better code in its hint. What may be meant, such as a
sort before a group that takes the first row, is left alone.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from promote.dataflow.closure import Closure
from promote.dataflow.program import Statement
from promote.dataflow.refusals import Context
from promote.model import Finding, Location, Notebook, Selection, Severity, Step
from promote.outside.sightings import Looker, Loop, SeenCall

MOST_STATEMENTS, MOST_LINES, MOST_STEPS = 40, 120, 10

_ROWS = {
    "iterrows": 'frame["total"] = frame["price"] * frame["number"]',
    "itertuples": 'frame["total"] = frame["price"] * frame["number"]',
    "iter_rows": 'frame.with_columns(total=pl.col("price") * pl.col("number"))',
    "map_elements": 'pl.col("name").str.to_uppercase(), or pl.when(…).then(…).otherwise(…)',
    "map_rows": "frame.with_columns(…) with expressions",
    "applymap": "a method of whole columns, such as frame.round(2)",
}
_ROW_LISTS = frozenset(("to_dicts", "rows", "iterrows", "itertuples", "iter_rows"))
_GROWING = frozenset(("pandas.concat", "polars.concat", "numpy.append", "numpy.concatenate"))
_GROWING_METHODS = frozenset(("_append", "vstack", "hstack"))
_NARROWING = frozenset(("filter", "select", "with_columns", "group_by", "drop", "join", "sort", "unique", "head"))
_EAGER = {f"polars.read_{kind}": f"pl.scan_{kind}" for kind in ("csv", "parquet", "ipc", "ndjson", "delta")}
_SUMMARIES = frozenset(("agg", "sum", "mean", "count", "len", "size", "max", "min", "median", "n_unique", "nunique"))
_BY_ORDER = r"first|last|head|tail|nth|shift|cum|diff|rank|rolling|over|implode|list|join"
_SQL_METHODS = frozenset(("sql", "query", "execute", "execute_query", "read_sql", "read_sql_query", "read_database"))
_QUERIES = _SQL_METHODS | {"join", "merge"}
_TOLD_METHODS = frozenset(("apply", "lazy")).union(_ROWS, _QUERIES, _NARROWING, _SUMMARIES, _GROWING_METHODS)
_TOLD_PATHS = _GROWING.union(_EAGER)
_STAR = r"(?i)\bselect\s+(?:distinct\s+)?(?:\w+\.)?\*(?!\s*(?:exclude|except|replace)\b)"
_CROSS = r"(?i)\bcross\s+join\b"


def advice(context: Context, step: Step, closure: Closure, looker: Looker) -> list[Finding]:
    """Give advice on one step, in the order of the notebook."""
    look = _Look(context, step, closure, looker)
    found = dict.fromkeys(look.all())
    return sorted(found, key=lambda f: (f.location.cell or 0, f.location.line or 0, f.location.column or 0, f.code))


def advice_on_size(selection: Selection) -> list[Finding]:
    """Give advice on a notebook of very many steps; a few are no fault, since a pipeline spans notebooks."""
    count = len(selection.steps)
    if count <= MOST_STEPS:
        return []
    last = selection.steps[MOST_STEPS]
    at = selection.notebook.at(last.cells[0], 1, tag=last.tag)
    message = f"The notebook has {count} steps; a pipeline of 5 to {MOST_STEPS} is one that a person can follow."
    hint = 'Move a group of steps to a notebook of its own and read their assets with load_asset("NAME").'
    return [Finding("PR810", "note", message, at, hint)]


class _Look:
    def __init__(self, context: Context, step: Step, closure: Closure, looker: Looker) -> None:
        self.notebook: Notebook = context.notebook
        self.step, self.closure, self.looker = step, closure, looker
        self.statements = [context.program.statements[i] for i in sorted(closure.included)]

    def all(self) -> Iterator[Finding]:
        read: dict[str, tuple[Statement, SeenCall]] = {}
        for s in self.statements:
            seen = self.looker.at(s)
            for call in seen.calls:
                if call.method not in _TOLD_METHODS and call.path not in _TOLD_PATHS:
                    continue
                if call.method in _ROWS or call.method == "apply":
                    yield from self.rows(s, call)
                if call.method in _QUERIES:
                    yield from self.queries(s, call)
                yield from self.eager(s, call, read)
                if call.method in _SUMMARIES:
                    yield from self.sorting(s, call)
                if call.loop is not None:
                    yield from self.growing(s, call, call.loop)
            for loop in seen.loops:
                yield from self.by_index(s, loop)
        yield from self.size()

    def tell(self, code: str, severity: Severity, message: str, s: Statement, node: ast.expr, hint: str) -> Finding:
        from promote.outside.places import placed  # noqa: PLC0415 - most steps are told nothing

        return Finding(code, severity, message, placed(self.notebook, s, node), hint)

    # Rows

    def rows(self, s: Statement, call: SeenCall) -> Iterator[Finding]:
        better = _ROWS.get(call.method)
        if call.method == "apply" and (axis := call.keyword("axis")) is not None:
            by_rows = isinstance(axis, ast.Constant) and axis.value in {1, "columns"}
            better = 'frame["a"] + frame["b"], numpy.where(…), or a merge' if by_rows else None
        if better:
            message = f"`{call.method}` works row by row, where whole columns would do."
            yield self.tell("PR801", "warning", message, s, call.node, f"Work on whole columns: {better}.")

    def by_index(self, s: Statement, loop: Loop) -> Iterator[Finding]:
        """`for i in range(len(frame))` with `.iloc[i]`, and rows of dictionaries built one by one from a frame."""
        if isinstance(loop, ast.While):
            return
        hint = 'Work on whole columns: frame["total"] = frame["price"] * frame["number"].'
        if _is_range_of_length(loop.iter) and any(_is_indexer(n) for part in loop.body for n in ast.walk(part)):
            yield self.tell("PR801", "warning", "The loop takes a frame row by row.", s, loop.iter, hint)
        elif _gives_rows(loop.iter) and not _is_told(loop.iter) and _appends(loop):
            hint = "Make the new columns with expressions: frame.with_columns(…), or frame.assign(…)."
            yield self.tell("PR801", "warning", "The loop builds its rows one by one.", s, loop.iter, hint)

    def growing(self, s: Statement, call: SeenCall, loop: Loop) -> Iterator[Finding]:
        if call.path not in _GROWING and call.method not in _GROWING_METHODS:
            return
        for node in (n for part in loop.body for n in ast.walk(part)):
            if isinstance(node, ast.Assign) and node.value is call.node and isinstance(node.targets[0], ast.Name):
                name = node.targets[0].id
                if any(isinstance(n, ast.Name) and n.id == name for n in ast.walk(call.node)):
                    message = f"`{name}` is copied whole in every turn of the loop."
                    module = "pl" if call.path.startswith("polars") or call.method == "vstack" else "pd"
                    hint = f"Gather the parts in a list, then join them once: {module}.concat(parts)."
                    yield self.tell("PR802", "warning", message, s, call.node, hint)

    # Queries and laziness

    def queries(self, s: Statement, call: SeenCall) -> Iterator[Finding]:
        how = call.keyword("how")
        if call.method in {"join", "merge"} and isinstance(how, ast.Constant) and how.value == "cross":
            yield self.cross(s, call.node)
        if call.method not in _SQL_METHODS:
            return
        text = self.text_of(call.node.args[0], s) if call.node.args else ""
        if "*" in text and re.search(_STAR, text):
            hint = "Name the columns: SELECT reference, decided_on FROM …; a new column upstream then changes nothing."
            yield self.tell("PR803", "warning", "`SELECT *` takes whatever columns there are.", s, call.node, hint)
        if "cross" in text.lower() and re.search(_CROSS, text):
            yield self.cross(s, call.node)

    def cross(self, s: Statement, node: ast.expr) -> Finding:
        hint = "Join on a key: left.join(right, on=…), or left.join_asof(right, on=…) for the nearest."
        return self.tell("PR807", "warning", "A cross join makes every pair of rows.", s, node, hint)

    def text_of(self, node: ast.expr, s: Statement) -> str:
        if isinstance(node, ast.Name):
            node = self.looker.value_of(node.id, s.index) or node
        parts = node.values if isinstance(node, ast.JoinedStr) else [node]
        return " ".join(p.value for p in parts if isinstance(p, ast.Constant) and isinstance(p.value, str))

    def eager(self, s: Statement, call: SeenCall, read: dict[str, tuple[Statement, SeenCall]]) -> Iterator[Finding]:
        if call.path in _EAGER and isinstance(s.node, ast.Assign) and s.node.value is call.node:
            target = s.node.targets[0]
            if isinstance(target, ast.Name):
                read[target.id] = (s, call)
        owner = call.node.func.value if isinstance(call.node.func, ast.Attribute) else None
        if call.method in _NARROWING:
            if isinstance(owner, ast.Call) and (path := self.path_of(s, owner)) in _EAGER:
                yield self.scan(s, owner, path)
            elif isinstance(owner, ast.Name) and owner.id in read:
                where, reading = read.pop(owner.id)
                yield self.scan(where, reading.node, reading.path)
            elif _method(owner) == "collect":
                hint = f"Write .{call.method}(…) before .collect(), so that no row is made in vain."
                yield self.tell("PR805", "note", "The frame is collected before its last step.", s, call.node, hint)
        elif call.method == "lazy":
            made = self.looker.value_of(owner.id, s.index) if isinstance(owner, ast.Name) else owner
            if _method(made) == "collect":
                hint = "Stay lazy: leave out .collect() and .lazy(), and collect once at the end."
                yield self.tell("PR805", "note", "The frame is collected and made lazy again.", s, call.node, hint)

    def scan(self, s: Statement, node: ast.expr, path: str) -> Finding:
        hint = f"Scan it: {_EAGER[path]}(…).filter(…).collect() reads only the rows and columns that are used."
        return self.tell("PR804", "note", "The whole file is read before it is cut down.", s, node, hint)

    def path_of(self, s: Statement, node: ast.Call) -> str:
        return next((c.path for c in self.looker.at(s).calls if c.node is node), "")

    def sorting(self, s: Statement, call: SeenCall) -> Iterator[Finding]:
        """A sort right before a group, where the summary does not look at the order."""
        grouped = call.node.func.value if isinstance(call.node.func, ast.Attribute) else None
        if _method(grouped) not in {"group_by", "groupby"}:
            return
        before = grouped.func.value  # type: ignore[union-attr]  # a method call, as `_method` says
        if _method(before) not in {"sort", "sort_values"}:
            return
        if any(re.search(_BY_ORDER, word) for a in (*call.node.args, *call.node.keywords) for word in _words(a)):
            return
        hint = "Sort once, after the group: frame.group_by(…).agg(…).sort(…)."
        yield self.tell("PR806", "note", "The group loses the order that the sort made.", s, before, hint)

    # Size

    def size(self) -> Iterator[Finding]:
        own = [s for s in self.closure.own if not isinstance(s.node, (ast.Import, ast.ImportFrom))]
        lines = sum((s.node.end_lineno or s.first) - s.first + 1 for s in own)
        if len(own) > MOST_STATEMENTS or lines > MOST_LINES:
            message = f"{self.step.tag} has {len(own)} statements in {lines} lines; one step does one thing."
            hint = "Give a result on the way a name and a tag of its own; move functions to a cell tagged helpers."
            yield Finding("PR808", "note", message, self.start, hint)
        elif self.step.layer != "bronze" and len(own) == 1 and self.only_renames(own[0]):
            message = f"{self.step.tag} hardly does anything; each step is a file to read and a table to keep."
            yield Finding("PR809", "note", message, self.start, "Join it to the step that reads it or that it reads.")

    @property
    def start(self) -> Location:
        """Where the step begins."""
        return self.notebook.at(self.step.cells[0], 1, tag=self.step.tag)

    def only_renames(self, statement: Statement) -> bool:
        """Whether a statement does no more than hand on a frame of this notebook under another name."""
        value = getattr(statement.node, "value", None)
        while isinstance(value, ast.Call) and _method(value) in {"rename", "copy", "clone", "lazy", "collect", "head"}:
            value = value.func.value  # type: ignore[attr-defined]  # a method call, as `_method` says
        return isinstance(value, ast.Name) and any(name == value.id for name, _, _ in self.closure.inputs)


def _method(node: ast.AST | None) -> str:
    return node.func.attr if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) else ""


def _gives_rows(node: ast.expr) -> bool:
    return _method(node) in _ROW_LISTS or (_method(node) == "to_dict" and bool(getattr(node, "args", None)))


def _is_told(node: ast.expr) -> bool:
    return _method(node) in _ROWS


def _appends(loop: Loop) -> bool:
    return any(
        _method(n) == "append" and isinstance(n.args[0], (ast.Dict, ast.Tuple, ast.List))  # type: ignore[attr-defined]  # a call, as `_method` says
        for part in loop.body
        for n in ast.walk(part)
        if getattr(n, "args", None)
    )


def _is_range_of_length(node: ast.expr) -> bool:
    if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "range" and node.args):
        return False
    last = node.args[-1] if len(node.args) < 3 else node.args[1]
    if isinstance(last, ast.Call):
        return isinstance(last.func, ast.Name) and last.func.id == "len"
    return isinstance(last, ast.Attribute | ast.Subscript) and "shape" in ast.unparse(last)


def _is_indexer(node: ast.AST) -> bool:
    return (
        isinstance(node, ast.Subscript)
        and isinstance(node.value, ast.Attribute)
        and node.value.attr in {"iloc", "loc", "iat", "at"}
    )


def _words(node: ast.AST) -> Iterator[str]:
    for part in ast.walk(node):
        if isinstance(part, ast.Attribute):
            yield part.attr
        elif isinstance(part, ast.Constant) and isinstance(part.value, str):
            yield part.value
