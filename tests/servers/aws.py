"""The moto server for the suite: S3, Secrets Manager and SSM over HTTP."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

KEY_ID = "planted-key-id"
SECRET_KEY = "planted-secret-key-2211"  # noqa: S105 - of a server that lives as long as the tests


# Ends with whoever started it: its standard input is a pipe from there
_SERVER = """
import logging, sys
from moto.server import ThreadedMotoServer
logging.getLogger("werkzeug").setLevel(logging.ERROR)
server = ThreadedMotoServer("127.0.0.1", 0)
server.start()
print("address", *server.get_host_and_port(), flush=True)
sys.stdin.read()
server.stop()
"""


@contextmanager
def running_aws() -> Iterator[str]:
    """Start the server on a free port, in a process of its own, and give its address.

    A thread of the tests' process would not do: Polars resolves a scan without letting other threads of Python go on.
    """
    command = [sys.executable, "-c", _SERVER]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    ) as process:
        assert process.stdout is not None
        assert process.stdin is not None
        # Flask says things of its own first
        address = next(line.split() for line in process.stdout if line.startswith("address "))
        yield f"http://{address[1]}:{address[2]}"
        process.stdin.close()


def credentials(endpoint: str) -> dict[str, str]:
    """Give the environment in which every AWS program finds the server and its made-up account."""
    return {
        "AWS_ENDPOINT_URL": endpoint,
        "AWS_ACCESS_KEY_ID": KEY_ID,
        "AWS_SECRET_ACCESS_KEY": SECRET_KEY,
        "AWS_DEFAULT_REGION": "eu-west-2",
        "AWS_EC2_METADATA_DISABLED": "true",
    }
