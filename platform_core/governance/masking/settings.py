"""What each way to mask takes as settings, told alike by the expressions and by a policy in a file."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType

from platform_core.errors import UserError
from platform_core.plain_numbers import is_number, is_whole

_Test = Callable[[object], bool]
_Takes = tuple[_Test, str]


def _whole(low: int, high: int | None = None) -> _Takes:
    def test(value: object) -> bool:
        return is_whole(value) and low <= value and (high is None or value <= high)

    return test, f"a whole number {f'from {low} on' if high is None else f'from {low} to {high:,}'}"


def _is_width(value: object) -> bool:
    return is_number(value) and 0 < value <= _MOST_WIDE


_MOST_WIDE = 10**15  # far below what a float counts one by one

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
        "band": {"width": (_is_width, f"a number above 0 and up to {_MOST_WIDE:,}")},
        "drop": {},
        "keep": {},
    }
)


def asked(method: str, column: object, **given: object) -> None:
    """Refuse what an expression is asked for where the column is no name, or a setting as `checked` does.

    Raises:
        UserError: Says what it takes.

    >>> asked("redact", ["name", "email"])
    Traceback (most recent call last):
    platform_core.errors.UserError: 'redact' takes the name of one column, and not a list.
    hint: Write its name, and one expression for each column.
    """
    if not isinstance(column, str):
        raise UserError(
            f"{method!r} takes the name of one column, and not a {type(column).__name__}.",
            hint="Write its name, and one expression for each column.",
        )
    checked(method, given)


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
