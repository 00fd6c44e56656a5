"""Steps on a real Dask cluster of two workers: one function whose work is spread over both."""

from __future__ import annotations

import os
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING, Any

import dagster as dg
import pytest
from dagster._core.definitions.reconstruct import ReconstructableJob

from platform_core.compute_kinds import ComputeSpec
from platform_core.executor.entry.dask_task import claim_of, log_of
from platform_core.executor.handler import Cause, Phase, StepLaunch, TransientError
from platform_core.executor.handlers.dask import DaskHandler
from platform_core.executor.handlers.settings import DaskSettings
from tests.platform_core.executor.pipes import Pipe

if TYPE_CHECKING:
    from collections.abc import Iterator

distributed = pytest.importorskip("distributed")
JOB = "tests.platform_core.executor.handlers.dask_steps"  # importable, as workers need it


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """Start a scheduler and two workers of one thread each, as processes."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DASK_TRACE", str(tmp_path_factory.mktemp("dask") / "trace"))
        patch.setenv("PYTHONPATH", str(Path.cwd()))
        local = {"host": "127.0.0.1", "dashboard_address": None, "silence_logs": 50}
        with distributed.LocalCluster(n_workers=2, threads_per_worker=1, processes=True, **local) as started:
            yield started


@pytest.fixture
def trace(cluster: Any) -> Path:
    """Give the file of the lines that bodies leave, empty."""
    path = Path(os.environ["DASK_TRACE"])
    path.write_text("")
    return path


@pytest.fixture(scope="module")
def instance(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dg.DagsterInstance]:
    with dg.DagsterInstance.local_temp(str(tmp_path_factory.mktemp("home"))) as made:
        yield made


def handler_of(cluster: Any, *command: str) -> DaskHandler:
    told = {"scheduler": cluster.scheduler_address, **({"command": command} if command else {})}
    return DaskHandler(DaskSettings.model_validate(told))


_NUMBERS = count()


def launched(**options: int) -> StepLaunch:
    """Give a step of a run of its own, for a command that reads no payload."""
    return StepLaunch(f"run-{next(_NUMBERS)}", "a[b]", 1, 0, ComputeSpec("dask", options), b"eJy7", "job")


def until_over(cluster: Any, handler: DaskHandler, remote_id: str) -> Any:
    """Wait until the task has ended, and look at it."""
    with distributed.Client(cluster.scheduler_address, set_as_default=False) as client:
        client.get_dataset(remote_id).result(timeout=120)
    return handler.check(remote_id)


def subscribed(dask_scheduler: Any, topic: str, client: str) -> None:
    """Let a client hear of a topic from now on, at the scheduler itself."""
    dask_scheduler.subscribe_topic(topic, client)


def until_holding(cluster: Any, step: StepLaunch) -> None:
    """Wait until the step's body has begun."""
    with distributed.Client(cluster.scheduler_address, set_as_default=False) as client:
        held = distributed.Event("said", client=client)
        client.subscribe_topic(log_of(step.name), lambda event: "holding" in str(event) and held.set())
        # What the line above sends may come after the question below, and a line that is told in between would be lost
        client.run_on_scheduler(subscribed, topic=log_of(step.name), client=client.id)
        if not any("holding" in str(line) for _, line in client.get_events(log_of(step.name))):
            assert held.wait(120)


def test_one_step_is_spread_over_both_workers(cluster: Any, trace: Path, instance: dg.DagsterInstance) -> None:
    """The run's other step is here; the event log has one start and one success of each."""
    execution = {
        "kinds": {"dask": "remote"},
        "remote": {"dask": {"scheduler": cluster.scheduler_address}},
        "event_poll_seconds": 0.1,
        "health_check_seconds": 1.0,
    }
    config = {"execution": {"config": execution}, "loggers": {"console": {"config": {"log_level": "CRITICAL"}}}}
    result = dg.execute_job(ReconstructableJob.for_module(JOB, "on_dask"), instance, run_config=config)
    assert result.success
    lines = [line.split() for line in trace.read_text().splitlines()]
    (_, told, own, *workers), after = lines
    with distributed.Client(cluster.scheduler_address, set_as_default=False) as client:
        assert sorted(map(int, workers)) == sorted(client.run(os.getpid).values())
    assert told == "dask"
    assert int(own) not in {os.getpid(), *map(int, workers)}
    assert after == ["after", str(sum(range(1000)))]
    events = [entry.dagster_event for entry in instance.all_logs(result.run_id) if entry.dagster_event]
    ends = [(one.step_key, one.event_type_value) for one in events if one.event_type_value == "STEP_SUCCESS"]
    assert ends == [("whole", "STEP_SUCCESS"), ("after", "STEP_SUCCESS")]


