"""Which literals of the parameters cell a run can set, and of which type they are.

A run's configuration knows texts, numbers, truth values, and lists and dictionaries of such. A tuple, a set, a key that
is no text or a null inside would come back as something else, or not at all, so those stay constants.
"""

from __future__ import annotations

import ast
from typing import Any

_PLAIN = (bool, int, float, str)
_KEEPS_WHOLE = (ast.Add, ast.Sub, ast.Mult, ast.FloorDiv, ast.Mod, ast.LShift, ast.RShift, ast.BitAnd, ast.BitOr)


def parameter_type(annotation: ast.expr | None, value: ast.expr) -> str:
    """Give the type of a parameter: as it is annotated where a run's configuration knows that type, else its literal's.

    >>> shown = [ast.parse(text).body[0] for text in ("a: Optional[int] = None", "b: Path = 'x'", "c: List[int] = [1]")]
    >>> [parameter_type(one.annotation, one.value) for one in shown]
    ['int | None', 'str', 'list[int]']
    """
    of = settable_type(value)
    said = "" if annotation is None else _said(annotation)
    if said and of == "str | None" and not said.endswith(("None", "Any")):
        return f"{said} | None"
    return said if said and _fits(said, of, value) else of


def _said(node: ast.expr) -> str:
    """The annotation in words that need no import but `Any`; empty where it is not one of those."""
    match node:
        case ast.Constant(value=str(text)):
            try:
                return _said(ast.parse(text, mode="eval").body)
            except (SyntaxError, ValueError):
                return ""
        case ast.Name(id=name) if name in {"int", "float", "str", "bool", "list", "dict", "Any"}:
            return {"list": "list[Any]", "dict": "dict[str, Any]"}.get(name, name)
        case ast.BinOp(left=left, op=ast.BitOr(), right=ast.Constant(value=None)):
            return f"{of} | None" if (of := _said(left)) else ""
        case ast.Subscript(value=outer, slice=inner):
            parts = [_said(part) for part in (inner.elts if isinstance(inner, ast.Tuple) else [inner])]
            return _generic(getattr(outer, "id", getattr(outer, "attr", "")), parts)
    return _said(ast.Name(node.attr)) if isinstance(node, ast.Attribute) and node.attr == "Any" else ""


def _generic(outer: str, parts: list[str]) -> str:
    if not parts[0]:
        return ""
    if outer == "Optional":
        return parts[0] if parts[0].endswith("None") else f"{parts[0]} | None"
    if outer in {"Final", "Annotated"}:
        return parts[0]
    if outer in {"list", "List", "Sequence", "Iterable"}:
        return f"list[{parts[0]}]"
    if outer in {"dict", "Dict", "Mapping"} and len(parts) == 2 and parts[0] == "str" and parts[1]:
        return f"dict[str, {parts[1]}]"
    return ""


def is_of(literal: ast.expr, wanted: str) -> bool:
    """Whether a literal is of a type that `parameter_type` gave.

    >>> [is_of(ast.parse(text, mode="eval").body, "list[int]") for text in ("[1]", "['a']", "[]", "None")]
    [True, False, True, False]
    """
    return _fits(wanted, settable_type(literal), literal)


def _fits(said: str, of: str, value: ast.expr) -> bool:
    """Whether a literal of the type `of` is one of the type that its annotation says."""
    if of == "str | None":
        return said == "Any" or said.endswith("None")
    said = said.removesuffix(" | None")
    if said in {of, "Any"} or (said, of) == ("float", "int"):
        return True
    if isinstance(value, (ast.List, ast.Dict)) and said.startswith(of[:4]):
        inner = said[5:-1].removeprefix("str, ") if "[" in said else "Any"
        parts = value.elts if isinstance(value, ast.List) else value.values
        return all(inner == "Any" or _fits(inner, settable_type(part), part) for part in parts)
    return False


def settable_type(node: ast.expr | None) -> str:
    """Give the type of a literal as an annotation, empty where a run cannot set it.

    >>> [settable_type(ast.parse(text, mode="eval").body) for text in ("24 * 60", "[1, 2.5]", "None", "(1, 2)")]
    ['int', 'list[Any]', 'str | None', '']
    """
    if node is None:
        return ""
    try:
        return _type_of(ast.literal_eval(node))
    except (ValueError, TypeError):
        return _computed(node)


def _type_of(value: Any) -> str:
    if value is None:
        return "str | None"
    if isinstance(value, _PLAIN):
        return type(value).__name__
    if isinstance(value, list) and None not in value:
        kinds = {type(one) for one in value}
        return f"list[{kinds.pop().__name__}]" if len(kinds) == 1 and kinds <= set(_PLAIN) else "list[Any]"
    if isinstance(value, dict) and all(isinstance(k, str) and v is not None for k, v in value.items()):
        return "dict[str, Any]"
    return ""


def _computed(node: ast.expr) -> str:
    """The type of signs and arithmetic, which is not worked out: it may be large."""
    if isinstance(node, ast.UnaryOp):
        of = settable_type(node.operand)
        if isinstance(node.op, ast.Not):
            return "bool" if of else ""
        return {"bool": "int", "int": "int", "float": "float"}.get(of, "")
    if not isinstance(node, ast.BinOp):
        return ""
    kinds = {settable_type(node.left), settable_type(node.right)}
    found = ""
    if kinds <= {"bool", "int"} and isinstance(node.op, _KEEPS_WHOLE):
        found = "int"
    elif kinds <= {"bool", "int"} and isinstance(node.op, ast.Pow):
        found = "int" if isinstance(node.right, ast.Constant) else ""  # a negative exponent is a sign and a constant
    elif kinds <= {"bool", "int", "float"} and ("float" in kinds or isinstance(node.op, ast.Div)):
        found = "float"
    elif kinds == {"str"} and isinstance(node.op, (ast.Add, ast.Mod)):
        found = "str"
    return found
