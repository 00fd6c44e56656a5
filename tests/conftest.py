"""What every test stands on: no settings of the person's own shell, and the size of the long searches."""

from __future__ import annotations

import atexit
import os
import signal
from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest
from hypothesis import settings

if TYPE_CHECKING:
    from pathlib import Path

    from tests.servers.gcs import GCSServer
    from tests.servers.postgres import PostgresServer

from tests import planted
from tests.environment import keep_in_place
from tests.once import Once

NIGHTLY = os.environ.get("WORKBENCH_NIGHTLY") == "1"

settings.register_profile("suite", max_examples=50, deadline=None)
settings.register_profile("nightly", max_examples=5000, deadline=None)
settings.load_profile("nightly" if NIGHTLY else "suite")

keep_in_place()
os.environ["DAGSTER_DISABLE_TELEMETRY"] = "1"
for name in ("DAGSTER_HOME", *(f"WORKBENCH_{part}" for part in ("PROJECT", "ENV", "LAKE", "RECORD", "REPLAY"))):
    os.environ.pop(name, None)
os.environ["WORKBENCH_CACHE"] = "off"  # a record of each test's project would stay in the person's own folder

os.environ[planted.SECRET_NAME] = planted.SECRET
_SAID: list[str] = []  # tests in whose output the planted secret stands

# A shell ignores interrupts for what it starts in the background, and what that starts would ignore them too
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)

# DuckDB's binding reports leaks of its own types when a process ends; pytest's summary is to be the last word
atexit.register(lambda: os.dup2(os.open(os.devnull, os.O_WRONLY), 2))


@pytest.fixture(scope="session")
def postgres() -> Iterator[PostgresServer]:
    """Start one PostgreSQL for the tests of this run that ask for it."""
    from tests.servers.postgres import running_postgres  # the server's package costs time that few tests spend

    with running_postgres() as server:
        yield server


@pytest.fixture(scope="session")
def aws_server() -> Iterator[str]:
    """Start one moto server for the tests of this run that ask for it."""
    from tests.servers.aws import running_aws  # as above

    with running_aws() as endpoint:
        yield endpoint


@pytest.fixture
def aws(aws_server: str, monkeypatch: pytest.MonkeyPatch) -> str:
    """Set the environment in which AWS programs find the moto server, and give its address."""
    from tests.servers.aws import credentials  # as above

    for name in [name for name in os.environ if name.startswith("AWS_")]:
        monkeypatch.delenv(name)
    for name, value in credentials(aws_server).items():
        monkeypatch.setenv(name, value)
    return aws_server


@pytest.fixture(scope="session")
def azurite() -> Iterator[str]:
    """Start one emulator of Azure Blob Storage for the tests of this run that ask for it, and give its address."""
    from scripts.setup_azurite import HINT, find  # as above
    from tests.servers.azure import running_azurite

    command = find()
    if command is None:
        pytest.skip(f"no Azurite: {HINT}")
    with running_azurite(command) as endpoint:
        yield endpoint


@pytest.fixture(scope="session")
def gcs(tmp_path_factory: pytest.TempPathFactory) -> Iterator[GCSServer]:
    """Start one server of Google Cloud Storage's XML interface for the tests of this run that ask for it."""
    from tests.servers.gcs import running_gcs  # as above

    with running_gcs(tmp_path_factory.mktemp("gcs")) as server:
        yield server


@pytest.fixture(scope="session")
def full_count() -> bool:
    """Say whether a campaign runs in full (`make test-nightly`) or only a small share of it."""
    return NIGHTLY


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Take every campaign and property test into the nightly run: that is where their full count is worth its time."""
    for item in items if NIGHTLY else ():
        test = getattr(item, "obj", None)
        if "full_count" in getattr(item, "fixturenames", ()) or getattr(test, "is_hypothesis_test", False):
            item.add_marker(pytest.mark.nightly)


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    """Note a test that printed or logged the secret that is planted in its environment."""
    if any(planted.SECRET in text for _, text in report.sections):
        _SAID.append(f"the output of {report.nodeid}")


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    """Search all that the run wrote for what is planted; a find fails the run."""
    if hasattr(session.config, "workerinput"):
        return  # the process that started this one looks
    factory = getattr(session.config, "_tmp_path_factory", None)
    found = [*_SAID, *(planted.written_under(factory.getbasetemp()) if factory is not None else ())]
    if found:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED
        print("\nWhat was planted to be written nowhere stands in:", *found, sep="\n  ")  # noqa: T201 - pytest's summary


@pytest.fixture(scope="session")
def once(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Once:
    """What the processes of this run share: `once(name, make)` gives a folder that one of them filled."""
    base = tmp_path_factory.getbasetemp()
    return Once(base.parent if hasattr(request.config, "workerinput") else base)


@pytest.fixture(scope="session")
def promoted_rents(once: Once) -> Path:
    """The small project with both its notebooks promoted and proven; not to be changed."""
    return once("rents", _promote_rents) / "ä project"


def _promote_rents(folder: Path) -> None:
    from promote.outcome import Settings  # few tests ask for it
    from promote.pipeline import run
    from tests.promote.small_project import CLEAN, HARVEST, make_project

    root = make_project(folder / "ä project", {"bronze/harvest.ipynb": HARVEST, "silver/clean.ipynb": CLEAN})
    named = [root / "notebooks/silver/clean.ipynb", root / "notebooks/bronze/harvest.ipynb"]  # in the wrong order
    outcome = run(named, Settings(project=root), lambda _: None)
    assert outcome.exit_code == 0, outcome.findings
    assert {one.tag: one.status for one in outcome.steps} == dict.fromkeys(
        ("bronze:raw_rents", "silver:rents", "gold:rent_by_town"), "new"
    )


@pytest.fixture(scope="session")
def types_cache(tmp_path_factory: pytest.TempPathFactory) -> str:
    """One cache for every run of the type checker: the first costs many seconds."""
    return str(tmp_path_factory.mktemp("mypy"))
