"""A step in a Lambda function: `platform_core.executor.entry.aws_lambda.handler`.

The process stays warm: the code location that one invocation imported is there for the next.
"""

from __future__ import annotations

import signal
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import boto3
from dagster._utils.interrupts import capture_interrupts

from platform_core.environment import setting
from platform_core.executor.entry.carry_out import carry_out
from platform_core.executor.entry.marks import Marks
from platform_core.executor.entry.payload import STEP_COMPUTE, STEP_NAME, STEP_SPOT

_RESERVE_SECONDS = 2.0  # of the function's time, to say how the step ended
_LOOK_SECONDS = 2.0  # between two looks for the mark that ends the step early


def handler(event: Mapping[str, Any], context: Any) -> dict[str, str]:
    """Carry out the step of an event, unless another invocation has claimed it.

    Args:
        event: What `LambdaHandler.event` gives.
        context: Lambda's context of the invocation.
    """
    marks = Marks(boto3.client("s3"), event["bucket"], event["prefix"])
    left = context.get_remaining_time_in_millis() / 1000
    facts = {
        "request_id": context.aws_request_id,
        "log_group": context.log_group_name,
        "log_stream": context.log_stream_name,
        "deadline": time.time() + left,
    }
    if not marks.claim(facts):
        return {"step": event["name"], "outcome": "claimed by another invocation"}
    if marks.has("stop"):
        marks.end(ok=False, cause="cancelled", message="The step was stopped before it began.")
        return {"step": event["name"], "outcome": "stopped"}
    seconds = min(event["timeout_seconds"], left - _RESERVE_SECONDS)
    if seconds <= 0:
        words = f"Of the function's time {left:.1f} s were left, too little to begin the step."
        marks.end(ok=False, cause="time_out", message=words)
        return {"step": event["name"], "outcome": "no time"}
    payload = event["payload"].encode() if "payload" in event else marks.read(event["payload_at"])
    ended: list[str] = []
    try:
        known = {STEP_NAME: event["name"], STEP_COMPUTE: event["compute"], STEP_SPOT: "false"}
        variables = {**event["environment"], **known}
        # An interrupt that comes when the step is just over must not end the process
        with capture_interrupts(), setting(variables), _ending_early(marks, seconds, ended):
            carry_out(payload)
    except BaseException as error:
        if not ended:
            words = f"The step's process ended with {type(error).__name__}. See its log."
            marks.end(ok=False, cause="error", message=words)
            raise
    if ended:
        late = ended[0] == "time_out"
        words = f"The step took longer than its {seconds:.0f} s." if late else "The step was stopped."
        marks.end(ok=False, cause=ended[0], message=words)
        return {"step": event["name"], "outcome": ended[0]}
    marks.end(ok=True)
    return {"step": event["name"], "outcome": "done"}


@contextmanager
def _ending_early(marks: Marks, seconds: float, ended: list[str]) -> Iterator[None]:
    """Interrupt the step when its time is over or somebody stops it, and say which."""
    over = threading.Event()
    main = threading.main_thread().ident
    until = time.monotonic() + seconds

    def watch() -> None:
        while not over.wait(max(0.0, min(_LOOK_SECONDS, until - time.monotonic()))):
            if time.monotonic() >= until:
                ended.append("time_out")
            elif marks.has("stop"):
                ended.append("cancelled")
            if ended:
                signal.pthread_kill(main or 0, signal.SIGINT)
                return

    watching = threading.Thread(target=watch, daemon=True)
    watching.start()
    try:
        yield
    finally:
        over.set()
        watching.join()
