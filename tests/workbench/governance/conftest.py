"""A project with personal data, policies and everything made, for tests that copy it."""

from __future__ import annotations

import shutil
from contextlib import chdir
from pathlib import Path

import pytest

from workbench.cli import main

PROJECT = {
    "pyproject.toml": '[project]\nname = "benefits"\n[tool.workbench]\npackage = "benefits"\n',
    "config/base.yaml": (
        "lake: data/lake\nresources:\n  register: {type: files, root: sources}\n  outbox: {type: files, root: out}\n"
        'partitions:\n  months: ["2026-01-31", "2026-02-28"]\n'
    ),
    "sources/people.csv": (
        "person_id,name,town\nP-1001,Ana Lyst,Ambridge\nP-1002,Bea Watcher,Borchester\nP-1003,Cy Pher,Ambridge\n"
        "P-1001,Ana Lyst,Borchester\n,Nobody,Ambridge\n"
    ),
    "src/benefits/__init__.py": "",
    "src/benefits/definitions.py": (
        "from workbench.definitions import load_definitions\n\ndefs = load_definitions(__file__)\n"
    ),
    "src/benefits/defs/__init__.py": "",
    "src/benefits/defs/all.py": '''\
"""Benefits."""

import dagster as dg
import pandas as pd
import polars as pl

from platform_core.partitions import static_partitions
from platform_core.resources import FilesResource
from platform_core.sdk import bronze_asset, gold_asset, silver_asset
from platform_core.sdk.factories import publish_file

OWN = {"owners": ["team:benefits"], "classification": "OFFICIAL-SENSITIVE", "retention_days": 30}


@bronze_asset(name="people", description="People.", personal=["name", "person_id"], **OWN)
def people(context: dg.AssetExecutionContext, register: FilesResource) -> pl.LazyFrame:
    """People."""
    return pl.scan_csv(register.path("people.csv"))


@bronze_asset(name="payments", description="Payments.", partitions_def=static_partitions("months"), **OWN)
def payments(context: dg.AssetExecutionContext) -> pl.LazyFrame:
    """Payments of each month."""
    context.log.info("The first payee is P-1001.")
    return pl.LazyFrame({"payee": ["P-1001", "P-1002"], "pence": [100, 200], "month": [context.partition_key] * 2})


@silver_asset(name="clean_people", description="People, clean.", key=["person_id", "town"], **OWN)
def clean_people(context: dg.AssetExecutionContext, people: pd.DataFrame) -> pd.DataFrame:
    """People as pandas frames have them."""
    return people.dropna(subset=["person_id"]).reset_index(drop=True)


@silver_asset(name="renamed", description="People under another name.", owners=["team:benefits"])
def renamed(context: dg.AssetExecutionContext, clean_people: pl.LazyFrame) -> pl.LazyFrame:
    """The key under another name."""
    return clean_people.select(pl.col("person_id").alias("who"), "town")


@gold_asset(name="counts", description="People by town.", key=["town"], data_quality_checks=["unique_values"],
            owners=["team:benefits"], classification="OFFICIAL", retention_days=3650)
def counts(context: dg.AssetExecutionContext, clean_people: pl.LazyFrame) -> pl.LazyFrame:
    """Counts."""
    return clean_people.group_by("town").len()


counts_csv = publish_file("counts", "outbox", "counts.csv", owners=["team:benefits"])
''',
    "policies/own.yaml": """\
use: official
organisation: {controller: Ambridge Council, contact: data@ambridge.example.gov.uk}
rules:
  level: {rule: classification, level: OFFICIAL-SENSITIVE}
  retention: {rule: requires, what: [retention], layers: [bronze]}
processing:
  benefits:
    assets: [people, payments]
    purpose: Paying benefits
    subjects: [claimants]
    categories: [names, payments]
    columns: [name]
    lawful_basis: public task
    dpia: DPIA-2026-014
    subject_key: person_id
    subject_keys: {payments: payee}
    recipients: [the audit office]
downgrades:
- asset: counts
  inputs: [clean_people]
  to: OFFICIAL
  by: Ana Lyst <ana@ambridge.example.gov.uk>
  reason: Only counts of whole towns are kept.
  on: 2026-11-02
exceptions:
- rule: key
  assets: [renamed]
  owner: team:benefits
  reason: The key of this one is agreed next month.
  expires: 2026-12-31
- rule: checks
  assets: [renamed, clean_people]
  owner: team:benefits
  reason: Checks are agreed with the owner next month.
  expires: 2030-12-31
roles:
  analyst: {read: [gold], principals: ["arn:aws:iam::123456789012:role/analyst"]}
""",
}


@pytest.fixture(scope="session")
def made_project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The project, with every asset made."""
    root = tmp_path_factory.mktemp("governance") / "benefits"
    for name, text in PROJECT.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    (root / "out").mkdir()
    with chdir(root), pytest.MonkeyPatch.context() as patch:
        patch.setenv("WORKBENCH_USER", "ana")
        assert main(["materialize", "--all-partitions"]) == 0
    return root


@pytest.fixture
def project(made_project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of it, as the working directory."""
    root = tmp_path / "benefits"
    shutil.copytree(made_project, root)
    monkeypatch.chdir(root)
    monkeypatch.setenv("WORKBENCH_USER", "ana")
    return root
