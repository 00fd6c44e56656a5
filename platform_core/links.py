"""Links to lines of files in the web pages of a git repository."""

from __future__ import annotations

import re
from typing import NamedTuple
from urllib.parse import quote

WEB = re.compile(r"https?://[A-Za-z0-9._~:/@%+-]+")


class Links(NamedTuple):
    """Makes links to lines of files.

    `base` is the address of the repository's files at the revision, such as
    `https://github.com/OWNER/NAME/blob/COMMIT`; empty for links that are relative to the project's folder. `prefix` is
    the project's folder in the repository.
    """

    base: str = ""
    prefix: str = ""

    def to(self, path: str, lines: tuple[int, int] = (0, 0)) -> str:
        """Give the link to a file, or to some of its lines; none where the path would lead out of the project.

        >>> Links("https://github.com/a/b/blob/c0ffee", "data/").to("src/x y.py", (3, 9))
        'https://github.com/a/b/blob/c0ffee/data/src/x%20y.py#L3-L9'
        """
        if not path or path.startswith("/") or not {"..", "."}.isdisjoint(path.split("/")):
            return ""
        first, last = lines
        until = "" if last <= first else f"-{last}" if "/-/" in self.base else f"-L{last}"
        part = f"#L{first}{until}" if first else ""
        whole = f"{self.base}/{quote(_bytes(self.prefix + path))}" if self.base else f"./{quote(_bytes(path))}"
        return f"{whole}{part}"


def _bytes(path: str) -> bytes:
    try:
        return path.encode("utf-8", "surrogateescape")  # a file's name as git and the disk have it
    except UnicodeEncodeError:
        return path.encode("utf-8", "replace")  # evidence can name what no file is called
