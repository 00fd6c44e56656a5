"""AWS for the suite: moto's control planes, joined to processes that really run what is submitted.

A WSGI layer before moto looks at each call by service and operation. It makes calls fail as planned, keeps
what moto does not (ECS client tokens, the exit code of a Batch job), and hands tasks, jobs and invocations to
`runner.py` and `runner_lambda.py`.
"""

from __future__ import annotations

import json
import logging
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from io import BytesIO
from typing import Any
from urllib.parse import unquote

from tests.servers.aws import OneAtATime, credentials
from tests.servers.runner import IMAGE, LOST_LOG, MEMORY, NEVER_STARTS, SPOT, TIME_OUT, Ended, Faults, Work
from tests.servers.runner_kubernetes import DENIED, EXPIRED, LOST_ANSWER, QUOTA, SERVER_ERROR, THROTTLED
from tests.servers.runner_lambda import Function, LambdaService

# A region of its own: moto keeps one account for all tests of a process
ACCOUNT, REGION = "123456789012", "eu-west-1"
_WORK = (NEVER_STARTS, SPOT, MEMORY, TIME_OUT, IMAGE, LOST_LOG)
_CALLS = {
    THROTTLED: (400, "ThrottlingException", "Rate exceeded"),
    SERVER_ERROR: (500, "ServerException", "Service Unavailable. Please try again later."),
    EXPIRED: (400, "ExpiredTokenException", "The security token included in the request is expired"),
    DENIED: (400, "AccessDeniedException", "User: arn:aws:sts::1:assumed-role/x is not authorized to perform this"),
    QUOTA: (400, "LimitExceededException", "You've reached the limit on the number of vCPUs you can run concurrently"),
}
_OF_SERVICE = {  # where a service has its own word
    ("lambda", THROTTLED): (429, "TooManyRequestsException", "Rate Exceeded."),
    ("lambda", QUOTA): (429, "TooManyRequestsException", "Rate Exceeded."),
    ("batch", SERVER_ERROR): (500, "ServerException", "Internal error"),
    ("batch", QUOTA): (400, "ClientException", "The maximum number of jobs has been reached"),
    ("batch", THROTTLED): (429, "TooManyRequestsException", "Too Many Requests"),
}


