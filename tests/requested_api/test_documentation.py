"""The documentation shows the blocks as they are executed."""

from __future__ import annotations

import re
from pathlib import Path

from tests.requested_api.blocks import EXAMPLES

PAGE = Path(__file__).parents[2] / "docs/guides/by-example.md"


def test_the_page_shows_every_block_as_it_was_requested() -> None:
    shown, requested = (
        re.findall(r"```python\n(.*?)```", path.read_text(encoding="utf-8"), re.DOTALL) for path in (PAGE, EXAMPLES)
    )
    assert shown == requested
    assert len(shown) == 5
