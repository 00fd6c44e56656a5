"""Steps as asynchronous invocations of Lambda functions.

Lambda forgets an invocation at once and may deliver an event twice. So each leaves marks in S3 under the step's name,
by which it is found again and of which the first claims the step (docs/decisions/0023): `launched`, `accepted`,
`claim`, `end`, and `stop` where it is to end early.
"""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from typing import Any

from platform_core.executor.entry.payload import PAYLOAD
from platform_core.executor.handler import Cause, LaunchError, Phase, RemoteState, StepLaunch
from platform_core.executor.handlers.aws import Clients, Payloads, compute_of, last_lines, log_page
from platform_core.executor.handlers.causes import NOTHING_LEFT, read_cause
from platform_core.executor.handlers.refusals import HINTS, asking, error_code
from platform_core.executor.handlers.settings import LambdaSettings, PayloadSettings

_EVENT_LIMIT = 200_000  # of the 256 KiB that an asynchronous event may take everywhere
_GRACE_SECONDS = 60  # after the deadline, for the last mark to be written
_RULES = (
    ("outofmemory", Cause.OUT_OF_MEMORY),
    ("status: timeout", Cause.TIME_OUT),
    ("error type", Cause.ERROR),
)


class LambdaHandler:
    """Invokes functions, and finds and watches invocations by their marks.

    Args:
        settings: The functions.
        payloads: The bucket of the marks.
    """

    kind = "lambda"

    def __init__(self, settings: LambdaSettings, payloads: PayloadSettings) -> None:
        self._settings = settings
        self._clients = Clients(settings.region_name)
        self._marks = Payloads(payloads, self._clients)
        self._known: dict[str, dict[str, Any]] = {}  # what need not be asked again; nothing is lost with it

    def launch(self, step: StepLaunch) -> str:
        """Invoke the smallest function that will do, unless an invocation of this name has claimed the step."""
        function = self._function(step)
        bucket, key = self._marks.address(step.name, "launched")
        mark = {"function": function, "log_group": self._log_group(function)}
        with asking("Amazon S3", f"keep s3://{bucket}/{key}"):
            try:
                self._clients("s3").put_object(Bucket=bucket, Key=key, Body=json.dumps(mark), IfNoneMatch="*")
            except Exception as error:
                if error_code(error) not in {"PreconditionFailed", "ConditionalRequestConflict"}:
                    self._forget_expired(error)
                    raise
                if self._marks.parts(step.name) & {"accepted", "claim", "end"}:
                    return step.name
        event = json.dumps(self.event(step)).encode()
        with asking("AWS Lambda", f"invoke {function}"):
            try:
                answer = self._clients("lambda").invoke(FunctionName=function, InvocationType="Event", Payload=event)
            except Exception as error:
                self._forget_expired(error)
                raise
        accepted = {"request_id": answer["ResponseMetadata"].get("RequestId", "")}
        self._marks.put(step.name, "accepted", json.dumps(accepted).encode())
        return step.name

    def find(self, step: StepLaunch) -> str | None:
        """Give the step's name where an invocation was accepted or has begun."""
        return step.name if self._marks.parts(step.name) & {"accepted", "claim", "end"} else None

    def check(self, remote_id: str) -> RemoteState:
        """Look at the marks of an invocation, and at the report in the log where the last is missing."""
        parts = self._marks.parts(remote_id)
        if not parts:
            return RemoteState(Phase.LOST, message=f"There is no mark of the invocation {remote_id}. {NOTHING_LEFT}")
        launched = self._mark(remote_id, "launched", parts)
        claim = self._mark(remote_id, "claim", parts)
        page = self._page(launched, claim)
        if (end := self._mark(remote_id, "end", parts)) is not None:
            return _ended(end, page)
        if claim is None:
            return self._not_begun(remote_id, launched, parts, page)
        report = self._report(claim["log_group"], claim["log_stream"], claim["request_id"])
        overdue = time.time() > claim["deadline"] + _GRACE_SECONDS
        if report is None and not overdue:
            return RemoteState(Phase.RUNNING, log_url=page)
        if (end := self._mark(remote_id, "end", self._marks.parts(remote_id))) is not None:  # written meanwhile
            return _ended(end, page)
        code = "status: timeout" if report is None else report
        cause, message = read_cause(_RULES, code, "", None)
        return RemoteState(Phase.FAILED, cause, message, page)

    def stop(self, remote_id: str) -> None:
        """Leave the mark at which the invocation ends itself, within seconds where the step's code lets it."""
        if "end" not in self._marks.parts(remote_id):
            self._marks.put(remote_id, "stop", b"{}")

    def last_lines(self, remote_id: str, count: int) -> tuple[str, ...]:
        """Give the last lines of the invocation's log stream."""
        claim = self._mark(remote_id, "claim", self._marks.parts(remote_id))
        return last_lines(self._clients, claim["log_group"], claim["log_stream"], count) if claim else ()

    def event(self, step: StepLaunch) -> dict[str, Any]:
        """Give the event: where the marks are, the payload, and what the step asked for."""
        bucket, prefix = self._marks.address(step.name, "")
        environment = self._marks.environment(step, _EVENT_LIMIT, spot=False)
        kept = {"payload": environment[PAYLOAD]} if PAYLOAD in environment else {"payload_at": "payload"}
        return {
            "name": step.name,
            "bucket": bucket,
            "prefix": prefix,
            **kept,
            "environment": {**self._settings.environment, **dict(step.spec["environment_variables"])},
            "compute": compute_of(step),
            "timeout_seconds": step.spec["timeout_seconds"],
        }

    def _function(self, step: StepLaunch) -> str:
        """Give the smallest function that has the memory and the time.

        Raises:
            LaunchError: There is none.
        """
        memory, seconds = step.spec["memory_mb"], step.spec["timeout_seconds"]
        known = [(name, self._configured(name)) for name in self._settings.functions]
        fitting = [(one["MemorySize"], name) for name, one in known if _fits(one, memory, seconds)]
        if fitting:
            return min(fitting)[1]
        there = ", ".join(f"{name} ({one['MemorySize']} MB, {one['Timeout']} s)" for name, one in known)
        raise LaunchError(
            f"No Lambda function has the {memory} MB and {seconds} s that the step asks for; there are {there}.",
            cause=Cause.ERROR,
            hint="Make one of that size and name it under `compute: {lambda: {functions: …}}`, or ask for less.",
        )

    def _configured(self, name: str) -> dict[str, Any]:
        if name not in self._known:
            with asking("AWS Lambda", f"describe {name}"):
                try:
                    self._known[name] = self._clients("lambda").get_function_configuration(FunctionName=name)
                except Exception as error:
                    self._forget_expired(error)
                    raise
        return self._known[name]

    def _log_group(self, function: str) -> str:
        group: str = self._configured(function).get("LoggingConfig", {}).get("LogGroup", "")
        return group or f"/aws/lambda/{function.rsplit(':', 1)[-1]}"

    def _not_begun(
        self, remote_id: str, launched: Mapping[str, Any] | None, parts: frozenset[str], page: str | None
    ) -> RemoteState:
        """Say of an invocation without a claim that it waits, or could not begin."""
        accepted = self._mark(remote_id, "accepted", parts)
        if launched and accepted and (report := self._report(launched["log_group"], None, accepted["request_id"])):
            if self._marks.parts(remote_id) != parts:  # it began and ended since they were listed
                return self.check(remote_id)
            cause, message = read_cause(_RULES, report, "", None)
            if cause is Cause.ERROR:
                message = f"The function could not begin. See its log. {HINTS[cause]}"
            return RemoteState(Phase.FAILED, cause, message, page)
        return RemoteState(Phase.STARTING, log_url=page)

    def _report(self, group: str, stream: str | None, request_id: str) -> str | None:
        """Give Lambda's own last line about an invocation, or None."""
        streams = {"logStreamNames": [stream]} if stream else {}
        asked = {"logGroupName": group, "filterPattern": f'"REPORT RequestId: {request_id}"', "limit": 1, **streams}
        with asking("CloudWatch Logs", "look for a report", watching=True):
            try:
                # A page may be empty though a later one is not: CloudWatch searches for a while, then answers
                pages = self._clients("logs").get_paginator("filter_log_events").paginate(**asked)
                return next((str(event["message"]) for page in pages for event in page["events"]), None)
            except Exception as error:
                if error_code(error) == "ResourceNotFoundException":
                    return None
                raise

    def _mark(self, name: str, part: str, parts: frozenset[str]) -> dict[str, Any] | None:
        return self._marks.read(name, part) if part in parts else None

    def _page(self, launched: Mapping[str, Any] | None, claim: Mapping[str, Any] | None) -> str | None:
        if claim is not None:
            return log_page(self._clients.region, claim["log_group"], claim["log_stream"])
        return log_page(self._clients.region, launched["log_group"]) if launched else None

    def _forget_expired(self, error: Exception) -> None:
        if error_code(error) in {"ExpiredToken", "ExpiredTokenException", "UnrecognizedClientException"}:
            self._clients.forget()


def _fits(configured: Mapping[str, Any], memory_mb: int, seconds: int) -> bool:
    return bool(configured["MemorySize"] >= memory_mb and configured["Timeout"] >= seconds)


def _ended(end: Mapping[str, Any], page: str | None) -> RemoteState:
    if end["ok"]:
        return RemoteState(Phase.SUCCEEDED, log_url=page)
    return RemoteState(Phase.FAILED, Cause(end["cause"]), end["message"], page)
