"""`platform_executor`, as a project names it, with its configuration as Dagster shows it."""

from __future__ import annotations

import types
import typing
from typing import Any

import dagster as dg
from dagster._core.definitions.executor_definition import multiple_process_executor_requirements
from pydantic import ValidationError

from platform_core.errors import UserError
from platform_core.executor.kinds import handler_of
from platform_core.executor.settings import ExecutorSettings

if typing.TYPE_CHECKING:
    from dagster._core.executor.init import InitExecutorContext
    from pydantic.fields import FieldInfo

    from platform_core.executor.executor import PlatformExecutor

_SCALARS: dict[Any, Any] = {int: int, float: float, bool: bool, str: str}


def config_schema() -> dict[str, dg.Field]:
    """Give the settings as Dagster's configuration, with their types, defaults and descriptions."""
    return {name: _field(info) for name, info in ExecutorSettings.model_fields.items()}


def _field(info: FieldInfo) -> dg.Field:
    return dg.Field(_type(info.annotation), is_required=False, default_value=info.default, description=info.description)


def _type(annotation: Any) -> Any:
    """Give Dagster's type of a setting; what it cannot say (ranges, choices) is checked when the executor is made."""
    origin, within = typing.get_origin(annotation), typing.get_args(annotation)
    if origin is typing.Annotated:
        return _type(within[0])
    if origin in {types.UnionType, typing.Union}:
        return dg.Noneable(_type(next(part for part in within if part is not type(None))))
    if origin is typing.Literal:
        return dg.Enum("_or_".join(within), [dg.EnumValue(word) for word in within])
    if origin is list:
        return dg.Array(_type(within[0]))
    if origin is dict:
        # Dagster's two classes have no types of their own
        return dg.Permissive() if within[1] is Any else dg.Map(str, _type(within[1]))  # type: ignore[no-untyped-call]
    return _SCALARS[annotation]


@dg.executor(name="platform", config_schema=config_schema(), requirements=multiple_process_executor_requirements())
def platform_executor(init_context: InitExecutorContext) -> PlatformExecutor:
    """Run every step on the compute that its decorator names: in a warm worker, or on the provider.

    The job must be one that other processes can load (of a module, file or package, or `dg.reconstructable`), and the
    instance one that they can open: `DAGSTER_HOME` is set, or the instance was given a folder.
    """
    from platform_core.executor.executor import PlatformExecutor  # noqa: PLC0415 - a location that loads runs no step

    try:
        settings = ExecutorSettings.model_validate(init_context.executor_config)
    except ValidationError as error:
        first = error.errors(include_input=False, include_url=False)[0]
        place = ".".join(str(part) for part in first["loc"])
        raise UserError(f"The executor's setting {place} is wrong: {first['msg']}.") from None
    for kind in settings.kinds:  # what is wrong or missing is told now, and not by the first step
        if settings.where(kind) == "remote" and kind not in settings.handlers:
            handler_of(kind, settings)
    return PlatformExecutor(settings)
