"""Promoting bronze steps that read a database and an API: what the notebook read is what the asset is proven on."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

from promote.outcome import Settings
from promote.pipeline import run
from tests.promote.small_project import Cells, make_project
from tests.servers.postgres import READER_PASSWORD, PostgresServer

if TYPE_CHECKING:
    import pytest

CONFIG = """
lake: data/lake
resources:
  register: {type: postgres, host: {env: REGISTER_HOST}, database: DATABASE, username: reader,
             password: {env: REGISTER_PASSWORD}}
"""
HARVEST: Cells = (
    ("", "import polars as pl\n\nfrom platform_core.sdk import resource"),
    ("parameters", 'since = "2025-01-01"'),
    (
        "bronze:raw_permits",
        "#| description: Permits as the register holds them\n"
        'register = resource("register")\n'
        "raw_permits = register.execute_query(\n"
        '    "SELECT permit_id, authority, fee, decided_on, clock_timestamp() AS read_at FROM permits "\n'
        '    "WHERE decided_on >= %(since)s", {"since": since}\n'
        ').filter(pl.col("fee") > 50)',
    ),
)


def test_a_step_that_reads_a_database_is_proven_on_what_the_notebook_read(
    postgres: PostgresServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The query gives other rows each time (`clock_timestamp()`), so that only a replay can agree with the notebook."""
    database = postgres.new_database()
    postgres.execute(
        "CREATE TABLE permits (permit_id int, authority text, fee numeric(10,2), decided_on date)",
        "INSERT INTO permits SELECT i, 'Plantedshire ' || i % 7, i * 1.25, date '2024-12-01' + i "
        "FROM generate_series(1, 200) i",
        "ALTER TABLE permits OWNER TO reader",
        database=database,
    )
    monkeypatch.setenv("REGISTER_HOST", postgres.address)
    monkeypatch.setenv("REGISTER_PASSWORD", READER_PASSWORD)
    root = make_project(tmp_path, {"bronze/harvest.ipynb": HARVEST})
    (root / "config/base.yaml").write_text(CONFIG.replace("DATABASE", database))
    outcome = run([root / "notebooks/bronze/harvest.ipynb"], Settings(project=root), lambda _: None)
    assert outcome.exit_code == 0, outcome.findings
    module = (root / "src/rents/defs/bronze/raw_permits.py").read_text()
    assert "register: PostgresResource" in module
    evidence = json.loads((root / "evidence/bronze/raw_permits.json").read_text())
    assert evidence["verified"] is True
    assert evidence["tests"]["passed"] >= 4, "there is a test on made-up rows of the query"
    tests = (root / "tests/assets/test_raw_permits.py").read_text()
    assert 'PostgresResource.replaying(DATA / "register")' in tests
    written = b"".join(p.read_bytes() for p in root.rglob("*") if p.is_file() and ".git" not in p.parts)
    assert b"Plantedshire" not in written, "no value of the data"
    assert READER_PASSWORD.encode() not in written
