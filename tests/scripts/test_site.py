"""The documentation site: it builds without a warning, is whole, and fetches nothing from elsewhere."""

from __future__ import annotations

import importlib
import os
import re
import subprocess
import sys
import threading
from collections.abc import Iterator, Sequence
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Literal

import pytest
from playwright.sync_api import sync_playwright

from scripts.site_docstrings import fenced
from scripts.site_pages import API, ROOT, commands
from tests.browser.lab import chromium, node_modules
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


LOOKED_AT = ("index.html", "guides/add-a-check.html", "findings/PR302.html", "tutorial/index.html")

Look = tuple[Literal["light", "dark"], int, Sequence[str]]
DARK = ("guides/jupyterlab.html",)  # it has links that are code


@pytest.fixture(scope="module")
def served(site: Path) -> Iterator[str]:
    """Serve the site from this machine, which is all that a search of it needs."""
    handler = partial(QuietHandler, directory=str(site))
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


class QuietHandler(SimpleHTTPRequestHandler):
    """Says nothing of each request."""

    def log_message(self, *_: object) -> None: ...


def test_the_site_is_searched_read_and_accessible_without_a_network(served: str, full_count: bool) -> None:
    axe = (node_modules() / "axe-core/axe.min.js").read_text(encoding="utf-8")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium(), args=["--no-sandbox"])
        page = browser.new_page(reduced_motion="reduce")
        page.set_default_timeout(120_000)
        elsewhere: list[str] = []
        page.on("request", lambda asked: None if asked.url.startswith(served) else elsewhere.append(asked.url))
        narrow = LOOKED_AT if full_count else LOOKED_AT[:2]
        looks: tuple[Look, ...] = ("light", 1280, LOOKED_AT), ("light", 390, narrow), ("dark", 1280, DARK)
        for scheme, width, names in looks:
            page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
            page.set_viewport_size({"width": width, "height": 900})
            for name in names:
                page.goto(f"{served}/{name}")
                assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), f"{name}, {width}"
                page.evaluate(axe)
                assert page.evaluate(AXE, WCAG) == [], f"{name}, {scheme}, {width}"
        page.set_viewport_size({"width": 1280, "height": 900})
        # What is typed before the index is there is lost
        page.locator(".md-search-result__meta", has_text="Type to start searching").wait_for(state="attached")
        # The theme asks when a key is let go; text that is set without keys is seen only if it beats a timer
        page.locator(".md-search__input").press_sequentially("tax year")
        page.locator(".md-search-result__link", has_text="Cut a table by tax year").first.click()
        page.wait_for_url("**/guides/partition-by-tax-year.html*")
        assert elsewhere == []
        browser.close()


AXE = """async tags => {
    const found = await axe.run({runOnly: {type: 'tag', values: tags}});
    const where = one => one.nodes.map(node => node.html.slice(0, 200)).join(' | ');
    return found.violations.map(one => `${one.id}: ${one.help}: ${where(one)}`);
}"""
WCAG = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
