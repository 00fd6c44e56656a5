"""Pages that move while they are read: a row is added or deleted meanwhile, and a record comes twice or is passed over.

An API seldom says so. What tells it: a page does not begin where the last one ended, begins with a record of the last
one, or the API's own count of the records changes or is not reached.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from platform_core.errors import UserError

Record = Mapping[str, Any]

_TOTALS = ("total", "count", "total_count", "totalCount", "total_results", "totalResults", "total_records", "numFound")
_PLAIN = (str, int, float)


class Count:
    """The number of records that an API says there are, which all its answers are to say alike.

    A number that is the length of each page is that, and no count of all.
    """

    def __init__(self, path: str) -> None:
        """Begin before the first page of a path."""
        self._path = path
        self._first: dict[str, int] = {}
        self._totals: set[str] = set()

    def see(self, body: Any, holder: Any, length: int) -> None:
        """Take in what a page says.

        Args:
            body: The answer.
            holder: What the list of its records stands in.
            length: How many records it has.

        Raises:
            UserError: It says another number than the first.
        """
        for name in _TOTALS:
            held = next((part[name] for part in (holder, body) if isinstance(part, Mapping) and name in part), None)
            if type(held) is not int:
                continue
            if held != length:
                self._totals.add(name)
            first = self._first.setdefault(name, held)
            if first != held and name in self._totals:
                raise moved(self._path, f"{name!r} of the answers changed from {first:,} to {held:,}")

    def end(self, read: int) -> None:
        """Take in how many records all pages had.

        Raises:
            UserError: The API says that there are more.
        """
        for name in sorted(self._totals):
            if read < self._first[name]:
                raise moved(
                    self._path, f"{name!r} of the answers is {self._first[name]:,}, and they had {read:,} records"
                )


def refuse_twice(path: str, before: Sequence[Record], found: Sequence[Record]) -> None:
    """Refuse a page that begins with a record of the last one, where something tells the records of that apart.

    Raises:
        UserError: It does.
    """
    # A page that is the last one again goes round, rather
    if found and found != before and found[0] in before and _telling(before):
        raise moved(path, "a page begins with a record of the last one")


def goes_on(before: Sequence[Record], first: Record) -> bool:
    """Say whether a page that was asked for from the last record on begins with it.

    Parts of a record may differ each time it is given; what tells the records of a page apart may not, but for half.

    >>> page = [{"id": 1, "at": 5}, {"id": 2, "at": 6}]
    >>> goes_on(page, {"id": 2, "at": 7}), goes_on(page, {"id": 3, "at": 7})
    (True, False)
    """
    last = before[-1]
    if first == last:
        return True
    telling = _telling(before)
    same = sum(first.get(name) == last[name] for name in telling)
    return bool(telling) and 2 * same >= len(telling)


def _telling(page: Sequence[Record]) -> list[str]:
    """Give the keys whose values tell all records of a page apart."""
    if len(page) == 1:
        return []
    return [
        name
        for name, value in page[-1].items()
        if isinstance(value, _PLAIN) and len({repr(record.get(name)) for record in page}) == len(page)
    ]


def moved(path: str, how: str) -> UserError:
    """Give the error for pages that moved."""
    return UserError(
        f"The pages of {path} moved while they were read: {how}.",
        hint='Run it again. Where the API is always so, moving="allow" takes what it gives; a record may be lost then.',
    )
