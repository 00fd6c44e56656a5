"""dagster-dbt's way to run dbt, without what a run here has no use for."""

from __future__ import annotations

import sys
from functools import cached_property
from importlib.metadata import version
from pathlib import Path
from typing import Any

from packaging.version import Version


def dbt_of(project: Path) -> Any:
    """Give a `DbtCliResource` that runs the dbt installed beside this Python.

    dagster-dbt asks `dbt --version` before each run, which starts dbt once more and looks for news on the network; and
    it opens the database to ask for columns, which the stored files tell already. Neither happens here. Where a later
    dagster-dbt knows these two members no more, it does both again.

    Args:
        project: The folder of the dbt project.
    """
    from dagster_dbt import DbtCliResource  # noqa: PLC0415 - an extra

    class Dbt(DbtCliResource):  # type: ignore[misc] # dagster-dbt is an extra, without types here
        @cached_property
        def _cli_version(self) -> Version:
            return Version(version("dbt-core"))

        def _initialize_dbt_core_adapter(self, args: Any) -> None:
            return None

    beside = Path(sys.executable).with_name("dbt")
    return Dbt(project_dir=str(project), dbt_executable=str(beside) if beside.is_file() else "dbt")
