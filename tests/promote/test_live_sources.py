"""Promoting bronze steps that read a database and an API: what the notebook read is what each asset is proven on."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from promote.outcome import Settings
from promote.pipeline import run
from tests.promote.small_project import Cells, make_project
from tests.servers.http import RECORDS, Asked, Reply, running_http
from tests.servers.postgres import READER_PASSWORD, PostgresServer

if TYPE_CHECKING:
    from pathlib import Path

    import pytest

TOKEN = "planted-token-5530"  # noqa: S105 - of a server that lives as long as the test
CONFIG = """
lake: data/lake
resources:
  register: {type: postgres, host: {env: REGISTER_HOST}, database: DATABASE, username: reader,
             password: {env: REGISTER_PASSWORD}}
  api: {type: http, base_url: {env: API_URL}, auth_token: {env: API_TOKEN}}
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
    (
        "bronze:notices",
        "#| description: Notices as the API gives them\n"
        'api = resource("api")\n'
        'first = pl.DataFrame(api.get("/permits", params={"limit": 5}).json())\n'
        'later = api.read("/notices", paginate="offset", records="data.items")\n'
        "notices = pl.concat([first, later])",
    ),
)


def test_steps_that_read_live_sources_are_proven_on_what_the_notebook_read(
    postgres: PostgresServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Both sources give other rows each time, so that only a replay can agree with the notebook."""
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
    monkeypatch.setenv("API_TOKEN", TOKEN)
    root = make_project(tmp_path, {"bronze/harvest.ipynb": HARVEST})
    (root / "config/base.yaml").write_text(CONFIG.replace("DATABASE", database))

    def rows(asked: Asked, before: int) -> list[dict[str, object]]:
        return [{**record, "authority": f"Plantedshire {before}"} for record in RECORDS[asked.number :]]

    with running_http() as server:
        server.paths["/permits"] = lambda asked, before: Reply(rows(asked, before))
        server.paths["/notices"] = lambda asked, before: Reply({"data": {"items": rows(asked, before)}})
        monkeypatch.setenv("API_URL", server.url)
        outcome = run([root / "notebooks/bronze/harvest.ipynb"], Settings(project=root), lambda _: None)
    assert outcome.exit_code == 0, outcome.findings
    assert [asked.path for asked in server.asked] == ["/permits", "/notices", "/notices"], "asked by the notebook alone"
    for name, parameter in (("raw_permits", "register: PostgresResource"), ("notices", "api: HTTPResource")):
        assert parameter in (root / f"src/rents/defs/bronze/{name}.py").read_text()
        evidence = json.loads((root / f"evidence/bronze/{name}.json").read_text())
        assert evidence["verified"] is True
        assert evidence["tests"]["passed"] >= 4, "there is a test on made-up rows of what was read"
        shown, _, kind = parameter.partition(": ")
        assert f'{kind}.replaying(DATA / "{shown}")' in (root / f"tests/assets/test_{name}.py").read_text()
    written = b"".join(p.read_bytes() for p in root.rglob("*") if p.is_file())
    assert b"Plantedshire" not in written, "no value of the data"
    assert READER_PASSWORD.encode() not in written
    assert TOKEN.encode() not in written
