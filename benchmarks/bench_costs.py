"""What 1,000 materialisations of 100 assets cost, read and summed, against asking Dagster asset by asset.

    .venv/bin/python benchmarks/bench_costs.py [--rounds N]

Both read the same SQLite instance and give the same sum; another one ends the run. Dagster's function for reading
materialisations, `fetch_materializations`, takes one asset at a time; `workbench costs` takes all in one query for each
kind of event, and sums them by asset, month and kind as well. CPU time, user and system, in one process, in turn; the
least of the rounds counts.

Exits 1 beyond a budget.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from collections.abc import Callable
from typing import Any

import dagster as dg

from platform_core.costs.records import read_records
from platform_core.costs.summary import summarise

ASSETS, RUNS = 100, 10
BUDGET = 0.4
PICTURE = "![Rows](data:image/svg+xml;base64," + "A" * 2000 + ")"


def fill(instance: dg.DagsterInstance) -> None:
    """Store materialisations as our IO managers describe them."""
    for number in range(ASSETS):
        for run in range(RUNS):
            metadata: dict[str, Any] = {
                "dagster/row_count": 1000,
                "workbench/preview": dg.MetadataValue.md(PICTURE),
                "workbench/seconds": 10.0 + run,
                "workbench/cpu_seconds": 8.0,
                "workbench/peak_memory_bytes": 300_000_000,
                "workbench/compute_kind": "fargate",
                "workbench/compute_size": "0.5 vCPU, 1 GB",
                "workbench/cost_usd": 0.001 * (number + 1),
            }
            instance.report_runless_asset_event(dg.AssetMaterialization(f"asset_{number}", metadata=metadata))


def ours(instance: dg.DagsterInstance) -> float:
    """Read and sum with what `workbench costs` uses."""
    records = read_records(instance)
    lines = [summarise(records, by, {}) for by in ("asset", "month", "kind")]
    return sum(line.cost.usd for line in lines[0])


def theirs(instance: dg.DagsterInstance) -> float:
    """Read asset by asset with Dagster's public function, and sum."""
    found = 0.0
    for key in instance.get_asset_keys():
        for record in instance.fetch_materializations(key, limit=RUNS).records:
            materialised = record.asset_materialization
            if materialised is not None:
                found += float(str(materialised.metadata["workbench/cost_usd"].value))
    return found


def measured(action: Callable[[dg.DagsterInstance], float], instance: dg.DagsterInstance) -> tuple[float, float]:
    """Give CPU seconds and the sum."""
    before = time.process_time()
    found = action(instance)
    return time.process_time() - before, found


def main() -> int:
    """Measure and give the exit code."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=5)
    rounds = parser.parse_args().rounds
    with tempfile.TemporaryDirectory() as folder, dg.DagsterInstance.local_temp(folder) as instance:
        fill(instance)
        times: dict[str, list[float]] = {"ours": [], "theirs": []}
        for _ in range(rounds):
            for name, action in (("ours", ours), ("theirs", theirs)):
                spent, found = measured(action, instance)
                times[name].append(spent)
                if abs(found - sum(0.001 * (number + 1) * RUNS for number in range(ASSETS))) > 1e-6:
                    print(f"{name} gives another sum: {found}")
                    return 1
    best = {name: min(values) for name, values in times.items()}
    ratio = best["ours"] / best["theirs"]
    print(f"workbench costs {best['ours']:.3f} CPU s, Dagster asset by asset {best['theirs']:.3f} CPU s: {ratio:.2f}")
    print(f"budget {BUDGET}: {'kept' if ratio <= BUDGET else 'BROKEN'}")
    return 0 if ratio <= BUDGET else 1


if __name__ == "__main__":
    sys.exit(main())
