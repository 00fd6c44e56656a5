"""Steps as ECS tasks on Fargate.

A task definition is registered once for each content (image, command, roles, sizes, log); a task is started with a
client token made of the step's name, so that a call whose answer was lost starts nothing twice.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from platform_core.compute_kinds import ComputeSpec
from platform_core.executor.handler import Cause, LaunchError, Phase, RemoteState, StepLaunch, TransientError
from platform_core.executor.handlers.aws import Clients, Payloads, last_lines, log_page, pairs, tags_of
from platform_core.executor.handlers.causes import NOTHING_LEFT, OF_FARGATE, STOPPED, read_cause
from platform_core.executor.handlers.refusals import asking, error_code
from platform_core.executor.handlers.settings import FargateSettings, PayloadSettings, content_hash

CONTAINER = "step"
_OVERRIDES_LIMIT = 7000  # of the 8,192 characters that all overrides of a task may take
_STARTING = {"PROVISIONING", "PENDING", "ACTIVATING"}


class FargateHandler:
    """Starts, finds, watches and stops ECS tasks.

    Args:
        settings: Where and with what.
        payloads: A bucket for payloads over the limit of a request.
    """

    kind = "fargate"

    def __init__(self, settings: FargateSettings, payloads: PayloadSettings | None = None) -> None:
        self._settings = settings
        self._clients = Clients(settings.region_name)
        self._payloads = Payloads(payloads, self._clients)
        self._registered: set[str] = set()  # what need not be asked again; nothing is lost with it

    def launch(self, step: StepLaunch) -> str:
        """Start the step's task, or give the one that stands under its name."""
        definition = self.definition(step.spec)
        self._register(definition)
        request = self.request(step, definition["family"])
        with asking("Amazon ECS", "start a task"):
            try:
                answer = self._clients("ecs").run_task(**request)
            except Exception as error:
                if error_code(error) == "ConflictException":  # the same name with another payload: a restarted run
                    if (known := self._of_conflict(error) or self.find(step)) is not None:
                        return known
                    raise TransientError("Amazon ECS knows of the task, but does not list it yet.") from error
                self._forget_expired(error)
                raise
        for task in answer["tasks"]:
            arn: str = task["taskArn"]
            return arn
        reasons = ", ".join(str(failure.get("reason", "")) for failure in answer.get("failures", ())) or "no reason"
        if "apacity" in reasons and self._spot(step):
            words = "There is no Spot capacity on Fargate at the moment."
            raise LaunchError(words, cause=Cause.SPOT_INTERRUPTION, hint="Run the step on demand, or try again later.")
        raise TransientError(f"Amazon ECS started no task: {reasons}.")

    def find(self, step: StepLaunch) -> str | None:
        """Give the ARN of the task of this name, running or stopped within the last hour."""
        family = self.definition(step.spec)["family"]
        # ECS takes no other filter beside `startedBy`, and lists then what is to run
        for asked in ({"startedBy": step.name}, {"family": family, "desiredStatus": "STOPPED"}):
            for task in self._listed(asked):
                if task.get("startedBy") == step.name:
                    arn: str = task["taskArn"]
                    return arn
        return None

    def check(self, remote_id: str) -> RemoteState:
        """Look at a task."""
        found = self._described([remote_id])
        if not found:
            return RemoteState(
                Phase.LOST, message=f"Amazon ECS no longer knows the task {_id(remote_id)}. {NOTHING_LEFT}"
            )
        task, page = found[0], self._page(remote_id)
        if task["lastStatus"] in _STARTING:
            return RemoteState(Phase.STARTING, log_url=page)
        if task["lastStatus"] != "STOPPED":
            return RemoteState(Phase.RUNNING, log_url=page)
        container = task["containers"][0] if task.get("containers") else {}
        code = container.get("exitCode")
        if code == 0 and task.get("stopCode") == "EssentialContainerExited":
            return RemoteState(Phase.SUCCEEDED, log_url=page)
        said = " ".join(filter(None, (task.get("stoppedReason"), container.get("reason"))))
        cause, message = read_cause(OF_FARGATE, task.get("stopCode", ""), said, code)
        return RemoteState(Phase.FAILED, cause, message, page)

    def stop(self, remote_id: str) -> None:
        """Stop a task; one that has ended or is unknown is no error."""
        with asking("Amazon ECS", "stop a task"):
            try:
                self._clients("ecs").stop_task(cluster=self._settings.cluster, task=remote_id, reason=STOPPED)
            except Exception as error:
                if error_code(error) == "InvalidParameterException" and "not found" in str(error):
                    return
                self._forget_expired(error)
                raise

    def last_lines(self, remote_id: str, count: int) -> tuple[str, ...]:
        """Give the last lines that the task wrote."""
        return last_lines(self._clients, self._settings.log_group, _stream(remote_id), count)

    def definition(self, spec: ComputeSpec) -> dict[str, Any]:
        """Give the request that registers the task definition for a size; its family names its content."""
        settings = self._settings
        logs = {
            "awslogs-group": settings.log_group,
            "awslogs-region": self._clients.region,
            "awslogs-stream-prefix": "workbench",
        }
        container: dict[str, Any] = {
            "name": CONTAINER,
            "image": settings.image,
            "essential": True,
            "command": list(settings.command),
            "environment": pairs(settings.environment),
            "cpu": spec["cpu_units"],
            "memory": spec["memory_mb"],
            "logConfiguration": {"logDriver": "awslogs", "options": logs},
            "stopTimeout": 120,
        }
        if settings.secrets:
            container["secrets"] = pairs(settings.secrets, value="valueFrom")
        definition: dict[str, Any] = {
            "networkMode": "awsvpc",
            "requiresCompatibilities": ["FARGATE"],
            "cpu": str(spec["cpu_units"]),
            "memory": str(spec["memory_mb"]),
            "containerDefinitions": [container],
            "runtimePlatform": {"cpuArchitecture": settings.cpu_architecture, "operatingSystemFamily": "LINUX"},
        }
        if settings.task_role_arn:
            definition["taskRoleArn"] = settings.task_role_arn
        if role := spec["execution_role_arn"] or settings.execution_role_arn:
            definition["executionRoleArn"] = role
        if settings.ephemeral_storage_gb:
            definition["ephemeralStorage"] = {"sizeInGiB": settings.ephemeral_storage_gb}
        return {"family": f"notebook-workbench-{content_hash(definition)}", **definition}

    def request(self, step: StepLaunch, family: str) -> dict[str, Any]:
        """Give the request that starts the step's task."""
        settings = self._settings
        network = {
            "subnets": list(settings.subnets),
            "securityGroups": list(settings.security_groups),
            "assignPublicIp": "ENABLED" if settings.assign_public_ip else "DISABLED",
        }
        environment = self._payloads.environment(step, _OVERRIDES_LIMIT, spot=self._spot(step))
        return {
            "cluster": settings.cluster,
            "taskDefinition": family,
            "count": 1,
            "clientToken": step.name,
            "startedBy": step.name,
            "capacityProviderStrategy": [
                {"capacityProvider": "FARGATE_SPOT" if self._spot(step) else "FARGATE", "weight": 1}
            ],
            "platformVersion": settings.platform_version,
            "networkConfiguration": {"awsvpcConfiguration": network},
            "overrides": {"containerOverrides": [{"name": CONTAINER, "environment": pairs(environment)}]},
            "tags": pairs(tags_of(step), "key"),
        }

    def _spot(self, step: StepLaunch) -> bool:
        return self._settings.spot and not step.on_demand

    def _register(self, definition: dict[str, Any]) -> None:
        family = definition["family"]
        if family in self._registered:
            return
        with asking("Amazon ECS", "register the task definition"):
            try:
                self._clients("ecs").describe_task_definition(taskDefinition=family)
            except Exception as error:
                if error_code(error) != "ClientException":  # which says that there is none
                    self._forget_expired(error)
                    raise
                self._clients("ecs").register_task_definition(**definition)
        self._registered.add(family)

    def _listed(self, asked: dict[str, Any]) -> Iterator[dict[str, Any]]:
        with asking("Amazon ECS", "list tasks", watching=True):
            pages = self._clients("ecs").get_paginator("list_tasks").paginate(cluster=self._settings.cluster, **asked)
            for page in pages:
                yield from self._described(page["taskArns"])

    def _described(self, arns: list[str]) -> list[dict[str, Any]]:
        if not arns:
            return []
        with asking("Amazon ECS", "describe tasks", watching=True):
            try:
                answer = self._clients("ecs").describe_tasks(cluster=self._settings.cluster, tasks=arns)
            except Exception as error:
                self._forget_expired(error)
                raise
        return list(answer["tasks"])

    def _of_conflict(self, error: Any) -> str | None:
        ids = getattr(error, "response", {}).get("resourceIds") or [None]
        first: str | None = ids[0]
        return first

    def _forget_expired(self, error: Exception) -> None:
        if error_code(error) in {"ExpiredToken", "ExpiredTokenException", "UnrecognizedClientException"}:
            self._clients.forget()

    def _page(self, arn: str) -> str:
        return log_page(self._clients.region, self._settings.log_group, _stream(arn))


def _id(arn: str) -> str:
    return arn.rsplit("/", 1)[-1]


def _stream(arn: str) -> str:
    return f"workbench/{CONTAINER}/{_id(arn)}"
