"""Notebooks of a few cells, written as pairs of tags and source."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

Cells = Sequence[tuple[str, str]]


def notebook(cells: Cells) -> bytes:
    """Give the bytes of a notebook: pairs of tags (or `md` for markdown) and source."""
    made: list[dict[str, Any]] = []
    for tags, source in cells:
        if tags == "md":
            made.append({"cell_type": "markdown", "metadata": {}, "source": source})
        else:
            metadata = {"tags": tags.split()} if tags else {}
            made.append(
                {"cell_type": "code", "metadata": metadata, "source": source, "outputs": [], "execution_count": None}
            )
    return json.dumps({"nbformat": 4, "nbformat_minor": 4, "metadata": {}, "cells": made}).encode()
