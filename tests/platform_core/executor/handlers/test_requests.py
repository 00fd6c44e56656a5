"""What is sent is what the providers' own models allow, and says what the step asked for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import boto3
import pytest
from botocore.model import ListShape, MapShape, StringShape, StructureShape
from botocore.validate import ParamValidator

from platform_core.compute_kinds import ComputeSpec
from platform_core.executor.handler import Cause, LaunchError, StepLaunch
from platform_core.executor.handlers.batch import BatchHandler
from platform_core.executor.handlers.fargate import FargateHandler
from platform_core.executor.handlers.settings import BatchSettings, FargateSettings, PayloadSettings
from tests.servers.runner_aws import BUCKET

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from tests.platform_core.executor.handlers.conftest import Remote

ROLE = "arn:aws:iam::123456789012:role/own"
SECRET = "arn:aws:secretsmanager:eu-west-2:123456789012:secret:db"  # noqa: S105 - where it is, not what


def step(kind: str, payload: bytes = b"eJy7", **options: Any) -> StepLaunch:
    labels = {"assets": "a,b", "team": "team:planning", "empty": ""}
    return StepLaunch("run", "a[b]", 2, 1, ComputeSpec(kind, options), payload, "job", labels)  # type: ignore[arg-type]


def wrong(service: str, operation: str, request: Mapping[str, Any]) -> list[str]:
    """Give what the service's model does not allow: fields, types, ranges, and words of a list."""
    shape = boto3.client(service).meta.service_model.operation_model(operation).input_shape
    report = ParamValidator().validate(dict(request), shape)
    return [report.generate_report()] * report.has_errors() + list(_words(shape, request, operation))


def _words(shape: Any, value: Any, place: str) -> Iterator[str]:
    """Give every word that is none of those that its model lists, and every text of a wrong length."""
    if isinstance(shape, StructureShape):
        for name, one in ((name, one) for name, one in value.items() if name in shape.members):
            yield from _words(shape.members[name], one, f"{place}.{name}")
    elif isinstance(shape, ListShape):
        for one in value:
            yield from _words(shape.member, one, place)
    elif isinstance(shape, MapShape):
        for one in value.values():
            yield from _words(shape.value, one, place)
    elif isinstance(shape, StringShape):
        if shape.enum and value not in shape.enum:
            yield f"{place}: {value}"
        if not shape.metadata.get("min", 0) <= len(value) <= shape.metadata.get("max", 10**9):
            yield f"{place}: {len(value)} characters"


@pytest.fixture
def fargate(remote: Remote) -> FargateHandler:
    told = {"image": "team/steps:1", "cluster": "steps", "subnets": ["subnet-1"], "security_groups": ["sg-1"]}
    more = {"task_role_arn": ROLE, "secrets": {"DB": SECRET}, "ephemeral_storage_gb": 60, "environment": {"LEVEL": "1"}}
    return FargateHandler(FargateSettings.model_validate({**told, **more}))


@pytest.fixture
def batch(remote: Remote) -> BatchHandler:
    told = {
        "image": "team/steps:1",
        "queue": "jobs",
        "spot_queue": "spot",
        "gpu_queue": "gpu",
        "secrets": {"DB": SECRET},
    }
    more = {"job_role_arn": ROLE, "execution_role_arn": ROLE, "shared_memory_mb": 64, "attempts": 3}
    return BatchHandler(BatchSettings.model_validate({**told, **more}), PayloadSettings(bucket=BUCKET))


def test_requests_to_ecs_are_allowed(fargate: FargateHandler) -> None:
    asked = step("fargate", cpu_units=2048, memory_mb=8192, execution_role_arn=ROLE)
    definition = fargate.definition(asked.spec)
    request = fargate.request(asked, definition["family"])
    assert wrong("ecs", "RegisterTaskDefinition", definition) == []
    assert wrong("ecs", "RunTask", request) == []
    assert (definition["cpu"], definition["memory"]) == ("2048", "8192")
    assert definition["executionRoleArn"] == definition["taskRoleArn"] == ROLE
    assert definition["ephemeralStorage"] == {"sizeInGiB": 60}
    assert definition["containerDefinitions"][0]["secrets"] == [{"name": "DB", "valueFrom": SECRET}]
    assert request["clientToken"] == request["startedBy"] == asked.name
    assert len(request["clientToken"]) <= 64
    tags = {one["key"]: one["value"] for one in request["tags"]}
    assert tags["workbench:team"] == "team:planning"
    assert "workbench:empty" not in tags


