"""The moto server for the suite: S3, Secrets Manager and SSM over HTTP."""

from __future__ import annotations

import io
import logging
import subprocess
import sys
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any

KEY_ID = "planted-key-id"
SECRET_KEY = "planted-secret-key-2211"  # noqa: S105 - of a server that lives as long as the tests

Start = Callable[..., Any]
Application = Callable[[dict[str, Any], Start], Iterable[bytes]]


class OneAtATime:
    """A WSGI application that answers one request after another: moto looks, and acts on what it saw, unlocked.

    Args:
        application: The application.
        lock: What is held meanwhile; a body is read before, since its sender may be slow or gone.
    """

    def __init__(self, application: Application, lock: AbstractContextManager[Any] | None = None) -> None:
        self._application = application
        self._lock = lock or threading.Lock()

    def __call__(self, environ: dict[str, Any], start_response: Start) -> Iterable[bytes]:
        """Answer a request."""
        chunked, length = environ.get("wsgi.input_terminated", False), int(environ.get("CONTENT_LENGTH") or 0)
        body = environ["wsgi.input"].read() if chunked else environ["wsgi.input"].read(length)
        if len(body) < length:
            raise ConnectionError("whoever sent this is gone")  # and nothing of it is kept
        environ["wsgi.input"], environ["CONTENT_LENGTH"] = io.BytesIO(body), str(len(body))
        answered: list[Any] = []
        with self._lock:
            answer = list(self._application(environ, lambda *given: answered.extend(given)))
        start_response(*answered)
        return answer


@contextmanager
def running_aws() -> Iterator[str]:
    """Start the server on a free port, in a process of its own, and give its address.

    A thread of the tests' process would not do: Polars resolves a scan without letting other threads of Python go on.
    """
    with running_apart(__name__) as address:
        yield address


@contextmanager
def running_apart(module: str) -> Iterator[str]:
    """Start a module that calls `serve`, and give its address; it ends with whoever started it."""
    with subprocess.Popen(
        [sys.executable, "-m", module],
        cwd=Path(__file__).parents[2],
        stdin=subprocess.PIPE,  # that ends with this process
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    ) as process:
        assert process.stdout is not None
        assert process.stdin is not None
        yield next(line.split()[1] for line in process.stdout if line.startswith("address "))
        process.stdin.close()


def serve(before: Callable[[Application], Application] = lambda moto: moto) -> None:
    """Serve moto, behind what is put before it, until nobody holds the other end of the standard input."""
    from moto.moto_server.werkzeug_app import DomainDispatcherApplication, MotoRequestHandler, create_backend_app
    from werkzeug.serving import make_server

    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    application = OneAtATime(before(DomainDispatcherApplication(create_backend_app)))
    server = make_server("127.0.0.1", 0, application, threaded=True, request_handler=MotoRequestHandler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    sys.stdout.write(f"address http://127.0.0.1:{server.server_port}\n")
    sys.stdout.flush()
    sys.stdin.read()


def credentials(endpoint: str) -> dict[str, str]:
    """Give the environment in which every AWS program finds the server and its made-up account."""
    return {
        "AWS_ENDPOINT_URL": endpoint,
        "AWS_ACCESS_KEY_ID": KEY_ID,
        "AWS_SECRET_ACCESS_KEY": SECRET_KEY,
        "AWS_DEFAULT_REGION": "eu-west-2",
        "AWS_EC2_METADATA_DISABLED": "true",
    }


if __name__ == "__main__":
    serve()
