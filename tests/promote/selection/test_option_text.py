"""Plain option lines are read as the YAML library reads them, and without it."""

import subprocess
import sys

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from promote.selection.option_text import _plain, from_text
from promote.selection.option_tree import Node, TreeError, from_yaml

WORDS = st.sampled_from(  # words read best as words
    [
        "a",
        "b1",
        "key",
        "no",
        "yes",
        "true",
        "Null",
        "null",
        "~",
        "010",
        "0x1f",
        "0o17",
        "1.5",
        "1.",
        ".5",
        "1e3",
        "-1",
        "2025-01-22",
        "12:30",
        "team:a",
        "a:",
        "a:b",
        "a-b",
        "a-",
        "-",
        "--",
        "---",
        "...",
        "..",
        "a,b",
        "?a",
        "&a",
        "*a",
        "!a",
        "%a",
        "@a",
        "`a",
        "|",
        ">",
        "'a'",
        '"a"',
        '"a',
        "#a",
        "a#b",
        "#",
        "é",
        "_",
        "<<",
        "=",
        "+",
        "1_000",
        "0b1",
        "[]",
        "{}",
        "[a",
        "{a",
        "a]",
        "a}",
    ]
)
PIECES = st.sampled_from(["", " ", "  ", ", ", ",", ": ", ":", "[", "]", "{", "}", "\n", "\n\n", "\t", " #"])
FLOWS = st.recursive(
    WORDS,
    lambda inner: st.one_of(
        st.lists(inner, max_size=3).map(lambda items: "[" + ", ".join(items) + "]"),
        st.lists(inner, max_size=3).map(lambda items: "[ " + ",".join(items) + "]"),
        st.lists(st.tuples(WORDS, inner), max_size=3).map(
            lambda pairs: "{" + ", ".join(f"{key}: {value}" for key, value in pairs) + "}"
        ),
    ),
    max_leaves=6,
)
VALUES = st.one_of(FLOWS, st.lists(WORDS, max_size=4).map(" ".join), st.lists(WORDS, max_size=4).map(", ".join))
LINES = st.tuples(WORDS, st.sampled_from([": ", ":  ", ":", ":\t"]), VALUES, st.sampled_from(["", "", "", " "])).map(
    "".join
)
BLOCKS = st.one_of(
    st.lists(st.one_of(LINES, st.just("")), max_size=4).map("\n".join),
    st.lists(st.one_of(WORDS, PIECES), max_size=12).map("".join),
    st.text(alphabet="ab1 :,[]{}\n.-#'\"_", max_size=24).map("a: ".__add__),
)


def outcome(read, text):
    try:
        return read(text)
    except TreeError as error:
        return error.code, error.message, error.line, error.column, error.hint


@settings(max_examples=1500, deadline=None)
@given(BLOCKS)
def test_a_block_is_read_as_yaml_is(text):
    assert outcome(from_text, text) == outcome(from_yaml, text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "\n\n",
        "key: [town]\nchecks: [no_nulls, unique_values]",
        "\nowner: team:planning-data\nkey:   a",
        "description: Rents by town, as of today.",
        "compute: {kind: fargate, cpu_units: 512, memory_mb: 1024}",
        "partitions: {by: static, values: [a, 010, no], parameter: day}",
        "a: [[], {}, {b: {c: [d]}}]",
    ],
)
def test_plain_lines_need_no_yaml(text):
    assert outcome(_plain, text) == outcome(from_yaml, text) != None  # noqa: E711 - None is what is ruled out
    assert isinstance(outcome(from_text, text), (Node, tuple))


@pytest.mark.parametrize(
    "text", ["a: 'b'", "a:\n  - b", "a: [b: c]", "a: [b", "a: b # c", "a:", "? a", "a: {b, c}", "a: é"]
)
def test_other_lines_are_left_to_yaml(text):
    assert _plain(text) is None
    assert outcome(from_text, text) == outcome(from_yaml, text)


@pytest.mark.parametrize("text", ["a: 1\na: 2", "a: {b: 1, b: 2}", "a: {b: 1, b: 2}\nc: ["])
def test_a_key_that_stands_twice_is_told_as_yaml_tells_it(text):
    assert outcome(from_text, text) == outcome(from_yaml, text)


def test_the_options_of_a_plain_cell_load_no_yaml():
    code = (
        "import sys; from promote.selection.option_text import from_text; "
        "from_text('a: [b]'); sys.exit('yaml' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