@dataclass
class Cloud:
    """The account: where it answers, its faults, and what runs in it."""

    url: str = ""
    image_environment: dict[str, str] = field(default_factory=dict)
    faults: Faults = field(default_factory=Faults)
    warm: bool = False
    works: dict[str, Work] = field(default_factory=dict)
    waiting: set[str] = field(default_factory=set)
    started: list[str] = field(default_factory=list)
    calls: list[str] = field(default_factory=list)
    requests: list[tuple[str, Any]] = field(default_factory=list)
    functions: Any = None
    _tokens: dict[str, tuple[Any, ...]] = field(default_factory=dict)
    _lock: threading.RLock = field(default_factory=threading.RLock)

    def running(self) -> list[str]:
        """Give what runs or waits to: names of tasks and jobs, and invocations by number."""
        busy = [f"invocation {number}" for number in range(self.functions.running())]
        with self._lock:
            return [*self.works, *self.waiting, *busy]

    def write(self, group: str, stream: str, lines: list[str]) -> None:
        """Put lines into a log stream, which is made where it is missing."""
        from moto.logs.models import logs_backends

        logs = logs_backends[ACCOUNT][REGION]
        with self._lock:
            if group not in logs.groups:
                logs.create_log_group(group, {})
            if stream not in logs.groups[group].streams:
                logs.create_log_stream(group, stream)
            now = int(time.time() * 1000)
            logs.put_log_events(group, stream, [{"timestamp": now, "message": line} for line in lines])

    # ECS

    def run_task(self, arn: str) -> None:
        """Run a task that moto took."""
        task = _task(arn)
        definition = task._backend.describe_task_definition(task.task_definition_arn)
        container = definition.container_definitions[0]
        override: dict[str, Any] = next(iter(task.overrides.get("containerOverrides", [])), {})
        pairs = [*container.get("environment", []), *override.get("environment", [])]
        environment = {**self.image_environment, **{one["name"]: one["value"] for one in pairs}}
        environment["ECS_CONTAINER_METADATA_URI_V4"] = f"http://127.0.0.1/v4/{task.id}"
        fault = self.faults.take(_WORK, "RunTask")
        kind = fault.kind if fault else ""
        task._transitions = []  # its state moves when the runner says so, whatever moto was told of others
        task.status = "PENDING"
        if kind == NEVER_STARTS:
            self.waiting.add(arn)
            return
        if kind == IMAGE:
            text = f"CannotPullContainerError: pull image manifest has been retried: {container['image']}: not found"
            _stop(task, "TaskFailedToStart", text, None)
            return
        options = container.get("logConfiguration", {}).get("options", {})
        stream = f"{options.get('awslogs-stream-prefix', 'ecs')}/{container['name']}/{task.id}"

        def line(text: str) -> None:
            if kind != LOST_LOG:
                self.write(options["awslogs-group"], stream, [text])

        def end(ended: Ended) -> None:
            code = ended.code if ended.code >= 0 else 128 - ended.code
            # Not before the call that started it has put it in, and never while one describes it
            with self._lock:
                if task.stop_code_wanted:
                    _stop(task, task.stop_code_wanted, task.stopped_reason, code)
                elif ended.fault == SPOT:
                    _stop(task, "SpotInterruption", "Your Spot Task was interrupted.", code)
                else:
                    reason = "OutOfMemoryError: Container killed due to memory usage" if ended.fault == MEMORY else ""
                    _stop(task, "EssentialContainerExited", "Essential container in task exited", code, reason)
                self.works.pop(arn, None)

        task.status = "RUNNING"
        task.stop_code_wanted = ""
        self.started.append(task.started_by)
        command = override.get("command") or container["command"]
        passing = fault if kind != LOST_LOG else None
        self.works[arn] = Work(command, environment, line, end, passing, warm=self.warm)

    def stop_task(self, arn: str, reason: str) -> None:
        """Stop a task; one that has stopped stays as it is."""
        task = _task(arn)
        self.waiting.discard(arn)
        if (work := self.works.get(arn)) is not None:
            task.stop_code_wanted, task.stopped_reason = "UserInitiated", reason
            task.desired_status = "STOPPED"
            work.stop()
        elif task.status != "STOPPED":
            _stop(task, "UserInitiated", reason, None)

    # Batch

    def run_job(self, job: Any) -> None:
        """Run a job that moto took."""
        properties = job.job_definition.container_properties
        overrides = job.container_overrides
        pairs = [*properties.get("environment", []), *overrides.get("environment", [])]
        environment = {**self.image_environment, **{one["name"]: one["value"] for one in pairs}}
        environment["AWS_BATCH_JOB_ID"] = job.job_id
        if "index" in job.array_properties:
            environment["AWS_BATCH_JOB_ARRAY_INDEX"] = str(job.array_properties["index"])
        fault = self.faults.take(_WORK, "SubmitJob")
        kind = fault.kind if fault else ""
        job.status = "RUNNABLE"
        if kind == NEVER_STARTS:
            self.waiting.add(job.job_id)
            return
        if kind == IMAGE:
            _end_job(job, False, "Task failed to start", "CannotPullContainerError: image not found", None)
            return
        job.log_stream_name = job._stream_name

        def line(text: str) -> None:
            if kind != LOST_LOG:
                self.write("/aws/batch/job", job._stream_name, [text])

        def end(ended: Ended) -> None:
            code = ended.code if ended.code >= 0 else 128 - ended.code
            with self._lock:  # as above
                if job.stop:
                    _end_job(job, False, job.job_stopped_reason, "", code)
                elif ended.fault == SPOT:
                    _end_job(job, False, "Host EC2 (instance i-0f) terminated.", "", None)
                elif ended.fault == TIME_OUT:
                    _end_job(job, False, "Job attempt duration exceeded timeout", "", code)
                elif ended.fault == MEMORY:
                    text = "OutOfMemoryError: Container killed due to memory usage"
                    _end_job(job, False, "Essential container in task exited", text, code)
                else:
                    _end_job(job, code == 0, "Essential container in task exited", "", code)
                self.works.pop(job.job_id, None)

        job.status = "RUNNING"
        self.started.append(job.job_name)
        command = overrides.get("command") or properties["command"]
        limit = job.timeout and job.timeout["attemptDurationSeconds"]
        passing = fault if kind != LOST_LOG else None
        self.works[job.job_id] = Work(command, environment, line, end, passing, limit, self.warm)

    def stop_job(self, job_id: str, reason: str) -> None:
        """Terminate a job."""
        from moto.batch.models import batch_backends

        job = batch_backends[ACCOUNT][REGION].get_job_by_id(job_id)
        if job is None:
            return
        for child in job._child_jobs or []:
            self.stop_job(child.job_id, reason)
        self.waiting.discard(job_id)
        if (work := self.works.get(job_id)) is not None:
            job.stop, job.job_stopped_reason = True, reason
            work.stop()
        elif not job.job_stopped and not job._child_jobs:
            _end_job(job, False, reason, "", None)

    # Lambda

    def invoke(self, name: str, event: bytes) -> str:
        """Take an event for a function and give its request id."""
        from moto.awslambda.models import lambda_backends

        function: Any = lambda_backends[ACCOUNT][REGION].get_function(name, None)
        handler = function.image_config.cmd[0] if function.package_type == "Image" else function.handler
        environment = dict(function.environment_vars or {})
        known = Function(function.function_name, handler, function.memory_size, function.timeout, environment)
        self.started.append(json.loads(event).get("name", name))
        request_id: str = self.functions.invoke(known, event).request_id
        return request_id


