"""Reports for machines that review: their shape, their order, and that hostile text stays text."""

from __future__ import annotations

import json
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from platform_core.values import replace
from promote.model import Finding, Location
from promote.outcome import Outcome, StepOutcome
from promote.reports.report import FORMATS, render
from promote.reports.report_ci import fingerprints

AT = Location("notebooks/räte.ipynb", 4, "a1b2c3d4", "silver:rents", 2, 7, "x = a + rens")
ERROR = Finding("PR301", "error", "`rens` is never defined.", AT, "Did you mean 'rents'?")
NOTE = Finding("PR318", "note", "A display was left out.", Location("notebooks/a.ipynb", 5))
FILE = Finding("PR602", "warning", "Edited, by hand: 5%.", Location("src/a.py", line=3, column=2))
STEP = StepOutcome("silver:rents", "notebooks/a.ipynb", "updated", (), "", "same rows", 1234)
OUTCOME = Outcome((ERROR, FILE, NOTE), (STEP,), 1)
REVIEW = ("sarif", "github", "gitlab", "markdown")


def test_sarif() -> None:
    content = json.loads(render(OUTCOME, "sarif"))
    assert content["version"] == "2.1.0"
    (run,) = content["runs"]
    rules = run["tool"]["driver"]["rules"]
    assert [rule["id"] for rule in rules] == ["PR301", "PR318", "PR602"]
    assert all(rule["shortDescription"]["text"] and rule["help"]["text"] for rule in rules)
    assert [(r["ruleId"], r["level"]) for r in run["results"]] == [
        ("PR318", "note"),
        ("PR301", "error"),
        ("PR602", "warning"),
    ]
    for result in run["results"]:
        assert rules[result["ruleIndex"]]["id"] == result["ruleId"]
        assert set(result) == {"ruleId", "ruleIndex", "level", "message", "partialFingerprints", "locations"}
    cell, file = run["results"][1]["locations"][0], run["results"][2]["locations"][0]
    assert cell["physicalLocation"] == {
        "artifactLocation": {"uri": "notebooks/r%C3%A4te.ipynb"},
        "region": {"startLine": 1},
    }
    assert cell["logicalLocations"][0]["fullyQualifiedName"].endswith(":cell 4 (a1b2c3d4, silver:rents):2:7")
    assert file["physicalLocation"]["region"] == {"startLine": 3, "startColumn": 2}
    assert run["results"][1]["message"]["text"] == (
        "cell 4 (a1b2c3d4, silver:rents):2:7: `rens` is never defined. Did you mean 'rents'?"
    )


def test_github() -> None:
    assert render(OUTCOME, "github").splitlines() == [
        "::notice file=notebooks/a.ipynb,line=1,title=PR318::cell 5: A display was left out.",
        "::error file=notebooks/räte.ipynb,line=1,title=PR301::"
        "cell 4 (a1b2c3d4, silver:rents):2:7: `rens` is never defined. Did you mean 'rents'?",
        "::warning file=src/a.py,line=3,col=2,title=PR602::Edited, by hand: 5%25.",
    ]


def test_gitlab() -> None:
    issues = json.loads(render(OUTCOME, "gitlab"))
    assert [(i["check_name"], i["severity"], i["location"]["lines"]["begin"]) for i in issues] == [
        ("PR318", "info", 1),
        ("PR301", "major", 1),
        ("PR602", "minor", 3),
    ]
    assert len({i["fingerprint"] for i in issues}) == 3


def test_markdown() -> None:
    assert render(OUTCOME, "markdown") == (
        "### 1 error, 1 warning, 1 note\n\n"
        "**notebooks/a.ipynb**\n\n- PR318 (note) cell 5: A display was left out.\n\n"
        "**notebooks/räte.ipynb**\n\n"
        "- PR301 (error) cell 4 \\(a1b2c3d4, silver:rents\\):2:7: \\`rens\\` is never defined.\n"
        "  ` x = a + rens `\n  *hint:* Did you mean 'rents'?\n\n"
        "**src/a.py**\n\n- PR602 (warning) 3:2: Edited, by hand: 5%.\n\n"
        "| step | status | rows | parity |\n|---|---|---:|---|\n| silver:rents | updated | 1,234 | same rows |\n"
    )


@pytest.mark.parametrize("form", REVIEW)
def test_the_order_of_findings_does_not_matter(form: str) -> None:
    other = Outcome((NOTE, FILE, ERROR), (STEP,), 1)
    assert render(OUTCOME, form) == render(other, form)


@pytest.mark.parametrize("form", REVIEW)
def test_nothing_found_is_a_report_too(form: str) -> None:
    text = render(Outcome(), form)
    assert json.loads(text) is not None if form in ("sarif", "gitlab") else text == ""


def test_fingerprints_stay_when_cells_and_lines_move_and_tell_twins_apart() -> None:
    moved = replace(ERROR, location=replace(AT, cell=9, cell_id="other", line=30, column=1, text="  x =  a + rens"))
    assert fingerprints([ERROR]) == fingerprints([moved])
    elsewhere = replace(NOTE, message="Taken from cell 7.")
    assert fingerprints([replace(NOTE, message="Taken from cell 5.")]) == fingerprints([elsewhere])
    twins = fingerprints([ERROR, moved])
    assert twins[0] != twins[1]
    assert fingerprints([replace(ERROR, code="PR302")]) != fingerprints([ERROR])


HOSTILE = st.text(st.sampled_from(list("a\n\r\0\x1b:,%`|<>&*_[]()!@#\\\"'\u202e\ud800 ")), max_size=12)


@given(HOSTILE, HOSTILE, HOSTILE, HOSTILE)
def test_hostile_text_stays_text(message: str, hint: str, tag: str, text: str) -> None:
    finding = Finding("PR301", "error", message, Location("a.ipynb", 1, "id", tag, 1, 1, text), hint)
    outcome = Outcome((finding,), (replace(STEP, tag=tag),), 1)
    shown = {form: render(outcome, form) for form in FORMATS}
    assert all("\x1b" not in one and "\0" not in one and "\u202e" not in one for one in shown.values())
    assert len(json.loads(shown["sarif"])["runs"][0]["results"]) == len(json.loads(shown["gitlab"])) == 1
    assert shown["github"].count("\n") == 1
    assert re.match(r"::error file=a\.ipynb,line=1,title=PR301::", shown["github"])
    table = [line for line in shown["markdown"].splitlines() if line.startswith("| ")]
    assert all(len(re.findall(r"(?<!\\)(?:\\\\)*\|", line)) == 5 for line in table)
    outside_code = re.sub(r"(`+) .* \1", "", shown["markdown"])
    assert "<" not in outside_code
    assert "@" not in outside_code


def test_a_finding_without_a_place_and_one_that_nobody_explains_are_told_all_the_same() -> None:
    nowhere = Finding("PR001", "error", "No.", Location(""))
    unknown = Finding("PR999", "note", "New.", Location("a.py", line=1))
    (run,) = json.loads(render(Outcome((nowhere, unknown), (), 1), "sarif"))["runs"]
    by_code = {result["ruleId"]: result for result in run["results"]}
    assert "locations" not in by_code["PR001"]
    assert by_code["PR999"]["locations"][0]["physicalLocation"]["region"] == {"startLine": 1}
    assert run["tool"]["driver"]["rules"][1] == {"id": "PR999"}
    assert render(Outcome((nowhere,), (), 1), "github") == "::error title=PR001::No.\n"
