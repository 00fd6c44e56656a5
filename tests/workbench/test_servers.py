"""`workbench dev` and `workbench lab`: the real servers, started and stopped once each."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO

import pytest
import urllib3

from tests.servers.http import Reply, running_http
from workbench.stack.ports import HeldPorts


@contextmanager
def server(project: Path, ready: str, *arguments: str, end: signal.Signals) -> Iterator[tuple[re.Match[str], IO[str]]]:
    """Start a server, give the line that says it is ready and those after it, and end it with a signal.

    It is started as a shell does with `&`, so that SIGINT is ignored unless the command does something about it.
    """
    background = ["/bin/sh", "-c", 'trap "" INT; exec "$@"', "in the background"]
    command = [*background, sys.executable, "-m", "workbench", *arguments]
    with subprocess.Popen(
        command,
        cwd=project,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    ) as process:
        assert process.stdout is not None
        seen = []
        try:
            for line in process.stdout:
                seen.append(line)
                if found := re.search(ready, line):
                    yield found, process.stdout
                    break
            else:
                pytest.fail("".join(seen))
            process.send_signal(end)
            process.communicate(timeout=120)
        finally:
            with suppress(ProcessLookupError):  # all of it has ended, as it should
                os.killpg(process.pid, signal.SIGKILL)


SECOND = """\
import polars as pl

from platform_core.sdk import gold_asset


@gold_asset(name="dear_towns", description="Dear towns.", code_version="1")
def dear_towns_asset(rents_by_town: pl.LazyFrame) -> pl.LazyFrame:
    return rents_by_town.filter(pl.col("rent") > 800)
"""


def test_dagster_serves_the_project_with_telemetry_off_and_shows_a_module_that_is_new(project: Path) -> None:
    ready = r"Serving dagster-webserver on (http://127\.0\.0\.1:\d+)"
    with (
        HeldPorts() as held,
        server(project, ready, "dev", "--port", str(port := held.any()), end=signal.SIGTERM) as (found, lines),
    ):
        assert found.group(1).endswith(f":{port}")
        (project / "src/letting/defs/gold/dear_towns.py").write_text(SECOND, encoding="utf-8")
        anew = next(line for line in lines if "loaded anew" in line)
        assert anew == "workbench dev: loaded anew after a change of src/letting/defs/gold/dear_towns.py\n"
        query = {"query": "{ assetNodes { assetKey { path } } }"}
        answer = urllib3.request("POST", f"{found.group(1)}/graphql", json=query).json()
        assert ["dear_towns"] in [node["assetKey"]["path"] for node in answer["data"]["assetNodes"]]
    assert (project / "data" / "dagster" / "dagster.yaml").read_text(
        encoding="utf-8"
    ) == "telemetry:\n  enabled: false\nnux:\n  enabled: false\n"


def test_the_projects_graph_is_opened_once_dagster_answers(tmp_path: Path) -> None:
    browser = tmp_path / "browser"
    browser.write_text('#!/bin/sh\nprintf "%s\\n" "$1"\n', encoding="utf-8")
    browser.chmod(0o755)
    with running_http() as server:
        server.paths["/server_info"] = lambda *_: Reply({})
        command = [sys.executable, "-P", "-m", "workbench.hot_reload", server.url, str(tmp_path), "open"]
        environment = {**os.environ, "BROWSER": f"{browser} %s"}
        with subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=environment
        ) as process:
            assert process.stdout is not None
            assert process.stdout.readline() == f"{server.url}/asset-groups\n"
            process.communicate(timeout=120)  # the end of its input ends it
        assert process.returncode == 0


def test_jupyterlab_serves_the_project_folder(project: Path) -> None:
    (project / "notebooks").mkdir()
    ready = r"(http://127\.0\.0\.1:\d+)/lab\?token=(\w+)"
    with (
        HeldPorts() as held,
        server(
            project, ready, "lab", "--no-browser", "--port", str(held.any()), "--", "--allow-root", end=signal.SIGTERM
        ) as (found, _),
    ):
        address = f"{found.group(1)}/api/contents?token={found.group(2)}"
        # The line is printed a moment before the server listens
        patient = urllib3.PoolManager(retries=urllib3.Retry(connect=20, backoff_factor=0.1))
        names = {entry["name"] for entry in patient.request("GET", address).json()["content"]}
    assert {"notebooks", "config", "src"} <= names
