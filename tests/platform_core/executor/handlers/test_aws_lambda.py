"""Lambda, which forgets an invocation at once: what its marks are good for."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import boto3
import pytest

from platform_core.executor.handler import Cause, LaunchError, Phase
from tests.servers.runner import MEMORY, TIME_OUT, Fault, wait_for
from tests.servers.runner_aws import BUCKET
from tests.servers.runner_lambda import INIT_ERROR, TWICE

if TYPE_CHECKING:
    from tests.platform_core.executor.handlers.conftest import Remote


def test_environment_variables_are_the_steps_alone(remote: Remote) -> None:
    handler = remote.handler("lambda")
    loud, plain = remote.step("lambda", environment_variables={"LOG_LEVEL": "DEBUG"}), remote.step("lambda")
    for step in (loud, plain):
        assert remote.ended(handler, handler.launch(step)).phase is Phase.SUCCEEDED
        wait_for(lambda: not remote.cloud.functions.running())  # so that the next finds the process warm
    first, second = remote.proof(loud), remote.proof(plain)
    assert (first["level"], second["level"]) == ("DEBUG", None)
    assert first["pid"] == second["pid"]


def test_an_event_that_is_delivered_twice_is_carried_out_once(remote: Remote) -> None:
    remote.faults("lambda").plan(Fault(TWICE))
    handler, step = remote.handler("lambda"), remote.step("lambda")
    assert remote.ended(handler, handler.launch(step)).phase is Phase.SUCCEEDED
    wait_for(lambda: not remote.cloud.functions.running())
    assert remote.events(step).count("STEP_START") == 1


def test_a_stop_that_comes_first_is_heeded(remote: Remote) -> None:
    handler, step = remote.handler("lambda"), remote.step("lambda")
    boto3.client("s3").put_object(Bucket=BUCKET, Key=f"workbench/steps/{step.name}/stop", Body=b"{}")
    state = remote.ended(handler, handler.launch(step))
    assert (state.phase, state.cause) == (Phase.FAILED, Cause.CANCELLED)
    assert "STEP_START" not in remote.events(step)


def test_an_invocation_that_ends_while_it_is_looked_at_says_how(
    remote: Remote, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its marks are listed before it begins, and its report is there when the log is read."""
    handler, step = remote.handler("lambda", fresh=True), remote.step("lambda")
    boto3.client("s3").put_object(Bucket=BUCKET, Key=f"workbench/steps/{step.name}/stop", Body=b"{}")
    remote_id = handler.launch(step)
    remote.ended(handler, remote_id)
    launched, accepted = (handler._marks.read(remote_id, part) for part in ("launched", "accepted"))
    assert launched
    assert accepted
    wait_for(lambda: handler._report(launched["log_group"], None, accepted["request_id"]) is not None)
    listed, marks = [frozenset({"launched", "accepted", "stop"})], handler._marks.parts
    monkeypatch.setattr(handler._marks, "parts", lambda name: listed.pop() if listed else marks(name))
    state = handler.check(remote_id)
    assert not listed
    assert (state.phase, state.cause) == (Phase.FAILED, Cause.CANCELLED), state


def test_a_step_has_no_more_time_than_it_asked_for(remote: Remote) -> None:
    handler, step = remote.handler("lambda"), remote.step("lambda", "holds", timeout_seconds=1)
    state = remote.ended(handler, handler.launch(step))
    assert (state.phase, state.cause) == (Phase.FAILED, Cause.TIME_OUT)
    assert "longer than its 1 s" in state.message  # Lambda itself says nothing of the step's own time
    assert "STEP_SUCCESS" not in remote.events(step)


@pytest.mark.parametrize(("fault", "cause"), [(MEMORY, Cause.OUT_OF_MEMORY), (TIME_OUT, Cause.TIME_OUT)])
def test_a_process_that_lambda_ends_is_read_from_its_report(remote: Remote, fault: str, cause: Cause) -> None:
    remote.faults("lambda").plan(Fault(fault, after="holding"))
    handler, step = remote.handler("lambda"), remote.step("lambda", "holds")
    remote_id = handler.launch(step)
    state = remote.ended(handler, remote_id)
    assert (state.phase, state.cause) == (Phase.FAILED, cause), state
    # Lambda's runtime writes a line and its end apart, so that a line of the log may come between
    assert any("holding" in line for line in handler.last_lines(remote_id, 50))


def test_a_function_that_cannot_begin_says_so(remote: Remote) -> None:
    remote.faults("lambda").plan(Fault(INIT_ERROR))
    handler = remote.handler("lambda")
    state = remote.ended(handler, handler.launch(remote.step("lambda")))
    assert (state.phase, state.cause) == (Phase.FAILED, Cause.ERROR)
    assert "could not begin" in state.message


def test_the_smallest_function_that_will_do_is_taken(remote: Remote) -> None:
    handler = remote.handler("lambda")

    def function(**options: Any) -> str:
        step = remote.step("lambda", **options)
        boto3.client("s3").put_object(Bucket=BUCKET, Key=f"workbench/steps/{step.name}/stop", Body=b"{}")
        handler.launch(step)
        key = f"workbench/steps/{step.name}/launched"
        mark = json.loads(boto3.client("s3").get_object(Bucket=BUCKET, Key=key)["Body"].read())
        name: str = mark["function"]
        return name

    assert function(memory_mb=512, timeout_seconds=300) == "steps-512"
    assert function(memory_mb=128, timeout_seconds=60) == "steps-512"
    assert function(memory_mb=513) == "steps-2048"
    assert function(timeout_seconds=900) == "steps-2048"
    with pytest.raises(LaunchError, match=r"steps-512 \(512 MB, 300 s\), steps-2048 \(2048 MB, 900 s\)"):
        function(memory_mb=4096)


def test_a_payload_over_the_limit_of_an_event_goes_through_s3(remote: Remote) -> None:
    handler, step = remote.handler("lambda"), remote.step("lambda")
    assert "payload" in handler.event(step)
    long = type(step)(step.run_id, step.step_key, 1, 0, step.spec, b"x" * 250_000, step.job_name)
    event = handler.event(long)
    assert event["payload_at"] == "payload"
    assert len(json.dumps(event)) < 2_000
    kept = boto3.client("s3").get_object(Bucket=BUCKET, Key=f"{event['prefix']}payload")["Body"].read()
    assert kept == long.payload
