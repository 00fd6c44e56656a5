"""A step on Spot capacity of each kind that has it; each leaves in S3 what its process knows of that."""

import os

import boto3
import dagster as dg

from platform_core.compute_kinds import COMPUTE_TAG, ComputeSpec
from platform_core.executor import platform_executor

BUCKET = "workbench-steps"
SPECS = {
    "fargate": ComputeSpec("fargate"),  # its deployment says Spot
    "eks": ComputeSpec("eks", {"spot_instances": True}),
    "batch": ComputeSpec("batch", {"spot_instances": True}),
}


def made(kind):
    """Give an op of a kind."""

    @dg.op(name=kind, tags={COMPUTE_TAG: SPECS[kind].to_json()})
    def body(context):
        told = os.environ["WORKBENCH_STEP_SPOT"].encode()
        boto3.client("s3").put_object(Bucket=BUCKET, Key=f"spot/{context.run.run_id}/{kind}", Body=told)

    return body


OPS = {kind: made(kind) for kind in SPECS}


@dg.job(executor_def=platform_executor)
def on_spot():
    """Carry out three steps that know nothing of each other."""
    for op in OPS.values():
        op()
