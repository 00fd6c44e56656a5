"""Sets of dependencies as whole numbers: one bit for each way and column, so that joining two sets is one operation.

Of `size` known columns, column `i` in the way `WAYS[w]` is bit `w * size + i`.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from platform_core.governance.lineage.model import WAYS, Dependency

_AGGREGATION, _OPAQUE = WAYS.index("aggregation"), WAYS.index("opaque")


class Bits:
    """The columns that a plan can depend on, numbered.

    >>> bits = Bits([("rents", "town"), ("rents", "rent")])
    >>> rent = bits.column(1)
    >>> found = bits.dependencies(bits.transformed(rent) | bits.influence(bits.column(0), "filter"))
    >>> [(item.column, item.way) for item in found]
    [('rent', 'transformation'), ('town', 'filter')]
    """

    __slots__ = ("_identity", "_origin", "_values", "columns", "opaque_all", "size")

    def __init__(self, columns: Sequence[tuple[str, str]]) -> None:
        self.columns = tuple(columns)
        self.size = len(self.columns)
        self._identity = (1 << self.size) - 1
        self._values = (1 << 3 * self.size) - 1
        self.opaque_all = self._identity << _OPAQUE * self.size

    def column(self, number: int) -> int:
        """Give the set that holds one column as it is."""
        return 1 << number

    def transformed(self, found: int) -> int:
        """Give a set after something was computed from it: nothing in it is the same value any more."""
        same = found & self._identity
        return (found ^ same) | same << self.size if same else found

    def aggregated(self, found: int) -> int:
        """Give a set after many rows became one."""
        values = found & self._values
        if not values:
            return found
        return (found ^ values) | self.folded(values) << _AGGREGATION * self.size

    def influence(self, found: int, way: str) -> int:
        """Give a set whose every column has an influence only, in one way."""
        return self.folded(found) << WAYS.index(way) * self.size

    def opaque(self, found: int) -> int:
        """Give a set whose every column went into what cannot be looked into."""
        return self.folded(found) << _OPAQUE * self.size

    def folded(self, found: int) -> int:
        """Give the columns of a set, whatever their way, as bits of the first way."""
        columns = 0
        while found:
            columns |= found & self._identity
            found >>= self.size
        return columns

    def only(self, found: int, columns: int) -> int:
        """Give the part of a set that is of some columns, given as `folded` does."""
        kept = 0
        for way in range(len(WAYS)):
            kept |= found & (columns << way * self.size)
        return kept

    def dependencies(self, found: int) -> tuple[Dependency, ...]:
        """Give a set as values, sorted."""
        return tuple(
            sorted(
                Dependency(*self.columns[number % self.size], WAYS[number // self.size]) for number in numbers(found)
            )
        )

    def is_opaque(self, found: int) -> bool:
        """Say whether anything in a set went into what cannot be looked into."""
        return bool(found & self.opaque_all)


def numbers(found: int) -> Iterable[int]:
    """Give the numbers of the bits that are set.

    >>> list(numbers(0b1010))
    [1, 3]
    """
    while found:
        lowest = found & -found
        yield lowest.bit_length() - 1
        found ^= lowest
