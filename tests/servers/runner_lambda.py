"""AWS Lambda's side of a function for the suite: sandboxes that run `awslambdaric`, and the Runtime API that it asks.

A sandbox is one process with one invocation at a time, kept warm for the next. It is killed at the function's time-out;
what it prints and the platform's own START, END and REPORT lines go to the logs service.
"""

from __future__ import annotations

import json
import queue
import threading
import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from tests.servers.runner import LOST_LOG, MEMORY, NEVER_STARTS, TIME_OUT, Ended, Fault, Faults, Work, changed

INIT_ERROR = "init_error"
TWICE = "twice"
_FAULTS = (NEVER_STARTS, MEMORY, TIME_OUT, LOST_LOG, INIT_ERROR, TWICE)


@dataclass
class Function:
    """What the control plane knows of a function."""

    name: str
    handler: str
    memory_mb: int
    timeout_seconds: float
    environment: dict[str, str] = field(default_factory=dict)


@dataclass(eq=False)
class Invocation:
    """One event, and what came of it."""

    request_id: str
    event: bytes
    fault: Fault | None = None
    done: threading.Event = field(default_factory=threading.Event)
    result: bytes = b""
    error: str = ""


class LambdaService:
    """Runs invocations of functions. `write` puts lines into the logs: group, stream, lines.

    `prefix` stands before the command of a sandbox, where that is to run elsewhere.
    """

    def __init__(
        self,
        image_environment: dict[str, str],
        faults: Faults,
        write: Callable[[str, str, list[str]], None],
        prefix: tuple[str, ...] = (),
    ) -> None:
        self.prefix = prefix
        self.image_environment, self.faults, self.write = image_environment, faults, write
        self.warm = False
        self.idle: dict[str, list[Sandbox]] = {}
        self.busy: set[Invocation] = set()
        self.sandboxes: list[Sandbox] = []
        self._lock = threading.Lock()

    def invoke(self, function: Function, event: bytes, request_id: str = "") -> Invocation:
        """Take an event; it runs beside the caller."""
        fault = self.faults.take(_FAULTS, "Invoke")
        invocation = Invocation(request_id or str(uuid.uuid4()), event, fault)
        if fault is not None and fault.kind == NEVER_STARTS:
            return invocation  # it waits in the queue of a function that is throttled
        delivered = [invocation]
        if fault is not None and fault.kind == TWICE:  # events are delivered at least once
            delivered.append(Invocation(invocation.request_id, event))
        with self._lock:  # before they run: nobody may find that nothing does
            self.busy.update(delivered)
        for one in delivered:
            threading.Thread(target=self._run, args=(function, one), daemon=True).start()
        return invocation

    def running(self) -> int:
        """Give the number of invocations that run."""
        return len(self.busy)

    def close(self) -> None:
        """End every sandbox; the next invocation has a new one."""
        with self._lock:
            self.idle.clear()
            sandboxes, self.sandboxes = self.sandboxes, []
        for sandbox in sandboxes:
            sandbox.close()

    def _run(self, function: Function, invocation: Invocation) -> None:
        try:
            sandbox = self._sandbox(function, invocation.fault)
            sandbox.run(invocation)
            if sandbox.may_run_another():
                with self._lock:
                    self.idle.setdefault(function.name, []).append(sandbox)
            else:
                sandbox.close()
        finally:
            with self._lock:
                self.busy.discard(invocation)
            changed()

    def _sandbox(self, function: Function, fault: Fault | None) -> Sandbox:
        """Give one that is warm, or a new one; what is to go wrong has its own."""
        with self._lock:
            waiting = self.idle.get(function.name, [])
            while waiting and fault is None:
                if not (warm := waiting.pop()).ended.is_set():
                    return warm
            broken = fault is not None and fault.kind == INIT_ERROR
            sandbox = Sandbox(self, function, "no_such_module.handler" if broken else function.handler, fault)
            self.sandboxes.append(sandbox)
            return sandbox


