"""Small questions about syntax trees, each answered by looking at one expression or statement."""

from __future__ import annotations

import ast
from collections.abc import Sequence

from promote.language.effects import (
    MUTABLE_TYPES,
    MUTATING_METHODS,
    NAMESPACES,
    PASSING_CONTEXTS,
    PLAIN_DECORATORS,
    SWALLOWING_CONTEXTS,
    VIEWING_METHODS,
)
from promote.language.uses import Dotted, Use


def literal_key(node: ast.expr) -> str:
    """Give the text in the brackets of `os.environ["TZ"]`, empty where none stands there."""
    key = node.slice if isinstance(node, ast.Subscript) else None
    return key.value if isinstance(key, ast.Constant) and isinstance(key.value, str) else ""


def use_of(node: ast.AST) -> Use:
    """Give the place of a node."""
    try:
        return Use(node.lineno, node.col_offset + 1)  # type: ignore[attr-defined]  # those without a place come last
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
            and node.func.attr in VIEWING_METHODS | MUTATING_METHODS
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


def selects_a_copy(index: ast.expr) -> bool:
    """Whether `x[index]` surely copies: a condition or a list of labels.

    >>> selects_a_copy(ast.parse("x > 1", mode="eval").body), selects_a_copy(ast.parse("k", mode="eval").body)
    (True, False)
    """
    if isinstance(index, ast.Tuple):
        return any(selects_a_copy(part) for part in index.elts)
    if isinstance(index, ast.UnaryOp):
        return isinstance(index.op, ast.Invert)
    if isinstance(index, ast.BinOp):
        return isinstance(index.op, (ast.BitAnd, ast.BitOr)) and selects_a_copy(index.left)
    return isinstance(index, (ast.Compare, ast.List, ast.ListComp))


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


def only_defines(node: ast.stmt) -> bool:
    """Whether a statement is a class whose decorators, if any, surely make no instance of it."""
    if not isinstance(node, ast.ClassDef):
        return False
    called = [d.func if isinstance(d, ast.Call) else d for d in node.decorator_list]
    return all((dotted_of(one) or ("",))[-1] in PLAIN_DECORATORS for one in called)


def shares_with_what_it_is_given(call: ast.Call) -> bool:
    """Whether a call is told to copy nothing, or to change what it is called on and give that.

    >>> texts = ("x.astype(int, copy=False)", "x.hstack(y, in_place=True)", "x.astype(int, copy=True)", "x.head()")
    >>> [shares_with_what_it_is_given(ast.parse(text, mode="eval").body) for text in texts]
    [True, True, False, False]
    """
    told = {k.arg: getattr(k.value, "value", None) for k in call.keywords if k.arg in {"copy", "in_place"}}
    return told.get("copy", True) is not True or told.get("in_place", False) is not False


def binds_above(statement: ast.stmt, name: str, line: int) -> bool:
    r"""Whether a block binds a name on a line above the one given, on some path at least.

    >>> block = ast.parse("for i in x:\n    if i:\n        d = 1\n    print(d)").body[0]
    >>> [binds_above(block, "d", line) for line in (3, 4)]
    [False, True]
    """
    return any(
        isinstance(part, ast.Name) and part.id == name and isinstance(part.ctx, ast.Store) and part.lineno < line
        for part in ast.walk(statement)
    )


def leaves(body: Sequence[ast.stmt]) -> bool:
    """Whether a block surely leaves by raising, so that nothing after it runs."""
    return bool(body) and isinstance(body[-1], (ast.Raise, ast.Return, ast.Continue, ast.Break))


def may_swallow(context: ast.expr) -> bool:
    """Whether what a `with` enters may go on after an exception: anything that is not known to pass it on.

    >>> [may_swallow(ast.parse(text, mode="eval").body) for text in ("open(path)", "suppress(KeyError)", "quietly")]
    [False, True, True]
    """
    path = dotted_of(context.func if isinstance(context, ast.Call) else context)
    if path is None or (isinstance(context, ast.Call) and len(path) > 1):
        return path is not None and path[-1] in SWALLOWING_CONTEXTS
    return path[-1] not in PASSING_CONTEXTS


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


