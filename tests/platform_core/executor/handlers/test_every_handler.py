"""What holds for every handler: work is started once by name, found, watched, stopped, its end told in plain words."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from platform_core.executor.handler import Cause, LaunchError, Phase, TransientError
from platform_core.executor.handlers import eks
from tests.platform_core.executor.handlers.conftest import HOLD, IN_CLOUD, KINDS, Remote
from tests.servers.runner import IMAGE, LOST_LOG, MEMORY, NEVER_STARTS, SPOT, TIME_OUT, Fault, wait_for
from tests.servers.runner_kubernetes import (
    DENIED,
    EXPIRED,
    HELD,
    HELD_ANSWER,
    LOST_ANSWER,
    QUOTA,
    SERVER_ERROR,
    THROTTLED,
)

MARK = {  # what a process knows by its provider alone
    "fargate": "ECS_CONTAINER_METADATA_URI_V4",
    "batch": "AWS_BATCH_JOB_ID",
    "eks": "KUBERNETES_SERVICE_HOST",
    "lambda": "AWS_LAMBDA_FUNCTION_NAME",
}
LAUNCH = {"fargate": "RunTask", "batch": "SubmitJob", "eks": "POST jobs", "lambda": "Invoke"}
LOOK = {"fargate": "DescribeTasks", "batch": "DescribeJobs", "eks": "GET jobs", "lambda": "GetObject"}


@pytest.mark.parametrize("kind", KINDS)
def test_a_step_runs_in_a_process_that_proves_its_kind(remote: Remote, kind: str) -> None:
    handler, step = remote.handler(kind, command=None), remote.step(kind)
    state = remote.ended(handler, handler.launch(step))
    assert state.phase is Phase.SUCCEEDED, state
    proof = remote.proof(step)
    assert proof["known"] == [MARK[kind]]
    assert (proof["told"], proof["spot"]) == (kind, str(kind == "batch").lower())  # as each kind's default is
    assert remote.events(step)[-1] == "STEP_SUCCESS"
    assert remote.events(step).count("STEP_START") == 1
    assert remote.started(kind, step) == 1


@pytest.mark.parametrize("kind", KINDS)
def test_a_step_that_fails_by_itself_is_work_that_went_well(remote: Remote, kind: str) -> None:
    handler, step = remote.handler(kind, command=None), remote.step(kind, "fails")
    assert remote.ended(handler, handler.launch(step)).phase is Phase.SUCCEEDED
    assert remote.events(step)[-1] == "STEP_FAILURE"


@pytest.mark.parametrize("kind", KINDS)
def test_work_is_found_and_started_once(remote: Remote, kind: str) -> None:
    handler, step = remote.handler(kind), remote.quick(kind)
    assert handler.find(step) is None
    remote_id = handler.launch(step)
    assert handler.find(step) == remote_id
    assert remote.handler(kind, fresh=True).launch(step) == remote_id  # a restarted run worker, while it runs
    remote.ended(handler, remote_id)
    assert remote.handler(kind, fresh=True).launch(step) == remote_id  # and when it is done
    assert handler.find(step) == remote_id
    assert remote.started(kind, step) == 1


@pytest.mark.parametrize("kind", KINDS)
def test_an_answer_that_was_lost_starts_nothing_twice(remote: Remote, kind: str) -> None:
    handler, step = remote.handler(kind, command=None), remote.step(kind)
    remote.faults(kind).plan(Fault(LOST_ANSWER, LAUNCH[kind]))
    with pytest.raises(TransientError):
        handler.launch(step)
    remote_id = handler.launch(step)
    assert remote.ended(handler, remote_id).phase is Phase.SUCCEEDED
    assert remote.events(step).count("STEP_START") == 1


@contextmanager
def an_api_server_that_holds(remote: Remote, fault: Fault) -> Iterator[None]:
    """Hold what the fault says of Kubernetes for as long as the block goes on."""
    remote.cluster.released.clear()
    remote.cluster.faults.plan(fault)
    try:
        yield
    finally:
        remote.cluster.released.set()


@contextmanager
def little_patience(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Have the handler give up an answer of Kubernetes after a twentieth of a second."""
    with monkeypatch.context() as patch:
        patch.setattr(eks, "_WAITS", {"_request_timeout": (5.0, 0.05)})
        yield


