"""The executor: one run, every step on the compute that it names.

`platform_executor` routes each step by the op tag that a compute decorator wrote: to warm workers on this machine, or
to a handler of a remote kind. Each name is loaded when it is first used, so that nothing here costs a start.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from platform_core.lazy import loader

if TYPE_CHECKING:
    from platform_core.executor.definition import platform_executor
    from platform_core.executor.settings import ExecutorSettings

__all__ = ["ExecutorSettings", "platform_executor"]

_PLACES = {
    "platform_executor": "platform_core.executor.definition",
    "ExecutorSettings": "platform_core.executor.settings",
}

__getattr__ = loader(__name__, _PLACES)
