"""Reports: what a person reads, what a program reads, and nothing that repaints a terminal."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from promote.model import Finding, Location
from promote.outcome import Outcome, StepOutcome
from promote.reports.report import clean, finding_text, render

AT = Location("notebooks/rents.ipynb", 4, "a1b2c3d4", "silver:rents", 2, 7, "x = a\t+ rens")
ERROR = Finding("PR301", "error", "`rens` is never defined.", AT, "Did you mean 'rents'?")
NOTE = Finding("PR318", "note", "A display was left out.", Location("notebooks/rents.ipynb", 5))
STEP = StepOutcome(
    "silver:rents", "notebooks/rents.ipynb", "updated", ("src/a.py", "tests/b.py"), "", "same rows", 1234
)


def test_a_finding_reads_as_the_design_says() -> None:
    assert finding_text(ERROR) == (
        "notebooks/rents.ipynb:cell 4 (a1b2c3d4, silver:rents):2:7: PR301 `rens` is never defined.\n"
        "    x = a + rens\n"
        "          ^\n"
        "hint: Did you mean 'rents'?"
    )
    assert finding_text(NOTE) == "notebooks/rents.ipynb:cell 5: PR318 (note) A display was left out."


def test_the_whole_text() -> None:
    assert render(Outcome((ERROR, NOTE), (STEP,), 1)) == (
        f"{finding_text(ERROR)}\n\n{finding_text(NOTE)}\n\n"
        "silver:rents: updated, 1,234 rows, same rows\n    src/a.py\n    tests/b.py\n\n"
        "1 error, 1 note. More on one: promote --explain PR301\n"
    )


def test_notes_that_ask_for_nothing_are_one_line_each() -> None:
    shown = Finding("PR318", "note", "A display was left out.", Location("a.ipynb", 5, line=2, text="  rents.head() "))
    long = Finding("PR331", "note", "An import was left out.", Location("a.ipynb", 6, text="import " + "x" * 80))
    asking = Finding("PR330", "note", "Two steps run it.", Location("a.ipynb", 7, text="a = 1"), "Make it a step.")
    assert render(Outcome((shown, long, asking), (), 0)).split("\n")[:6] == [
        "a.ipynb:cell 5:2: PR318 (note) A display was left out. `rents.head()`",
        f"a.ipynb:cell 6: PR331 (note) An import was left out. `import {'x' * 52}…`",
        "",
        "a.ipynb:cell 7: PR330 (note) Two steps run it.",
        "    a = 1",
        "hint: Make it a step.",
    ]


def test_an_outcome_without_anything_is_silent() -> None:
    assert render(Outcome()) == ""
    assert render(Outcome((NOTE, NOTE))).endswith("\n\n2 notes.\n")


def test_a_diff_is_shown_in_colour_where_asked() -> None:
    step = StepOutcome("silver:a", "a.ipynb", "updated", ("a.py",), "@@ -1 +1 @@\n-a\n+b\n c\n", "", 1)
    assert render(Outcome((), (step,))) == "@@ -1 +1 @@\n-a\n+b\n c\n\nsilver:a: updated, 1 row\n    a.py\n"
    shown = render(Outcome((ERROR,), (step,)), colour=True)
    assert "\x1b[31mPR301\x1b[0m" in shown
    assert "\x1b[31m-a\x1b[0m\n\x1b[32m+b\x1b[0m\n c\n" in shown


def test_json_holds_everything_and_nothing_but_ascii() -> None:
    text = render(Outcome((ERROR,), (STEP,), 1), "json", colour=True)
    assert text.isascii()
    assert json.loads(text) == {
        "version": 1,
        "exit_code": 1,
        "findings": [
            {
                "code": "PR301",
                "severity": "error",
                "message": "`rens` is never defined.",
                "hint": "Did you mean 'rents'?",
                "path": "notebooks/rents.ipynb",
                "cell": 4,
                "cell_id": "a1b2c3d4",
                "tag": "silver:rents",
                "line": 2,
                "column": 7,
                "text": "x = a\t+ rens",
                "fix": None,
            }
        ],
        "steps": [
            {
                "tag": "silver:rents",
                "notebook": "notebooks/rents.ipynb",
                "status": "updated",
                "files": ["src/a.py", "tests/b.py"],
                "diff": "",
                "parity": "same rows",
                "rows": 1234,
                "drift": "",
            }
        ],
    }


@pytest.mark.parametrize(
    ("text", "column", "expected"),
    [
        ("", 1, []),
        ("  ", 1, []),
        ("x", None, ["    x"]),
        ("x", 2, ["    x", "     ^"]),
        ("x", 99, ["    x", "     ^"]),
        ("表 = 1", 3, ["    表 = 1", "       ^"]),
        ("\x1b[2J = y", 1, ["    \\x1b[2J = y", "    ^"]),
        ("\u202ex = y", 2, ["    \\u202ex = y", "          ^"]),
    ],
)
def test_the_line_and_its_caret(text: str, column: int | None, expected: list[str]) -> None:
    finding = Finding("PR301", "error", "m", Location("a", 1, None, None, 1, column, text))
    assert finding_text(finding).split("\n")[1:] == expected


def test_a_long_line_is_cut_around_its_column() -> None:
    line = "a" * 500 + "b" + "c" * 500
    _, shown, caret = finding_text(Finding("PR301", "error", "m", Location("a", 1, None, None, 1, 501, line))).split(
        "\n"
    )
    assert shown[caret.index("^")] == "b"
    assert len(shown) < 180
    assert shown.strip().startswith("…")
    assert shown.endswith("…")


@given(st.text(st.characters(), max_size=30), st.integers(0, 40))
def test_hostile_text_is_never_more_than_seen(text: str, column: int) -> None:
    at = Location(text, 1, text, text, 1, column, text)
    outcome = Outcome(
        (Finding("PR301", "error", text, at, text),), (StepOutcome(text, text, "new", (text,), text, text),)
    )
    for line in render(outcome).split("\n"):
        assert line.isprintable()
    assert clean(text).isprintable()
    assert json.loads(render(outcome, "json"))["findings"][0]["message"] == text
