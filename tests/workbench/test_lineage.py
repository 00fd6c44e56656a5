"""`workbench lineage` over a project: what was told, the code alone, and every format."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

from workbench.cli import main

if TYPE_CHECKING:
    import pytest


def test_columns_are_followed(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["lineage", "rents_by_town.rent", "--up"]) == 0
    assert "lineage from the code alone: it was never made" in capsys.readouterr().out
    assert main(["materialize", "--all-partitions"]) == 0
    capsys.readouterr()
    assert main(["lineage", "raw_rents.rent", "--down"]) == 0
    text = capsys.readouterr().out
    assert "lineage from its last materialisation" in text
    assert text.index("rents (from") < text.index("rents_by_town (from")
    assert "Made from:" not in text
    assert main(["lineage", "rents_by_town.rent", "--up", "--format", "json"]) == 0
    told = json.loads(capsys.readouterr().out)
    connections = {(item["asset"], item["column"]): item["connection"] for item in told["columns"]}
    assert connections["raw_rents", "rent"] == "direct"
    assert connections["raw_rents", "year"] == "influence"
    assert {asset["lineage"] for asset in told["assets"]} == {"its last materialisation"}
    assert main(["lineage", "rents", "--format", "svg"]) == 0
    assert capsys.readouterr().out.startswith("<svg")
    assert main(["lineage", "rents", "--format", "mermaid"]) == 0
    assert capsys.readouterr().out.startswith("flowchart LR")
    assert main(["lineage", "rentz"]) == 2
    assert "Did you mean 'rents'?" in capsys.readouterr().err
    assert main(["lineage", "rents.twn"]) == 2
    assert "Did you mean 'town'?" in capsys.readouterr().err
