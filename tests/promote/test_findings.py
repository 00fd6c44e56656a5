"""The catalogue of findings: every code that the code can give is explained, and the pages are current."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import promote
from platform_core.errors import UsageError
from promote.findings import Entry, FindingError, catalogue, explain, main, pages, place
from promote.model import Finding, Location
from promote.prepare import prepare
from promote.project import find
from tests.promote.notebooks import notebook

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
    assert main([str(tmp_path)]) == 0, "pages that stand are written anew"
    assert sorted(file.name for file in tmp_path.iterdir()) == sorted(pages())
    assert main([]) == 2
    assert "usage" in capsys.readouterr().err


@pytest.mark.parametrize("entry", [e for e in catalogue().values() if e.cells or e.file], ids=lambda entry: entry.code)
def test_every_example_gives_its_finding(entry: Entry, data_project: Path) -> None:
    path = data_project / "notebooks" / "example.ipynb"
    path.write_bytes(notebook(entry.cells) if entry.cells else entry.file.encode())
    found = prepare(find(named=data_project), [path], (), include_needed=entry.include_needed)[1]
    assert entry.severity in {finding.severity for finding in found if finding.code == entry.code}


def test_what_the_compiler_finds_in_code_is_shown_by_an_example_that_is_run() -> None:
    """A few need two notebooks or odd bytes; codes of the 500s and 600s need a run or an earlier promotion."""
    without = {code for code, e in catalogue().items() if code[2] in "378" and not e.cells}
    assert without <= {"PR322", "PR325"}


def test_a_code_is_explained_with_example_and_way_out() -> None:
    said = explain(" pr202 ")
    assert said.startswith("PR202 A tag is nearly one of ours (error)\n")
    assert "    [sliver:issues]\n    issues = [1]" in said
    assert max(map(len, said.split("\n"))) <= 100
    assert "What to do" in said
    assert "Example" not in explain("PR001")


def test_an_unknown_code_is_wrong_usage() -> None:
    with pytest.raises(UsageError, match="No finding has this code") as caught:
        explain("PR999")
    assert "PR001 to PR963" in str(caught.value.hint)
    assert explain("302") == explain("PR3O2") == explain("PR302")


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
