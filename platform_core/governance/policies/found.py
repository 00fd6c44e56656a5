"""What the detector of personal data found in the columns of an asset, as facts without a value. Standard library only.

The same facts stand in the evidence of a promotion and in the metadata of a materialisation, so that one rule judges
them wherever an asset is looked at.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from platform_core.values import dataclass

_SHOWN = {"personal": "data about a person", "special_category": "special category data", "email": "e-mail address"}


@dataclass(frozen=True, slots=True)
class Found:
    """A column that looks personal.

    Attributes:
        column: Its name.
        kind: What it looks like, one of `pii.KINDS`, or `address`, `special_category` or `personal` by its name.
        share: Of the cells looked at that show it, in tenths: 0.0 where its name alone says so, 1.0 where all do; None
            where so few cells were looked at that a share would point at some of them.
    """

    column: str
    kind: str
    share: float | None = None

    @property
    def shown(self) -> str:
        """The kind as a person reads it.

        >>> Found("dob", "date_of_birth", 1.0).shown
        'date of birth'
        """
        return _SHOWN.get(self.kind, self.kind.replace("_", " "))


def coarse(cells: int, held: int, least: int) -> float | None:
    """Give a share in tenths, rounded up; None where a tenth of the cells would be fewer than `least` of them.

    >>> coarse(1, 250, 10), coarse(250, 250, 10), coarse(0, 3, 10), coarse(1, 3, 10)
    (0.1, 1.0, 0.0, None)
    """
    if cells in (0, held):
        return 1.0 if cells else 0.0
    return -(-10 * cells // held) / 10 if held >= 10 * least else None


def packed(found: Iterable[Found]) -> dict[str, dict[str, Any]]:
    """Give what was found as JSON, by column.

    >>> packed([Found("mail", "email", 0.9), Found("tel", "phone")])
    {'mail': {'kind': 'email', 'share': 0.9}, 'tel': {'kind': 'phone'}}
    """
    return {
        one.column: {"kind": one.kind, **({} if one.share is None else {"share": one.share})}
        for one in sorted(found, key=lambda one: one.column)
    }


def unpacked(content: Mapping[str, Mapping[str, Any]]) -> tuple[Found, ...]:
    """Read it back.

    Raises:
        KeyError, TypeError, AttributeError: It is none of ours.

    >>> unpacked({"tel": {"kind": "phone"}})
    (Found(column='tel', kind='phone', share=None),)
    """
    return tuple(Found(str(column), str(one["kind"]), one.get("share")) for column, one in content.items())
