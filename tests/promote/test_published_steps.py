"""Promoting steps that ingest and publish in one call: proven like any other, published by nothing but Dagster."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from platform_core.sdk.factories.writing import FORMATS
from promote.outcome import Settings
from promote.pipeline import run
from promote.selection.option_text import from_text
from promote.selection.option_types import convert
from promote.vocabulary import vocabulary
from tests.promote.small_project import Cells, make_project

CONFIG = """
lake: data/lake
resources:
  towns: {type: files, root: sources/towns}
  outbox: {type: files, root: out}
partitions:
  years: ["2023", "2024"]
"""
RENTS: Cells = (
    ("", "import polars as pl\n\nfrom platform_core.sdk import load_asset, resource"),
    ("", "from platform_core.sdk.factories import ingest_files, publish_file"),
    (
        "bronze:raw_rents",
        '#| description: Rents as published\nraw_rents = ingest_files(resource("towns"), "*.csv", name="raw_rents")',
    ),
    (
        "silver:rents",
        "#| owner: team:housing\n"
        "#| publish: [{file: rents.csv, to: outbox, formulas: keep}, {index: rents.sqlite, to: outbox, text: [town]}]\n"
        'rents = raw_rents.drop_nulls().select("town", "rent").sort("town", "rent")',
    ),
    ("", 'publish_file(rents, resource("outbox"), "draft.csv")'),
)


@pytest.fixture
def project(tmp_path: Path) -> Path:
    root = make_project(tmp_path, {"rents.ipynb": RENTS})
    (root / "config/base.yaml").write_text(CONFIG)
    (root / "out").mkdir()
    return root


def materialised(root: Path) -> str:
    command = [sys.executable, "-m", "workbench", "materialize"]
    done = subprocess.run(command, cwd=root, capture_output=True, text=True, env=os.environ, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout + done.stderr


def test_a_step_is_proven_first_and_published_by_its_output_assets(project: Path) -> None:
    outcome = run([project / "notebooks/rents.ipynb"], Settings(project=project), lambda _: None)
    assert [f for f in outcome.findings if f.severity == "error"] == []
    assert outcome.exit_code == 0
    module = (project / "src/rents/defs/silver/rents.py").read_text()
    assert (
        "rents_csv_output = publish_file(\n"
        '    "rents", "outbox", "rents.csv", formulas="keep", owners=["team:housing"]\n)'
        in module
        or 'rents_csv_output = publish_file("rents", "outbox", "rents.csv", formulas="keep", owners=["team:housing"])'
        in module
    )
    assert "from platform_core.sdk.factories import publish_file, publish_index\n" in module
    assert list((project / "out").iterdir()) == [], "promotion publishes nothing"
    materialised(project)
    assert (project / "out/rents.csv").read_bytes().startswith(b"town,rent\r\nAmbridge,900\r\nAmbridge,950\r\n")
    assert sorted(path.name for path in (project / "out").iterdir()) == ["rents.csv", "rents.sqlite"]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("{file: a.csv, to: outbox}", ({"file": "a.csv", "to": "outbox"},)),
        (
            "[{table: planning.fees, to: register, mode: upsert, key: id}, {object: x/a.PARQUET, to: lake, name: b}]",
            (
                {"table": "planning.fees", "to": "register", "mode": "upsert", "key": ("id",)},
                {"object": "x/a.PARQUET", "to": "lake", "name": "b"},
            ),
        ),
        (
            "{index: a.sqlite, to: outbox, text: [title], stem: false}",
            ({"index": "a.sqlite", "to": "outbox", "text": ("title",), "stem": False},),
        ),
    ],
)
def test_outputs_are_read(text: str, value: Any) -> None:
    problems: list[Any] = []
    node = from_text(f"publish: {text}").entries[0][1]
    assert convert("publish", node, problems) == value
    assert problems == []


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("fees.csv", "must be a mapping, or a list"),
        ("[]", "at least one output"),
        ("{to: outbox}", "must have one of file, object, table, index"),
        ("{file: a.csv, table: a, to: outbox}", "must have one of file"),
        ("{file: a.csv}", "to which resource"),
        ("{file: a.csv, to: out box}", "must be a name"),
        ("{file: a.doc, to: outbox}", "says no format"),
        ("{file: ../a.csv, to: outbox}", "no plain path"),
        ("{file: /a.csv, to: outbox}", "no plain path"),
        ("{file: a.csv, to: outbox, mode: upsert}", "of a file cannot have mode"),
        ("{file: a.csv, to: outbox, formulas: kep}", "'kep' is no value of publish.formulas"),
        ("{table: a, to: register, mode: append}", "'append' is no value of publish.mode"),
        ("{table: a, to: register, mode: upsert}", "needs mode: upsert with a key"),
        ("{index: a.sqlite, to: outbox}", "the columns that are searched"),
        ("{file: a.csv, to: outbox, fomulas: keep}", "'fomulas' is no key of publish"),
        ("[{file: a.csv, to: outbox}, {file: b/a.csv, to: outbox}]", "would be called the same"),
        ("{file: a.csv, to: outbox, name: A b}", "must name assets"),
    ],
)
def test_what_is_wrong_with_an_output_is_told(text: str, message: str) -> None:
    problems: list[Any] = []
    assert convert("publish", from_text(f"publish: {text}").entries[0][1], problems) is None
    (problem,) = problems
    assert message in problem.message


def test_the_vocabulary_names_the_formats_that_there_are() -> None:
    fields = vocabulary()["publish"]
    assert fields["file"]["endings"] == fields["object"]["endings"] == list(FORMATS)
