"""Materialising promoted assets, in a process of its own that loads the project's code location afresh.

Run as `python -P -m promote.verify.worker REQUEST.json`, with the stage's project and lake in the environment. Assets
are made one by one in dependency order, by Dagster in process on an instance that only lives here; an upstream that
the scratch lake lacks is made first, all its partitions, from its own live sources.
"""

from __future__ import annotations

import functools
import importlib
import os
import sys
import time
import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import dagster as dg
from dagster._core.errors import DagsterAssetCheckFailedError  # not public, and raised by public calls

from platform_core.governance.policies.facts import declared_of
from platform_core.governance.policies.found import packed
from platform_core.governance.policies.holding import HeldBackError, found_of
from promote.verify.failures import describe
from promote.verify.processes import serve
from promote.verify.threads import limit_duckdb
from promote.verify.values import AssetOutcome, CheckOutcome, Materialised

REPLAY_VARIABLE = "WORKBENCH_REPLAY"


@dataclass(frozen=True, slots=True)
class Request:
    """What to materialise.

    Attributes:
        project: The project's folder, in the stage.
        package: The package whose `definitions.defs` is the code location.
        assets: Names of the assets asked for.
        partition: The key for every asked-for asset that has partitions; None for all its keys.
        partitions: Keys by asset, which go before `partition`.
        parameters: Values for the config fields of the assets asked for, where they have them.
        replay: Folder of recordings that the assets asked for read instead of live sources.
        made: What the scratch lake holds already: keys by asset, none for an asset without partitions.
    """

    project: str
    package: str
    assets: tuple[str, ...]
    partition: str | None = None
    partitions: Mapping[str, str] = field(default_factory=dict)
    parameters: Mapping[str, Any] = field(default_factory=dict)
    replay: str | None = None
    made: Mapping[str, Sequence[str]] = field(default_factory=dict)


def materialise(request: Request, tell: Callable[[dict[str, Any]], None] = lambda message: None) -> Materialised:
    """Materialise what was asked for, upstreams first; what goes wrong is in the outcome, never raised."""
    root = Path(request.project)
    try:
        found = importlib.import_module(f"{request.package}.definitions").defs
        location = _Location(found if isinstance(found, dg.Definitions) else found(), request, tell)
    except (Exception, SystemExit) as error:  # noqa: BLE001 - the project's modules may raise anything when imported
        said, place = describe(error, root, root)
        return Materialised(error=said, location=place)
    return location.materialise()


