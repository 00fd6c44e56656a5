"""Small pieces of syntax trees as text: what a decorator was given, without evaluating anything."""

from __future__ import annotations

import ast

from workbench.review.values import Pairs

_LONGEST = 300  # characters of one expression


def called(node: ast.AST | None) -> str:
    """Give the last part of the name that a decorator, a call or an annotation has.

    >>> called(ast.parse("sdk.silver_asset(name='a')", mode="eval").body)
    'silver_asset'
    """
    if isinstance(node, ast.Call):
        node = node.func
    if isinstance(node, ast.Subscript):
        node = node.value
    if isinstance(node, ast.Constant) and isinstance(node.value, str):  # an annotation in quotes
        return node.value.rpartition(".")[2]
    if isinstance(node, ast.Attribute):
        return node.attr
    return node.id if isinstance(node, ast.Name) else ""


def plain_text(node: ast.AST | None) -> str:
    """Give a text that is written as a literal, empty for anything else."""
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else ""


def shown(node: ast.AST | None) -> str:
    """Give an expression as it would be written on one line, empty where there is none.

    >>> shown(ast.parse("static_partitions( 'years' )", mode="eval").body)
    "static_partitions('years')"
    """
    if node is None:
        return ""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value[:_LONGEST]
    try:
        return " ".join(ast.unparse(node).split())[:_LONGEST]
    except (RecursionError, ValueError):
        return "(too deeply nested to show)"


def written(node: ast.AST | None) -> str:
    """Give an expression as `shown` does, but a text in quotes.

    >>> written(ast.parse("'2024'", mode="eval").body)
    "'2024'"
    """
    return repr(node.value)[:_LONGEST] if isinstance(node, ast.Constant) else shown(node)


def texts(node: ast.AST | None) -> tuple[str, ...]:
    """Give the texts of a list, a tuple, a set or of one literal; other items as they are written."""
    if node is None:
        return ()
    items = node.elts if isinstance(node, ast.List | ast.Tuple | ast.Set) else [node]
    return tuple(shown(item) for item in items)


def pairs(node: ast.AST | None) -> Pairs:
    """Give the names and values of a dictionary that is written out, sorted by name."""
    if not isinstance(node, ast.Dict):
        return ()
    return tuple(sorted((shown(key), shown(value)) for key, value in zip(node.keys, node.values, strict=True)))
