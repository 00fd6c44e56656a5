"""What a sensor of the platform has at hand when it looks, and what it saw."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from platform_core.config.alerts import AlertsConfig
from platform_core.observability.alerts.alert import Alert
from platform_core.observability.alerts.alerter import Alerter, Recovery

if TYPE_CHECKING:
    import dagster as dg

MOST_EVENTS = 500  # that one tick reads; the next one reads on
FIRST_LOOK = 3600.0  # seconds that the first tick looks back


@dataclass(frozen=True, slots=True)
class Tick:
    """What a sensor has at hand when it looks."""

    instance: dg.DagsterInstance
    graph: Any
    alerter: Alerter
    cursor: int | None
    now: float

    @property
    def config(self) -> AlertsConfig:
        """The section `alerts:`."""
        return self.alerter.config


@dataclass(frozen=True, slots=True)
class Seen:
    """What a sensor saw: problems, ends of problems, and up to where it has read."""

    alerts: Sequence[Alert] = ()
    over: Sequence[Recovery] = ()
    cursor: int | None = None


Look = Callable[[Tick], Seen]
