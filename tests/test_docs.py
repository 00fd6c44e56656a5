"""What the documentation says is so."""

from __future__ import annotations

import importlib.util
import re
from pathlib import Path

import pytest

from promote.vocabulary import vocabulary
from workbench.cli import COMMANDS

ROOT = Path(__file__).parents[1]
PAGES = sorted(p for p in (*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")))


@pytest.mark.parametrize(("name", "maker"), [("tags.md", "page"), ("ipython.md", "ipython_page")])
def test_the_reference_is_made_from_the_vocabulary(name: str, maker: str) -> None:
    spec = importlib.util.spec_from_file_location("reference", ROOT / "scripts/reference.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    said = (ROOT / "docs/reference" / name).read_text(encoding="utf-8")
    assert said == getattr(module, maker)(vocabulary()), f"run scripts/reference.py docs/reference/{name}"


@pytest.mark.parametrize("page", PAGES, ids=lambda p: p.relative_to(ROOT).as_posix())
def test_links_lead_somewhere(page: Path) -> None:
    links = re.findall(r"\]\(([^)#\s]+)\)", page.read_text(encoding="utf-8"))
    broken = [link for link in links if "://" not in link and not (page.parent / link).exists()]
    assert not broken


@pytest.mark.parametrize(
    ("index", "folders"),
    [
        ("docs/explanation/README.md", ("docs/explanation",)),
        ("docs/reference/README.md", ("docs/reference",)),
        ("docs/guides/README.md", ("docs/guides",)),
        ("docs/decisions/README.md", ("docs/decisions",)),
    ],
)
def test_every_page_stands_in_its_index(index: str, folders: tuple[str, ...]) -> None:
    said = (ROOT / index).read_text(encoding="utf-8")
    home = (ROOT / index).parent
    pages = [page for folder in folders for page in sorted((ROOT / folder).glob("*.md"))]
    lost = [page.name for page in pages if page.name != "README.md" and f"({page.relative_to(home)}" not in said]
    assert lost == []


def test_every_command_stands_in_the_reference_with_a_page() -> None:
    rows = (ROOT / "docs/reference/README.md").read_text(encoding="utf-8").splitlines()
    linked = " ".join(row for row in rows if row.startswith("| `") and "](" in row)
    named = set(re.findall(r"`(?:workbench )?([a-z-]+)\b", linked))
    assert [command for command in ("promote", *COMMANDS) if command not in named] == []


def test_no_registry_and_no_path_of_a_machine_stands_in_the_lock() -> None:
    lock = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    assert "://" not in lock
    assert not re.search(r"^(-i|--index|--extra-index|--find-links)", lock, re.MULTILINE)
