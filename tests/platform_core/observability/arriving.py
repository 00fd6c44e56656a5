"""A code location whose sensor waits for permits in the bucket that the environment names."""

from __future__ import annotations

import dagster as dg

from platform_core.observability.sensors import s3_file_sensor
from platform_core.resources import S3Resource


@dg.op
def take() -> None: ...


@dg.job
def permits_job() -> None:
    take()


defs = dg.Definitions(
    jobs=[permits_job],
    sensors=[s3_file_sensor(name="permits_arrived", prefix="raw/permits/", job=permits_job, running=True)],
    resources={"s3": S3Resource(bucket_name=dg.EnvVar("ARRIVING_BUCKET"), region_name="eu-west-2")},
)
