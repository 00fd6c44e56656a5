"""The configuration as a person reads it: every value by its path, where it came from, and no secret."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping
from typing import Any

from platform_core.config import ProjectConfig
from platform_core.config.io import KEYS, IOChoice
from platform_core.resources import build_resources
from platform_core.resources.base import REFERENCES
from platform_core.resources.registry import resource_class_of
from platform_core.values import dataclass
from promote.outside.secret_values import secrets_in_text

HIDDEN = "***"
DEFAULT = "default"


@dataclass(frozen=True, slots=True)
class Setting:
    """A value of the configuration.

    Attributes:
        name: Its path, such as `resources.register.host`.
        shown: The value as YAML writes it on one line; a secret is `***`.
        came_from: `file:line`, the environment variable, or `default`.
    """

    name: str
    shown: str
    came_from: str

    def as_json(self) -> dict[str, str]:
        """Give the setting as JSON."""
        return {"name": self.name, "value": self.shown, "from": self.came_from}


def settings_of(config: ProjectConfig) -> list[Setting]:
    """Give every value, in the order of the sections.

    Raises:
        UserError: A resource is wrong: with file and line.
    """
    build_resources(config)
    sections: dict[str, Any] = {"lake": _inside(config), "io": _io(config.io)}
    if config.repository is not None:
        sections["repository"] = config.repository.model_dump()
    sections["resources"] = {
        name: {"type": one.type} | _defaults(config, one.type) | one.fields for name, one in config.resources.items()
    }
    sections["partitions"] = {name: list(values) for name, values in config.partitions.items()}
    sections["jobs"] = {name: one.model_dump() for name, one in config.jobs.items()}
    sections["schedules"] = {name: one.model_dump() for name, one in config.schedules.items()}
    sections["costs"] = config.costs.model_dump(mode="json", exclude_unset=True)
    sections["logs"] = config.logs
    sections["drafts"] = config.drafts
    if config.alerts is not None:
        sections["alerts"] = config.alerts.model_dump(by_alias=True, exclude_none=True)
    return [
        Setting(".".join(path), _shown(config, path, value), config.written(*path) or _above(config, path))
        for path, value in _leaves(sections, ())
    ]


def _io(choice: IOChoice) -> dict[str, Any]:
    """Give the keys of a choice that count for its kind."""
    fields = {"kind", *KEYS[choice.kind]} - (set() if choice.store else {"prefix"})
    found = {name: value for name, value in choice.model_dump(exclude_none=True).items() if name in fields}
    for part in ("layers", "assets"):
        found |= {part: {name: _io(one) for name, one in getattr(choice, part, {}).items()}}
    return found


def _leaves(value: Any, path: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], Any]]:
    if isinstance(value, Mapping) and value and set(value) != {"env"}:
        for key, inner in value.items():
            yield from _leaves(inner, (*path, key))
    elif not (isinstance(value, Mapping) and not value):
        yield path, value


def _above(config: ProjectConfig, path: tuple[str, ...]) -> str:
    """Give the place of a value that was written short (`io: delta`), else say that it has its default."""
    short = {"io": "kind", "jobs": "selection", "repository": "url"}.get(path[0])
    place = config.written(*path[:-1]) if path[-1] == short and config.is_short(*path[:-1]) else None
    return place or DEFAULT


def _shown(config: ProjectConfig, path: tuple[str, ...], value: Any) -> str:
    if isinstance(value, Mapping) and set(value) == {"env"}:
        variable = str(value["env"])
        return f"{{env: {variable}}} ({'set' if variable in os.environ else 'not set'})"
    if path[0] == "resources" and path[-1] in resource_class_of(config.resources[path[1]].type, config.project).secrets:
        return str(value) if not value or str(value).startswith(REFERENCES) else HIDDEN
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)
    # A secret that stands where none belongs is no more for showing than one that does
    return HIDDEN if secrets_in_text(f'{path[-1]} = "{text}"') or secrets_in_text(text) else text


def _defaults(config: ProjectConfig, kind: str) -> dict[str, Any]:
    fields = resource_class_of(kind, config.project).model_fields.items()
    return {name: about.get_default() for name, about in fields if name != "name" and not about.is_required()}


def _inside(config: ProjectConfig) -> str:
    lake = config.lake
    return lake.relative_to(config.project).as_posix() if lake.is_relative_to(config.project) else str(lake)
