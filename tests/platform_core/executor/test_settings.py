"""What the executor may be told, by a run and by a project."""

from __future__ import annotations

from types import SimpleNamespace
from typing import TYPE_CHECKING

import dagster as dg
import pytest
from dagster._config import process_config

from platform_core.config import load_config
from platform_core.errors import UserError
from platform_core.executor import ExecutorSettings, platform_executor
from platform_core.executor.moves import default_rules, read_rules
from workbench.definitions import gather

if TYPE_CHECKING:
    from pathlib import Path


@dg.op
def nothing() -> None:
    """Do nothing."""


def made(config: dict[str, object]) -> object:
    """Make a job with a configuration of the executor, which Dagster checks."""

    @dg.job(executor_def=platform_executor, config={"execution": {"config": config}})
    def job() -> None:
        nothing()

    return dg.validate_run_config(job, {"execution": {"config": config}})


def test_every_setting_has_a_default_that_dagster_knows() -> None:
    """What Dagster fills in is what the settings themselves say."""
    filled = process_config(platform_executor.config_schema.config_type, {})
    assert filled.success
    found = dict(filled.value or {})
    assert ExecutorSettings.model_validate(found.get("config", found)) == ExecutorSettings()


@pytest.mark.parametrize("config", [{"worker": 2}, {"kinds": {"batch": 3}}, {"retries": "perhaps"}, {"workers": "two"}])
def test_a_wrong_setting_is_refused(config: dict[str, object]) -> None:
    """Dagster refuses what is of another type, and what is not known."""
    with pytest.raises(dg.DagsterInvalidConfigError):
        made(config)


@pytest.mark.parametrize(
    "config", [{"workers": 0}, {"stop_seconds": -1.0}, {"moves": [{"cause": "rain", "then": "again"}]}]
)
def test_a_setting_out_of_its_range_is_told_in_one_sentence(config: dict[str, object], tmp_path: Path) -> None:
    """It is a mistake of the person who wrote it, with the place of the setting."""
    with pytest.raises(UserError) as caught:  # noqa: PT012 - either of the two may refuse it
        settings = ExecutorSettings.model_validate(config) if "moves" in config else _create(config)
        read_rules(settings.moves or [])
    assert next(iter(config)) in caught.value.message


def _create(config: dict[str, object]) -> ExecutorSettings:
    create = platform_executor.executor_creation_fn
    assert create is not None
    create(SimpleNamespace(executor_config=config))  # type: ignore[arg-type]  # it reads nothing else
    return ExecutorSettings()


def test_the_rules_that_come_with_it_are_read() -> None:
    """Each rule of `moves.json` is one."""
    assert len(default_rules()) == 7


@pytest.mark.parametrize(
    ("environment", "written", "expected"),
    [
        ("dev", "", "in_process"),
        ("prod", "", "platform"),
        ("dev", "compute: {executor: warm, workers: 3}", "platform"),
        ("prod", "compute: {executor: multiprocess}", "multiprocess"),
    ],
)
def test_a_project_says_where_its_steps_run(environment: str, written: str, expected: str, tmp_path: Path) -> None:
    """The section `compute:` of the configuration makes the executor of every job."""
    (tmp_path / "config").mkdir()
    (tmp_path / "config" / "base.yaml").write_text(written)
    (tmp_path / "config" / "prod.yaml").write_text("")
    (tmp_path / "pyproject.toml").write_text("[tool.workbench]\n")
    definitions = gather([], load_config(tmp_path, environment))
    assert isinstance(definitions.executor, dg.ExecutorDefinition)
    assert definitions.executor.name == expected
