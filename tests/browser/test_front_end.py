"""The front end: its own tests, its built assets, and one version in all places."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path

from promote import __version__
from tests.browser.lab import LAB, ROOT, node_modules

BUILT = ROOT / "jupyter_ext/labextension"


def contents(folder: Path) -> dict[str, bytes]:
    """Give every file of a folder."""
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def npm(*arguments: str) -> None:
    done = subprocess.run(
        [shutil.which("npm") or "npm", *arguments], cwd=LAB, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout[-4000:] + done.stderr[-4000:]


def test_the_front_end_passes_its_own_tests() -> None:
    node_modules()
    npm("run", "test")


def test_the_built_assets_are_what_a_rebuild_gives(tmp_path: Path) -> None:
    """`make lab` builds them."""
    node_modules()
    before = contents(BUILT)
    kept = shutil.copytree(BUILT, tmp_path / "kept")
    try:
        npm("run", "build")
        after = contents(BUILT)
    finally:
        shutil.rmtree(BUILT)
        shutil.copytree(kept, BUILT)
    assert sorted(after) == sorted(before)
    assert [name for name in before if before[name] != after[name]] == []


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
