"""When assets make themselves: Dagster's automation conditions, ready for each layer."""

from __future__ import annotations

from typing import Any, Literal

import dagster as dg

from platform_core.errors import UsageError
from platform_core.suggest import did_you_mean

# Dagster's own types of conditions differ by what they are combined of
Condition = Any

LAYERS = ("bronze", "silver", "gold")


def automation(
    layer: Literal["bronze", "silver", "gold"], *, cron: str | None = None, timezone: str = "Europe/London"
) -> Condition:
    """Give the automation condition of a layer, for `automation_condition=`.

    * bronze harvests at each time of the schedule; without one, only what was never harvested.
    * silver is made when the data of something upstream changed, or when it was never made.
    * gold is as silver; with a schedule, at each of its times once everything upstream was made since.

    Silver and gold wait for whatever upstream is missing or being made, and never build on data whose blocking checks
    failed. An input that was made again with the same content starts nothing.

    Args:
        layer: The layer.
        cron: Five cron fields.
        timezone: The time zone of the schedule.

    Raises:
        UsageError: There is no such layer or schedule, or silver is given a schedule.

    >>> automation("bronze", cron="0 6 * * 1-5").get_label()
    'bronze at 0 6 * * 1-5'
    """
    if layer not in LAYERS:
        raise UsageError(f"There is no layer {layer!r}.", hint=did_you_mean(str(layer), LAYERS))
    if cron is None:
        condition: Condition = dg.AutomationCondition.on_missing() if layer == "bronze" else _on_change()
        return condition.with_label(layer)
    if layer == "silver":
        raise UsageError(
            "Silver follows what is upstream and has no schedule.",
            hint='Give bronze the schedule: automation("bronze", cron=…).',
        )
    try:
        condition = dg.AutomationCondition.on_cron(cron, timezone)
    except (dg.DagsterError, dg._check.CheckError) as error:
        raise UsageError(
            f"There is no schedule {cron!r} in the time zone {timezone!r}.",
            hint="Write five cron fields, as '0 6 * * 1-5'.",
        ) from error
    if layer == "gold":
        condition = condition & dg.AutomationCondition.all_deps_blocking_checks_passed()
    return condition.with_label(f"{layer} at {cron}")


def _on_change() -> Condition:
    """Give Dagster's `eager`, looking at the data of what is upstream and not at when it was made."""
    conditions = dg.AutomationCondition
    changed = conditions.any_deps_match(conditions.data_version_changed() | conditions.will_be_requested())
    return (
        conditions.in_latest_time_window()
        & (conditions.newly_missing() | changed).since_last_handled()
        & ~conditions.any_deps_missing()
        & ~conditions.any_deps_in_progress()
        & ~conditions.in_progress()
        & conditions.all_deps_blocking_checks_passed()
    )
