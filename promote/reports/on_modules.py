"""Findings where a reviewer looks: on the lines of the generated modules.

A line of a notebook's file is no line that a person knows, so what is found in a step's cell is placed on the step's
asset in its module, with the cell named; what belongs to no module stays with the notebook.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from contextlib import suppress
from functools import cache
from pathlib import Path

from platform_core.values import replace
from promote.findings import place
from promote.model import Finding, Location
from promote.outcome import Outcome
from promote.reports.report import clean
from promote.vocabulary import layers


def on_modules(root: Path, package: str, outcome: Outcome) -> Outcome:
    """Give an outcome whose findings of steps stand on the modules of these, where there are any.

    Args:
        root: The project.
        package: The package in which its modules stand.
        outcome: What was found, as it was found.
    """
    return replace(outcome, findings=tuple(_placed(root, package, outcome)))


def _placed(root: Path, package: str, outcome: Outcome) -> Iterator[Finding]:
    defs = f"src/{package.replace('.', '/')}/defs/"
    line = cache(lambda path: _asset_line(root / path))
    for finding in outcome.findings:
        at = finding.location
        layer, _, name = (at.tag or at.path.removeprefix(defs).removesuffix(".py").replace("/", ":")).partition(":")
        path = f"{defs}{layer}/{name}.py"
        if layer not in layers() or not name.isidentifier() or not (number := line(path)):
            yield finding
        elif at.path != path:
            message = f"{place(at)}: {finding.message}"
            yield replace(finding, location=Location(path, line=number), message=message)
        else:
            named = re.search(r"\bcells? \d", finding.message)
            cells = "" if named else _cells(root / "evidence" / layer / f"{name}.json")
            placed = Location(path, line=number) if at.line in (None, 1) else at  # line 1: the module as a whole
            yield replace(finding, location=placed, message=f"{finding.message}{cells}")


def _cells(evidence: Path) -> str:
    """Say which cells a module was promoted from, where its evidence can be read."""
    with suppress(OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError):
        content = json.loads(evidence.read_text(encoding="utf-8", errors="replace"))
        cells = sorted({int(one["cell"]) for one in content["cells"] if one["origin"] == "step"})
        numbers = ", ".join(map(str, cells))
        return f" ({clean(str(content['notebook']))}, cell{'' if len(cells) == 1 else 's'} {numbers})" if cells else ""
    return ""


def _asset_line(module: Path) -> int:
    """Give the line of a module's asset, 1 where it has none, and 0 where there is no module."""
    try:
        text = module.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return 0
    found = re.search(r"^@\w+_asset\(", text, re.MULTILINE)
    return text.count("\n", 0, found.start()) + 1 if found else 1
