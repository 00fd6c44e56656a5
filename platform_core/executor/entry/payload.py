"""What a step's process is told: the payload itself, or where in S3 it is kept."""

from __future__ import annotations

from collections.abc import Mapping

from platform_core.errors import UserError
from platform_core.needed import needed

PAYLOAD, PAYLOAD_AT = "WORKBENCH_STEP_PAYLOAD", "WORKBENCH_STEP_PAYLOAD_AT"
STEP_NAME, STEP_COMPUTE, STEP_SPOT = "WORKBENCH_STEP_NAME", "WORKBENCH_STEP_COMPUTE", "WORKBENCH_STEP_SPOT"
PARTS, MARKS_AT = "WORKBENCH_STEP_PARTS", "WORKBENCH_STEP_MARKS_AT"
INDEXES = ("AWS_BATCH_JOB_ARRAY_INDEX", "JOB_COMPLETION_INDEX")


def read_payload(environment: Mapping[str, str]) -> bytes:
    """Give the compressed `ExecuteStepArgs` from the environment, or from the object that it names.

    Raises:
        UserError: There is neither.

    >>> read_payload({"WORKBENCH_STEP_PAYLOAD": "eJy7"})
    b'eJy7'
    >>> read_payload({})
    Traceback (most recent call last):
    platform_core.errors.UserError: This process was told no step.
    hint: It is started by the executor, which sets WORKBENCH_STEP_PAYLOAD or WORKBENCH_STEP_PAYLOAD_AT.
    """
    if payload := environment.get(PAYLOAD):
        return payload.encode("ascii")
    address = environment.get(PAYLOAD_AT, "")
    if not address.startswith("s3://"):
        raise UserError(
            "This process was told no step.",
            hint=f"It is started by the executor, which sets {PAYLOAD} or {PAYLOAD_AT}.",
        )
    bucket, _, key = address.removeprefix("s3://").partition("/")
    content: bytes = needed("boto3", "aws").client("s3").get_object(Bucket=bucket, Key=key)["Body"].read()
    return content
