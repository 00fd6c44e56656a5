"""What the variables of a step hold, as far as its text tells: which may hold a frame, and which frames it changes.

Which variable a step gives is told by the variables that may hold a frame. Counts, texts, lists, paths and figures
are surely none; what cannot be told is taken to be one, so that a step is asked about and never guessed at.
"""

from __future__ import annotations

import ast
import builtins
from collections.abc import Iterable, Iterator, Sequence

from promote.dataflow.program import Program, Statement
from promote.language.syntax import begins_with, dotted_of

_FLAT = frozenset(
    """len int float str bool bytes sorted list dict set frozenset tuple range zip enumerate open input type repr
    isinstance issubclass any all print hash id chr ord format callable hasattr""".split()  # noqa: SIM905 - as `effects` writes its tables
)  # what calling these gives is never a frame, whatever they are given
_PLAIN_MODULES = frozenset(
    """os glob re math datetime time pathlib sqlite3 json string csv io logging warnings urllib uuid decimal statistics
    calendar locale platform hashlib matplotlib""".split()  # noqa: SIM905 - as above
)
_PARTS_OF_FRAMES = frozenset(("shape", "columns", "dtypes", "empty"))
_LISTS_OF_FRAMES = frozenset(("tolist", "to_list", "to_dicts", "to_numpy", "item"))
_SUMS_OF_COLUMNS = frozenset(
    "sum mean median quantile std var min max nunique n_unique count".split()  # noqa: SIM905 - as above
)
_TEXTS = (ast.Constant, ast.JoinedStr)
_HOLDING = (ast.List, ast.Tuple, ast.Dict, ast.Set, ast.ListComp, ast.DictComp, ast.SetComp, ast.GeneratorExp)
_BY_IDENTITY = (ast.Is, ast.IsNot, ast.In, ast.NotIn)
_SCOPES = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)


def frames_of(own: Sequence[Statement], program: Program, cell: int) -> list[str]:
    """Give the variables that a step's cell binds, or changes where one can see it, and that may hold a frame.

    Args:
        own: The statements of the step.
        program: The notebook that it stands in.
        cell: The position of one of the step's cells.
    """
    at = [s for s in own if s.cell == cell and not isinstance(s.node, (ast.Import, ast.ImportFrom, *_SCOPES))]
    names = {n: None for s in at for n in (*sorted(s.binds), *sorted(changed(s.node)))}
    functions = program.functions
    told = functions.imports.keys() | functions.by_name.keys() | functions.classes.keys() | _without(own, program)
    return [name for name in names if name not in told]


def changed(node: ast.stmt) -> set[str]:
    """Give the variables whose frames a statement changes in place, as its words say.

    >>> sorted(changed(ast.parse("rents['year'] = 2024").body[0]))
    ['rents']
    """
    found: set[str] = set()
    targets: list[ast.expr] = []
    if isinstance(node, ast.Assign):
        targets = node.targets
    elif isinstance(node, (ast.AugAssign, ast.AnnAssign)):
        targets = [node.target]
    elif isinstance(node, ast.Delete):
        targets = node.targets
    elif isinstance(node, ast.For):
        for inner in node.body:
            found |= changed(inner)
    elif isinstance(node, ast.Expr) and isinstance(node.value, ast.Call):
        call = node.value
        in_place = any(
            k.arg == "inplace" and isinstance(k.value, ast.Constant) and k.value.value is True for k in call.keywords
        )
        method = call.func.attr if isinstance(call.func, ast.Attribute) else ""
        if isinstance(call.func, ast.Attribute) and (in_place or method in ("insert", "drop_in_place", "update")):
            targets = [call.func]
    parts = (ast.Attribute, ast.Subscript, ast.Call)
    return (found | {begins_with(target) for target in targets if isinstance(target, parts)}) - {""}


def _without(own: Iterable[Statement], program: Program) -> set[str]:
    """Give the variables of which every binding in a step is surely no frame, and those that only count its loops."""
    look = _Look(program)
    for statement in own:
        if not isinstance(statement.node, _SCOPES):
            look.learn(statement)
    return look.flat


