"""What the evidence of promotions recorded of assets' data, for rules that nobody runs anything for."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

from platform_core.governance.policies.found import unpacked
from platform_core.governance.policies.model import AssetFacts
from promote.evidence import read_evidence
from promote.findings import place
from promote.model import Location


def recorded(root: Path, asset: AssetFacts) -> AssetFacts:
    """Give an asset with the columns that its evidence shows, and those that look personal; without where none does."""
    evidence = read_evidence(root, _path(asset))
    if evidence is None or evidence.facts is None:
        return asset
    output = evidence.facts.output
    columns = tuple(name for name, _ in output.schema) or None
    return replace(asset, columns=columns, found=unpacked(output.personal))


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
