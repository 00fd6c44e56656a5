"""What one pass over the statements of a notebook did to objects, kept for questions that steps ask afterwards."""

from __future__ import annotations

from functools import cached_property

from platform_core.hints import TYPE_CHECKING
from promote.heap.heap import NONE, Happening, Heap, Objects
from promote.heap.quiet import Quiet
from promote.language.facts import Facts
from promote.language.functions import Functions
from promote.language.uses import Effects

if TYPE_CHECKING:
    from promote.heap.aliases import Aliases


class Trace:
    """The pass and what it met, by the number of the statement.

    The objects that it `made`, those that it `touched`, and the `families` of frames whose cells it touched.

    What objects hold only ever grows, so whatever is out of reach in the heap as the pass left it was so at any time.
    Statements that are quiet wait: they are passed over for good, unless one comes that may change what they made.
    """

    def __init__(self, functions: Functions) -> None:
        self.functions = functions
        self.made: list[range] = []
        self.touched: list[Objects] = []
        self.families: list[list[Objects]] = []
        self.stood: dict[str, list[tuple[int, Objects]]] = {}
        self.quiet = Quiet(functions)
        self.waiting: list[Effects] | None = []

    @cached_property
    def aliases(self) -> Aliases:
        """What each name stands for after the statements that were followed."""
        from promote.heap.aliases import Aliases  # noqa: PLC0415 - where nothing is followed, it costs most of all

        return Aliases(self.functions)

    @property
    def heap(self) -> Heap:
        """The objects that the names stand for."""
        return self.aliases.heap

    def take(self, facts: Facts, effects: Effects) -> Happening:
        """Take the next statement of the notebook."""
        if self.waiting is not None:
            if self.quiet.holds_for(facts, effects):
                self.waiting.append(effects)
                return _NOTHING
            self.follow()
        return self.followed(effects)

    def follow(self) -> Trace:
        """Go through the statements that wait, and give this trace, of which all can be asked now."""
        waiting, self.waiting = self.waiting or (), None
        for effects in waiting:
            self.followed(effects)
        return self

    def followed(self, effects: Effects) -> Happening:
        """Follow what the next statement does to objects."""
        index, before = len(self.made), self.heap.count
        happening = self.aliases.take(effects)
        self.made.append(range(before + 1, self.heap.count + 1))
        self.touched.append(happening.touched)
        self.families.append(self.aliases.families)
        for name in effects.touched:
            self.stood.setdefault(name, []).append((index, self.aliases.own.get(name, NONE)))
        return happening

    def stood_for(self, name: str, at: int) -> Objects:
        """Give what a name stood for after statement `at`."""
        return next((objects for index, objects in reversed(self.stood.get(name, ())) if index <= at), NONE)


_NOTHING = Happening({}, {}, NONE)  # what quiet statements do, which nobody adds to
