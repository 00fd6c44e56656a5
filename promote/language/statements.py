"""Questions about statements that their text alone answers."""

from __future__ import annotations

import ast
import sys
from collections.abc import Sequence

from promote.language.effects import MUTATING_METHODS, PASSING_CONTEXTS, PLAIN_DECORATORS, SWALLOWING_CONTEXTS
from promote.language.syntax import arguments_of, dotted_of

# In a class body, what asks no object for anything but by a call, which is followed as such
_PLAIN = (ast.Constant, ast.Name, ast.expr_context, ast.Tuple, ast.List, ast.Set, ast.Dict, ast.Call, ast.keyword)
_KEEPING = frozenset(("defaultdict", "partial"))  # these call nothing of what they are given

# Packages whose parts are there once they are imported: modules, and packages that import their own parts
_PARTED = "concurrent email html http importlib logging multiprocessing unittest urllib wsgiref xml xmlrpc".split()  # noqa: SIM905 - as `effects` writes its tables
_WHOLE = (sys.stdlib_module_names - {*_PARTED}) | {"numpy", "pandas", "polars", "duckdb", "platform_core"}


def only_defines(node: ast.stmt) -> bool:
    """Whether a statement is a class whose body and decorators, if any, surely ask no instance for anything."""
    if not isinstance(node, ast.ClassDef) or any(map(_asks_in_body, node.body)):
        return False
    called = [d.func if isinstance(d, ast.Call) else d for d in node.decorator_list]
    return all((dotted_of(one) or ("",))[-1] in PLAIN_DECORATORS for one in called)


def _asks_in_body(statement: ast.stmt) -> bool:
    """Whether a statement of a class body may ask an object for something, as an attribute or operator does."""
    if isinstance(statement, (ast.FunctionDef, ast.AsyncFunctionDef)):
        values = [*statement.args.defaults, *statement.args.kw_defaults]
    elif isinstance(statement, ast.ClassDef):
        return not only_defines(statement)
    elif isinstance(statement, (ast.Assign, ast.AnnAssign, ast.Expr)):
        values = [statement.value]
    else:
        return not isinstance(statement, ast.Pass)
    return any(value is not None and not all(isinstance(n, _PLAIN) for n in ast.walk(value)) for value in values)


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


def imports_plainly(node: ast.stmt, name: str) -> bool:
    """Whether a statement is `import name` or `import name.part`, which takes nothing from what others imported of it.

    >>> texts = "import os", "import os.path", "import os.path as os", "import pandas as os"
    >>> [imports_plainly(ast.parse(text).body[0], "os") for text in texts]
    [True, True, False, False]
    """
    return isinstance(node, ast.Import) and any(a.asname is None and a.name.split(".")[0] == name for a in node.names)


def import_lines(node: ast.stmt) -> list[tuple[str, str]]:
    """Give each name of an import statement, with the line that imports it by itself.

    >>> import_lines(ast.parse("from os import path as p, sep").body[0])
    [('p', 'from os import path as p'), ('sep', 'from os import sep')]
    """
    found: list[tuple[str, str]] = []
    if isinstance(node, ast.Import):
        for alias in node.names:
            renamed = f" as {alias.asname}" if alias.asname else ""
            found.append((alias.asname or alias.name.split(".")[0], f"import {alias.name}{renamed}"))
    elif isinstance(node, ast.ImportFrom):
        for alias in node.names:
            renamed = f" as {alias.asname}" if alias.asname else ""
            line = f"from {'.' * node.level}{node.module or ''} import {alias.name}{renamed}"
            found.append((alias.asname or alias.name, line))
    return found


