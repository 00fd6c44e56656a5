"""Several projects side by side: one reads what another makes, in notebooks, in proofs and in production."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import venv
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import polars as pl
import pytest
import urllib3

from platform_core.config import load_config
from platform_core.errors import UserError
from platform_core.lake import Lake
from platform_core.sdk import load_asset
from platform_core.storage.routes import storage_of
from promote.cli import main as promote
from workbench.cli import main as workbench
from workbench.scaffold import render_project
from workbench.stack.ports import HeldPorts

ROOT = Path(__file__).parents[2]

VISITS = '''\
"""Visits to each library."""

from importlib.metadata import version

import polars as pl

from platform_core.sdk import gold_asset


@gold_asset(
    name="visits_by_library", description=f"On release {version('notebook-workbench')}.", code_version="1",
    owners=["team:data"], classification="OFFICIAL",
)
def visits_by_library_asset() -> pl.LazyFrame:
    """Visits to each library."""
    return pl.LazyFrame({"library": ["Aston", "Barton"], "visits": [30, 12]})
'''

BUSY = '''\
"""The libraries with many visits."""

import polars as pl

from platform_core.sdk import gold_asset


@gold_asset(
    name="busy", description="Libraries with many visits.", code_version="1",
    owners=["team:data"], classification="OFFICIAL",
)
def busy_asset(visits_by_library: pl.LazyFrame) -> pl.LazyFrame:
    """The libraries with many visits."""
    return visits_by_library.filter(pl.col("visits") > 20)
'''

OTHERS = "\nio:\n  assets:\n    visits_by_library: {project: libraries, path: ../libraries/data/lake}\n"


@pytest.fixture
def estate(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Two rendered projects in one folder: `council` reads what `libraries` makes."""
    for name, asset, text in (("libraries", "visits_by_library", VISITS), ("council", "busy", BUSY)):
        root = render_project(tmp_path / name, {"project_name": name, "example": "blank"}, ask=False)
        (root / f"src/{name}/defs/gold/{asset}.py").write_text(text)
    base = tmp_path / "council/config/base.yaml"
    base.write_text(base.read_text() + OTHERS)
    for module in [name for name in sys.modules if name.partition(".")[0] in {"libraries", "council"}]:
        monkeypatch.delitem(sys.modules, module)
    return tmp_path


def test_one_project_reads_what_another_makes_and_never_writes_it(
    estate: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(estate / "council")
    with pytest.raises(UserError, match="'visits_by_library' has not been materialised"):
        load_asset("visits_by_library")
    monkeypatch.chdir(estate / "libraries")
    assert workbench(["materialize", "visits_by_library"]) == 0
    monkeypatch.chdir(estate / "council")
    assert load_asset("visits_by_library", as_="polars")["visits"].to_list() == [30, 12]
    assert workbench(["materialize", "busy"]) == 0, capsys.readouterr().err
    assert load_asset("busy", as_="polars")["library"].to_list() == ["Aston"]
    assert Lake(estate / "council/data/lake").names() == ["busy"]
    with pytest.raises(UserError, match="is made by the project 'libraries', and this one only reads it"):
        storage_of(load_config(estate / "council")).write("gold", "visits_by_library", pl.DataFrame({"a": [1]}))


def test_the_partitions_of_another_project_are_told_by_its_own_lists(tmp_path: Path) -> None:
    (tmp_path / "ours/config").mkdir(parents=True)
    (tmp_path / "ours/pyproject.toml").write_text("[tool.workbench]\n")
    io = "io: {assets: {visits: {project: theirs, path: ../theirs}}}\n"
    (tmp_path / "ours/config/base.yaml").write_text('partitions: {years: ["2023"]}\n' + io)
    for year in ("2023", "2024"):
        Lake(tmp_path / "theirs").write("gold", "visits", pl.DataFrame({"year": [year]}), year, listed="years")
    found = storage_of(load_config(tmp_path / "ours")).read("visits", "polars")
    assert found["year"].to_list() == ["2023", "2024"]


@pytest.mark.parametrize("where", ["{project: libraries}", "{layers: {gold: {project: libraries}}}"])
def test_only_an_asset_is_of_another_project(tmp_path: Path, where: str) -> None:
    (tmp_path / "pyproject.toml").write_text("[tool.workbench]\n")
    (tmp_path / "config").mkdir()
    (tmp_path / "config/base.yaml").write_text(f"io: {where}\n")
    with pytest.raises(UserError, match="one asset is made by another project"):
        load_config(tmp_path)


def test_a_notebook_on_another_projects_asset_is_promoted_with_its_proof(
    estate: Path, monkeypatch: pytest.MonkeyPatch, write_notebook: Callable[..., Path], full_count: bool
) -> None:
    if not full_count:
        pytest.skip("proves a step on another project's data: `make test-nightly`")
    Lake(estate / "libraries/data/lake").write(
        "gold", "visits_by_library", pl.DataFrame({"library": ["Aston", "Barton"], "visits": [30, 12]})
    )
    council = estate / "council"
    (council / "src/council/defs/gold/busy.py").unlink()
    write_notebook(
        council / "notebooks/gold/busy.ipynb",
        'import polars as pl\nfrom platform_core.sdk import load_asset\nvisits = load_asset("visits_by_library")',
        (
            "#| owner: team:a\n#| classification: OFFICIAL\n#| description: Libraries with many visits.\n"
            'busy = visits.filter(pl.col("visits") > 20).sort("library")',
            ["gold:busy"],
        ),
    )
    monkeypatch.chdir(council)
    assert promote(["notebooks/gold/busy.ipynb"]) == 0
    evidence = json.loads((council / "evidence/gold/busy.json").read_text())
    assert "visits_by_library" in json.dumps(evidence)


def older_platform(folder: Path, version: str) -> Path:
    """Make an environment with a wheel of this tree under another version, and give its Python.

    What the platform depends on is taken from the environment that runs the test: only the platform differs.
    """
    tree = folder / "tree"
    folders = (
        "platform_core",
        "promote",
        "workbench",
        "jupyter_ext",
        "notebooks_template",
        "deployment/compose",
        "docs",
    )
    for name in (*folders, "README.md", "LICENSE"):
        source = ROOT / name
        left_out = shutil.ignore_patterns("node_modules", "__pycache__")
        shutil.copytree(source, tree / name, ignore=left_out) if source.is_dir() else shutil.copy(source, tree / name)
    settings = (ROOT / "pyproject.toml").read_text()
    (present,) = [line for line in settings.splitlines() if line.startswith("version = ")]
    (tree / "pyproject.toml").write_text(settings.replace(present, f'version = "{version}"', 1))
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)]
    subprocess.run(command, cwd=tree, check=True, capture_output=True)
    (wheel,) = folder.glob("*.whl")
    venv.create(folder / "venv", with_pip=False)
    (place,) = (folder / "venv").glob("lib/python*/site-packages")
    shutil.unpack_archive(wheel, place, "zip")
    (here,) = [path for path in sys.path if path.endswith("site-packages")]
    (place / "others.pth").write_text(f"{here}\n")
    return folder / "venv/bin/python"


