"""What a run costs, left for those who read it without Dagster: the Lab panel and `promote`."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from platform_core.costs.remembered import PLACE, remember, remembered
from promote.outcome import Outcome, StepOutcome
from promote.reports.costs import with_costs
from promote.reports.report import render


def test_what_was_remembered_is_read_again_and_written_only_where_it_changed(tmp_path: Path) -> None:
    remember(tmp_path, {"rents": (0.0012, "what such runs did cost")})
    assert remembered(tmp_path) == {"rents": (0.0012, "what such runs did cost")}
    written = (tmp_path / PLACE).stat().st_mtime_ns
    remember(tmp_path, {"rents": (0.0012, "what such runs did cost")})
    assert (tmp_path / PLACE).stat().st_mtime_ns == written


@pytest.mark.parametrize(
    "text",
    ["", "[]", "{}", '{"version": 9, "assets": {"a": {"usd": 1, "basis": "b"}}}', '{"version": 1, "assets": {"a": 3}}',
     '{"version": 1, "assets": {"a": {"usd": -1, "basis": "b"}, "b": {"usd": NaN, "basis": "b"}}}', "[" * 100_000],
)  # fmt: skip
def test_what_cannot_be_read_is_nothing(tmp_path: Path, text: str) -> None:
    (tmp_path / PLACE).parent.mkdir(parents=True)
    (tmp_path / PLACE).write_text(text, encoding="utf-8")
    assert remembered(tmp_path) == {}


def test_promote_says_what_a_run_costs_and_on_what_ground(tmp_path: Path) -> None:
    tags = ("silver:rents", "gold:other", "gold:cheap")
    steps = (*(StepOutcome(tag, "a.ipynb", "unchanged") for tag in tags), StepOutcome("gold:dear", "a.ipynb", "failed"))
    outcome = Outcome((), steps)
    assert with_costs(outcome, tmp_path) is outcome
    figures = {"rents": 0.12, "cheap": 0.0099, "dear": 120.0}
    remember(tmp_path, {name: (usd, "what such runs did\x1b[2J cost") for name, usd in figures.items()})
    (tmp_path / "notebooks").mkdir()
    said = render(with_costs(outcome, tmp_path / "notebooks"))
    assert "silver:rents: unchanged, about $0.12 a run (what such runs did\\x1b[2J cost)" in said
    assert "gold:cheap: unchanged, under $0.01 a run\n" in said
    assert said.count("a run") == 2


def test_reading_it_needs_no_dagster() -> None:
    program = (
        "import sys\nfrom pathlib import Path\nfrom platform_core.costs.remembered import remembered\n"
        "from promote.reports.costs import with_costs\nremembered(Path('.'))\n"
        "print(sorted({'dagster', 'polars', 'pydantic', 'dataclasses'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"
