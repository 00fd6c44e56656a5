"""A run is sent to its code server once and begins once, however slow the server is and whatever dies meanwhile.

The server is Dagster's own, asked over gRPC; it only does what it is told when the test says.
"""

from __future__ import annotations

import json
import logging
import sys
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from multiprocessing.process import BaseProcess
from types import SimpleNamespace
from typing import Any

import dagster as dg
import grpc  # type: ignore[import-untyped] # it ships no types
import pytest
from dagster._core.events import DagsterEventType
from dagster._core.instance import DagsterInstance
from dagster._core.storage.dagster_run import DagsterRun, DagsterRunStatus
from dagster._core.storage.tags import GRPC_INFO_TAG, RUN_FAILURE_REASON_TAG
from dagster._core.types.loadable_target_origin import LoadableTargetOrigin
from dagster._core.utils import FuturesAwareThreadPoolExecutor
from dagster._core.workspace.context import WorkspaceProcessContext
from dagster._core.workspace.load_target import GrpcServerTarget
from dagster._daemon.run_coordinator.queued_run_coordinator_daemon import QueuedRunCoordinatorDaemon
from dagster._grpc.impl import core_execute_run
from dagster._grpc.server import DagsterApiServer, DagsterGrpcServer
from dagster._utils.hosted_user_process import recon_job_from_origin

from tests import warm
from tests.deployment.runs import instance_in, known, next_tries, queued_run, reported, retry
from workbench.stack import beginning, monitoring
from workbench.stack.beginning import BeginsOnce, NotToBeginError, begins_once
from workbench.stack.launcher import CheckedRunLauncher
from workbench.stack.monitoring import look_after
from workbench.stack.ports import HeldPorts

NET = 300.0  # seconds until a test gives up; nothing is measured by it
STARTING, STARTED, FAILURE = DagsterRunStatus.STARTING, DagsterRunStatus.STARTED, DagsterRunStatus.FAILURE
Doing = Callable[[], Any]


class Server(DagsterApiServer):
    """Dagster's server; `to_start` says what it does with a run, and what its client hears.

    The processes of its runs are forks of one that has imported Dagster; it forgets them soon after they end.
    """

    def __init__(self, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        self.processes = list[BaseProcess]()
        self._mp_ctx: Any = SimpleNamespace(Queue=warm.forks().Queue, Event=warm.forks().Event, Process=self._process)
        self.to_start: Callable[[Doing, grpc.ServicerContext], Any] = lambda do, _: do()
        self.asked, self.away = list[str](), False

    def CanCancelExecution(self, request: Any, context: grpc.ServicerContext) -> Any:  # noqa: N802 - Dagster's own
        if self.away:
            context.abort(grpc.StatusCode.UNAVAILABLE, "as a port on which nobody listens says")
        return super().CanCancelExecution(request, context)

    def StartRun(self, request: Any, context: grpc.ServicerContext) -> Any:  # noqa: N802 - Dagster's own
        self.asked.append(request.serialized_execute_run_args)
        return self.to_start(lambda: super(Server, self).StartRun(request, context), context)

    def _process(self, **named: Any) -> BaseProcess:
        self.processes.append(warm.forks().Process(**named))
        return self.processes[-1]

    def ended(self) -> None:
        """Wait for the one process that was made since the test began."""
        (process,) = self.processes
        process.join(NET)


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[WorkspaceProcessContext, Server]]:
    folder = tmp_path_factory.mktemp("launching")
    over, pool = threading.Event(), FuturesAwareThreadPoolExecutor(8, "grpc")
    logger = logging.getLogger("launching")
    with instance_in(folder) as instance, HeldPorts() as kept:
        port = kept.any()
        code = LoadableTargetOrigin(executable_path=sys.executable, python_file=str(folder / "project.py"))
        servicer = Server(over, logger, pool, code, instance_ref=instance.get_ref(), location_name="page")
        server = DagsterGrpcServer(over, servicer, logger, pool, host="127.0.0.1", port=port)
        serving = threading.Thread(target=server.serve)
        serving.start()
        target = GrpcServerTarget(host="127.0.0.1", port=port, socket=None, location_name="page")
        try:
            with WorkspaceProcessContext(instance, target) as context:
                yield context, servicer
        finally:
            over.set()
            serving.join()


@pytest.fixture
def server(served: tuple[WorkspaceProcessContext, Server]) -> Server:
    found = served[1]
    found.to_start, found.asked, found.processes, found.away = lambda do, _: do(), [], [], False
    return found


