"""Run every page of the tutorial in a new folder, from `git clone` on, with an empty home, and take its pictures.

    python -m scripts.tutorial                   # all of it, as a stranger would: 15 minutes
    python -m scripts.tutorial --mirror PLACE    # with packages from this index, or folder of wheels, alone
    python -m scripts.tutorial --here            # with this environment in the place of a new one
    python -m scripts.tutorial --here --keep DIR # leave the folder as it is in the end
    python -m scripts.tutorial --here --keep DIR --begin 3  # go on there with the third page

Nothing of the person's own shell reaches it but the path of programs and where packages come from.
"""

from __future__ import annotations

import argparse
import os
import shutil
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path

from scripts.setup_browser import HINT, find
from scripts.tutorial.acts import Act, read
from scripts.tutorial.browser import Browser, browsing
from scripts.tutorial.terminal import StoppedError, Terminal, change, expect

ROOT = Path(__file__).resolve().parents[2]
PAGES = sorted((ROOT / "docs/tutorial").glob("[0-9]*.md"))
PICTURES = ROOT / "docs/images/tutorial"
SERVERS = {"workbench lab", "workbench dev"}
# Where packages come from and which certificates hold: all that a locked-down machine sets
PLACES = (
    "PIP_INDEX",
    "PIP_EXTRA_INDEX",
    "PIP_FIND_LINKS",
    "UV_INDEX",
    "UV_EXTRA_INDEX",
    "UV_DEFAULT_INDEX",
    "UV_FIND_LINKS",
)
MIRROR = ("PIP_", "UV_", "SSL_", "REQUESTS_CA", "CURL_CA", "GIT_SSL_CAINFO", "HTTPS_PROXY", "NO_PROXY")


def main() -> int:
    """Run the tutorial and give the exit code."""
    parser = argparse.ArgumentParser(
        prog="python -m scripts.tutorial", description="Run the tutorial as it is written."
    )
    parser.add_argument("--here", action="store_true", help="use this environment instead of making one")
    parser.add_argument(
        "--mirror", metavar="PLACE", help="take packages from this index, or this folder of wheels, alone"
    )
    parser.add_argument("--keep", type=Path, metavar="DIR", help="run it in this folder, and leave it")
    parser.add_argument("--begin", type=int, default=1, metavar="N", help="begin with this page (needs --keep)")
    parser.add_argument(
        "--pictures", type=Path, default=PICTURES, help="where pictures go (default: docs/images/tutorial)"
    )
    arguments = parser.parse_args()
    chromium = find()
    if chromium is None:
        print(f"The tutorial needs a browser: {HINT}.", file=sys.stderr)
        return 1
    folder = arguments.keep or Path(tempfile.mkdtemp(prefix="tutorial-"))
    try:
        with browsing(chromium, arguments.pictures) as browser:
            Run(folder.resolve(), browser, here=arguments.here, mirror=arguments.mirror).pages(arguments.begin)
    except StoppedError as stopped:
        print(stopped, file=sys.stderr)
        return 1
    finally:
        if not arguments.keep:
            shutil.rmtree(folder, ignore_errors=True)
    return 0


class Run:
    """One run of the tutorial: a reader with a terminal and a browser."""

    def __init__(self, folder: Path, browser: Browser, *, here: bool, mirror: str | None = None) -> None:
        self.browser = browser
        self.instead = AS_HERE if here else {}
        self.said = ""
        self.opened = folder / "opened"
        for name in ("home", "work", "jupyter"):
            (folder / name).mkdir(parents=True, exist_ok=True)
        if os.geteuid() == 0:  # as root, Jupyter wants to be told that this is meant
            (folder / "jupyter/jupyter_server_config.json").write_text('{"ServerApp": {"allow_root": true}}')
        self.terminal = Terminal(folder / "work", reader(folder, mirror), folder / "state")

    def pages(self, first: int = 1) -> None:
        """Do what every page says, in order, from one on."""
        try:
            for page in PAGES[first - 1 :]:
                print(page.name, flush=True)
                for act in read(page):
                    self.do(act)
        finally:
            for server in list(self.terminal.servers):
                self.terminal.stop(server)

    def do(self, act: Act) -> None:
        """Do one act."""
        if act.kind == "run":
            self.run(act)
        elif act.kind == "said":
            expect(self.said, act.text, act.place)
        elif act.kind in {"write", "change"}:
            file = self.terminal.folder / act.file
            text = act.text + "\n"
            text = change(file.read_text(encoding="utf-8"), act.text, act.place) if act.kind == "change" else text
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text, encoding="utf-8")
        elif act.kind == "open":
            self.browser.visit((self.terminal.folder / act.text).as_uri())
        else:
            self.browser.do(act)

    def run(self, act: Act) -> None:
        """Type a block of commands; a server goes on while the reader reads."""
        if act.text not in SERVERS:
            print(f"  $ {act.text.splitlines()[0]}", flush=True)
            self.said = self.terminal.run("\n".join(self.instead.get(line, line) for line in act.text.splitlines()))
            return
        print(f"  $ {act.text} &", flush=True)
        self.opened.unlink(missing_ok=True)
        self.terminal.serve(act.text)
        if act.text == "workbench lab":  # which opens the browser itself
            while not self.opened.exists():
                if self.terminal.servers[act.text].poll() is not None:
                    raise StoppedError(f"{act.place}: {act.text} ended")
                self.browser.page.wait_for_timeout(200)
            self.browser.visit(self.opened.read_text(encoding="utf-8"))


def reader(folder: Path, place: str | None = None) -> dict[str, str]:
    """Give the reader's environment: an empty home, the mirror, and a browser that says what it was asked to open."""
    script = folder / "browser"
    script.write_text(f'#!/bin/sh\nprintf %s "$1" > {folder}/opening && mv {folder}/opening {folder}/opened\n')
    script.chmod(0o755)
    scripts = str(Path(sys.executable).parent)
    path = [one for one in os.environ["PATH"].split(os.pathsep) if one != scripts]
    return {
        **mirror(os.environ, place), "PATH": os.pathsep.join(path), "HOME": str(folder / "home"), "LANG": "C.UTF-8",
        "REPOSITORY": str(ROOT), "BROWSER": f"{script} %s", "JUPYTER_CONFIG_PATH": str(folder / "jupyter"),
    }  # fmt: skip


def mirror(environment: Mapping[str, str], place: str | None = None) -> dict[str, str]:
    """Give what an environment says of where packages come from; with a place, from there and nowhere else.

    Args:
        environment: The environment of whoever runs the tutorial.
        place: The address of a package index, or a folder of wheels.
    """
    kept = {name: value for name, value in environment.items() if name.startswith(MIRROR)}
    if place is None:
        return kept
    kept = {name: value for name, value in kept.items() if not name.startswith(PLACES)}
    if "://" in place:
        kept |= {"PIP_INDEX_URL": place, "UV_DEFAULT_INDEX": place}
    else:
        folder = str(Path(place).resolve())
        # uv has no variable that says "no index": a folder in which it finds no page of any package does
        nowhere = Path(place).resolve().as_uri()
        kept |= {"PIP_NO_INDEX": "1", "PIP_FIND_LINKS": folder, "UV_DEFAULT_INDEX": nowhere, "UV_FIND_LINKS": folder}
    return kept | {"PIP_CONFIG_FILE": os.devnull, "UV_NO_CONFIG": "1"}


# What stands for an installation where there is one: the lines of the first page
AS_HERE = {
    'git clone --quiet "$REPOSITORY" notebook-workbench': f"ln -s {ROOT} notebook-workbench",
}

if __name__ == "__main__":
    sys.exit(main())
