"""The one step of a payload, carried out in this process, with its events written to Dagster's storage."""

from __future__ import annotations

import base64
import zlib
from collections import deque
from typing import Any

from dagster._cli.api import _execute_step_command_body
from dagster._cli.utils import get_instance_for_cli
from dagster._grpc.types import ExecuteStepArgs
from dagster._serdes import deserialize_value
from dagster._utils.hosted_user_process import recon_job_from_origin
from dagster._utils.interrupts import capture_interrupts

from platform_core.errors import UserError
from platform_core.executor.entry.parts import Part


def carry_out(payload: bytes, part: Part | None = None) -> None:
    """Carry out a step, as `dagster api execute_step` does: what it raises itself is an event and no error here.

    Args:
        payload: The compressed `ExecuteStepArgs` as base64 text.
        part: The part of the step that this process is; None for the whole step.

    Raises:
        UserError: The payload is none, or its run is not in the storage.
    """
    try:
        told = deserialize_value(zlib.decompress(base64.b64decode(payload)).decode(), ExecuteStepArgs)
    except (ValueError, zlib.error) as error:
        raise UserError(
            "The payload is not a compressed `ExecuteStepArgs`.", hint="Leave it to the executor."
        ) from error
    with capture_interrupts(), get_instance_for_cli(instance_ref=told.instance_ref) as instance:
        run = instance.get_run_by_id(told.run_id)
        if run is None:
            raise UserError(
                f"The run {told.run_id} is not in Dagster's storage, as this process sees it.",
                hint="Remote steps need a storage that they can reach, such as PostgreSQL, not files of one machine.",
            )
        if part is None:
            deque(_execute_step_command_body(told, instance, run), maxlen=0)
            return
        origin: Any = run.job_code_origin
        partitions = recon_job_from_origin(origin).get_definition().partitions_def
        with part.speaking(instance):
            deque(_execute_step_command_body(told, instance, part.narrowed(run, partitions, instance)), maxlen=0)