class _Look:
    def __init__(self, program: Program) -> None:
        self.program = program
        self.flat: set[str] = set()  # what is surely no frame up to here
        self.open: set[str] = set()  # what was bound to something else in the step

    def learn(self, statement: Statement) -> None:
        bound = statement.effects.binds | statement.effects.maybe
        told: set[str] = set()
        for node in _inner([statement.node]):
            for name, value in _bindings(node):
                told.add(name)
                if value is None or self.is_flat(value):
                    self.flat |= {name} - self.open
                else:
                    self.open.add(name)
                    self.flat.discard(name)
        self.open |= bound - told
        self.flat -= self.open

    def is_flat(self, node: ast.expr) -> bool:  # noqa: PLR0911 - one way out for each kind of expression
        match node:
            case ast.Name(id=name):
                return name in self.flat
            case ast.BinOp(left=left, right=right):
                return self.is_flat(left) and self.is_flat(right)
            case ast.UnaryOp(op=op, operand=operand):
                return isinstance(op, ast.Not) or self.is_flat(operand)
            case ast.BoolOp(values=values):
                return all(map(self.is_flat, values))
            case ast.Compare(left=left, ops=ops, comparators=others):
                return all(isinstance(op, _BY_IDENTITY) for op in ops) or all(map(self.is_flat, (left, *others)))
            case ast.IfExp(body=body, orelse=other):
                return self.is_flat(body) and self.is_flat(other)
            case ast.Attribute(attr=attr):
                return attr in _PARTS_OF_FRAMES
            case ast.Starred(value=ast.Call(func=func)):  # a part of what a call gives, such as plt.subplots()
                return self.is_plain(func)
            case ast.Call():
                return self.is_flat_call(node)
        return isinstance(node, (*_TEXTS, *_HOLDING, ast.Lambda))

    def is_flat_call(self, call: ast.Call) -> bool:
        if isinstance(call.func, ast.Name):
            name = call.func.id
            if name in _FLAT and name not in self.program.touches:
                return hasattr(builtins, name)
        if self.is_plain(call.func):
            return True
        if not isinstance(call.func, ast.Attribute):
            return False
        base, method = call.func.value, call.func.attr
        if isinstance(base, _TEXTS) or method in _LISTS_OF_FRAMES:
            return True
        column = isinstance(base, ast.Subscript) and isinstance(base.slice, ast.Constant)
        numbers = all(isinstance(a, ast.Constant) and not isinstance(a.value, str) for a in call.args)
        return column and numbers and not call.keywords and method in _SUMS_OF_COLUMNS

    def is_plain(self, func: ast.expr) -> bool:
        """Whether a function is of a module that never hands a frame on."""
        path = dotted_of(func)
        imported = self.program.functions.imports.get(path[0], "") if path else ""
        return imported.partition(".")[0] in _PLAIN_MODULES


def _inner(body: Iterable[ast.stmt]) -> Iterator[ast.stmt]:
    """Give statements with those inside of `if`, `with`, `try` and loops, in order; functions stay closed."""
    for node in body:
        yield node
        if not isinstance(node, _SCOPES):
            for part in ("body", "orelse", "finalbody"):
                yield from _inner(getattr(node, part, ()))
            for handler in getattr(node, "handlers", ()):
                yield from _inner(handler.body)


def _bindings(node: ast.stmt) -> Iterator[tuple[str, ast.expr | None]]:
    """Give the names that a statement binds itself, each with what it is bound to; None for what counts a loop."""
    pairs: list[tuple[ast.expr, ast.expr]] = []
    if isinstance(node, ast.Assign):
        pairs = [(target, node.value) for target in node.targets]
    elif isinstance(node, ast.AnnAssign) and node.value is not None:
        pairs = [(node.target, node.value)]
    elif isinstance(node, ast.AugAssign) and isinstance(node.target, ast.Name):
        yield node.target.id, ast.BinOp(ast.Name(node.target.id, ast.Load()), node.op, node.value)
    elif isinstance(node, (ast.For, ast.AsyncFor)):
        yield from ((n.id, None) for n in ast.walk(node.target) if isinstance(n, ast.Name))
    elif isinstance(node, (ast.With, ast.AsyncWith)):
        pairs = [(item.optional_vars, item.context_expr) for item in node.items if item.optional_vars is not None]
    for target, value in pairs:
        if isinstance(target, ast.Name):
            yield target.id, value
        elif isinstance(target, (ast.Tuple, ast.List)):
            names = [n for n in target.elts if isinstance(n, ast.Name)]
            parts = value.elts if isinstance(value, (ast.Tuple, ast.List)) else [ast.Starred(value)] * len(names)
            if len(names) == len(target.elts) == len(parts):
                yield from ((n.id, part) for n, part in zip(names, parts, strict=True))
