"""The settings of each remote kind, as the section `compute:` of a configuration file has them.

A kind that has no settings cannot be used: the executor says so before the run starts.
"""

from __future__ import annotations

import json
import re
from hashlib import sha256
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

STEP_COMMAND = ("python", "-m", "platform_core.executor.entry.step")

_IMAGE = re.compile(r"[a-z0-9][\w.\-/:]*(@sha256:[0-9a-f]{64})?", re.ASCII)
_ROLE = re.compile(r"arn:aws[a-z-]*:iam::\d{12}:role/[\w+=,.@/-]{1,512}", re.ASCII)
_SECRET_AT = re.compile(r"arn:aws[a-z-]*:(secretsmanager|ssm):.+", re.ASCII)


def _image(value: str) -> str:
    if not _IMAGE.fullmatch(value):
        raise ValueError("write an image as 'registry/name:tag' or 'registry/name@sha256:…'")
    return value


def _role(value: str) -> str:
    if not _ROLE.fullmatch(value):
        raise ValueError("write the ARN of a role, as 'arn:aws:iam::<12 digits>:role/<name>'")
    return value


def _secrets(value: dict[str, str]) -> dict[str, str]:
    for name, place in value.items():
        if not _SECRET_AT.fullmatch(place):
            raise ValueError(f"{name} holds no ARN of Secrets Manager or Parameter Store; secrets never stand here")
    return value


Image = Annotated[str, AfterValidator(_image)]
Role = Annotated[str, AfterValidator(_role)]
Seconds = Annotated[int, Field(ge=1)]
Texts = Annotated[tuple[str, ...], Field(strict=False)]


