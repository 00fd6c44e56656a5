"""Where the report's parts come from: evidence files and chart metadata."""

from __future__ import annotations

import json
from pathlib import Path

import dagster as dg
import pytest

from workbench.graph import AssetNode
from workbench.outcomes import AssetOutcome, Problem
from workbench.project import Project
from workbench.report import charts_of, failures, read_verdict
from workbench.report_page import Page, render_page

NODE = AssetNode("rents", "silver", 0, (), (), None, "2222", "", "What a town pays.", {})
PNG = "data:image/png;base64,iVBORw0KGgo="
SVG = "data:image/svg+xml;base64,AAAA"
PARITY = {"verdict": "equal", "order": "compared"}


@pytest.mark.parametrize(
    ("content", "verdict"),
    [
        ({"verified": True, "code_version": "2222", "parity": PARITY}, "equal to the notebook's data, order compared"),
        ({"verified": True, "code_version": "1111", "parity": PARITY}, "out of date: the code changed since"),
        ({"verified": False}, "unverified"),
        ({"verified": True, "code_version": "2222"}, "unreadable"),
        ({"verified": True, "code_version": "2222", "parity": 3}, "unreadable"),
        ([], "unreadable"),
    ],
)
def test_the_verdict_is_what_the_evidence_says_of_this_code(tmp_path: Path, content: object, verdict: str) -> None:
    path = tmp_path / "evidence" / "silver" / "rents.json"
    path.parent.mkdir(parents=True)
    path.write_text(json.dumps(content), encoding="utf-8")
    assert read_verdict(Project(tmp_path, "letting"), NODE) == verdict


def test_no_evidence_is_no_verdict(tmp_path: Path) -> None:
    assert read_verdict(Project(tmp_path, "letting"), NODE) == ""


def test_evidence_that_is_not_json_is_told(tmp_path: Path) -> None:
    path = tmp_path / "evidence" / "silver" / "rents.json"
    path.parent.mkdir(parents=True)
    path.write_bytes(b"\xff{")
    assert read_verdict(Project(tmp_path, "letting"), NODE) == "unreadable"


def test_a_run_that_failed_is_told_first_and_without_a_cause_that_may_hold_a_value() -> None:
    problems = tuple(
        Problem("the step failed", "No town 'Ambridge'.", partition=f"{year}") for year in range(2001, 2015)
    )
    outcomes = (
        AssetOutcome("rents", "silver", status="failed", problems=problems),
        AssetOutcome("towns", "silver", status="failed", problems=(Problem("the step failed"),)),
        AssetOutcome("total", "gold", status="skipped", blocked_by=("rents", "towns")),
        AssetOutcome("fine", "gold", status="made", problems=(Problem("check few failed", fatal=False),)),
    )
    found = [*failures(outcomes)]
    assert found == [
        f"rents failed for {', '.join(str(year) for year in range(2001, 2013))} and 2 more.",
        "towns failed.",
        "total was not made, since rents, towns failed.",
    ]
    page = render_page(Page("Letting", (), tuple(found)))
    assert page.index("The last run failed") < page.index("<li>towns failed.</li>") < page.index("0 assets made of 0")
    assert "The last run failed" not in render_page(Page("Letting", ()))


def test_only_pictures_whose_data_stand_in_the_metadata_are_shown() -> None:
    metadata = {
        "workbench/chart_quality_of_rents": dg.MetadataValue.md(f"![Quality &amp; time]({PNG})"),
        "x/unnamed": dg.MetadataValue.md(f"![unnamed]({SVG}) and ![b]({PNG})"),
        "elsewhere": dg.MetadataValue.md("![x](https://example.org/a.png)"),
        "page": dg.MetadataValue.md("![x](data:text/html;base64,AAAA)"),
        "broken": dg.MetadataValue.md('![x](data:image/png;base64,"><script>)'),
        "rows": dg.MetadataValue.int(3),
    }
    found = [(chart.label, chart.alternative, chart.uri) for chart in charts_of(NODE, metadata)]
    assert found == [
        ("Drawn from rents", "Quality & time", PNG),
        ("Drawn from rents", "Chart of rents: What a town pays.", SVG),
        ("Drawn from rents", "b", PNG),
    ]
