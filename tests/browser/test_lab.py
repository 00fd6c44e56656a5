"""The keyboard-only way through all of it, in a real browser, and axe on every view.

With `WORKBENCH_SCREENSHOTS=1` the pictures of the documentation are taken anew.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, sync_playwright

from tests.browser.lab import ROOT, TOKEN, chromium, jupyterlab, node_modules, write_notebook
from tests.promote.small_project import make_project

SOURCES = [
    "import polars as pl",
    'raw_rents = pl.DataFrame({"town": ["Ambridge", "Borchester", "Ambridge"], "rent": [900, 1100, 950]})',
    'rents = raw_rents.filter(pl.col("rent") > 900)',
    'rent_by_town = rents.group_by("town").agg(pl.col("rent").mean()).sort("town")',
    "rent_by_town",
]
PATH = "notebooks/rents.ipynb"
SLOW = 240_000  # milliseconds that a promotion may take on a busy machine
AXE = """async ([selectors, tags]) => {
    const found = await axe.run({include: selectors.map(one => [one])}, {runOnly: {type: 'tag', values: tags}});
    const where = one => one.nodes.map(node => node.html.slice(0, 160)).join(' | ');
    return found.violations.map(one => `${one.id}: ${one.help}: ${where(one)}`);
}"""
NAME = """(one => (one.getAttribute('aria-label') ?? one.labels?.[0]?.textContent ?? one.textContent)
    .trim().replace(/\\s+/g, ' ').slice(0, 80))(document.activeElement)"""
BUSY = "[window.then, window.waiting, window.requestIdleCallback] = [requestIdleCallback, [], one => waiting.push(one)]"
IDLE = "window.requestIdleCallback = then; waiting.forEach(one => one())"
WCAG = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
THEMES = ("JupyterLab Light", "JupyterLab Dark", "JupyterLab Dark High Contrast")


class Person:
    """Somebody who has a keyboard and no mouse."""

    def __init__(self, page: Page, axe: str, tmp_path: Path) -> None:
        self.page = page
        self.keys = page.keyboard
        self.axe = axe
        self.pictures = ROOT / "docs/images/lab" if os.environ.get("WORKBENCH_SCREENSHOTS") == "1" else tmp_path

    def press(self, *keys: str) -> None:
        for key in keys:
            self.keys.press(key)

    def sees(self, selector: str, text: str = "", timeout: float = 30_000) -> None:
        """Wait for what is shown."""
        self.page.locator(selector, has_text=text).first.wait_for(timeout=timeout)

    def command(self, label: str) -> None:
        """Choose a command in the palette."""
        self.press("Control+Shift+C")
        self.page.locator(".lm-CommandPalette-input").wait_for()
        self.keys.insert_text(label)
        self.page.locator(".lm-CommandPalette-item.lm-mod-active", has_text=label).wait_for()
        self.press("Enter")

    def tag(self, tag: str) -> None:
        """Tag the active cell."""
        self.press("Alt+Shift+T")
        self.page.locator(".nbw-Badge-input").wait_for()
        self.keys.insert_text(tag)
        self.press("Enter")
        self.sees(".jp-mod-active .nbw-Badge-tag", tag.partition(":")[2])

    def tab_to(self, wanted: str) -> None:
        """Press Tab until what has the focus is called so: by its label, else by its text."""
        passed = []
        for _ in range(80):
            self.press("Tab")
            name = self.page.evaluate(NAME)
            if name == wanted:
                return
            passed.append(name)
        raise AssertionError(f"{wanted!r} cannot be reached by Tab, only {passed}")

    def waits(self, what: str) -> None:
        """Wait until something is so of the notebook, which is called `one`."""
        self.page.wait_for_function(f"(one => {what})({NOTEBOOK})")

    def in_notebook(self) -> None:
        """Go back to the notebook, as Ctrl+Shift+] and its like do."""
        self.page.evaluate(f"window.jupyterapp.shell.activateById({NOTEBOOK}.id)")
        self.page.locator(".jp-NotebookPanel .jp-Notebook:focus-within").wait_for()

    def looks(self, name: str, *selectors: str) -> None:
        """Take a picture, and let axe look at our parts in every theme."""
        self.pictures.mkdir(parents=True, exist_ok=True)
        self.page.screenshot(path=str(self.pictures / f"{name}.png"))
        self.page.evaluate(self.axe)
        for theme in THEMES:
            self.in_theme(theme)
            assert self.page.evaluate(AXE, [list(selectors), WCAG]) == [], f"{name}, {theme}"
        self.in_theme("JupyterLab Light")

    def in_theme(self, theme: str) -> None:
        """Change the theme; JupyterLab's splash lies over everything meanwhile, and fails where two overlap."""
        self.page.evaluate("theme => window.jupyterapp.commands.execute('apputils:change-theme', {theme})", theme)
        self.page.wait_for_function("theme => document.body.dataset.jpThemeName === theme", arg=theme)
        self.page.locator("#jupyterlab-splash").wait_for(state="detached")