@pytest.fixture
def context(served: tuple[WorkspaceProcessContext, Server], monkeypatch: pytest.MonkeyPatch) -> WorkspaceProcessContext:
    monkeypatch.setattr(monitoring, "GRACE", 0.0)
    return served[0]


def dequeue(context: WorkspaceProcessContext) -> None:
    """Do what Dagster's daemon does with the queue; each time another, which waits for no server to recover."""
    for _ in QueuedRunCoordinatorDaemon(interval_seconds=1).run_iteration(context):
        pass


def watch(context: WorkspaceProcessContext, run: DagsterRun) -> None:
    launcher = context.instance.run_launcher
    assert isinstance(launcher, CheckedRunLauncher)
    look_after(context.instance, launcher, known(context, run))


def events(context: WorkspaceProcessContext, run: DagsterRun, kind: DagsterEventType) -> int:
    return len(context.instance.all_logs(run.run_id, of_type=kind))


def late(_: Doing, context: grpc.ServicerContext) -> None:
    context.abort(grpc.StatusCode.DEADLINE_EXCEEDED, "as a client is told whose time is over")


def test_a_run_whose_server_answers_too_late_is_not_sent_again_and_goes_on(
    context: WorkspaceProcessContext, server: Server
) -> None:
    """Dagster would queue it again, and a second process would begin it too."""

    def done_unheard(do: Doing, called: grpc.ServicerContext) -> None:
        do()
        late(do, called)

    server.to_start = done_unheard
    run = queued_run(context)
    dequeue(context)
    watch(context, run)  # as it begins, or is at work: never lost
    dequeue(context)
    server.ended()
    assert known(context, run).status is DagsterRunStatus.SUCCESS
    assert len(server.asked) == 1
    for kind in (
        DagsterEventType.PIPELINE_ENQUEUED,
        DagsterEventType.PIPELINE_START,
        DagsterEventType.PIPELINE_SUCCESS,
    ):
        assert events(context, run, kind) == 1


def test_a_server_that_starts_a_run_after_it_was_given_up_begins_nothing(
    context: WorkspaceProcessContext, server: Server
) -> None:
    """It had taken the request and stood still; the monitor asked it before it went on, and the next try is queued."""
    go_on, gone_on = threading.Event(), Future[Any]()

    def held(do: Doing, called: grpc.ServicerContext) -> None:
        def later() -> None:
            go_on.wait(NET)
            gone_on.set_result(do())

        threading.Thread(target=later).start()
        late(do, called)

    server.to_start = held
    run = queued_run(context)
    dequeue(context)
    assert known(context, run).status is STARTING
    watch(context, run)
    retry(context)
    (again,) = next_tries(context, run)
    go_on.set()
    gone_on.result(NET)
    server.ended()
    assert known(context, run).status is FAILURE
    assert events(context, run, DagsterEventType.PIPELINE_START) == 0
    assert next_tries(context, run) == [again]
    context.instance.report_run_canceled(again)


def test_a_run_that_died_with_its_server_is_failed_and_tried_again(
    context: WorkspaceProcessContext, server: Server
) -> None:
    server.to_start = lambda _, called: called.abort(grpc.StatusCode.UNAVAILABLE, "as a broken connection says")
    run = queued_run(context)
    dequeue(context)
    assert known(context, run).status is STARTING
    dequeue(context)
    assert len(server.asked) == 1
    watch(context, run)
    assert known(context, run).status is FAILURE
    retry(context)
    (again,) = next_tries(context, run)
    assert again.status is DagsterRunStatus.QUEUED
    context.instance.report_run_canceled(again)


def test_a_run_whose_server_is_away_is_queued_again_and_sent_to_the_one_that_comes(
    context: WorkspaceProcessContext, server: Server
) -> None:
    run = queued_run(context)
    server.away = True
    dequeue(context)
    assert known(context, run).status is DagsterRunStatus.QUEUED
    assert (server.asked, GRPC_INFO_TAG in known(context, run).tags) == ([], False)
    server.away = False
    server.to_start = lambda _, called: called.abort(grpc.StatusCode.UNAVAILABLE, "enough is known")
    dequeue(context)
    assert len(server.asked) == 1
    assert set(json.loads(known(context, run).tags[GRPC_INFO_TAG])) == {"host", "port"}
    context.instance.report_run_canceled(run)


