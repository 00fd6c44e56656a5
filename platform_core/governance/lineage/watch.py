"""What is collected while a step makes its plan.

A value that was collected can come back as a constant, which no plan shows. All of Polars's own execution goes through
the methods of its local engine; while something is watched they tell of each lazy frame that they are given, in the
thread or task that watches. So does a lazy frame that is serialised or pickled: what is made of the bytes holds the
values of its frames, and nothing of where they are from. Anything else that runs a plan (a remote engine) is refused
by nobody and seen by nobody.
"""

from __future__ import annotations

import functools
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

import polars as pl
from polars.lazyframe import engine as polars_engine

_METHODS = (
    "execute", "collect", "collect_async", "collect_batches", "collect_all", "collect_all_async", "sink_parquet",
    "sink_ipc", "sink_csv", "sink_ndjson", "sink_batches",
)  # fmt: skip

_SEEN: ContextVar[list[pl.LazyFrame] | None] = ContextVar("seen", default=None)
_LOCK = threading.Lock()
_WATCHING = 0
_ORIGINAL: dict[tuple[type, str], Callable[..., Any]] = {}
_WATCHED = (*((polars_engine._LocalEngine, name) for name in _METHODS), (pl.LazyFrame, "serialize"))


@contextmanager
def watching() -> Iterator[list[pl.LazyFrame]]:
    """Note every lazy frame that is executed inside the block, in this thread or task.

    >>> with watching() as executed:
    ...     count = pl.LazyFrame({"a": [1, 2]}).select(pl.len()).collect().item()
    >>> count, len(executed)
    (2, 1)
    """
    seen: list[pl.LazyFrame] = []
    token = _SEEN.set(seen)
    _begin()
    try:
        yield seen
    finally:
        _end()
        _SEEN.reset(token)


def _begin() -> None:
    global _WATCHING  # noqa: PLW0603 - the engine is one for the process, and so is what watches it
    with _LOCK:
        _WATCHING += 1
        if _WATCHING == 1:
            for owner, name in _WATCHED:
                _ORIGINAL[owner, name] = getattr(owner, name)
                setattr(owner, name, _noting(_ORIGINAL[owner, name], owner))


def _end() -> None:
    global _WATCHING  # noqa: PLW0603 - as above
    with _LOCK:
        _WATCHING -= 1
        if _WATCHING == 0:
            for (owner, name), method in _ORIGINAL.items():
                setattr(owner, name, method)
            _ORIGINAL.clear()


def _noting(method: Callable[..., Any], owner: type) -> Callable[..., Any]:
    @functools.wraps(method)
    def noted(self: Any, *given: Any, **options: Any) -> Any:
        seen = _SEEN.get()
        if seen is not None:
            frames = self if owner is pl.LazyFrame else given[0]
            seen.extend([frames] if isinstance(frames, pl.LazyFrame) else frames)
        return method(self, *given, **options)

    return noted
