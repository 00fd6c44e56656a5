"""What each way to mask takes as settings, told alike by the expressions and by a policy in a file."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from math import isfinite
from types import MappingProxyType

from platform_core.errors import UserError
from platform_core.plain_numbers import is_number, is_whole

_Test = Callable[[object], bool]
_Takes = tuple[_Test, str]


def _whole(low: int, high: int | None = None) -> _Takes:
    def test(value: object) -> bool:
        return is_whole(value) and low <= value and (high is None or value <= high)

    return test, f"a whole number {f'from {low} on' if high is None else f'from {low} to {high:,}'}"


def _above_none(value: object) -> bool:
    return is_number(value) and isfinite(value) and value > 0


_PARTS = ("area", "district", "sector")

SETTINGS: Mapping[str, Mapping[str, _Takes]] = MappingProxyType(
    {
        "redact": {"text": (lambda value: isinstance(value, str), "a text")},
        "partial": {"keep": _whole(0, 64)},
        "hash": {"length": _whole(16, 64)},
        "pseudonym": {},
        "shift_dates": {
            "by": (lambda value: isinstance(value, str), "the name of a column"),
            "most": _whole(1, 36_500),
        },
        "generalise_postcode": {"to": (lambda value: value in _PARTS, "'area', 'district' or 'sector'")},
        "year_band": {"width": _whole(1)},
        "band": {"width": (_above_none, "a number above 0")},
        "drop": {},
        "keep": {},
    }
)


def checked(method: str, given: Mapping[str, object], where: str = "") -> None:
    """Refuse a setting that a method does not have, or a value that it does not take.

    Args:
        method: One of `SETTINGS`.
        given: The settings.
        where: Comes first in the error.

    Raises:
        UserError: Says which setting, and what it takes.

    >>> checked("hash", {"length": "20"})
    Traceback (most recent call last):
    platform_core.errors.UserError: length='20' is nothing that 'hash' takes.
    hint: Give a whole number from 16 to 64.
    """
    known = SETTINGS[method]
    for name, value in given.items():
        if name not in known:
            raise UserError(
                f"{where}{method!r} has no setting {name!r}.", hint=f"It takes {', '.join(sorted(known)) or 'none'}."
            )
        test, takes = known[name]
        if not test(value):
            raise UserError(f"{where}{name}={value!r} is nothing that {method!r} takes.", hint=f"Give {takes}.")
