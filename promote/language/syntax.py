"""Small questions about syntax trees, each answered by looking at one expression."""

from __future__ import annotations

import ast
import re
from collections.abc import Sequence

from promote.language.effects import MUTABLE_TYPES, MUTATING_METHODS, VIEWING_METHODS
from promote.language.uses import Dotted, Use
from promote.patterns import pattern

IMPORTED = "import "  # how `chain_of` begins the name of a module that a text names
# Words without which no statement names a module by a text
_LOADING = frozenset(("__import__", "import_module", "resolve_name"))
MODULE_WORDS = _LOADING | {"modules"}
_MODE = pattern(r"[rwxabtU+]{1,4}")  # of a file that is opened
# Of Jinja: what stands in braces, and there what is called, what else runs code, and calls that only ask
_BRACES = pattern(r"\{\{.*?\}\}|\{%.*?%\}", re.DOTALL)
_CALLED = pattern(r"(\|\s*)?(\w+)\s*\(")
_RUNS = pattern(r"\b(?:attr|do|include|import|extends)\b")
_ASKING = frozenset(dir(str)).union(
    """get items keys values isoformat strftime cycle range round head tail describe sum mean min max median count
    iterrows itertuples iter_rows to_html to_dict to_dicts to_string to_markdown to_list tolist""".split()  # noqa: SIM905 - as `effects` writes its tables
)


def literal_key(node: ast.expr) -> str:
    """Give the text in the brackets of `os.environ["TZ"]`, empty where none stands there."""
    key = node.slice if isinstance(node, ast.Subscript) else None
    return key.value if isinstance(key, ast.Constant) and isinstance(key.value, str) else ""


def use_of(node: ast.AST) -> Use:
    """Give the place of a node."""
    try:
        return tuple.__new__(Use, (node.lineno, node.col_offset + 1))  # type: ignore[attr-defined]  # those without a place come last
    except AttributeError:
        return Use(1, 1)


def root_of(node: ast.expr) -> tuple[str, int] | None:
    """Give the name at the root of an attribute or item chain, and how many parts down the chain goes.

    >>> root_of(ast.parse("d['k'].x", mode="eval").body)
    ('d', 2)
    """
    depth = 0
    while True:
        if isinstance(node, ast.Name):
            return node.id, depth
        if isinstance(node, (ast.Attribute, ast.Subscript, ast.Starred)):
            node = node.value
            depth += 1
        elif (
            isinstance(node, ast.Call)
            and isinstance(node.func, ast.Attribute)
            and (node.func.attr in VIEWING_METHODS or node.func.attr in MUTATING_METHODS)
        ):
            node = node.func.value
            depth += 1
        else:
            return None


def dotted_of(node: ast.expr) -> Dotted | None:
    """Give `a.b.c` as a tuple where the expression is a plain attribute chain.

    >>> dotted_of(ast.parse("np.random.seed", mode="eval").body)
    ('np', 'random', 'seed')
    """
    # Asked more often than any other question, so by the class itself and in the fewest steps
    if node.__class__ is ast.Name:
        return (node.id,)
    path: Dotted = ()
    while node.__class__ is ast.Attribute:
        path = (node.attr, *path)
        node = node.value
    return (node.id, *path) if path and node.__class__ is ast.Name else None


def chain_of(node: ast.expr) -> Dotted | None:
    """Give an attribute chain as `dotted_of` does, and one on a module that is named by a text.

    What the text names stands first, as an import that no notebook can write; `?` where a run alone tells.

    >>> texts = ("np.random.seed", "__import__('random').seed", "sys.modules[name].seed", "resolve_name('os:sep')")
    >>> [chain_of(ast.parse(text, mode="eval").body) for text in texts]
    [('np', 'random', 'seed'), ('import random', 'seed'), ('import ?', 'seed'), ('import os', 'sep')]
    """
    path: Dotted = ()
    while node.__class__ is ast.Attribute:
        path = (node.attr, *path)
        node = node.value
    if node.__class__ is ast.Name:
        return (node.id, *path)
    named = module_text(node)
    if named is None or getattr(named, "value", getattr(named, "id", "")) in {"__main__", "__name__"}:
        return None
    if not isinstance(named, ast.Constant) or not isinstance(named.value, str):
        return (f"{IMPORTED}?", *path)
    module, _, part = named.value.partition(":")
    return (f"{IMPORTED}{module}", *(part.split(".") if part else ()), *path)


