"""What stands in for types in `platform_core.hints` is of annotations alone: nobody may take it for the type itself."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from platform_core import hints

ROOT = Path(__file__).parents[2]
MARKS = {"ParamSpec", "Protocol", "TypeVar", "cast", "dataclass_transform"}


def _taken_for_types(source: str) -> list[str]:
    """Give the places of a module that call a stand-in, ask for its attributes or for instances of it."""
    tree = ast.parse(source)
    asked: list[ast.Name] = []
    imports: list[ast.ImportFrom] = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            told = isinstance(node.func, ast.Name) and node.func.id in {"isinstance", "issubclass"}
            asked += [part for part in (node.func, *(node.args if told else ())) if isinstance(part, ast.Name)]
        elif isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
            asked.append(node.value)
        elif isinstance(node, ast.ImportFrom):
            imports.append(node)
    names = {a.asname or a.name for one in imports if one.module == hints.__name__ for a in one.names} - MARKS
    local = [one for one in imports if one.module != hints.__name__ and one.col_offset]  # within a function
    inside = {a.asname or a.name for one in local for a in one.names}
    return [f"{name.id} in line {name.lineno}" for name in asked if name.id in names - inside]


def test_no_module_takes_a_stand_in_for_the_type() -> None:
    modules = [path for folder in ("platform_core", "promote", "workbench") for path in (ROOT / folder).rglob("*.py")]
    sources = {str(path.relative_to(ROOT)): path.read_text() for path in modules}
    users = {name: source for name, source in sources.items() if "platform_core.hints" in source}
    assert len(users) > 20
    assert {name: found for name, source in users.items() if (found := _taken_for_types(source))} == {}


@pytest.mark.parametrize("line", ["Path('a').name", "Path.cwd()", "isinstance(1, Any)"])
def test_a_module_that_does_is_found(line: str) -> None:
    assert _taken_for_types(f"from platform_core.hints import Any, Path\n{line}\n")


def test_who_does_all_the_same_is_told_at_run_time() -> None:
    with pytest.raises(TypeError, match="not callable"):
        hints.Path("a")
