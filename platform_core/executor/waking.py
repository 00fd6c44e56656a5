"""Waiting for the first of several things: a message, a time, an interrupt."""

from __future__ import annotations

import signal
import socket
import threading
from multiprocessing.connection import Connection, wait
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence
    from types import TracebackType

_WITHOUT_SIGNALS = 0.5  # seconds between two looks for an interrupt, where signals cannot wake


class Waker:
    """Wakes a wait when a signal comes or another thread calls. It is a context manager."""

    def __enter__(self) -> Waker:
        self._reader, self._writer = socket.socketpair()
        self._reader.setblocking(False)
        self._writer.setblocking(False)
        self._signals = threading.current_thread() is threading.main_thread()
        if self._signals:
            self._before = signal.set_wakeup_fd(self._writer.fileno(), warn_on_full_buffer=False)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._signals:
            signal.set_wakeup_fd(self._before)
        self._reader.close()
        self._writer.close()

    def wake(self) -> None:
        """End the wait, from any thread."""
        try:
            self._writer.send(b"\0")
        except OSError:  # full, so it wakes anyway; or over
            return

    def wait(self, connections: Sequence[Connection], seconds: float | None) -> list[object]:
        """Wait until something can be read, a signal comes, or the time is over; give what can be read."""
        if not self._signals:
            seconds = _WITHOUT_SIGNALS if seconds is None else min(seconds, _WITHOUT_SIGNALS)
        ready: list[object] = list(wait([*connections, self._reader], seconds))
        if self._reader in ready:
            self._reader.recv(4096)
        return ready
