"""Counts so small that they may point at people: what is kept of them is only that they are small.

`small_counts = 10` under `[tool.workbench]` says below which number a count is small; without it, 10.
"""

from __future__ import annotations

from pathlib import Path

from platform_core.errors import UserError
from platform_core.plain_numbers import is_whole

SMALL = 10
_MOST = 1000


def small_of(root: Path) -> int:
    """Give the number below which a count of a project is small.

    Raises:
        UserError: The project says something that is no whole number from 2 to 1000.
    """
    import tomllib  # noqa: PLC0415 - costs as much as a check of a project where nothing changed

    try:
        table = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))
        value = table.get("tool", {}).get("workbench", {}).get("small_counts", SMALL)
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError, AttributeError):
        return SMALL  # who needs the file says what is wrong with it
    if not is_whole(value) or not 2 <= value <= _MOST:
        raise UserError(
            "small_counts under [tool.workbench] is no whole number from 2 to 1000.",
            hint=f"Write small_counts = {SMALL}, or leave it out.",
            location="pyproject.toml",
        )
    return value


def kept_count(count: int, rows: int, small: int) -> int | str:
    """Give a count of some rows as it may be kept: exactly, or as few, or as all but few.

    >>> [kept_count(count, 100, 10) for count in (0, 4, 10, 90, 96, 100)]
    [0, '<10', 10, 90, 'all but <10', 100]
    """
    if count in {0, rows}:
        return count
    if count < small:
        return f"<{small}"
    return f"all but <{small}" if rows - count < small else count
