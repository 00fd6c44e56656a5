"""The fixed list of mutation operators: each gives, for one node of a syntax tree, nodes that are wrong in one way.

Every operator has a name that stands in the evidence. What no test of data can tell apart is no place for them:
docstrings, annotations, messages of errors and of what is printed.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping

from promote.verify.sql_mutants import is_query, other_queries

OPERATORS = (
    "aggregation-swapped", "arithmetic-swapped", "call-dropped", "column-swapped", "comparison-flipped",
    "comparison-negated", "condition-negated", "connective-swapped", "flag-flipped", "join-swapped", "method-swapped",
    "negation-dropped", "number-changed", "query-changed", "statement-dropped", "text-changed",
)  # fmt: skip

_FLIPPED: dict[type[ast.cmpop], type[ast.cmpop]] = {
    ast.Gt: ast.GtE,
    ast.GtE: ast.Gt,
    ast.Lt: ast.LtE,
    ast.LtE: ast.Lt,
}
_NEGATED: dict[type[ast.cmpop], type[ast.cmpop]] = {
    ast.Gt: ast.LtE,
    ast.GtE: ast.Lt,
    ast.Lt: ast.GtE,
    ast.LtE: ast.Gt,
    ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq,
    ast.In: ast.NotIn,
    ast.NotIn: ast.In,
    ast.Is: ast.IsNot,
    ast.IsNot: ast.Is,
}
_ARITHMETIC: dict[type[ast.operator], type[ast.operator]] = {
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.Div,
    ast.Div: ast.Mult,
    ast.FloorDiv: ast.Div,
    ast.Mod: ast.FloorDiv,
    ast.Pow: ast.Mult,
}
_CONNECTIVES: dict[type[ast.operator], type[ast.operator]] = {
    ast.BitAnd: ast.BitOr,
    ast.BitOr: ast.BitAnd,
    ast.BitXor: ast.BitOr,
}
_AGGREGATIONS = {
    "sum": "max", "mean": "max", "min": "max", "max": "min", "first": "last", "last": "first", "median": "max",
    "count": "nunique", "nunique": "count", "n_unique": "count", "std": "var", "var": "std", "any": "all",
    "all": "any", "cum_sum": "cum_max", "cumsum": "cummax", "cum_max": "cum_min", "cummax": "cummin",
    "cum_min": "cum_max", "cummin": "cummax", "idxmax": "idxmin", "idxmin": "idxmax", "arg_max": "arg_min",
    "arg_min": "arg_max", "sum_horizontal": "max_horizontal", "max_horizontal": "min_horizontal",
    "min_horizontal": "max_horizontal", "any_horizontal": "all_horizontal", "all_horizontal": "any_horizontal",
    "mean_horizontal": "max_horizontal", "rolling_sum": "rolling_max", "rolling_mean": "rolling_max",
    "rolling_max": "rolling_min", "rolling_min": "rolling_max",
}  # fmt: skip
_METHODS = {
    "is_null": "is_not_null", "is_not_null": "is_null", "isna": "notna", "notna": "isna", "isnull": "notnull",
    "notnull": "isnull", "head": "tail", "tail": "head", "gt": "ge", "ge": "gt", "lt": "le", "le": "lt", "eq": "ne",
    "ne": "eq", "eq_missing": "ne_missing", "ne_missing": "eq_missing", "starts_with": "ends_with",
    "ends_with": "starts_with", "startswith": "endswith", "endswith": "startswith", "floor": "ceil", "ceil": "floor",
    "nlargest": "nsmallest", "nsmallest": "nlargest", "top_k": "bottom_k", "bottom_k": "top_k",
    "forward_fill": "backward_fill", "backward_fill": "forward_fill", "ffill": "bfill", "bfill": "ffill",
    "lower": "upper", "upper": "lower", "to_lowercase": "to_uppercase", "to_uppercase": "to_lowercase",
    "add": "sub", "sub": "add", "mul": "truediv", "truediv": "mul", "year": "month",
    "month": "day", "day": "month", "weekday": "day", "week": "month", "quarter": "month", "hour": "minute",
    "minute": "hour", "union": "intersection", "intersection": "union", "append": "extend", "is_in": "ne",
}  # fmt: skip
_DROPPABLE = frozenset(
    ("filter", "sort", "sort_values", "sort_by", "sort_index", "unique", "drop_duplicates", "drop_nulls", "dropna",
     "fill_null", "query", "fillna", "fill_nan", "strip", "strip_chars", "strip_prefix", "strip_suffix",
     "strip_chars_start", "strip_chars_end", "lstrip", "rstrip", "removeprefix", "removesuffix", "title",
     "to_titlecase", "capitalize", "zfill", "pad_start", "to_lowercase", "to_uppercase", "lower", "upper", "casefold",
     "round", "abs", "limit", "head", "tail", "replace", "replace_all", "replace_strict", "over", "distinct",
     "order", "cast", "astype",
     "reverse", "shift", "diff", "clip", "normalize", "truncate", "rename", "reset_index", "set_index", "forward_fill",
     "backward_fill", "ffill", "bfill", "interpolate", "drop", "with_columns", "assign", "explode", "slice", "where",
     "mask", "rank", "cum_sum", "cumsum", "offset_by", "not_", "otherwise")
)  # fmt: skip
_JOINS = {"left": "inner", "inner": "left", "right": "inner", "outer": "inner", "full": "inner", "anti": "semi",
          "semi": "anti"}  # fmt: skip
_OTHER_TEXT = {"forward": "backward", "backward": "forward", "both": "left", "none": "both"}
_CONDITIONAL = frozenset(("when", "filter", "where", "mask"))
# What acts on the world is left as it is: a wrong path in one of these could do harm
_ACTS = frozenset(("remove", "unlink", "rmdir", "rmtree", "rename", "move", "system", "run", "Popen", "call",
                   "check_call", "check_output", "execute", "execute_query"))  # fmt: skip
_ACTORS = frozenset(("os", "shutil", "subprocess", "pathlib", "Path"))
_BARS = frozenset(("tqdm", "trange", "interact", "interact_manual"))
_TALK = frozenset(("print", "display", "warn", "debug", "info", "warning", "error", "exception", "log"))


def quiet(tree: ast.AST) -> set[int]:  # noqa: C901 -- one case for each sort of node
    """Give the ids of the nodes where no mistake is made: docstrings, annotations, messages, what is shown."""
    found: set[int] = set()

    def leave(node: ast.AST | None) -> None:
        if node is not None:
            found.update(map(id, ast.walk(node)))

    for node in ast.walk(tree):
        match node:
            case ast.Expr(value=ast.Constant()):
                leave(node)
            case ast.Expr(value=ast.Call(func=ast.Name(id=name) | ast.Attribute(attr=name))) if name in _TALK:
                leave(node)
            case ast.Call(func=ast.Name(id=name) | ast.Attribute(attr=name)) if name in _BARS:
                for keyword in node.keywords:
                    leave(keyword)
            case ast.Call(func=ast.Attribute(attr=name, value=owner)) if name in _ACTS and _acts(owner, name):
                leave(node)
            case ast.AnnAssign(annotation=annotation):
                leave(annotation)
            case ast.arg(annotation=annotation):
                leave(annotation)
            case ast.Raise(exc=exc):
                leave(exc)
            case ast.Assert(msg=message):
                leave(message)
            case ast.Import() | ast.ImportFrom():
                leave(node)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            leave(node.returns)
    return found


def _acts(owner: ast.AST, name: str) -> bool:
    named = {part.id for part in ast.walk(owner) if isinstance(part, ast.Name)}
    return bool(named & _ACTORS) or name in ("unlink", "rmdir", "execute", "execute_query")


def wrong(  # noqa: C901, PLR0912 -- one case for each sort of node
    node: ast.AST, columns: Mapping[str, str]
) -> Iterator[tuple[str, ast.AST]]:
    """Give what may stand in a node's place by mistake, each with the operator's name.

    Args:
        node: A node of the analyst's code.
        columns: For the name of each column of an input, another column that might be meant by mistake.
    """
    match node:
        case ast.Compare(ops=[op]):
            yield from _compared(node, op)
        case ast.BinOp(op=op) if type(op) in _ARITHMETIC:
            yield "arithmetic-swapped", _like(node, op=_ARITHMETIC[type(op)]())
        case ast.AugAssign(op=op) if type(op) in _ARITHMETIC:
            yield "arithmetic-swapped", _like(node, op=_ARITHMETIC[type(op)]())
        case ast.BinOp(op=op) if type(op) in _CONNECTIVES:
            yield "connective-swapped", _like(node, op=_CONNECTIVES[type(op)]())
        case ast.BoolOp(op=connective):
            yield "connective-swapped", _like(node, op=ast.Or() if isinstance(connective, ast.And) else ast.And())
        case ast.UnaryOp(op=ast.Invert() | ast.Not() | ast.USub()):
            yield "negation-dropped", node.operand
        case ast.If() | ast.IfExp() | ast.While():
            yield "condition-negated", _like(node, test=ast.UnaryOp(ast.Not(), node.test))
        case ast.comprehension(ifs=[condition, *rest]):
            yield "condition-negated", _like(node, ifs=[ast.UnaryOp(ast.Not(), condition), *rest])
        case ast.keyword(arg=str() as name, value=ast.Constant() as value):
            yield from _keyword(node, name, value.value)
        case ast.Constant():
            yield from _constant(node, columns)
        case ast.Call(func=ast.Attribute() as called):
            yield from _call(node, called)
        case ast.Attribute(attr=name, ctx=ast.Load()) if name in columns and columns[name] != name:
            yield "column-swapped", _like(node, attr=columns[name])
        case ast.Slice():
            yield from _slice(node)


def droppable(node: ast.AST) -> bool:
    """Say whether a statement may be left out by mistake."""
    return isinstance(
        node, ast.Assign | ast.AugAssign | ast.AnnAssign | ast.Delete | ast.Break | ast.Continue | ast.Raise
    ) or (isinstance(node, ast.Expr) and isinstance(node.value, ast.Call))


def _like(node: ast.AST, **changes: object) -> ast.AST:
    return type(node)(**{**dict(ast.iter_fields(node)), **changes})


def _compared(node: ast.Compare, op: ast.cmpop) -> Iterator[tuple[str, ast.AST]]:
    if type(op) in _FLIPPED:
        yield "comparison-flipped", _like(node, ops=[_FLIPPED[type(op)]()])
    yield "comparison-negated", _like(node, ops=[_NEGATED[type(op)]()])  # every relation has one


def _keyword(node: ast.keyword, name: str, value: object) -> Iterator[tuple[str, ast.AST]]:
    if isinstance(value, bool):
        yield "flag-flipped", ast.keyword(name, ast.Constant(not value))
    elif name in ("how", "type", "join") and value in _JOINS:
        yield "join-swapped", ast.keyword(name, ast.Constant(_JOINS[str(value)]))


def _constant(node: ast.Constant, columns: Mapping[str, str]) -> Iterator[tuple[str, ast.AST]]:
    value = node.value
    if isinstance(value, bool):
        return
    if isinstance(value, int | float):
        yield "number-changed", ast.Constant(value + 1)
    elif isinstance(value, str):
        if value in columns:
            yield "column-swapped", ast.Constant(columns[value])
        elif value in _AGGREGATIONS:
            yield "aggregation-swapped", ast.Constant(_AGGREGATIONS[value])
        elif value in _JOINS:
            yield "join-swapped", ast.Constant(_JOINS[value])
        elif value in _OTHER_TEXT:
            yield "text-changed", ast.Constant(_OTHER_TEXT[value])
        elif is_query(value):
            yield from (("query-changed", ast.Constant(other)) for other in other_queries(value))
        else:
            yield "text-changed", ast.Constant(f"{value}~")


def _call(node: ast.Call, called: ast.Attribute) -> Iterator[tuple[str, ast.AST]]:
    name = called.attr
    if name in _AGGREGATIONS:
        yield "aggregation-swapped", _like(node, func=_like(called, attr=_AGGREGATIONS[name]))
    elif name in _METHODS:
        yield "method-swapped", _like(node, func=_like(called, attr=_METHODS[name]))
    if name in _DROPPABLE and not (isinstance(called.value, ast.Name) and called.value.id in ("pl", "pd", "np")):
        yield "call-dropped", called.value
    if name in _CONDITIONAL and len(node.args) == 1 and not _is_text(node.args[0]):
        yield "condition-negated", _like(node, args=[ast.UnaryOp(ast.Invert(), node.args[0])])


def _is_text(node: ast.AST) -> bool:
    return isinstance(node, ast.Constant) and isinstance(node.value, str)


def _slice(node: ast.Slice) -> Iterator[tuple[str, ast.AST]]:
    for end in ("lower", "upper"):
        old = getattr(node, end)
        if old is not None and not any(isinstance(part, ast.Constant) for part in ast.walk(old)):
            yield "number-changed", _like(node, **{end: ast.BinOp(old, ast.Add(), ast.Constant(1))})
