"""A code location whose import leaves a thread behind, or fails in every process but the run worker's."""

import os
import threading
from pathlib import Path

import dagster as dg

from platform_core.executor import platform_executor

if os.environ.get("EXECUTOR_IMPORT") == "fails":
    raise ValueError("planted: this module cannot be imported here")

if os.environ.get("EXECUTOR_IMPORT") == "thread":
    threading.Thread(target=threading.Event().wait, daemon=True, name="planted").start()


@dg.op
def first() -> int:
    """Leave a line."""
    with Path(os.environ["EXECUTOR_TRACE"]).open("a") as file:
        file.write(f"first {os.getpid()}\n")
    return 1


@dg.op
def second(value: int) -> int:
    """Leave a line."""
    with Path(os.environ["EXECUTOR_TRACE"]).open("a") as file:
        file.write(f"second {os.getpid()}\n")
    return value


@dg.job(executor_def=platform_executor)
def two() -> None:
    """One step after another."""
    second(first())
