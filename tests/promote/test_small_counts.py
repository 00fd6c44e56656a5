"""Counts that may point at people are not kept, and the project says which are small."""

from __future__ import annotations

from pathlib import Path

import pytest

from platform_core.errors import UserError
from promote.small_counts import SMALL, kept_count, small_of


@pytest.mark.parametrize(
    ("count", "rows", "kept"),
    [
        *((0, 3, 0), (3, 3, 3), (0, 100, 0), (1, 100, "<5"), (4, 100, "<5"), (5, 100, 5), (95, 100, 95)),
        *((96, 100, "all but <5"), (99, 100, "all but <5"), (100, 100, 100), (2, 3, "<5"), (0, 0, 0)),
    ],
)
def test_few_and_all_but_few_are_kept_as_such(count: int, rows: int, kept: int | str) -> None:
    assert kept_count(count, rows, 5) == kept


def test_the_project_says_which_counts_are_small(tmp_path: Path) -> None:
    assert small_of(tmp_path) == SMALL
    (tmp_path / "pyproject.toml").write_text("[tool.workbench]\nsmall_counts = 5\n")
    assert small_of(tmp_path) == 5


@pytest.mark.parametrize("value", ["1", "0", "-5", "1001", "true", '"5"', "5.0"])
def test_what_is_no_such_number_is_refused(tmp_path: Path, value: str) -> None:
    (tmp_path / "pyproject.toml").write_text(f"[tool.workbench]\nsmall_counts = {value}\n")
    with pytest.raises(UserError, match="no whole number"):
        small_of(tmp_path)
