"""Texts and numbers that tell where code stands: a module has it elsewhere than the notebook had it."""

from __future__ import annotations

import ast

from platform_core.hints import TypeGuard
from promote.language.facts import Facts
from promote.language.functions import Functions
from promote.language.showing import PURE_EFFECTS
from promote.language.syntax import dotted_of
from promote.trees import walk

_PLACES = frozenset(
    """__qualname__ __module__ __closure__ co_firstlineno co_filename co_qualname co_freevars co_cellvars co_names
    co_code co_lnotab co_lines co_positions f_lineno f_back f_code f_lasti f_trace tb_lineno tb_frame tb_next tb_lasti
    format_exc format_tb format_stack format_exception extract_stack extract_tb walk_tb walk_stack StackSummary
    TracebackException print_exc print_tb print_stack print_exception _getframe currentframe getouterframes
    getinnerframes getframeinfo getsource getsourcelines getsourcefile getmodule getclosurevars""".split()  # noqa: SIM905 - as in `effects`
)
_OF_INSPECT = frozenset(("inspect.stack", "inspect.trace", "inspect.getfile"))
_LAST_WORDS = frozenset(path.rpartition(".")[2] for path in _OF_INSPECT)
_OF_WARNINGS = frozenset(("lineno", "filename"))  # of one that was recorded
_SCREENS = frozenset(("stdout", "stderr", "__stdout__", "__stderr__"))

_TO_TEXT = frozenset(
    "str repr ascii format format_map astype cast __str__ __repr__ __format__".split()  # noqa: SIM905 - as above
)


def own_place(facts: Facts, functions: Functions, *, recorded: bool = False) -> ast.expr | None:
    """Give the first expression of a statement that tells where code stands and is not only printed or logged.

    Args:
        facts: What the text of the statement tells.
        functions: The functions and imports of the notebook.
        recorded: Whether warnings are put into a list, each with its place.

    >>> from promote.language.facts import facts_of
    >>> from promote.language.functions import collect_functions
    >>> texts = ("key = rule.__qualname__", "print(traceback.format_exc())", "key = rule.__name__")
    >>> none = collect_functions([], {}, frozenset())
    >>> [own_place(facts_of(text, False).statements[0], none) is None for text in texts]
    [False, True, True]
    """
    words = _PLACES | _OF_WARNINGS if recorded else _PLACES
    inspects = not (_LAST_WORDS.isdisjoint(facts.attributes) and _LAST_WORDS.isdisjoint(facts.names))
    if not inspects and words.isdisjoint(facts.attributes) and words.isdisjoint(facts.names):
        return None
    shown: set[int] = set()
    for call in facts.kinds.get(ast.Call, ()):
        called = call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
        elsewhere = any(k.arg == "file" and getattr(k.value, "attr", "") not in _SCREENS for k in call.keywords)
        if called.startswith(("print", "exception", "critical", *PURE_EFFECTS)) and not elsewhere:
            shown |= {id(part) for part in walk(call)}
    for part in facts.parts:
        name = part.attr if isinstance(part, ast.Attribute) else part.id if isinstance(part, ast.Name) else ""
        told = name in words or (inspects and name in _LAST_WORDS and _is_of_inspect(part, functions))
        if told and id(part) not in shown and isinstance(part.ctx, ast.Load):  # type: ignore[attr-defined]  # both have it
            return part  # type: ignore[return-value]  # an expression, as its name says
    return None


def tells_no_place(facts: Facts) -> bool:
    """Whether a statement surely holds nothing that tells where code stands."""
    words = _PLACES | _OF_WARNINGS | _LAST_WORDS
    return words.isdisjoint(facts.attributes) and words.isdisjoint(facts.names)


def _is_of_inspect(node: ast.AST, functions: Functions) -> bool:
    """Whether a name or chain is one of those functions of `inspect` whose words others have too."""
    chain = dotted_of(node) if isinstance(node, ast.expr) else None
    return chain is not None and functions.canonical(chain) in _OF_INSPECT


def is_dataclass(node: ast.AST) -> TypeGuard[ast.ClassDef]:
    """Whether a statement defines a class that `dataclasses` gives its methods.

    >>> lines = ("@dataclass(order=True)", "@total")
    >>> [is_dataclass(ast.parse(line + chr(10) + "class P: pass").body[0]) for line in lines]
    [True, False]
    """
    return isinstance(node, ast.ClassDef) and any(_makes_a_dataclass(one) for one in node.decorator_list)


def shows_where_it_stands(node: ast.ClassDef) -> bool:
    """Whether the text of a dataclass holds its `__qualname__`: it does, but where it has a text of its own.

    >>> lines = ("@dataclass", "@dataclass(repr=False)")
    >>> [shows_where_it_stands(ast.parse(line + chr(10) + "class P: pass").body[0]) for line in lines]
    [True, False]
    """
    own = any(isinstance(one, ast.FunctionDef) and one.name == "__repr__" for one in node.body)
    given = [one for one in node.decorator_list if isinstance(one, ast.Call) and _makes_a_dataclass(one)]
    silent = any(k.arg == "repr" and getattr(k.value, "value", None) is False for one in given for k in one.keywords)
    return not own and not silent


def makes_texts(facts: Facts) -> bool:
    """Whether a statement may make a text of any object.

    >>> from promote.language.facts import facts_of
    >>> texts = ("list(map(str, rows))", "f'{row}'", "'%s' % row", "column.astype('str')", "row.x + 1")
    >>> [makes_texts(facts_of(text, False).statements[0]) for text in texts]
    [True, True, True, True, False]
    """
    if ast.FormattedValue in facts.kinds or ast.Mod in facts.kinds or not _TO_TEXT.isdisjoint(facts.attributes):
        return True
    if _TO_TEXT.isdisjoint(facts.names):
        return False
    used = [one for call in facts.kinds.get(ast.Call, ()) for one in (call.func, *call.args, *call.keywords)]
    named = (one.value if isinstance(one, ast.keyword) else one for one in used)  # `name: str` makes none
    return any(isinstance(one, ast.Name) and one.id in _TO_TEXT for one in named)


def _makes_a_dataclass(node: ast.expr) -> bool:
    path = dotted_of(node.func if isinstance(node, ast.Call) else node)
    return path is not None and path[-1] == "dataclass"
