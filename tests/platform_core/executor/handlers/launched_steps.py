"""A job of one step on Fargate, whose run itself is launched elsewhere."""

import os

import boto3
import dagster as dg

from platform_core.compute_kinds import COMPUTE_TAG, ComputeSpec
from platform_core.executor import platform_executor

BUCKET = "workbench-steps"


@dg.op(tags={COMPUTE_TAG: ComputeSpec("fargate").to_json()})
def tells(context):
    """Leave in S3 what this process knows of its compute."""
    body = os.environ.get("ECS_CONTAINER_METADATA_URI_V4", "").encode()
    boto3.client("s3").put_object(Bucket=BUCKET, Key=f"launched/{context.run.run_id}", Body=body)


@dg.job(executor_def=platform_executor)
def launched():
    """Tell where its step runs."""
    tells()
