"""Partitions from the project's YAML and from the calendar."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path

import pytest

from platform_core.errors import UserError
from platform_core.partitions import (
    daily_partitions,
    monthly_partitions,
    partition_values,
    static_partitions,
    tax_year_partitions,
    weekly_partitions,
)


@pytest.fixture
def project(tmp_path: Path) -> Path:
    (tmp_path / "config").mkdir()
    (tmp_path / "pyproject.toml").write_text("[tool.workbench]\n")
    (tmp_path / "config" / "base.yaml").write_text("lake: x\npartitions:\n  report_dates: [2025-03-19, 2025-01-22]\n")
    return tmp_path


def test_values_come_in_the_order_written(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert partition_values("report_dates", project=project) == ("2025-03-19", "2025-01-22")
    monkeypatch.chdir(project)
    assert static_partitions("report_dates").get_partition_keys() == ["2025-03-19", "2025-01-22"]


def test_a_new_line_of_yaml_is_a_new_partition(project: Path) -> None:
    (project / "config" / "dev.yaml").write_text("partitions: {report_dates: [2025-03-19, 2025-04-02]}\n")
    assert static_partitions("report_dates", project=project).get_last_partition_key() == "2025-04-02"


def test_an_unknown_list_is_an_error_that_names_the_file(project: Path) -> None:
    with pytest.raises(UserError, match="Did you mean 'report_dates'") as caught:
        static_partitions("report_date", project=project)
    assert caught.value.location == "config/base.yaml:2"
    (project / "config" / "base.yaml").write_text("")
    with pytest.raises(UserError, match="Add it under `partitions:`") as caught:
        partition_values("report_dates", project=project)
    assert caught.value.location == "config/base.yaml"


def test_dates_are_taken_in_every_form() -> None:
    expected = ["2025-01-01", "2025-01-02"]
    assert daily_partitions(date(2025, 1, 1), datetime(2025, 1, 3, 12)).get_partition_keys() == expected
    assert monthly_partitions("2025-01-01", "2025-02-01", timezone="Europe/London").get_partition_keys() == [
        "2025-01-01"
    ]
    assert weekly_partitions("2025-01-01", "2025-01-06", first_day=0).get_partition_keys() == ["2025-01-05"]


def test_mistakes_are_errors() -> None:
    with pytest.raises(UserError, match="'22/01/2025' is not a date"):
        daily_partitions("22/01/2025")
    with pytest.raises(UserError, match="cannot end by 2025-01-01"):
        monthly_partitions("2025-01-01", "2025-01-01")
    with pytest.raises(UserError, match="cannot begin on day 7"):
        weekly_partitions("2025-01-01", first_day=7)
    with pytest.raises(UserError, match="cannot begin on day True"):
        weekly_partitions("2025-01-01", first_day=True)
    for odd in (20250101, None):
        with pytest.raises(UserError, match=f"{odd} is not a date"):
            daily_partitions(odd)  # type: ignore[arg-type]  # the mistake itself
    for make in (daily_partitions, weekly_partitions, monthly_partitions, tax_year_partitions):
        with pytest.raises(UserError, match=r"no time zone 'Europe/Londn'\.\nhint: Did you mean 'Europe/London'"):
            make("2025-01-01", timezone="Europe/Londn")
    with pytest.raises(UserError, match="Write it as Europe/London, or UTC"):
        daily_partitions("2025-01-01", timezone="/")
