"""A project whose folder PostgreSQL's own user may pass through, where the tests run as root."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.deployment.mutations import Webservers, two_webservers
from tests.deployment.stacks import Stack, odp_project, running

COMPOSE = Path(__file__).parents[2] / "deployment" / "compose"


@pytest.fixture(scope="session")
def open_folder() -> Iterator[Path]:
    """A folder outside those of pytest, which are closed to others."""
    folder = Path(tempfile.mkdtemp(prefix="stack-"))
    folder.chmod(0o755)
    yield folder
    shutil.rmtree(folder)


@pytest.fixture(scope="module")
def stack(open_folder: Path, full_count: bool) -> Iterator[Stack]:
    """The stack of the ODP example, healthy. It looks more often than in production, for the tests to end soon.

    A run has as long as it likes to begin: what is lost before that, the monitor has to find in another way.
    """
    project = odp_project(open_folder / "odp", warm=full_count)
    settings = (COMPOSE / "dagster.yaml").read_text(encoding="utf-8")
    for slow, quick in (("poll_interval_seconds: 15", "poll_interval_seconds: 5"), ("_delay: 15", "_delay: 2"),
                        ("start_timeout_seconds: 900", "start_timeout_seconds: 3600")):  # fmt: skip
        assert slow in settings
        settings = settings.replace(slow, quick)
    (open_folder / "dagster.yaml").write_text(settings, encoding="utf-8")
    environ = {"WORKBENCH_ENV": "dev", "DAGSTER_YAML": str(open_folder / "dagster.yaml"), "MAX_CONCURRENT_RUNS": "3"}
    with running(project, environ) as started:
        yield started


@pytest.fixture(scope="module")
def webservers() -> Iterator[Webservers]:
    """The webservers of viewers and launchers, on one instance."""
    with two_webservers() as found:
        yield found
