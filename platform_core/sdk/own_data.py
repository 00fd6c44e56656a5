"""What the asset that is being made holds so far, for a step that adds to it.

Under Dagster that is what the step's own IO manager has stored; elsewhere what stands in the project's storage. While a
recording is made or replayed it is nothing, so that a notebook and its promoted module begin alike.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TYPE_CHECKING, Any

from platform_core.errors import UserError

if TYPE_CHECKING:
    import dagster as dg
    import polars as pl

_STORAGE: ContextVar[Callable[[], Any] | None] = ContextVar("storage", default=None)


@contextmanager
def of_step(context: dg.AssetExecutionContext) -> Iterator[None]:
    """Let `so_far` read what the IO manager of a running step has stored."""

    def storage() -> Any:
        from dagster._core.execution.plan.outputs import StepOutputHandle  # noqa: PLC0415 - only where a step adds

        step = context.get_step_execution_context()
        manager = step.get_io_manager(StepOutputHandle(step.step.key, "result"))
        if not hasattr(manager, "storage"):
            raise UserError(
                f"{type(manager).__name__} does not tell what it stored, so nothing can be added to it.",
                hint="Use an IO manager of platform_core, or read everything each time, without watermark=.",
            )
        return manager.storage

    token = _STORAGE.set(storage)
    try:
        yield
    finally:
        _STORAGE.reset(token)


def so_far(name: str, layer: str = "bronze") -> pl.LazyFrame | None:
    """Give the rows that an asset holds so far, or None where it was never stored.

    Raises:
        UserError: The IO manager of the running step does not tell, or keeps old rows beside what it is given; or the
            asset has partitions.
    """
    from platform_core.storage.routes import kept_in, storage_of_project  # noqa: PLC0415 - with the configuration

    found = _STORAGE.get()
    place = storage_of_project() if found is None else found()
    mode = getattr(getattr(kept_in(place, layer, name), "writing", None), "mode", "overwrite")  # of a Delta table
    if mode != "overwrite":
        raise UserError(
            f"{name!r} is kept in a Delta table with mode: {mode}, which leaves rows beside those that a step gives, "
            "and this one gives the old rows with the new ones.",
            hint="Write mode: overwrite for this asset.",
        )
    files = place.find(name, layer)
    if files is None:
        return None
    if files.partitions:
        raise UserError(f"The asset {name!r} has partitions, so nothing is added to it.", hint="Take another name.")
    stored: pl.LazyFrame = place.read(name, "lazy", None, layer)
    return stored
