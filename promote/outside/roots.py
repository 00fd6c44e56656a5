"""How a file that a notebook names by a path of this machine is read through a resource: words that can be copied."""

from __future__ import annotations

import ast
import posixpath
import re

from promote.outside.sightings import Looker

_GENERAL = 'Declare a resource with a root in config/*.yaml and read resource("NAME").path("…").'
_DRIVE = re.compile(r"^[A-Za-z]:")


def root_hint(argument: ast.expr | None, looker: Looker, before: int, notebook: str) -> str:
    """Say what to declare and to write for the file that an argument names, in general words where it is not plain."""
    named = looker.value_of(argument.id, before) if isinstance(argument, ast.Name) else argument
    if isinstance(named, ast.Constant) and isinstance(named.value, str):
        return hint_of(named.value, notebook)
    return _GENERAL


def hint_of(path: str, notebook: str) -> str:
    """Say what to declare and to write for the file at a path; `notebook` is where the notebook lies in its project.

    >>> hint_of("data/rents.csv", "notebooks/a.ipynb")
    'Write `data: {type: files, root: notebooks/data}` under resources in config/base.yaml, and read \
resource("data").path("rents.csv").'
    >>> hint_of("/home/me/rents.csv", "notebooks/a.ipynb")
    'Put the file into sources/me, write `me: {type: files, root: sources/me}` under resources in \
config/base.yaml, and read resource("me").path("rents.csv").'
    """
    text = path.replace("\\", "/")
    folder, _, file = text.rpartition("/")
    if not file or re.search(r"[*?\[\]{}\"\n]", text):
        return _GENERAL
    words = [re.sub(r"\W+", "_", part, flags=re.ASCII).strip("_").lower() for part in folder.split("/")]
    name = next((word for word in reversed(words) if word[:1].isalpha()), "files")
    root = posixpath.normpath(posixpath.join(posixpath.dirname(notebook), folder))
    begin = "Write"
    if text.startswith(("/", "~")) or _DRIVE.match(text) or root.startswith("..") or root == ".":
        root, begin = f"sources/{name}", f"Put the file into sources/{name}, write"
    declared = f"{begin} `{name}: {{type: files, root: {root}}}` under resources in config/base.yaml"
    return f'{declared}, and read resource("{name}").path("{file}").'
