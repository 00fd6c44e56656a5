"""Block 1: the imports that must resolve, every one."""

from __future__ import annotations

import ast
from importlib import import_module

import pytest

from tests.requested_api.blocks import block

REQUESTED = [
    (statement.module or "", alias.name)
    for statement in ast.parse(block(1)).body
    if isinstance(statement, ast.ImportFrom)
    for alias in statement.names
]


@pytest.mark.parametrize(("module", "name"), REQUESTED)
def test_an_import_resolves(module: str, name: str) -> None:
    found = getattr(import_module(module), name, None)
    assert (found or import_module(f"{module}.{name}")) is not None


def test_the_block_runs_as_it_is_written() -> None:
    names: dict[str, object] = {}
    exec(compile(block(1), "EXAMPLES.md block 1", "exec"), names)  # noqa: S102 - the block is ours
    assert {name for _, name in REQUESTED} <= set(names)
