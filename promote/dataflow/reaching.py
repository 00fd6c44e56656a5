"""Which statements give a name the value it has at a certain place: the question on which promotion rests.

The statements that touch a name are linked from each to what else had a part in the value that it left. So those that
reach a place are found by one look-up, and what asks at every change of an object need not walk all changes each time.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Mapping, Sequence

from platform_core.hints import TYPE_CHECKING
from platform_core.values import dataclass
from promote.language.statements import imports_package, imports_plainly

if TYPE_CHECKING:
    from promote.dataflow.program import Statement


@dataclass(slots=True, eq=False)
class Link:
    """A statement that touches a name, the one before it that had a part in its value, and the first that had one.

    `only_last` says that it counts only while no other statement follows: `import os`, with another of it behind.
    """

    statement: Statement
    prior: Link | None
    first: Statement
    only_last: bool = False

    def __iter__(self) -> Iterator[Link]:
        """Give this one and those before it."""
        link: Link | None = self
        while link is not None:
            yield link
            link = link.prior


class Reaching:
    """What reaches the places of a notebook, by name."""

    def __init__(self, statements: Sequence[Statement], touches: Mapping[str, tuple[int, ...]]) -> None:
        self.statements = statements
        self.touches = touches
        self.links: dict[str, list[Link]] = {}

    def latest(self, name: str, before: int) -> Link | None:
        """Give the last statement before `before` that had a part in the value `name` has there."""
        touches = self.touches.get(name)
        if touches is None or touches[0] >= before:
            return None
        links = self.links.get(name) or self._link(name, touches)
        return links[bisect_left(touches, before) - 1]

    def reaches(self, index: int, name: str, before: int) -> bool:
        """Whether a statement had a part in the value that `name` has just before statement `before`."""
        last, own = self.latest(name, before), self.latest(name, index + 1)
        if index >= before or last is None or own is None or own.statement.index != index:
            return False
        return own is last or (own.first is last.first and not own.only_last)

    def _link(self, name: str, touches: Sequence[int]) -> list[Link]:
        links: list[Link] = []
        last: Link | None = None
        package = False
        for index in touches:
            statement = self.statements[index]
            prior = last
            if imports_plainly(statement.node, name):
                if not package:
                    prior = None
                elif last is not None and not imports_package(last.statement.node, name):
                    last.only_last, prior = True, last.prior
                package = True
            else:
                package = False
                if name in statement.binds or name in statement.effects.gone or name in statement.sets:
                    prior = None
            last = Link(statement, prior, statement if prior is None else prior.first)
            links.append(last)
        self.links[name] = links
        return links
