"""`workbench review --post`: one comment on GitHub and on GitLab, whatever happens between."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.workbench.posting.service import OTHER, TOKEN, Service, serving
from tests.workbench.review.hostile import review_of
from tests.workbench.review.projects import Repo, Step, files
from workbench.cli import main
from workbench.posting.comment import keep_one
from workbench.posting.github import GitHubThread
from workbench.posting.gitlab import GitLabThread
from workbench.review.writing import render

MARK = "<!-- workbench-review -->"


@pytest.fixture
def repo(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Repo:
    """A repository of two commits; the test stands in its folder, without CI's variables."""
    for name in ("GITHUB_SERVER_URL", "GITHUB_REPOSITORY", "CI_PROJECT_URL", "GIT_DIR", "GIT_WORK_TREE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    made = Repo(tmp_path / "project")
    made.commit(files(Step("raw", "bronze")))
    made.commit(files(Step("raw", "bronze"), Step("rents", inputs=("raw",))))
    monkeypatch.chdir(made.root)
    return made


@pytest.fixture(params=["github", "gitlab"])
def service(request: pytest.FixtureRequest, repo: Repo, monkeypatch: pytest.MonkeyPatch) -> Iterator[Service]:
    """A service, with the variables that its CI gives."""
    event = repo.root.parent / "event.json"
    event.write_text(json.dumps({"pull_request": {"number": 5}}))
    with serving(request.param) as made:
        given = {
            "github": {
                "GITHUB_API_URL": made.address,
                "GITHUB_REPOSITORY": "a/b",
                "GITHUB_EVENT_PATH": str(event),
                "GITHUB_TOKEN": TOKEN,
            },
            "gitlab": {
                "CI_API_V4_URL": made.address,
                "CI_MERGE_REQUEST_PROJECT_ID": "3",
                "CI_MERGE_REQUEST_IID": "5",
                "WORKBENCH_REVIEW_TOKEN": TOKEN,
            },
        }[request.param]
        for name, value in given.items():
            monkeypatch.setenv(name, value)
        yield made


@pytest.fixture(autouse=True)
def pauses(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """How long was waited before each other try; no test waits."""
    waited: list[float] = []
    monkeypatch.setattr("workbench.posting.comment.wait", waited.append)
    return waited


def post(service: Service, asked: str = "HEAD~1..HEAD") -> int:
    return main(["review", asked, "--post", service.kind])


def texts(service: Service) -> list[str]:
    return [str(one["body"]) for one in service.comments]


def test_the_first_run_makes_the_comment_and_later_ones_update_it(
    service: Service, repo: Repo, capsys: pytest.CaptureFixture[str]
) -> None:
    service.add("Looks good", OTHER)
    assert post(service) == 0
    _, made = texts(service)
    assert made.startswith(f"{MARK}\n## Review: ")
    assert "rents" in made
    repo.commit(files(Step("raw", "bronze"), Step("rents", inputs=("raw",)), Step("fees", inputs=("raw",))))
    assert post(service, "HEAD~2..HEAD") == 0
    other, updated = texts(service)
    assert other == "Looks good"
    assert "fees" in updated
    assert [method for method, _ in service.asked].count("POST") == 1
    said = capsys.readouterr()
    assert said.out == ""
    assert TOKEN not in said.err


def test_nothing_is_sent_where_nothing_is_new(service: Service) -> None:
    assert post(service) == post(service) == 0
    assert {method for method, _ in service.asked[-2:]} == {"GET"}
    assert len(service.comments) == 1


def test_a_comment_on_a_later_page_is_found(service: Service) -> None:
    for number in range(250):
        service.add(f"comment {number}", OTHER)
    assert post(service) == 0
    for number in range(60):
        service.add(f"more {number}", OTHER)
    assert post(service) == 0
    assert len(service.comments) == 311


def test_a_comment_of_somebody_else_with_our_mark_is_left_alone(service: Service) -> None:
    service.add(f"{MARK}\n## Review: all is well", OTHER)
    assert post(service) == 0
    assert post(service) == 0
    assert len(service.comments) == 2
    assert texts(service)[0] == f"{MARK}\n## Review: all is well"


def test_an_answer_that_was_lost_makes_no_second_comment(service: Service, pauses: list[float]) -> None:
    service.faults = [("POST", 502, True)]
    assert post(service) == 0
    assert len(service.comments) == 1
    assert pauses == [2.0]


def test_two_runs_at_once_end_in_one_comment(service: Service) -> None:
    def meanwhile() -> None:
        service.before_listing = lambda: None
        service.add(f"{MARK}\n## Review: of the other run")

    def first() -> None:
        service.before_listing = meanwhile

    service.before_listing = first
    assert post(service) == 0
    assert len(service.comments) == 1
    assert "rents" in texts(service)[0]


def test_a_listing_that_lags_behind_makes_no_second_comment(service: Service) -> None:
    service.lagging = True
    assert post(service) == 0
    service.lagging = False
    assert post(service) == 0
    assert len(service.comments) == 1


@pytest.mark.parametrize("status", [429, 500, 503])
def test_a_service_that_is_busy_is_asked_again(status: int, service: Service, pauses: list[float]) -> None:
    service.faults = [("GET", status, False)] * 2
    assert post(service) == 0
    assert pauses == [2.0, 4.0]
    assert len(service.comments) == 1


def test_a_service_that_stays_busy_is_told(
    service: Service, pauses: list[float], capsys: pytest.CaptureFixture[str]
) -> None:
    service.faults = [("GET", 503, False)] * 9
    assert post(service) == 1
    assert "was answered with 503" in capsys.readouterr().err
    assert len(pauses) == 3


def test_a_token_that_may_not_comment_is_told_at_once(
    service: Service, pauses: list[float], capsys: pytest.CaptureFixture[str]
) -> None:
    service.faults = [("POST", 403, False)]
    assert post(service) == 1
    said = capsys.readouterr().err
    assert "was answered with 403" in said
    assert "The token may not do this" in said
    assert TOKEN not in said
    assert pauses == []


def test_a_redirect_gets_no_token(service: Service, capsys: pytest.CaptureFixture[str]) -> None:
    with serving(service.kind) as elsewhere:
        service.moved = elsewhere.address
        assert post(service) == 1
        assert elsewhere.asked == []
    assert "was answered with 302" in capsys.readouterr().err


def test_an_address_in_the_clear_gets_no_token(
    service: Service, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in ("GITHUB_API_URL", "CI_API_V4_URL"):
        monkeypatch.setenv(name, "http://git.example.org/api")
    assert post(service) == 1
    assert "not https" in capsys.readouterr().err
    assert service.asked == []


@pytest.mark.parametrize("text", ["\n/merge\n", "/approve", "  /close"])
def test_what_a_branch_writes_is_no_command(service: Service, text: str) -> None:
    thread = GitHubThread(os.environ) if service.kind == "github" else GitLabThread(os.environ)
    keep_one(thread, render(review_of(text), "markdown", None, {}))
    (sent,) = texts(service)
    assert not [line for line in sent.splitlines() if line.lstrip().startswith("/")]


@pytest.mark.parametrize(
    ("service", "without", "said"),
    [
        ("github", "GITHUB_TOKEN", "GITHUB_TOKEN is not set"),
        ("github", "GITHUB_EVENT_PATH", "GITHUB_EVENT_PATH tells of no pull request"),
        ("github", "GITHUB_REPOSITORY", "GITHUB_REPOSITORY names no repository"),
        ("gitlab", "WORKBENCH_REVIEW_TOKEN", "WORKBENCH_REVIEW_TOKEN is not set"),
        ("gitlab", "CI_MERGE_REQUEST_IID", "tells of no merge request"),
        ("gitlab", "CI_API_V4_URL", "tells of no merge request"),
    ],
    indirect=["service"],
)
def test_what_is_missing_is_told(
    service: Service, without: str, said: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv(without)
    assert post(service) == 2
    assert said in capsys.readouterr().err
    assert service.asked == []


def test_html_goes_to_a_file_and_markdown_to_the_comment(service: Service, tmp_path: Path) -> None:
    out = tmp_path / "out/review.html"
    given = ["--format", "html", "--output", str(out), "--post", service.kind]
    assert main(["review", "HEAD~1..HEAD", *given]) == 0
    assert out.read_text().startswith("<!DOCTYPE html>")
    assert texts(service)[0].startswith(MARK)
