"""The module as it was promoted: what both sides of a merge were made from.

It is put together from the evidence, which holds the promoted cells' sources and the lines between them; where the
evidence is of another promotion, git is asked for the version of the module that its header names. Either is taken only
if it has the very tokens that the header was made for.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

from promote.dataflow.excerpt import indent
from promote.hashing import body_hash
from promote.render.header import hashes_of, without_header

_MOST = 200  # versions of one module that git is asked for


def base_of(root: Path, module_path: str, evidence_path: str, module: str, rendered: str) -> str | None:
    """Give the module as it was promoted, None where nobody knows.

    Args:
        root: The project.
        module_path: Where the module stands.
        evidence_path: Where its evidence stands.
        module: The module as it is.
        rendered: The module as the notebook renders it now, which it may still be.
    """
    header = hashes_of(module)
    if header is None:
        return None
    for candidate in _candidates(root, module_path, evidence_path, rendered):
        if candidate is not None and body_hash(without_header(candidate)) == header[1]:
            return candidate
    return None


def _candidates(root: Path, module_path: str, evidence_path: str, rendered: str) -> Iterator[str | None]:
    yield rendered
    with suppress(OSError, ValueError, KeyError, TypeError, AttributeError, IndexError):  # no evidence, or none of ours
        yield joined(json.loads((root / evidence_path).read_text(encoding="utf-8")))
    from promote.merge.git import versions  # noqa: PLC0415 - only where the evidence does not tell

    yield from versions(root, module_path, _MOST)


def earlier_of(root: Path, path: str, expected: str, rendered: str) -> str | None:
    """Give a generated file that has no header as it was promoted, told by the hash that the evidence has of it."""
    if body_hash(rendered) == expected:
        return rendered
    from promote.merge.git import versions  # noqa: PLC0415 - as above

    return next((text for text in versions(root, path, _MOST) if body_hash(text) == expected), None)


def joined(evidence: Mapping[str, Any]) -> str:
    r"""Put a module together from what its evidence holds.

    >>> cell = {"source": ["x = 1"], "module_lines": [2, 2], "indented": True}
    >>> joined({"cells": [cell], "between": ["def f():", "    return x"]})
    'def f():\n    x = 1\n    return x'
    """
    at: dict[int, list[str]] = {}
    for cell in evidence["cells"]:
        source = "\n".join(cell["source"])
        first = [(cell["module_lines"][0], cell["indented"])] if cell["module_lines"] else []
        for line, indented in (*first, *cell.get("again", ())):
            at[line] = (indent(source) if indented else source).split("\n")
    lines: list[str] = []
    between = list(reversed(evidence["between"]))
    while between or len(lines) + 1 in at:
        lines += at.pop(len(lines) + 1) if len(lines) + 1 in at else [between.pop()]
    return "\n".join(lines)
