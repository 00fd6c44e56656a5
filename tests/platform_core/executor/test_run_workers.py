"""Run workers that are killed, resumed and told to stop, with Dagster's storage in a real PostgreSQL."""

from __future__ import annotations

import os
import signal
import threading
from typing import TYPE_CHECKING, Any

import dagster as dg
from dagster._core.definitions.reconstruct import ReconstructableJob
from dagster._core.execution.api import execute_run, execute_run_iterator

from tests.platform_core.executor.pipes import Pipe
from tests.platform_core.executor.runs import JOBS, Bench, ends
from tests.servers.postgres import READER_PASSWORD

if TYPE_CHECKING:
    from pathlib import Path

    import pytest

    from tests.servers.postgres import PostgresServer


def storage(postgres: PostgresServer) -> dict[str, Any]:
    """Give the settings of an instance whose storage is a new database."""
    database = {
        "username": "reader",
        "password": READER_PASSWORD,
        "hostname": postgres.address,
        "db_name": postgres.new_database(),
        "scheme": "postgresql+psycopg2",
    }
    return {"storage": {"postgres": {"postgres_db": database}}}


def test_a_killed_run_worker_is_resumed_and_nothing_runs_twice(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, postgres: PostgresServer
) -> None:
    """What had ended is not run again; what was under way dies with the run worker, and is carried out once more."""
    bench = Bench(tmp_path, monkeypatch, storage(postgres))
    pipes = [Pipe(tmp_path / f"pipe{number}") for number in (5, 6)]
    run = bench.new_run("waits", workers=2)
    worker = bench.start(run)
    for pipe in pipes:  # both are below the third asset, so they run at the same time
        pipe.meet()
    worker.kill()
    worker.wait()
    for pipe in pipes:
        pipe.wait_for_its_end()
    done = {key for key, how in ends(bench.events(run.run_id)).items() if how == ["success"]}
    assert {"a0", "a2"} <= done
    assert not done & {"a5", "a6"}
    before = bench.ran()

    def let_both_go() -> None:
        for pipe in pipes:
            pipe.meet()
            pipe.let_go()

    helper = threading.Thread(target=let_both_go)
    helper.start()
    known = bench.instance.get_run_by_id(run.run_id)
    assert known is not None
    job = ReconstructableJob.for_file(str(JOBS), "waits")
    list(execute_run_iterator(job, known, bench.instance, resume_from_failure=True))
    helper.join()

    events = bench.events(run.run_id)
    finished = bench.instance.get_run_by_id(run.run_id)
    assert finished is not None
    assert finished.status is dg.DagsterRunStatus.SUCCESS
    assert ends(events) == {f"a{number}": ["success"] for number in range(12)}
    kinds = [event.event_type_value for event in events]
    assert kinds.count("ASSET_MATERIALIZATION") == kinds.count("ASSET_CHECK_EVALUATION") == 12
    after = bench.ran()
    assert {name: after[name] for name in done} == {name: before[name] for name in done} == dict.fromkeys(done, 1)
    assert after["a5"] == after["a6"] == 2


def test_a_run_that_is_cancelled_leaves_nothing_behind(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, postgres: PostgresServer
) -> None:
    """Its steps are interrupted, what comes after them never starts, and no process is left."""
    bench = Bench(tmp_path, monkeypatch, storage(postgres))
    pipes = [Pipe(tmp_path / f"pipe{number}") for number in (1, 2)]
    run = bench.new_run("waits", workers=2)

    def cancel() -> None:
        for pipe in pipes:
            pipe.meet()
        bench.instance.report_run_canceling(run)
        os.kill(os.getpid(), signal.SIGINT)

    helper = threading.Thread(target=cancel)
    helper.start()
    execute_run(ReconstructableJob.for_file(str(JOBS), "waits"), run, bench.instance)
    helper.join()
    for pipe in pipes:
        pipe.wait_for_its_end()
    finished = bench.instance.get_run_by_id(run.run_id)
    assert finished is not None
    assert finished.status is dg.DagsterRunStatus.CANCELED
    assert ends(bench.events(run.run_id)) == {"a0": ["success"], "a1": ["failure"], "a2": ["failure"]}
    assert dict(bench.ran()) == {"a0": 1, "a1": 1, "a2": 1}
