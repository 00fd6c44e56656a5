"""Where the report's parts come from: evidence files and chart metadata."""

from __future__ import annotations

import json
from pathlib import Path

import dagster as dg
import pytest

from workbench.graph import AssetNode
from workbench.project import Project
from workbench.report import charts_of, read_verdict

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
