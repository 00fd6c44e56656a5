"""What a step leaves in its worker's process, which the next step would meet.

The environment and the working directory are put back. Of what cannot be, the worker is replaced: that costs a fork.
"""

from __future__ import annotations

import os
import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from platform_core.sdk.process_state import put_back

_SIGNALS = (signal.SIGINT, signal.SIGTERM)


@dataclass
class Left:
    """Whether a step left something that no other step should meet."""

    spoiled: bool = False


@contextmanager
def nothing_left() -> Iterator[Left]:
    """Put back what a step changed of its process; say at the end whether it left more: threads, closed streams.

    >>> with nothing_left() as left:
    ...     os.environ["REGION"] = "north"
    >>> left.spoiled, "REGION" in os.environ
    (False, False)
    """
    left, threads, before = Left(), set(threading.enumerate()), _state()
    try:
        with put_back("the environment", "the working directory"):
            yield left
    finally:
        left.spoiled = not threads.issuperset(threading.enumerate()) or _state() != before


def _state() -> tuple[object, ...]:
    mask = os.umask(0o077)
    os.umask(mask)
    streams = [stream is None or stream.closed for stream in (sys.stdin, sys.stdout, sys.stderr)]
    return mask, streams, list(sys.path), [signal.getsignal(number) for number in _SIGNALS], [_file(1), _file(2)]


def _file(descriptor: int) -> tuple[int, int] | None:
    try:
        found = os.fstat(descriptor)
    except OSError:
        return None
    return found.st_dev, found.st_ino