class Front:
    """The WSGI layer before moto. Its calls come one at a time: it holds the account's lock for each."""

    def __init__(self, cloud: Cloud) -> None:
        from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app

        self.cloud = cloud
        self.moto = DomainDispatcherApplication(create_backend_app)

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Any:
        from werkzeug.test import run_wsgi_app

        service, operation = _asked(environ)
        cloud = self.cloud
        cloud.calls.append(f"{service} {operation}")
        if fault := cloud.faults.take(_CALLS, operation):
            status, code, message = _OF_SERVICE.get((service, fault.kind), _CALLS[fault.kind])
            return _refusal(service, status, code, message, start_response)
        if service not in {"ecs", "batch", "lambda"}:
            return self.moto(environ, start_response)
        body = environ["wsgi.input"].read()
        environ["wsgi.input"].seek(0)
        asked = json.loads(body) if body else {}
        cloud.requests.append((operation, asked))
        if operation == "Invoke":
            name = unquote(environ["PATH_INFO"].split("/")[-2]).rsplit(":", 1)[-1]
            headers = [("x-amzn-RequestId", cloud.invoke(name, body)), ("content-type", "application/json")]
            parts, status_line = [b""], "202 Accepted"
        elif operation == "RunTask" and (known := cloud._tokens.get(asked.get("clientToken", ""))):
            if known[0] != asked:
                return _conflict(known[1], start_response)
            parts, status_line, headers = known[1:]
        elif operation in {"StopTask", "TerminateJob"}:
            # moto would say at once that it has stopped, and of what has ended long ago that it was stopped
            if operation == "TerminateJob":
                cloud.stop_job(asked["jobId"], asked["reason"])
            elif not any(asked["task"] in tasks for tasks in _tasks().values()):
                words = "The referenced task was not found."
                return _refusal(service, 400, "InvalidParameterException", words, start_response)
            else:
                cloud.stop_task(asked["task"], asked.get("reason", ""))
            parts, status_line, headers = [b"{}"], "200 OK", [("content-type", "application/json")]
        else:
            answer, status_line, answered = run_wsgi_app(self.moto, _with_memory(operation, environ, asked))
            headers, parts = list(answered), list(answer)
            if status_line.startswith("200"):
                parts = self._after(operation, asked, parts, status_line, list(headers))
            headers = [pair for pair in headers if pair[0].lower() != "content-length"]
            headers.append(("content-length", str(sum(map(len, parts)))))
        if cloud.faults.take({LOST_ANSWER}, operation):
            # the call was done and nobody hears of it
            return _refusal(service, 503, "ServiceUnavailable", "the answer was lost", start_response)
        start_response(status_line, list(headers))
        return parts

    def _after(self, operation: str, asked: Any, parts: list[bytes], status: str, headers: Any) -> list[bytes]:
        if operation == "RunTask":
            answer = json.loads(b"".join(parts))
            if token := asked.get("clientToken"):
                self.cloud._tokens[token] = (asked, parts, status, headers)
            for task in answer["tasks"]:
                self.cloud.run_task(task["taskArn"])
        if operation == "DescribeJobs":
            from moto.batch.models import batch_backends

            answer = json.loads(b"".join(parts))
            for one in answer["jobs"]:
                job: Any = batch_backends[ACCOUNT][REGION].get_job_by_id(one["jobId"])
                if (code := getattr(job, "exit_code", None)) is not None:
                    one["container"]["exitCode"] = code
                if reason := getattr(job, "container_reason", ""):
                    one["container"]["reason"] = reason
                if job._child_jobs and all(child.job_stopped for child in job._child_jobs):
                    failed = any(child.status == "FAILED" for child in job._child_jobs)
                    one["status"] = "FAILED" if failed else "SUCCEEDED"
            return [json.dumps(answer).encode()]
        return parts


