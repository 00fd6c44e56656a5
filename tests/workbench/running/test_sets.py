"""Sets of parameters from a file."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from platform_core.errors import UserError
from workbench.running.parameters import Parameter
from workbench.running.sets import read_sets

DECLARED = (
    Parameter("n", ("int",)),
    Parameter("rate", ("float", "None")),
    Parameter("words", ("list",)),
    Parameter("day", ()),
)


def sets_of(folder: Path, name: str, text: str, **common: str) -> list[dict[str, Any]]:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return read_sets(path, DECLARED, common, "a.ipynb")


def test_a_row_of_a_table_is_a_set_and_an_empty_field_leaves_the_notebooks_value(tmp_path: Path) -> None:
    text = '\ufeffn,words,rate\r\n1,"[""a"", ""b""]",\r\n2,,None\r\n\r\n'
    assert sets_of(tmp_path, "a.csv", text, day="2025-01-22") == [
        {"day": "2025-01-22", "n": 1, "words": ["a", "b"]},
        {"day": "2025-01-22", "n": 2, "rate": None},
    ]


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("a.yaml", "- {n: 1, rate: 2, day: 2025-01-22}\n- words: [a]\n"),
        ("a.json", '[{"n": 1, "rate": 2, "day": "2025-01-22"}, {"words": ["a"]}]'),
    ],
)
def test_a_list_of_mappings_has_its_types(tmp_path: Path, name: str, text: str) -> None:
    first, second = sets_of(tmp_path, name, text)
    assert (first, second) == ({"n": 1, "rate": 2.0, "day": "2025-01-22"}, {"words": ["a"]})
    assert type(first["rate"]) is float


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("a.csv", "n\n1\nx\n", "a.csv:3: The parameter 'n' takes int, not 'x'."),
        ("a.csv", "n\n1,2\n", "a.csv:2: The row has 2 fields, the header 1."),
        ("a.csv", "n,n\n1,2\n", "a.csv:1: The header names a parameter twice."),
        ("a.csv", "m\n1\n", "a.csv:2: 'm' is no parameter of the notebook."),
        ("a.csv", 'n\n"1\n', "a.csv:2: The table cannot be read"),
        ("a.csv", "n\n", "There are 0 parameter sets"),
        ("a.csv", "day\n1\n", "a.csv:2: The parameter 'day' is given by -p and by the set."),
        ("a.yaml", "- n: 1\n- n: '1'\n", "a.yaml:2: The parameter 'n' takes int, not '1'."),
        ("a.yaml", "- n: true\n", "a.yaml:1: The parameter 'n' takes int, not True."),
        ("a.yaml", "- n: null\n", "a.yaml:1: The parameter 'n' takes int, not None."),
        ("a.yaml", "n: 1\n", "a.yaml: Parameter sets in YAML are a list."),
        ("a.yaml", "- 1\n", "a.yaml:1: A parameter set is a mapping of names and values."),
        ("a.txt", "n\n1\n", "Parameter sets come as .csv, .yaml or .json."),
    ],
)
def test_a_mistake_is_told_with_its_line_before_anything_runs(tmp_path: Path, name: str, text: str, said: str) -> None:
    with pytest.raises(UserError) as raised:
        sets_of(tmp_path, name, text, day="x")
    assert said in str(raised.value)


def test_a_file_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"a\.csv: There is no such file of parameter sets\."):
        read_sets(tmp_path / "a.csv", DECLARED, {}, "a.ipynb")
