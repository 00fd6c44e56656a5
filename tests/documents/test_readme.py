"""What README shows of a step and of a refusal is so."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import TYPE_CHECKING

import polars as pl

from platform_core.sdk.loading import overrides
from promote.cli import main
from tests.documents.blocks import ROOT, blocks
from tests.promote.small_project import Cells, make_project

if TYPE_CHECKING:
    import pytest

SHOWN = {block.text.split("\n", 1)[0]: block.text for block in blocks(ROOT / "README.md")}
START = dt.date(2025, 1, 1)


def block(start: str) -> str:
    (text,) = (text for first, text in SHOWN.items() if first.startswith(start))
    return text


def promoted(root: Path, *cells: tuple[str, str]) -> int:
    """Promote a notebook of these cells without running it, and give the exit code."""
    project = make_project(
        root, {"rents.ipynb": [("", "import polars as pl\nfrom platform_core.sdk import load_asset"), *cells]}
    )
    return main(["--no-run", "--project", str(project), str(project / "notebooks/rents.ipynb")])


def test_the_step_runs_and_its_options_are_taken(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    text = block("#| key")
    raw = pl.LazyFrame({"authority": ["b", "a"], "dataset": ["x", "x"], "decided_on": [START, START]})
    names = {"pl": pl, "START": START}
    with overrides({"raw_permits": raw}):
        exec(f"from platform_core.sdk import load_asset\n{text}", names)  # noqa: S102 - our own page, and running it is the test
    assert names["permits"].collect()["authority"].to_list() == ["a", "b"]  # type: ignore[attr-defined]
    start: Cells = [("helpers", "import datetime as dt\nSTART = dt.date(2025, 1, 1)")]
    assert promoted(tmp_path / "project", *start, ("silver:permits", text)) == 0, capsys.readouterr()


def test_the_refusal_is_said_so(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    cells = [
        ("md", "# Rents"),
        ("", "limit = len(str(pl)) // 10"),
        ("silver:rents", 'raw = load_asset("raw_rents")\nrents = raw.head(limit)'),
    ]
    assert promoted(tmp_path / "project", *cells) == 1
    shown = [line.replace(" (a1b2c3d4,", " (") for line in block("notebooks/rents.ipynb").splitlines()]
    said = capsys.readouterr().out
    for line in shown[1:]:
        assert line in said
    assert "PR302 `limit` is computed by a cell that is not promoted" in shown[0]
    assert "PR302 `limit` is computed by a cell that is not promoted" in said
