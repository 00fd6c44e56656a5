"""Dagster's read-only webserver, which viewers are sent to: every mutation of its API is tried."""

from __future__ import annotations

import pytest
from starlette.testclient import TestClient

from tests.deployment.mutations import LISTS, Webservers, granted, stored


@pytest.fixture(scope="module")
def viewer(webservers: Webservers) -> TestClient:
    """The webserver as `dagster-webserver --read-only` makes it, asked without a socket between."""
    return TestClient(webservers.viewers)


def test_a_viewer_changes_nothing(webservers: Webservers, viewer: TestClient) -> None:
    """No mutation is granted, and after all of them every row of the instance is what it was."""
    before = stored(webservers.folder)
    assert any("made" in line for lines in before.values() for line in lines)
    given = granted(lambda body: viewer.post("/graphql", json=body).json())
    assert set(given) <= LISTS, given  # these answer with a list of refusals
    assert stored(webservers.folder) == before


def test_a_viewer_sees(viewer: TestClient) -> None:
    query = "{ assetsOrError { ... on AssetConnection { nodes { id } } } }"
    answer = viewer.post("/graphql", json={"query": query})
    assert answer.json()["data"]["assetsOrError"]["nodes"]


@pytest.mark.parametrize("header", ["X-Forwarded-User", "X-Remote-User", "Authorization", "X-Dagster-User"])
def test_forged_headers_change_nothing(viewer: TestClient, header: str) -> None:
    query = {"query": "mutation { setAutoMaterializePaused(paused: true) }"}
    answer = viewer.post("/graphql", json=query, headers={header: "admin@example.org"}).json()
    assert answer["errors"]
