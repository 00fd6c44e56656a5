"""What a project sets under `[tool.workbench.staged]`."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from pathlib import Path

from platform_core.errors import UserError
from platform_core.suggest import did_you_mean

LARGEST = 1000  # kilobytes
_FILE = "pyproject.toml"
_KEYS = ("largest_kilobytes", "not_secret")


@dataclass(frozen=True, slots=True)
class Settings:
    """How large a file may be, in kilobytes, and the patterns of files that only look as if they held a secret."""

    largest_kilobytes: int = LARGEST
    not_secret: tuple[str, ...] = ()


def read_settings(root: Path) -> Settings:
    """Give the settings of the project in a folder.

    Raises:
        UserError: A key is unknown, or has a value of another type.
    """
    table = tomllib.loads((root / _FILE).read_text(encoding="utf-8"))["tool"]["workbench"].get("staged", {})
    if not isinstance(table, dict):
        raise UserError("[tool.workbench.staged] is no table.", location=_FILE)
    for key in table:
        if key not in _KEYS:
            hint = did_you_mean(key, _KEYS)
            raise UserError(f"[tool.workbench.staged] knows no key {key!a}.", hint=hint, location=_FILE)
    largest, patterns = table.get("largest_kilobytes", LARGEST), table.get("not_secret", [])
    if not isinstance(largest, int) or isinstance(largest, bool) or largest < 1:
        raise UserError("`largest_kilobytes` is no number of kilobytes.", location=_FILE)
    if not isinstance(patterns, list) or not all(isinstance(pattern, str) for pattern in patterns):
        hint = 'Write not_secret = ["tests/assets/data/tokens/*.csv"].'
        raise UserError("`not_secret` is no list of patterns.", hint=hint, location=_FILE)
    return Settings(largest, tuple(patterns))
