"""Which alerter counts here: that of the project that this process works for, with the records of its instance."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import dagster as dg

from platform_core.config import ProjectConfig, load_config
from platform_core.config.alerts import SLACK_VARIABLE, AlertsConfig
from platform_core.errors import UserError
from platform_core.observability.safe_text import note_secret_variables

if TYPE_CHECKING:
    from platform_core.observability.alerts.alerter import Alerter
    from platform_core.observability.alerts.store import AlertStore

FILE = Path("workbench", "alerts.db")  # in the folder of the instance's storage

_LOCK = threading.Lock()
_STORES: dict[str, AlertStore] = {}
_USED: list[ProjectConfig] = []


def use_alerts(config: ProjectConfig) -> None:
    """Let a project's configuration say who is told in this process; the code location does so as it is loaded."""
    _USED[:] = [config]
    note_secret_variables(_variables(config))


def alerter_for(instance: dg.DagsterInstance | None = None, config: ProjectConfig | None = None) -> Alerter:
    """Give the alerter of the project that this process works for.

    Without a project, or where it has no section `alerts:`, the one channel is Slack with the address that the
    environment variable `SLACK_WEBHOOK_URL` holds. Where the section has no channel of that type, the address is for
    alerts by hand alone.

    Args:
        instance: Whose storage holds the state; without it the instance of `DAGSTER_HOME`, else this process's memory.
        config: The project's configuration; without it, that which was loaded here, else that of the folder.

    Raises:
        UserError: The configuration is wrong.
    """
    from platform_core.observability.alerts.alerter import Alerter  # noqa: PLC0415 - a location that loads tells nothing

    config = config or _project()
    alerts = config.alerts if config is not None else None
    place = f"{config.project.name} ({config.environment})" if config is not None else ""
    if alerts is None:
        slack = {"slack": {"type": "slack", "url": {"env": SLACK_VARIABLE}}}
        alerts = AlertsConfig.model_validate({"channels": slack if os.environ.get(SLACK_VARIABLE) else {}})
    elif os.environ.get(SLACK_VARIABLE):
        alerts = alerts.with_slack()
    return Alerter(alerts, _store(alerts, instance), place=place)


def _project() -> ProjectConfig | None:
    if _USED:
        return _USED[0]
    try:
        config = load_config()
    except UserError as error:
        if error.location is None:  # there is no project here, and a notebook may alert without one
            return None
        raise
    use_alerts(config)
    return config


def _store(alerts: AlertsConfig, instance: dg.DagsterInstance | None) -> AlertStore:
    from platform_core.observability.alerts.store import AlertStore  # noqa: PLC0415 - it brings a database's library

    if alerts.state is not None:
        return _opened(alerts.state.value(), AlertStore)
    if instance is None and os.environ.get("DAGSTER_HOME"):
        with dg.DagsterInstance.get() as found:
            return _store(alerts, found)
    if instance is None or instance.is_ephemeral:
        return _opened("sqlite://", AlertStore)  # this process's memory
    url = getattr(instance.run_storage, "postgres_url", None)
    if isinstance(url, str):
        return _opened(url.replace("postgresql://", "postgresql+psycopg2://", 1), AlertStore)
    return _opened(str(Path(instance.storage_directory(), FILE)), lambda path: AlertStore.in_file(Path(path)))


def _opened(place: str, make: Callable[[str], AlertStore]) -> AlertStore:
    with _LOCK:
        if place not in _STORES:
            _STORES[place] = make(place)
        return _STORES[place]


def _variables(config: ProjectConfig) -> set[str]:
    """Give every environment variable that the configuration reads as a secret or as a field of a resource."""
    found = set(config.alerts.secret_variables()) if config.alerts is not None else set()
    values: list[Any] = [one.fields for one in config.resources.values()]
    while values:
        value = values.pop()
        if isinstance(value, dict):
            if set(value) == {"env"} and isinstance(value["env"], str):
                found.add(value["env"])
            values.extend(value.values())
        elif isinstance(value, list):
            values.extend(value)
    return found
