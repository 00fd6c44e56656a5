"""Whether the promoted function shares objects as the notebook does.

Each input of a promoted function is an object of its own. Where the notebook has one object under two names, a change
through one is a change of the other, and a function that takes them as two inputs would miss it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import Protocol

from promote.aliases import Aliases
from promote.program import Program, Statement


class Taken(Protocol):
    """An input: the variable that takes it, after which statement."""

    @property
    def variable(self) -> str:
        """The name in the notebook."""

    @property
    def at(self) -> int:
        """The statement after which it holds."""


def lost_changes(
    program: Program,
    included: Collection[int],
    inputs: Iterable[Taken],
    sources: Mapping[tuple[str, int], frozenset[int]],
) -> Iterable[tuple[str, Statement, Statement]]:
    """Give the changes that the function would miss: the name, the statement that changes it, the one that reads it.

    Args:
        program: The notebook.
        included: The statements of the function.
        inputs: What it takes from outside.
        sources: For each name and reading statement, the statements that reach it.
    """
    taken = sorted(inputs, key=lambda one: (one.at, one.variable))
    if len(taken) < 2:
        return
    aliases = Aliases(program.functions)
    waiting = list(taken)
    for index in sorted(included):
        while waiting and waiting[0].at < index:
            aliases.own[waiting.pop(0).variable] = aliases.heap.new()
        statement = program.statements[index]
        changes = aliases.take(statement.effects).changes
        for name in sorted(statement.changes.keys() - changes.keys()):
            if name in statement.reads:
                yield name, statement, statement
                continue
            for (read, at), reaching in sorted(sources.items(), key=lambda item: item[0]):
                if read == name and index in reaching and (at in included or at > max(included)):
                    yield name, statement, program.statements[min(at, len(program.statements) - 1)]
                    break
