"""Mistakes that no data can show, each with the line that proves it. What is not proven here counts as survived."""

from __future__ import annotations

import ast


def proof(operator: str, node: ast.AST, parent: ast.AST) -> str:
    """Say why a mistake changes nothing that a test could see, or nothing where it may.

    Args:
        operator: The operator.
        node: What was changed.
        parent: What it stands in.

    >>> tree = ast.parse("f.rename(columns=names, copy=False)", mode="eval").body
    >>> proof("flag-flipped", tree.keywords[1], tree)
    'since pandas 3 every frame is copied on write: copy= has no effect'
    """
    if operator == "flag-flipped" and isinstance(node, ast.keyword):
        return _IDLE_FLAGS.get(str(node.arg), "")
    return ""


_IDLE_FLAGS = {
    "copy": "since pandas 3 every frame is copied on write: copy= has no effect",
    "cache": "a cache gives what was put into it: cache= is about speed",
    "rechunk": "chunks are how a column lies in memory: no value depends on them",
    "low_memory": "low_memory= is about how a file is read, not what stands in it, where types are given",
    "parallel": "the engine gives the same with one thread as with many: verification runs on one",
    "allow_parallel": "the engine gives the same with one thread as with many: verification runs on one",
    "force_parallel": "the engine gives the same with one thread as with many: verification runs on one",
    "memory_map": "memory_map= is about how a file is read, not what stands in it",
    "use_pyarrow": "use_pyarrow= chooses a reader of the same format",
}
