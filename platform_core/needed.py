"""Libraries of the extras, imported when they are first used."""

from __future__ import annotations

from importlib import import_module
from typing import Any

from platform_core.errors import UserError


def needed(module: str, extra: str) -> Any:
    """Import a library of an extra when it is first used.

    Raises:
        UserError: It is not installed; the extra is named.
    """
    try:
        return import_module(module)
    except ModuleNotFoundError as error:
        if error.name is None or not (module == error.name or module.startswith(f"{error.name}.")):
            raise
        raise UserError(
            f"This needs the package {module.partition('.')[0]!r}.", hint=f"Install notebook-workbench[{extra}]."
        ) from None
