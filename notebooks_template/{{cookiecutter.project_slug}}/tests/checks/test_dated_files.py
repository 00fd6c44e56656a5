"""The project's own resource reads dates from the names of files."""

import datetime as dt
from pathlib import Path

from {{ cookiecutter.package_name }}.resources.reports import DatedFiles


def test_dates_are_read_from_names(tmp_path: Path) -> None:
    for name in ("a_2025-03-19.csv", "b_2025-03-19.csv", "a_2025-01-22.csv", "notes.txt"):
        (tmp_path / name).touch()
    files = DatedFiles(root=str(tmp_path))
    assert files.dates() == [dt.date(2025, 1, 22), dt.date(2025, 3, 19)]
    assert files.dates("b_*.csv") == [dt.date(2025, 3, 19)]
