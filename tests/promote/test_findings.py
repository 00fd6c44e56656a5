"""The catalogue of findings: every code that the code can give is explained, and the pages are current."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import promote
from platform_core.errors import UsageError
from promote.findings import FindingError, catalogue, explain, main, pages, place
from promote.model import Finding, Location

ROOT = Path(promote.__file__).parents[1]


def test_every_code_that_promotion_gives_is_in_the_catalogue() -> None:
    used = {
        code
        for file in (ROOT / "promote").rglob("*.py")
        for code in re.findall(r'"(PR\d{3})"', file.read_text(encoding="utf-8"))
    }
    assert used - set(catalogue()) == set()


def test_entries_say_what_they_must() -> None:
    for code, entry in catalogue().items():
        assert re.fullmatch(r"PR\d{3}", code)
        assert entry.severity in ("error", "warning", "note")
        assert len(entry.title) < 80
        assert not entry.title.endswith(".")
        assert entry.explanation.endswith(".")
        assert entry.fix


def test_the_pages_are_current() -> None:
    """`python -m promote.findings docs/findings` was run after the last change to the catalogue."""
    folder = ROOT / "docs" / "findings"
    assert {file.name: file.read_text(encoding="utf-8") for file in folder.iterdir()} == pages()


def test_the_pages_are_written_and_old_ones_removed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "PR999.md").write_text("gone")
    assert main([str(tmp_path)]) == 0
    assert sorted(file.name for file in tmp_path.iterdir()) == sorted(pages())
    assert main([]) == 2
    assert "usage" in capsys.readouterr().err


def test_a_code_is_explained_with_example_and_way_out() -> None:
    said = explain(" pr202 ")
    assert said.startswith("PR202 A tag is nearly one of ours (error)\n")
    assert "    tag: sliver:issues" in said
    assert "What to do" in said
    assert "Example" not in explain("PR001")


def test_an_unknown_code_is_wrong_usage() -> None:
    with pytest.raises(UsageError, match="No finding has this code") as caught:
        explain("PR999")
    assert "PR001 to PR609" in str(caught.value.hint)


@pytest.mark.parametrize(
    ("location", "text"),
    [
        (Location(""), ""),
        (Location("a.ipynb"), "a.ipynb"),
        (Location("a.ipynb", 4), "a.ipynb:cell 4"),
        (Location("a.ipynb", 4, "id"), "a.ipynb:cell 4 (id)"),
        (Location("a.ipynb", 4, "id", "silver:x", 2), "a.ipynb:cell 4 (id, silver:x):2"),
        (Location("a.yaml", line=2, column=3), "a.yaml:2:3"),
    ],
)
def test_places(location: Location, text: str) -> None:
    assert place(location) == text


def test_a_finding_can_be_raised() -> None:
    error = FindingError(Finding("PR101", "error", "Gone.", Location("a.ipynb"), "Look."))
    assert str(error) == "a.ipynb: Gone.\nhint: Look."
    assert FindingError(Finding("PR101", "error", "Gone.", Location(""))).hint is None
