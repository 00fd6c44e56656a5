"""What a handler is told of a step: its payload, its place in the run, what its costs are counted by."""

from __future__ import annotations

import base64
import zlib
from typing import TYPE_CHECKING

from dagster._core.definitions.partitions.context import partition_loading_context
from dagster._core.definitions.partitions.partition_key_range import PartitionKeyRange
from dagster._core.storage.tags import (
    ASSET_PARTITION_RANGE_END_TAG,
    ASSET_PARTITION_RANGE_START_TAG,
    PARTITION_NAME_TAG,
)
from dagster._grpc.types import ExecuteStepArgs
from dagster._serdes import serialize_value

from platform_core.errors import Fault
from platform_core.executor.handler import StepLaunch

if TYPE_CHECKING:
    from dagster._core.execution.context.system import PlanOrchestrationContext
    from dagster._core.execution.plan.state import KnownExecutionState
    from dagster._core.execution.plan.step import ExecutionStep
    from dagster._core.execution.retries import RetryMode

    from platform_core.executor.flights import Flight


def step_launch(
    context: PlanOrchestrationContext,
    flight: Flight,
    known: KnownExecutionState,
    retries: RetryMode,
    most_parts: int | None = None,
) -> StepLaunch:
    """Give what the handler of a remote step is told; `most_parts` is how many parts of it may run at once."""
    spec = flight.placement.spec
    if spec is None:
        raise Fault(f"Step {flight.key} is to run remotely, but names no compute.")
    tags = context.dagster_run.tags
    first, last = tags.get(ASSET_PARTITION_RANGE_START_TAG), tags.get(ASSET_PARTITION_RANGE_END_TAG)
    labels = {"run": context.run_id, "step": flight.key, "assets": ",".join(assets_of(context, flight.step))}
    if PARTITION_NAME_TAG in tags:
        labels["partition"] = tags[PARTITION_NAME_TAG]
    if first and last:
        labels["partitions"] = str(_count(context, PartitionKeyRange(first, last)))
    return StepLaunch(
        run_id=context.run_id,
        step_key=flight.key,
        attempt=flight.attempt,
        move=flight.move,
        spec=spec,
        payload=_payload(context, flight.key, known, retries),
        job_name=context.dagster_run.job_name,
        labels=labels,
        partition_range=(first, last) if first and last else None,
        most_parts=most_parts,
        on_demand=flight.on_demand,
    )


def _payload(context: PlanOrchestrationContext, key: str, known: KnownExecutionState, retries: RetryMode) -> bytes:
    told = ExecuteStepArgs(
        job_origin=context.reconstructable_job.get_python_origin(),
        run_id=context.run_id,
        step_keys_to_execute=[key],
        instance_ref=context.instance.get_ref(),
        retry_mode=retries.for_inner_plan(),
        known_state=known,
        print_serialized_events=False,
    )
    return base64.b64encode(zlib.compress(serialize_value(told).encode()))


def _count(context: PlanOrchestrationContext, span: PartitionKeyRange) -> int:
    """Give how many partitions a range has; 1 where the job names none."""
    partitions = context.job.get_definition().partitions_def
    if partitions is None:
        return 1
    with partition_loading_context(dynamic_partitions_store=context.instance):
        return len(partitions.get_partition_keys_in_range(span))


def assets_of(context: PlanOrchestrationContext, step: ExecutionStep) -> list[str]:
    """Give the assets that a step makes."""
    layer = context.job.get_definition().asset_layer
    keys = (layer.get_asset_key_for_node_output(step.node_handle, output.name) for output in step.step_outputs)
    return sorted(key.to_user_string() for key in keys if key is not None)