def test_a_step_is_started_once_and_stopped(cluster: Any, trace: Path) -> None:
    """A restarted run worker finds it by its name, running and done."""
    program = f"import os, time; open({str(trace)!r}, 'a').write(f'holds {{os.getpid()}}\\n')"
    handler = handler_of(cluster, "python", "-S", "-c", f"{program}; print('holding', flush=True); time.sleep(600)")
    step = launched()
    assert handler.find(step) is None
    remote_id = handler.launch(step)
    assert handler_of(cluster).launch(step) == remote_id == step.name
    until_holding(cluster, step)
    assert handler.check(remote_id).phase is Phase.RUNNING
    assert "holding" in handler.last_lines(remote_id, 50)
    handler.stop(remote_id)
    handler.stop(remote_id)
    state = until_over(cluster, handler, remote_id)
    assert (state.phase, state.cause) == (Phase.FAILED, Cause.CANCELLED)
    assert handler_of(cluster).launch(step) == handler.find(step) == remote_id
    assert trace.read_text().count("holds ") == 1
    assert not _alive(int(trace.read_text().split()[1]))


def test_a_killed_worker_takes_the_step_with_it_and_nothing_runs_twice(
    cluster: Any, trace: Path, tmp_path: Path
) -> None:
    """Dask runs the task again, which finds that the step was begun: the executor decides what follows."""
    pipe = Pipe(tmp_path / "pipe")
    program = f"import os; os.write(1, b'holding\\n'); open({str(pipe.path)!r}).read()"
    bonded = f"import os; from platform_core.executor.processes import die_with; die_with(os.getppid()); {program}"
    handler, step = handler_of(cluster, "python", "-c", bonded), launched()
    remote_id = handler.launch(step)
    pipe.meet()
    with distributed.Client(cluster.scheduler_address, set_as_default=False) as client:
        place = next(worker for worker, keys in client.processing().items() if remote_id in keys)
        os.kill(client.run(os.getpid, workers=[place])[place], 9)
        pipe.wait_for_its_end()
    state = until_over(cluster, handler, remote_id)
    assert state.phase is Phase.LOST
    assert "is gone" in state.message
    assert handler.last_lines(remote_id, 5) == ("holding",)


def test_a_step_waits_for_its_workers(cluster: Any, trace: Path) -> None:
    handler, step = handler_of(cluster), launched(workers=9)
    remote_id = handler.launch(step)
    state = handler.check(remote_id)
    assert state.phase is Phase.STARTING
    handler.stop(remote_id)
    state = until_over(cluster, handler, remote_id)
    assert (state.phase, state.cause) == (Phase.FAILED, Cause.CANCELLED)
    with distributed.Client(cluster.scheduler_address, set_as_default=False) as client:
        assert claim_of(remote_id) not in client.list_datasets()
    assert trace.read_text() == ""


@pytest.mark.parametrize(
    ("program", "seconds", "cause", "words"),
    [
        ("raise SystemExit(3)", 60, Cause.ERROR, "exit code 3"),
        ("import time; time.sleep(600)", 1, Cause.TIME_OUT, "longer"),
    ],
)
def test_the_end_of_its_process_is_told(cluster: Any, program: str, seconds: int, cause: Cause, words: str) -> None:
    handler = handler_of(cluster, "python", "-S", "-c", program)
    step = launched(timeout_seconds=seconds)
    state = until_over(cluster, handler, handler.launch(step))
    assert (state.phase, state.cause) == (Phase.FAILED, cause)
    assert words in state.message


def test_what_nobody_knows_is_lost_and_a_silent_scheduler_is_asked_again(
    cluster: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    handler = handler_of(cluster)
    assert handler.check("wb-unknown").phase is Phase.LOST
    handler.stop("wb-unknown")
    assert handler.last_lines("wb-unknown", 5) == ()
    monkeypatch.setattr("platform_core.executor.handlers.dask._ANSWER_SECONDS", 0.2)
    with pytest.raises(TransientError, match="does not answer"):
        DaskHandler(DaskSettings(scheduler="tcp://127.0.0.1:1")).check("wb-unknown")


def _alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True
