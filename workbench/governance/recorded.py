"""What the evidence of promotions recorded of assets' data, for rules that nobody runs anything for."""

from __future__ import annotations

import json
from pathlib import Path

from platform_core.governance.policies.found import Found, unpacked
from platform_core.governance.policies.model import AssetFacts
from promote.evidence import read_evidence
from promote.findings import place
from promote.model import Location


def recorded(root: Path, asset: AssetFacts) -> tuple[Found, ...] | None:
    """Give the columns that look personal by an asset's evidence; None where no run has shown any of it."""
    evidence = read_evidence(root, _path(asset))
    if evidence is None or evidence.facts is None:
        return None
    return unpacked(evidence.facts.output.personal)


def cell_of(root: Path, asset: AssetFacts) -> str:
    """Give the notebook and the first cell of an asset's step by its evidence, empty where there is none."""
    try:
        content = json.loads((root / _path(asset)).read_text(encoding="utf-8"))
        cell = next(one for one in content["cells"] if one["tag"] == content["step"])
        return place(Location(str(content["notebook"]), int(cell["cell"]), str(cell["id"]), str(content["step"])))
    except (OSError, ValueError, KeyError, TypeError, StopIteration):
        return ""


def _path(asset: AssetFacts) -> str:
    return f"evidence/{asset.layer}/{asset.name}.json"
