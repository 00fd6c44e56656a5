"""Hooks of steps, with what stock Dagster's contexts lack: the asset, and what failed as text that may be sent on.

A step that makes several assets calls its hook once for each: after success for each that it stored, after failure for
each that it did not. A hook that fails never fails the run: Dagster's log says so, without what the error may hold.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping, Sequence
from contextvars import ContextVar
from typing import Any, overload

import dagster as dg
from dagster._core.definitions.decorators.hook_decorator import event_list_hook
from dagster._core.definitions.events import HookExecutionResult

from platform_core.errors import UserError
from platform_core.observability.failures import FailureData, failure_of

# The instance of the run whose hook is running, so that what it sends stands in that run's records
INSTANCE: ContextVar[dg.DagsterInstance | None] = ContextVar("instance", default=None)

HookFunction = Callable[["AssetHookContext"], object]
HookDecorator = Callable[[HookFunction], dg.HookDefinition]


class AssetHookContext:
    """Everything of Dagster's `HookContext`, and the asset.

    Attributes:
        asset_key: The asset that the hook is called for; None in a job of plain ops.
        asset_keys: All assets of the step that the hook is called for, one after the other.
        failure_data: What failed; None after success.
    """

    def __init__(
        self,
        context: dg.HookContext,
        asset_key: dg.AssetKey | None = None,
        asset_keys: Sequence[dg.AssetKey] = (),
        failure_data: FailureData | None = None,
    ) -> None:
        self._context = context
        self.asset_key = asset_key
        self.asset_keys = tuple(asset_keys)
        self.failure_data = failure_data

    @property
    def partition_key(self) -> str | None:
        """The partition that the step made; None where there is none or there are several."""
        step = getattr(self._context, "_step_execution_context", None)
        return _partition(step)

    def __getattr__(self, name: str) -> Any:
        """Give what Dagster's own context has."""
        return getattr(self._context, name)


@overload
def success_hook(hook_fn: HookFunction, /) -> dg.HookDefinition: ...
@overload
def success_hook(
    *, name: str | None = None, required_resource_keys: set[str] | None = None, assets: str | None = None
) -> HookDecorator: ...
def success_hook(
    hook_fn: HookFunction | None = None,
    /,
    *,
    name: str | None = None,
    required_resource_keys: set[str] | None = None,
    assets: str | None = None,
) -> dg.HookDefinition | HookDecorator:
    """Make a hook that is called after a step succeeded, once for each asset that it stored.

    Args:
        hook_fn: The function, where the decorator stands without parentheses. Its parameter is `context`.
        name: The hook's name; else the function's.
        required_resource_keys: The resources that the hook reads as `context.resources.NAME`.
        assets: The assets that it is for, in Dagster's selection syntax (`"*"` is all): a hook that stands in a module
            under `defs/` is attached to these. Without it, `with_hooks` or a job's `hooks=` attaches it.

    Raises:
        UserError: The function has no parameter called `context`.

    >>> import dagster as dg
    >>> @success_hook
    ... def tell(context):
    ...     print(f"{context.asset_key.to_user_string()} done")
    >>> @dg.asset
    ... def rents(): ...
    >>> dg.materialize([rents.with_hooks({tell})]).success
    rents done
    True
    """
    decorate = functools.partial(_decorated, "success", name, required_resource_keys, assets)
    return decorate if hook_fn is None else decorate(hook_fn)


@overload
def failure_hook(hook_fn: HookFunction, /) -> dg.HookDefinition: ...
@overload
def failure_hook(
    *, name: str | None = None, required_resource_keys: set[str] | None = None, assets: str | None = None
) -> HookDecorator: ...
def failure_hook(
    hook_fn: HookFunction | None = None,
    /,
    *,
    name: str | None = None,
    required_resource_keys: set[str] | None = None,
    assets: str | None = None,
) -> dg.HookDefinition | HookDecorator:
    """Make a hook that is called after a step failed, once for each asset that it was to store and did not.

    `context.failure_data` says what failed; its text may be sent to anyone. Arguments are those of `success_hook`.

    Raises:
        UserError: The function has no parameter called `context`.

    >>> import dagster as dg
    >>> @failure_hook
    ... def tell(context):
    ...     print(context.failure_data)
    >>> @dg.asset
    ... def rents():
    ...     raise KeyError("Mr Bell")
    >>> dg.materialize([rents.with_hooks({tell})], raise_on_error=False).success
    rents: KeyError: '…'
    False
    """
    decorate = functools.partial(_decorated, "failure", name, required_resource_keys, assets)
    return decorate if hook_fn is None else decorate(hook_fn)


