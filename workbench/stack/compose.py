"""A Compose file as values: its services with commands, environments and health checks, variables filled in."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from platform_core.errors import Fault

_VARIABLE = re.compile(r"\$(?:\$|\{(\w+)(?::-([^}]*))?\})")
_UNIT = {"s": 1.0, "m": 60.0, "h": 3600.0}


@dataclass(frozen=True, slots=True)
class HealthCheck:
    """How a service is asked whether it works; all times are seconds."""

    command: tuple[str, ...]
    interval: float
    timeout: float
    retries: int
    start_period: float


@dataclass(frozen=True, slots=True)
class Service:
    """One service. `mounts` are pairs of a volume's name or a path, and where the container sees it.

    `after` holds for each service that it waits for whether that one must be healthy, or have ended well; else it is
    enough that it was started.
    """

    name: str
    image: str
    command: tuple[str, ...]
    environment: Mapping[str, str]
    mounts: tuple[tuple[str, str], ...]
    health: HealthCheck | None
    after: Mapping[str, bool]
    restart: bool
    profiles: tuple[str, ...]


def compose_file() -> Path:
    """Give the Compose file: shipped inside the package, or under `deployment/` in a checkout.

    Raises:
        Fault: This installation has none.

    >>> compose_file().name
    'docker-compose.yml'
    """
    package = Path(__file__).resolve().parents[1]
    for folder in (package / "_compose", package.parent / "deployment" / "compose"):
        if (folder / "docker-compose.yml").is_file():
            return folder / "docker-compose.yml"
    raise Fault("The Compose file is missing from this installation.", hint="Install the workbench anew.")


def interpolated(text: str, variables: Mapping[str, str]) -> str:
    """Fill in `${NAME}` and `${NAME:-default}` as Compose does; `$$` is a dollar sign.

    >>> interpolated("${A:-x}:${B:-5432} costs $$1", {"A": "host"})
    'host:5432 costs $1'
    """

    def value(found: re.Match[str]) -> str:
        return "$" if found[1] is None else (variables.get(found[1]) or found[2] or "")

    return _VARIABLE.sub(value, text)


def read_services(path: Path, variables: Mapping[str, str]) -> dict[str, Service]:
    """Read the services of a Compose file, in the order of the file, with every variable filled in.

    Raises:
        Fault: The file holds something in a way that this reader does not know.
    """
    import yaml  # noqa: PLC0415 - only who reads the file pays for it

    document = yaml.load(path.read_text(encoding="utf-8"), getattr(yaml, "CSafeLoader", yaml.SafeLoader))  # noqa: S506
    return {name: _service(name, _filled(body, variables)) for name, body in document["services"].items()}


def _filled(value: Any, variables: Mapping[str, str]) -> Any:
    match value:
        case str():
            return interpolated(value, variables)
        case dict():
            return {key: _filled(inner, variables) for key, inner in value.items()}
        case list():
            return [_filled(inner, variables) for inner in value]
        case _:
            return value


def _service(name: str, body: Mapping[str, Any]) -> Service:
    entrypoint, command = body.get("entrypoint", []), body.get("command", [])
    if not (isinstance(entrypoint, list) and isinstance(command, list)):
        raise Fault(f"The command of the service {name} must be written as a list.")
    return Service(
        name=name,
        image=body.get("image", ""),
        command=tuple(map(str, [*entrypoint, *command])),
        environment={key: str(value) for key, value in body.get("environment", {}).items()},
        mounts=tuple(tuple(text.split(":")[:2]) for text in body.get("volumes", [])),
        health=_health(name, body["healthcheck"]) if "healthcheck" in body else None,
        after={other: how["condition"] != "service_started" for other, how in body.get("depends_on", {}).items()},
        restart=body.get("restart", "no") != "no",
        profiles=tuple(body.get("profiles", ())),
    )


def _health(name: str, body: Mapping[str, Any]) -> HealthCheck:
    kind, *command = body["test"]
    if kind != "CMD":
        raise Fault(f"The health check of the service {name} must be a list that begins with CMD.")
    return HealthCheck(
        tuple(command),
        _seconds(body["interval"]),
        _seconds(body["timeout"]),
        int(body["retries"]),
        _seconds(body["start_period"]),
    )


def _seconds(text: str) -> float:
    return float(text[:-1]) * _UNIT[text[-1]]
