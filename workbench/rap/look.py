"""What a look at one criterion gives, and the small things that looks have in common."""

from __future__ import annotations

import ast
from collections.abc import Mapping
from typing import Any, Literal

from platform_core.values import dataclass

Status = Literal["met", "not met", "not checked"]
_MOST = 5  # things that are named one by one


@dataclass(frozen=True, slots=True)
class Look:
    """What a look at one criterion gave, with what was found for or against it."""

    status: Status
    found: tuple[str, ...]


def met(*found: str) -> Look:
    """Give that a criterion is met, with what shows it."""
    return Look("met", found)


def none(why: str) -> Look:
    """Give that a criterion is not met, with why."""
    return Look("not met", (why,))


def missing(things: list[str], what: str) -> Look:
    """Give that a criterion is not met, with the things that stand against it; the first few are named."""
    shown = [f"{one} {what}".rstrip() for one in things[:_MOST]]
    more = [f"and {len(things) - _MOST} more"] if len(things) > _MOST else []
    return Look("not met", tuple(shown + more) or (f"nothing was found that {what.removeprefix('is ')}",))


def table(content: Mapping[str, Any], key: str) -> Mapping[str, Any]:
    """Give a table of a JSON object, empty where there is none."""
    found = content.get(key)
    return found if isinstance(found, dict) else {}


def calls(tree: ast.AST) -> set[str]:
    """Give every name and attribute that code uses."""
    names = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
    return names | {node.attr for node in ast.walk(tree) if isinstance(node, ast.Attribute)}
