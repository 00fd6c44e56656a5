"""The documentation, for who works in JupyterLab: a search, and a page to read."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from platform_core.errors import UserError
from workbench.documentation import page, search

Tell = Any


def find(question: Mapping[str, Any], _: Tell) -> dict[str, Any]:
    """Give the sections that hold what is searched for."""
    return {
        "hits": [
            {"page": one.page, "title": one.title, "heading": one.heading, "excerpt": one.excerpt}
            for one in search(question["text"])
        ]
    }


def read(question: Mapping[str, Any], _: Tell) -> dict[str, Any]:
    """Give a page as Markdown.

    Raises:
        UserError: There is no such page.
    """
    text = page(question["page"])
    if text is None:
        raise UserError("The documentation has no such page.", hint="Search for it in the Documentation panel.")
    return {"page": question["page"], "text": text}
