"""`workbench dev` and `workbench lab`: the real servers, started and stopped once each."""

from __future__ import annotations

import re
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import urllib3


def free_port() -> int:
    """Give a port that nothing listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def server(project: Path, ready: str, *arguments: str) -> Iterator[tuple[subprocess.Popen[str], re.Match[str]]]:
    """Start a server, wait for the line that says it is ready, and interrupt it at the end."""
    command = [sys.executable, "-m", "workbench", *arguments]
    with subprocess.Popen(
        command, cwd=project, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, start_new_session=True
    ) as process:
        assert process.stdout is not None
        seen = []
        try:
            for line in process.stdout:
                seen.append(line)
                if found := re.search(ready, line):
                    yield process, found
                    break
            else:
                pytest.fail("".join(seen))
        finally:
            process.send_signal(signal.SIGINT)
            if arguments[0] == "lab":  # it asks whether that was meant; a second one is the answer
                process.send_signal(signal.SIGTERM)
            process.stdout.read()


def test_dagster_serves_the_project_with_telemetry_off(project: Path) -> None:
    port = free_port()
    ready = r"Serving dagster-webserver on (http://127\.0\.0\.1:\d+)"
    with server(project, ready, "dev", "--port", str(port)) as (_, found):
        assert found.group(1).endswith(f":{port}")
    assert (project / "data" / "dagster" / "dagster.yaml").read_text(
        encoding="utf-8"
    ) == "telemetry:\n  enabled: false\n"


def test_jupyterlab_serves_the_project_folder(project: Path) -> None:
    (project / "notebooks").mkdir()
    port = free_port()
    ready = r"(http://127\.0\.0\.1:\d+)/lab\?token=(\w+)"
    with server(project, ready, "lab", "--no-browser", "--port", str(port), "--", "--allow-root") as (_, found):
        address = f"{found.group(1)}/api/contents?token={found.group(2)}"
        # The line is printed a moment before the server listens
        patient = urllib3.PoolManager(retries=urllib3.Retry(connect=20, backoff_factor=0.1))
        names = {entry["name"] for entry in patient.request("GET", address).json()["content"]}
    assert {"notebooks", "config", "src"} <= names
