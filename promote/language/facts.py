"""What the text of one statement tells by itself, gathered once and kept by the text of its cell.

Every stage that follows reads from here: the nodes of the statement, by class too, and what it does to names. A cell
whose text was seen before, in this notebook or another, is not gone through again: so the panel of the Lab pays for the
one cell that was edited.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Mapping, Sequence

from platform_core.hints import Any
from platform_core.values import dataclass
from promote.language.scopes import effects_of
from promote.language.statements import keeps_annotations
from promote.language.uses import Effects
from promote.trees import Walked, kept_by_text, walked, walked_through


@dataclass(slots=True, eq=False)
class Facts:
    """One top-level statement of a cell; whoever is given it changes nothing of it but what it has seen.

    `parts` are its nodes as `walk` gives them, `kinds` the same by class. `first` and `last` are its lines in the cell,
    decorators included; `names` are all that stand in it, `attributes` all that it asks for.
    """

    node: ast.stmt
    effects: Effects
    parts: Sequence[ast.AST]
    kinds: Mapping[type[ast.AST], Sequence[Any]]
    first: int
    last: int
    names: frozenset[str]
    attributes: frozenset[str]
    seen: Any = None  # what `outside.sightings` saw of it last, with the imports that it saw it by


@dataclass(frozen=True, slots=True, eq=False)
class CellFacts:
    """The statements of a cell.

    `lazy` is true where annotations are kept as texts after it, `defines` where it has code of its own, and `asks`
    where a text in that code may name variables.
    """

    statements: tuple[Facts, ...]
    lazy: bool
    defines: bool
    asks: bool


@kept_by_text
def facts_of(text: str, lazy: bool) -> CellFacts:
    """Give the facts of a cell; `lazy` is true where `from __future__ import annotations` stands above it.

    Raises:
        SyntaxError, ValueError, RecursionError, MemoryError: Python cannot read the cell.
    """
    return _told(walked(text), lazy=lazy)


def facts_anew(nodes: Iterable[ast.stmt], *, lazy: bool) -> CellFacts:
    """Give facts that are nobody else's: two cells of one text define functions of their own."""
    return _told(map(walked_through, nodes), lazy=lazy)


def _told(statements: Iterable[Walked], *, lazy: bool) -> CellFacts:
    found: list[Facts] = []
    for node, parts, kinds in statements:
        first = node.lineno
        for decorator in getattr(node, "decorator_list", ()):
            first = min(first, decorator.lineno)
        names = frozenset([name.id for name in kinds.get(ast.Name, ())])
        attributes = frozenset([part.attr for part in kinds.get(ast.Attribute, ())])
        effects = effects_of(node, lazy=lazy)
        found.append(Facts(node, effects, parts, kinds, first, node.end_lineno or node.lineno, names, attributes))
        lazy = lazy or keeps_annotations(node)
    code = [info for facts in found for info in facts.effects.lambdas.values()]
    return CellFacts(tuple(found), lazy, defines=bool(code), asks=any(info.queries for info in code))
