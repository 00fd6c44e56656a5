"""Making a project's assets in dependency order, in this process, and only those that changed.

Assets of one level of the graph do not depend on one another: what is to be made of a level is decided by the bytes
of its inputs when the levels before it are done, and made in one Dagster run (one for each partition).
"""

from __future__ import annotations

import contextlib
import logging
import sys
import uuid
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import replace
from functools import cached_property
from itertools import groupby
from typing import Any

import dagster as dg
from dagster._core.errors import DagsterExecutionInterruptedError

from platform_core.automation.unchanged import FORCE_TAG, libraries
from platform_core.errors import UserError
from platform_core.governance.days import today
from platform_core.governance.policies.enforcing import decided_of, standing
from platform_core.governance.policies.facts import MASKING
from platform_core.governance.policies.holding import warnings_of
from platform_core.lake import Lake
from platform_core.resources import FilesResource
from platform_core.sdk.layers import CACHE_KEY
from platform_core.storage.routes import kept_in, storage_of
from promote.garbage import collected_as_usual
from workbench.fingerprints import Record, digest_of
from workbench.graph import AssetNode
from workbench.outcomes import AssetOutcome, Problem, read_problem, was_interrupted
from workbench.session import Session

_QUIET = {"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}}
Watcher = Callable[[str, str | None], None]
Wanted = str | Collection[str] | None


class Materialiser:
    """Makes the assets of one opened project.

    Args:
        session: The project.
        force: Make also what did not change.
    """

    def __init__(self, session: Session, *, force: bool = False) -> None:
        self._session = session
        self._force = force
        self._memory = session.memory
        self._storage = storage_of(session.config)
        self._by_name = {node.name: node for node in session.nodes}
        self._broken: set[str] = set()

    def run(self, chosen: Sequence[AssetNode], partition: Wanted, watch: Watcher) -> tuple[AssetOutcome, ...]:
        """Make the chosen assets.

        Args:
            chosen: The assets, in dependency order.
            partition: The partition or partitions to make of partitioned assets, or None for all.
            watch: Called with asset and partition after each one was made, passed over or failed.

        Returns:
            One outcome for each asset, in the same order. Nothing that depends on a failed asset is made.
        """
        outcomes = {node.name: AssetOutcome(node.name, node.layer, node.notebook) for node in chosen}
        for _, level in groupby(chosen, key=lambda node: node.level):
            for part, members in _runs(tuple(level), partition):
                for name, change in self._run_part(members, part, watch).items():
                    outcomes[name] = outcomes[name].plus(change)
                self._memory.save()
        return tuple(outcomes.values())

    def _run_part(self, members: Sequence[AssetNode], part: str | None, watch: Watcher) -> dict[str, AssetOutcome]:
        results: dict[str, AssetOutcome] = {}
        stale: dict[str, str | None] = {}
        for node in members:
            blank = AssetOutcome(node.name, node.layer, node.notebook)
            blocked = sorted(self._broken & set(node.upstream))
            if blocked:
                self._broken.add(node.name)
                results[node.name] = replace(blank, status="skipped", blocked_by=tuple(blocked))
                watch(node.name, part)
                continue
            digest = self._digest_of_inputs(node, part)
            record = self._memory.record(node.name, part)
            if (
                not self._force
                and digest is not None
                and record is not None
                and self._is_fresh(node, part, record, digest)
            ):
                results[node.name] = blank.with_record(record, "unchanged")
                watch(node.name, part)
            else:
                stale[node.name] = digest
        if stale:
            results |= self._execute(stale, part, watch)
        return results

    def _execute(self, stale: dict[str, str | None], part: str | None, watch: Watcher) -> dict[str, AssetOutcome]:
        """Make assets that do not depend on one another in one Dagster run."""
        for name in stale:
            self._memory.forget(name, part)
        self._memory.save()
        events: list[dg.DagsterEvent] = []
        run_id = str(uuid.uuid4())
        steps = {name.replace("/", "__"): name for name in stale}  # checks of assets are steps of their own
        told: set[str] = set()

        def listen(entry: Any, *_: object) -> None:
            event = entry.dagster_event
            if event is None:
                return
            events.append(event)
            made = steps.get(event.step_key or "")
            if made is not None and (event.is_step_success or event.is_step_failure):
                told.add(made)
                watch(made, part)

        self._session.instance.add_event_listener(run_id, listen)
        job = self._session.definitions.resolve_implicit_global_asset_job_def()
        keys = [dg.AssetKey.from_user_string(name) for name in stale]
        try:
            with _quiet(), collected_as_usual():
                job.execute_in_process(
                    run_config=_QUIET if "console" in (self._session.definitions.loggers or {"console"}) else None,
                    instance=self._session.instance,
                    asset_selection=keys,
                    partition_key=part,
                    raise_on_error=False,
                    run_id=run_id,
                    tags={FORCE_TAG: "true"},  # what is unchanged was decided here already
                )
        except DagsterExecutionInterruptedError:
            raise KeyboardInterrupt from None
        if any(event.is_step_failure and was_interrupted(event) for event in events):
            raise KeyboardInterrupt
        for name in stale:
            if name not in told:  # one step made several
                watch(name, part)
        return {name: self._outcome(self._by_name[name], part, digest, events) for name, digest in stale.items()}

    def _outcome(
        self, node: AssetNode, part: str | None, digest: str | None, events: Sequence[dg.DagsterEvent]
    ) -> AssetOutcome:
        """Read from a run's events what became of one asset, and remember it if all went well."""
        blank = AssetOutcome(node.name, node.layer, node.notebook)
        key = dg.AssetKey.from_user_string(node.name)
        rows, seconds, made = None, 0.0, False
        checks: dict[str, bool] = {}
        problems: list[Problem] = []
        steps = {event.step_key for event in events if event.asset_key == key} | {node.name}
        judged = {event.step_key for event in events if event.event_type == dg.DagsterEventType.ASSET_CHECK_EVALUATION}
        breaking = steps | (self._check_steps.get(key, set()) - judged)  # a check that broke off said nothing itself
        for event in events:
            if event.is_step_success and event.step_key in steps:
                seconds += event.step_success_data.duration_ms / 1000
            elif event.event_type == dg.DagsterEventType.ASSET_MATERIALIZATION and event.asset_key == key:
                made = True
                rows = _rows(event.materialization.metadata)
            elif event.event_type == dg.DagsterEventType.ASSET_CHECK_EVALUATION:
                evaluation = event.asset_check_evaluation_data
                if evaluation.asset_key == key:
                    checks[evaluation.check_name] = evaluation.passed
                    if not evaluation.passed:
                        fatal = evaluation.severity == dg.AssetCheckSeverity.ERROR
                        said = evaluation.description or ""
                        problems.append(Problem(f"check {evaluation.check_name} failed", said, fatal=fatal))
            elif event.event_type == dg.DagsterEventType.ASSET_OBSERVATION and event.asset_key == key:
                told = warnings_of(event.asset_observation_data.asset_observation.metadata)
                problems += [Problem(said, hint=hint, fatal=False) for said, hint in told]
            elif event.is_step_failure and event.step_key in breaking:
                found = read_problem(event, self._session.project)
                if found is not None:
                    problems.append(found)
        failed = not made or any(problem.fatal for problem in problems)
        record = Record(digest or "", self._digest_of_output(node, part) or "", rows, checks, round(seconds, 3))
        if failed:
            self._broken.add(node.name)
        elif digest is not None and record.output:
            self._memory.keep(node.name, part, record)
        outcome = blank.with_record(record, "failed" if failed else "made")
        return replace(outcome, problems=tuple(replace(problem, partition=part) for problem in problems))

    @cached_property
    def _check_steps(self) -> dict[dg.AssetKey, set[str]]:
        """The steps that run the checks of an asset beside its own step."""
        found: dict[dg.AssetKey, set[str]] = {}
        for definition in self._session.definitions.resolve_asset_graph().assets_defs:
            for spec in definition.check_specs if not definition.keys and definition.is_executable else ():
                found.setdefault(spec.asset_key, set()).add(definition.node_def.name)
        return found

    def _is_fresh(self, node: AssetNode, part: str | None, record: Record, digest: str) -> bool:
        return record.inputs == digest and record.output == self._digest_of_output(node, part)

    def _digest_of_output(self, node: AssetNode, part: str | None) -> str | None:
        storage = kept_in(self._storage, *node.place)
        if isinstance(storage, Lake):
            return self._memory.digest_of_file(storage.path(*node.place, part))
        return storage.mark(*node.place, part)

    def _digest_of_inputs(self, node: AssetNode, part: str | None) -> str | None:
        """Give one digest of all that an asset is made from; None where that cannot be known."""
        if node.code_version is None or not (node.upstream or node.resources):
            return None
        if standing(node.metadata, on=today()):
            return None  # the step refuses and says why
        cache = node.metadata.get(CACHE_KEY)
        if getattr(cache, "value", cache) is False or (node.layer == "bronze" and node.upstream):
            return None  # what it reads beside its inputs may have changed
        sources = [(name, self._digest_of_resource(name)) for name in node.resources]
        inputs = [(name, self._digest_of_upstream(node, name, part)) for name in node.upstream]
        if any(digest is None for _, digest in (*sources, *inputs)):
            return None
        try:
            keyed = _masking_key(node)
        except UserError:
            return None  # there is no such key: the step says so
        told = [*decided_of(node.metadata), *keyed]
        return digest_of([node.code_version, node.declared, part, sources, inputs, libraries(), *told])

    def _digest_of_resource(self, name: str) -> str | None:
        resource = (self._session.definitions.resources or {}).get(name)
        if not isinstance(resource, FilesResource):
            return None  # a live source: nobody knows whether it changed
        return self._memory.digest_of_folder(self._session.project.root / resource.text("root"))

    def _digest_of_upstream(self, node: AssetNode, name: str, part: str | None) -> str | None:
        upstream = self._by_name.get(name)
        if upstream is None:
            return None
        if upstream.partitions is None:
            return self._digest_of_output(upstream, None)
        if part is not None and upstream.partitions == node.partitions and name != node.name:
            return self._digest_of_output(upstream, part)
        layer, stored = upstream.place
        files = self._storage.find(stored, layer)
        if files is None:
            return None
        # A partition that is declared no more may still lie in the lake, and is not read
        declared = [key for key in sorted(files.partitions) if key in upstream.partitions]
        return digest_of([(key, self._digest_of_output(upstream, key)) for key in declared])


def count(chosen: Sequence[AssetNode], partition: Wanted) -> int:
    """Give how many times `watch` is called for the chosen assets."""
    return sum(len(members) for part, members in _runs(chosen, partition))


def _runs(level: Sequence[AssetNode], partition: Wanted) -> Iterator[tuple[str | None, tuple[AssetNode, ...]]]:
    """Split assets of one level into runs: those without partitions together, the others together by partition."""
    whole = tuple(node for node in level if node.partitions is None)
    if whole:
        yield None, whole
    wanted = {partition} if isinstance(partition, str) else partition
    kinds = sorted({node.partitions for node in level if node.partitions is not None})
    for keys in kinds:
        members = tuple(node for node in level if node.partitions == keys)
        for key in keys:
            if wanted is None or key in wanted:
                yield key, members


def _masking_key(node: AssetNode) -> list[str]:
    """Give what tells the masking key from another, where it is masked by one: values of an older one join no more."""
    policy = node.metadata.get(MASKING)
    if policy is None:
        return []
    from platform_core.governance.masking.policy import key_mark  # noqa: PLC0415 - few assets are masked

    mark = key_mark(getattr(policy, "value", policy))
    return [] if mark is None else [mark]


def _rows(metadata: Any) -> int | None:
    value = metadata.get("dagster/row_count")
    return int(value.value) if value is not None and value.value is not None else None


@contextlib.contextmanager
def _quiet() -> Iterator[None]:
    """Send what steps print to stderr, and keep Dagster's own log to its records."""
    loggers = [logging.getLogger(name) for name in ("dagster", "dagster.daemon")]
    before = [logger.level for logger in loggers]
    for logger in loggers:
        logger.setLevel(logging.CRITICAL)
    try:
        with contextlib.redirect_stdout(sys.stderr):
            yield
    finally:
        for logger, level in zip(loggers, before, strict=True):
            logger.setLevel(level)