def binds_literal(node: ast.stmt, name: str) -> bool:
    """Whether a statement does nothing but give a name a literal."""
    if isinstance(node, ast.Assign):
        targets: list[ast.expr] = node.targets
    elif isinstance(node, ast.AnnAssign) and node.value is not None:
        targets = [node.target]
    else:
        return False
    names = [t.id for t in targets if isinstance(t, ast.Name)]
    return len(names) == len(targets) and name in names and is_literal(node.value)


def is_literal(node: ast.expr | None) -> bool:
    """Whether an expression is a literal: constants, signs and arithmetic of them, and displays of literals."""
    if isinstance(node, ast.Constant):
        return True
    if isinstance(node, (ast.Tuple, ast.List, ast.Set)):
        return all(is_literal(e) for e in node.elts)
    if isinstance(node, ast.Dict):
        return all(k is not None and is_literal(k) for k in node.keys) and all(is_literal(v) for v in node.values)
    if isinstance(node, ast.UnaryOp):
        return is_literal(node.operand)
    if isinstance(node, ast.BinOp):
        return is_literal(node.left) and is_literal(node.right)
    return False


def only_imports(node: ast.stmt) -> bool:
    """Whether a `try` or `if` does nothing but import, with literals as the way round a missing module."""
    if isinstance(node, ast.Try):
        blocks = [node.body, node.orelse, node.finalbody, *(h.body for h in node.handlers)]
    elif isinstance(node, ast.If):
        blocks = [node.body, node.orelse]
    else:
        return isinstance(node, (ast.Import, ast.ImportFrom, ast.Pass)) or (
            isinstance(node, ast.Assign) and is_literal(node.value)
        )
    return any(blocks) and all(only_imports(s) for block in blocks for s in block)


def imports_package(node: ast.stmt, name: str) -> bool:
    """Whether a statement is `import name.part`, which adds to what an earlier import of the package gave.

    >>> imports_package(ast.parse("import os.path").body[0], "os")
    True
    """
    return isinstance(node, ast.Import) and any(
        a.asname is None and a.name.split(".")[0] == name and "." in a.name for a in node.names
    )


def binds_anything(node: ast.AST) -> bool:
    """Whether a statement may bind or change names that stand nowhere in it: `exec`, a namespace more than looked at.

    >>> [binds_anything(ast.parse(text).body[0]) for text in ("exec(code)", "'K' in globals()", "vars()['K'] = 1")]
    [True, False, True]
    """
    looked_at: set[int] = set()
    for part in ast.walk(node):
        if isinstance(part, ast.Compare):
            looked_at |= {id(c) for c in part.comparators}
        elif (
            (isinstance(part, ast.Subscript) and isinstance(part.ctx, ast.Load))
            or (isinstance(part, ast.Attribute) and part.attr in {"get", "keys", "items", "values"})
            or (isinstance(part, ast.keyword) and part.arg is None)
        ):
            looked_at.add(id(part.value))
    for part in ast.walk(node):
        if isinstance(part, ast.Attribute) and part.attr in NAMESPACES and id(part) not in looked_at:
            return True
        if isinstance(part, ast.Subscript) and is_the_notebook(part):
            return True
        if isinstance(part, (ast.Name, ast.alias)) and "__main__" in {
            getattr(part, "id", ""),
            getattr(part, "name", ""),
        }:
            return True
        if isinstance(part, ast.Call) and isinstance(part.func, ast.Name):
            if part.func.id == "exec" and len(part.args) == 1 and not part.keywords:
                return True
            if part.func.id in {"globals", "locals", "vars"} and not part.args and id(part) not in looked_at:
                return True
    return _changes_what_it_looks_up(node)


_NAMESPACES = frozenset(("globals", "locals", "vars", "eval"))


