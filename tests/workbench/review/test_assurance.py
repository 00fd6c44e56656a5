"""The section about assurance: there where a project asks for records, and read for what it is."""

from __future__ import annotations

import json
from typing import Any

import pytest

from platform_core.links import Links
from platform_core.values import replace
from promote.assurance.assumptions import Assumption
from promote.assurance.record import Approval, Record, record_path, render, what
from tests.workbench.review.projects import BASE, Repo, Step, files
from workbench.review.machine import render_json
from workbench.review.markdown import render_markdown
from workbench.review.review import review
from workbench.review.sections import document
from workbench.review.values import Review

RAW, RENTS = Step("raw", "bronze"), Step("rents", inputs=("raw",))
ANA, BEA = "Ana Lyst <ana@example.org>", "Bea Watcher <bea@example.org>"


def record(step: Step, approver: str = "", **changed: Any) -> Record:
    made = files(RAW, step)
    of = what(json.loads(made[step.evidence]), made[step.path])
    told = (Assumption("Limits", ("Towns alone.",), 1),)
    found = Record(f"{step.layer}:{step.name}", step.notebook, ANA, of, told)
    if approver:
        found = replace(found, approvals=(Approval(approver, found.fingerprint),))
    return replace(found, **changed)


def reviewed(repo: Repo, level: str, *records: Record, raw: dict[str, str] | None = None) -> Review:
    asked = f'[tool.workbench]\npackage = "rents"\nassurance = "{level}"\n' if level else BASE["pyproject.toml"]
    repo.commit(files(RAW))
    made = {record_path(one.step): render(one) for one in records} | (raw or {})
    repo.commit(files(RAW, RENTS) | {"pyproject.toml": asked} | made)
    return review(repo.root, "rents", "HEAD~1..HEAD")


def markdown(found: Review) -> str:
    return render_markdown(document(found, Links("", "")))


def test_a_project_that_asks_for_nothing_has_no_section(repo: Repo) -> None:
    found = reviewed(repo, "")
    assert (found.verdict, found.assurance) == ("clear", ())
    assert "### Assurance" not in markdown(found)
    assert "assurance" not in json.loads(render_json(found))["assets"][0]


@pytest.mark.parametrize(
    ("level", "given", "reason"),
    [
        ("light", None, "has no record of assurance"),
        ("light", record(RENTS), ""),
        ("standard", record(RENTS), "Nobody has approved"),
        ("standard", record(RENTS, ANA), ""),
        ("full", record(RENTS, ANA), "approved by its analyst alone"),
        ("full", record(RENTS, BEA), ""),
        ("full", record(RENTS, BEA, notebook="notebooks/other.ipynb"), "is of silver:rents in notebooks/other.ipynb"),
        ("full", record(Step("rents", inputs=("raw",), digest="d2"), BEA), "another version of the evidence"),
        ("full", record(Step("rents", inputs=("raw",), body="x = 1"), BEA), "the logic"),
    ],
)
def test_what_is_lacking_stands_in_the_way(repo: Repo, level: str, given: Record | None, reason: str) -> None:
    found = reviewed(repo, level, *([given] if given else []))
    assert (found.verdict == "blocked") is bool(reason)
    assert any(reason in one for one in found.reasons) or not reason
    said = markdown(found)
    assert "### Assurance" in said
    assert f"This project asks for the level `{level}`." in said


def test_people_and_assumptions_are_shown_and_given_to_programs(repo: Repo) -> None:
    found = reviewed(repo, "full", record(RENTS, BEA))
    said = markdown(found)
    assert "| `rents` | Ana Lyst &#60;ana&#64;&#8203;example&#46;org&#62; |" in said
    asset = json.loads(render_json(found))["assets"][0]
    assert asset["assurance"] == {"analyst": ANA, "approved_by": [BEA], "assumptions": 1, "lacks": []}


@pytest.mark.parametrize("text", ["", "[]", "{", "[" * 9_000, '{"version": 1}', '{"version": 1, "step": "<b>"}'])
def test_a_record_that_is_none_is_a_reason(repo: Repo, text: str) -> None:
    found = reviewed(repo, "light", raw={record_path("silver:rents"): text})
    assert (found.verdict, len(found.assurance)) == ("blocked", 1)


def test_a_record_cannot_write_markup(repo: Repo) -> None:
    hostile = replace(record(RENTS), step="silver:<script>alert(1)</script>", analyst="@all [x](http://a)")
    found = reviewed(repo, "full", raw={record_path("silver:rents"): render(hostile)})
    said = markdown(found)
    assert found.assurance[0].analyst.startswith("@all")
    assert "<script>" not in said
    assert "@all" not in said
    assert "](http" not in said