def module_text(node: ast.expr) -> ast.expr | None:
    """Give the expression that says which module a call or an item gives, None where it gives none.

    >>> texts = ("importlib.import_module(name)", "sys.modules['os']", "rows['os']")
    >>> [module_text(ast.parse(text, mode="eval").body) is None for text in texts]
    [False, False, True]
    """
    if isinstance(node, ast.Subscript):
        return node.slice if (dotted_of(node.value) or ("",))[-1] == "modules" else None
    if not isinstance(node, ast.Call) or not node.args:
        return None
    called = dotted_of(node.func) or ("",)
    loads = called[-1] in _LOADING or called[-2:-1] == ("modules",)
    return node.args[0] if loads else None


def names_a_module(call: ast.Call) -> bool:
    """Whether a call names what it imports by a text, and that is not the notebook itself.

    >>> [names_a_module(ast.parse(text, mode="eval").body) for text in ("__import__('os')", "__import__(name)")]
    [True, False]
    """
    first = call.args[0] if call.args else None
    return isinstance(first, ast.Constant) and isinstance(first.value, str) and first.value != "__main__"


def operands(node: ast.expr) -> list[ast.expr]:
    """Give the expressions that an expression is made of.

    >>> [type(part).__name__ for part in operands(ast.parse("a + f'{b}' < 1", mode="eval").body)]
    ['BinOp', 'Constant']
    """
    found: list[ast.expr] = []
    for name in node._fields:
        value = getattr(node, name, None)
        if isinstance(value, ast.expr):
            found.append(value)
        elif value.__class__ is list:
            found += [part for part in value if isinstance(part, ast.expr)]
    return found


def names_a_type(node: ast.expr) -> bool:
    """Whether an expression looks like the name of a class.

    >>> texts = ("list", "pd.DataFrame", "type(rows)", "df", "RULES")
    >>> [names_a_type(ast.parse(text, mode="eval").body) for text in texts]
    [True, True, True, False, False]
    """
    if isinstance(node, ast.Call):
        return isinstance(node.func, ast.Name) and node.func.id == "type"
    path = dotted_of(node)
    if path is not None and path[-1] == "__class__":
        return True
    return path is not None and (path[-1] in MUTABLE_TYPES or (path[-1][:1].isupper() and not path[-1].isupper()))


def begins_with(node: ast.expr) -> str:
    """Give the name that attributes, items and calls begin with, empty where they begin with something else.

    >>> begins_with(ast.parse("df['k'].iloc[0].tolist()", mode="eval").body)
    'df'
    """
    while isinstance(node, (ast.Attribute, ast.Subscript, ast.Call)):
        node = node.func if isinstance(node, ast.Call) else node.value
    return node.id if isinstance(node, ast.Name) else ""


def class_asked_of(node: ast.expr) -> ast.expr | None:
    """Give what an expression takes the class of on its way, None where it takes none.

    >>> texts = ("type(self).count", "row.__class__.seen[0]", "type(self).rows.pop()", "row.seen")
    >>> [getattr(class_asked_of(ast.parse(text, mode="eval").body), "id", None) for text in texts]
    ['self', 'row', 'self', None]
    """
    while isinstance(node, (ast.Attribute, ast.Subscript, ast.Call)):
        if isinstance(node, ast.Call):
            if isinstance(node.func, ast.Name):
                return node.args[0] if node.func.id == "type" and len(node.args) == 1 else None
            node = node.func
        elif isinstance(node, ast.Attribute) and node.attr == "__class__":
            return node.value
        else:
            node = node.value
    return None


