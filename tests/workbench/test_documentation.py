"""The documentation that comes with the package: every page is found, and no path leads out of it."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest

from workbench import documentation
from workbench.documentation import page, pages, search

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("PR228", "findings/PR228.md"),
        ("put a table on a schedule", "guides/schedule-an-asset.md"),
        ("mask a column", "guides/mask-a-column.md"),
        ("PARTITIONS", "reference/partitions.md"),
        ("model of dbt cell", "guides/dbt.md"),
    ],
)
def test_a_search_finds_the_page_first_that_one_looks_for(text: str, wanted: str) -> None:
    assert wanted in [hit.page for hit in search(text)[:3]]


def test_an_excerpt_is_text_around_what_was_found() -> None:
    hits = search("materialize")
    assert len(hits) == 20
    for hit in hits:
        assert len(hit.excerpt) < 200
        assert not re.search(r"[`\n]|\]\(|<!--", hit.excerpt)


@pytest.mark.parametrize("text", ["", "  ", "-- !", "zzyzx", "x" * 100_000, "a" + "(" * 1000])
def test_what_is_nowhere_is_not_found(text: str) -> None:
    assert search(text) == [] or text.startswith("a(")


@pytest.mark.parametrize(
    "name", ["../pyproject.toml", "/etc/passwd", "guides/../../README.md", "guides", "", "findings/pr201.md"]
)
def test_a_page_is_one_of_those_that_there_are(name: str) -> None:
    assert page(name) is None


def test_a_page_has_words_in_the_place_of_pictures_and_no_comments() -> None:
    shown = page("tutorial/5-review.md") or ""
    assert "*The review: nothing stands in the way" in shown
    assert "](../images" not in shown
    assert "<!--" not in (page("guides/dbt.md") or "")


def test_an_installed_package_holds_every_folder_of_pages(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    included = settings["tool"]["hatch"]["build"]["targets"]["wheel"]["force-include"]
    shipped = {place.removeprefix("docs/") for place, to in included.items() if to == f"workbench/_{place}"}
    assert {name.partition("/")[0] for name in pages()} == shipped
    (tmp_path / "workbench/_docs/guides").mkdir(parents=True)
    (tmp_path / "workbench/_docs/guides/a.md").write_text("# A\n\nzebra\n", encoding="utf-8")
    monkeypatch.setattr(documentation, "__file__", str(tmp_path / "workbench/documentation.py"))
    assert [(hit.page, hit.excerpt) for hit in search("zebra")] == [("guides/a.md", "zebra")]
