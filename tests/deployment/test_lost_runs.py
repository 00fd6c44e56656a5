"""Runs that a crash left behind, each made as the crash leaves it: found by the monitor, tried again, and not twice."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Iterator
from concurrent.futures import Future
from contextlib import nullcontext
from threading import Thread
from types import SimpleNamespace
from typing import Any

import dagster as dg
import psycopg2  # type: ignore[import-untyped] # it ships no types
import pytest
from dagster._core.events import DagsterEvent, DagsterEventType, RunFailureReason
from dagster._core.instance import DagsterInstance
from dagster._core.launcher import CheckRunHealthResult, WorkerStatus
from dagster._core.remote_origin import InProcessCodeLocationOrigin
from dagster._core.storage.dagster_run import DagsterRun, DagsterRunStatus
from dagster._core.storage.tags import GRPC_INFO_TAG, RETRY_STRATEGY_TAG, WILL_RETRY_TAG
from dagster._core.types.loadable_target_origin import LoadableTargetOrigin
from dagster._core.workspace.context import WorkspaceProcessContext
from dagster._core.workspace.load_target import InProcessWorkspaceLoadTarget

from tests.deployment.runs import fail, instance_in, known, new_run, next_tries, retry
from tests.servers.postgres import PORT, READER_PASSWORD, PostgresServer
from workbench.stack import monitoring
from workbench.stack.beginning import MAY_BEGIN, take
from workbench.stack.compose import compose_file, read_services
from workbench.stack.daemon import daemons
from workbench.stack.database import tables_are_there
from workbench.stack.health import BEGAN_VARIABLE, daemon_problem
from workbench.stack.launcher import CheckedRunLauncher
from workbench.stack.monitoring import RunMonitor, look_after
from workbench.stack.retrying import RetryDaemon


@pytest.fixture(scope="module")
def context(tmp_path_factory: pytest.TempPathFactory) -> Iterator[WorkspaceProcessContext]:
    """An instance of the stack, and the project's code in this process.

    What a server says of its runs is `Launcher`'s; `test_launching` has a server.
    """
    folder = tmp_path_factory.mktemp("lost")
    code = LoadableTargetOrigin(executable_path=sys.executable, python_file=str(folder / "project.py"))
    target = InProcessWorkspaceLoadTarget(InProcessCodeLocationOrigin(code, location_name="page"))
    with instance_in(folder) as instance, WorkspaceProcessContext(instance, target) as found:
        yield found


class Launcher(CheckedRunLauncher):
    """The launcher, with a code server that answers what the test says."""

    def __init__(self, answer: WorkerStatus) -> None:
        super().__init__()
        self.answer = answer

    def check_run_worker_health(self, run: DagsterRun) -> CheckRunHealthResult:
        return CheckRunHealthResult(self.answer)


SERVER = {GRPC_INFO_TAG: json.dumps({"host": "127.0.0.1", "port": 1})}


def test_a_run_that_was_lost_before_it_began_is_failed_and_tried_again(
    context: WorkspaceProcessContext, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its server died, or the daemon as it was about to launch it; Dagster's monitor would wait for an hour here."""
    monkeypatch.setattr(monitoring, "GRACE", float("inf"))
    launched, unlaunched = new_run(context, **SERVER), new_run(context)
    for run in (launched, unlaunched):
        look_after(context.instance, Launcher(WorkerStatus.FAILED), run)
        assert known(context, run).status is DagsterRunStatus.STARTING  # it may still be on its way
    monkeypatch.setattr(monitoring, "GRACE", 0.0)
    for run in (launched, unlaunched):
        look_after(context.instance, Launcher(WorkerStatus.FAILED), run)
        assert known(context, run).status is DagsterRunStatus.FAILURE
        assert known(context, run).tags[WILL_RETRY_TAG] == "true"