class Sandbox:
    """One process of a function, and the Runtime API on a port of its own."""

    def __init__(self, service: LambdaService, function: Function, handler: str, fault: Fault | None) -> None:
        self.service, self.function = service, function
        self.events: queue.Queue[Invocation] = queue.Queue()
        self.current: Invocation | None = None
        self.ended = threading.Event()
        self.init_error = ""
        self.log = f"/aws/lambda/{function.name}", f"2026/11/29/[$LATEST]{uuid.uuid4().hex}"
        self.lost_log = fault is not None and fault.kind == LOST_LOG
        self.listening = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self.listening.daemon_threads = True
        threading.Thread(target=self.listening.serve_forever, kwargs={"poll_interval": 0.2}, daemon=True).start()
        environment = {
            **service.image_environment,
            **function.environment,
            "AWS_LAMBDA_RUNTIME_API": f"127.0.0.1:{self.listening.server_port}",
            "AWS_LAMBDA_FUNCTION_NAME": function.name,
            "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": str(function.memory_mb),
            "AWS_LAMBDA_LOG_GROUP_NAME": self.log[0],
            "AWS_LAMBDA_LOG_STREAM_NAME": self.log[1],
        }
        later = fault if fault is not None and fault.kind in {MEMORY, TIME_OUT} else None
        if later is not None and not later.after:
            later = Fault(later.kind, after="START RequestId")
        self.fault = later
        command = [*service.prefix, "python", "-m", "awslambdaric", handler]
        self.work = Work(command, environment, self._line, self._end, later, warm=service.warm)

    def run(self, invocation: Invocation) -> None:
        """Run one invocation to its end, or the sandbox's."""
        self.current = invocation
        if self.ended.is_set():  # before it was given this one, of which its end then knew nothing
            invocation.done.set()
        began = time.monotonic()
        self._write([f"START RequestId: {invocation.request_id} Version: $LATEST"])
        self.events.put(invocation)
        if self.fault is not None and self.fault.after == "START RequestId":
            self.work.kill(self.fault.kind)
        told = invocation.done.wait(self.function.timeout_seconds)
        status = ""
        if invocation.result:  # whatever becomes of the process now
            pass
        elif not told or self.work.struck == TIME_OUT:
            self.work.kill(TIME_OUT)
            self.ended.wait(60)
            self._write(
                [f"{_stamp()} {invocation.request_id} Task timed out after {self.function.timeout_seconds} seconds"]
            )
            status = "\tStatus: timeout"
        elif self.work.struck == MEMORY:
            self._write([f"RequestId: {invocation.request_id} Error: Runtime exited with error: signal: killed"])
            status = "\tStatus: error\tError Type: Runtime.OutOfMemory"
        else:
            kind = "Runtime.ImportModuleError" if self.init_error else "Runtime.ExitError"
            self._write([f"RequestId: {invocation.request_id} Error: Runtime exited with error: exit status 1"])
            status = f"\tStatus: error\tError Type: {kind}"
        size = self.function.memory_mb
        spent = (time.monotonic() - began) * 1000
        used = size if "OutOfMemory" in status else 100
        self._write(
            [
                f"END RequestId: {invocation.request_id}",
                f"REPORT RequestId: {invocation.request_id}\tDuration: {spent:.2f} ms\tBilled Duration: {spent:.0f} ms"
                f"\tMemory Size: {size} MB\tMax Memory Used: {used} MB{status}",
            ]
        )
        self.current = None
        changed()

    def may_run_another(self) -> bool:
        """Say whether it stays warm: nothing is to go wrong with it any more, and its next invocation has its log."""
        return not (self.ended.is_set() or self.work.struck or self.fault or self.lost_log)

    def close(self) -> None:
        """End the process and the Runtime API."""
        self.work.kill()
        self.ended.wait(60)

    def _line(self, line: str) -> None:
        self._write([line])

    def _write(self, lines: list[str]) -> None:
        if not self.lost_log:
            self.service.write(*self.log, lines)

    def _end(self, _: Ended) -> None:
        self.ended.set()
        if (current := self.current) is not None:
            current.done.set()
        self.listening.shutdown()
        self.listening.server_close()

    def _handler(sandbox) -> type[BaseHTTPRequestHandler]:  # noqa: N805 - `self` is the handler's
        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                invocation = sandbox.events.get()
                deadline = int((time.time() + sandbox.function.timeout_seconds) * 1000)
                self.send_response(200)
                for name, value in {
                    "Lambda-Runtime-Aws-Request-Id": invocation.request_id,
                    "Lambda-Runtime-Deadline-Ms": str(deadline),
                    "Lambda-Runtime-Invoked-Function-Arn": f"arn:aws:lambda:::{sandbox.function.name}",
                    "Content-Type": "application/json",
                    "Content-Length": str(len(invocation.event)),
                }.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(invocation.event)

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers.get("content-length", 0)))
                if self.path.endswith("/init/error"):
                    sandbox.init_error = json.loads(body).get("errorMessage", "")
                elif (invocation := sandbox.current) is not None:
                    error = self.path.endswith("/error")
                    invocation.error = json.loads(body).get("errorMessage", "") if error else ""
                    invocation.result = body
                    invocation.done.set()
                answer = b'{"status":"OK"}'
                self.send_response(202)
                self.send_header("content-length", str(len(answer)))
                self.end_headers()
                self.wfile.write(answer)

            def log_message(self, *_: Any) -> None:
                """Say nothing."""

        return Handler


def _stamp() -> str:
    return time.strftime("%Y-%m-%dT%H:%M:%S.000Z", time.gmtime())
