"""A step that dbt makes is proven by dbt: what its model gives is held against what the notebook's cell gave."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.promote.dbt.project import DEAR, make_dbt_project
from tests.promote.small_project import tree
from tests.template.support import run
from tests.template.with_dbt import dbt_environment, python_with_dbt

GRAPH = """
import dagster as dg
from rents.definitions import defs
node = (defs if isinstance(defs, dg.Definitions) else defs()).resolve_asset_graph().get(dg.AssetKey("dear"))
parents, children = (sorted(key.to_user_string() for key in keys) for keys in (node.parent_keys, node.child_keys))
print(parents, children, node.metadata["workbench/notebook"])
"""
HOOK = "    +post-hook: \"delete from {{ this }} where town = 'Ambridge'\"\n"


def test_a_model_is_promoted_where_it_gives_what_the_cell_gave(tmp_path: Path, full_count: bool) -> None:
    if not full_count:
        pytest.skip("runs dbt over two notebooks' steps, two minutes: `make test-nightly`")
    environment = dbt_environment()
    root = make_dbt_project(tmp_path / "rents", {"dear.ipynb": DEAR})
    assert run("promote --no-run notebooks/harvest.ipynb notebooks/clean.ipynb", root).returncode == 0
    settings = root / "dbt/dbt_project.yml"
    as_it_was = settings.read_text(encoding="utf-8")
    settings.write_text(as_it_was + HOOK, encoding="utf-8")
    before = tree(root)
    outcome = run("promote notebooks/dear.ipynb", root, **environment)
    assert outcome.returncode == 4, outcome.stdout + outcome.stderr
    assert "notebooks/dear.ipynb:cell 4" in outcome.stdout
    assert "PR503 The promoted gold:dear does not give what the notebook gave: 3 rows" in outcome.stdout
    assert tree(root) == before

    settings.write_text(as_it_was, encoding="utf-8")
    outcome = run("promote notebooks/dear.ipynb", root, **environment)
    assert outcome.returncode == 0, outcome.stdout + outcome.stderr
    assert "gold:dear: new, 3 rows, equal to the notebook, order compared" in outcome.stdout
    assert "gold:after: new, 2 rows, equal to the notebook" in outcome.stdout
    evidence = json.loads((root / "evidence/gold/dear.json").read_text(encoding="utf-8"))
    assert "not_null_dear_rent" in [check["name"] for check in evidence["checks"]]
    assert evidence["inputs"].keys() == {"rents", "raw_rents"}
    assert evidence["tools"].keys() >= {"dbt-core", "dbt-duckdb"}
    assert "UNVERIFIED" not in (root / "dbt/models/gold/dear.sql").read_text(encoding="utf-8")
    graph = python_with_dbt(root, "-c", GRAPH)
    assert graph.returncode == 0, graph.stderr
    assert graph.stdout.splitlines()[-1] == "['raw_rents', 'rents'] ['dear_towns'] notebooks/dear.ipynb", graph.stderr
