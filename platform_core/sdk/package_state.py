"""What the modules of a package hold, kept so that patches of them can be put back."""

from __future__ import annotations

import sys
from collections.abc import Callable
from types import ModuleType
from typing import Any

Restore = Callable[[], object]
_PLAIN_KINDS = (list, dict, set)
_NOT_STATE = frozenset(("__annotations__", "__annotate__", "__abstractmethods__", "__builtins__", "modules"))


def kept_set_up(package: str) -> Restore:
    """Keep what the modules of a package and their classes hold; give what puts it back.

    Args:
        package: The name of the package, or `anything` for every one.

    >>> import string
    >>> restore = kept_set_up("string")
    >>> string.digits = "0"
    >>> _ = restore()
    >>> string.digits
    '0123456789'
    """
    prefix = f"{package}."
    modules = [
        module
        for name, module in sys.modules.copy().items()  # whatever is imported or collected meanwhile
        if isinstance(module, ModuleType) and (package in {"anything", name} or name.startswith(prefix))
    ]
    owners: dict[int, Any] = {id(module): module for module in modules}
    for module in modules:
        for value in vars(module).copy().values():
            if isinstance(value, type) and value.__module__ == module.__name__:
                owners[id(value)] = value
    before = [(owner, dict(vars(owner))) for owner in owners.values()]
    held = [(value, value.copy()) for _, names in before for name, value in names.items() if _is_kept(name, value)]

    def restore() -> None:
        for owner, names in before:
            _restore_names(owner, names)
        for value, copy in held:
            _restore_container(value, copy)

    return restore


def _is_kept(name: str, value: object) -> bool:
    return type(value) in _PLAIN_KINDS and name not in _NOT_STATE


def _restore_names(owner: Any, before: dict[str, Any]) -> None:
    now = dict(vars(owner))
    for name, value in now.items():
        if name in _NOT_STATE or value is before.get(name, _NOT_STATE):
            continue
        if name in before:
            setattr(owner, name, before[name])
        elif not isinstance(value, ModuleType):  # one that was imported meanwhile stays
            delattr(owner, name)
    for name in before.keys() - now.keys() - _NOT_STATE:
        setattr(owner, name, before[name])


def _restore_container(value: Any, before: Any) -> None:
    """Put back what a list, dict or set of a module held."""
    if isinstance(value, dict):
        same = len(value) == len(before) and all(value.get(key, value) is one for key, one in before.items())
    else:
        same = len(value) == len(before) and set(map(id, value.copy())) == set(map(id, before))
    if not same:
        value.clear()
        (value.extend if isinstance(value, list) else value.update)(before)
