"""What the audit log and the policies cost a step, beside what Dagster itself costs it in process.

    .venv/bin/python benchmarks/bench_audit.py

A chain of 50 assets of plain Dagster that give nothing is made in process on an ephemeral instance; then the CPU that
governance adds to one step: holding the asset's metadata against the day, an entry in the log with its hash, its lock
and its way to the disk. Budget: a fifth of Dagster's own cost of a step. Beside it, without a budget, what loading a
code location of as many assets spends on classifying and judging them. Exits 1 beyond the budget.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

import dagster as dg
from measure import call_seconds

from platform_core.governance.audit import AuditLog
from platform_core.governance.policies.enforcing import governed, refuse
from platform_core.governance.policies.reading import ready

STEPS, BUDGET = 50, 0.2
ON = "2026-11-29"
QUIET = {"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}}


def chain() -> list[dg.AssetsDefinition]:
    """Give assets that wait for one another, with what a promoted one has of metadata."""

    def asset(number: int) -> dg.AssetsDefinition:
        @dg.asset(
            name=f"a{number}",
            deps=[f"a{number - 1}"] if number else [],
            owners=["team:bench"],
            description="One of many.",
            metadata={"workbench/classification": "OFFICIAL", "workbench/retention_days": 30},
        )
        def made() -> None:
            """Give nothing."""

        return made

    return [asset(number) for number in range(STEPS)]


def main() -> int:
    """Measure, print, and give the exit code."""
    assets = chain()

    def steps() -> None:
        with dg.DagsterInstance.ephemeral() as instance:
            dg.materialize(assets, instance=instance, run_config=QUIET)

    dagster = call_seconds(steps, 3) / STEPS
    loading = call_seconds(lambda: governed(assets, (), ready("official"), on=ON), 3) / STEPS
    with tempfile.TemporaryDirectory() as folder:
        log = AuditLog(Path(folder, "audit.jsonl"))
        metadata = assets[0].specs_by_key[assets[0].key].metadata
        about = {"run": "r" * 36, "code_version": "1" * 16, "inputs": ["a", "b"], "made_from": "2" * 32}

        def notes() -> None:
            for _ in range(200):
                refuse(metadata, "a0", on=ON)
                log.append("ran", "silver:a0", who="bench", about=about)

        governance = call_seconds(notes, 3) / 200
    share = governance / dagster
    print(f"Dagster's own cost of a step: {dagster * 1000:.2f} ms of CPU")
    print(f"policies and audit of a step: {governance * 1000:.2f} ms, {share:.3f} of it (budget {BUDGET})")
    print(f"loading a code location: {loading * 1000:.2f} ms an asset")
    return 0 if share <= BUDGET else 1


if __name__ == "__main__":
    sys.exit(main())
