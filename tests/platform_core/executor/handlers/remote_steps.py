"""A job whose steps prove where they ran: each writes to S3 what its process knows of its compute."""

import json
import os
import time
from typing import Any

import boto3
import dagster as dg

BUCKET = "workbench-steps"
_KNOWN = ("ECS_CONTAINER_METADATA_URI_V4", "AWS_BATCH_JOB_ID", "AWS_LAMBDA_FUNCTION_NAME", "KUBERNETES_SERVICE_HOST")


@dg.op
def proves(context: dg.OpExecutionContext) -> None:
    """Write which kind of compute this process is on, by what its provider alone sets."""
    known = [name for name in _KNOWN if name in os.environ]
    told = json.loads(os.environ["WORKBENCH_STEP_COMPUTE"])
    spot = os.environ["WORKBENCH_STEP_SPOT"]
    proof = {
        "known": known,
        "told": told["kind"],
        "spot": spot,
        "level": os.environ.get("LOG_LEVEL"),
        "pid": os.getpid(),
    }
    key = f"proofs/{context.run.run_id}"
    boto3.client("s3").put_object(Bucket=BUCKET, Key=key, Body=json.dumps(proof).encode())
    print("proved", flush=True)  # noqa: T201 - for the log


@dg.op
def holds(context: dg.OpExecutionContext) -> None:
    """Run until it is ended."""
    print("holding", flush=True)  # noqa: T201 - for the log
    while True:
        time.sleep(0.02)


@dg.op
def fails() -> None:
    """Fail by itself."""
    raise ValueError("a fault of the step's own")


@dg.job
def proving() -> None:
    """Three steps that know nothing of each other."""
    proves()
    holds()
    fails()


def payload_of(instance: dg.DagsterInstance, step: str) -> tuple[str, bytes]:
    """Make a run of the job and give its id and the payload of one step."""
    from dagster._core.definitions.reconstruct import ReconstructableJob

    return payload_of_job(instance, ReconstructableJob.for_file(__file__, "proving"), step, {})


def payload_of_job(instance: dg.DagsterInstance, job: Any, step: str, tags: dict[str, str]) -> tuple[str, bytes]:
    """Make a run of a job and give its id and the payload of one step."""
    from dagster._core.execution.retries import RetryMode
    from dagster._grpc.types import ExecuteStepArgs

    run: Any = instance.create_run_for_job(job.get_definition(), job_code_origin=job.get_python_origin(), tags=tags)
    told = ExecuteStepArgs(
        job_origin=job.get_python_origin(),
        run_id=run.run_id,
        step_keys_to_execute=[step],
        instance_ref=instance.get_ref(),
        retry_mode=RetryMode.DISABLED,
        known_state=None,
        should_verify_step=False,
        print_serialized_events=False,
    )
    value = told.get_command_env()[0]["value"]
    return run.run_id, value.encode()