_BY_LABEL = frozenset(("loc", "iloc", "at", "iat"))
_MASKS = {"isin": 1, "isna": 0, "isnull": 0, "notna": 0, "notnull": 0}  # methods that give a condition: their arguments


def selects_a_copy(index: ast.expr) -> bool:
    """Whether `x[index]` surely copies: a condition or a list of labels.

    >>> [selects_a_copy(ast.parse(text, mode="eval").body) for text in ("x > 1", "x.isin(known)", "k", "k.key()")]
    [True, True, False, False]
    """
    if isinstance(index, ast.Tuple):
        return any(selects_a_copy(part) for part in index.elts)
    if isinstance(index, ast.UnaryOp):
        return isinstance(index.op, ast.Invert)
    if isinstance(index, ast.BinOp):
        return isinstance(index.op, (ast.BitAnd, ast.BitOr)) and selects_a_copy(index.left)
    if isinstance(index, ast.Call):
        return isinstance(index.func, ast.Attribute) and _MASKS.get(index.func.attr) == len(index.args)
    return isinstance(index, (ast.Compare, ast.List, ast.ListComp))


def items_taken(node: ast.Subscript) -> int:
    """Count the items that a subscript takes, one within the other: a row and a column at once are two.

    >>> texts = ("x[0]", "x[1:]", "x.iloc[0, 1]", "x.loc[:, 'k']", "x.loc[x > 1, 'k']", "x[['k']]", "x['k', 1]")
    >>> [items_taken(ast.parse(text, mode="eval").body) for text in texts]
    [1, 0, 2, 1, 1, 0, 1]
    """
    labelled = isinstance(node.value, ast.Attribute) and node.value.attr in _BY_LABEL
    counted = isinstance(node.slice, ast.Tuple) and all(
        isinstance(part, ast.Constant) and part.value.__class__ is int for part in node.slice.elts
    )
    parts = node.slice.elts if isinstance(node.slice, ast.Tuple) and (labelled or counted) else [node.slice]
    return sum(not isinstance(part, ast.Slice) and not selects_a_copy(part) for part in parts)


def sql_names(text: str) -> list[str]:
    """Give the names that stand where SQL names a table.

    >>> sql_names("SELECT a FROM x JOIN y USING (k), z WHERE a > 1"), sql_names('FROM "x" t, "y"')
    (['x', 'y', 'z'], ['x', 'y'])
    """
    import re  # noqa: PLC0415 - only notebooks with SQL pay for it

    names: list[str] = []
    word = r'(?:[A-Za-z_]\w*|"[A-Za-z_]\w*")'
    listed = rf"(?:{word}(?:\s+(?:as\s+)?\w+)?\s*,\s*)*{word}"
    clause = rf"\b(?:from|join|into|update|table|describe|summarize|pivot|unpivot)\s+({listed})"
    for match in re.finditer(clause, text, re.IGNORECASE):
        names += [part.split()[0].strip('"') for part in match.group(1).split(",")]
    for match in re.finditer(r"\)\s*,\s*([A-Za-z_]\w*)", text):
        names.append(match.group(1))
    return list(dict.fromkeys(names))


def leading_name(text: str) -> str:
    """Give the name that a text begins with."""
    end = 0
    while end < len(text) and (text[end].isalnum() or text[end] == "_"):
        end += 1
    return text[:end]


def arguments_of(arguments: ast.arguments) -> list[ast.arg]:
    """Give every parameter of a function."""
    found = [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs]
    return found + [a for a in (arguments.vararg, arguments.kwarg) if a is not None]