class Settings(BaseModel):
    """Base of all settings: what is not known is an error, and nothing is changed afterwards."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, hide_input_in_errors=True)


class PayloadSettings(Settings):
    """A bucket for what does not fit into a request, and for the marks of Lambda's invocations.

    Args:
        bucket: Its name. Steps and the run worker read and write it.
        prefix: Where in it. A lifecycle rule may delete everything below after two weeks.
    """

    bucket: str = Field(min_length=3)
    prefix: str = "workbench/steps"


class ContainerSettings(Settings):
    """What every kind that starts a container takes.

    Args:
        image: The image of the code location.
        command: What runs a step in it.
        environment: Plain settings, no secrets.
    """

    image: Image
    command: Texts = STEP_COMMAND
    environment: dict[str, str] = {}


class LambdaSettings(Settings):
    """Lambda functions made from the image, one for each size in use.

    Args:
        functions: Their names. Each step goes to the smallest that has the memory and the time it asks for.
        region_name: Their region; the environment's where it is None.
        environment: Plain settings for every step, under those of the step.
    """

    functions: Annotated[tuple[str, ...], Field(strict=False, min_length=1)]
    region_name: str | None = None
    environment: dict[str, str] = {}


class FargateSettings(ContainerSettings):
    """ECS tasks on Fargate.

    Args:
        cluster: Name or ARN of the ECS cluster.
        subnets: Where tasks have their network interface.
        security_groups: What they may reach.
        assign_public_ip: Whether they get a public address.
        task_role_arn: What the step's own code may do.
        execution_role_arn: What fetches the image and writes the log, unless the decorator names a role.
        log_group: The group of CloudWatch Logs.
        secrets: Environment variables by the ARN of what holds their values.
        ephemeral_storage_gb: The task's disk, 21 to 200; 20 where it is None.
        spot: Whether tasks run on Fargate Spot.
        cpu_architecture: `X86_64` or `ARM64`.
        platform_version: Fargate's.
        region_name: The cluster's region; the environment's where it is None.
    """

    cluster: str
    subnets: Annotated[tuple[str, ...], Field(strict=False, min_length=1, max_length=16)]
    security_groups: Annotated[tuple[str, ...], Field(strict=False, max_length=5)] = ()
    assign_public_ip: bool = False
    task_role_arn: Role | None = None
    execution_role_arn: Role | None = None
    log_group: str = "/notebook-workbench/steps"
    secrets: Annotated[dict[str, str], AfterValidator(_secrets)] = {}
    ephemeral_storage_gb: Annotated[int, Field(ge=21, le=200)] | None = None
    spot: bool = False
    cpu_architecture: Annotated[str, Field(pattern="^(X86_64|ARM64)$")] = "X86_64"
    platform_version: str = "LATEST"
    region_name: str | None = None


class BatchSettings(ContainerSettings):
    """AWS Batch on EC2. Queues are for on-demand or Spot compute, with GPUs or without.

    Args:
        queue: The queue of on-demand compute.
        spot_queue: The queue of Spot compute; `queue` where it is None.
        gpu_queue: The queue of compute with GPUs; `queue` where it is None.
        gpu_spot_queue: Both; `gpu_queue` where it is None.
        job_role_arn: What the step's own code may do.
        execution_role_arn: What fetches the image, the secrets and writes the log.
        log_group: The group of CloudWatch Logs.
        secrets: Environment variables by the ARN of what holds their values.
        attempts: How often Batch itself starts a job whose host went away, 1 to 10. With 1 the executor alone decides.
        shared_memory_mb: The size of `/dev/shm`, for libraries that share data among processes.
        region_name: The queues' region; the environment's where it is None.
    """

    queue: str
    spot_queue: str | None = None
    gpu_queue: str | None = None
    gpu_spot_queue: str | None = None
    job_role_arn: Role | None = None
    execution_role_arn: Role | None = None
    log_group: str = "/aws/batch/job"
    secrets: Annotated[dict[str, str], AfterValidator(_secrets)] = {}
    attempts: Annotated[int, Field(ge=1, le=10)] = 1
    shared_memory_mb: Annotated[int, Field(ge=1)] | None = None
    region_name: str | None = None

    def queue_of(self, gpus: int, spot: bool) -> str:
        """Give the queue for a job.

        >>> settings = BatchSettings(image="team/steps:1", queue="jobs", spot_queue="spot", gpu_queue="gpu")
        >>> settings.queue_of(0, True), settings.queue_of(0, False), settings.queue_of(1, True)
        ('spot', 'jobs', 'gpu')
        """
        with_gpus = self.gpu_queue or self.queue
        if gpus:
            return (self.gpu_spot_queue or with_gpus) if spot else with_gpus
        return (self.spot_queue or self.queue) if spot else self.queue

    def is_spot(self, gpus: int, spot: bool) -> bool:
        """Say whether a job goes to a queue of Spot compute.

        >>> settings = BatchSettings(image="team/steps:1", queue="jobs", spot_queue="spot")
        >>> settings.is_spot(0, True), settings.is_spot(1, True), settings.is_spot(0, False)
        (True, False, False)
        """
        return spot and (self.gpu_spot_queue if gpus else self.spot_queue) is not None


class Toleration(Settings):
    """A taint of nodes that pods may stand."""

    key: str
    operator: Annotated[str, Field(pattern="^(Exists|Equal)$")] = "Exists"
    value: str | None = None
    effect: Annotated[str, Field(pattern="^(NoSchedule|PreferNoSchedule|NoExecute)$")] | None = None


class EksSettings(ContainerSettings):
    """Kubernetes Jobs on nodes that Karpenter starts.

    Args:
        namespace: Where Jobs are made.
        context: The context of the kubeconfig; where it is None, the service account of the pod, else the current one.
        service_account: What the step's own code may do (through IRSA or Pod Identity).
        node_selector: Labels of nodes, beside instance type and capacity type.
        tolerations: Taints of the node pool.
        node_pool: The name of Karpenter's node pool that pods are held to.
        secrets: Names of Kubernetes secrets whose keys become environment variables.
        ttl_seconds: How long a finished Job is kept. A run worker that was away as long finds nothing.
        active_deadline_seconds: The longest that a Job may take; none where it is None.
        run_as_user: The user of the process, not 0.
        node_share: The part of a node that a pod asks for; the node itself takes the rest.
        scratch_mb: The size of `/tmp`, the one place that a step can write to.
        log_url: A page of logs, with `{namespace}`, `{job}` and `{cluster}` in it.
        cluster: The cluster's name, for `log_url` alone.
        pull_secrets: Names of Kubernetes secrets for the image's registry.
    """

    namespace: Annotated[str, Field(pattern="^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$")] = "default"
    context: str | None = None
    service_account: str | None = None
    node_selector: dict[str, str] = {}
    tolerations: Annotated[tuple[Toleration, ...], Field(strict=False)] = ()
    node_pool: str | None = None
    secrets: Texts = ()
    ttl_seconds: Seconds = 86_400
    active_deadline_seconds: Seconds | None = None
    run_as_user: Annotated[int, Field(ge=1)] = 1000
    node_share: Annotated[float, Field(gt=0, le=0.95)] = 0.75
    scratch_mb: Annotated[int, Field(ge=16)] = 10_240
    log_url: str | None = None
    cluster: str = ""
    pull_secrets: Texts = ()


class DaskSettings(Settings):
    """A Dask cluster that is there already, whose workers have the code location and reach Dagster's storage.

    Args:
        scheduler: The address of its scheduler. Where it is `tls://`, Dask's own configuration names the certificates.
        command: What runs a step on a worker.
        environment: Plain settings, no secrets.
    """

    scheduler: Annotated[str, Field(pattern=r"^(tcp|tls|ws|wss)://[^\s/]+:\d+$")]
    command: Texts = ("python", "-m", "platform_core.executor.entry.dask_step")
    environment: dict[str, str] = {}


class RemoteSettings(Settings):
    """Every remote kind that this deployment has.

    >>> written = {"lambda": {"functions": ["steps-512"]}, "payloads": {"bucket": "steps"}}
    >>> settings = RemoteSettings.model_validate(written)
    >>> settings.lambda_.functions, settings.fargate
    (('steps-512',), None)
    """

    model_config = ConfigDict(populate_by_name=True)

    payloads: PayloadSettings | None = None
    lambda_: LambdaSettings | None = Field(None, alias="lambda")
    fargate: FargateSettings | None = None
    eks: EksSettings | None = None
    batch: BatchSettings | None = None
    dask: DaskSettings | None = None

    @model_validator(mode="after")
    def _lambda_has_a_bucket(self) -> RemoteSettings:
        if self.lambda_ is not None and self.payloads is None:
            raise ValueError("lambda needs payloads: {bucket: …}, where an invocation leaves word of how it ended")
        return self


def content_hash(definition: dict[str, Any]) -> str:
    """Give twelve hexadecimal digits of what a definition says, whatever the order of its keys.

    >>> content_hash({"a": 1, "b": 2}) == content_hash({"b": 2, "a": 1}), len(content_hash({}))
    (True, 12)
    """
    return sha256(json.dumps(definition, sort_keys=True, separators=(",", ":")).encode()).hexdigest()[:12]
