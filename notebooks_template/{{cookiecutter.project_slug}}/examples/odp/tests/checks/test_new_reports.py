"""The sensor asks for each week once, and says what to do about a week that nobody has written down."""

from collections.abc import Iterator
from pathlib import Path

import dagster as dg
import pytest
from platform_core.config import load_config

from {{ cookiecutter.package_name }}.defs.sensors.new_reports import new_reports
from {{ cookiecutter.package_name }}.resources.reports import DatedFiles

PROJECT = Path(__file__).parents[2]
DATES = load_config(PROJECT).partitions["report_dates"]


def _tick(folder: Path) -> list[object]:
    context = dg.build_sensor_context(resources={"arrivals": DatedFiles(root=str(folder))})
    asked = new_reports(context)
    assert isinstance(asked, Iterator)
    return list(asked)


def test_each_week_is_asked_for_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(PROJECT)
    wanted = [dg.RunRequest(run_key=date, partition_key=date) for date in sorted(DATES)]
    assert _tick(PROJECT / "sources/odp") == wanted


def test_a_week_that_is_not_written_down_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(PROJECT)
    (tmp_path / "odp-status_2030-01-01.csv").touch()
    (skipped,) = _tick(tmp_path)
    assert isinstance(skipped, dg.SkipReason)
    assert "2030-01-01" in str(skipped.skip_message)