NOTEBOOK = "[...window.jupyterapp.shell.widgets('main')].find(one => one.hasClass('jp-NotebookPanel'))"


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Page, Path, list[str]]]:
    """A page of JupyterLab with a notebook open, its project, and what went wrong in it."""
    browser_path, home = chromium(), tmp_path_factory.mktemp("home")
    project = make_project(tmp_path_factory.mktemp("lab") / "rents", {})
    write_notebook(project / PATH, SOURCES)
    with jupyterlab(project, home) as address, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=browser_path, args=["--no-sandbox"])
        opened = browser.new_page(viewport={"width": 1280, "height": 800})
        wrong: list[str] = []
        opened.on("pageerror", lambda error: wrong.append(error.stack or str(error)))
        opened.goto(f"{address}/lab/tree/{PATH}?token={TOKEN}", timeout=90_000)
        opened.locator(".jp-NotebookPanel .jp-Cell").nth(len(SOURCES) - 1).wait_for(timeout=90_000)
        opened.locator(".jp-Notebook-ExecutionIndicator[data-status=idle]").wait_for(timeout=90_000)
        opened.evaluate("window.jupyterapp.restored.then(() => true)")  # until then Lab moves the focus itself
        yield opened, project, wrong
        browser.close()


def test_the_whole_way_by_keyboard(page: tuple[Page, Path, list[str]], tmp_path: Path) -> None:
    opened, project, wrong = page
    axe = (node_modules() / "axe-core/axe.min.js").read_text(encoding="utf-8")
    person = Person(opened, axe, tmp_path)
    let_steps_be_suggested(person)
    tag_three_cells(person)
    break_follow_and_fix(person)
    preview_and_promote(person, project)
    edit_and_pull(person, project)
    materialise(person)
    insert_an_asset(person)
    set_options(person)
    search_the_documentation(person)
    see_how_notebooks_begin(person)
    assert wrong == []


def let_steps_be_suggested(person: Person) -> None:
    person.press("Escape", "Alt+Shift+P")
    person.tab_to("Suggest steps")
    person.press("Enter")
    person.sees(".nbw-summary:focus", "3 steps, 0 errors, 0 warnings")  # what was pressed is gone, the keys are not
    person.sees(".Toastify__toast", "3 cells are tagged. Look them over")
    person.looks("suggested", ".nbw-Panel[aria-label=Promote]", ".nbw-Badge:has(button)")
    person.in_notebook()
    person.command("Undo Cell Operation")
    for cell in (1, 2, 3):
        person.waits(f"one.content.model.sharedModel.getCell({cell}).getMetadata('tags') === undefined")


