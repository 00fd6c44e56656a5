"""The settings of every environment can be read, and what they name is there."""

from pathlib import Path

import pytest
from platform_core.config import load_config

PROJECT = Path(__file__).parents[2]
ENVIRONMENTS = ["dev", "staging", "prod"]


@pytest.fixture(autouse=True)
def _own_lake(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("WORKBENCH_LAKE", raising=False)


@pytest.mark.parametrize("environment", ENVIRONMENTS)
def test_the_files_that_resources_name_are_there(environment: str) -> None:
    config = load_config(PROJECT, environment)
    roots = [PROJECT / entry.fields["root"] for entry in config.resources.values() if entry.type == "files"]
    assert roots
    assert [root for root in roots if not root.is_dir()] == []


def test_environments_keep_their_data_apart() -> None:
    lakes = [load_config(PROJECT, environment).lake for environment in ENVIRONMENTS]
    assert len(set(lakes)) == len(ENVIRONMENTS)
