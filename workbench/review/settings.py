"""What `config/*.yaml` of a revision says: which settings there are, and the lists of partitions."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from platform_core.canonical import digest
from platform_core.errors import UserError
from platform_core.values import dataclass

_DEEPEST = 4  # names in a dotted path; what lies deeper counts as the value of that path


@dataclass(frozen=True, slots=True)
class Settings:
    """The settings of one revision.

    `marks` has what stands for the value of every dotted path, such as `config/base.yaml: resources.odp.root`: a hash,
    for a value may be a secret that slipped in. A list of partitions is said by its number of values.
    """

    marks: Mapping[str, str]
    resources: frozenset[str]
    partitions: Mapping[str, tuple[str, ...]]
    problems: tuple[tuple[str, str], ...]


def read_settings(files: Mapping[str, str]) -> Settings:
    """Read the configuration files of a revision by path; one that cannot be read is a problem and nothing more."""
    if not files:
        return Settings({}, frozenset(), {}, ())
    from platform_core.config.yaml12 import read_yaml  # noqa: PLC0415 - costs as much as reading a hundred modules

    marks: dict[str, str] = {}
    resources: set[str] = set()
    partitions: dict[str, tuple[str, ...]] = {}
    problems: list[tuple[str, str]] = []
    for path, text in sorted(files.items(), key=lambda one: (one[0] != "config/base.yaml", one[0])):
        try:
            value = read_yaml(text, path).value
        except (UserError, ValueError, RecursionError) as error:
            said = error.message if isinstance(error, UserError) else "It holds a value that cannot be read."
            problems.append((path, said))
            continue
        top = value if isinstance(value, dict) else {}
        marks |= {f"{path}: {name}": mark for name, mark in _flat(top, ())}
        resources |= {str(name) for name in _table(top, "resources")}
        for name, values in _table(top, "partitions").items():
            if isinstance(values, list):
                partitions.setdefault(str(name), tuple(map(str, values)))
    return Settings(marks, frozenset(resources), partitions, tuple(problems))


def _table(top: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    found = top.get(name)
    return found if isinstance(found, dict) else {}


def _flat(value: Mapping[str, Any], above: tuple[str, ...]) -> Iterator[tuple[str, str]]:
    for name, inner in value.items():
        place = (*above, str(name))
        if isinstance(inner, dict) and inner and len(place) < _DEEPEST:
            yield from _flat(inner, place)
        elif place[0] == "partitions" and isinstance(inner, list):
            yield ".".join(place), f"{len(inner)} values #{digest(repr(inner))}"
        else:
            yield ".".join(place), f"#{digest(repr(inner))}"
