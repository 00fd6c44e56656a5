"""A job of twelve steps over all kinds of compute, whose outputs are kept in S3."""

import os
import uuid

import boto3
import dagster as dg
from dagster_aws.s3 import S3PickleIOManager, S3Resource

from platform_core.compute_kinds import COMPUTE_TAG, ComputeSpec
from platform_core.executor import platform_executor

BUCKET = "workbench-steps"
KNOWN = {
    "ECS_CONTAINER_METADATA_URI_V4": "fargate",
    "AWS_BATCH_JOB_ID": "batch",
    "AWS_LAMBDA_FUNCTION_NAME": "lambda",
    "KUBERNETES_SERVICE_HOST": "eks",
}
SPECS = {
    "local": None,
    "lambda": ComputeSpec("lambda", {"memory_mb": 512, "timeout_seconds": 300}),
    "fargate": ComputeSpec("fargate"),
    "eks": ComputeSpec("eks", {"spot_instances": True}),
    "batch": ComputeSpec("batch"),
}


def made(name, kind):
    """Give an op that says where it ran, and what its inputs said."""
    spec = SPECS[kind]

    @dg.op(
        name=name,
        ins={"given": dg.In(list)},
        out=dg.Out(dict),
        tags={} if spec is None else {COMPUTE_TAG: spec.to_json()},
    )
    def body(context, given):
        ran_on = next((KNOWN[one] for one in KNOWN if one in os.environ), "local")
        mark = f"ran/{context.run.run_id}/{name}/{uuid.uuid4().hex}"
        boto3.client("s3").put_object(Bucket=BUCKET, Key=mark, Body=ran_on.encode())
        print("begun", flush=True)  # noqa: T201 - for the log
        known = {step: place for part in given for step, place in part.items()}
        return {**known, name: ran_on}

    return body


@dg.op(out=dg.Out(dict))
def first():
    """Begin with nothing."""
    return {"first": "local"}


FOLLOWS = {
    "lambda_a": ["first"],
    "lambda_b": ["first"],
    "fargate_a": ["first"],
    "batch_a": ["first"],
    "eks_a": ["first"],
    "lambda_c": ["lambda_a"],
    "fargate_b": ["lambda_b"],
    "batch_b": ["fargate_a"],
    "eks_b": ["batch_a"],
    "fargate_c": ["eks_a", "lambda_a"],
    "local_last": ["lambda_c", "fargate_b", "batch_b", "eks_b", "fargate_c"],
}
OPS = {name: made(name, name.split("_")[0]) for name in FOLLOWS}


@dg.job(
    executor_def=platform_executor,
    resource_defs={
        "io_manager": S3PickleIOManager(s3_resource=S3Resource(), s3_bucket=BUCKET, s3_prefix="outputs"),
    },
)
def twelve():
    """Carry out twelve steps, the last of which knows where each ran."""
    given = {"first": first()}
    for name, before in FOLLOWS.items():
        given[name] = OPS[name]([given[one] for one in before])