def _with_memory(operation: str, environ: dict[str, Any], asked: Any) -> dict[str, Any]:
    """Give each container of a definition its task's memory: Fargate asks for none, and moto cannot do without."""
    if operation != "RegisterTaskDefinition":
        return environ
    told = [{"memory": int(asked.get("memory", 512)), **one} for one in asked["containerDefinitions"]]
    body = json.dumps({**asked, "containerDefinitions": told}).encode()
    return {**environ, "wsgi.input": BytesIO(body), "CONTENT_LENGTH": str(len(body))}


def _asked(environ: dict[str, Any]) -> tuple[str, str]:
    """Give service and operation of a call; the operation is empty where no test asks for it."""
    scope = environ.get("HTTP_AUTHORIZATION", "").split(",")[0].split("/")
    service = scope[3] if len(scope) > 4 else ""
    path = environ.get("PATH_INFO", "")
    if target := environ.get("HTTP_X_AMZ_TARGET"):
        return service, target.rsplit(".", 1)[1]
    if service == "batch":
        names = {one.lower(): one for one in ("SubmitJob", "DescribeJobs", "ListJobs", "TerminateJob")}
        last = path.rsplit("/", 1)[1]
        return service, names.get(last, last)
    if service == "lambda" and path.endswith("/invocations"):
        return service, "Invoke"
    if service == "s3":
        return service, {"GET": "GetObject", "PUT": "PutObject"}.get(environ["REQUEST_METHOD"], "")
    return service, ""


def _refusal(service: str, status: int, code: str, message: str, start_response: Any) -> list[bytes]:
    if service == "s3":
        body = f"<Error><Code>{code}</Code><Message>{message}</Message></Error>".encode()
        kind = "application/xml"
    else:
        body = json.dumps({"__type": code, "message": message, "Message": message}).encode()
        kind = "application/x-amz-json-1.1"
    headers = [("content-type", kind), ("x-amzn-ErrorType", code), ("content-length", str(len(body)))]
    start_response(f"{status} Refused", headers)
    return [body]


def _conflict(first: list[bytes], start_response: Any) -> list[bytes]:
    """Answer as ECS does where a client token comes with another request."""
    ids = [task["taskArn"] for task in json.loads(b"".join(first))["tasks"]]
    words = "The RunTask request could not be processed due to conflicts."
    body = json.dumps({"__type": "ConflictException", "message": words, "resourceIds": ids}).encode()
    headers = [("content-type", "application/x-amz-json-1.1"), ("content-length", str(len(body)))]
    start_response("400 Refused", headers)
    return [body]


def _tasks() -> Any:
    from moto.ecs.models import ecs_backends

    return ecs_backends[ACCOUNT][REGION].tasks


def _task(arn: str) -> Any:
    for tasks in _tasks().values():
        if arn in tasks:
            return tasks[arn]
    raise KeyError(arn)


def _stop(task: Any, code: str, reason: str, exit_code: int | None, container_reason: str = "") -> None:
    task.stop_code, task.stopped_reason = code, reason
    container = task.containers[0]
    container.exit_code = container.exitCode = exit_code
    container.reason = container_reason or None
    container.last_status = "STOPPED"
    task.desired_status = "STOPPED"
    task.status = "STOPPED"


