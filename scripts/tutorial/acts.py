"""What a reader of the tutorial does, read from its Markdown: prose and run have this one source.

| in the Markdown | what the reader does |
|---|---|
| a block of `bash` | types these commands |
| a block of `text` after it | sees these lines among what was said, in this order; `…` stands for anything |
| a block of `diff` with `title="FILE"` | changes that file so |
| a block of code with `title="FILE"` | writes that file |
| a picture | looks at the page; the run takes the picture |

In a numbered step, which takes place in the browser:

| in the Markdown | what the reader does |
|---|---|
| `**words**` | clicks what is called so (after `Double-click`, twice) |
| `<kbd>key</kbd>` | presses it |
| type `` `words` `` | types them |
| `*words*` | waits until they can be seen |
| `<http://…>`, open `` `FILE.html` `` | opens that page |
| a block of `python` | puts it where the cursor is |
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

_FENCE = re.compile(r"^(?P<indent> *)```(?P<language>\w+)(?: title=\"(?P<title>[^\"]+)\")?$")
_PICTURE = re.compile(r"!\[[^\]]+\]\((?P<picture>[^)]+)\)")
_STEP = re.compile(
    r"<kbd>(?P<press>[^<]+)</kbd>|(?P<twice>[Dd]ouble-click )?\*\*(?P<click>[^*]+)\*\*|\*(?P<see>[^*]+)\*"
    r"|[Tt]ype `(?P<type>[^`]+)`|<(?P<visit>http[^>]+)>|[Oo]pen `(?P<open>[^`]+\.html)`|" + _PICTURE.pattern
)
_NUMBERED = re.compile(r"^\d+\. ")


class Act(NamedTuple):
    """One thing that the reader does.

    `kind` is run, said, change, write, picture, press, click, double-click, see, type, visit, open or put; `place` is
    the page and line.
    """

    kind: str
    text: str
    place: str
    file: str = ""


def read(page: Path) -> list[Act]:
    """Give what the reader of a page does, in order."""
    return list(_acts(page.read_text(encoding="utf-8").splitlines(), page.name))


def _acts(lines: list[str], page: str) -> Iterator[Act]:
    """Go through the lines; a paragraph is taken as a whole, for what is marked may go over a line's end."""
    number, stepping = 0, False
    while number < len(lines):
        line, start = lines[number], number + 1
        number += 1
        if fence := _FENCE.match(line):
            end = lines.index(f"{fence['indent']}```", number)
            body = "\n".join(one.removeprefix(fence["indent"]) for one in lines[number:end])
            number = end + 1
            yield from _block(fence, body, f"{page}:{start}")
            continue
        stepping = bool(_NUMBERED.match(line)) or (stepping and (not line.strip() or line.startswith("   ")))
        while line.strip() and number < len(lines) and _goes_on(lines[number]):
            line += " " + lines[number].strip()
            number += 1
        for found in (_STEP if stepping else _PICTURE).finditer(line):
            kind = found.lastgroup or ""
            yield Act("double-click" if found.groupdict().get("twice") else kind, found[kind], f"{page}:{start}")


def _goes_on(line: str) -> bool:
    return bool(line.strip()) and not _NUMBERED.match(line) and not _FENCE.match(line)


def _block(fence: re.Match[str], body: str, place: str) -> Iterator[Act]:
    language, title = fence["language"], fence["title"]
    if title:
        yield Act("change" if language == "diff" else "write", body, place, title)
    elif language in {"bash", "text"}:
        yield Act({"bash": "run", "text": "said"}[language], body, place)
    elif language == "python" and not body.startswith(">>>"):
        yield Act("put", body, place)
    elif language != "python":  # an example is for those who test examples
        raise ValueError(f"{place}: a block of {language} is nothing that a reader does")
