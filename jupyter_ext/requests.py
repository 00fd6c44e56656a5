"""What a request may hold: hostile input, checked before anything is done with it.

A body becomes a question: plain values of known keys and types, and nothing else.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from platform_core.errors import UsageError

_LONGEST_TEXT = 4_096
_MOST_ITEMS = 1_000

# The keys of each task: the type, and the value where the request leaves the key out (`...` where it may not)
_PATH: dict[str, tuple[type, Any]] = {"path": (str, ...)}
_NOTEBOOK: dict[str, tuple[type, Any]] = {
    **_PATH, "content": (dict, ...), "client": (str, ""), "include_needed": (bool, False)
}  # fmt: skip
_KEYS: Mapping[str, Mapping[str, tuple[type, Any]]] = {
    "analyse": _NOTEBOOK,
    "preview": {**_NOTEBOOK, "step": (str, ...)},
    "fix": {**_NOTEBOOK, "finding": (dict, ...)},
    "suggest": _NOTEBOOK,
    "options": {"tag": (str, ...), "options": (dict, ...), "client": (str, "")},
    "catalogue": _PATH,
    "peek": {**_PATH, "asset": (str, ...)},
    "search": {"text": (str, ...), "client": (str, "")},
    "page": {"page": (str, ...)},
    "promote": {
        **_PATH, "select": (list, []), "run": (bool, True), "include_needed": (bool, False), "force": (bool, False)
    },
    "pull": {**_PATH, "select": (list, []), "ours": (list, []), "theirs": (list, [])},
    "materialise": {
        **_PATH, "selection": (str, ...), "partition": (str, None), "all_partitions": (bool, False),
        "force": (bool, False),
    },
}  # fmt: skip


def question(task: str, body: bytes) -> dict[str, Any]:
    """Give the question of a request's body.

    Raises:
        UsageError: The body is no JSON object, lacks a key, has one too many or one of another type.

    >>> question("catalogue", b'{"path": "notebooks/a.ipynb"}')
    {'task': 'catalogue', 'path': 'notebooks/a.ipynb'}
    """
    try:
        content = json.loads(body)
    except (ValueError, RecursionError):
        raise UsageError("The request is not JSON.") from None
    if not isinstance(content, dict):
        raise UsageError("The request is no JSON object.")
    known = _KEYS[task]
    strange = sorted(set(content) - set(known))
    if strange:
        raise UsageError(f"The request has a key too many: {ascii(strange[0])[:60]}.")
    asked: dict[str, Any] = {"task": task}
    for key, (kind, default) in known.items():
        value = content.get(key, default)
        if value is ...:
            raise UsageError(f"The request lacks {key!r}.")
        if value is not default and not isinstance(value, kind):
            raise UsageError(f"{key!r} has the wrong type.")
        _check_size(key, value)
        asked[key] = value
    return asked


def _check_size(key: str, value: Any) -> None:
    items = value if isinstance(value, list) else [value]
    if len(items) > _MOST_ITEMS or any(isinstance(item, str) and len(item) > _LONGEST_TEXT for item in items):
        raise UsageError(f"{key!r} is too long.")
    if isinstance(value, list) and not all(isinstance(item, str) for item in value):
        raise UsageError(f"{key!r} holds something else than texts.")
