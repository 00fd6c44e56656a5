"""One step of a run, carried out in this process: what a warm worker does with an order.

What is the same for every step of a run (the job, its configuration, its plan) is loaded once, so a step costs the
same in a run of ten steps and of a thousand.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable, Generator, Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import dagster as dg
from dagster._core.events import DagsterEvent
from dagster._core.execution.api import ExecuteRunWithPlanIterable
from dagster._core.execution.context.system import ExecutionData, PlanData, PlanExecutionContext
from dagster._core.execution.context_creation_job import (
    ContextCreationData,
    ExecutionContextManager,
    create_context_free_log_manager,
    create_log_manager,
)
from dagster._core.execution.memoization import validate_reexecution_memoization
from dagster._core.execution.plan.execute_plan import inner_plan_execution_iterator
from dagster._core.execution.plan.plan import ExecutionPlan
from dagster._core.execution.resources_init import (
    get_required_resource_keys_to_init,
    resource_initialization_manager,
)
from dagster._core.system_config.objects import ResolvedRunConfig

if TYPE_CHECKING:
    from dagster._core.definitions.reconstruct import ReconstructableJob
    from dagster._core.definitions.resource_definition import ScopedResourcesBuilder
    from dagster._core.execution.plan.state import KnownExecutionState
    from dagster._core.execution.retries import RetryMode
    from dagster._core.storage.dagster_run import DagsterRun

Mappings = Mapping[str, Mapping[str, Any]]


@dataclass(frozen=True)
class RunToLoad:
    """What a process needs to carry out steps of a run. It is pickled, and loading it imports the code location."""

    job: ReconstructableJob
    run: DagsterRun
    known_state: KnownExecutionState
    retry_mode: RetryMode

    def load(self) -> LoadedRun:
        """Import the code location, and build the job, its configuration and its plan."""
        job_def = self.job.get_definition()
        config = ResolvedRunConfig.build(job_def, self.run.run_config)
        return LoadedRun(self, job_def, config)


@dataclass(frozen=True)
class StepOrder:
    """One step to carry out: its key, and what is known of the run that it depends on."""

    step_key: str
    known_state: KnownExecutionState
    variables: Mapping[str, str] = field(default_factory=dict)
    """Environment variables that the step's compute asks for."""


class LoadedRun:
    """A run whose code is imported. Forked processes share it."""

    def __init__(self, source: RunToLoad, job_def: dg.JobDefinition, config: ResolvedRunConfig) -> None:
        self._source = source
        self._job_def = job_def
        self._config = config
        self._repository = source.job.get_repository_definition()
        self._plans: tuple[Mappings, ExecutionPlan] | None = None
        self._plan_of(source.known_state.dynamic_mappings)

    def steps(self, order: StepOrder, instance: dg.DagsterInstance) -> Iterator[DagsterEvent]:
        """Carry out one step. Its events are in the instance's storage when they are given here."""
        run = self._source.run
        yield DagsterEvent.step_worker_started(
            create_context_free_log_manager(instance, run),
            run.job_name,
            message=f'Step "{order.step_key}" is in a warm worker.',
            metadata={"pid": dg.MetadataValue.text(str(os.getpid()))},
            step_key=order.step_key,
        )
        whole = self._plan_of(order.known_state.dynamic_mappings)
        plan = whole.build_subset_plan([order.step_key], self._job_def, self._config)
        plan = plan._replace(known_state=order.known_state)
        yield from ExecuteRunWithPlanIterable(
            plan, inner_plan_execution_iterator, _Context(self._context, plan, instance)
        )

    def _plan_of(self, mappings: Mappings) -> ExecutionPlan:
        """Give the plan of the whole run, with the steps that dynamic outputs made."""
        if self._plans is None or self._plans[0] != mappings:
            self._plans = (
                dict(mappings),
                ExecutionPlan.build(
                    self._job_def,
                    self._config,
                    known_state=self._source.known_state._replace(dynamic_mappings=dict(mappings)),
                    tags=self._source.run.tags,
                    repository_load_data=self._source.job.repository.repository_load_data,
                ),
            )
        return self._plans[1]

    def _context(
        self, plan: ExecutionPlan, instance: dg.DagsterInstance
    ) -> Generator[DagsterEvent | PlanExecutionContext, None, None]:
        """Set up what a step runs in: loggers, its resources, an event loop; and take it down."""
        source, job_def = self._source, self._job_def
        creation = ContextCreationData(
            job=source.job,
            resolved_run_config=self._config,
            dagster_run=source.run,
            executor_def=job_def.executor_def,
            instance=instance,
            resource_keys_to_init=get_required_resource_keys_to_init(plan, job_def),
            execution_plan=plan,
        )
        log_manager = create_log_manager(creation)
        loop = asyncio.new_event_loop()
        try:
            resources = resource_initialization_manager(
                resource_defs=job_def.get_required_resource_defs(),
                resource_configs=self._config.resources,
                log_manager=log_manager,
                execution_plan=plan,
                dagster_run=source.run,
                resource_keys_to_init=creation.resource_keys_to_init,
                instance=instance,
                emit_persistent_events=True,
                event_loop=loop,
            )
            yield from resources.generate_setup_events()
            built: ScopedResourcesBuilder = resources.get_object()
            context = PlanExecutionContext(
                plan_data=PlanData(
                    job=source.job,
                    dagster_run=source.run,
                    instance=instance,
                    execution_plan=plan,
                    raise_on_error=False,
                    retry_mode=source.retry_mode,
                ),
                execution_data=ExecutionData(
                    scoped_resources_builder=built,
                    resolved_run_config=self._config,
                    job_def=job_def,
                    repository_def=self._repository,
                ),
                log_manager=log_manager,
                output_capture=None,
                event_loop=loop,
            )
            validate_reexecution_memoization(context, plan)
            yield context
            yield from resources.generate_teardown_events()
        finally:
            loop.run_until_complete(loop.shutdown_asyncgens())
            loop.close()


class _Context(ExecutionContextManager[PlanExecutionContext]):
    """The manager of one step's context, as Dagster's iteration over a plan wants it."""

    def __init__(
        self,
        make: Callable[[ExecutionPlan, dg.DagsterInstance], Generator[DagsterEvent | PlanExecutionContext, None, None]],
        plan: ExecutionPlan,
        instance: dg.DagsterInstance,
    ) -> None:
        super().__init__(make(plan, instance))

    @property
    def context_type(self) -> type[PlanExecutionContext]:
        return PlanExecutionContext