def annotation_names(annotation: ast.expr, *, texts_only: bool) -> list[ast.Name]:
    """Give the names in an annotation, those in its texts too; with `texts_only` none but those.

    >>> [n.id for n in annotation_names(ast.parse("list['Row'] | Literal['x']", mode="eval").body, texts_only=True)]
    ['Row']
    """
    found: list[ast.Name] = []
    stack: list[ast.AST] = [annotation]
    while stack:
        node = stack.pop()
        if isinstance(node, ast.Name) and not texts_only:
            found.append(node)
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            try:
                written = ast.parse(node.value, mode="eval")
            except (SyntaxError, ValueError):
                continue
            found += [part for part in ast.walk(written) if isinstance(part, ast.Name)]
        elif isinstance(node, ast.Subscript) and (dotted_of(node.value) or ("",))[-1] in {"Literal", "Annotated"}:
            inner = node.slice.elts[0] if isinstance(node.slice, ast.Tuple) else node.slice
            stack += [node.value, *([inner] if not isinstance(inner, ast.Constant) else [])]
        else:
            stack += ast.iter_child_nodes(node)
    return found


def shares_with_what_it_is_given(call: ast.Call) -> bool:
    """Whether a call is told to copy nothing, or to change what it is called on and give that.

    >>> texts = ("x.astype(int, copy=False)", "x.hstack(y, in_place=True)", "x.astype(int, copy=True)", "x.head()")
    >>> [shares_with_what_it_is_given(ast.parse(text, mode="eval").body) for text in texts]
    [True, True, False, False]
    """
    told = {k.arg: getattr(k.value, "value", None) for k in call.keywords if k.arg in {"copy", "in_place"}}
    return told.get("copy", True) is not True or told.get("in_place", False) is not False


def parts_of(node: ast.expr) -> list[ast.expr]:
    """Give the elements of a tuple, and of anything else itself."""
    return node.elts if isinstance(node, ast.Tuple) else [node]


def pattern_names(pattern: ast.pattern) -> list[str]:
    """Give the names that a pattern binds."""
    names: list[str] = []
    for node in ast.walk(pattern):
        if isinstance(node, (ast.MatchAs, ast.MatchStar)) and node.name:
            names.append(node.name)
        elif isinstance(node, ast.MatchMapping) and node.rest:
            names.append(node.rest)
    return names


def irrefutable(pattern: ast.pattern) -> bool:
    """Whether a pattern matches everything."""
    return isinstance(pattern, ast.MatchAs) and (pattern.pattern is None or irrefutable(pattern.pattern))


def opens_to_write(call: ast.Call) -> bool:
    """Whether a call opens a file, in a mode in which it is written.

    >>> texts = ("open(p, 'w')", "p.open(mode='ab')", "gzip.open(p, 'rb')", "open('w')", "f.write('w')")
    >>> [opens_to_write(ast.parse(text, mode="eval").body) for text in texts]
    [True, True, False, False, False]
    """
    method = isinstance(call.func, ast.Attribute)
    if getattr(call.func, "attr", getattr(call.func, "id", "")) != "open":
        return False
    mode = [k.value for k in call.keywords if k.arg == "mode"] + call.args[0 if method else 1 : 2]
    texts = [part.value for part in mode if isinstance(part, ast.Constant) and isinstance(part.value, str)]
    return any(_MODE.fullmatch(text) and not set(text).isdisjoint("wax+") for text in texts)


def only_asks(texts: Sequence[ast.expr]) -> bool:
    """Whether every expression is a literal text of Jinja that calls nothing which could change what it is given.

    >>> texts = ("<p>f(x)</p>{{ rows | join(', ') }}", "{{ rows.append(2) }}", "{% for k, v in d.items() %}{{ v }}")
    >>> [only_asks([ast.Constant(text)]) for text in texts]
    [True, False, True]
    """
    for part in texts:
        if not isinstance(part, ast.Constant) or not isinstance(part.value, str):
            return False
        blocks = _BRACES.findall(part.value)
        called = [name for block in blocks for piped, name in _CALLED.findall(block) if not piped]
        if any(map(_RUNS.search, blocks)) or not _ASKING.issuperset(called):
            return False
    return bool(texts)


def is_the_notebook(node: ast.Subscript) -> bool:
    """Whether an item is the module that a notebook's cells are: `sys.modules[__name__]`."""
    key = getattr(node.slice, "id", getattr(node.slice, "value", ""))
    return key in {"__name__", "__main__"} and (dotted_of(node.value) or ("",))[-1] == "modules"