def assets_of(hook: dg.HookDefinition) -> str | None:
    """Give the selection of assets that a hook says it is for; None where it says none."""
    found = getattr(hook, "workbench_assets", None)
    return found if isinstance(found, str) else None


def either_hook(
    name: str, *, success: HookFunction, failure: HookFunction, assets: str | None = None
) -> dg.HookDefinition:
    """Make one hook of two functions: for each hook of each step Dagster writes an event, which costs most of it.

    Args:
        name: The hook's name.
        success: Is called after a step succeeded, as `success_hook` calls.
        failure: Is called after a step failed, as `failure_hook` calls.
        assets: The assets that it is for; see `success_hook`.
    """
    return _hook({"success": success, "failure": failure}, name, None, assets)


def _decorated(
    when: str, name: str | None, required: set[str] | None, assets: str | None, function: HookFunction
) -> dg.HookDefinition:
    code = getattr(function, "__code__", None)
    if code is None or code.co_varnames[: code.co_argcount][:1] != ("context",):
        raise UserError(
            f"@{when}_hook needs a function whose first parameter is `context`.", hint="Write `def alert(context): ...`"
        )
    return _hook({when: function}, name or function.__name__, required, assets)


def _hook(
    functions: Mapping[str, HookFunction], name: str, required: set[str] | None, assets: str | None
) -> dg.HookDefinition:
    first = next(iter(functions.values()))

    @functools.wraps(first)
    def by_hand(context: Any) -> object:
        """Call the hook in a test, with what `dagster.build_hook_context` gives."""
        when = "failure" if "failure" in functions and context.op_exception is not None else next(iter(functions))
        return functions[when](AssetHookContext(context, None, (), _failed(context, (), when)))

    def run(context: dg.HookContext, event_list: Sequence[dg.DagsterEvent]) -> HookExecutionResult:
        when = _ended(event_list)
        function = functions.get(when)
        keys = _assets(context, event_list, when) if function is not None else ()
        failed = _failed(context, keys, when) if function is not None else None
        for key in keys:
            assert function is not None  # noqa: S101 - else there are no keys
            _call(function, name, AssetHookContext(context, key, [k for k in keys if k is not None], failed))
        return HookExecutionResult(hook_name=name, is_skipped=not keys)

    made = event_list_hook(name=name, required_resource_keys=required, decorated_fn=by_hand)(run)
    made.workbench_assets = assets  # type: ignore[attr-defined]  # Dagster's own value, which has no place for it
    return made


def _ended(events: Sequence[dg.DagsterEvent]) -> str:
    """Give how a step ended; empty where it is tried again or was passed over."""
    if any(event.is_step_success for event in events):
        return "success"
    return "failure" if any(event.is_step_failure for event in events) else ""


def _call(function: HookFunction, name: str, context: AssetHookContext) -> None:
    """Call the function of a hook; what it raises is said anew, as Dagster keeps the whole of it in the log."""
    token = INSTANCE.set(context.instance)
    try:
        function(context)
    except (Exception, SystemExit) as error:  # noqa: BLE001 - a hook may raise anything
        said = failure_of(error, step=name).reason
        problem = f"The hook {name!r} failed, and the run goes on: {said}"
    else:
        return
    finally:
        INSTANCE.reset(token)
    raise UserError(problem) from None


def _assets(
    context: dg.HookContext, events: Sequence[dg.DagsterEvent], when: str
) -> tuple[dg.AssetKey, ...] | tuple[None]:
    """Give what the hook is called for: the assets that the step stored or failed to, None for a step of no assets."""
    stored = [event.asset_key for event in events if event.is_step_materialization and event.asset_key is not None]
    step: Any = context._step_execution_context  # what alone knows the assets of a step
    mine = step.job_def.asset_layer.get_selected_entity_keys_for_node(step.node_handle)
    if not mine:
        return (None,)
    if when == "success":
        return tuple(stored)
    planned = {key.asset_key if isinstance(key, dg.AssetCheckKey) else key for key in mine}
    return tuple(sorted(planned - set(stored))) or tuple(sorted(planned))


def _failed(context: Any, keys: Sequence[dg.AssetKey | None], when: str) -> FailureData | None:
    if when != "failure":
        return None
    step = getattr(context, "_step_execution_context", None)
    return failure_of(
        context.op_exception,
        step=step.step.key if step is not None else "",
        assets=[key.to_user_string() for key in keys if key is not None],
        partition=_partition(step) or "",
    )


def _partition(step: Any) -> str | None:
    return step.partition_key if step is not None and step.has_partition_key else None
