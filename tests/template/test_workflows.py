"""The workflows of a project on GitHub and GitLab: what they may do, and the review that they post, run for real."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.template.support import pipeline_job, run, workflow_step
from tests.workbench.gitted import done, environment
from tests.workbench.posting.service import TOKEN, serving

MODULE = '''"""By hand."""

from platform_core.sdk import gold_asset


@gold_asset(name="totals", description="Totals", owners=["team:a"])
def totals_asset(visits):
    """Totals."""
    return visits
'''


def workflow(project: Path, name: str) -> dict[str, Any]:
    """Read a workflow; YAML 1.1 takes its `on` for a truth value."""
    content = yaml.safe_load((project / ".github/workflows" / name).read_text(encoding="utf-8"))
    return {"on" if key is True else key: value for key, value in content.items()}


def steps(content: dict[str, Any]) -> list[dict[str, Any]]:
    return [step for job in content["jobs"].values() for step in job["steps"]]


@pytest.mark.parametrize("name", ["ci.yml", "review.yml"])
def test_actions_are_pinned_and_no_line_holds_what_somebody_else_wrote(name: str, blank: Path) -> None:
    text = (blank / ".github/workflows" / name).read_text(encoding="utf-8")
    used = re.findall(r"uses: (.*)", text)
    assert used
    assert [use for use in used if not re.fullmatch(r"actions/[a-z-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+", use)] == []
    content = workflow(blank, name)
    assert [step["run"] for step in steps(content) if "${{" in step.get("run", "")] == []
    (checkout,) = (step for step in steps(content) if step.get("uses", "").startswith("actions/checkout@"))
    assert checkout["with"]["persist-credentials"] is False


def test_what_runs_a_pull_requests_code_may_write_nothing_and_knows_no_secret(blank: Path) -> None:
    content = workflow(blank, "ci.yml")
    assert set(content["on"]) == {"push", "pull_request"}
    assert content["permissions"] == {"contents": "read"}
    assert all("permissions" not in job for job in content["jobs"].values())
    text = (blank / ".github/workflows/ci.yml").read_text(encoding="utf-8")
    assert "secrets." not in text
    assert "github.token" not in text


def test_what_may_comment_takes_nothing_of_a_pull_request_but_text(blank: Path) -> None:
    content = workflow(blank, "review.yml")
    assert set(content["on"]) == {"pull_request_target"}
    assert content["permissions"] == {}
    (job,) = content["jobs"].values()
    assert job["permissions"] == {"contents": "read", "pull-requests": "write"}
    (checkout,) = (step for step in job["steps"] if step.get("uses", "").startswith("actions/checkout@"))
    assert checkout["with"].keys() == {"fetch-depth", "persist-credentials"}
    runs = {step["name"]: step["run"] for step in job["steps"] if "run" in step}
    assert list(runs) == ["install", "fetch", "comment"]  # and each is run below, but for the first
    assert runs["install"] == "python -m pip install --quiet ."
    assert job["steps"].index({"name": "install", "run": runs["install"]}) < [
        step.get("name") for step in job["steps"]
    ].index("fetch")


@pytest.fixture
def remote(blank: Path, tmp_path: Path) -> Path:
    """A repository of the blank example with a pull request from a fork, whose files would say if they were run."""
    fork = shutil.copytree(blank, tmp_path / "fork")
    done(fork, "init", "--quiet", "--initial-branch", "main")
    done(fork, "add", "--all")
    done(fork, "commit", "--quiet", "--message", "base")
    done(tmp_path, "clone", "--quiet", "--bare", str(fork), "remote.git")
    (fork / "src/demo_blank/defs/gold/totals.py").write_text(MODULE, encoding="utf-8")
    trap = "raise SystemExit('the code of the pull request was run')\n"
    for name in ("workbench.py", "promote.py", "platform_core.py", "sitecustomize.py", "src/demo_blank/__init__.py"):
        (fork / name).write_text(trap, encoding="utf-8")
    done(fork, "add", "--all")
    done(fork, "commit", "--quiet", "--message", "change")
    done(fork, "push", "--quiet", str(tmp_path / "remote.git"), "HEAD:refs/pull/5/head")
    return tmp_path / "remote.git"


def test_a_pull_request_from_a_fork_gets_one_comment_and_none_of_it_is_run(remote: Path, tmp_path: Path) -> None:
    checkout = tmp_path / "checkout"
    done(tmp_path, "clone", "--quiet", str(remote), str(checkout))
    base, head = (done(remote, "rev-parse", name).strip() for name in ("main", "refs/pull/5/head"))
    event = tmp_path / "event.json"
    event.write_text(json.dumps({"pull_request": {"number": 5}}), encoding="utf-8")
    with serving("github") as service:
        given = {
            "BASE": base,
            "HEAD": head,
            "NUMBER": "5",
            "GITHUB_API_URL": service.address,
            "GITHUB_SERVER_URL": "https://github.com",
            "GITHUB_REPOSITORY": "a/b",
            "GITHUB_EVENT_PATH": str(event),
            "GITHUB_TOKEN": TOKEN,
        }
        for _ in range(2):
            for name in ("fetch", "comment"):
                line = workflow_step(checkout, "review.yml", "comment", name)
                outcome = run(line, checkout, **environment(no_proxy="127.0.0.1"), **given)
                assert outcome.returncode == 0, outcome.stdout + outcome.stderr
                assert TOKEN not in outcome.stdout + outcome.stderr
        (comment,) = service.comments
        assert [method for method, _ in service.asked].count("POST") == 1
    assert "totals" in comment["body"]
    assert f"https://github.com/a/b/blob/{head}/src/demo_blank/defs/gold/totals.py" in comment["body"]
    assert (checkout / "build/ci/review.html").read_text(encoding="utf-8").startswith("<!DOCTYPE html>")
    assert done(checkout, "status", "--porcelain") == ""
    assert done(checkout, "rev-parse", "HEAD").strip() == base
    assert TOKEN not in (checkout / ".git/config").read_text(encoding="utf-8")


def test_a_merge_request_gets_one_note_where_there_is_a_token(remote: Path, tmp_path: Path) -> None:
    checkout = tmp_path / "checkout"
    done(tmp_path, "clone", "--quiet", str(remote), str(checkout))
    done(checkout, "fetch", "--quiet", "origin", "refs/pull/5/head")
    base, head = (done(checkout, "rev-parse", name).strip() for name in ("HEAD", "FETCH_HEAD"))
    done(checkout, "checkout", "--quiet", "--detach", head)  # GitLab checks the merge request out
    job = pipeline_job(checkout, "review")
    assert job["rules"] == [{"if": '$CI_PIPELINE_SOURCE == "merge_request_event"'}]
    with serving("gitlab") as service:
        given = {
            "CI_MERGE_REQUEST_DIFF_BASE_SHA": base,
            "CI_COMMIT_SHA": head,
            "CI_API_V4_URL": service.address,
            "CI_MERGE_REQUEST_PROJECT_ID": "3",
            "CI_MERGE_REQUEST_IID": "5",
        }
        for token in ({}, {"WORKBENCH_REVIEW_TOKEN": TOKEN}, {"WORKBENCH_REVIEW_TOKEN": TOKEN}):
            for line in job["script"]:
                outcome = run(line, checkout, **environment(no_proxy="127.0.0.1"), **given, **token)
                assert outcome.returncode == 0, outcome.stdout + outcome.stderr
            assert len(service.comments) == len(token)
            assert (checkout / job["artifacts"]["paths"][0]).is_file()
        assert [method for method, _ in service.asked].count("POST") == 1
    assert "totals" in service.comments[0]["body"]


def test_gitlab_keeps_what_the_gates_found(blank: Path) -> None:
    artefacts = pipeline_job(blank, "gates")["artifacts"]
    assert artefacts["when"] == "always"
    assert artefacts["reports"] == {"codequality": "build/ci/codequality.json"}


def test_the_job_that_may_comment_installs_nothing_of_the_merge_request(blank: Path) -> None:
    assert pipeline_job(blank, "review")["before_script"] == ["pip install --quiet notebook-workbench"]
    assert pipeline_job(blank, "review")["environment"]["name"] == "review"  # to which the token can be kept
    assert "environment" not in pipeline_job(blank, "gates")