def test_a_run_that_the_server_has_is_not_sent_to_it(
    context: WorkspaceProcessContext, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever queued it again: a second request would let the server forget the first process."""
    run = queued_run(context)
    monkeypatch.setitem(server._executions, run.run_id, (threading.current_thread(), None))
    monkeypatch.setitem(server._termination_events, run.run_id, threading.Event())
    dequeue(context)
    assert (known(context, run).status, server.asked) == (STARTING, [])
    context.instance.report_run_canceled(run)


def test_the_monitor_leaves_a_run_alone_while_it_is_being_sent(
    context: WorkspaceProcessContext, server: Server
) -> None:
    """The server does not know it yet; to fail it now would waste a try."""

    def looked(_: Doing, called: grpc.ServicerContext) -> None:
        watch(context, run)
        found.append(known(context, run).status)
        called.abort(grpc.StatusCode.UNAVAILABLE, "enough is known")

    found = list[DagsterRunStatus]()
    server.to_start = looked
    run = queued_run(context)
    dequeue(context)
    assert found == [STARTING]
    context.instance.report_run_canceled(run)


def execute(context: WorkspaceProcessContext, run: DagsterRun) -> None:
    """Do in this process what the process of a run does."""
    assert run.job_code_origin is not None
    with DagsterInstance.from_ref(begins_once(context.instance)) as instance:
        assert isinstance(instance, BeginsOnce)
        job = recon_job_from_origin(run.job_code_origin)
        for _ in core_execute_run(job, run, instance, inject_env_vars=False):
            pass


def between(monkeypatch: pytest.MonkeyPatch, where: Any, do: Doing) -> None:
    """Have something done just before a run is taken at one place."""

    def first(*arguments: Any) -> bool:
        monkeypatch.undo()
        monkeypatch.setattr(monitoring, "GRACE", 0.0)
        do()
        return beginning.take(*arguments)

    monkeypatch.setattr(where, "take", first)


@pytest.mark.parametrize(
    ("meanwhile", "status"),
    [
        (None, FAILURE),  # the monitor gives it up
        (DagsterEventType.PIPELINE_CANCELED, DagsterRunStatus.CANCELED),
        (DagsterEventType.PIPELINE_CANCELING, DagsterRunStatus.CANCELED),
    ],
)
def test_a_process_that_was_overtaken_on_its_last_step_begins_nothing(
    context: WorkspaceProcessContext, monkeypatch: pytest.MonkeyPatch, meanwhile: Any, status: DagsterRunStatus
) -> None:
    """Dagster has looked at the status already, and would write its event over whatever stands there."""
    run = reported(context, queued_run(context), DagsterEventType.PIPELINE_STARTING)
    between(monkeypatch, beginning, lambda: reported(context, run, meanwhile) if meanwhile else watch(context, run))
    with pytest.raises(NotToBeginError, match="does not begin the run: it is"):
        execute(context, run)
    assert known(context, run).status is status
    assert events(context, run, DagsterEventType.PIPELINE_START) == 0
    assert events(context, run, DagsterEventType.PIPELINE_FAILURE) == (meanwhile is None)


def test_the_monitor_that_was_overtaken_on_its_last_step_fails_nothing(
    context: WorkspaceProcessContext, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = reported(context, queued_run(context), DagsterEventType.PIPELINE_STARTING)
    between(monkeypatch, monitoring, lambda: execute(context, run))
    watch(context, run)
    assert known(context, run).status is DagsterRunStatus.SUCCESS
    assert events(context, run, DagsterEventType.PIPELINE_FAILURE) == 0


def test_a_run_whose_process_does_not_begin_in_time_is_failed_by_us_before_dagster_does(
    context: WorkspaceProcessContext, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = reported(context, queued_run(context), DagsterEventType.PIPELINE_STARTING)
    monkeypatch.setattr(dg.DagsterInstance, "run_monitoring_start_timeout_seconds", 1e-9)
    context.instance.add_run_tags(run.run_id, {GRPC_INFO_TAG: json.dumps({"host": "127.0.0.1", "port": 1})})
    watch(context, run)  # its server does not answer
    assert known(context, run).status is FAILURE
    assert known(context, run).tags[RUN_FAILURE_REASON_TAG] == "START_TIMEOUT"


def test_a_monitor_that_dies_as_it_fails_a_run_leaves_one_that_is_tried_again(context: WorkspaceProcessContext) -> None:
    run = reported(context, queued_run(context), DagsterEventType.PIPELINE_STARTING)
    assert beginning.take(context.instance, run.run_id, [STARTING], FAILURE)
    assert not beginning.take(context.instance, run.run_id, [STARTING], STARTED)
    retry(context)
    (again,) = next_tries(context, run)
    context.instance.report_run_canceled(again)
