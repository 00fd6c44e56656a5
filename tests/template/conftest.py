"""One rendered project for each example, shared by the tests that only read it."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from platform_core.lake import Lake
from tests.once import Once
from tests.template.execute import fill_lake
from tests.template.support import notebooks, rendered_project, run, steps

if TYPE_CHECKING:
    import polars as pl


@pytest.fixture(scope="session")
def odp(once: Once) -> Path:
    """The project of the example on planning data; not to be changed."""
    return _only(once("odp", lambda folder: rendered_project(folder, project_name="Demo ODP", example="odp")))


@pytest.fixture(scope="session")
def blank(once: Once) -> Path:
    """The project of the blank example; not to be changed."""
    return _only(once("blank", lambda folder: rendered_project(folder, project_name="Demo blank", example="blank")))


def _only(folder: Path) -> Path:
    (project,) = (folder / "out").iterdir()
    return project


@pytest.fixture(scope="session")
def promoted_blank(blank: Path, once: Once) -> Path:
    """The project of the blank example with its notebook promoted; not to be changed."""

    def make(folder: Path) -> None:
        project = shutil.copytree(blank, folder / "project")
        assert run("promote --check", project).returncode == 1
        outcome = run("promote notebooks/*/*.ipynb", project)
        assert outcome.returncode == 0, outcome.stdout + outcome.stderr

    return once("promoted_blank", make) / "project"


@pytest.fixture(scope="session")
def filled(odp: Path, once: Once) -> Path:
    """A copy of the project of the planning-data example whose lake holds what every step gives; not to be changed."""
    return once("filled", lambda folder: fill_lake(shutil.copytree(odp, folder / "project"))) / "project"


@pytest.fixture(scope="session")
def frames(filled: Path) -> dict[str, pl.DataFrame]:
    """What each step of the planning-data example gives, by asset name."""
    lake = Lake.of_project(filled)
    tagged = [tag for notebook in notebooks(filled) for tag in steps(notebook)]
    return {asset: lake.read(asset, "polars") for asset in (tag.partition(":")[2] for tag in tagged)}


@pytest.fixture
def copied(filled: Path, tmp_path: Path) -> Path:
    """A copy of the project of the planning-data example with its lake, to be changed."""
    return shutil.copytree(filled, tmp_path / "project")


@pytest.fixture
def copied_blank(blank: Path, tmp_path: Path) -> Path:
    """A copy of the project of the blank example, to be changed."""
    return shutil.copytree(blank, tmp_path / "project")
