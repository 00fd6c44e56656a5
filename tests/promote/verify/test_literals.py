"""The literals of code."""

from __future__ import annotations

import datetime as dt

import pytest

from promote.verify.literals import literals_of


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("x = 'open'; y = -1.5; z = b'raw'", {"open", -1.5, 1.5, b"raw"}),
        ("x = f'a-{name}-b'", {"a-", "-b"}),
        ("x = [True, None]", set()),
        ("date(2025, 3, 19); dt.datetime(2025, 1, 1, 10); pl.date(year=2024, month=2, day=30)",
         {2025, 3, 19, 1, 10, 2024, 2, 30, dt.date(2025, 3, 19), dt.date(2025, 1, 1)}),
        ("x.str.contains(r'^local-authority:[A-Z]{3}\\\\.csv$')", {"local-authority:", "csv"}),
        ("q = \"SELECT * FROM a WHERE s = 'it''s' AND n > 12.5 AND t LIKE 'ab%'\"", {"it's", 12.5, "ab", "ab%"}),
    ],
)  # fmt: skip
def test_literals_are_found(source: str, expected: set[object]) -> None:
    found = literals_of(source)
    assert expected <= found
    if "SELECT" not in source and "contains" not in source:
        assert found == expected


def test_docstrings_and_bare_text_are_no_literals() -> None:
    assert literals_of('def f():\n    """Camden."""\n    "York"\n    return 1') == {1}
