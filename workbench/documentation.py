"""The documentation that comes with the package: its pages, and a search that needs no network and no server.

The pages are Markdown as they stand in the repository; an installed package holds them as `workbench/_docs`.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

_HEADING = re.compile(r"^(#{1,4}) (.+?)(?: #*)?$")
_FENCE = re.compile(r"^ *```")
_COMMENT = re.compile(r"<!--.*?-->\n?", re.DOTALL)
_IMAGE = re.compile(r"!\[([^\]]*)\]\([^)]*\)")
_LINK = re.compile(r"\[([^\]]+)\]\([^)]*\)")
_MARKS = re.compile(r"[`*|#>]+|^\s*[-:]{3,}", re.MULTILINE)
_WORD = re.compile(r"\w+")
_AROUND = 90  # characters of an excerpt before and after the word that was found
_PHRASE_WEIGHT, _HEADING_WEIGHT, _TITLE_WEIGHT, _MOST_COUNTED = 20, 12, 8, 4
_LONGEST = 200  # characters of a search that are looked at


@dataclass(frozen=True, slots=True)
class Section:
    """A part of a page under one heading: the page's name and title, the heading, and its text without markup."""

    page: str
    title: str
    heading: str
    text: str


@dataclass(frozen=True, slots=True)
class Hit:
    """A section that a search found, with the words around the first find."""

    page: str
    title: str
    heading: str
    excerpt: str


def folder() -> Path:
    """Give the folder of the pages: in the package, or in the repository that it is worked on in."""
    here = Path(__file__).parent
    packaged = here / "_docs"
    return packaged if packaged.is_dir() else here.parent / "docs"


def pages() -> Mapping[str, Path]:
    """Give every page by its name.

    >>> "findings/PR201.md" in pages()
    True
    """
    return _pages(folder())


def page(name: str) -> str | None:
    """Give a page as Markdown, with pictures as the words that stand for them; None where there is no such page.

    >>> page("findings/PR201.md").splitlines()[0].startswith("# PR201")
    True
    >>> page("../pyproject.toml") is None
    True
    """
    path = pages().get(name)
    return None if path is None else _shown(path.read_text(encoding="utf-8"))


def search(text: str, most: int = 20) -> list[Hit]:
    """Give the sections that hold every word, or a word that begins so, the likeliest first.

    >>> search("PR201", 1)[0].page
    'findings/PR201.md'
    """
    words = list(dict.fromkeys(_WORD.findall(text[:_LONGEST].lower())))
    if not words:
        return []
    phrase = " ".join(words)
    found = [(score, one) for one in _sections(folder()) if (score := _score(one, words, phrase))]
    found.sort(key=lambda pair: (-pair[0], pair[1].page, pair[1].heading))
    return [Hit(one.page, one.title, one.heading, _excerpt(one.text, words)) for _, one in found[:most]]


def _score(section: Section, words: Iterable[str], phrase: str) -> float:
    heading, title = (_WORD.findall(text.lower()) for text in (section.heading, section.title))
    counted = Counter(_WORD.findall(section.text.lower()))
    score = float(_PHRASE_WEIGHT * (phrase in " ".join(heading)))
    for word in words:
        here = sum(count for one, count in counted.items() if one.startswith(word))
        own = min(here, _MOST_COUNTED)
        own += _HEADING_WEIGHT * any(one.startswith(word) for one in heading)
        own += _TITLE_WEIGHT * any(one.startswith(word) for one in title)
        if not own:
            return 0.0
        score += own + (word in heading) + (word in title)
    return score


def _excerpt(text: str, words: Iterable[str]) -> str:
    places = [found.start() for word in words if (found := re.search(rf"\b{re.escape(word)}", text, re.IGNORECASE))]
    at = min(places, default=0)
    start, end = max(0, at - _AROUND), min(len(text), at + _AROUND)
    start = text.find(" ", start) + 1 if start else 0
    end = text.rfind(" ", at, end) if end < len(text) and text.rfind(" ", at, end) > 0 else end
    return f"{'… ' if start else ''}{text[start:end]}{' …' if end < len(text) else ''}"


@cache
def _pages(root: Path) -> dict[str, Path]:
    return {path.relative_to(root).as_posix(): path for path in sorted(root.rglob("*.md"))}


@cache
def _sections(root: Path) -> tuple[Section, ...]:
    return tuple(one for name, path in _pages(root).items() for one in _of_page(name, path.read_text(encoding="utf-8")))


def _of_page(name: str, text: str) -> Iterator[Section]:
    title = heading = name
    lines: list[str] = []
    fenced = False
    for line in _shown(text).split("\n"):
        fenced ^= bool(_FENCE.match(line))
        found = None if fenced else _HEADING.match(line)
        if found is None:
            lines.append(line)
            continue
        if lines:
            yield Section(name, title, heading, _plain(lines))
        heading = _plain([found[2]])
        title = heading if len(found[1]) == 1 else title
        lines = []
    yield Section(name, title, heading, _plain(lines))


def _shown(text: str) -> str:
    return _IMAGE.sub(r"*\1*", _COMMENT.sub("", text))


def _plain(lines: Iterable[str]) -> str:
    """Give text without Markdown's marks, in one line."""
    kept = (line for line in lines if not _FENCE.match(line))
    return " ".join(_MARKS.sub(" ", _LINK.sub(r"\1", "\n".join(kept))).split())
