"""A partitioned asset whose one run makes several partitions, each of which leaves who made it in S3."""

import json
import os

import boto3
import dagster as dg

from platform_core.compute_kinds import COMPUTE_TAG, ComputeSpec
from platform_core.executor import platform_executor
from platform_core.executor.entry.payload import INDEXES

BUCKET = "workbench-steps"
KEYS = ["2025-01", "2025-02", "2025-03", "2025-04", "2025-05"]


@dg.asset(
    partitions_def=dg.StaticPartitionsDefinition(KEYS),
    backfill_policy=dg.BackfillPolicy.single_run(),
    op_tags={COMPUTE_TAG: ComputeSpec("batch").to_json()},
)
def months(context) -> None:
    """Make the partitions that this process was given."""
    part = next((int(os.environ[name]) for name in INDEXES if name in os.environ), None)
    if context.run.tags.get("fails") == str(part):
        raise ValueError("a fault of the step's own")
    for key in context.partition_keys:
        mark = json.dumps({"part": part}).encode()
        boto3.client("s3").put_object(Bucket=BUCKET, Key=f"months/{context.run_id}/{key}", Body=mark, IfNoneMatch="*")


defs = dg.Definitions([months], jobs=[dg.define_asset_job("all_months", [months], executor_def=platform_executor)])
