"""The one step of a payload, carried out in this process, with its events written to Dagster's storage."""

from __future__ import annotations

import base64
import zlib

from dagster._cli.api import _execute_step_command_body
from dagster._cli.utils import get_instance_for_cli
from dagster._grpc.types import ExecuteStepArgs
from dagster._serdes import deserialize_value
from dagster._utils.interrupts import capture_interrupts

from platform_core.errors import UserError


def carry_out(payload: bytes) -> None:
    """Carry out a step, as `dagster api execute_step` does: what it raises itself is an event and no error here.

    Args:
        payload: The compressed `ExecuteStepArgs` as base64 text.

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
        for _ in _execute_step_command_body(told, instance, run):
            pass
