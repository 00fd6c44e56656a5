"""The examples on the pages about checks and contracts give what the pages say."""

from __future__ import annotations

import doctest
from pathlib import Path

import pytest

from platform_core.asset_checks import CHECKS

DOCS = Path(__file__).parents[3] / "docs/reference"


@pytest.mark.parametrize("name", ["checks.md", "contracts.md"])
def test_the_examples_run(name: str) -> None:
    found = doctest.testfile(str(DOCS / name), module_relative=False, encoding="utf-8")
    assert found.attempted > 5
    assert not found.failed


def test_every_check_stands_on_the_page() -> None:
    page = (DOCS / "checks.md").read_text(encoding="utf-8")
    for name, function in CHECKS.items():
        assert f"`{name}`" in page
        assert f"`{function.__name__}(" in page