def _end_job(job: Any, success: bool, reason: str, container_reason: str, code: int | None) -> None:
    job.job_stopped_reason, job.container_reason, job.exit_code = reason, container_reason, code
    job._mark_stopped(success=success)


@contextmanager
def running_cloud(cloud: Cloud) -> Iterator[Cloud]:
    """Start the account on a free port; at the end nothing that it started runs on."""
    from moto.batch_simple.models import BatchSimpleBackend
    from moto.core.config import default_user_config
    from moto.moto_server.werkzeug_app import MotoRequestHandler
    from werkzeug.serving import make_server

    logging.getLogger("werkzeug").setLevel(logging.ERROR)

    def take_job(_: Any, include_start_attempt: bool, job: Any) -> None:
        job.backend._jobs[job.job_id] = job
        job._transitions = []
        if include_start_attempt:
            job.container_overrides = dict(job.container_overrides)
            cloud.run_job(job)

    before = BatchSimpleBackend._mark_job_as_finished, default_user_config["batch"]["use_docker"]
    BatchSimpleBackend._mark_job_as_finished = take_job  # type: ignore[method-assign,assignment]
    default_user_config["batch"]["use_docker"] = False
    front = OneAtATime(Front(cloud), cloud._lock)
    server = make_server("127.0.0.1", 0, front, True, request_handler=MotoRequestHandler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.1}, daemon=True)
    thread.start()
    cloud.url = f"http://127.0.0.1:{server.server_port}"
    cloud.image_environment = {**signed_in(cloud), **cloud.image_environment}
    cloud.functions = LambdaService(cloud.image_environment, cloud.faults, cloud.write)
    cloud.functions.warm = cloud.warm
    try:
        yield cloud
    finally:
        for work in list(cloud.works.values()):
            work.kill()
        cloud.functions.close()
        server.shutdown()
        thread.join()
        server.server_close()
        BatchSimpleBackend._mark_job_as_finished, default_user_config["batch"]["use_docker"] = before  # type: ignore[method-assign]


def signed_in(cloud: Cloud) -> dict[str, str]:
    """Give the environment in which every AWS program finds the account."""
    return {**credentials(cloud.url), "AWS_DEFAULT_REGION": REGION}


BUCKET = "workbench-steps"
QUEUES = ("on-demand", "spot", "gpu")
FUNCTIONS = {"steps-512": (512, 300), "steps-2048": (2048, 900)}


def furnish(client: Any) -> dict[str, Any]:
    """Make what a deployment has: a network, a cluster, queues, functions, a bucket. Give what settings name.

    Args:
        client: Gives a client of a service, as `boto3.client` does.
    """
    client("s3").create_bucket(Bucket=BUCKET, CreateBucketConfiguration={"LocationConstraint": REGION})
    subnet = client("ec2").describe_subnets()["Subnets"][0]
    groups = client("ec2").describe_security_groups()["SecurityGroups"]
    group = next(one["GroupId"] for one in groups if one["VpcId"] == subnet["VpcId"])
    role = client("iam").create_role(RoleName="steps", AssumeRolePolicyDocument="{}")["Role"]["Arn"]
    client("ecs").create_cluster(clusterName="steps", capacityProviders=["FARGATE", "FARGATE_SPOT"])
    client("batch").create_compute_environment(
        computeEnvironmentName="steps", type="UNMANAGED", state="ENABLED", serviceRole=role
    )
    environments = client("batch").describe_compute_environments()["computeEnvironments"]
    for queue in QUEUES:
        client("batch").create_job_queue(
            jobQueueName=queue,
            state="ENABLED",
            priority=1,
            computeEnvironmentOrder=[{"order": 1, "computeEnvironment": environments[0]["computeEnvironmentArn"]}],
        )
    for name, (memory, seconds) in FUNCTIONS.items():
        client("lambda").create_function(
            FunctionName=name,
            Role=role,
            PackageType="Image",
            Code={"ImageUri": f"{ACCOUNT}.dkr.ecr.{REGION}.amazonaws.com/steps:1"},
            ImageConfig={"Command": ["platform_core.executor.entry.aws_lambda.handler"]},
            MemorySize=memory,
            Timeout=seconds,
        )
    return {"subnets": [subnet["SubnetId"]], "security_groups": [group], "role": role}
