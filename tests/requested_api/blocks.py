"""The requested API as it was written down, `examples.md`, cut into its numbered blocks."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

EXAMPLES = Path(__file__).with_name("examples.md")


def block(number: int) -> str:
    """Give the text of one numbered block."""
    found = re.search(rf"```python\n(# {number}\..*?)```", EXAMPLES.read_text(encoding="utf-8"), re.DOTALL)
    assert found, f"examples.md has no block {number}"
    return found[1]


def paragraph(number: int, first_words: str) -> str:
    """Give the one paragraph of a block in which a line begins with these words."""
    parts = [
        part for part in block(number).split("\n\n") if re.search(rf"^{re.escape(first_words)}", part, re.MULTILINE)
    ]
    assert len(parts) == 1, f"{len(parts)} paragraphs of block {number} hold a line {first_words!r}"
    return parts[0]


def execute(text: str, **names: Any) -> dict[str, Any]:
    """Run a block as it is written, with the names that it leaves to the reader, and give what it defines."""
    namespace: dict[str, Any] = {"__name__": "requested", **names}
    exec(compile(text, "examples.md", "exec"), namespace)  # noqa: S102 - our own text, and running it is the test
    return namespace
