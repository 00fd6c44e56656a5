"""A project opened to be watched: also where its code cannot be loaded, which is what is to be seen then."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from platform_core.config import load_config
from platform_core.errors import UserError
from platform_core.observability.alerts.alerter import Alerter
from platform_core.observability.alerts.current import alerter_for
from platform_core.observability.health import Location
from workbench.graph import load_project
from workbench.project import Project
from workbench.session import open_served

if TYPE_CHECKING:
    import dagster as dg


@dataclass(frozen=True, slots=True)
class Watched:
    """Dagster's records, the code location as it loaded, its asset graph where it did, and its alerter."""

    instance: dg.DagsterInstance
    location: Location
    graph: Any
    alerter: Alerter | None


@contextmanager
def watched(project: Project) -> Iterator[Watched]:
    """Open a project to be watched.

    Raises:
        UserError: The configuration is wrong, without which nothing can be told.
    """
    config = load_config(project.root)
    graph: Any = None
    try:
        graph = load_project(project).resolve_asset_graph()
        location = Location(project.package, len(list(graph.get_all_asset_keys())))
    except UserError as error:
        location = Location(project.package, 0, str(error).split("\n", 1)[0])
    with open_served(project) as instance:
        alerter = alerter_for(instance, config) if config.alerts is not None else None
        yield Watched(instance, location, graph, alerter)
