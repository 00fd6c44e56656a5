"""A real HTTP server that misbehaves as it is told: it refuses, fails, breaks off, and never ends its pages."""

from __future__ import annotations

import gzip
import json
import socket
import ssl
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, parse_qsl, urlsplit

RECORDS = [{"permit_id": number, "authority": f"Council {number % 3}"} for number in range(1, 8)]


@dataclass
class Reply:
    """One answer. `cut` breaks the connection in the middle of the body; `hold` waits for an event first."""

    body: Any = None
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    cut: bool = False
    hold: threading.Event | None = None


@dataclass
class Asked:
    """One request as it came."""

    method: str
    path: str
    params: dict[str, str]
    headers: dict[str, str]
    body: Any

    @property
    def number(self) -> int:
        """The mark of the page that is asked for."""
        return int(self.params.get("cursor") or self.params.get("page") or self.params.get("offset") or 0)


Behaviour = Callable[[Asked, int], Reply]  # with how often the path was asked before


@dataclass
class HTTPServer:
    """Where it listens, what it does by path, and what it was asked."""

    url: str
    paths: dict[str, Behaviour] = field(default_factory=dict)
    asked: list[Asked] = field(default_factory=list)
    counts: Counter[str] = field(default_factory=Counter)


@contextmanager
def running_http(certificate: Path | None = None) -> Iterator[HTTPServer]:
    """Start a server on a free port and stop it at the end; with a certificate and its key it speaks TLS."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            self._answer("GET")

        def do_POST(self) -> None:
            self._answer("POST")

        def _answer(self, method: str) -> None:
            parts = urlsplit(self.path)
            sent = self.rfile.read(int(self.headers.get("content-length", 0)))
            sent = gzip.decompress(sent) if self.headers.get("content-encoding") == "gzip" else sent
            params = {key: values[0] for key, values in parse_qs(parts.query).items()}
            headers = {key.lower(): value for key, value in self.headers.items()}
            form = headers.get("content-type", "").startswith("application/x-www-form-urlencoded")
            told = dict(parse_qsl(sent.decode())) if form else json.loads(sent) if sent else None
            asked = Asked(method, parts.path, params, headers, told)
            server.asked.append(asked)
            before = server.counts[parts.path]
            server.counts[parts.path] += 1
            reply = server.paths.get(parts.path, lambda *_: Reply({"error": "no such path"}, 404))(asked, before)
            if reply.hold is not None:
                reply.hold.wait(60)
            body = reply.body if isinstance(reply.body, bytes) else json.dumps(reply.body).encode()
            self.send_response(reply.status)
            for name, value in {"content-type": "application/json", **reply.headers}.items():
                self.send_header(name, value)
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body[: len(body) // 2] if reply.cut else body)
            if reply.cut:
                self.close_connection = True

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    listening = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    listening.daemon_threads = True
    if certificate is not None:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate)
        listening.socket = context.wrap_socket(listening.socket, server_side=True)
    server = HTTPServer(f"http://127.0.0.1:{listening.server_port}")
    thread = threading.Thread(target=listening.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield server
    finally:
        listening.shutdown()
        thread.join()
        listening.server_close()


@contextmanager
def running_proxy(port: int) -> Iterator[str]:
    """Start a proxy that leads every `CONNECT`, whatever the name, to a port of this machine; give its address."""

    def relay(source: socket.socket, target: socket.socket) -> None:
        with suppress(OSError):
            while data := source.recv(65_536):
                target.sendall(data)
            target.shutdown(socket.SHUT_WR)

    def lead(client: socket.socket) -> None:
        with client, socket.create_connection(("127.0.0.1", port)) as server:
            asked = b""
            while b"\r\n\r\n" not in asked:
                asked += client.recv(4_096)
            client.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
            back = threading.Thread(target=relay, args=(server, client), daemon=True)
            back.start()
            relay(client, server)
            back.join()

    def accept() -> None:
        with suppress(OSError):  # when it is closed
            while True:
                threading.Thread(target=lead, args=(listening.accept()[0],), daemon=True).start()

    with socket.create_server(("127.0.0.1", 0)) as listening:
        threading.Thread(target=accept, daemon=True).start()
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"
        listening.shutdown(socket.SHUT_RDWR)


def new_certificate(host: str, folder: Path) -> Path:
    """Make a certificate of a server that signs itself, with its key, in one file."""
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec

    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, host)])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(host)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    plain = serialization.NoEncryption()
    path = folder / "server.pem"
    path.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, plain)
        + made.public_bytes(serialization.Encoding.PEM)
    )
    return path


def page(start: int, size: int = 3) -> list[dict[str, Any]]:
    """Give some records from a place on."""
    return RECORDS[start : start + size]


def linked(asked: Asked, _: int) -> Reply:
    """Give pages that name the next one in a header, by an address without a server."""
    following = asked.number + 3
    last = following >= len(RECORDS)
    link = {} if last else {"link": f'<{asked.path}?page={following}>; rel="next", </permits>; rel="first"'}
    return Reply(page(asked.number), headers=link)


def marked(asked: Asked, _: int) -> Reply:
    """Give pages that say the mark of the next one."""
    following = asked.number + 3
    return Reply(
        {"data": {"items": page(asked.number)}, "next_cursor": following if following < len(RECORDS) else None}
    )


def counted(asked: Asked, _: int) -> Reply:
    """Give pages by how many records were read."""
    return Reply({"items": page(asked.number), "total": len(RECORDS)})
