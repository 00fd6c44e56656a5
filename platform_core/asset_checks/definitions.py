"""Checks as Dagster's own: a check put on an asset, and a function of the analyst's as an asset check."""

from __future__ import annotations

import functools
import inspect
import warnings
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import dagster as dg

from platform_core.asset_checks.contracts import Pandera
from platform_core.asset_checks.model import Check, CheckReport, Outcome, Severity
from platform_core.errors import UserError
from platform_core.metadata import preview
from platform_core.origins import tell_cell

if TYPE_CHECKING:
    from platform_core.sdk.parameters import Load

_SEVERITIES = {"error": dg.AssetCheckSeverity.ERROR, "warn": dg.AssetCheckSeverity.WARN}


def definition_of(check: Check, asset: Any, *, blocking: bool, show_sample: bool = False) -> dg.AssetChecksDefinition:
    """Give a check as a Dagster asset check. A failure that does not block is a warning.

    On a partitioned asset's definition the check looks at the partition of its run; by name it looks at all of them.
    """
    severity: Severity = "error" if blocking else "warn"

    def run(frame: Any) -> dg.AssetCheckResult:
        return check.run(frame).to_result(severity, show_sample=show_sample)

    kind = check.rule.kind if isinstance(check.rule, Pandera) else "lazy"
    run.__annotations__ = {"frame": _any_frame_loaded_as(kind), "return": dg.AssetCheckResult}
    with warnings.catch_warnings():
        # Dagster still calls a check's partitions a preview; without them a check would look at all partitions
        warnings.simplefilter("ignore", dg.PreviewWarning)
        return dg.asset_check(
            asset=asset,
            name=check.name,
            description=check.description,
            blocking=blocking,
            additional_deps=list(check.needs) or None,
            partitions_def=getattr(asset, "partitions_def", None),
        )(run)


def result_of(outcome: Outcome, severity: Severity, *, show_sample: bool = False) -> dg.AssetCheckResult:
    """Give an outcome as Dagster takes it: figures and column names, and the sample only where it may be shown."""
    shown = {}
    if show_sample and not outcome.sample.is_empty():
        shown = {"sample": dg.MetadataValue.md(preview(outcome.sample.lazy()))}
    return dg.AssetCheckResult(
        passed=outcome.passed,
        severity=_SEVERITIES[severity],
        description=outcome.description,
        metadata={"failed_count": outcome.failed_count, **outcome.metadata, **shown},
    )


def asset_check(
    *,
    asset: Any,
    name: str | None = None,
    blocking: bool = False,
    severity: Severity | None = None,
    inputs: Mapping[str, str | list[str] | tuple[str, ...]] | None = None,
    **options: Any,
) -> Callable[[Callable[..., Any]], dg.AssetChecksDefinition]:
    """Make a function an asset check, as `dagster.asset_check` does, and fill in what is missing.

    The function may leave out `context`. Its frames come in the kind that their annotations name, lazy Polars where
    there is none; a parameter named after another asset is fed with that. It may give an `AssetCheckResult`, an
    `Outcome`, a `CheckReport`, or whether the check passed; numpy's booleans and numbers are taken everywhere.

    Args:
        asset: The asset's name, key or definition.
        name: The check's name; the function's without it.
        blocking: Whether a failure stops the assets downstream.
        severity: `error` or `warn`, whatever the result says.
        inputs: Parameter to the asset or assets it takes, where the names differ.
        options: What else `dagster.asset_check` takes, `additional_ins` apart: `inputs` says that here.

    Raises:
        UserError: A parameter is neither a frame, a resource nor a `Config`, its own asset comes by partition, or the
            severity is none.

    >>> @asset_check(asset="clean_permits", blocking=True)
    ... def fees_are_paid(clean_permits: pl.LazyFrame):
    ...     return clean_permits.filter(pl.col("fee") < 0).collect().is_empty()
    >>> [spec.name for spec in fees_are_paid.check_specs]
    ['fees_are_paid']
    """
    if severity is not None and severity not in _SEVERITIES:
        raise UserError(f"The severity of a check cannot be {severity!r}.", hint="Write 'error' or 'warn'.")
    _take_numpy()

    def decorate(function: Callable[..., Any]) -> dg.AssetChecksDefinition:
        # The SDK's decorators take checks in turn, so its package is not imported before it is used
        from platform_core.sdk.parameters import read_parameters  # noqa: PLC0415

        parameters = read_parameters(function, inputs)

        def run(context: dg.AssetCheckExecutionContext, **given: Any) -> dg.AssetCheckResult:
            try:
                value = function(**parameters.arguments(context, given))
            except BaseException as error:
                tell_cell(error, function)
                raise
            result = _as_result(value, function.__name__)
            return result if severity is None else result._replace(severity=_SEVERITIES[severity])

        own, others = _own_and_others(parameters.loads, asset, function.__name__)
        context, *rest = parameters.signature().parameters.values()
        kinds = {} if own is None else {own.slot: _any_frame_loaded_as(own.kind)}
        # Dagster looks for a check's inputs among parameters of this sort alone
        signature = inspect.Signature(
            [context.replace(annotation=dg.AssetCheckExecutionContext)]
            + [p.replace(kind=p.POSITIONAL_OR_KEYWORD, annotation=kinds.get(p.name, p.annotation)) for p in rest]
        )
        functools.update_wrapper(run, function)
        del run.__wrapped__  # type: ignore[attr-defined] # or Dagster would read the function's own annotations
        run.__signature__ = signature  # type: ignore[attr-defined] # as inspect documents it
        run.__annotations__ = {p.name: p.annotation for p in signature.parameters.values()}
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", dg.PreviewWarning)  # as above
            return dg.asset_check(asset=asset, name=name, blocking=blocking, additional_ins=others, **options)(run)

    return decorate


