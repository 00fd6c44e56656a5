"""A real SMTP server that keeps what it is sent, and refuses as it is told."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any


@dataclass
class SMTPServer:
    """Where it listens, what it was sent, and what it answers to the next messages in place of taking them."""

    host: str = ""
    port: int = 0
    received: list[EmailMessage] = field(default_factory=list)
    refusals: list[str] = field(default_factory=list)

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802 - aiosmtpd's name
        """Take a message, or refuse it."""
        if self.refusals:
            return self.refusals.pop(0)
        message = message_from_bytes(envelope.content, policy=policy.default)
        assert isinstance(message, EmailMessage)
        message["X-Receivers"] = ",".join(envelope.rcpt_tos)
        self.received.append(message)
        return "250 taken"


@contextmanager
def running_smtp() -> Iterator[SMTPServer]:
    """Start a server on a free port and stop it at the end."""
    from aiosmtpd.controller import Controller

    server = SMTPServer()
    with socket.create_server(("127.0.0.1", 0)) as free:  # aiosmtpd has to know the port before it listens
        port = free.getsockname()[1]
    controller = Controller(server, hostname="127.0.0.1", port=port)
    controller.start()
    try:
        server.host, server.port = "127.0.0.1", port
        yield server
    finally:
        controller.stop()
