"""Steps as jobs of AWS Batch on EC2.

A job definition is registered once for each content; sizes, GPUs and time-outs are said by the job. Batch has no client
token, so a job is looked for by its name before it is submitted.
"""

from __future__ import annotations

from typing import Any

from platform_core.executor.handler import Phase, RemoteState, StepLaunch
from platform_core.executor.handlers.aws import Clients, Payloads, last_lines, log_page, pairs, tags_of
from platform_core.executor.handlers.causes import NOTHING_LEFT, OF_BATCH, STOPPED, read_cause
from platform_core.executor.handlers.parts import parts_of
from platform_core.executor.handlers.refusals import asking, error_code
from platform_core.executor.handlers.settings import BatchSettings, PayloadSettings, content_hash

_PAYLOAD_LIMIT = 20_000  # of the 30 KiB that a request of Batch may take
_STARTING = {"SUBMITTED", "PENDING", "RUNNABLE", "STARTING"}
_MOST_PARTS = 10_000  # of an array job


class BatchHandler:
    """Submits, finds, watches and terminates jobs.

    Args:
        settings: Where and with what.
        payloads: A bucket for payloads over the limit of a request.
    """

    kind = "batch"

    def __init__(self, settings: BatchSettings, payloads: PayloadSettings | None = None) -> None:
        self._settings = settings
        self._clients = Clients(settings.region_name)
        self._payloads = Payloads(payloads, self._clients)
        self._registered: set[str] = set()  # what need not be asked again; nothing is lost with it

    def launch(self, step: StepLaunch) -> str:
        """Submit the step's job, or give the one that stands under its name."""
        if (known := self.find(step)) is not None:
            return known
        definition = self.definition()
        self._register(definition)
        request = self.request(step, definition["jobDefinitionName"])
        with asking("AWS Batch", "submit a job"):
            job_id: str = self._asked("submit_job", **request)["jobId"]
        return job_id

    def find(self, step: StepLaunch) -> str | None:
        """Give the id of the job of this name, in any state; Batch keeps ended ones for a week."""
        options = step.spec.options
        with asking("AWS Batch", "list jobs", watching=True):
            answer = self._asked(
                "list_jobs",
                jobQueue=self._settings.queue_of(options["gpus"], options["spot_instances"]),
                filters=[{"name": "JOB_NAME", "values": [step.name]}],
            )
        # The first that was submitted, should there be two
        ids = [one["jobId"] for one in sorted(answer["jobSummaryList"], key=lambda one: one["createdAt"])]
        return ids[0] if ids else None

    def check(self, remote_id: str) -> RemoteState:
        """Look at a job."""
        job = self._described(remote_id)
        if job is None:
            return RemoteState(Phase.LOST, message=f"AWS Batch no longer knows the job {remote_id}. {NOTHING_LEFT}")
        page = self._page(job)
        if job["status"] == "SUCCEEDED":
            return RemoteState(Phase.SUCCEEDED, log_url=page)
        if job["status"] in _STARTING:
            return RemoteState(Phase.STARTING, message=job.get("statusReason", ""), log_url=page)
        if job["status"] != "FAILED":
            return RemoteState(Phase.RUNNING, log_url=page)
        job = self._failed_part(job)
        container = job.get("container", {})
        said = " ".join(filter(None, (job.get("statusReason"), container.get("reason"))))
        cause, message = read_cause(OF_BATCH, "", said, container.get("exitCode"))
        return RemoteState(Phase.FAILED, cause, message, self._page(job))

    def stop(self, remote_id: str) -> None:
        """Cancel or terminate a job; one that has ended or is unknown is no error."""
        with asking("AWS Batch", "terminate a job"):
            self._asked("terminate_job", jobId=remote_id, reason=STOPPED)

    def last_lines(self, remote_id: str, count: int) -> tuple[str, ...]:
        """Give the last lines that the job wrote; of an array, those of the first part that failed."""
        job = self._described(remote_id)
        stream = self._failed_part(job).get("container", {}).get("logStreamName") if job else None
        return last_lines(self._clients, self._settings.log_group, stream, count) if stream else ()

    def definition(self) -> dict[str, Any]:
        """Give the request that registers the job definition; its name tells its content."""
        settings = self._settings
        container: dict[str, Any] = {
            "image": settings.image,
            "command": list(settings.command),
            "environment": pairs(settings.environment),
            "resourceRequirements": [{"type": "VCPU", "value": "1"}, {"type": "MEMORY", "value": "512"}],
            "logConfiguration": {"logDriver": "awslogs", "options": {"awslogs-group": settings.log_group}},
        }
        if settings.secrets:
            container["secrets"] = pairs(settings.secrets, value="valueFrom")
        if settings.job_role_arn:
            container["jobRoleArn"] = settings.job_role_arn
        if settings.execution_role_arn:
            container["executionRoleArn"] = settings.execution_role_arn
        if settings.shared_memory_mb:
            container["linuxParameters"] = {"sharedMemorySize": settings.shared_memory_mb}
        definition = {"type": "container", "platformCapabilities": ["EC2"], "containerProperties": container}
        return {"jobDefinitionName": f"notebook-workbench-{content_hash(definition)}", **definition}

    def request(self, step: StepLaunch, definition: str) -> dict[str, Any]:
        """Give the request that submits the step's job; a range of partitions becomes an array of parts."""
        settings, options = self._settings, step.spec.options
        sizes = {"VCPU": options["vcpus"], "MEMORY": options["memory_mb"], "GPU": options["gpus"]}
        needs = [{"type": kind, "value": str(number)} for kind, number in sizes.items() if number]
        parts = parts_of(step, most=_MOST_PARTS) if self._payloads.there else 1
        spot = settings.is_spot(options["gpus"], options["spot_instances"])
        environment = self._payloads.environment(step, _PAYLOAD_LIMIT, spot=spot)
        environment |= self._payloads.parts_environment(step, parts)
        request: dict[str, Any] = {
            "jobName": step.name,
            "jobQueue": settings.queue_of(options["gpus"], options["spot_instances"]),
            "jobDefinition": definition,
            "timeout": {"attemptDurationSeconds": options["timeout_seconds"]},
            "retryStrategy": {"attempts": settings.attempts},
            "tags": tags_of(step),
            "propagateTags": True,
        }
        if settings.attempts > 1:  # only where the host went away: what the step does wrong, it does again
            request["retryStrategy"]["evaluateOnExit"] = [
                {"onStatusReason": "Host EC2*", "action": "RETRY"},
                {"onReason": "*", "action": "EXIT"},
            ]
        if parts > 1:
            request["arrayProperties"] = {"size": parts}
        return {**request, "containerOverrides": {"environment": pairs(environment), "resourceRequirements": needs}}

    def _register(self, definition: dict[str, Any]) -> None:
        name = definition["jobDefinitionName"]
        if name in self._registered:
            return
        with asking("AWS Batch", "register the job definition"):
            known = self._asked("describe_job_definitions", jobDefinitionName=name, status="ACTIVE")
            if not known["jobDefinitions"]:
                self._asked("register_job_definition", **definition)
        self._registered.add(name)

    def _described(self, remote_id: str) -> dict[str, Any] | None:
        with asking("AWS Batch", "describe a job", watching=True):
            jobs: list[dict[str, Any]] = self._asked("describe_jobs", jobs=[remote_id])["jobs"]
        return jobs[0] if jobs else None

    def _failed_part(self, job: dict[str, Any]) -> dict[str, Any]:
        """Give the first part of an array that failed; the job itself where it is none."""
        if not _is_array(job):
            return job
        with asking("AWS Batch", "list the parts of a job", watching=True):
            parts = self._asked("list_jobs", arrayJobId=job["jobId"], jobStatus="FAILED")["jobSummaryList"]
        return (self._described(parts[0]["jobId"]) if parts else None) or job

    def _page(self, job: dict[str, Any]) -> str:
        stream = job.get("container", {}).get("logStreamName")
        return log_page(self._clients.region, self._settings.log_group, stream)

    def _asked(self, operation: str, **request: Any) -> Any:
        try:
            return getattr(self._clients("batch"), operation)(**request)
        except Exception as error:
            if error_code(error) in {"ExpiredToken", "ExpiredTokenException", "UnrecognizedClientException"}:
                self._clients.forget()
            raise


def _is_array(job: dict[str, Any]) -> bool:
    return "size" in job.get("arrayProperties", {})
