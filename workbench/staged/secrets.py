"""Secrets in what is staged: notebooks with their markdown, outputs and metadata, and every other file of text.

The detector is the one that promotion asks. Beside it stand assignments without quotes, as files of settings have them.
What is found is never shown, only where and what it seems to be.
"""

from __future__ import annotations

import fnmatch
import json
import re
from collections.abc import Iterator

from promote.outside.secret_values import secrets_in_text
from workbench.project import Project
from workbench.staged.index import Index, Problem
from workbench.staged.settings import read_settings

_SETTINGS = re.compile(r"(?:^|/)\.env[^/]*$|\.(?:env|ya?ml|ini|cfg|conf|properties|tfvars|sh)$")
# As `name: value` or `name=value` on a line; what is quoted is found like anywhere else
_BARE = re.compile(
    r"(?m)^([ \t]*(?:export[ \t]+|- )?[A-Za-z0-9_.-]{1,80})[ \t]*[:=][ \t]*([^\s'\"#][^\s#]*)[ \t]*(?:#.*)?$"
)
_PICTURES = ("image/", "audio/", "video/", "application/pdf")
_HINT = (
    "Revoke it where it was ever shared, and keep the new one in the environment or a secret store. Where it is none, "
    "list the file under `not_secret` in [tool.workbench.staged] of pyproject.toml."
)


def secrets(project: Project, index: Index) -> Iterator[Problem]:
    """Tell what looks like a secret in the staged files."""
    passed = read_settings(project.root).not_secret
    files = [file for file in index.files if not any(fnmatch.fnmatchcase(file.path, pattern) for pattern in passed)]
    for path, content in sorted(index.contents(files).items()):
        for place, what in _in_file(path, content):
            yield Problem(f"{path}:{place}", f"This looks like {what}.", _HINT)


def _in_file(path: str, content: bytes) -> Iterator[tuple[str, str]]:
    """Give place and kind of the secrets of one file; a file that is no text has none that can be found."""
    if b"\0" in content[:8192]:
        return
    text = content.decode("utf-8", "replace")
    if path.endswith(".ipynb"):
        try:
            yield from _in_notebook(json.loads(text))
        except (ValueError, RecursionError):
            pass  # no notebook: looked at as text
        else:
            return
    yield from ((f"{line}:{column}", what) for line, column, what in secrets_in_text(text))
    if _SETTINGS.search(path):
        for match in _BARE.finditer(text):
            for _, _, what in secrets_in_text(f'{match[1]}: "{match[2]}"'):
                start = match.start(2)
                yield f"{text.count(chr(10), 0, start) + 1}:{start - text.rfind(chr(10), 0, start)}", what


def _in_notebook(notebook: object) -> Iterator[tuple[str, str]]:
    """Look at every text of a notebook: cell by cell, then what belongs to none."""
    cells = notebook.get("cells") if isinstance(notebook, dict) else None
    for number, cell in enumerate(cells if isinstance(cells, list) else [], start=1):
        for key, value in cell.items() if isinstance(cell, dict) else ():
            for text in _texts(value):
                for line, column, what in secrets_in_text(text):
                    shown = f"{line}:{column}" if key == "source" else key
                    yield f"cell {number}:{shown}", what
    rest = {key: value for key, value in notebook.items() if key != "cells"} if isinstance(notebook, dict) else notebook
    for text in _texts(rest):
        yield from (("metadata", what) for _, _, what in secrets_in_text(text))


def _texts(value: object) -> Iterator[str]:
    """Give the texts in a value of JSON; lists of lines as one text, each assignment as `"name": "value"`."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, list):
        if all(isinstance(item, str) for item in value):
            yield "".join(value)
        else:
            for item in value:
                yield from _texts(item)
    elif isinstance(value, dict):
        for key, item in value.items():
            if isinstance(item, str) and not key.startswith(_PICTURES):
                yield f'"{key}": "{item}"' if "\n" not in item else item
            elif not key.startswith(_PICTURES):
                yield from _texts(item)
