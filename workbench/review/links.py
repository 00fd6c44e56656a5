"""Where a link of a review leads: into the repository's web pages where they are known, else to the files beside it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from urllib.parse import quote

from promote.values import dataclass

_WEB = re.compile(r"https?://[A-Za-z0-9._~:/@%+-]+")


@dataclass(frozen=True, slots=True)
class Links:
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


def links_for(given: str | None, commit: str, prefix: str, environment: Mapping[str, str]) -> Links:
    """Give the links of a review: to the address given, else to the one that GitHub's or GitLab's CI tells.

    Args:
        given: What the person asked for; None where nothing.
        commit: The commit that is linked to; empty for the working tree, which no web page shows.
        prefix: The project's folder in the repository.
        environment: The process's environment.
    """
    base = given
    if base is None and commit:
        server, name = environment.get("GITHUB_SERVER_URL"), environment.get("GITHUB_REPOSITORY")
        if server and name:
            base = f"{server}/{name}/blob/{commit}"
        elif url := environment.get("CI_PROJECT_URL"):
            base = f"{url}/-/blob/{commit}"
    base = (base or "").rstrip("/")
    return Links(base if _WEB.fullmatch(base) else "", prefix)


def _bytes(path: str) -> bytes:
    try:
        return path.encode("utf-8", "surrogateescape")  # a file's name as git and the disk have it
    except UnicodeEncodeError:
        return path.encode("utf-8", "replace")  # evidence can name what no file is called