def test_a_wrong_request_is_seen(fargate: FargateHandler) -> None:
    definition = fargate.definition(ComputeSpec("fargate"))
    assert wrong("ecs", "RegisterTaskDefinition", {**definition, "networkMode": "awsvcp"})
    assert wrong("ecs", "RegisterTaskDefinition", {**definition, "memroy": "1"})


def test_a_definition_is_named_for_its_content(fargate: FargateHandler) -> None:
    small, large = ComputeSpec("fargate"), ComputeSpec("fargate", {"memory_mb": 2048})
    assert fargate.definition(small)["family"] == fargate.definition(ComputeSpec("fargate"))["family"]
    assert fargate.definition(small)["family"] != fargate.definition(large)["family"]


def test_spot_is_a_capacity_provider(remote: Remote) -> None:
    def provider(spot: bool) -> str:
        request = remote.handler("fargate", spot=spot).request(step("fargate"), "family")
        name: str = request["capacityProviderStrategy"][0]["capacityProvider"]
        return name

    assert (provider(True), provider(False)) == ("FARGATE_SPOT", "FARGATE")


def test_requests_to_batch_are_allowed(batch: BatchHandler) -> None:
    asked = step("batch", vcpus=8, memory_mb=30_000, gpus=2, timeout_seconds=7200)
    definition = batch.definition()
    request = batch.request(asked, definition["jobDefinitionName"])
    assert wrong("batch", "RegisterJobDefinition", definition) == []
    assert wrong("batch", "SubmitJob", request) == []
    needs = {one["type"]: one["value"] for one in request["containerOverrides"]["resourceRequirements"]}
    assert needs == {"VCPU": "8", "MEMORY": "30000", "GPU": "2"}
    assert request["jobQueue"] == "gpu"
    assert request["timeout"] == {"attemptDurationSeconds": 7200}
    assert request["retryStrategy"]["attempts"] == 3
    assert request["retryStrategy"]["evaluateOnExit"][0] == {"onStatusReason": "Host EC2*", "action": "RETRY"}


def test_a_range_of_partitions_is_an_array_job(batch: BatchHandler) -> None:
    def size(count: str, most: int | None = None) -> Any:
        span = "2025-01-01", "2025-01-31"
        asked = StepLaunch("run", "a", 1, 0, ComputeSpec("batch"), b"x", "job", {"partitions": count}, span, most)
        request = batch.request(asked, "definition")
        assert wrong("batch", "SubmitJob", request) == []
        return request.get("arrayProperties", {}).get("size")

    assert (size("31"), size("1"), size("")) == (31, None, None)
    assert (size("31", 4), size("3", 4), size("31", 1)) == (4, 3, None)


@pytest.mark.parametrize(("kind", "limit"), [("fargate", 7_000), ("batch", 20_000), ("eks", 100_000)])
def test_a_payload_over_the_limit_goes_through_s3(remote: Remote, kind: str, limit: int) -> None:
    command = ("python", "-c", "from platform_core.executor.entry.payload import read_payload as r; import os; "
               "print(len(r(os.environ)), 'WORKBENCH_STEP_PAYLOAD' in os.environ)")  # fmt: skip
    handler = remote.handler(kind, command)
    for size, inside in ((100, True), (limit + 1, False)):
        asked = remote.quick(kind, b"x" * size)
        remote_id = handler.launch(asked)
        remote.ended(handler, remote_id)
        assert handler.last_lines(remote_id, 1) == (f"{size} {inside}",)
    key = f"workbench/steps/{asked.name}/payload"
    assert boto3.client("s3").head_object(Bucket=BUCKET, Key=key)["ContentLength"] == limit + 1


def test_a_payload_over_the_limit_without_a_bucket_says_so(fargate: FargateHandler) -> None:
    with pytest.raises(LaunchError, match=r"payloads: \{bucket") as caught:
        fargate.request(step("fargate", b"x" * 10_000), "family")
    assert caught.value.cause is Cause.ERROR
