"""Ports that stay with us from their choice until a server of ours listens on them, and while it is started again.

A socket that is bound and never listens keeps a port: the system gives it to nobody who asks for any port, nor to a
connection that goes out, and still lets a server bind it that allows for closed connections, as all of ours do. So does
Linux; on macOS no server could bind it, and a port is only chosen there.
"""

from __future__ import annotations

import socket
import sys
from collections.abc import Mapping
from contextlib import suppress
from types import TracebackType

import psutil  # type: ignore[import-untyped] # it ships no types

from workbench.stack.native import LOOPBACK, Ports

_ANY = 0


class HeldPorts:
    """Keeps ports until it is closed, or as long as a block runs.

    >>> with HeldPorts() as held, socket.socket() as other:
    ...     port = held.any()
    ...     try:
    ...         other.bind(("127.0.0.1", port))
    ...     except OSError:
    ...         print("it is kept")
    it is kept
    """

    def __init__(self) -> None:
        """Keep none yet."""
        self._kept: dict[int, socket.socket] = {}

    def any(self, wanted: int = _ANY) -> int:
        """Keep the port that is wanted if nothing has it, else any that is free; give its number."""
        if wanted:
            with suppress(OSError):
                return self.this(wanted)
        kept = socket.socket()  # not inherited: no server of ours has it by mistake
        kept.bind((LOOPBACK, _ANY))  # strictly: no other has it, listening or not
        kept.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        return self._keep(kept)

    def this(self, port: int) -> int:
        """Keep this very port.

        Raises:
            OSError: Something listens on it.
        """
        if port in self._kept:
            return port
        kept = socket.socket()
        try:
            kept.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # as the servers do: a closed connection lingers
            kept.bind((LOOPBACK, port))
        except OSError:
            kept.close()
            raise
        return self._keep(kept)

    def chosen(self, webserver: int, before: Mapping[str, int]) -> Ports:
        """Keep ports for a stack: for the webserver the one that was asked for, for the others those of last time.

        Raises:
            OSError: Something listens on the webserver's.
        """
        self.this(webserver)
        return Ports(webserver, *(self.any(before.get(name, _ANY)) for name in ("code", "postgres")))

    def drop(self, port: int) -> None:
        """Keep a port no longer."""
        self._kept.pop(port).close()

    def close(self) -> None:
        """Keep none any more."""
        for kept in self._kept.values():
            kept.close()
        self._kept.clear()

    def __enter__(self) -> HeldPorts:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    def _keep(self, kept: socket.socket) -> int:
        port = int(kept.getsockname()[1])
        if sys.platform != "linux":
            kept.close()
        self._kept[port] = kept
        return port


def listens(pid: int, port: int) -> bool:
    """Say whether a process, or one that it started, listens on a port; also where the system does not let us see."""
    with suppress(psutil.NoSuchProcess):
        process = psutil.Process(pid)
        for one in (process, *process.children(recursive=True)):
            try:
                open_ones = one.net_connections("tcp")
            except psutil.AccessDenied:
                return True
            except psutil.NoSuchProcess:
                continue
            if any(each.status == psutil.CONN_LISTEN and each.laddr.port == port for each in open_ones):
                return True
    return False
