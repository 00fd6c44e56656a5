"""Texts made of frames and arrays, which options of display change: `str(frame)`, `f"{frame}"`, `frame.to_html()`.

An option of display matters to a step only where it makes such a text. Then the statements that set it come along, as
definitions do, where they do nothing else.
"""

from __future__ import annotations

import ast

from promote.trees import walk

_MAKERS = frozenset(("str", "repr", "format", "ascii"))
_MAKING = frozenset((
    *("to_string", "to_html", "to_latex", "array2string", "array_repr", "array_str", "pformat", "pprint", "style"),
    *("format", "__str__", "__repr__", "__format__", "_repr_html_", "info", "redirect_stdout", "getvalue"),
))  # fmt: skip
_TYPED = frozenset(("astype", "cast", "isinstance", "issubclass", "read_csv", "dtype", "schema", "schema_overrides"))


def makes_text(statement: ast.stmt) -> bool:
    """Whether a statement may make a text of a frame or an array, or defines a function that does.

    >>> texts = ("x = str(df)", 'x = f"{df}"', 'x = f"{n:.2f}"', "x = df.to_html()", "x = df.cast(str)", "x = str('a')")
    >>> [makes_text(ast.parse(text).body[0]) for text in texts]
    [True, True, False, True, False, False]
    """
    types: set[int] = set()  # where `str` is a type
    for node in walk(statement):
        if isinstance(node, ast.Call):
            called = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            given = [*node.args, *(k.value for k in node.keywords if called in _TYPED or k.arg in _TYPED)]
            if called in _TYPED or any(k.arg in _TYPED for k in node.keywords):
                types |= {id(part) for one in given for part in walk(one)}
            if called in _MAKERS and isinstance(node.func, ast.Name):
                types.add(id(node.func))
                if any(not isinstance(argument, (ast.Constant, ast.JoinedStr)) for argument in node.args):
                    return True
        elif isinstance(node, (ast.arg, ast.AnnAssign)) and node.annotation is not None:
            types |= {id(part) for part in walk(node.annotation)}
        elif isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)) and node.returns is not None:
            types |= {id(part) for part in walk(node.returns)}
        elif isinstance(node, ast.Subscript) or (isinstance(node, ast.Dict) and node.keys):
            values = [node.slice] if isinstance(node, ast.Subscript) else node.values
            types |= {id(part) for one in values for part in walk(one) if isinstance(part, ast.Name)}
        if _makes(node, types):
            return True
    return False


def sets_plainly(statement: ast.stmt) -> bool:
    """Whether a statement does nothing but set an option to what stands in it.

    >>> texts = ("pd.set_option('display.width', 5)", "pd.options.display.width = 5", "pd.set_option('a.b', n)")
    >>> [sets_plainly(ast.parse(text).body[0]) for text in texts]
    [True, True, False]
    """
    if isinstance(statement, ast.Assign):
        plain = all(isinstance(target, ast.Attribute) for target in statement.targets)
        return plain and _is_closed(statement.value)
    if isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Call):
        call = statement.value
        return all(_is_closed(one) for one in (*call.args, *(k.value for k in call.keywords)))
    return False


def _makes(node: ast.AST, types: set[int]) -> bool:
    if isinstance(node, ast.FormattedValue):
        return not isinstance(node.value, ast.Constant) and (node.format_spec is None or node.conversion > 0)
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Mod):
        formatted = isinstance(node.left, ast.JoinedStr) or isinstance(getattr(node.left, "value", None), str)
        return formatted or isinstance(node.right, (ast.Tuple, ast.Dict))
    if isinstance(node, ast.Attribute):
        return node.attr in _MAKING
    if isinstance(node, ast.Call):
        return any(k.arg == "file" for k in node.keywords)  # `print(frame, file=text)`
    return isinstance(node, ast.Name) and node.id in _MAKERS and id(node) not in types  # handed on


def _is_closed(value: ast.expr) -> bool:
    """Whether an expression looks up nothing but the parameters of its own lambdas."""
    parts = walk(value)
    own = {part.arg for part in parts if isinstance(part, ast.arg)}
    return all(part.id in own for part in parts if isinstance(part, ast.Name))
