"""A module as merges see it: its units, and apart from them what it imports, which has no order.

The header and the code version are left out: they follow from everything else.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Sequence

from platform_core.values import dataclass, replace
from promote.hashing import body_hash
from promote.merge.units import Unit, comments, units
from promote.trees import parse

_VERSION = re.compile(r'code_version="[0-9a-f]*"')
_HEADER = ("# Promoted from ", "# source=", "# Classification: ", "# UNVERIFIED: ")


@dataclass(frozen=True, slots=True)
class Parts:
    """The units of a module in order, with their lines in it, and each imported name with the line that imports it."""

    units: tuple[Unit, ...]
    imports: frozenset[str]

    @property
    def essence(self) -> tuple[frozenset[str], str]:
        """What two modules have in common that differ in layout and in the order of imports alone."""
        return self.imports, body_hash("\n".join(_VERSION.sub("", unit.text) for unit in self.units))


def parts(module: str) -> Parts:
    """Take a module apart.

    Raises:
        SyntaxError: It is no Python.
        ValueError, RecursionError, MemoryError: Python cannot read it.
    """
    parse(module)
    kept: list[Unit] = []
    imports: set[str] = set()
    for unit in units(module):
        if unit.text.startswith(_HEADER):
            continue
        if unit.text.startswith(("import ", "from ")):
            imports |= {line + comments(unit.text) for _, line in imported(unit.text)}
        else:
            kept.append(replace(unit, key=_VERSION.sub("", unit.key)))
    return Parts(tuple(kept), frozenset(imports))


def imported(source: str) -> Iterator[tuple[str, str]]:
    """Give each name that the imports of a text bind, with a line that imports it alone.

    >>> list(imported("from a import b, c as d"))
    [('b', 'from a import b'), ('d', 'from a import c as d')]
    """
    for node in parse(source).body:
        if isinstance(node, ast.Import | ast.ImportFrom):
            start = "import " if isinstance(node, ast.Import) else f"from {'.' * node.level}{node.module or ''} import "
            for alias in node.names:
                renamed = f" as {alias.asname}" if alias.asname else ""
                bound = alias.asname or (alias.name.split(".")[0] if isinstance(node, ast.Import) else alias.name)
                yield bound, f"{start}{alias.name}{renamed}"


def merged_imports(base: Parts, ours: Parts, theirs: Parts) -> frozenset[str]:
    """Merge what three modules import: what either side added, without what either took away."""
    added = (ours.imports - base.imports) | (theirs.imports - base.imports)
    gone = (base.imports - ours.imports) | (base.imports - theirs.imports)
    return (base.imports | added) - gone


def together(found: Sequence[Unit], imports: frozenset[str]) -> Parts:
    """Give a module that is made of units of others."""
    return Parts(tuple(found), imports)
