"""The reader's browser."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from playwright.sync_api import Error, Locator, Page, Request, sync_playwright

from scripts.tutorial.acts import Act
from scripts.tutorial.terminal import StoppedError

SIZE = {"width": 1280, "height": 800}
PATIENCE = 600_000  # milliseconds that a promotion or the start of a server may take on a busy machine
ROLES = ("button", "menuitem", "tab", "link", "treeitem", "option", "checkbox", "switch")
TO_WEBP = """async source => {
    const picture = new Image();
    picture.src = 'data:image/png;base64,' + source;
    await picture.decode();
    const canvas = document.createElement('canvas');
    [canvas.width, canvas.height] = [picture.width, picture.height];
    canvas.getContext('2d').drawImage(picture, 0, 0);
    return canvas.toDataURL('image/webp', 0.82).split(',')[1];
}"""


class Browser:
    """Clicks, types and looks as the steps of a page say."""

    def __init__(self, page: Page, scratch: Page, pictures: Path) -> None:
        self.page = page
        self.scratch = scratch
        self.pictures = pictures
        self.asked: set[Request] = set()
        page.on("request", self._asks)
        page.on("requestfinished", self._has)
        page.on("requestfailed", self._has)

    def do(self, act: Act) -> None:
        """Do one act.

        Raises:
            StoppedError: What the page names is not there.
        """
        try:
            getattr(self, act.kind.replace("-", "_"))(act.text)
        except Error as error:
            picture = self.pictures / "stopped.webp"
            self._take(picture)
            message = str(error).splitlines()[0]
            raise StoppedError(f"{act.place}: {act.kind} {act.text!r}: {message}\nthe page then: {picture}") from error

    def visit(self, address: str) -> None:
        """Open a page, once its server answers."""
        last: Error | None = None
        for _ in range(600):
            try:
                self.page.goto(address, timeout=PATIENCE)
            except Error as error:
                last = error
                self.page.wait_for_timeout(500)  # a server that starts tells nobody outside when it listens
            else:
                return
        raise last or AssertionError

    def press(self, keys: str) -> None:
        """Press a key, or several at once."""
        self.page.keyboard.press(keys.replace("Ctrl", "Control").replace("Return", "Enter"))

    def type(self, text: str) -> None:
        """Type into what has the focus."""
        self.page.keyboard.type(text)

    def put(self, text: str) -> None:
        """Put a whole text in the place of what is written where the cursor is."""
        self.press("Control+a")
        self.page.keyboard.insert_text(text)

    def click(self, name: str) -> None:
        """Click what is called so."""
        self._find(name).click(timeout=PATIENCE)

    def double_click(self, name: str) -> None:
        """Click it twice."""
        self._find(name).dblclick(timeout=PATIENCE)

    def see(self, text: str) -> None:
        """Wait until a text can be seen."""
        self.page.get_by_text(text).filter(visible=True).first.wait_for(timeout=PATIENCE)

    def picture(self, path: str) -> None:
        """Take a picture under the name that the page gives it."""
        self._take(self.pictures / Path(path).name)

    def _find(self, name: str) -> Locator:
        found = self.page.get_by_text(name, exact=True)
        for role in ROLES:
            found = found.or_(self.page.get_by_role(role, name=name, exact=True))  # type: ignore[arg-type] # one of its roles
        exactly = found.filter(visible=True).first
        try:
            exactly.wait_for(timeout=3_000)
        except Error:  # a part of a longer text, then
            return self.page.get_by_text(name).filter(visible=True).first
        return exactly

    def _take(self, path: Path) -> None:
        self.page.mouse.move(SIZE["width"] - 1, SIZE["height"] - 1)  # no tooltip over what is shown
        self._settle()
        taken = base64.b64encode(self.page.screenshot(animations="disabled", caret="initial")).decode()
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(base64.b64decode(self.scratch.evaluate(TO_WEBP, taken)))

    def _asks(self, request: Request) -> None:
        self.asked.add(request)  # Playwright takes no method of a set

    def _has(self, request: Request) -> None:
        self.asked.discard(request)

    def _settle(self) -> None:
        """Wait until the page has asked nothing for half a second: what it still loads, it shows as grey bars."""
        quiet = 0
        for _ in range(300):  # a page that polls without an end is taken as it is
            quiet = 0 if self.asked else quiet + 1
            if quiet == 5:  # times a tenth of a second
                return
            self.page.wait_for_timeout(100)


@contextmanager
def browsing(chromium: str, pictures: Path) -> Iterator[Browser]:
    """Give a browser that keeps its pictures in a folder."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        settings: dict[str, Any] = {"viewport": SIZE, "locale": "en-GB", "timezone_id": "Europe/London"}
        page = browser.new_page(**settings)
        yield Browser(page, browser.new_page(), pictures)
        browser.close()
