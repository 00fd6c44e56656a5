"""The page about checks names them all."""

from __future__ import annotations

from pathlib import Path

from platform_core.asset_checks import CHECKS

DOCS = Path(__file__).parents[3] / "docs/reference"


def test_every_check_stands_on_the_page() -> None:
    page = (DOCS / "checks.md").read_text(encoding="utf-8")
    for name, function in CHECKS.items():
        assert f"`{name}`" in page
        assert f"`{function.__name__}(" in page
