"""Whether a value is a number that a person gave, and no truth: to Python `True` is a whole number too."""

from __future__ import annotations

from platform_core.hints import TypeGuard


def is_whole(value: object) -> TypeGuard[int]:
    """Say whether a value is a whole number.

    >>> is_whole(1), is_whole(True), is_whole(1.0)
    (True, False, False)
    """
    return isinstance(value, int) and not isinstance(value, bool)


def is_number(value: object) -> TypeGuard[int | float]:
    """Say whether a value is a whole number or a float.

    >>> is_number(1), is_number(0.5), is_number(True), is_number("1")
    (True, True, False, False)
    """
    return isinstance(value, int | float) and not isinstance(value, bool)