def tag_three_cells(person: Person) -> None:
    person.press("Escape", "ArrowDown", "Alt+Shift+T")
    person.page.locator(".nbw-Badge-input").wait_for()
    person.keys.insert_text("sliver:raw")
    person.sees(".nbw-Badge-said", "Write bronze:NAME")
    person.looks("tag", ".nbw-Badge:has(form)")
    person.press("Escape")
    person.tag("bronze:raw_rents")
    person.press("ArrowDown")
    person.tag("silver:rents")
    person.press("ArrowDown")
    person.tag("gold:rent_by_town")

    # A tag is taken back as any edit is
    person.press("ArrowDown")
    person.tag("helpers")
    person.press("Enter", "Control+Z")
    person.waits("one.content.model.sharedModel.getCell(4).getMetadata('tags') === undefined")

    # The panel follows
    person.press("Escape", "Alt+Shift+P")
    person.sees(".nbw-summary", "3 steps, 0 errors, 0 warnings")
    person.looks("panel", ".nbw-Panel[aria-label=Promote]", ".nbw-Badge:has(button)")


def break_follow_and_fix(person: Person) -> None:
    person.in_notebook()
    person.press("Alt+Shift+B", "Alt+Shift+B", "Enter", "Control+Home")
    person.keys.insert_text("#| kye: [town]\n")
    person.sees(".nbw-Findings .nbw-mod-error", "PR221")
    person.sees(".nbw-Mark.nbw-mod-error", "kye")
    person.looks("finding", ".nbw-Panel[aria-label=Promote]")
    person.press("Escape", "ArrowUp", "ArrowUp", "Alt+Shift+F")
    person.waits("one.content.activeCellIndex === 2 && one.content.mode === 'edit'")
    place = person.page.evaluate(f"{NOTEBOOK}.content.activeCell.editor.getCursorPosition()")
    assert (place["line"], place["column"]) == (0, 3)
    person.press("Alt+Shift+X")
    person.waits("one.content.activeCell.model.sharedModel.getSource().startsWith('#| key:')")
    person.sees(".nbw-summary", "3 steps, 0 errors, 0 warnings")
    person.press("Control+Z")  # the fix is an edit like any other
    person.waits("one.content.activeCell.model.sharedModel.getSource().startsWith('#| kye:')")
    person.sees(".nbw-Findings .nbw-mod-error", "PR221")
    person.press("Alt+Shift+X")
    person.sees(".nbw-summary", "3 steps, 0 errors, 0 warnings")


def preview_and_promote(person: Person, project: Path) -> None:
    person.page.evaluate(BUSY)
    person.press("Alt+Shift+V")
    person.sees(".nbw-Preview .nbw-Code", 'rents = raw_rents.filter(pl.col("rent") > 900)')
    person.tab_to("From cell 3, lines 1 to 3; Enter goes there")
    person.sees(".jp-Cell.nbw-mod-pointed", "rents")
    person.looks("preview", ".nbw-Preview")
    person.press("Enter")
    person.waits("one.content.activeCellIndex === 2 && one.content.mode === 'edit'")
    person.page.evaluate(IDLE)  # a preview that is drawn late leaves the keys where one has gone
    assert person.page.evaluate(f"{NOTEBOOK}.content.mode") == "edit"
    person.waits("one.content.activeCell.model.sharedModel.getSource().startsWith('#| key:')")
    person.press("Escape")
    person.command("Promote This Notebook")
    person.sees(".nbw-Job [role=status]", "running notebooks/rents.ipynb: cell", timeout=SLOW)
    person.sees(".nbw-Job", "Stop")
    person.sees(".nbw-Job li", "equal to the notebook", timeout=SLOW)
    assert (project / "src/rents/defs/silver/rents.py").is_file()
    person.looks("promoted", ".nbw-Panel[aria-label=Promote]", ".nbw-Preview")


