"""Who may ask, and what may be asked: every route against strangers, other sites, paths that lead out, and rubbish."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest
from tornado.httpclient import HTTPClientError, HTTPResponse

from jupyter_ext import __version__
from promote.vocabulary import vocabulary
from tests.jupyter_ext.conftest import Post, content
from tests.promote.small_project import CLEAN

Fetch = Callable[..., Awaitable[HTTPResponse]]
PATH = "rents/notebooks/silver/clean.ipynb"
ASKED = (
    "analyse",
    "preview",
    "fix",
    "suggest",
    "options",
    "catalogue",
    "peek",
    "search",
    "page",
    "promote",
    "pull",
    "materialise",
)
GOT = ("version", "vocabulary", "starter/silver")


def body(task: str) -> dict[str, Any]:
    """Give a body that the task takes."""
    more: dict[str, dict[str, Any]] = {
        "analyse": {"content": content([])},
        "preview": {"content": content([]), "step": "silver:rents"},
        "fix": {"content": content([]), "finding": {}},
        "suggest": {"content": content([])},
        "options": {"tag": "silver:rents", "options": {}},
        "peek": {"asset": "rents"},
        "search": {"text": "partition"},
        "page": {"page": "findings/PR201.md"},
        "materialise": {"selection": "rents"},
    }
    return ({} if task in {"options", "search", "page"} else {"path": PATH}) | more.get(task, {})


async def refused(fetch: Fetch, *parts: str, **kwargs: Any) -> int:
    """Give the status of a refusal, and see that it tells nothing of the server."""
    with pytest.raises(HTTPClientError) as caught:
        await fetch(*parts, **kwargs)
    assert caught.value.response is not None
    assert b"Traceback" not in caught.value.response.body
    assert b'File \\"' not in caught.value.response.body
    return int(caught.value.code)


async def test_a_stranger_is_refused_on_every_route(jp_fetch: Fetch, project: Path) -> None:
    stranger = {"Authorization": "token wrong"}
    for task in ASKED:
        raw = json.dumps(body(task))
        assert await refused(jp_fetch, "notebook-workbench", task, method="POST", body=raw, headers=stranger) == 403
    for route in GOT:
        assert await refused(jp_fetch, "notebook-workbench", *route.split("/"), headers=stranger) == 403


async def test_another_site_is_refused_on_every_route(jp_fetch: Fetch, project: Path) -> None:
    """A page of another site has the browser's cookie, but neither our origin nor the XSRF token."""
    let_in = await jp_fetch("notebook-workbench", "version")
    given = let_in.headers["Set-Cookie"].partition(";")[0]
    cookie = {"Cookie": given, "Authorization": ""}
    for task in ASKED:
        raw = json.dumps(body(task))
        code = await refused(jp_fetch, "notebook-workbench", task, method="POST", body=raw, headers=dict(cookie))
        assert code == 403, task
        foreign = {**cookie, "Origin": "https://elsewhere.example"}
        code = await refused(jp_fetch, "notebook-workbench", task, method="POST", body=raw, headers=foreign)
        assert code in {403, 404}, task
    # the same cookie with the token is let in: what was refused above is the missing token alone
    mine = {"Cookie": f"{cookie['Cookie']}; _xsrf={'ab' * 16}", "X-XSRFToken": "ab" * 16, "Authorization": ""}
    answered = await jp_fetch(
        "notebook-workbench", "options", method="POST", body=json.dumps(body("options")), headers=mine
    )
    assert answered.code == 200
    for route in GOT:
        foreign = {**cookie, "Origin": "https://elsewhere.example"}
        assert await refused(jp_fetch, "notebook-workbench", *route.split("/"), headers=foreign) == 404


async def test_who_may_only_read_may_ask_and_not_run(
    post: Post, jp_serverapp: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[tuple[str, str]] = []

    def only_read(handler: object, user: object, action: str, resource: str) -> bool:
        asked.append((action, resource))
        return action == "read"

    monkeypatch.setattr(jp_serverapp.authorizer, "is_authorized", only_read)
    assert (await post("options", body("options")))[0] == 200
    for job in ("promote", "pull", "materialise"):
        assert (await post(job, body(job)))[0] == 403
    assert asked[-1] == ("execute", "kernels")


@pytest.mark.parametrize("task", [task for task in ASKED if "path" in body(task)])
async def test_paths_that_lead_out_are_refused(post: Post, project: Path, tmp_path: Path, task: str) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "pyproject.toml").write_text('[tool.workbench]\npackage = "other"\n')
    (outside / "stolen.ipynb").write_text("{}")
    (project.parent / "linked").symlink_to(outside)
    (project / "notebooks/linked.ipynb").symlink_to(outside / "stolen.ipynb")
    for named in (
        "../outside/stolen.ipynb",
        f"{outside}/stolen.ipynb",
        "rents/../../outside/stolen.ipynb",
        "linked/stolen.ipynb",
        "rents/notebooks/linked.ipynb",
        "C:/stolen.ipynb",
        "RTC:rents/notebooks/silver/clean.ipynb",
        "rents\\..\\..\\outside\\stolen.ipynb",
        "rents/.hidden/stolen.ipynb",
        "rents//stolen.ipynb",
        "rents/\u0000.ipynb",
        "rents/pyproject.toml",
        "",
    ):
        status, answer = await post(task, {**body(task), "path": named})
        refusal = answer[-1]["refused"] if isinstance(answer, list) else answer
        assert status == (200 if isinstance(answer, list) else 422), named
        assert "path" in refusal["message"] or "link" in refusal["message"], (named, refusal)


