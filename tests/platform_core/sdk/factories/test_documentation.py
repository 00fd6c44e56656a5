"""The examples of the pages on factories, run in order over a project with real servers."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import xlsxwriter

from platform_core.resources import PostgresResource
from tests.servers.http import Reply, running_http
from tests.servers.postgres import PostgresServer

DOCS = Path(__file__).parents[4] / "docs/reference"
CONFIG = """
lake: lake
resources:
  register: {{type: postgres, host: {folder}, database: {database}, username: reader}}
  api: {{type: http, base_url: "{url}"}}
  inbox: {{type: files, root: inbox}}
  outbox: {{type: files, root: outbox}}
"""


@pytest.mark.parametrize("page", ["factories.md", "publishing.md"])
def test_the_examples_of_a_page_run(
    page: str, postgres: PostgresServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    database = postgres.new_database()
    register = PostgresResource(host=postgres.folder, database=database, username="reader")
    register.execute("CREATE TABLE permits (permit_id int, changed timestamptz)")
    register.execute("INSERT INTO permits VALUES (1, '2025-01-01Z')")
    register.execute("CREATE TABLE fees (authority text PRIMARY KEY, fee numeric)")
    for folder in ("inbox/permits", "outbox"):
        (tmp_path / folder).mkdir(parents=True)
    (tmp_path / "inbox/permits/a.csv").write_text("permit_id,decided_on\n1,31/01/2025\n")
    workbook = xlsxwriter.Workbook(str(tmp_path / "inbox/fees.xlsx"))
    sheet = workbook.add_worksheet("Fees")
    sheet.write_row("A3", ["authority", "from"])
    sheet.write_row("A4", ["Ambridge", "31/01/2025"])
    workbook.close()
    blocks = re.findall(r"```python\n(.*?)```", (DOCS / page).read_text(encoding="utf-8"), re.DOTALL)
    assert len(blocks) >= 3
    with running_http() as server:
        server.paths["/notices"] = lambda *_: Reply([])
        (tmp_path / "config").mkdir()
        (tmp_path / "pyproject.toml").write_text('[project]\nname = "a"\n[tool.workbench]\npackage = "a"\n')
        settings = CONFIG.format(folder=postgres.folder, database=database, url=server.url)
        (tmp_path / "config/base.yaml").write_text(settings)
        monkeypatch.chdir(tmp_path)
        names: dict[str, object] = {"__name__": page}
        for block in blocks:
            exec(compile(block, page, "exec"), names)  # noqa: S102 - our own page, and running it is the test
    if page == "factories.md":
        assert names["frame"].collect()["permit_id"].to_list() == [1]  # type: ignore[attr-defined]
        assert str(names["rows"].collect()["decided_on"][0]) == "2025-01-31"  # type: ignore[attr-defined]
        assert str(names["sheet"]["from"][0]) == "2025-01-31"  # type: ignore[index]
    else:
        assert register.execute_query("SELECT authority FROM fees ORDER BY 1")["authority"].to_list() == [
            "Ambridge",
            "Borchester",
        ]
        assert sorted(path.name for path in (tmp_path / "outbox").iterdir()) == ["fees.csv", "fees.sqlite"]
    register.close()
