"""What an imported name stands for where several imports give it something: that of which most must be feared."""

from __future__ import annotations

from functools import lru_cache

from promote.language.effects import (
    ARGUMENT_MUTATORS,
    ARRAY_HOLDERS,
    CHANGING_FUNCTIONS,
    DEFAULTING_FUNCTIONS,
    KNOWN_PACKAGES,
    PART_GETTERS,
    SHALLOW_COPIES,
    SHARING_FUNCTIONS,
    STATEFUL_FUNCTIONS,
)
from promote.language.states import HIDDEN_STATE

_CHANGING = ARGUMENT_MUTATORS.union(CHANGING_FUNCTIONS, HIDDEN_STATE)
_SHARING = SHARING_FUNCTIONS.union(
    SHALLOW_COPIES, STATEFUL_FUNCTIONS, ARRAY_HOLDERS, DEFAULTING_FUNCTIONS, PART_GETTERS
)


def weightier(old: str | None, new: str) -> str:
    """Give the path of two whose calls may do more; the new one where they are alike.

    >>> weightier("random.shuffle", "sklearn.utils.shuffle"), weightier("json", "simplejson"), weightier(None, "json")
    ('random.shuffle', 'simplejson', 'json')
    """
    return old if old is not None and old != new and _weight(old) > _weight(new) else new


@lru_cache(maxsize=1024)
def _weight(path: str) -> int:
    if any(f"{path}.".startswith(f"{told}.") or told.startswith(f"{path}.") for told in _CHANGING):
        return 3
    if path.split(".", 1)[0] not in KNOWN_PACKAGES and "." in path:
        return 2 if path in _SHARING else 1
    return 2 if path in _SHARING or any(told.startswith(f"{path}.") for told in _SHARING) else 0
