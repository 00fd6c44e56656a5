"""A project opened for work: its configuration, its definitions as they stand on the disk, and Dagster's records."""

from __future__ import annotations

import socket
import sqlite3
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import dagster as dg
from dagster._core.instance.ref import InstanceRef
from sqlalchemy.exc import OperationalError

from platform_core.config import ProjectConfig, load_config
from platform_core.errors import UserError
from workbench.fingerprints import Memory
from workbench.graph import AssetNode, asset_nodes, load_project
from workbench.project import Project, unwritable
from workbench.stack.serving import in_environment, serving

RECORDS = "materialised.json"
_OVERRIDES: dict[str, Any] = {
    "telemetry": {"enabled": False},
    # What a step prints is shown, not put away
    "compute_logs": {
        "module": "dagster._core.storage.noop_compute_log_manager",
        "class": "NoOpComputeLogManager",
    },
}
_REFUSED = (sqlite3.SQLITE_FULL, sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_IOERR)


@dataclass(frozen=True, slots=True)
class Session:
    """Everything that a command on assets needs. `nodes` stand in dependency order."""

    project: Project
    config: ProjectConfig
    definitions: dg.Definitions
    instance: dg.DagsterInstance
    nodes: tuple[AssetNode, ...]
    memory: Memory


@contextmanager
def open_session(project: Project, *, served: bool = False) -> Iterator[Session]:
    """Open a project.

    Args:
        project: The project.
        served: Whether the records are to be those of what serves it, as in `open_served`.

    Raises:
        UserError: A module or the configuration is wrong, or there are no assets.
    """
    definitions = load_project(project)
    config = load_config(project.root)
    with (open_served if served else open_instance)(project) as instance:
        nodes = asset_nodes(definitions, instance, project.package)
        if not nodes:
            hint = "Promote a notebook first, for example `promote notebooks/bronze/*.ipynb`."
            raise UserError("The project has no assets yet.", hint=hint)
        memory = Memory(project.dagster_home / RECORDS, project.root)
        yield Session(project, config, definitions, instance, nodes, memory)


@contextmanager
def open_served(project: Project) -> Iterator[dg.DagsterInstance]:
    """Open the records of what serves a project: a deployment's, or its running stack's; without one, its own.

    Which they are is said on stderr, since those of a stack know nothing of what this project made by itself.

    Raises:
        UserError: Their PostgreSQL does not answer, or they cannot be written.
    """
    environ = serving(project)
    if environ is None:
        with open_instance(project) as instance:
            yield instance
        return
    host, port = environ["DAGSTER_POSTGRES_HOST"], environ.get("DAGSTER_POSTGRES_PORT", "5432")
    try:
        socket.create_connection((host, int(port)), 10).close()  # Dagster would try for long, and say so each time
    except (OSError, ValueError) as error:
        hint = "`workbench up --status` tells of the stack; in a deployment look at DAGSTER_POSTGRES_… and the network."
        raise UserError(f"Dagster's PostgreSQL does not answer at {host}:{port}.", hint=hint) from error
    sys.stderr.write(f"By the records of what serves, in PostgreSQL at {host}:{port}.\n")
    with (
        in_environment(environ),
        dg.DagsterInstance.from_ref(InstanceRef.from_dir(environ["DAGSTER_HOME"], overrides=_OVERRIDES)) as instance,
    ):
        yield instance


@contextmanager
def open_instance(project: Project) -> Iterator[dg.DagsterInstance]:
    """Open Dagster's records of the project (SQLite under `data/dagster`), with telemetry off.

    Raises:
        UserError: They cannot be written.
    """
    home = str(project.writable_dagster_home())
    try:
        with dg.DagsterInstance.from_ref(InstanceRef.from_dir(home, overrides=_OVERRIDES)) as instance:
            yield instance
    except OperationalError as error:
        if getattr(error.orig, "sqlite_errorcode", None) not in _REFUSED:
            raise
        raise unwritable(str(error.orig)) from error