async def test_a_project_whose_folder_leads_out_is_refused(post: Post, project: Path, tmp_path: Path) -> None:
    outside = tmp_path / "elsewhere"
    outside.mkdir()
    (project / "evidence").symlink_to(outside)
    for task in ("analyse", "catalogue"):
        status, answer = await post(task, body(task))
        assert (status, answer["message"]) == (
            422, "The project's folder evidence is a link that leads out of the server's folder."
        )  # fmt: skip


@pytest.mark.parametrize("page", ["../pyproject.toml", "/etc/passwd", "guides/../../README.md", "findings", ""])
async def test_only_a_page_of_the_documentation_is_read(post: Post, project: Path, page: str) -> None:
    status, answer = await post("page", {"page": page})
    assert (status, answer["message"]) == (422, "The documentation has no such page.")
    status, answer = await post("page", {"page": "findings/PR201.md"})
    assert status == 200
    assert answer["text"].startswith("# PR201")
    _, found = await post("search", {"text": "PR201"})
    assert found["hits"][0]["page"] == "findings/PR201.md"


@pytest.mark.parametrize("linked", ["src/rents/defs/silver", "src/rents/defs/silver/{name}.py"])
async def test_a_module_that_leads_out_of_the_project_is_refused(
    post: Post, project: Path, tmp_path: Path, linked: str
) -> None:
    asked = {"path": PATH, "content": content(CLEAN)}
    _, answer = await post("analyse", asked)
    outside = tmp_path / "elsewhere"
    outside.mkdir()
    link = project / linked.format(name=answer["steps"][0]["name"])
    link.parent.mkdir(parents=True, exist_ok=True)
    link.symlink_to(outside)
    status, answer = await post("analyse", asked)
    assert status == 422
    assert answer["message"].endswith("is a link that leads out of the project."), answer


async def test_a_project_above_the_root_is_refused(post: Post, jp_root_dir: Path) -> None:
    (jp_root_dir.parent / "pyproject.toml").write_text('[tool.workbench]\npackage = "above"\n')
    status, answer = await post("analyse", {"path": "a.ipynb", "content": content([])})
    assert (status, answer["message"]) == (422, "The notebook's project lies outside the server's folder.")
    assert "workbench lab" in answer["hint"]


async def test_malformed_requests_are_refused_in_words(post: Post) -> None:
    deep = b'{"path": "' + PATH.encode() + b'", "content": ' + b'{"a":' * 20_000 + b"1" + b"}" * 20_000 + b"}"
    bodies: list[object] = [
        b"", b"no json", b"[]", b"null", deep, b"\xff\xfe",
        {}, {"path": PATH}, {"path": 7, "content": {}}, {"path": PATH, "content": []},
        {"path": PATH, "content": {}, "more": 1}, {"path": "a" * 5000, "content": {}},
        {"path": PATH, "content": {}, "include_needed": "yes"},
    ]  # fmt: skip
    for one in bodies:
        status, answer = await post("analyse", one)
        assert status == 400, one
        assert set(answer) == {"message", "hint", "location"}
    status, answer = await post("promote", {"path": PATH, "select": [1]})
    assert status == 400
    for strange in ({}, {"cells": 7}, {"nbformat": 4, "cells": [7]}, {"nbformat": 4, "cells": [{"source": 7}]}):
        status, answer = await post("analyse", {"path": PATH, "content": strange})
        assert status == 422, strange
        assert answer["message"]


async def test_a_request_that_is_too_long_is_refused(post: Post) -> None:
    status, answer = await post("analyse", {"path": PATH, "content": content([("", "x" * 300_000)])})
    assert status == 413
    assert "too large" in answer["message"]


async def test_versions_vocabulary_and_starters_are_given(jp_fetch: Fetch, project: Path) -> None:
    answered = await jp_fetch("notebook-workbench", "version")
    assert json.loads(answered.body) == {"version": __version__}
    assert answered.headers["X-Notebook-Workbench"] == __version__
    answered = await jp_fetch("notebook-workbench", "vocabulary")
    assert json.loads(answered.body)["vocabulary"] == vocabulary()
    assert json.loads(answered.body)["limits"]["kinds"]["lambda"]["fields"]["memory_mb"]["maximum"] == 10_240
    for layer in vocabulary()["layers"]:
        answered = await jp_fetch("notebook-workbench", "starter", layer)
        starter = json.loads(answered.body)
        assert starter["nbformat"] == 4
        # what it tells the reader stands above no cell that is to be tagged, whose asset it would describe
        kinds = [cell["cell_type"] for cell in starter["cells"]]
        assert kinds == ["markdown", "code", "code"]
    assert await refused(jp_fetch, "notebook-workbench", "starter", "platinum") == 404
