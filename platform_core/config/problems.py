"""What Pydantic found wrong in a file that a person wrote, as errors with file, line and a did-you-mean."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from difflib import get_close_matches
from typing import TYPE_CHECKING

from platform_core.config.models import PlaceMap, nearest_place
from platform_core.errors import UserError
from platform_core.suggest import did_you_mean, meant

if TYPE_CHECKING:
    from pydantic_core import ErrorDetails

Known = Callable[[tuple[str | int, ...]], Iterable[str]]

_SHAPES = {
    "tuple_type": "list",
    **dict.fromkeys(("dict_type", "mapping_type", "model_type", "model_attributes_type", "dataclass_type"), "mapping"),
}
_UNKNOWN = {"extra_forbidden", "unexpected_keyword_argument"}


def problem(detail: ErrorDetails, places: PlaceMap, known: Known) -> UserError:
    """Say what Pydantic found, without the value: a secret may stand in the wrong place.

    Args:
        detail: What it found.
        places: Where each value of the file stands.
        known: Gives the keys that a mapping may have, by its path.
    """
    path = tuple(part for part in detail["loc"] if part != "[key]")
    if detail["type"].startswith("float") and path[-1:] == ("float",):  # the last of the kinds that it might have been
        path = path[:-1]
    location = nearest_place(places, path)
    shown, above = ".".join(map(str, path)), ".".join(map(str, path[:-1]))
    match detail["type"]:
        case "extra_forbidden" | "unexpected_keyword_argument":
            where = f" in {above}" if above else ""
            return UserError(
                f"The key {path[-1]!r} is not known{where}.",
                hint=did_you_mean(str(path[-1]), known(path[:-1])),
                location=location,
            )
        case "missing":
            return UserError(f"{above} needs the key {path[-1]!r}.", location=location)
        case "string_type":
            written = isinstance(detail["input"], int | float)
            hint = "Write it in quotes." if written else None
            return UserError(f"{shown} must be text.", hint=hint, location=location)
        case kind if kind in _SHAPES:
            return UserError(f"{shown} must be a {_SHAPES[kind]}.", location=location)
        case "too_short" | "value_error" as kind:
            said = " is empty" if kind == "too_short" else f": {detail['ctx']['error']}"
            return UserError(f"{shown}{said}.", location=location)
    near = get_close_matches(
        str(detail["input"]), re.findall(r"'([^']+)'", str(detail.get("ctx", {}).get("expected"))), 1
    )
    hint = meant(near[0]) if near else None
    return UserError(f"{shown}: {detail['msg'].replace('Input should', 'this should')}.", hint=hint, location=location)


def in_order(details: Sequence[ErrorDetails]) -> list[ErrorDetails]:
    """Give what was found with unknown keys first, since a wrong key explains a missing one; of a number once."""
    whole = {detail["loc"][:-1] for detail in details if detail["loc"][-1:] == ("float",)}
    told = [detail for detail in details if not (detail["loc"][-1:] == ("int",) and detail["loc"][:-1] in whole)]
    return sorted(told, key=lambda detail: detail["type"] not in _UNKNOWN)
