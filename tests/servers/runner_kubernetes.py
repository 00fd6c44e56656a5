"""A Kubernetes API for the suite: Jobs and pods over HTTP, and a controller that runs each pod's command as a process.

It knows what the executor's handler asks for: create (strictly validated, as an API server does), read, list by
labels, delete, logs, events. Indexed Jobs run their indexes up to `parallelism` at once.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

from tests.servers.runner import IMAGE, LOST_LOG, MEMORY, NEVER_STARTS, SPOT, TIME_OUT, Ended, Faults, Work, changed

THROTTLED, SERVER_ERROR, EXPIRED, DENIED, QUOTA, LOST_ANSWER, HELD, HELD_ANSWER = (
    "throttled", "server_error", "expired", "denied", "quota", "lost_answer", "held", "held_answer",
)  # fmt: skip
_CALLS = {
    THROTTLED: (429, "TooManyRequests", "too many requests, please try again later"),
    SERVER_ERROR: (500, "InternalError", "etcdserver: leader changed"),
    EXPIRED: (401, "Unauthorized", "Unauthorized"),
    DENIED: (403, "Forbidden", 'jobs.batch is forbidden: User "system:serviceaccount:data:default" cannot create it'),
    QUOTA: (403, "Forbidden", 'jobs.batch "x" is forbidden: exceeded quota: compute, requested: cpu=2, limited: cpu=1'),
}
_WORK = (NEVER_STARTS, SPOT, MEMORY, TIME_OUT, IMAGE, LOST_LOG)


class Refused(Exception):  # noqa: N818 - an answer, not an error of ours
    """An answer other than success."""

    def __init__(self, code: int, reason: str, message: str) -> None:
        super().__init__(message)
        self.code, self.reason = code, reason


@dataclass
class Kubernetes:
    """The cluster: its objects by namespace and name, its faults, and what is running."""

    image_environment: dict[str, str] = field(default_factory=dict)
    faults: Faults = field(default_factory=Faults)
    warm: bool = False
    url: str = ""
    jobs: dict[tuple[str, str], dict[str, Any]] = field(default_factory=dict)
    pods: dict[tuple[str, str], dict[str, Any]] = field(default_factory=dict)
    events: list[dict[str, Any]] = field(default_factory=list)
    works: dict[tuple[str, str], Work] = field(default_factory=dict)
    logs: dict[tuple[str, str], list[str]] = field(default_factory=dict)
    started: list[str] = field(default_factory=list)
    calls: list[str] = field(default_factory=list)
    posted: list[str] = field(default_factory=list)
    """The names of the Jobs that were asked for, made or not."""
    lock: threading.RLock = field(default_factory=threading.RLock)
    released: threading.Event = field(default_factory=threading.Event)
    """What a call that is held, or its answer, waits for."""

    def running(self) -> list[str]:
        """Give the names of the pods whose process runs, or that wait for a node."""
        with self.lock:
            return [name for (_, name), pod in self.pods.items() if pod["status"]["phase"] in {"Pending", "Running"}]

    # The routes

    def answer(self, method: str, path: str, sent: bytes) -> str:
        """Give the answer as text: each object as it was before something happened to it or after, never between."""
        asked = json.loads(sent) if sent else {}
        operation = f"{method} {_parts(path)[1]}"
        self.calls.append(operation)
        if self.faults.take({HELD}, operation):
            self.released.wait()
        with self.lock:
            body = self.asked(method, path, asked)
            answer = body if isinstance(body, str) else json.dumps(body)
        if self.faults.take({HELD_ANSWER}, operation):
            self.released.wait()
        return answer

    def asked(self, method: str, path: str, sent: dict[str, Any]) -> Any:
        asked = {key: values[0] for key, values in parse_qs(urlsplit(path).query).items()}
        namespace, kind, *name = _parts(path)
        if fault := self.faults.take(_CALLS, f"{method} {kind}"):
            raise Refused(*_CALLS[fault.kind])
        match method, kind, name:
            case "POST", "jobs", []:
                return self.create(namespace, sent)
            case "DELETE", "jobs", [one]:
                return self.delete_job(namespace, one)
            case "GET", "events", []:
                return self.listed({(namespace, str(n)): one for n, one in enumerate(self.events)}, namespace, asked)
            case "GET", "jobs" | "pods", []:
                return self.listed(getattr(self, kind), namespace, asked)
            case "GET", "jobs" | "pods", [one]:
                found = getattr(self, kind).get((namespace, one))
                if found is None:
                    raise Refused(404, "NotFound", f'{kind} "{one}" not found')
                return found
            case "GET", "pods", [one, "log"]:
                if (namespace, one) not in self.logs:
                    raise Refused(400, "BadRequest", f'container in pod "{one}" is waiting to start')
                lines = self.logs[namespace, one][-int(asked.get("tailLines", 1_000_000)) :]
                return "".join(f"{line}\n" for line in lines)
        raise Refused(404, "NotFound", "the server could not find the requested resource")

    # What the API does

    def create(self, namespace: str, job: dict[str, Any]) -> dict[str, Any]:
        import kubernetes_validate

        try:
            kubernetes_validate.validate(job, "1.33", strict=True)
        except kubernetes_validate.ValidationError as error:
            raise Refused(422, "Invalid", error.message) from error
        name = job["metadata"]["name"]
        with self.lock:
            self.posted.append(name)
            changed()
            if (namespace, name) in self.jobs:
                raise Refused(409, "AlreadyExists", f'jobs.batch "{name}" already exists')
            stamped = {**job["metadata"], "namespace": namespace, "uid": f"uid-{name}", "creationTimestamp": _now()}
            kept = {**job, "metadata": stamped, "status": {"startTime": _now()}}
            self.jobs[namespace, name] = kept
            count = min(job["spec"].get("completions", 1), job["spec"].get("parallelism", 1))
            for index in range(count):
                self._start_pod(namespace, kept, index)
        return kept

    def delete_job(self, namespace: str, name: str) -> dict[str, Any]:
        with self.lock:
            job = self.jobs.pop((namespace, name), None)
            if job is None:
                raise Refused(404, "NotFound", f'jobs.batch "{name}" not found')
            for key in [key for key, pod in self.pods.items() if _owner(pod) == name and key[0] == namespace]:
                if key in self.works:  # a pod stays until its process has ended
                    self.works[key].stop()
                else:
                    del self.pods[key]
        return job

    def listed(self, objects: Mapping[tuple[str, str], dict[str, Any]], namespace: str, asked: dict[str, str]) -> Any:
        labels = dict(part.split("=", 1) for part in asked.get("labelSelector", "").split(",") if part)
        fields = dict(part.split("=", 1) for part in asked.get("fieldSelector", "").split(",") if part)
        with self.lock:
            found = [one for (space, _), one in objects.items() if space == namespace]
        matching = [
            one
            for one in found
            if labels.items() <= one["metadata"].get("labels", {}).items()
            and all(_field(one, path) == value for path, value in fields.items())
        ]
        return {"apiVersion": "v1", "kind": "List", "metadata": {}, "items": matching}

    # The controller and the kubelet

    def _start_pod(self, namespace: str, job: dict[str, Any], index: int) -> None:
        name = f"{job['metadata']['name']}-{index}-abcde"
        template = job["spec"]["template"]
        container = template["spec"]["containers"][0]
        labels = {**template["metadata"].get("labels", {}), "job-name": job["metadata"]["name"]}
        labels["batch.kubernetes.io/job-name"] = job["metadata"]["name"]
        pod = {
            "apiVersion": "v1",
            "kind": "Pod",
            "metadata": {"name": name, "namespace": namespace, "labels": labels, "uid": f"uid-{name}"},
            "spec": template["spec"],
            "status": {"phase": "Pending", "conditions": [], "containerStatuses": []},
        }
        self.pods[namespace, name] = pod
        fault = self.faults.take(_WORK, "POST jobs")
        kind = fault.kind if fault else ""
        if kind == NEVER_STARTS:
            reason = "0/3 nodes are available: 3 Insufficient cpu."
            pod["status"]["conditions"] = [_condition("PodScheduled", "False", "Unschedulable", reason)]
            return
        if kind == IMAGE:
            waiting = {"reason": "ImagePullBackOff", "message": f'Back-off pulling image "{container["image"]}"'}
            pod["status"]["containerStatuses"] = [_status(container, {"waiting": waiting})]
            return
        told = {one["name"]: one["value"] for one in container.get("env", []) if "value" in one}
        environment = {**self.image_environment, **told}
        environment["HOSTNAME"] = name
        if job["spec"].get("completionMode") == "Indexed":
            environment["JOB_COMPLETION_INDEX"] = str(index)
        pod["status"]["phase"] = "Running"
        pod["status"]["containerStatuses"] = [_status(container, {"running": {"startedAt": _now()}})]
        self.started.append(job["metadata"]["name"])
        log = self.logs[namespace, name] = []
        self.works[namespace, name] = Work(
            [*container.get("command", []), *container.get("args", [])],
            environment,
            on_line=(lambda _: None) if kind == LOST_LOG else log.append,
            on_end=lambda ended: self._pod_ended(namespace, job, index, pod, ended),
            fault=fault if kind != LOST_LOG else None,
            seconds=job["spec"].get("activeDeadlineSeconds"),
            warm=self.warm,
        )

    def _pod_ended(self, namespace: str, job: dict[str, Any], index: int, pod: dict[str, Any], ended: Ended) -> None:
        name = job["metadata"]["name"]
        with self.lock:
            self.works.pop((namespace, pod["metadata"]["name"]), None)
            if (namespace, name) not in self.jobs:
                self.pods.pop((namespace, pod["metadata"]["name"]), None)
                return
            status, container = pod["status"], pod["spec"]["containers"][0]
            code = ended.code if ended.code >= 0 else 128 - ended.code
            reason = "OOMKilled" if ended.fault == MEMORY else "Error" if code else "Completed"
            status["phase"] = "Failed" if code else "Succeeded"
            finished = {"exitCode": code, "reason": reason, "finishedAt": _now()}
            status["containerStatuses"] = [_status(container, {"terminated": finished})]
            if ended.fault == SPOT:
                status["conditions"] = [
                    _condition("DisruptionTarget", "True", "EvictionByEvictionAPI", "Eviction API: evicting")
                ]
            if ended.fault == TIME_OUT:
                self._close(job, "Failed", "DeadlineExceeded", "Job was active longer than specified deadline")
                return
            if code:
                self._close(job, "Failed", "BackoffLimitExceeded", "Job has reached the specified backoff limit")
                return
            done = job["status"]["succeeded"] = job["status"].get("succeeded", 0) + 1
            wanted = job["spec"].get("completions", 1)
            following = index + job["spec"].get("parallelism", 1)
            if following < wanted:
                self._start_pod(namespace, job, following)
            if done == wanted:
                self._close(job, "Complete", "CompletionsReached", "")

    def _close(self, job: dict[str, Any], kind: str, reason: str, message: str) -> None:
        job["status"].setdefault("conditions", []).append(_condition(kind, "True", reason, message))
        namespace = job["metadata"]["namespace"]
        for key in [key for key, pod in self.pods.items() if _owner(pod) == job["metadata"]["name"]]:
            if key[0] == namespace and key in self.works:
                self.works[key].kill()


def _parts(path: str) -> list[str]:
    """Give namespace, kind, and what more a path says."""
    parts = urlsplit(path).path.strip("/").split("/")
    return parts[parts.index("namespaces") + 1 :]


def _owner(pod: dict[str, Any]) -> str:
    owner: str = pod["metadata"]["labels"]["job-name"]
    return owner


def _now() -> str:
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _condition(kind: str, status: str, reason: str, message: str) -> dict[str, Any]:
    return {"type": kind, "status": status, "reason": reason, "message": message, "lastTransitionTime": _now()}


def _status(container: dict[str, Any], state: dict[str, Any]) -> dict[str, Any]:
    name, image = container["name"], container["image"]
    ready = "running" in state
    return {"name": name, "image": image, "imageID": "", "ready": ready, "restartCount": 0, "state": state}


def _field(one: dict[str, Any], path: str) -> Any:
    value: Any = one
    for part in path.split("."):
        value = value.get(part, {})
    return value


@contextmanager
def running_kubernetes(cluster: Kubernetes) -> Iterator[Kubernetes]:
    """Start the API on a free port; at the end nothing that it started runs on."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            self._answer("GET")

        def do_POST(self) -> None:
            self._answer("POST")

        def do_DELETE(self) -> None:
            self._answer("DELETE")

        def _answer(self, method: str) -> None:
            sent = self.rfile.read(int(self.headers.get("content-length", 0)))
            lost = False
            try:
                code, body = 201 if method == "POST" else 200, cluster.answer(method, self.path, sent)
                lost = method == "POST" and cluster.faults.take({LOST_ANSWER}, "POST jobs") is not None
            except Refused as refused:
                code = refused.code
                body = json.dumps({
                    "apiVersion": "v1", "kind": "Status", "metadata": {}, "status": "Failure",
                    "message": str(refused), "reason": refused.reason, "code": code,
                })  # fmt: skip
            if lost:
                self.close_connection = True
                return
            data = body.encode()
            self.send_response(code)
            self.send_header("content-type", "application/json" if body.startswith("{") else "text/plain")
            self.send_header("content-length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        def handle(self) -> None:
            with suppress(ConnectionError):  # who asked has given up
                super().handle()

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    listening = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    listening.daemon_threads = True
    cluster.url = f"http://127.0.0.1:{listening.server_port}"
    thread = threading.Thread(target=listening.serve_forever, kwargs={"poll_interval": 0.1})
    thread.start()
    try:
        yield cluster
    finally:
        for work in list(cluster.works.values()):
            work.kill()
        listening.shutdown()
        thread.join()
        listening.server_close()
