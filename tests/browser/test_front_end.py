"""The front end: its own tests, its built assets, and one version in all places."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from pathlib import Path

from promote import __version__
from tests.browser.lab import LAB, ROOT, node_modules

BUILT = ROOT / "jupyter_ext/labextension"


def contents(folder: Path) -> dict[str, bytes]:
    """Give every file of a folder."""
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def npm(*arguments: str, at: Path = LAB) -> None:
    done = subprocess.run(
        [shutil.which("npm") or "npm", *arguments], cwd=at, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout[-4000:] + done.stderr[-4000:]


def test_the_front_end_passes_its_own_tests() -> None:
    node_modules()
    npm("run", "test")


def test_the_built_assets_are_what_a_rebuild_gives() -> None:
    """`make lab` builds them; here a copy is built, since other tests load those that stand here."""
    node_modules()
    copy = ROOT / "build/rebuilt"
    shutil.rmtree(copy, ignore_errors=True)
    copy.mkdir(parents=True)
    for name in ("promote", "platform_core"):
        (copy / name).symlink_to(ROOT / name)
    lab = copy / "jupyter_ext/lab"
    lab.mkdir(parents=True)
    for part in LAB.iterdir():
        if part.is_dir() and part.name != "lib":  # what a build makes
            shutil.copytree(part, lab / part.name, symlinks=True, copy_function=os.link)
        elif part.is_file():
            shutil.copy(part, lab / part.name)
    npm("run", "build", at=lab)
    before, after = contents(BUILT), contents(copy / "jupyter_ext/labextension")
    assert sorted(after) == sorted(before)
    assert [name for name in before if before[name] != after[name]] == []
    shutil.rmtree(copy)


def test_one_version_stands_in_all_places() -> None:
    assert json.loads((LAB / "package.json").read_text())["version"] == __version__
    assert json.loads((BUILT / "package.json").read_text())["version"] == __version__
    assert f"VERSION = '{__version__}'" in (LAB / "src/version.ts").read_text()


def test_the_vocabulary_of_the_front_end_is_that_of_the_compiler() -> None:
    assert (LAB / "src/data/vocabulary.json").read_bytes() == (ROOT / "promote/vocabulary.json").read_bytes()
    for name in ("limits.json", "engines.json"):
        ours = ROOT / "platform_core/compute_kinds" / name
        assert (LAB / "src/data" / name).read_bytes() == ours.read_bytes()


def test_no_address_of_a_registry_stands_in_the_lock() -> None:
    lock = json.loads((LAB / "package-lock.json").read_text())
    assert not [name for name, package in lock["packages"].items() if "resolved" in package]


def test_every_shortcut_and_menu_item_is_a_command() -> None:
    schema = json.loads((LAB / "schema/plugin.json").read_text())
    commands = (LAB / "src/lab/commands.ts").read_text()
    items = schema["jupyter.lab.menus"]["main"][0]["items"]
    named = [one["command"] for one in (*schema["jupyter.lab.shortcuts"], *items) if "command" in one]
    assert named
    assert [name for name in named if f"'{name}'" not in commands] == []
