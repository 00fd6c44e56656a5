"""A step on each remote kind that runs until it is ended, and leaves in S3 that it has begun."""

import time
import uuid

import boto3
import dagster as dg

from platform_core.compute_kinds import COMPUTE_TAG, ComputeSpec
from platform_core.executor import platform_executor

BUCKET = "workbench-steps"


def made(kind):
    """Give an op of a kind."""

    @dg.op(name="lambda_" if kind == "lambda" else kind, tags={COMPUTE_TAG: ComputeSpec(kind).to_json()})
    def body(context):
        mark = f"held/{context.run.run_id}/{kind}-{uuid.uuid4().hex}"
        boto3.client("s3").put_object(Bucket=BUCKET, Key=mark, Body=b"")
        print("holding", flush=True)  # noqa: T201 - whoever waits for it is told
        while True:
            time.sleep(0.02)

    return body


OPS = [made(kind) for kind in ("lambda", "fargate", "eks", "batch")]


@dg.job(executor_def=platform_executor)
def held():
    """Hold four steps that know nothing of each other."""
    for op in OPS:
        op()
