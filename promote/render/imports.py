"""The import block of a promoted module: one line a module, sorted and grouped as isort has it."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable

from promote.patterns import pattern

_FROM = pattern(r"from (\S+) import (.+)")


def import_block(lines: Iterable[str], package: str) -> list[str]:
    """Give the import lines in order: `__future__`, the standard library, other packages, the project.

    >>> import_block(["import polars as pl", "from b import y", "import os", "from b import x"], "mine")
    ['import os', '', 'import polars as pl', 'from b import x, y']
    """
    plain: set[str] = set()
    froms: dict[str, set[str]] = {}
    effects: set[str] = set()
    for line in lines:
        if "  #" in line:
            effects.add(line)
        elif match := _FROM.fullmatch(line):
            froms.setdefault(match.group(1), set()).add(match.group(2))
        else:
            plain.add(line)
    effects = {line for line in effects if line.split("  #")[0] not in plain}
    sections: dict[int, list[str]] = {0: [], 1: [], 2: [], 3: []}
    for line in sorted(plain | effects, key=lambda text: (_natural(_module(text)), text)):
        sections[_section(_module(line), package)].append(line)
    for module in sorted(froms, key=_natural):
        sections[_section(module, package)] += _from_lines(module, sorted(froms[module], key=_member_order))
    block: list[str] = []
    for number in sorted(sections):
        if sections[number]:
            block += [*([""] if block else []), *sections[number]]
    return block


def _module(line: str) -> str:
    return line.split()[1]


def _section(module: str, package: str) -> int:
    root = module.split(".", maxsplit=1)[0]
    if root == "__future__":
        return 0
    if root in sys.stdlib_module_names:
        return 1
    return 3 if root == package or module.startswith(".") else 2


def _member_order(member: str) -> tuple[int, list[tuple[int, str]], str]:
    """Constants, then classes, then the rest, as isort sorts the names of one import."""
    name = member.split(" as ", maxsplit=1)[0]
    rank = 0 if name.isupper() and len(name) > 1 else 1 if name[:1].isupper() else 2
    return rank, _natural(name), name


def _natural(name: str) -> list[tuple[int, str]]:
    """What names are sorted by: `a2` stands before `a10`."""
    return [(int(part), "") if part.isdigit() else (-1, part) for part in re.findall(r"[0-9]+|[^0-9]+", name.lower())]


def _from_lines(module: str, members: list[str]) -> list[str]:
    together = [m for m in members if " as " not in m]
    apart = [m for m in members if " as " in m]
    found: list[str] = []
    if together:
        one = f"from {module} import {', '.join(together)}"
        found += [one] if len(one) <= 120 else [f"from {module} import (", *(f"    {m}," for m in together), ")"]
    return found + [f"from {module} import {m}" for m in apart]
