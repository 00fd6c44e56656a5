"""What the names of several columns say of each of their cells, so that all columns are read together."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from typing import TypeVar

import polars as pl

from platform_core.governance.pii.cutting import Cells
from platform_core.governance.pii.kinds import Named
from platform_core.values import dataclass

T = TypeVar("T", bound=Hashable)


@dataclass(frozen=True, slots=True)
class Saying:
    """What the columns' names say of cells that are numbered through all columns, one column after the other.

    Attributes:
        names: What each column's name says.
        height: How many rows each column has.
        first: The first of the columns that the cells are of.
        last: The last of them.
    """

    names: Sequence[Named]
    height: int
    first: int
    last: int

    @classmethod
    def of(cls, cells: Cells, names: Sequence[Named], height: int) -> Saying:
        """Give it for some cells (`row`, in order, and `text`), of which there is one at least."""
        return cls(names, height, cells["row"][0] // height, cells["row"][-1] // height)

    def kinds(self) -> frozenset[str]:
        """Give the kinds that any of the names says."""
        return frozenset().union(*(name.kinds for name in self._present()))

    def only(self, cells: pl.DataFrame, wanted: Callable[[Named], bool]) -> pl.DataFrame:
        """Give the cells, or what was found in them, of the columns whose names are wanted.

        >>> from platform_core.governance.pii.kinds import named
        >>> cells = pl.DataFrame({"row": [0, 1, 2, 3], "text": ["a", "b", "c", "d"]})
        >>> saying = Saying.of(cells, [named("email"), named("note")], height=2)
        >>> saying.only(cells, lambda name: name.says("email"))["text"].to_list()
        ['a', 'b']
        """
        flags = self.all(wanted)
        if all(flags):
            return cells
        return cells.filter(self.each(wanted)) if any(flags) else cells.clear()

    def all(self, value: Callable[[Named], T]) -> list[T]:
        """Give what the name of each of the columns comes to."""
        return [value(name) for name in self._present()]

    def number(self) -> pl.Expr:
        """Give for each `row` the place of its column in what `all` gives."""
        return pl.col("row") // self.height - self.first

    def each(self, value: Callable[[Named], T]) -> pl.Expr:
        """Give for each `row` what its column's name comes to."""
        values = self.all(value)
        return pl.lit(values[0]) if len(set(values)) == 1 else pl.lit(pl.Series(values)).gather(self.number())

    def _present(self) -> Sequence[Named]:
        return self.names[self.first : self.last + 1]
