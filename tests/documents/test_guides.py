"""The how-to guides, each done in one project as a reader would do it."""

from __future__ import annotations

import doctest
from collections.abc import Iterator
from pathlib import Path

import dagster as dg
import pytest

from platform_core.config import load_config
from platform_core.lake import Lake
from platform_core.resources import PostgresResource
from scripts.tutorial.acts import read
from tests.documents.blocks import ALL, DOCS
from tests.documents.guides import GUIDES, HOW_TO
from tests.documents.reader import Reader
from tests.promote.small_project import CLEAN, HARVEST, make_project
from tests.servers.postgres import PostgresServer


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A project with two notebooks and what their steps give; guides change it one after the other."""
    import polars as pl

    root = make_project(tmp_path_factory.mktemp("guides") / "rents", {"bronze/harvest.ipynb": HARVEST})
    make_project(root, {"silver/clean.ipynb": CLEAN})
    rents = pl.DataFrame({"town": ["Ambridge", "Ambridge"], "rent": [900, 950], "year": ["2023", "2024"]})
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(root)
        patch.setenv("DAGSTER_HOME", "")
        reader = Reader(root)
        reader.type("promote notebooks/bronze/harvest.ipynb notebooks/silver/clean.ipynb", "the project")
        lake = Lake.of_project(root)
        for layer, name in (("bronze", "raw_rents"), ("silver", "rents"), ("gold", "rent_by_town")):
            lake.write(layer, name, rents)
        yield root


@pytest.fixture
def register(postgres: PostgresServer, monkeypatch: pytest.MonkeyPatch) -> PostgresResource:
    """A database with one permit, which the guides know by variables of the environment."""
    resource = PostgresResource(host=postgres.folder, database=postgres.new_database(), username="reader")
    resource.execute("CREATE TABLE permits (permit_id int, fee int, decided_on date)")
    resource.execute("INSERT INTO permits VALUES (1, 90, '2025-02-01'), (2, 40, '2024-02-01')")
    for name, value in {"HOST": postgres.folder, "DATABASE": resource.database, "PASSWORD": "not asked for"}.items():
        monkeypatch.setenv(f"REGISTER_{name}", str(value))
    return resource


@pytest.mark.parametrize("name", HOW_TO)
def test_a_guide_is_done_as_it_says(name: str, project: Path, request: pytest.FixtureRequest) -> None:
    if name in {"read-a-database", "handle-a-secret"}:
        request.getfixturevalue("register")
    page = DOCS / f"guides/{name}.md"
    reader = Reader(project)
    for act in read(page):
        reader.do(act)
    said: list[str] = []
    runner = doctest.DocTestRunner(verbose=False)
    for block in (one for one in ALL if one.page == f"docs/guides/{name}.md" and ">>>" in one.text):
        examples = doctest.DocTestParser().get_doctest(block.text, reader.names, block.name, block.page, 0)
        runner.run(examples, out=said.append, clear_globs=False)
    assert not runner.failures, "".join(said)
    if name == "schedule-an-asset":
        jobs = load_config(project).jobs
        selected = [dg.AssetSelection.from_string(one) for job in jobs.values() for one in job.selection]
        assert not set(jobs) & {"raw_rents", "rents", "rent_by_town"}  # Dagster takes no job with an asset's name
        assert selected == [dg.AssetSelection.assets("rents"), dg.AssetSelection.assets("rent_by_town")]
    if name == "read-a-database":
        assert reader.names["raw_permits"].rows() == [(1, 90)]


def test_every_guide_that_has_a_block_to_do_is_done() -> None:
    titled = {
        page.relative_to(DOCS.parent).as_posix()
        for page in DOCS.rglob("*.md")
        if ' title="' in page.read_text(encoding="utf-8")
    }
    assert titled - GUIDES == set()