@pytest.mark.parametrize("fault", [HELD, HELD_ANSWER])
def test_an_api_server_that_does_not_answer_starts_nothing_twice(
    remote: Remote, monkeypatch: pytest.MonkeyPatch, fault: str
) -> None:
    """The handler gives up in time, and asks again: the Job is made before that, or when nobody waits for it."""
    handler, step = remote.handler("eks"), remote.quick("eks")
    with an_api_server_that_holds(remote, Fault(fault, "POST jobs")):
        with little_patience(monkeypatch), pytest.raises(TransientError, match="could not be reached"):
            handler.launch(step)
        remote_id = handler.launch(step)
    assert remote.ended(handler, remote_id).phase is Phase.SUCCEEDED
    wait_for(lambda: remote.cluster.posted.count(step.name) == 2)
    assert remote.started("eks", step) == 1


def test_an_api_server_that_hangs_ends_no_work_that_is_looked_at(
    remote: Remote, monkeypatch: pytest.MonkeyPatch
) -> None:
    handler = remote.handler("eks")
    remote_id = handler.launch(remote.quick("eks"))
    remote.ended(handler, remote_id)
    with (
        an_api_server_that_holds(remote, Fault(HELD, "GET jobs")),
        little_patience(monkeypatch),
        pytest.raises(TransientError, match="could not be reached"),
    ):
        handler.check(remote_id)
    assert handler.check(remote_id).phase is Phase.SUCCEEDED


@pytest.mark.parametrize("kind", KINDS)
def test_work_is_stopped(remote: Remote, kind: str) -> None:
    handler, step = remote.handler(kind, command=HOLD), remote.quick(kind)
    if kind == "lambda":
        step = remote.step(kind, "holds")
    remote_id = handler.launch(step)
    wait_for(lambda: handler.last_lines(remote_id, 50))
    assert handler.check(remote_id).phase is Phase.RUNNING
    handler.stop(remote_id)
    handler.stop(remote_id)
    state = remote.ended(handler, remote_id)
    assert (state.phase, state.cause) in {(Phase.FAILED, Cause.CANCELLED), (Phase.LOST, None)}, state
    assert (state.phase is Phase.LOST) == (kind == "eks")


@pytest.mark.parametrize("kind", KINDS)
def test_what_nobody_knows_is_lost_and_no_error(remote: Remote, kind: str) -> None:
    handler = remote.handler(kind)
    unknown = {
        "fargate": "arn:aws:ecs:eu-west-1:123456789012:task/steps/0123456789abcdef0123456789abcdef",
        "batch": "01234567-89ab-cdef-0123-456789abcdef",
        "eks": "data/wb-unknown",
        "lambda": "wb-unknown",
    }[kind]
    state = handler.check(unknown)
    assert state.phase is Phase.LOST
    assert "event log" in state.message
    handler.stop(unknown)
    assert handler.last_lines(unknown, 5) == ()


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("fault", [THROTTLED, SERVER_ERROR])
def test_what_may_pass_is_worth_another_try(remote: Remote, kind: str, fault: str) -> None:
    handler, step = remote.handler(kind), remote.quick(kind)
    remote.faults(kind).plan(Fault(fault, LAUNCH[kind]))
    with pytest.raises(TransientError):
        handler.launch(step)
    remote_id = handler.launch(step)
    remote.ended(handler, remote_id)
    assert remote.started(kind, step) == 1
    remote.faults(kind).plan(Fault(fault, LOOK[kind]))
    with pytest.raises(TransientError):
        handler.check(remote_id)
    assert handler.check(remote_id).phase is Phase.SUCCEEDED


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(
    ("fault", "cause", "words"),
    [
        (EXPIRED, Cause.EXPIRED_CREDENTIALS, "Sign in again"),
        (DENIED, Cause.PERMISSION, "compute-kinds.md"),
        (QUOTA, Cause.QUOTA, "quota"),
    ],
)
def test_a_refusal_says_its_cause(remote: Remote, kind: str, fault: str, cause: Cause, words: str) -> None:
    if (kind, fault) == ("lambda", QUOTA):
        pytest.skip("Lambda queues an event where its concurrency is used up: it never begins")
    handler, step = remote.handler(kind), remote.quick(kind)
    remote.faults(kind).plan(Fault(fault, LAUNCH[kind]))
    with pytest.raises(LaunchError, match=words) as caught:
        handler.launch(step)
    assert caught.value.cause is cause
    assert remote.started(kind, step) == 0
    remote_id = handler.launch(step)  # when it is put right: with new credentials too
    assert remote.ended(handler, remote_id).phase is Phase.SUCCEEDED


