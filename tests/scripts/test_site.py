"""The documentation site: it builds without a warning, is whole, and fetches nothing from elsewhere."""

from __future__ import annotations

import importlib
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from scripts.site_docstrings import fenced
from scripts.site_pages import API, ROOT, commands
from workbench.cli import COMMANDS

FETCHED = re.compile(r"""<(?:script|link|img|iframe)\b[^>]*?(?:src|href)=["']?(https?:)?//""")


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("site")
    command = [sys.executable, "-m", "mkdocs", "build", "--quiet", "--site-dir", str(folder)]
    environment = {**os.environ, "NO_MKDOCS_2_WARNING": "1"}
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, env=environment)
    assert done.returncode == 0, done.stderr  # `strict: true` makes every warning an error
    assert done.stderr == ""
    return folder


def test_every_page_of_the_documentation_is_there(site: Path) -> None:
    wanted = {path.relative_to(ROOT / "docs").with_suffix(".html") for path in (ROOT / "docs").rglob("*.md")}
    wanted = {path.with_name("index.html") if path.name == "README.html" else path for path in wanted}
    made = {path.relative_to(site) for path in site.rglob("*.html")}
    assert wanted - made == set()
    assert {Path("index.html"), Path("changes.html"), Path("reference/commands.html")} <= made


def test_nothing_is_fetched_from_elsewhere_and_no_page_knows_this_machine(site: Path) -> None:
    pages = list(site.rglob("*.html"))
    texts = {page.name: page.read_text(encoding="utf-8") for page in pages}
    assert {name for name, text in texts.items() if FETCHED.search(text)} == set()
    assert {name for name, text in texts.items() if str(ROOT) in text} == set()


@pytest.mark.parametrize("package", API)
def test_every_public_name_of_the_api_is_on_its_page(package: str, site: Path) -> None:
    page = (site / f"api/{package}.html").read_text(encoding="utf-8")
    module = importlib.import_module(package)
    own = [
        name for name in module.__all__ if getattr(getattr(module, name), "__module__", "").startswith("platform_core")
    ]
    assert [name for name in own if f'.{name}"' not in page] == []
    assert own


def test_every_command_is_on_the_page_of_commands() -> None:
    page = commands()
    assert [name for name in COMMANDS if f"## `workbench {name}`" not in page] == []
    assert "## `promote`" in page


def test_examples_become_code() -> None:
    assert fenced("One.\n\n>>> 1\n1\n>>> 2\n2").splitlines()[2:] == ["```pycon", ">>> 1", "1", ">>> 2", "2", "```"]
    assert fenced("No example.") == "No example."
