"""What the processes do: one module for each thing that the front end asks for.

A task takes the question, plain values that `jupyter_ext.requests` has checked, and gives plain values. It only
translates: the compiler and the workbench do the work.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from importlib import import_module
from typing import Any

Tell = Callable[[Mapping[str, Any]], None]
Task = Callable[[Mapping[str, Any], Tell], Any]


def _task(module: str, name: str = "run") -> Task:
    def run(question: Mapping[str, Any], tell: Tell) -> Any:
        # Here and not above: a process that analyses needs neither Polars nor Dagster
        task: Task = getattr(import_module(f"jupyter_ext.tasks.{module}"), name)
        return task(question, tell)

    return run


_OWN = ("analyse", "preview", "fix", "suggest", "options", "catalogue", "peek", "promote", "pull", "materialise")
TASKS: Mapping[str, Task] = {
    **{name: _task(name) for name in _OWN},
    "search": _task("documentation", "find"),
    "page": _task("documentation", "read"),
}
