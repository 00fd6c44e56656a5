"""What hooks and the audit log cost beside a step of Dagster's own, in process.

    .venv/bin/python benchmarks/bench_hooks.py

A chain of assets that do nothing is made in one process, with Dagster's records in SQLite as a project has them:
bare, with the hook of alerts on every asset, with a hook of ours, and with an entry of the audit log for each. Rounds
are taken in turn and the median counts. What each adds to a step must be under a fifth of what Dagster takes for it.
Beside, and without a budget, a hook of Dagster's own: it writes an event for each hook of each step, which is most of
the cost. Exits 1 beyond a budget.
"""

from __future__ import annotations

import logging
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import dagster as dg

from platform_core.config import ProjectConfig
from platform_core.config.alerts import AlertsConfig
from platform_core.governance.audit import note
from platform_core.observability import success_hook, with_hooks
from platform_core.observability.alert_hooks import alert_hooks
from platform_core.observability.alerts import use_alerts

ASSETS, ROUNDS = 25, 5
STOCK = "a success hook of Dagster's own"
BUDGET = 0.2
QUIET = {"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}}


@success_hook
def log_success(context: Any) -> None:
    str(context.asset_key)


@dg.success_hook
def of_dagster(context: Any) -> None: ...


def chain(audited: Callable[[str], object] | None = None) -> list[dg.AssetsDefinition]:
    """Give assets that do nothing, each after the one before."""

    def make(number: int) -> dg.AssetsDefinition:
        @dg.asset(name=f"asset_{number}", deps=[f"asset_{number - 1}"] if number else [])
        def asset() -> None:
            if audited is not None:
                audited(f"silver:asset_{number}")

        return asset

    return [make(number) for number in range(ASSETS)]


def cost(assets: list[dg.AssetsDefinition], instance: dg.DagsterInstance) -> float:
    """Give the milliseconds of CPU that a step takes."""
    job = dg.Definitions(assets=assets, jobs=[dg.define_asset_job("all")]).resolve_job_def("all")
    before = time.process_time()
    assert job.execute_in_process(run_config=QUIET, instance=instance).success  # noqa: S101 - else it measures nothing
    return (time.process_time() - before) / ASSETS * 1000


def main() -> int:
    """Measure, print and judge."""
    logging.disable(logging.CRITICAL)
    with tempfile.TemporaryDirectory() as folder, dg.DagsterInstance.local_temp(folder) as instance:
        project = Path(folder, "project")
        Path(project, "config").mkdir(parents=True)
        alerts = AlertsConfig.model_validate(
            {"dry": True, "channels": {"ops": {"type": "webhook", "url": {"env": "U"}}}}
        )
        use_alerts(ProjectConfig(project=project, environment="dev", lake=project, alerts=alerts))

        def audited(name: str) -> None:
            problem = note("ran", name, {"run": "1"}, project=project)
            assert not problem, problem  # noqa: S101 - else it measures nothing

        plain = chain()
        kinds = {
            "Dagster alone": plain,
            STOCK: with_hooks(plain, [of_dagster]),
            "the hook of alerts": with_hooks(plain, alert_hooks(alerts)),
            "a success hook of ours": with_hooks(plain, [log_success]),
            "an entry of the audit log": chain(audited),
        }
        cost(plain, instance)  # imports, and Dagster's tables
        found: dict[str, list[float]] = {name: [] for name in kinds}
        for _ in range(ROUNDS):
            for name, assets in kinds.items():
                found[name].append(cost(assets, instance))
    medians = {name: statistics.median(values) for name, values in found.items()}
    bare = medians.pop("Dagster alone")
    print(f"Dagster alone: {bare:.2f} ms of CPU a step, median of {ROUNDS} rounds of {ASSETS} steps, records in SQLite")
    beyond = []
    for name, taken in medians.items():
        share = (taken - bare) / bare
        limit = "" if name == STOCK else f", at most {BUDGET}"
        print(f"{name}: {taken - bare:+.2f} ms, {share:.3f} of a step{limit}")
        beyond += [name] if limit and share > BUDGET else []
    print("within the budgets" if not beyond else f"beyond the budget: {', '.join(beyond)}")
    return bool(beyond)


if __name__ == "__main__":
    sys.exit(main())
