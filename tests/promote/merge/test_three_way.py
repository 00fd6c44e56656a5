"""Merges of sequences: both edits or a clash, whatever the edits; and how code is cut into what is merged."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from promote.merge.three_way import hunks, merge
from promote.merge.units import key, moved, units, words

texts = st.text("abcd", max_size=8)


def merged(base: str, ours: str, theirs: str) -> str | None:
    found = merge(base, ours, theirs, str)
    return None if found.clashes else "".join(found.items)


@pytest.mark.parametrize(
    ("base", "ours", "theirs", "expected"),
    [
        ("abc", "abc", "abc", "abc"),
        ("abc", "Xbc", "abY", "XbY"),
        ("abc", "Xbc", "aYc", "XYc"),  # neighbours are two edits
        ("abc", "Xbc", "Xbc", "Xbc"),  # the same edit is one
        ("abc", "XYc", "aYc", "XYc"),
        ("abc", "Xbc", "Ybc", None),
        ("abc", "bc", "abX", "bX"),
        ("abc", "bc", "Xbc", None),  # deleted and changed
        ("abc", "bc", "bc", "bc"),
        ("abc", "aXbc", "aYbc", None),  # two in one place
        ("abc", "aXbc", "aXbc", "aXbc"),
        ("abc", "Xabc", "abcY", "XabcY"),
        ("abc", "aXbc", "Ybc", "YXbc"),  # beside one that was replaced by one
        ("abc", "aXbc", "YZbc", None),  # beside one that was replaced by two: before or after the second?
        ("abc", "aXbc", "bc", None),  # beside one that is gone
        ("abcd", "ad", "abXcd", None),
        ("", "X", "", "X"),
        ("", "X", "Y", None),
        ("abc", "", "abc", ""),
    ],
)
def test_edits_are_both_kept_or_clash(base: str, ours: str, theirs: str, expected: str | None) -> None:
    assert merged(base, ours, theirs) == expected
    assert merged(base, theirs, ours) == expected


def test_a_clash_has_what_each_side_made_of_the_stretch() -> None:
    found = merge("abcde", "aXcde", "aYZde", str)
    (clash,) = found.clashes
    assert ("".join(clash.base), "".join(clash.ours), "".join(clash.theirs)) in [("b", "X", "Y"), ("bc", "Xc", "YZ")]
    assert "".join(merge("abcde", "aXcde", "aYcdZ", str, "ours").items) == "aXcdZ"
    assert "".join(merge("abcde", "aXcde", "aYcdZ", str, "theirs").items) == "aYcdZ"
    assert merge("abcde", "aXcde", "aYcdZ", str, "theirs").clashes == ()


@given(texts, texts)
def test_one_side_alone_is_taken_as_it_is(base: str, other: str) -> None:
    assert merged(base, other, base) == merged(base, base, other) == merged(base, other, other) == other


@given(texts, texts)
def test_hunks_give_the_other_sequence(base: str, other: str) -> None:
    made = list(base)
    for hunk in reversed(hunks(base, other, str)):
        made[hunk.start : hunk.end] = hunk.items
    assert "".join(made) == other


@given(texts, texts, texts)
def test_edits_apart_are_both_carried_out(base: str, ours: str, theirs: str) -> None:
    """Where no edit of one side touches one of the other, what both put and took is in the merge."""
    found = merge(base, ours, theirs, str)
    assert bool(found.clashes) == bool(merge(base, theirs, ours, str).clashes)
    left, right = hunks(base, ours, str), hunks(base, theirs, str)
    if all(one.end < other.start or other.end < one.start for one in left for other in right):
        assert found.clashes == ()
        for letter in "abcd":
            change = sum(h.items.count(letter) - base[h.start : h.end].count(letter) for h in (*left, *right))
            assert found.items.count(letter) == base.count(letter) + change


@given(texts, texts, texts)
def test_a_side_that_is_chosen_leaves_no_clash(base: str, ours: str, theirs: str) -> None:
    for favour in ("ours", "theirs"):
        assert merge(base, ours, theirs, str, favour).clashes == ()
    chosen = "".join(merge(base, ours, theirs, str, "ours").items)
    assert chosen == "".join(merge(base, theirs, ours, str, "theirs").items)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", []),
        ("\n\n", []),
        ("a = 1\n\n\nb = 2\n", ["a = 1", "b = 2"]),
        ("f(\n    a,  # one\n    # two\n    b,\n)\nc", ["f(\n    a,  # one\n    # two\n    b,\n)", "c"]),
        (
            "for a in b:\n    # why\n    c()\nelse:\n    d()",
            ["for a in b:", "    # why", "    c()", "else:", "    d()"],
        ),
        ('x = """a\n\n# b\n"""\ny', ['x = """a\n\n# b\n"""', "y"]),
        ("a = 1 + \\\n    2\nb", ["a = 1 + \\\n    2", "b"]),
        ("@f\ndef g(): pass", ["@f", "def g(): pass"]),
    ],
)
def test_code_is_cut_into_logical_lines_and_comments(text: str, expected: list[str]) -> None:
    found = units(text)
    assert [unit.text for unit in found] == expected
    lines = text.split("\n")
    assert all("\n".join(lines[u.first - 1 : u.last]).rstrip() == u.text for u in found)


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("f(a,b)", "f( a, b )", True),
        ("f(a,\n  b)", "f(a, b)", True),
        ("x = 1  # why", "x=1 # why", True),
        ("x = 1  # why", "x = 1  # what", False),
        ("x = 'a b'", "x = 'a  b'", False),
        ("x = 'a'", 'x = "a"', False),
        ("  x", "x", False),
        ("ab", "a b", False),
    ],
)
def test_layout_is_no_difference(one: str, other: str, same: bool) -> None:
    assert (key(one) == key(other)) is same


@given(st.text(max_size=40))
def test_words_leave_nothing_out(text: str) -> None:
    assert "".join(words(text)) == text


def test_text_is_moved_but_for_what_stands_in_strings() -> None:
    text = 'if x:\n    y = """a\n  b"""\n\n    z'
    assert moved(text, 4) == '    if x:\n        y = """a\n  b"""\n\n        z'
    assert moved(moved(text, 4), -4) == text
    assert moved("  x", -4) == "x"
