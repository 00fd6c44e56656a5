"""A new project under its policies: promoted, refused, made, reported on and recorded, from one definition."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

from tests.template.support import run

HARVEST = "notebooks/bronze/harvest.ipynb"


def test_one_definition_acts_in_three_places(promoted_blank: Path, tmp_path: Path) -> None:
    project = shutil.copytree(promoted_blank, tmp_path / "project")
    told = json.loads(run("workbench audit show --json", project).stdout)["entries"]
    assert [(one["did"], one["of"]) for one in told] == [("promoted", "bronze:visits")], (
        "the proof is no use of the data"
    )
    with (project / "policies/project.yaml").open("a") as stream:
        stream.write("rules:\n  kept: {rule: requires, what: [retention], layers: [bronze]}\n")
    checked = run("promote --check --format json", project)
    (found,) = (one for one in json.loads(checked.stdout)["findings"] if one["code"].startswith("PR95"))
    assert (checked.returncode, found["code"]) == (1, "PR952")
    assert "bronze:visits has no retention period (rule kept, policies/project.yaml:5)." in found["message"]
    gate = run("workbench ci policies", project)
    assert gate.returncode == 1
    assert "bronze:visits has no retention period." in gate.stdout
    refused = run("workbench materialize", project)
    assert refused.returncode == 1
    said = " ".join((refused.stdout + refused.stderr).split())
    assert "a policy of the project stands in the way" in said
    assert not (project / "data/lake/bronze/visits.parquet").exists()
    with (project / "policies/project.yaml").open("a") as stream:
        excepted = (
            "rule: kept, assets: [visits], owner: team:your-team, reason: It is agreed next year, expires: 2199-12-31"
        )
        stream.write(f"exceptions: [{{{excepted}}}]\n")
    assert run("promote --check", project).returncode == 0
    made = run(
        "workbench materialize && workbench compliance all --output report.html && workbench audit verify", project
    )
    assert made.returncode == 0, made.stdout + made.stderr
    assert "2 entries are as they were written." in made.stdout
    assert "It is agreed next year" in (project / "report.html").read_text(encoding="utf-8")
