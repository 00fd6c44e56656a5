"""The bodies of the functions of steps as they are compared with one another, and what came of it."""

from __future__ import annotations

from collections.abc import Mapping, Set

from platform_core.values import dataclass
from promote.dataflow.program import Statement
from promote.model import Fragment, Maker


@dataclass(frozen=True, slots=True)
class Body:
    """The body of a step's function: its fragments with the statement at which each begins, and the statements.

    `given` are the names of its parameters, `frames` those that take frames or plain values. `assigned` are the names
    that inputs are assigned to in the body, each with the statement behind which that stands, `shadowed` the builtins
    that it binds. `reads` are the names that it asks, each with the statement before which it does.
    """

    tag: str
    pieces: tuple[tuple[int, Fragment], ...]
    statements: tuple[Statement, ...]
    given: frozenset[str]
    frames: frozenset[str]
    assigned: Mapping[str, int]
    shadowed: frozenset[str]
    reads: Set[tuple[str, int]]

    @property
    def own(self) -> frozenset[str]:
        """The names that are the function's own."""
        return self.given.union(self.assigned, *[s.effects.touched | s.effects.declared for s in self.statements])


@dataclass(frozen=True, slots=True)
class InCommon:
    """What stands once, each with its statements; and for statements that several steps repeat why they do not."""

    makers: tuple[tuple[Maker, tuple[int, ...]], ...]
    reasons: Mapping[int, str]
