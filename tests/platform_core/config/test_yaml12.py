"""Reading YAML 1.2 core types."""

from __future__ import annotations

import contextlib
import math
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from platform_core.config.yaml12 import read_yaml
from platform_core.errors import UserError


@pytest.mark.parametrize(
    ("written", "meaning"),
    [
        ("2025-01-22", "2025-01-22"),
        ("2025-01-22 10:00:00", "2025-01-22 10:00:00"),
        ("no", "no"),
        ("Yes", "Yes"),
        ("off", "off"),
        ("010", 10),
        ("0o10", 8),
        ("0x1F", 31),
        ("1_000", "1_000"),
        ("12:30:45", "12:30:45"),
        ("true", True),
        ("FALSE", False),
        ("~", None),
        ("Null", None),
        ("", None),
        ("-1.5e3", -1500.0),
        (".5", 0.5),
        ("-.inf", -math.inf),
        ("'1'", "1"),
        ('"true"', "true"),
        ("!!str 12", "12"),
        ("1" * 5000, "1" * 5000),
    ],
)
def test_an_unquoted_word_means_what_the_core_schema_says(written: str, meaning: Any) -> None:
    value = read_yaml(f"a: {written}\n", "f").value["a"]
    assert value == meaning
    assert type(value) is type(meaning)


def test_not_a_number() -> None:
    assert math.isnan(read_yaml("a: .nan", "f").value["a"])


def test_keys_are_text_and_anchors_work() -> None:
    assert read_yaml("2025: &x {no: 1}\nb: *x\n'<<': 3", "f").value == {"2025": {"no": 1}, "b": {"no": 1}, "<<": 3}


def test_an_empty_document_is_none() -> None:
    assert read_yaml("# nothing\n", "f").value is None


def test_places_are_lines_of_keys_and_items() -> None:
    places = read_yaml("a:\n  b: 1\n  c:\n    - x\n    - y\n", "f").places
    assert places["a", "b"] == "f:2"
    assert places["a", "c"] == "f:3"
    assert places["a", "c", 1] == "f:5"


@pytest.mark.parametrize(
    ("text", "message", "location"),
    [
        ("a: [", "not valid YAML", "f:2"),
        ("a: 1\nb: *nowhere", "undefined alias", "f:2"),
        ("a: 1\na: 2", "'a' stands here for the second time", "f:2"),
        ("a: 1\n---\nb: 2", "another document", "f:2"),
        ("a: !!python/object:os.system x", "tag", "f:1"),
        ("a: !thing {b: 1}", "tag", "f:1"),
        ("? [a]\n: 3", "A key must be one word", "f:1"),
        ("a: &b {c: 1}\nd: {<<: *b}", "no merge key `<<`", "f:2"),
        ("a: \x00", "characters", "f"),
        ("a: &x [*x]", "too deeply", "f"),
        ("[" * 5000 + "]" * 5000, "too deeply", "f"),
    ],
)
def test_what_cannot_be_read_is_refused_with_its_line(text: str, message: str, location: str) -> None:
    with pytest.raises(UserError, match=message) as caught:
        read_yaml(text, "f")
    assert caught.value.location == location


def test_aliases_that_would_fill_the_memory_are_refused() -> None:
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 12)]
    with pytest.raises(UserError, match="more than 100,000 values"):
        read_yaml("\n".join(lines), "f")


TEXT = st.text(st.characters(max_codepoint=0xFFFF, exclude_categories=["Cs"]))  # JSON writes others as two escapes
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | TEXT,
    # YAML takes no key of more than 1,024 characters, escapes counted
    lambda inner: st.lists(inner) | st.dictionaries(TEXT.filter(lambda key: len(key) < 100), inner),
    max_leaves=10,
)


@given(VALUES)
def test_what_json_writes_is_read_as_json_reads_it(value: Any) -> None:
    """JSON is a subset of YAML 1.2, so its writer is an oracle."""
    import json

    text = json.dumps(value)
    assert read_yaml(text, "f").value == value


@given(st.text())
def test_any_text_gives_a_value_or_an_error_for_the_user(text: str) -> None:
    with contextlib.suppress(UserError):
        assert read_yaml(text, "f").places.get((), "f:").startswith("f:")


@given(st.text())
def test_quoted_text_stays_text(text: str) -> None:
    assert read_yaml(yaml.safe_dump({"a": text}, default_style='"'), "f").value == {"a": text}
