"""Public names that were given another name: the old one works for two minor releases, and says where it is used.

What was renamed stands in `renamed.json`; `workbench update --code` reads it too. A module with a renamed name ends in

    __getattr__ = renamed(__name__)
"""

from __future__ import annotations

import json
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Any


@dataclass(frozen=True, slots=True)
class Rename:
    """One public name and what it is called now, in the same module.

    Attributes:
        module: The module, with its dots.
        name: What it was called.
        now: What it is called.
        since: The release from which on it is.
        until: The release in which the old name is gone.
    """

    module: str
    name: str
    now: str
    since: str
    until: str


@cache
def renames() -> tuple[Rename, ...]:
    """Give everything that was renamed and still works under its old name.

    >>> [one.now for one in renames() if one.name == "recomputable"]
    ['recomputable_counts']
    """
    text = Path(__file__).with_name("renamed.json").read_text(encoding="utf-8")
    return tuple(Rename(**one) for one in json.loads(text))


def renamed(module: str) -> Callable[[str], Any]:
    """Give the `__getattr__` of a module in which names were renamed.

    The warning names the file and the line that use the old name.

    >>> import platform_core.governance.disclosure as disclosure
    >>> with warnings.catch_warnings(record=True) as caught:
    ...     warnings.simplefilter("always")
    ...     disclosure.recomputable is disclosure.recomputable_counts
    True
    >>> print(caught[0].message)
    platform_core.governance.disclosure.recomputable is now recomputable_counts, and the old name goes with release 0.3.0; `workbench update --code` renames it.
    """  # noqa: E501 - a message is shown as it is

    def get(name: str) -> Any:
        """Give a name by what it was called."""
        for one in renames():
            if (one.module, one.name) == (module, name):
                told = f"{module}.{name} is now {one.now}, and the old name goes with release {one.until}; "
                warnings.warn(f"{told}`workbench update --code` renames it.", DeprecationWarning, stacklevel=2)
                return getattr(import_module(module), one.now)
        raise AttributeError(f"module {module!r} has no attribute {name!r}")

    return get
