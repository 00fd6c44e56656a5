"""What a project sets under `[tool.workbench.staged]`."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from pathlib import Path

from platform_core.errors import UserError
from platform_core.suggest import did_you_mean

LARGEST = 1000  # kilobytes
_FILE = "pyproject.toml"
_KEYS = ("largest_kilobytes", "not_secret", "not_personal")


@dataclass(frozen=True, slots=True)
class Settings:
    """How large a file may be, in kilobytes, and the patterns of files that only look as if they held a secret.

    `not_personal` does the same for notebooks whose kept outputs only look as if they held personal data.
    """

    largest_kilobytes: int = LARGEST
    not_secret: tuple[str, ...] = ()
    not_personal: tuple[str, ...] = ()


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
    largest = table.get("largest_kilobytes", LARGEST)
    if not isinstance(largest, int) or isinstance(largest, bool) or largest < 1:
        raise UserError("`largest_kilobytes` is no number of kilobytes.", location=_FILE)
    lists = {}
    for key, example in (("not_secret", "tests/assets/data/tokens/*.csv"), ("not_personal", "notebooks/made_up.ipynb")):
        patterns = table.get(key, [])
        if not isinstance(patterns, list) or not all(isinstance(pattern, str) for pattern in patterns):
            hint = f'Write {key} = ["{example}"].'
            raise UserError(f"`{key}` is no list of patterns.", hint=hint, location=_FILE)
        lists[key] = tuple(patterns)
    return Settings(largest, **lists)
