"""A promoted project with a job, a reader in another notebook and data in its lake; nothing of it was run."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from types import SimpleNamespace

import pytest

from promote.project import find
from tests import warm
from tests.promote.merge.projects import promoted, verified
from tests.promote.small_project import write_notebook
from workbench.lifecycle import rename as renaming
from workbench.lifecycle import retire as retiring
from workbench.lifecycle import workshop
from workbench.lifecycle.values import Report

JOBS = """\
jobs:
  # every morning
  report:
    selection: ["+rents", 'rent_by_town']   # both
  towns: "+rent_by_town"  # alone
schedules:
  morning: {job: report, cron: "0 6 * * *"}
"""


@pytest.fixture(scope="session")
def original(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The project as it was promoted; copies of it are worked on."""
    root = tmp_path_factory.mktemp("original") / "rents"
    write_notebook(
        root / "notebooks/summary.ipynb",
        [
            ("md", "# Summary\nOf `rents` and of rents in general."),
            ("", "import polars as pl\nfrom platform_core.sdk import load_asset"),
            ("gold:summary", '#| deps: [rent_by_town]\nfound = load_asset("rents")\nsummary = found.select(pl.len())'),
        ],
    )
    promoted(root)
    verified(root)
    path = root / "evidence/gold/summary.json"
    content = json.loads(path.read_text())
    rents = json.loads((root / "evidence/silver/rents.json").read_text())
    content["inputs"] = {"rents": {**content["output"], "code_version": rents["code_version"]}}
    path.write_text(json.dumps(content))
    config = root / "config/base.yaml"
    config.write_text(config.read_text() + JOBS)
    for place in ("silver/rents/2023.parquet", "silver/rents/2024.parquet", "gold/rent_by_town.parquet"):
        (root / "data/lake" / place).parent.mkdir(parents=True, exist_ok=True)
        (root / "data/lake" / place).write_bytes(b"PAR1")
    return root


@pytest.fixture(autouse=True)
def loads_warm(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Load changed projects in forks of a process that has imported Dagster, unless a test asks for `cold`."""
    if "cold" not in request.fixturenames:
        monkeypatch.setattr(workshop, "subprocess", SimpleNamespace(run=warm.run))


@pytest.fixture
def cold() -> None:
    """Say that the test is about the real start of Python as well."""


@pytest.fixture
def project(original: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of the project to work on."""
    for name in ("WORKBENCH_PROJECT", "WORKBENCH_LAKE", "WORKBENCH_ENV"):
        monkeypatch.delenv(name, raising=False)
    return Path(shutil.copytree(original, tmp_path / "rents"))


def rename(root: Path, old: str, new: str, **asked: bool) -> Report:
    """Rename without a run."""
    given = renaming.Asked(**{"run": False, **asked})
    return renaming.rename(find(named=root), old, new, given, lambda _: None)


def retire(root: Path, *names: str, **asked: bool) -> Report:
    """Retire without a run."""
    given = retiring.Asked(**{"run": False, **asked})
    return retiring.retire(find(named=root), names, given, lambda _: None)


def codes(report: Report) -> set[str]:
    """Give the codes of the errors of a report."""
    return {one.code for one in report.findings if one.severity == "error"}
