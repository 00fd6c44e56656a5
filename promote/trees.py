"""Syntax trees, made once for each text and walked quickly: `ast.walk` asks each node twice what it holds."""

from __future__ import annotations

import ast
import warnings
from collections import OrderedDict
from collections.abc import Callable, Iterator, Mapping
from functools import update_wrapper

from platform_core.hints import Any, Concatenate, ParamSpec, TypeVar

Given = ParamSpec("Given")
Made = TypeVar("Made")
Walked = tuple[ast.stmt, list[ast.AST], Mapping[type[ast.AST], list[Any]]]

_BLOCKS = ("body", "orelse", "finalbody", "handlers", "cases")
_MOST_TEXT = 80_000  # letters whose trees are kept; a notebook of 245 cells has some 50,000
_NO_NODES = frozenset(
    """id attr arg name asname level module type_comment kind conversion is_async simple ctx n s rest kwd_attrs tag str
    lineno""".split()  # noqa: SIM905 - as `effects` writes its tables
)  # fields that hold no node, and `ctx`, whose nodes nobody asks for


def kept_by_text(make: Callable[Concatenate[str, Given], Made]) -> Callable[Concatenate[str, Given], Made]:
    """Keep what a function makes of texts and plain values, for as many of the texts used last as may be kept.

    What is kept may be changed by nobody. A text that is longer than all that may be kept is made anew each time.
    """
    kept: OrderedDict[Any, Made] = OrderedDict()
    letters = 0

    def get(text: str, /, *given: Given.args, **named: Given.kwargs) -> Made:
        nonlocal letters
        key = (text, *given) if given else text
        found = kept.get(key, _NOTHING)
        if found is not _NOTHING:
            kept.move_to_end(key)
            return found  # type: ignore[return-value]  # it is what was made
        made = make(text, *given, **named)
        kept[key] = made
        letters += len(text) + 1
        while letters > _MOST_TEXT:
            old, _ = kept.popitem(last=False)
            letters -= len(old if isinstance(old, str) else old[0]) + 1
        return made

    return update_wrapper(get, make)


_NOTHING = object()


@kept_by_text
def parse(source: str) -> ast.Module:
    """Parse Python; the stages ask for the trees of the same cells, so those of late are kept, and none may be changed.

    Raises:
        SyntaxError: The text is no Python.
        ValueError, RecursionError, MemoryError: Python cannot read it.
    """
    return parse_anew(source)


def parse_anew(source: str) -> ast.Module:
    """Parse Python into a tree of which no node is another tree's."""
    usual = warnings.filters
    warnings.filters = _SILENT  # of escapes that a string does not know; `catch_warnings` takes a third of a parse
    try:
        return ast.parse(source)
    finally:
        if usual is not _SILENT:  # as another thread has it that parses, and puts the usual ones back
            warnings.filters = usual


_SILENT = [("ignore", None, Warning, None, 0)]


def is_python(source: str) -> bool:
    """Say whether a text can be read as Python.

    >>> is_python("x = 1"), is_python("%time x")
    (True, False)
    """
    try:
        parse(source)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return False
    return True


def statements(node: ast.AST) -> Iterator[ast.AST]:
    r"""Give the statements below a node, each level before the next, without a look into expressions.

    >>> [type(part).__name__ for part in statements(ast.parse("if x:\n    y = [z for z in x]\nelse:\n    pass"))]
    ['If', 'Assign', 'Pass']
    """
    found: list[ast.AST] = [node]
    for part in found:
        for name in _BLOCKS:
            found += getattr(part, name, ())
    yield from found[1:]


class _Shapes(dict[type, tuple[str, ...]]):
    """The fields of each class of nodes that may hold nodes."""

    def __missing__(self, kind: type[ast.AST]) -> tuple[str, ...]:
        named = ("name",) if kind.__name__ == "TypeAlias" else ()  # everywhere else a name is a text
        fields = () if kind in _LEAVES else tuple(name for name in kind._fields if name not in _NO_NODES)
        self[kind] = named + fields
        return self[kind]


# `type Row = …`, which Python knows from 3.12 on
TYPE_ALIASES: tuple[type[ast.stmt], ...] = tuple(vars(ast)[name] for name in ("TypeAlias",) if name in vars(ast))
_LEAVES = frozenset((ast.Constant, ast.Global, ast.Nonlocal, ast.MatchSingleton))


_SHAPES = _Shapes()


def walk(node: ast.AST) -> list[ast.AST]:
    """Give a node and all nodes below it, each level before the next, as `ast.walk` does, but for `ctx` nodes.

    >>> [type(part).__name__ for part in walk(ast.parse("x = f(1)").body[0])]
    ['Assign', 'Name', 'Call', 'Name', 'Constant']
    """
    found = [node]
    shapes = _SHAPES
    for part in found:
        for name in shapes[part.__class__]:
            value = getattr(part, name, None)
            if value.__class__ is list:
                found += value if None not in value else [item for item in value if item is not None]
            elif value is not None:
                found.append(value)
    return found


@kept_by_text
def walked(source: str) -> tuple[Walked, ...]:
    """Parse Python and give each statement with its nodes, as `walk` gives them, and the same by their class.

    Raises:
        SyntaxError: The text is no Python.
        ValueError, RecursionError, MemoryError: Python cannot read it.
    """
    return tuple(map(walked_through, parse(source).body))


def walked_through(node: ast.stmt) -> Walked:
    """Give a statement with its nodes, and those by their class."""
    parts = walk(node)
    return node, parts, by_kind(parts)


def below(node: ast.AST) -> list[ast.AST]:
    """Give the nodes right below a node, but for `ctx`.

    >>> [type(part).__name__ for part in below(ast.parse("x = f(1)").body[0])]
    ['Name', 'Call']
    """
    found: list[ast.AST] = []
    for name in _SHAPES[node.__class__]:
        value = getattr(node, name, None)
        if value.__class__ is list:
            found += value if None not in value else [item for item in value if item is not None]
        elif value is not None:
            found.append(value)
    return found


def by_kind(parts: list[ast.AST]) -> Mapping[type[ast.AST], list[Any]]:
    """Give nodes by their class, in their order.

    >>> [name.id for name in by_kind(walk(ast.parse("x = y")))[ast.Name]]
    ['x', 'y']
    """
    found: dict[type[ast.AST], list[Any]] = {}
    for node in parts:
        kind = node.__class__
        if kind in found:
            found[kind].append(node)
        else:
            found[kind] = [node]
    return found