WORKSPACE = """\
load_from:
  - python_module:
      {{module_name: libraries.definitions, working_directory: {estate}/libraries/src, location_name: libraries,
       executable_path: {older}}}
  - python_module:
      {{module_name: council.definitions, working_directory: {estate}/council/src, location_name: council}}
"""


def test_two_releases_of_the_platform_stand_beside_one_another_on_one_webserver(
    estate: Path, tmp_path: Path, full_count: bool
) -> None:
    if not full_count:
        pytest.skip("installs an older release and starts a webserver: `make test-nightly`")
    older = older_platform(tmp_path / "older", "0.0.9")
    where = [
        str(older),
        "-P",
        "-c",
        "import platform_core, workbench; print(platform_core.__file__, workbench.__file__)",
    ]
    files = subprocess.run(
        where, cwd=estate, env=environment(estate), capture_output=True, text=True, check=True
    ).stdout
    assert files.count(str(tmp_path / "older/venv")) == 2
    (estate / "workspace.yaml").write_text(WORKSPACE.format(estate=estate, older=older))
    with webserver(estate) as ask:
        told = ask(
            "{ assetNodes { assetKey { path } description repository { location { name } } "
            "dependencyKeys { path } dependedByKeys { path } } }"
        )["assetNodes"]
    nodes = {(one["assetKey"]["path"][0], one["repository"]["location"]["name"]): one for one in told}
    assert nodes["visits_by_library", "libraries"]["description"] == "On release 0.0.9."
    assert nodes["visits_by_library", "libraries"]["dependedByKeys"] == [{"path": ["busy"]}]
    assert nodes["busy", "council"]["dependencyKeys"] == [{"path": ["visits_by_library"]}]
    for name, python in (("libraries", str(older)), ("council", sys.executable)):
        command = [python, "-m", "dagster", "asset", "materialize", "--select", "*", "-m", f"{name}.definitions"]
        done = subprocess.run(
            command, cwd=estate / name / "src", env=environment(estate), capture_output=True, check=False
        )
        assert done.returncode == 0, done.stderr.decode()[-2000:]
    assert Lake(estate / "council/data/lake").read("busy", "polars")["library"].to_list() == ["Aston"]


def environment(estate: Path) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    (estate / "home").mkdir(exist_ok=True)
    return kept | {"DAGSTER_HOME": str(estate / "home"), "DAGSTER_DISABLE_TELEMETRY": "1"}


@contextmanager
def webserver(estate: Path) -> Iterator[Callable[[str], Any]]:
    """Run Dagster's webserver on the estate's workspace, and give what asks it by GraphQL."""
    held = HeldPorts()
    port = held.any()
    command = [sys.executable, "-m", "dagster_webserver", "-w", "workspace.yaml", "-p", str(port)]
    server = subprocess.Popen(
        command, cwd=estate, env=environment(estate), stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )
    assert server.stdout is not None

    # The line is printed a moment before the server listens
    patient = urllib3.PoolManager(retries=urllib3.Retry(connect=20, backoff_factor=0.1))

    def ask(query: str) -> Any:
        answer = patient.request("POST", f"http://127.0.0.1:{port}/graphql", json={"query": query}).json()
        assert "errors" not in answer, answer
        return answer["data"]

    try:
        said = []
        for line in server.stdout:
            said.append(line)
            if "Serving dagster-webserver" in line:
                break
        else:
            pytest.fail("".join(said)[-2000:])
        yield ask
    finally:
        server.terminate()
        server.wait()
        held.close()
