"""What notebooks and promoted modules import: every public function says what it does by an example that is run."""

from __future__ import annotations

import inspect
from importlib import import_module

import pytest

# `make test` runs the examples of their docstrings
PACKAGES = (
    "asset_checks",
    "automation",
    "config",
    "io_managers",
    "metadata",
    "partitions",
    "resources",
    "sdk",
    "sdk.decorators",
    "sdk.factories",
)
# What promoted modules call with a context of Dagster, and what stands in none of them
BY_DAGSTER = {"config_of", "ObjectStoreOutputNotebookIOManager", "ProjectIOManager", "Meter"}
SHAPES = {"JobConfig", "ScheduleConfig", "ProjectConfig"}


@pytest.mark.parametrize("package", PACKAGES)
def test_every_public_name_has_an_example(package: str) -> None:
    module = import_module(f"platform_core.{package}")
    public = {name: getattr(module, name) for name in module.__all__}
    made = {name: made for name, made in public.items() if inspect.isfunction(made) or inspect.isclass(made)}
    assert [n for n, made in made.items() if ">>>" not in (inspect.getdoc(made) or "")] == sorted(
        (BY_DAGSTER | SHAPES) & made.keys()
    )