def edit_and_pull(person: Person, project: Path) -> None:
    module = project / "src/rents/defs/silver/rents.py"
    module.write_text(module.read_text().replace("> 900", "> 940"))
    person.press("Alt+Shift+P")
    person.sees(".nbw-state", "The module was edited")
    person.looks("edited", ".nbw-Panel[aria-label=Promote]")
    person.command("Pull the Modules")
    person.sees(".nbw-Job li", "pulled", timeout=SLOW)
    person.waits("one.content.model.sharedModel.getCell(2).getSource().includes('> 940')")
    assert json.loads((project / PATH).read_text())["cells"][2]["metadata"]["tags"] == ["silver:rents"]


def materialise(person: Person) -> None:
    person.press("Alt+Shift+P")
    person.tab_to("bronze raw_rents ✓ Same as its module")
    person.press("Enter")
    person.tab_to("Materialise")
    person.press("Enter")
    person.sees(".nbw-Job li", "raw_rents: made, 3 rows", timeout=SLOW)
    person.press("Alt+Shift+P")
    person.tab_to("What Dagster knows of raw_rents")
    person.press("Enter")
    person.sees(".nbw-Job dd", "3")
    person.looks("materialised", ".nbw-Panel[aria-label=Promote]")


def insert_an_asset(person: Person) -> None:
    person.in_notebook()
    person.press("Alt+Shift+I")
    person.page.locator(".nbw-search input:focus").wait_for()
    person.keys.insert_text("raw town")
    person.sees(".nbw-Panel [role=status]", "1 asset; Enter inserts raw_rents")
    person.looks("catalogue", ".nbw-Panel[aria-label=Catalogue]")
    person.press("Enter")
    person.waits(
        "one.content.activeCell.model.sharedModel.getSource().includes('raw_rents = load_asset(\"raw_rents\")')"
    )


def set_options(person: Person) -> None:
    """The provider's limits are told as one types, and what is typed stands in the cell."""
    person.in_notebook()
    person.press("Escape", "ArrowUp", "ArrowUp", "ArrowUp", "ArrowUp", "ArrowDown", "Alt+Shift+O")
    person.page.locator(".nbw-Form").wait_for()
    person.tab_to("kind")
    person.press("l")
    person.tab_to("memory_mb")
    person.keys.insert_text("100")
    person.sees(".nbw-Form [role=alert]", "memory_mb")
    person.looks("options", ".nbw-Panel[aria-label=Promote]")
    person.keys.insert_text("0")
    person.page.locator(".nbw-Form [role=alert]").wait_for(state="detached")
    person.waits("one.content.model.sharedModel.getCell(1).getMetadata('workbench')?.compute?.memory_mb === 1000")
    person.sees(".nbw-Badge", "lambda")


def search_the_documentation(person: Person) -> None:
    person.press("Alt+Shift+D")
    person.page.locator(".nbw-Panel[aria-label=Documentation] input:focus").wait_for()
    person.keys.insert_text("mask a column")
    person.sees(".nbw-Hits button", "Mask a column")
    person.press("Enter")
    person.sees(".nbw-Page h1", "Mask a column")
    person.page.locator(".nbw-Page:focus").wait_for()
    person.looks("documentation", ".nbw-Panel[aria-label=Documentation]", ".nbw-Page")
    person.tab_to("masking")  # a link of the page
    person.press("Enter")
    person.sees(".nbw-Page h1", "Masking and disclosure control")
    person.page.evaluate("window.jupyterapp.commands.execute('notebook-workbench:read-page', {page: '../secret.md'})")
    person.sees(".Toastify__toast", "The documentation has no such page")
    person.in_notebook()


def see_how_notebooks_begin(person: Person) -> None:
    """Our notebooks stand in the launcher's first section, beside JupyterLab's own, and with a picture as these."""
    person.page.evaluate("() => void window.jupyterapp.commands.execute('launcher:create')")
    first = person.page.locator(".jp-Launcher-section").first
    for layer in ("bronze", "silver", "gold"):
        first.locator(".jp-LauncherCard", has_text=f"New {layer} notebook").locator("img").wait_for()
