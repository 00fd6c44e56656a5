"""A week later: three new files and a line of YAML. Nothing is promoted anew, and the new date is made."""

from __future__ import annotations

import hashlib
import shutil
from pathlib import Path

import polars as pl

from tests.template.support import REPORT_DATES, gate, run

NEW = "2025-04-02"


def promoted(project: Path) -> dict[str, str]:
    """Give a digest of everything that promotion writes."""
    places = ("src", "tests", "evidence")
    files = [path for place in places for path in (project / place).rglob("*") if path.is_file()]
    return {str(path): hashlib.sha256(path.read_bytes()).hexdigest() for path in files if path.suffix != ".pyc"}


def test_a_sixth_report_date_needs_no_promotion(odp: Path, tmp_path: Path, types_cache: str) -> None:
    project = shutil.copytree(odp, tmp_path / "project")
    outcome = run("promote --no-run notebooks/*/*.ipynb", project)
    assert outcome.returncode == 0, outcome.stdout + outcome.stderr
    for name in ("style", "types"):
        for command in gate(project, name):
            outcome = run(command, project, MYPY_CACHE_DIR=types_cache)
            assert outcome.returncode == 0, command + outcome.stdout + outcome.stderr
    before = promoted(project)
    for kind in ("issue", "status", "conformance"):
        header, *rows = (project / f"sources/odp/odp-{kind}_{REPORT_DATES[-1]}.csv").read_text("utf-8").splitlines(True)
        (project / f"sources/odp/odp-{kind}_{NEW}.csv").write_text(header + "".join(rows[:40]), encoding="utf-8")
    config = project / "config/base.yaml"
    text = config.read_text(encoding="utf-8")
    config.write_text(text.replace(f'"{REPORT_DATES[-1]}"]', f'"{REPORT_DATES[-1]}", "{NEW}"]'), encoding="utf-8")
    assert config.read_text(encoding="utf-8") != text
    outcome = run("workbench materialize --all-partitions", project)
    assert outcome.returncode == 0, outcome.stdout + outcome.stderr
    assert promoted(project) == before
    assert (project / f"data/lake/bronze/odp_status/{NEW}.parquet").is_file()
    quality = pl.read_parquet(project / "data/lake/gold/provision_quality.parquet")
    made = quality["report_date"].unique().sort().dt.to_string("%Y-%m-%d").to_list()
    assert made == [*REPORT_DATES, NEW]
    outcome = run("promote --no-run notebooks/*/*.ipynb", project)
    assert outcome.returncode == 0, outcome.stdout + outcome.stderr
    assert promoted(project) == before