class _Location:
    """A loaded code location, and what was made of it so far."""

    def __init__(self, definitions: dg.Definitions, request: Request, tell: Callable[[dict[str, Any]], None]) -> None:
        self._graph = definitions.resolve_asset_graph()
        self._definitions, self._request, self._tell = definitions, request, tell
        self._instance = dg.DagsterInstance.ephemeral()
        self._root = Path(request.project)
        self._done: dict[str, AssetOutcome] = {}

    @functools.cached_property
    def _job(self) -> dg.JobDefinition:
        return self._definitions.resolve_implicit_global_asset_job_def()  # which fails where there are no assets

    def materialise(self) -> Materialised:
        wanted = {name: dg.AssetKey(name.split("/")) for name in self._request.assets}
        unknown = [name for name, key in wanted.items() if not self._is_ours(key)]
        known = {key for name, key in wanted.items() if name not in unknown}
        order = [key for level in self._graph.toposorted_asset_keys_by_level for key in sorted(level)]
        needed = self._upstreams(known)
        # Upstreams read live sources, whatever the assets asked for are given
        for key in (key for key in order if key in needed):
            self._make(key, self._keys(key, None), {})
        if self._request.replay is not None:
            os.environ[REPLAY_VARIABLE] = self._request.replay
        for key in (key for key in order if key in known):
            name = key.to_user_string()
            partition = self._request.partitions.get(name, self._request.partition)
            self._make(key, self._keys(key, partition), self._request.parameters)
        lost = {name: self._not_ours(name) for name in unknown}
        assets = {name: lost.get(name) or self._done[key.to_user_string()] for name, key in wanted.items()}
        upstreams = {name: outcome for name, outcome in self._done.items() if name not in assets}
        return Materialised(assets, upstreams)

    def _upstreams(self, known: set[dg.AssetKey]) -> set[dg.AssetKey]:
        """Give the upstreams, near and far, that are neither asked for nor in the scratch lake."""
        needed: set[dg.AssetKey] = set()
        ahead = list(known)
        while ahead:
            for parent in self._graph.get(ahead.pop()).parent_keys:
                if parent in known or parent in needed or self._is_made(parent):
                    continue
                if self._is_ours(parent):
                    needed.add(parent)
                    ahead.append(parent)
        return needed

    def _is_ours(self, key: dg.AssetKey) -> bool:
        return self._graph.has(key) and self._graph.get(key).is_materializable

    def _not_ours(self, name: str) -> AssetOutcome:
        """Tell of an asset that no module defines: another project's may stand in the scratch lake already."""
        if name in self._request.made:
            return AssetOutcome(name, True)
        return AssetOutcome(name, False, f"No module of the project defines asset {name!r}.")

    def _is_made(self, key: dg.AssetKey) -> bool:
        made = self._request.made.get(key.to_user_string())
        return made is not None and set(self._keys(key, None)) - {None} <= set(made)

    def _keys(self, key: dg.AssetKey, partition: str | None) -> list[str | None]:
        """Give the partition keys to make; one None for an asset without partitions."""
        partitions = self._graph.get(key).partitions_def if self._graph.has(key) else None
        if partitions is None:
            return [None]
        if partition is not None:
            return [partition]
        return list(partitions.get_partition_keys(dynamic_partitions_store=self._instance))

    def _make(self, key: dg.AssetKey, partitions: Sequence[str | None], parameters: Mapping[str, Any]) -> None:
        name = key.to_user_string()
        failed = [p.to_user_string() for p in sorted(self._graph.get(key).parent_keys) if self._has_failed(p)]
        if failed:
            self._done[name] = AssetOutcome(name, False, f"It was not run, since its upstream {failed[0]!r} failed.")
            return
        began = time.perf_counter()
        checks: list[CheckOutcome] = []
        made: list[str] = []
        personal: dict[str, Any] = {}
        error = place = ""
        for at, partition in enumerate(partitions):
            self._tell({"asset": name, "partition": partition, "at": at + 1, "of": len(partitions)})
            error, place, run = self._run(key, partition, self._config(key, parameters))
            checks += self._checks(run)
            personal |= self._personal(run)
            if error:
                break
            made += [partition] if partition is not None else []
        seconds = time.perf_counter() - began
        declared = tuple(sorted(declared_of(self._graph.get(key).metadata)))
        self._done[name] = AssetOutcome(
            name, not error, error, place, tuple(checks), seconds, tuple(made), personal, declared, self._cut(key)
        )

    def _cut(self, key: dg.AssetKey) -> dict[str, bool]:
        """Give the upstreams that have partitions, and whether they are the asset's own."""
        cut = ((parent, self._graph.get(parent).partitions_def) for parent in sorted(self._graph.get(key).parent_keys))
        own = self._graph.get(key).partitions_def
        return {parent.to_user_string(): there == own for parent, there in cut if there is not None}

    def _has_failed(self, key: dg.AssetKey) -> bool:
        outcome = self._done.get(key.to_user_string())
        return outcome is not None and not outcome.ok

    def _run(self, key: dg.AssetKey, partition: str | None, config: Mapping[str, Any]) -> tuple[str, str, str]:
        run, error, place = str(uuid.uuid4()), "", ""
        execute = functools.partial(
            self._job.execute_in_process,
            instance=self._instance,
            asset_selection=[key],
            partition_key=partition,
            run_config=config,
        )
        try:
            if not self._passes(execute, run):
                # A failing check that blocks ends the run before other checks: once more, past it, so that all are told
                run = str(uuid.uuid4())
                execute(run_id=run, raise_on_error=False)
        except (Exception, SystemExit) as problem:  # noqa: BLE001 - the project's code may raise anything
            error, place = self._described(problem, partition)
        return error, place, run

    def _passes(self, execute: Callable[..., Any], run: str) -> bool:
        try:
            execute(run_id=run)
        except DagsterAssetCheckFailedError:
            return False
        except (HeldBackError, dg.DagsterError) as error:
            # It was made: what looks personal is told at the cell, not as a failure of the module
            if not isinstance(error.__cause__ or error, HeldBackError):
                raise
        return True

    def _described(self, problem: BaseException, partition: str | None) -> tuple[str, str]:
        package = self._root / "src" if (self._root / "src").is_dir() else self._root
        cause = problem.__cause__ if isinstance(problem, dg.DagsterError) and problem.__cause__ else problem
        said, place = describe(cause, self._root, package)
        return (f"{said} (partition {partition})" if partition is not None else said), place

    def _personal(self, run: str) -> dict[str, Any]:
        """Give the columns that look personal in what a run has stored."""
        records = self._instance.all_logs(run, of_type=dg.DagsterEventType.ASSET_MATERIALIZATION)
        events = [record.dagster_event for record in records if record.dagster_event is not None]
        return {
            column: about
            for event in events
            for column, about in packed(found_of(event.step_materialization_data.materialization.metadata)).items()
        }

    def _checks(self, run: str) -> list[CheckOutcome]:
        records = self._instance.all_logs(run, of_type=dg.DagsterEventType.ASSET_CHECK_EVALUATION)
        events = (record.dagster_event for record in records)
        evaluations = [event.asset_check_evaluation_data for event in events if event is not None]
        return sorted(
            (
                CheckOutcome(
                    evaluation.check_name,
                    bool(evaluation.passed),
                    "warning" if evaluation.severity == dg.AssetCheckSeverity.WARN else "error",
                    evaluation.partition,
                )
                for evaluation in evaluations
            ),
            key=lambda check: check.name,
        )

    def _config(self, key: dg.AssetKey, parameters: Mapping[str, Any]) -> dict[str, Any]:
        """Give the run configuration that sets those parameters which the asset's config has."""
        operation = self._definitions.resolve_assets_def(key).op
        fields = getattr(getattr(operation.config_schema, "config_type", None), "fields", None) or {}
        chosen = {name: value for name, value in parameters.items() if name in fields}
        return {"ops": {operation.name: {"config": chosen}}} if chosen else {}


def handle(request: dict[str, Any], tell: Callable[[dict[str, Any]], None]) -> dict[str, Any]:
    """Materialise what a request asks for, with one DuckDB thread."""
    limit_duckdb()
    return asdict(materialise(Request(**request), tell))


if __name__ == "__main__":
    raise SystemExit(serve(sys.argv[1:], handle))
