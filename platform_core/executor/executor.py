"""The executor as Dagster calls it."""

from __future__ import annotations

import os
from contextlib import ExitStack
from typing import TYPE_CHECKING

from dagster._core.events import DagsterEvent, EngineEventData
from dagster._core.execution.plan.instance_concurrency_context import InstanceConcurrencyContext
from dagster._core.execution.retries import RetryMode
from dagster._core.executor.base import Executor

from platform_core.executor.active import RoutedExecution
from platform_core.executor.body import RunToLoad
from platform_core.executor.conductor import Conductor
from platform_core.executor.kinds import handler_of
from platform_core.executor.pool import WorkerPool
from platform_core.executor.remote import RemoteSteps
from platform_core.executor.under_way import UnderWay
from platform_core.executor.waking import Waker

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dagster._core.definitions.reconstruct import ReconstructableJob
    from dagster._core.execution.context.system import PlanOrchestrationContext
    from dagster._core.execution.plan.plan import ExecutionPlan

    from platform_core.executor.settings import ExecutorSettings


class PlatformExecutor(Executor):
    """Runs every step on the compute that it names.

    Args:
        settings: The settings.
    """

    def __init__(self, settings: ExecutorSettings) -> None:
        self._settings = settings
        self._retries = RetryMode(settings.retries)

    @property
    def retries(self) -> RetryMode:
        """Whether the retry policies of steps count."""
        return self._retries

    def execute(self, plan_context: PlanOrchestrationContext, execution_plan: ExecutionPlan) -> Iterator[DagsterEvent]:
        """Carry out a run; give the events of its steps."""
        settings, instance = self._settings, plan_context.instance
        pool = WorkerPool(
            _to_load(plan_context, execution_plan, self._retries),
            instance.get_ref(),
            size=settings.worker_count(),
            recycle_after_steps=settings.recycle_after_steps,
            recycle_above_mb=settings.recycle_above_mb,
        )
        try:
            yield DagsterEvent.engine_event(
                plan_context,
                f"Steps run on the compute that they name; local ones in up to {settings.worker_count()} warm workers.",
                EngineEventData.multiprocess(os.getpid(), step_keys_to_execute=execution_plan.step_keys_to_execute),
            )
            with (
                InstanceConcurrencyContext(instance, plan_context.dagster_run) as pools,
                RoutedExecution(
                    execution_plan,
                    retry_mode=self._retries,
                    tag_concurrency_limits=settings.tag_concurrency_limits,
                    instance_concurrency_context=pools,
                ) as active,
                Waker() as waker,
                ExitStack() as stack,
            ):
                remote = RemoteSteps(settings, lambda kind: handler_of(kind, settings), waker.wake)
                stack.callback(remote.close)
                steps = UnderWay(self, settings, plan_context, active, pool, remote)
                yield from Conductor(steps, waker).conduct()
        finally:
            pool.close()


def _to_load(context: PlanOrchestrationContext, plan: ExecutionPlan, retries: RetryMode) -> RunToLoad:
    job: ReconstructableJob = context.reconstructable_job
    return RunToLoad(
        job.with_repository_load_data(plan.repository_load_data),
        context.dagster_run,
        plan.known_state,
        retries.for_inner_plan(),
    )