def _own_and_others(loads: Sequence[Load], asset: Any, name: str) -> tuple[Load | None, dict[str, dg.AssetIn]]:
    """Tell the input that is the checked asset, the one of its name or else the first, from those of other assets."""
    checked = dg.AssetKey.from_coercible(getattr(asset, "key", asset)).path[-1]
    own = next((load for load in loads if load.asset == checked), next(iter(loads), None))
    if own is not None and own.by_partition:
        raise UserError(f"The check {name!r} takes its asset by partition.", hint="Take it as one frame.")
    others = {
        load.slot: dg.AssetIn(
            dg.AssetKey(load.asset),
            metadata={"workbench/kind": load.kind, "workbench/by_partition": load.by_partition},
        )
        for load in loads
        if load is not own
    }
    return own, others


def _any_frame_loaded_as(kind: str) -> Any:
    """Give the annotation that has the IO manager load a kind, while Dagster lets any frame pass.

    Dagster leaves no other way to say it of a check's own asset. Only pandas matters: what else is read lazily becomes
    the kind asked for without loss, but an index does not outlive it.
    """
    if kind != "pandas":
        return Any
    import pandas as pd  # noqa: PLC0415 - only for a check that takes it

    return _AnyFrame("DataFrame", (pd.DataFrame,), {})


class _AnyFrame(type):
    def __instancecheck__(cls, instance: object) -> bool:
        return True


def _as_result(value: Any, name: str) -> dg.AssetCheckResult:
    if isinstance(value, dg.AssetCheckResult):
        return value
    if isinstance(value, Outcome):
        return value.to_result()
    if isinstance(value, CheckReport):
        failed = sum(outcome.failed_count for outcome in value.failed)
        return dg.AssetCheckResult(passed=value.passed, description=str(value), metadata={"failed_count": failed})
    if _is_boolean(value):
        return dg.AssetCheckResult(passed=bool(value))
    raise UserError(
        f"The check {name!r} gave a {type(value).__name__}.",
        hint="Give an AssetCheckResult, a boolean, or what check.run(...) gives.",
    )


def _is_boolean(value: Any) -> bool:
    return isinstance(_plain(value), bool)


def _plain(value: Any) -> Any:
    """Give a numpy scalar as Python's own value, anything else as it is."""
    return value.item() if type(value).__module__ == "numpy" and getattr(value, "ndim", 1) == 0 else value


def _take_numpy() -> None:
    """Let Dagster's result take numpy's booleans and numbers, which pandas' comparisons give.

    A function builds its result itself, with the class under whatever name it imported, so nothing short of the class
    can help it. Only what Dagster refuses otherwise changes.
    """
    stock = dg.AssetCheckResult.__new__
    if getattr(stock, "takes_numpy", False):
        return

    @functools.wraps(stock)
    def taking(cls: type, *, passed: Any, metadata: Mapping[str, Any] | None = None, **others: Any) -> Any:
        plain = None if metadata is None else {key: _plain(value) for key, value in metadata.items()}
        return stock(cls, passed=_plain(passed), metadata=plain, **others)

    taking.takes_numpy = True  # type: ignore[attr-defined] # the mark looked for above
    dg.AssetCheckResult.__new__ = taking  # type: ignore[method-assign] # see the docstring
