"""The handlers of remote kinds, found by the name of the kind."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

from pydantic import ValidationError

from platform_core.errors import UserError

if TYPE_CHECKING:
    from platform_core.executor.handler import ComputeHandler
    from platform_core.executor.settings import ExecutorSettings

_HANDLERS = "platform_core.executor.handlers"


def handler_of(kind: str, settings: ExecutorSettings) -> ComputeHandler:
    """Make the handler of a kind, from what the settings say for it.

    Raises:
        UserError: There is no handler for the kind, or it does not take what it is told.
    """
    named = settings.handlers.get(kind)
    if named is None:
        try:
            told = import_module(f"{_HANDLERS}.settings").RemoteSettings.model_validate(settings.remote)
        except ValidationError as error:
            first = error.errors(include_input=False, include_url=False)[0]
            place = ".".join(("remote", *map(str, first["loc"])))
            raise UserError(
                f"The executor's setting {place} is wrong: {first['msg']}.", hint="See docs/reference/compute-kinds.md."
            ) from None
        found: ComputeHandler = import_module(_HANDLERS).remote_handler(kind, told)
        return found
    module, _, name = named.partition(":")
    try:
        make = getattr(import_module(module), name)
    except (ImportError, AttributeError, ValueError):
        raise UserError(
            f"The handler of the kind {kind!r} is not found: {named!r}.", hint="Write it as 'module:name'."
        ) from None
    made: ComputeHandler = make(**settings.remote.get(kind, {}))
    return made
