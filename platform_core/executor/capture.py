"""Capturing what a step prints without the four processes that Dagster starts for it.

Dagster's local log manager mirrors what is captured to the terminal through `tail`, and watches each `tail` with a
Python process of its own: for a short step they cost more than the step. A warm worker captures into the same files,
and shows what was printed when the step has ended. Log managers of clouds build on the local one, and gain the same.
"""

from __future__ import annotations

import os
from contextlib import contextmanager
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

from dagster._core.execution.compute_logs import redirect_to_file
from dagster._core.storage import local_compute_log_manager
from dagster._utils import ensure_file

if TYPE_CHECKING:
    from collections.abc import Iterator

_BLOCK = 1 << 16


def capture_quietly() -> None:
    """Let this process, a worker, capture what its steps print in the cheap way."""
    # The one seam that the manager has: what it calls by this name of its module
    vars(local_compute_log_manager)["mirror_stream_to_file"] = _captured


@contextmanager
def _captured(stream: IO[Any], filepath: str) -> Iterator[None]:
    """Send what is written to a stream into a file, and to where it went before when that is over."""
    ensure_file(filepath)
    begin = Path(filepath).stat().st_size
    try:
        with redirect_to_file(stream, filepath):
            yield
    finally:
        _show(filepath, begin, stream)


def _show(filepath: str, begin: int, stream: IO[Any]) -> None:
    """Write what came into a file since `begin` to a stream; a stream that is closed has nobody to show it to."""
    try:
        with Path(filepath).open("rb") as captured:
            captured.seek(begin)
            while block := captured.read(_BLOCK):
                _write_all(stream.fileno(), block)
    except (OSError, ValueError):
        return


def _write_all(descriptor: int, block: bytes) -> None:
    while block:
        block = block[os.write(descriptor, block) :]
