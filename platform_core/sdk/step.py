"""What Dagster runs for an asset of ours: the author's function, then the checks over what was stored.

The checks run in the step itself, after its output was stored. So every check is evaluated over the stored data in as
few scans as possible and in the process that is already there, the asset carries its checks wherever it is loaded, and
a blocking check that fails makes the step fail, which is what keeps the assets downstream from running.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import dagster as dg

from platform_core.automation.unchanged import made_from
from platform_core.errors import UserError
from platform_core.frames import FrameKind, convert, kind_of
from platform_core.governance.audit.running import record_run
from platform_core.governance.classification import classification_of
from platform_core.governance.days import today
from platform_core.governance.lineage.dagster import lineage_metadata
from platform_core.governance.lineage.events import events_of
from platform_core.governance.lineage.masked import masked
from platform_core.governance.lineage.steps import Following
from platform_core.governance.policies.enforcing import refuse
from platform_core.governance.policies.facts import declared_of
from platform_core.governance.policies.holding import found_of, tell_found
from platform_core.governance.policies.model import AssetFacts
from platform_core.metadata.charts import charts_of
from platform_core.metadata.declared import Declared, shown_as
from platform_core.metadata.failing import tell_failed
from platform_core.metadata.running import Running, begin, end, look
from platform_core.origins import tell_cell
from platform_core.sdk.own_data import of_step
from platform_core.sdk.parameters import Parameters

if TYPE_CHECKING:
    import polars as pl

    from platform_core.asset_checks import Check


_FRAMES: dict[FrameKind, str] = {
    "lazy": "a Polars LazyFrame",
    "polars": "a Polars DataFrame",
    "pandas": "a pandas DataFrame",
    "duckdb": "a DuckDB relation",
}


def step_function(
    function: Callable[..., Any],
    parameters: Parameters,
    *,
    name: str,
    layer: str | None,
    declared: Declared,
    loaded: str | None,
    promised: FrameKind | None,
    checks: Sequence[Check],
    severity: str,
) -> Callable[..., Iterator[dg.Output[Any] | dg.AssetCheckResult | dg.AssetObservation]]:
    """Give the generator that Dagster runs, with the signature that it reads inputs and resources from.

    `loaded` is the digest of the function as it is loaded; None where every run has to make the asset.
    `promised` is the kind of frame that it must give; None where any will do.
    """

    def compute(
        context: dg.AssetExecutionContext, **given: Any
    ) -> Iterator[dg.Output[Any] | dg.AssetCheckResult | dg.AssetObservation]:
        about = context.assets_def.specs_by_key[context.asset_key].metadata
        refuse(about, name, on=today())
        shown = shown_as(declared, classification_of(about), declared_of(about))
        running = begin(context.run.run_id, name, shown, function)
        running.tell_version = partial(_tell_version, context)
        upstream = (asset for frame in parameters.inputs for asset in frame.assets)
        try:
            with events_of(context.run.run_id, name, upstream, context.log.warning) as events:
                made = None if parameters.resources else made_from(context, layer, loaded, _mark(declared))
                running.made_from = made.digest if made is not None else None
                value: Any = made.unchanged(context) if made is not None else None
                if value is None:
                    try:
                        arguments = parameters.arguments(context, given)
                        following = Following(function, arguments, parameters.frames(arguments))
                        with of_step(context), following.watched():
                            value = _as_promised(function(**arguments), promised, name)
                    except BaseException as error:
                        tell_cell(error, function)
                        tell_failed(context, running)
                        raise
                    running.figures = charts_of(value)
                    events.lineage = masked(following.lineage(value), declared.masking)
                    context.add_asset_metadata(lineage_metadata(events.lineage))
                    if declared.masking:
                        from platform_core.governance.masking.policy import apply_policy  # noqa: PLC0415 - few are masked

                        value = apply_policy(value, declared.masking, where=f"{name}: masking")
                else:
                    context.add_asset_metadata(value.lineage)
                    running.found = found_of(value.lineage)
                    context.log.info(f"{name} is unchanged: code and inputs are those of the run {value.run_id}.")
                yield dg.Output(value)
                # Here the IO manager has stored the value; one that is not ours leaves no way to read it back
                stored = running.stored or (lambda: value)
                events.schema = lambda: _lazy(stored()).collect_schema()
                partition = context.partition_key if context.has_partition_key else None
                look(running, lambda: _lazy(stored()), None)  # where no IO manager of ours has
                yield from _results(stored, running.file, checks, partition, severity, running)
                yield from tell_found(
                    context, AssetFacts(name=name, layer=layer or ""), running.found or (), on=today()
                )
                record_run(context, f"{layer}:{name}" if layer else name, running.made_from)
        finally:
            end(context.run.run_id, name)

    compute.__name__ = function.__name__
    compute.__doc__ = function.__doc__
    compute.__module__ = function.__module__
    signature = parameters.signature()
    compute.__signature__ = signature  # type: ignore[attr-defined]  # what inspect.signature looks for
    compute.__annotations__ = {item.name: item.annotation for item in signature.parameters.values()}
    return compute


def _as_promised(value: Any, promised: FrameKind | None, name: str) -> Any:
    """Give the value back if it is of the kind that the asset was proven with: whoever reads it gets that kind."""
    kind = kind_of(value)
    if promised is not None and kind is not None and kind != promised:
        raise UserError(
            f"{name} gives {_FRAMES[kind]}, and was promoted as {_FRAMES[promised]}, as which other steps read it.",
            hint="Give one kind of frame on every path of the step, and promote it again.",
        )
    return value


def _mark(declared: Declared) -> str | None:
    """Give what tells the masking key from another, where one is used."""
    if not declared.masking:
        return None
    from platform_core.governance.masking.policy import key_mark  # noqa: PLC0415 - few assets are masked

    return key_mark(declared.masking)


def _lazy(stored: object) -> pl.LazyFrame:
    return cast("pl.LazyFrame", convert(stored, "lazy"))


def _tell_version(context: dg.AssetExecutionContext, version: str) -> None:
    context.set_data_version(context.asset_key, dg.DataVersion(version))


def _results(
    stored: Callable[[], Any],
    file: Path | None,
    checks: Sequence[Check],
    partition: str | None,
    severity: str,
    running: Running,
) -> Iterator[dg.AssetCheckResult]:
    if not checks:
        return
    from platform_core.asset_checks import run_checks  # noqa: PLC0415 - its import costs more than most steps
    from platform_core.partitions.inside import at_partition  # noqa: PLC0415 - as above

    frame = _lazy(stored())
    shown = running.declared.shows_values
    placed = at_partition(checks, partition)
    files, rows = None if file is None else [file], 10 if shown else 0
    for outcome in run_checks(frame, placed, files=files, declared=running.hidden, sample_rows=rows).outcomes:
        result = outcome.to_result("warn" if severity == "warn" else "error", show_sample=shown)
        yield result._replace(check_name=outcome.name)
