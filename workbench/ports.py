"""Whether a port can be listened on, asked before a server starts that would say it in its own words, or not at all."""

from __future__ import annotations

import errno
import socket

from platform_core.errors import UserError, no_port


def refuse_taken(host: str, port: int, command: str) -> None:
    """Refuse a port that something listens on already.

    Args:
        host: The address to listen on.
        port: The port.
        command: What was called, for the way out.

    Raises:
        UserError: The port is taken, is not ours to take, or the address is none of this machine's.
    """
    try:
        with socket.create_server((host, port)):
            return
    except OverflowError:
        raise no_port(port) from None
    except OSError as error:
        taken = error.errno == errno.EADDRINUSE
        reason = "is taken: another program listens on it" if taken else f"cannot be used: {error.strerror}"
        hint = f"Stop that program, or choose another: `{command} --port {port + 1 if port < 65535 else 3001}`."
        raise UserError(f"Port {port} of {host} {reason}.", hint=hint) from None
