"""Jobs of one step on a remote kind, whose run itself is launched elsewhere."""

import os

import boto3
import dagster as dg

from platform_core.compute_kinds import COMPUTE_TAG, ComputeSpec
from platform_core.executor import platform_executor

BUCKET = "workbench-steps"
MARKS = ("ECS_CONTAINER_METADATA_URI_V4", "KUBERNETES_SERVICE_HOST")


def tells(kind):
    """Give an op that leaves in S3 by what its process knows its compute."""

    @dg.op(name=f"tells_of_{kind}", tags={COMPUTE_TAG: ComputeSpec(kind).to_json()})
    def body(context):
        known = " ".join(name for name in MARKS if name in os.environ)
        boto3.client("s3").put_object(Bucket=BUCKET, Key=f"launched/{context.run.run_id}", Body=known.encode())

    return body


ON_FARGATE, ON_EKS = tells("fargate"), tells("eks")


@dg.job(executor_def=platform_executor)
def to_fargate():
    """Tell where a step on Fargate runs."""
    ON_FARGATE()


@dg.job(executor_def=platform_executor)
def to_eks():
    """Tell where a step on EKS runs."""
    ON_EKS()
