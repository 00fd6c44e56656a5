"""Block 1: the imports that must resolve. What later work brings is left out by name, and only that."""

from __future__ import annotations

import ast
from importlib import import_module

import pytest

from tests.requested_api.blocks import block

LATER = {
    "platform_core.governance": {"policies", "lineage", "compliance", "pii"},
    "platform_core.executor": {"platform_executor"},
}
REQUESTED = [
    (statement.module or "", alias.name)
    for statement in ast.parse(block(1)).body
    if isinstance(statement, ast.ImportFrom)
    for alias in statement.names
]
PRESENT = [(module, name) for module, name in REQUESTED if name not in LATER.get(module, ())]


@pytest.mark.parametrize(("module", "name"), PRESENT)
def test_an_import_resolves(module: str, name: str) -> None:
    assert getattr(import_module(module), name) is not None


def test_what_is_left_out_was_requested() -> None:
    assert {(module, name) for module, names in LATER.items() for name in names} <= set(REQUESTED)
    assert len(PRESENT) == 40
