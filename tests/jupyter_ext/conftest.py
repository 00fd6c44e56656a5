"""A real Jupyter server with the extension, whose root holds a small project."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest

# Here and not as a plugin of the whole suite: it would start and stop a server around every test there is
from pytest_jupyter.jupyter_server import *  # noqa: F403
from tornado.httpclient import HTTPClientError, HTTPResponse

from tests.promote.small_project import CLEAN, HARVEST, Cells, make_project

Post = Callable[..., Awaitable[tuple[int, Any]]]


def content(cells: Cells) -> dict[str, Any]:
    """Give a notebook as the front end sends it: without outputs."""
    made = [
        {"cell_type": "markdown" if tags == "md" else "code", "metadata": {"tags": tags.split()}, "source": source}
        for tags, source in cells
    ]
    return {"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": made}


@pytest.fixture
def project(jp_root_dir: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """The small project in the server's root, under `rents/`."""
    monkeypatch.setenv("WORKBENCH_CACHE", str(tmp_path / "cache"))
    return make_project(jp_root_dir / "rents", {"bronze/harvest.ipynb": HARVEST, "silver/clean.ipynb": CLEAN})


@pytest.fixture  # type: ignore[no-redef] # in place of the plugin's own, as its documentation says
def jp_server_config() -> dict[str, Any]:
    """Load the extension, with limits that a test can reach."""
    return {
        "ServerApp": {"jpserver_extensions": {"jupyter_ext": True}},
        "WorkbenchExtension": {"largest": 200_000, "workers": 2},
    }


@pytest.fixture
def post(jp_fetch: Callable[..., Awaitable[HTTPResponse]], project: Path) -> Post:
    """Give a function that asks a route and gives status and answer; a job's answer is the list of its lines."""

    async def ask(task: str, body: object, **kwargs: Any) -> tuple[int, Any]:
        raw = body if isinstance(body, bytes) else json.dumps(body).encode()
        try:
            answered = await jp_fetch(
                "notebook-workbench", task, method="POST", body=raw, request_timeout=240, **kwargs
            )
        except HTTPClientError as error:
            return error.code, json.loads(error.response.body if error.response else b"null")
        text = answered.body.decode()
        if task in {"promote", "pull", "materialise"}:
            return answered.code, [json.loads(line) for line in text.splitlines()]
        return answered.code, json.loads(text)

    return ask
