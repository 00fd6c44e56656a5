"""A backfill of one run for each partition: its runs go on side by side, and a pool bounds what they run together."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from itertools import accumulate
from pathlib import Path

import dagster as dg
import pytest
from dagster._core.definitions.reconstruct import ReconstructableRepository
from dagster._core.execution.api import create_execution_plan, execute_run

from tests.platform_core.executor.pooled_steps import KEYS, PLACES, POOL, TRACE
from tests.platform_core.executor.runs import QUIET


@pytest.mark.nightly
def test_a_pool_bounds_the_runs_of_a_backfill(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, full_count: bool
) -> None:
    """Three runs at once and two places: never three bodies at once, and two of them together."""
    if not full_count:
        pytest.skip("three run workers cost ten seconds of CPU: `make test-nightly` starts them")
    trace = tmp_path / "trace"
    trace.write_text("")
    monkeypatch.setenv(TRACE, str(trace))
    place = str(Path(__file__).with_name("pooled_steps.py"))
    job = ReconstructableRepository.for_file(place, "defs").get_reconstructable_job("all_years")
    config = {**QUIET, "execution": {"config": {"workers": 1}}}
    with dg.DagsterInstance.local_temp(str(tmp_path)) as instance:
        instance.event_log_storage.set_concurrency_slots(POOL, PLACES)
        runs = [
            instance.create_run_for_job(
                job.get_definition(),
                execution_plan=create_execution_plan(job, run_config=config),
                run_config=config,
                tags={"dagster/partition": key, "dagster/backfill": "b"},
                job_code_origin=job.get_python_origin(),
            )
            for key in KEYS
        ]
        with ThreadPoolExecutor(len(runs)) as threads:
            done = list(threads.map(lambda run: execute_run(job, run, instance).success, runs))
        assert done == [True] * len(KEYS)
        made = instance.get_materialized_partitions(dg.AssetKey("years"))
        assert made == set(KEYS)
        info = instance.event_log_storage.get_concurrency_info(POOL)
        assert (info.active_slot_count, info.pending_step_count) == (0, 0), "a place is still held"
    lines = [line for line in trace.read_text().split() if line != "seen"]
    at_once = list(accumulate(1 if line == "begin" else -1 for line in lines))
    assert lines.count("begin") == len(KEYS)
    assert max(at_once) == PLACES