def test_a_run_whose_server_has_it_or_does_not_answer_is_left_alone(
    context: WorkspaceProcessContext, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(monitoring, "GRACE", 0.0)
    run = new_run(context, **SERVER)
    look_after(context.instance, Launcher(WorkerStatus.RUNNING), run)
    assert known(context, run).status is DagsterRunStatus.STARTING
    context.instance.report_run_canceled(run)


@pytest.mark.parametrize(
    ("last", "status"),
    [(DagsterEventType.PIPELINE_SUCCESS, DagsterRunStatus.SUCCESS), (None, DagsterRunStatus.STARTED)],
)
def test_a_run_that_ended_and_could_not_write_its_status_gets_it_from_its_log(
    context: WorkspaceProcessContext, monkeypatch: pytest.MonkeyPatch, last: Any, status: DagsterRunStatus
) -> None:
    """The last event is stored before the status; what dies between leaves the one without the other."""
    run = new_run(context, DagsterEventType.PIPELINE_START, **SERVER)
    if last is not None:
        with monkeypatch.context() as broken:
            broken.setattr(context.instance.run_storage, "handle_run_event", lambda *_: None)
            context.instance.report_dagster_event(DagsterEvent(last.value, "chain"), run.run_id)
    assert known(context, run).status is DagsterRunStatus.STARTED
    look_after(context.instance, Launcher(WorkerStatus.FAILED), known(context, run))
    assert known(context, run).status is status
    if status is DagsterRunStatus.STARTED:
        context.instance.report_run_canceled(run)


def test_a_crash_is_tried_again_once_however_often_one_looks(context: WorkspaceProcessContext) -> None:
    run = fail(context, new_run(context), RunFailureReason.UNEXPECTED_TERMINATION)
    retry(context)
    retry(context)  # a daemon that was started anew, and remembers nothing
    (again,) = next_tries(context, run)
    assert again.status is DagsterRunStatus.QUEUED
    fail(context, again, RunFailureReason.UNEXPECTED_TERMINATION)
    retry(context)
    (last,) = next_tries(context, again)
    fail(context, last, RunFailureReason.UNEXPECTED_TERMINATION)
    retry(context)
    assert next_tries(context, last) == []  # no tries are left


def test_a_next_try_that_was_made_and_not_queued_is_queued(
    context: WorkspaceProcessContext, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = fail(context, new_run(context), RunFailureReason.UNEXPECTED_TERMINATION)
    with monkeypatch.context() as broken:
        broken.setattr(DagsterInstance, "submit_run", lambda *_: (_ for _ in ()).throw(OSError("it died here")))
        retry(context)
    (again,) = next_tries(context, run)
    assert again.status is DagsterRunStatus.NOT_STARTED
    retry(context)
    assert known(context, again).status is DagsterRunStatus.QUEUED
    assert len(next_tries(context, run)) == 1


def test_what_cannot_be_tried_now_is_tried_later(
    context: WorkspaceProcessContext, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Dagster's own daemon gives a run up where the code server or the database is away as it looks."""
    run = fail(context, new_run(context), RunFailureReason.UNEXPECTED_TERMINATION)
    daemon = RetryDaemon()
    with monkeypatch.context() as broken:
        broken.setattr(
            DagsterInstance, "create_reexecuted_run", lambda *_, **__: (_ for _ in ()).throw(OSError("away"))
        )
        retry(context, daemon)
    assert next_tries(context, run) == []
    retry(context, daemon)
    assert len(next_tries(context, run)) == 1


def test_a_run_all_of_whose_steps_had_succeeded_is_done_again_whole(context: WorkspaceProcessContext) -> None:
    run = new_run(context, DagsterEventType.PIPELINE_START)
    for step in ("first", "second"):
        context.instance.report_dagster_event(step_event(step), run.run_id)
    fail(context, run, RunFailureReason.UNEXPECTED_TERMINATION)
    daemon = RetryDaemon()
    retry(context, daemon)
    retry(context, daemon)
    (again,) = next_tries(context, run)
    assert again.step_keys_to_execute is None
    assert known(context, run).tags[RETRY_STRATEGY_TAG] == "ALL_STEPS"


def step_event(step: str) -> DagsterEvent:
    from dagster._core.execution.plan.handle import StepHandle
    from dagster._core.execution.plan.objects import StepSuccessData

    handle = StepHandle(dg._core.definitions.NodeHandle(step, None))
    return DagsterEvent(DagsterEventType.STEP_SUCCESS.value, "chain", step_handle=handle, step_key=step,
                        event_specific_data=StepSuccessData(1.0))  # fmt: skip


@pytest.mark.parametrize(("place", "tried"), [("/dagster_postgres/utils.py", True), ("/project/src/page.py", False)])
def test_a_step_is_tried_again_where_the_database_failed_it_and_not_where_its_code_did(
    context: WorkspaceProcessContext, place: str, tried: bool
) -> None:
    from dagster._core.execution.plan.objects import StepFailureData
    from dagster_shared.error import SerializableErrorInfo

    run = new_run(context, DagsterEventType.PIPELINE_START)
    cause = SerializableErrorInfo("too many retries", [f'  File "/site-packages{place}", line 1\n'], "Error")
    error = SerializableErrorInfo("the step failed", ["  File execute_step.py\n"], "StepError", cause=cause)
    event = DagsterEvent(DagsterEventType.STEP_FAILURE.value, "chain", step_key="first",
                         event_specific_data=StepFailureData(error, None))  # fmt: skip
    context.instance.report_dagster_event(event, run.run_id)
    fail(context, run, RunFailureReason.STEP_FAILURE)
    retry(context)
    assert len(next_tries(context, run)) == tried


def test_the_daemon_has_ours_in_place_of_dagsters(context: WorkspaceProcessContext) -> None:
    kinds = {type(one) for one in daemons(context.instance)}
    assert {RunMonitor, RetryDaemon} <= kinds
    assert {one.daemon_type() for one in daemons(context.instance)} == set(context.instance.get_required_daemon_types())


@pytest.fixture(scope="module")
def database(postgres: PostgresServer) -> str:
    """The address of a database with the tables of runs."""
    from dagster_postgres.run_storage import PostgresRunStorage

    name = postgres.new_database()
    postgres.execute("GRANT ALL ON SCHEMA public TO reader", database=name)
    url = f"postgresql+psycopg2://reader:{READER_PASSWORD}@{postgres.address}:{PORT}/{name}"
    PostgresRunStorage(url, should_autocreate_tables=True).dispose()
    return url


@pytest.mark.parametrize(("recycle", "survives"), [(0, True), (3600, False)])
def test_the_webserver_answers_after_postgresql_was_restarted(
    postgres: PostgresServer, database: str, recycle: int, survives: bool
) -> None:
    """As the Compose file starts it (0); Dagster's own choice keeps a connection that is dead by then."""
    from dagster_postgres.run_storage import PostgresRunStorage

    assert read_services(compose_file(), {})["webserver"].command[-2:] == ("--db-pool-recycle", "0")
    storage = PostgresRunStorage(database, should_autocreate_tables=False)
    storage.optimize_for_webserver(statement_timeout=600_000, pool_recycle=recycle, max_overflow=1)
    assert storage.get_runs() == []
    # With a time to wait: they have ended when it comes back
    others = "FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
    postgres.execute(f"SELECT pg_terminate_backend(pid, 600000) {others}", database=database.rpartition("/")[2])
    with nullcontext() if survives else pytest.raises(Exception, match=r"terminat|closed"):
        assert storage.get_runs() == []


def test_of_two_who_take_a_run_at_the_same_moment_one_has_it(postgres: PostgresServer, database: str) -> None:
    """The second waits for what the first has written to be settled, and looks at the status anew."""
    from dagster_postgres.run_storage import PostgresRunStorage

    storage = PostgresRunStorage(database, should_autocreate_tables=False)
    run = storage.add_run(DagsterRun(job_name="chain", status=DagsterRunStatus.STARTING))
    name, taken = database.rpartition("/")[2], Future[bool]()
    where = {"host": postgres.address, "port": PORT, "user": "reader", "dbname": name}
    first = psycopg2.connect(**where, password=READER_PASSWORD)
    first.cursor().execute("UPDATE runs SET status = 'FAILURE' WHERE run_id = %s AND status = 'STARTING'", [run.run_id])
    instance: Any = SimpleNamespace(run_storage=storage)
    second = Thread(
        target=lambda: taken.set_result(take(instance, run.run_id, MAY_BEGIN, DagsterRunStatus.STARTED)), daemon=True
    )
    second.start()
    waiting = "SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
    while not postgres.execute(waiting, database=name):
        assert second.is_alive(), taken.result(60)
    first.commit()
    first.close()
    assert taken.result(60) is False
    (found,) = storage.get_runs()
    storage.delete_run(run.run_id)
    assert found.status is DagsterRunStatus.FAILURE


@pytest.fixture
def environ(postgres: PostgresServer, database: str) -> dict[str, str]:
    """The environment that leads to the database, as the Compose file's services have it."""
    parts = {"HOST": postgres.address, "PORT": str(PORT), "USER": "reader", "PASSWORD": READER_PASSWORD,
             "DB": database.rpartition("/")[2]}  # fmt: skip
    return {f"DAGSTER_POSTGRES_{name}": value for name, value in parts.items()}


def test_a_daemon_is_healthy_by_its_own_reports_alone(database: str, environ: dict[str, str]) -> None:
    """Those of one that was killed stay fresh for two minutes. All times are an hour ahead: none gets old here."""
    from dagster._daemon.types import DaemonHeartbeat
    from dagster_postgres.run_storage import PostgresRunStorage

    storage, now = PostgresRunStorage(database, should_autocreate_tables=False), time.time() + 3600

    def report(who: str, when: float, kind: str = "SENSOR") -> None:
        storage.add_daemon_heartbeat(DaemonHeartbeat(when, kind, who, []))

    def problem(began: float) -> str:
        return daemon_problem({**environ, BEGAN_VARIABLE: repr(began)})

    assert problem(now) == "no daemon has reported yet"
    report("killed", now - 30)
    assert problem(now - 100) == ""
    assert problem(now) == "no daemon has reported yet"
    report("new", now + 5)
    assert problem(now) == ""
    report("new", now - 4600, kind="SCHEDULER")
    assert problem(now - 5000).startswith("a daemon reported ")


def test_the_daemon_waits_for_the_tables_of_all_three_storages(
    postgres: PostgresServer, environ: dict[str, str]
) -> None:
    assert not tables_are_there({**environ, "DAGSTER_POSTGRES_DB": "none_of_this_name"})
    assert not tables_are_there(environ)  # those of runs alone
    for table in ("event_logs", "jobs"):
        postgres.execute(f"CREATE TABLE {table} (id int)", database=environ["DAGSTER_POSTGRES_DB"])
        postgres.execute(f"GRANT ALL ON {table} TO reader", database=environ["DAGSTER_POSTGRES_DB"])
    assert tables_are_there(environ)