def _changes_what_it_looks_up(node: ast.AST) -> bool:
    """Whether a statement changes an object that it found by a name made at run time: `globals()[n]["x"] = 1`."""
    parts = list(ast.walk(node))
    if not any(isinstance(part, ast.Name) and part.id in _NAMESPACES for part in parts):
        return False
    roots = {part.id for part in parts if isinstance(part, ast.Name) and isinstance(part.ctx, ast.Store)} | _NAMESPACES
    for part in parts:
        changed: ast.expr | None = None
        if isinstance(part, (ast.Attribute, ast.Subscript)) and not isinstance(part.ctx, ast.Load):
            changed = part
        elif (
            isinstance(part, ast.Expr)
            and isinstance(part.value, ast.Call)
            and isinstance(part.value.func, ast.Attribute)
        ):
            changed = part.value.func
        while isinstance(changed, (ast.Attribute, ast.Subscript, ast.Call)):
            changed = changed.func if isinstance(changed, ast.Call) else changed.value
        if isinstance(changed, ast.Name) and changed.id in roots:
            return True
    return isinstance(node, ast.Assign) and isinstance(node.value, ast.Subscript) and _looks_up(node.value.value)


def _looks_up(node: ast.expr) -> bool:
    """Whether an expression is the namespace itself, so that an item of it is an object of the notebook."""
    return isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in _NAMESPACES - {"eval"}


def is_the_notebook(node: ast.Subscript) -> bool:
    """Whether an item is the module that a notebook's cells are: `sys.modules[__name__]`."""
    key = getattr(node.slice, "id", getattr(node.slice, "value", ""))
    return key in {"__name__", "__main__"} and (dotted_of(node.value) or ("",))[-1] == "modules"


def keeps_annotations(node: ast.stmt) -> bool:
    """Whether a statement is `from __future__ import annotations`."""
    future = isinstance(node, ast.ImportFrom) and node.module == "__future__"
    return future and any(alias.name == "annotations" for alias in node.names)  # type: ignore[attr-defined]  # an import, as `future` says


def star_module(statement: ast.stmt) -> str:
    """Give the top package that a star import takes its names from."""
    return star_source(statement).split(".")[0]


def star_source(statement: ast.stmt) -> str:
    """Give the module that a star import takes its names from, as it is written."""
    node = next(n for n in ast.walk(statement) if isinstance(n, ast.ImportFrom) and n.names[0].name == "*")
    return "." * node.level + (node.module or "")


def only_puts_away(node: ast.AST, name: str) -> bool:
    """Whether a statement calls nothing, and reads a name in the bodies of lambdas alone.

    >>> texts = ("d['k'] = lambda x: x + rate", "d['k'] = lambda x=rate: x", "d = list(map(lambda x: rate, d))")
    >>> [only_puts_away(ast.parse(text).body[0], "rate") for text in texts]
    [True, False, False]
    """
    stack = [node]
    while stack:
        part = stack.pop()
        if isinstance(part, (ast.Call, ast.Await)) or (isinstance(part, ast.Name) and part.id == name):
            return False
        stack += [part.args] if isinstance(part, ast.Lambda) else ast.iter_child_nodes(part)
    return True


def raised_with(node: ast.Try) -> ast.expr | None:
    r"""Give an expression of what an exception holds that a `try` raises itself; None where it raises none.

    >>> text = "try:\n    raise ValueError(rows)\nexcept ValueError as e:\n    pass"
    >>> ast.unparse(raised_with(ast.parse(text).body[0]))
    '(rows, (rows,))'
    """
    raised = [part.exc for one in node.body for part in ast.walk(one) if isinstance(part, ast.Raise)]
    given = [
        a for call in raised if isinstance(call, ast.Call) for a in (*call.args, *(k.value for k in call.keywords))
    ]
    given += [exception for exception in raised if isinstance(exception, ast.Name)]
    if not given:
        return None
    whole = ast.copy_location(ast.Tuple(given, ast.Load()), given[0])  # what `e.args` is; an attribute is a part of it
    return ast.copy_location(ast.Tuple([*given, whole], ast.Load()), given[0])