def parts_loaded(node: ast.stmt) -> list[tuple[str, str, str]]:
    """Give the parts of packages that an import under other names loads: package, part, and a line that loads it too.

    >>> parts_loaded(ast.parse("from PIL import Image").body[0])
    [('PIL', 'Image', 'from PIL import Image  # noqa: F401 - loads it')]
    >>> parts_loaded(ast.parse("import xml.sax as sax").body[0]), parts_loaded(ast.parse("from os import path").body[0])
    ([('xml', 'sax', 'import xml.sax')], [])
    """
    found: list[tuple[str, str, str]] = []
    if isinstance(node, ast.ImportFrom) and node.module and not node.level:
        package, _, rest = node.module.partition(".")
        for name in (a.name for a in node.names if a.name != "*"):
            line = f"from {node.module} import {name}  # noqa: F401 - loads it"
            found.append((package, (rest or name).split(".")[0], line))
    elif isinstance(node, ast.Import):
        for path in (a.name for a in node.names if a.asname):
            package, _, rest = path.partition(".")
            found += [(package, rest.split(".")[0], f"import {path}")] if rest else []
    return [part for part in found if part[0] not in _WHOLE]


def keeps_annotations(node: ast.stmt) -> bool:
    """Whether a statement is `from __future__ import annotations`."""
    future = isinstance(node, ast.ImportFrom) and node.module == "__future__"
    return future and any(alias.name == "annotations" for alias in node.names)  # type: ignore[attr-defined]  # an import, as `future` says


def recovers(statement: ast.stmt, line: int) -> bool:
    r"""Whether a line stands in a `try` that goes on after a NameError, as one of a local name is too.

    >>> block = "try:\n    total\nexcept {}:\n    total = 0"
    >>> [recovers(ast.parse(block.format(name)).body[0], 2) for name in ("NameError", "KeyError", "(E, NameError)")]
    [True, False, True]
    """
    for part in ast.walk(statement):
        if isinstance(part, ast.Try) and part.body[0].lineno <= line <= (part.body[-1].end_lineno or line):
            caught = {
                name.id for h in part.handlers if h.type for name in ast.walk(h.type) if isinstance(name, ast.Name)
            }
            if "NameError" in caught:
                return True
    return False


def only_puts_away(node: ast.AST, name: str) -> bool:
    """Whether a statement calls nothing that may call a lambda, and reads a name in the bodies of lambdas alone.

    >>> texts = ("d['k'] = lambda x: x + rate", "d['k'] = lambda x=rate: x", "d = list(map(lambda x: rate, d))")
    >>> [only_puts_away(ast.parse(text).body[0], "rate") for text in (*texts, "rate = defaultdict(lambda: len(rate))")]
    [True, False, False, True]
    """
    stack = [node]
    while stack:
        part = stack.pop()
        if isinstance(part, ast.Call) and (dotted_of(part.func) or ("",))[-1] in _KEEPING and name not in _KEEPING:
            stack += [*part.args, *(k.value for k in part.keywords)]
            continue
        read = isinstance(part, ast.Name) and part.id == name and isinstance(part.ctx, ast.Load)
        if read or isinstance(part, (ast.Call, ast.Await)):
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


def changes_plainly(node: ast.stmt) -> bool:
    """Whether a statement says in plain words that it changes what some name holds.

    >>> [changes_plainly(ast.parse(text).body[0]) for text in ("d['a'] = 1", "d.pop('a')", "f(d)", "x = d.head()")]
    [True, True, False, False]
    """
    for part in ast.walk(node):
        targets: Sequence[ast.expr] = ()
        if isinstance(part, ast.Assign | ast.Delete):
            targets = part.targets
        elif isinstance(part, ast.AugAssign):
            return True
        elif isinstance(part, ast.Call) and isinstance(part.func, ast.Attribute):
            changing = part.func.attr in MUTATING_METHODS or any(k.arg == "inplace" for k in part.keywords)
            targets = (part.func,) if changing else ()
        if any(isinstance(one, ast.Attribute | ast.Subscript) for one in targets):
            return True
    return False


def calls_a_parameter(node: ast.AST | None, least: int) -> bool:
    """Whether a function calls one of its parameters with at least so many arguments.

    >>> texts = ("lambda f, x: f(x, x, x)", "lambda f, x: x.agg(f)")
    >>> [calls_a_parameter(ast.parse(text, mode="eval").body, 3) for text in texts]
    [True, False]
    """
    if not isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)):
        return False
    own = {one.arg for one in arguments_of(node.args)}
    called = (part for part in ast.walk(node) if isinstance(part, ast.Call) and len(part.args) >= least)
    return any(isinstance(call.func, ast.Name) and call.func.id in own for call in called)
