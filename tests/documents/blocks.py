"""The blocks of code of the documentation, each with what the pages say of running it."""

from __future__ import annotations

import re
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
# Made of the catalogue of findings, whose own tests run what they show
MADE = {"findings"}
PAGES = sorted(
    [ROOT / "README.md", ROOT / "CONTRIBUTING.md"]
    + [page for page in DOCS.rglob("*.md") if page.relative_to(DOCS).parts[0] not in MADE]
)
_BLOCK = re.compile(
    r"(?:^ *<!-- run: (?P<elsewhere>[^>]+?) -->\n)?(?:^ *<!-- not run: (?P<reason>[^>]+?) -->\n)?"
    r"^(?P<indent> *)```(?P<language>\w*)(?: title=\"(?P<title>[^\"]+)\")?\n(?P<text>.*?)^ *```$",
    re.DOTALL | re.MULTILINE,
)


class Block(NamedTuple):
    """One block: where it stands, what it is, and why the suite does not run it here.

    `elsewhere` names the test that runs it; `reason` says why nothing can.
    """

    page: str
    line: int
    language: str
    text: str
    elsewhere: str | None
    reason: str | None

    @property
    def name(self) -> str:
        """The page and the line."""
        return f"{self.page}:{self.line}"


def blocks(page: Path) -> list[Block]:
    """Give the blocks of a page, in order."""
    text = page.read_text(encoding="utf-8")
    name = page.relative_to(ROOT).as_posix()
    found = []
    for one in _BLOCK.finditer(text):
        line = text.count("\n", 0, one.start("language")) + 1
        code = re.sub(f"^{one['indent']}", "", one["text"], flags=re.MULTILINE)
        found.append(Block(name, line, one["language"], code, one["elsewhere"], one["reason"]))
    return found


ALL = [block for page in PAGES for block in blocks(page)]
