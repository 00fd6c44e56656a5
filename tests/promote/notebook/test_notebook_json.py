"""Edits of a notebook's JSON: what they put, and that nothing else moves."""

from __future__ import annotations

import json
from typing import Any

import pytest

from promote.notebook.notebook_json import Change, cell_at, edited_source, edited_tag, renamed_key

Place = tuple[int, int]


def changed(text: str, change: Change) -> str:
    return text[: change.start] + change.text + text[change.end :]


def notebook(cell: dict[str, Any], indent: int | None = 1) -> str:
    first = {"cell_type": "code", "metadata": {}, "source": ["a = 1\n", "a"]}
    return json.dumps({"cells": [first, {"cell_type": "code", **cell}], "nbformat": 4}, indent=indent)


def cell(text: str) -> dict[str, Any]:
    content = json.loads(text)
    assert content["cells"][0]["source"] == ["a = 1\n", "a"]
    return content["cells"][1]


@pytest.mark.parametrize("indent", [None, 1, 4])
@pytest.mark.parametrize(
    ("source", "start", "end", "put", "expected"),
    [
        ("x = 1\ny = 2", (2, 1), (2, 2), "z", "x = 1\nz = 2"),
        ("x = 1\r\ny = 2", (1, 1), (1, 1), "a\n", "a\r\nx = 1\r\ny = 2"),
        (["x = 1\n", "y = 2"], (2, 1), (2, 2), "z", ["x = 1\n", "z = 2"]),
        (["x = 1\n", "y = 2\n", "z"], (1, 5), (3, 1), "3\n", ["x = 3\n", "z"]),
        (["x = 1\n", "y = 2\n", "z"], (1, 1), (2, 1), "", ["y = 2\n", "z"]),
        (["x = 1\n", "y = 2\n", "z"], (3, 1), (3, 2), "", ["x = 1\n", "y = 2\n"]),
        (["x = 1\n", "y"], (1, 1), (2, 2), "", []),
        ([], (1, 1), (1, 1), "x = 1\ny", ["x = 1\n", "y"]),
        ([], (1, 1), (1, 1), "", []),
        (["x"], (1, 1), (1, 1), "import a\nimport b\n", ["import a\n", "import b\n", "x"]),
        (["\ufeffx = 1"], (1, 1), (1, 2), "é", ["\ufeffé = 1"]),
    ],
)
def test_a_stretch_of_a_source_is_put_in_its_place(
    source: Any, start: Place, end: Place, put: str, expected: Any, indent: int | None
) -> None:
    text = notebook({"source": source, "metadata": {}, "outputs": ["kept"]}, indent)
    made = changed(text, edited_source(text, cell_at(text, 2)["source"], start, end, put))
    assert cell(made) == {"cell_type": "code", "source": expected, "metadata": {}, "outputs": ["kept"]}
    if expected and expected != source:
        assert made == notebook({"source": expected, "metadata": {}, "outputs": ["kept"]}, indent)


@pytest.mark.parametrize("indent", [None, 1])
@pytest.mark.parametrize(
    ("metadata", "old", "expected"),
    [
        ({}, "", ["silver:x"]),
        ({"zeta": 1}, "", ["silver:x"]),
        ({"tags": []}, "", ["silver:x"]),
        ({"tags": ["sliver:x"]}, "sliver:x", ["silver:x"]),
        ({"tags": ["a", "sliver:x", "b"]}, "sliver:x", ["a", "silver:x", "b"]),
        ({"tags": ["a", "b"]}, "", ["a", "b", "silver:x"]),
        ({"tags": ["a", 5]}, "gone", ["a", 5, "silver:x"]),
        ({"tags": "sliver:x"}, "sliver:x", "silver:x"),
    ],
)
def test_a_tag_is_made_another_or_added(
    metadata: dict[str, Any], old: str, expected: object, indent: int | None
) -> None:
    text = notebook({"metadata": metadata, "source": []}, indent)
    made = changed(text, edited_tag(text, cell_at(text, 2), old, "silver:x"))
    assert cell(made)["metadata"] == {**metadata, "tags": expected}


def test_a_key_of_the_panel_gets_another_name_and_one_that_is_not_there_is_an_error() -> None:
    text = notebook({"metadata": {"workbench": {"key": ["a"], "ownr": "team:a"}}, "source": []})
    made = changed(text, renamed_key(text, cell_at(text, 2), "ownr", "owner"))
    assert cell(made)["metadata"] == {"workbench": {"key": ["a"], "owner": "team:a"}}
    with pytest.raises(ValueError, match="no key 'gone'"):
        renamed_key(text, cell_at(text, 2), "gone", "owner")
