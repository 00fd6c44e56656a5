"""Environment variables over the files: `WORKBENCH__RESOURCES__REGISTER__HOST` is `resources.register.host`.

Two underscores stand between the parts; a part is the key of the files that it equals but for capitals, else it is
taken in small letters. A value is YAML, so `[a, b]` is a list and `"010"` text. A field of a resource is not put into
the configuration, where it could be shown, but read from the variable when it is used.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from platform_core.config.yaml12 import read_yaml
from platform_core.errors import UserError

PREFIX = "WORKBENCH__"
CHANNEL_SECRETS = ("url", "token", "password", "api_key")
Path = tuple[str | int, ...]


def place_of(variable: str) -> str:
    """Give the place of a value that a variable holds, as errors and `workbench config show` say it."""
    return f"environment variable {variable}"


def overridden(values: dict[str, Any], environ: Mapping[str, str]) -> tuple[dict[str, Any], dict[Path, str]]:
    """Give the values with those of the environment over them, and the places of these.

    Raises:
        UserError: A variable names no value, or holds no YAML. What it holds is not shown.

    >>> overridden({"resources": {"db": {"type": "postgres", "host": "a"}}}, {"WORKBENCH__RESOURCES__DB__HOST": "b"})[0]
    {'resources': {'db': {'type': 'postgres', 'host': {'env': 'WORKBENCH__RESOURCES__DB__HOST'}}}}
    >>> overridden({}, {"WORKBENCH__LAKE": "data/mine"})
    ({'lake': 'data/mine'}, {('lake',): 'environment variable WORKBENCH__LAKE'})
    """
    places: dict[Path, str] = {}
    for variable in sorted(name for name in environ if name.startswith(PREFIX)):
        parts = variable.removeprefix(PREFIX).split("__")
        if not all(parts):
            raise UserError(
                f"The environment variable {variable} names no value of the configuration.",
                hint=f"Write it as {PREFIX}RESOURCES__REGISTER__HOST.",
            )
        before = values
        values, path = _put(values, parts, variable, environ[variable], ())
        places |= dict.fromkeys([path, *_made(before, path)], place_of(variable))
    return values, places


def _put(under: Any, parts: list[str], variable: str, text: str, path: Path) -> tuple[dict[str, Any], Path]:
    held = under if isinstance(under, dict) else {}
    first, *rest = parts
    key = next((key for key in held if key.casefold() == first.casefold()), first.lower())
    if rest:
        inner, found = _put(held.get(key), rest, variable, text, (*path, key))
        return held | {key: inner}, found
    return held | {key: _value(held.get(key), variable, text, (*path, key))}, (*path, key)


def _made(values: Any, path: Path) -> Iterator[Path]:
    """Give the paths above a value at which no mapping stood before."""
    for end in range(1, len(path)):
        values = values.get(path[end - 1]) if isinstance(values, dict) else None
        if not isinstance(values, dict):
            yield path[:end]


def _value(present: Any, variable: str, text: str, path: Path) -> Any:
    resource_field = len(path) == 3 and path[0] == "resources" and path[2] != "type"
    channel_secret = path[:2] == ("alerts", "channels") and path[3:] in {(key,) for key in CHANNEL_SECRETS}
    if (resource_field or channel_secret or path == ("alerts", "state")) and (
        present is None or isinstance(present, str | dict)
    ):
        return {"env": variable}
    try:
        return read_yaml(text, variable).value
    except UserError:
        raise UserError("The value is not valid YAML.", location=place_of(variable)) from None