@pytest.mark.parametrize("kind", KINDS)
def test_expired_credentials_do_not_end_work_that_is_only_looked_at(remote: Remote, kind: str) -> None:
    handler = remote.handler(kind)
    remote_id = handler.launch(remote.quick(kind))
    remote.ended(handler, remote_id)
    remote.faults(kind).plan(Fault(EXPIRED, LOOK[kind]))
    with pytest.raises(TransientError, match="Sign in again"):
        handler.check(remote_id)
    assert handler.check(remote_id).phase is Phase.SUCCEEDED


@pytest.mark.parametrize("kind", IN_CLOUD)
@pytest.mark.parametrize(
    ("fault", "cause"),
    [(SPOT, Cause.SPOT_INTERRUPTION), (MEMORY, Cause.OUT_OF_MEMORY), (IMAGE, Cause.IMAGE_PULL)],
)
def test_the_end_of_work_says_its_cause(remote: Remote, kind: str, fault: str, cause: Cause) -> None:
    handler = remote.handler(kind, command=HOLD)
    remote.faults(kind).plan(Fault(fault, after="" if fault == IMAGE else "holding"))
    remote_id = handler.launch(remote.quick(kind))
    state = remote.ended(handler, remote_id)
    assert (state.phase, state.cause) == (Phase.FAILED, cause), state
    assert "The provider says: " in state.message
    lines = handler.last_lines(remote_id, 5)
    assert lines == (() if fault == IMAGE else ("holding",))


@pytest.mark.parametrize("kind", ["batch", "eks"])  # Fargate has no limit of time; Lambda's is in its own file
def test_work_that_takes_too_long_says_so(remote: Remote, kind: str) -> None:
    handler = remote.handler(kind, command=HOLD)
    remote.faults(kind).plan(Fault(TIME_OUT, after="holding"))
    remote_id = handler.launch(remote.quick(kind))
    state = remote.ended(handler, remote_id)
    assert (state.phase, state.cause) == (Phase.FAILED, Cause.TIME_OUT), state
    assert "longer than it may" in state.message
    assert handler.last_lines(remote_id, 5) == ("holding",)


@pytest.mark.parametrize("kind", IN_CLOUD)
def test_a_process_that_ends_badly_is_an_error_with_its_exit_code(remote: Remote, kind: str) -> None:
    handler = remote.handler(kind, command=("python", "-S", "-c", "print('so far'); raise SystemExit(3)"))
    remote_id = handler.launch(remote.quick(kind))
    state = remote.ended(handler, remote_id)
    assert (state.phase, state.cause) == (Phase.FAILED, Cause.ERROR)
    assert "exit code 3" in state.message
    assert handler.last_lines(remote_id, 5) == ("so far",)


@pytest.mark.parametrize("kind", KINDS)
def test_work_that_never_begins_is_starting_and_can_be_stopped(remote: Remote, kind: str) -> None:
    remote.faults(kind).plan(Fault(NEVER_STARTS))
    handler, step = remote.handler(kind), remote.quick(kind)
    remote_id = handler.launch(step)
    state = handler.check(remote_id)
    assert state.phase is Phase.STARTING
    assert ("Insufficient cpu" in state.message) == (kind == "eks")
    assert handler.last_lines(remote_id, 5) == ()
    handler.stop(remote_id)
    if kind != "lambda":  # whose event stays in a queue, and meets the mark when it begins
        assert remote.ended(handler, remote_id).phase in {Phase.FAILED, Phase.LOST}


@pytest.mark.parametrize("kind", KINDS)
def test_a_lost_log_is_no_error(remote: Remote, kind: str) -> None:
    remote.faults(kind).plan(Fault(LOST_LOG))
    handler = remote.handler(kind)
    remote_id = handler.launch(remote.quick(kind))
    assert remote.ended(handler, remote_id).phase is Phase.SUCCEEDED
    assert handler.last_lines(remote_id, 5) == ()
