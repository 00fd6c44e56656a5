"""A service of the Compose file as a process of this machine: same command, same environment, paths of this machine."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from platform_core.errors import UserError
from workbench.project import Project
from workbench.stack.compose import HealthCheck, Service, compose_file, read_services
from workbench.stack.secret_files import with_secrets

LOOPBACK = "127.0.0.1"


@dataclass(frozen=True, slots=True)
class NativeService:
    """A service that this machine can start. `argv` and `health_argv` are whole commands."""

    name: str
    argv: tuple[str, ...]
    environment: Mapping[str, str]
    folder: Path
    health_argv: tuple[str, ...]
    health: HealthCheck | None
    after: Mapping[str, bool]
    restart: bool
    mounts: tuple[tuple[Path, Path], ...]


@dataclass(frozen=True, slots=True)
class Ports:
    """The ports of this machine that the services listen on."""

    webserver: int
    code: int
    postgres: int


def stack_folder(project: Project) -> Path:
    """Give the folder in which the stack keeps its volumes, logs and state."""
    return project.root / "data" / "stack"


def lake_of(project: Project) -> Path:
    """Give the folder of the stack's lake."""
    return stack_folder(project) / "volumes" / "lake"


def variables(project: Project, ports: Ports, environ: Mapping[str, str]) -> dict[str, str]:
    """Give what stands in place of the Compose file's variables: those that the shell sets, under our own."""
    return {
        **environ,
        "PROJECT_DIR": str(project.root),
        "PROJECT_PACKAGE": project.package,
        "LISTEN": LOOPBACK,
        "LOCAL": LOOPBACK,
        "POSTGRES_HOST": LOOPBACK,
        "POSTGRES_PORT": str(ports.postgres),
        "CODE_HOST": LOOPBACK,
        "CODE_PORT": str(ports.code),
        "WEBSERVER_PORT": str(ports.webserver),
    }


def native_services(
    project: Project,
    ports: Ports,
    environ: Mapping[str, str] | None = None,
    file: Path | None = None,
    elsewhere: Mapping[str, Path] | None = None,
) -> dict[str, NativeService]:
    """Give the services that belong to no profile, in the order in which they may start.

    Args:
        project: The project they serve.
        ports: Where they listen.
        environ: The environment that they inherit; this process's own by default.
        file: Another Compose file than the platform's.
        elsewhere: What is mounted at a place of the containers, in place of what the Compose file says.

    Raises:
        UserError: The project's path holds what a path in a Compose file cannot.
    """
    if ":" in str(project.root):
        raise UserError("The path of the project holds a colon, which Compose takes for its own.")
    known = dict(os.environ if environ is None else environ)
    path = compose_file() if file is None else file
    services = read_services(path, variables(project, ports, known))
    chosen = [service for service in services.values() if not service.profiles]
    folder, moved = stack_folder(project), elsewhere or {}
    return {service.name: _native(service, path.parent, folder, known, moved) for service in chosen}


def _native(
    service: Service, beside: Path, folder: Path, environ: Mapping[str, str], elsewhere: Mapping[str, Path]
) -> NativeService:
    mounts = tuple(
        (elsewhere.get(target) or _source(source, beside, folder), target) for source, target in service.mounts
    )
    environment = {name: translated(value, mounts) for name, value in service.environment.items()}
    scripts = str(Path(sys.executable).parent)
    inherited = {**environ, "PATH": os.pathsep.join([scripts, environ.get("PATH", os.defpath)])}
    return NativeService(
        name=service.name,
        argv=_command(service.command, mounts),
        environment={**inherited, **environment},
        folder=folder,
        health_argv=_command(service.health.command, mounts) if service.health else (),
        health=service.health,
        after=service.after,
        restart=service.restart,
        mounts=tuple((source, Path(target)) for source, target in mounts),
    )


def translated(text: str, mounts: Sequence[tuple[Path, str]]) -> str:
    """Give a container's path as this machine has it; what lies under no mount stays as it is.

    >>> translated("/dagster/logs", [(Path("/data/volumes/dagster"), "/dagster"), (Path("/a.yaml"), "/dagster/a.yaml")])
    '/data/volumes/dagster/logs'
    """
    for source, target in sorted(mounts, key=lambda mount: -len(mount[1])):
        if text == target or text.startswith(f"{target}/"):
            return str(source) + text.removeprefix(target)
    return text


def prepare(service: NativeService) -> None:
    """Make the folders of a service's volumes, and put the files that it mounts into them."""
    service.folder.mkdir(parents=True, exist_ok=True)
    for source, target in sorted(service.mounts, key=lambda mount: len(mount[1].parts)):
        if source.is_relative_to(service.folder / "volumes"):
            source.mkdir(parents=True, exist_ok=True)
            continue
        for outer, above in service.mounts:
            if target != above and target.is_relative_to(above):
                place = outer / target.relative_to(above)
                part = place.with_name(f".{place.name}.part")
                shutil.copyfile(source, part)
                part.replace(place)


def environment_of(service: NativeService) -> dict[str, str]:
    """Give the environment that a service starts in, with its secrets read from their files."""
    return with_secrets(service.environment)


def _source(source: str, beside: Path, folder: Path) -> Path:
    if source.startswith(("/", ".")):
        return Path(os.path.normpath(beside / source))
    return folder / "volumes" / source


def _command(command: Sequence[str], mounts: Sequence[tuple[Path, str]]) -> tuple[str, ...]:
    """Give a command with this interpreter in place of `python3`, and paths of this machine."""
    words = [translated(word, mounts) for word in command]
    return (sys.executable, *words[1:]) if words[:1] == ["python3"] else tuple(words)
