"""Whether the promoted function shares objects as the notebook does.

Each input of a promoted function is an object of its own. Where the notebook has one object under two names, a change
through one is a change of the other. A function that takes the object by two inputs, or takes it by one and makes it
again by a repeated statement, has two objects in its place: once one of them is changed, the other is not what the
notebook has.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence

from platform_core.hints import Protocol
from promote.dataflow.program import Program, Statement
from promote.heap.heap import NONE, Objects


class Taken(Protocol):
    """An input: the variable that takes it, after which statement."""

    @property
    def variable(self) -> str:
        """The name in the notebook."""

    @property
    def asset(self) -> str:
        """The asset that it takes."""

    @property
    def at(self) -> int:
        """The statement after which it holds."""


def lost_changes(
    program: Program,
    included: Collection[int],
    inputs: Iterable[Taken],
    reads: Collection[tuple[str, int]],
) -> Iterable[tuple[str, Statement, Statement, set[str]]]:
    """Give the changes that the function would miss: the name, the statement that changes it, the one that reads it.

    With each come the assets, taken from outside, that share what is changed.

    Args:
        program: The notebook.
        included: The statements of the function.
        inputs: What it takes from outside.
        reads: The names that it reads, each with the statement that does.
    """
    taken = sorted(inputs, key=lambda one: (one.at, one.variable))
    if not taken:
        return
    first = taken[0].at
    changing = {
        i for i in included if i > first and any(not name.startswith("~") for name in program.statements[i].changes)
    }
    if not _may_double(program, included, taken, changing):
        return
    from promote.heap.aliases import Aliases  # noqa: PLC0415 - few steps may change what is held twice

    aliases = Aliases(program.functions)
    copies: list[tuple[Objects, int]] = []  # each with the last object that there was before
    made: set[int] = set()
    for index, statement in enumerate(program.statements[: max(changing) + 1]):
        before = aliases.heap.count
        happening = aliases.take(statement.effects)
        if index in included:
            made |= set(range(before + 1, aliases.heap.count + 1))
        if index in changing:
            here = [*(copy for copy, _ in copies), frozenset(made)]
            doubled = {o for o in happening.touched if sum(o in one for one in here) > 1}
            doubled |= _split(aliases.families, copies, made)
            concerned = {n for n, own in aliases.own.items() if doubled and aliases.heap.reach(own) & doubled}
            if found := _reader(program, statement, concerned, included, reads):
                name, change, at = found
                known = [one for one in taken if one.variable in concerned]
                assets = {one.asset for one in known}
                yield (known[0].variable if known and name in change.binds else name), change, at, assets
        copies += [
            (aliases.heap.reach(aliases.own.get(one.variable, NONE)), aliases.heap.count)
            for one in taken
            if one.at == index
        ]


def _split(families: Iterable[Objects], copies: Sequence[tuple[Objects, int]], made: Collection[int]) -> set[int]:
    """Give the frames whose cells are shared by what is taken and something that was there before it was taken."""
    found: set[int] = set()
    for family in families:
        ends = [end for copy, end in copies if not copy.isdisjoint(family)]
        if len(ends) > 1 or any(one in made and one <= max(ends, default=0) for one in family):
            found |= family
    return found


def _may_double(program: Program, included: Collection[int], taken: Iterable[Taken], changing: Collection[int]) -> bool:
    """Whether a change may reach an object that the function has twice.

    The notebook's own pass tells it, with all that objects came to hold by the end: where it says no, as it does for
    most steps, the step needs no pass of its own.
    """
    if not changing:
        return False
    trace = program.trace.follow()
    made = {one for index in included for one in trace.made[index]}
    copies = [(one.at, trace.heap.reach(trace.stood_for(one.variable, one.at))) for one in taken]
    for index in changing:
        here = [made, *(copy for at, copy in copies if at < index)]
        if any(sum(one in each for each in here) > 1 for one in trace.touched[index]):
            return True
        if any(not family.isdisjoint(copy) for family in trace.families[index] for copy in here[1:]):
            return True
    return False


def _reader(
    program: Program,
    change: Statement,
    concerned: Collection[str],
    included: Collection[int],
    reads: Collection[tuple[str, int]],
) -> tuple[str, Statement, Statement] | None:
    """One of the names concerned that the function reads after a change, else several within the change itself."""
    last = max(included)
    of_it = [(at, name) for name, at in reads if name in concerned and (at in included or at > last)]
    for at, name in sorted(of_it):
        if program.reaches(change.index, name, at):
            return name, change, program.statements[min(at, len(program.statements) - 1)]
    looked_up = {name for names in change.late.values() for name in names}
    itself = sorted(n for n in concerned if n in change.reads or n in looked_up)
    return (itself[0], change, change) if len(itself) > 1 else None
