"""Small deliberate mistakes in a step's code, by which the rows of a test case are chosen: good data notices them.

A mutant is a program that differs from the analyst's in one place. Code that loops until something holds is left as
it is, since a mistake in it might never end.
"""

from __future__ import annotations

import ast
import copy
from collections.abc import Callable, Iterator, Sequence

_FLIPPED: dict[type[ast.cmpop], type[ast.cmpop]] = {
    ast.Gt: ast.GtE,
    ast.GtE: ast.Gt,
    ast.Lt: ast.LtE,
    ast.LtE: ast.Lt,
    ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq,
    ast.In: ast.NotIn,
    ast.NotIn: ast.In,
}
_SWAPPED: dict[type[ast.operator], type[ast.operator]] = {
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.Div,
    ast.Div: ast.Mult,
    ast.BitAnd: ast.BitOr,
    ast.BitOr: ast.BitAnd,
}
_PAIRS = (
    ("min", "max"), ("any", "all"), ("first", "last"), ("is_null", "is_not_null"), ("isna", "notna"), ("head", "tail"),
    ("gt", "ge"), ("lt", "le"), ("eq", "ne"),
)  # fmt: skip
_OTHER_METHOD = {"sum": "max", "mean": "max"} | dict(_PAIRS) | {other: one for one, other in _PAIRS}
_DROPPABLE = frozenset(
    ("filter", "sort", "sort_values", "sort_by", "unique", "drop_duplicates", "drop_nulls", "dropna", "fill_null",
     "query", "fillna", "fill_nan", "strip", "strip_chars", "to_lowercase", "to_uppercase", "lower", "upper", "round",
     "abs", "limit", "head", "tail", "replace", "replace_strict", "over", "distinct", "order", "cast", "astype",
     "reverse")
)  # fmt: skip
_OTHER_TEXT = {"left": "inner", "inner": "left", "right": "inner", "outer": "inner", "full": "inner", "anti": "semi"}
_OTHER_TEXT |= {"semi": "anti", "first": "last", "last": "first"}
_FLAGS = frozenset(("how", "keep", "descending", "ascending", "nulls_last", "strict"))

Change = Callable[[ast.AST], ast.AST]


def mutants(program: Sequence[str], *, most: int = 40) -> Iterator[list[str]]:
    """Give programs that differ from this one in one place each, spread evenly where there would be too many.

    >>> [part[0] for part in mutants(["frame = raw.filter(raw.fee >= 5)"])]
    ['frame = raw', 'frame = raw.filter(raw.fee > 5)', 'frame = raw.filter(raw.fee >= 6)']
    """
    places: list[tuple[int, int, Change]] = []
    trees = [ast.parse(text) for text in program]
    for part, tree in enumerate(trees):
        if any(isinstance(node, ast.While) for node in ast.walk(tree)):
            continue
        for number, node in enumerate(ast.walk(tree)):
            places += [(part, number, change) for change in _changes(node)]
    step = max(1, -(-len(places) // most))
    for part, number, change in places[::step]:
        tree = copy.deepcopy(trees[part])
        target = list(ast.walk(tree))[number]
        made = ast.unparse(ast.fix_missing_locations(_Replace(target, change).visit(tree)))
        yield [*program[:part], made, *program[part + 1 :]]


class _Replace(ast.NodeTransformer):
    def __init__(self, target: ast.AST, change: Change) -> None:
        self._target = target
        self._change = change

    def visit(self, node: ast.AST) -> ast.AST:
        """Change the target, and look for it elsewhere."""
        return self._change(node) if node is self._target else self.generic_visit(node)


def _changes(node: ast.AST) -> list[Change]:  # noqa: PLR0911 -- one return for each operator
    match node:
        case ast.Compare(ops=[op], comparators=[right]) if type(op) in _FLIPPED:
            text = isinstance(right, ast.Constant) and isinstance(right.value, str)
            return [_flip, *([_other_text] if text else [])]
        case ast.Constant(value=bool()):
            return []
        case ast.Constant(value=int() | float()):
            return [_next_number]
        case ast.BinOp(op=op) if type(op) in _SWAPPED:
            return [_swap]
        case ast.UnaryOp(op=ast.Invert() | ast.Not()):
            return [_bare]
        case ast.BoolOp():
            return [_other_bool]
        case ast.keyword(arg=str() as name, value=ast.Constant(value=bool() | str())) if name in _FLAGS:
            return [_other_flag]
        case ast.Call(func=ast.Attribute(attr=name)):
            found: list[Change] = [_receiver] if name in _DROPPABLE else []
            return [*found, *([_other_method] if name in _OTHER_METHOD else [])]
    return []


def _flip(node: ast.AST) -> ast.AST:
    assert isinstance(node, ast.Compare)  # noqa: S101 -- _changes gives each change for nodes of its type alone
    return ast.Compare(node.left, [_FLIPPED[type(node.ops[0])]()], node.comparators)


def _other_text(node: ast.AST) -> ast.AST:
    assert isinstance(node, ast.Compare)  # noqa: S101 -- as above
    return ast.Compare(node.left, node.ops, [ast.Constant("another text")])


def _next_number(node: ast.AST) -> ast.AST:
    assert isinstance(node, ast.Constant)  # noqa: S101 -- as above
    assert isinstance(node.value, int | float)  # noqa: S101 -- as above
    return ast.Constant(node.value + 1)


def _swap(node: ast.AST) -> ast.AST:
    assert isinstance(node, ast.BinOp)  # noqa: S101 -- as above
    return ast.BinOp(node.left, _SWAPPED[type(node.op)](), node.right)


def _bare(node: ast.AST) -> ast.AST:
    assert isinstance(node, ast.UnaryOp)  # noqa: S101 -- as above
    return node.operand


def _other_bool(node: ast.AST) -> ast.AST:
    assert isinstance(node, ast.BoolOp)  # noqa: S101 -- as above
    return ast.BoolOp(ast.Or() if isinstance(node.op, ast.And) else ast.And(), node.values)


def _other_flag(node: ast.AST) -> ast.AST:
    assert isinstance(node, ast.keyword)  # noqa: S101 -- as above
    assert isinstance(node.value, ast.Constant)  # noqa: S101 -- as above
    old = node.value.value
    new = not old if isinstance(old, bool) else _OTHER_TEXT.get(str(old), str(old))
    return ast.keyword(node.arg, ast.Constant(new))


def _receiver(node: ast.AST) -> ast.AST:
    assert isinstance(node, ast.Call)  # noqa: S101 -- as above
    assert isinstance(node.func, ast.Attribute)  # noqa: S101 -- as above
    return node.func.value


def _other_method(node: ast.AST) -> ast.AST:
    assert isinstance(node, ast.Call)  # noqa: S101 -- as above
    assert isinstance(node.func, ast.Attribute)  # noqa: S101 -- as above
    return ast.Call(ast.Attribute(node.func.value, _OTHER_METHOD[node.func.attr], ast.Load()), node.args, node.keywords)
