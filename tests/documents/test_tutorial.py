"""The tutorial: all of it by a browser in the nightly run; here what needs neither a browser nor a promotion's run."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from scripts.tutorial.__main__ import PAGES, PICTURES, mirror
from scripts.tutorial.acts import Act, read
from scripts.tutorial.terminal import expect
from tests.browser.lab import chromium, write_notebook
from tests.documents.blocks import ROOT
from tests.documents.reader import Reader
from tests.documents.test_blocks import held

ACTS = [act for page in PAGES for act in read(page)]
# The suite stands in an environment already, and the doctor would put the project into it
LEFT_OUT = (
    "git clone",
    "make -C",
    "source ",
    "workbench doctor",
    "workbench materialize",
    "workbench lab",
    "workbench dev",
)
# They tell of tests and proofs, which only a run makes
OTHERWISE = ("workbench status", "git status --short", "git diff --stat main")
VERIFIED = "promote --check --changed main"  # which says UNVERIFIED where nothing has run


def test_every_picture_is_taken_by_a_page_and_has_words() -> None:
    taken = {Path(act.text).name for act in ACTS if act.kind == "picture"}
    assert {path.name for path in PICTURES.iterdir()} == taken
    assert [path.name for path in PICTURES.iterdir() if path.stat().st_size > 150_000] == []
    words = [found for page in PAGES for found in re.findall(r"!\[([^\]]*)\]", page.read_text(encoding="utf-8"))]
    assert len(words) == len(taken)
    assert min(map(len, words)) > 30


def test_what_stands_below_the_steps_is_none(tmp_path: Path) -> None:
    page = tmp_path / "1-page.md"
    page.write_text(
        "1. Click **Here**\n\n   Press <kbd>Alt</kbd>\n\n## Then\n\n* [Not](a.md) *this*, `nor`\n* *that*\n"
    )
    assert [(act.kind, act.text) for act in read(page)] == [("click", "Here"), ("press", "Alt")]


def test_a_mirror_that_is_named_is_the_only_one(tmp_path: Path) -> None:
    given = {"PIP_FIND_LINKS": "x", "UV_INDEX_URL": "y", "UV_EXTRA_INDEX_URL": "z", "PIP_CERT": "ca.pem", "HOME": "h"}
    alone = {"PIP_CERT": "ca.pem", "PIP_CONFIG_FILE": os.devnull, "UV_NO_CONFIG": "1"}
    place = "https://mirror.example/simple"
    assert mirror(given, place) == {**alone, "PIP_INDEX_URL": place, "UV_DEFAULT_INDEX": place}
    wheels = mirror(given, str(tmp_path))
    assert {name: wheels[name] for name in alone} == alone
    assert wheels["PIP_FIND_LINKS"] == wheels["UV_FIND_LINKS"] == str(tmp_path)
    assert wheels["PIP_NO_INDEX"] == "1"
    assert wheels["UV_DEFAULT_INDEX"] == tmp_path.as_uri()
    assert mirror(given) == {name: value for name, value in given.items() if name != "HOME"}


class Student(Reader):
    """Writes the tutorial's notebook as the steps in JupyterLab do."""

    notebook = Path("notebooks/gold/missing_data.ipynb")

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.sources = ["import polars as pl\n\nfrom platform_core.sdk import load_asset"]
        self.tagged = 0
        self.compared: list[str] = []

    def do(self, act: Act) -> None:
        if act.kind == "run":
            self.said = "".join(self.line(line, act) for line in act.text.splitlines())
        elif act.kind == "said":
            if self.said and "--no-run" not in self.said:
                expect(self.said, act.text, act.place)
                self.compared.append(act.place)
        elif act.kind == "put":
            self.write(act.text)
        elif act.kind == "type" and act.text.startswith("gold:"):
            self.tagged += 1
            self.save()
        elif (act.kind, act.text) == ("click", "Promote notebook"):
            self.type(f"promote {self.notebook}", act.place)
        else:
            super().do(act)

    def line(self, line: str, act: Act) -> str:
        """Type one line of a block, or hold it to the command line where it is left out."""
        if line.startswith(LEFT_OUT) or line == VERIFIED:
            if line.startswith("workbench"):
                held(line)
            return ""
        if line.startswith("cd "):
            self.project /= line.removeprefix("cd ")
            os.chdir(self.project)
            return ""
        if "*" in line:  # as the shell does
            pattern = line.split()[1]
            line = line.replace(pattern, " ".join(sorted(str(path) for path in Path().glob(pattern))))
        said = self.type(line, act.place)
        unproven = line in OTHERWISE or (line.startswith("promote") and "--" not in line)
        return "--no-run" if unproven else said

    def write(self, source: str) -> None:
        """Put a source into the cell that begins alike but for its options, else into a new one."""
        first = re.sub(r"^#\|.*\n", "", source, flags=re.MULTILINE).splitlines()[0]
        places = [at for at, one in enumerate(self.sources) if first in one.splitlines()]
        self.sources[places[0] if places else len(self.sources) :] = (
            [source, *self.sources[places[0] + 1 :]] if places else [source]
        )
        self.save()

    def save(self) -> None:
        """Write the notebook, with the tag on as many of its last cells as were tagged."""
        write_notebook(self.notebook, self.sources)
        content: dict[str, Any] = json.loads(self.notebook.read_text(encoding="utf-8"))
        for cell in content["cells"][len(self.sources) - self.tagged :]:
            cell["metadata"]["tags"] = ["gold:missing_data"]
        self.notebook.write_text(json.dumps(content), encoding="utf-8")


def test_its_commands_do_what_it_says(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", str(tmp_path))
    student = Student(tmp_path)
    for act in ACTS:
        student.do(act)
    assert len(student.compared) >= 4
    assert "monday_mornings" in (tmp_path / "planning/config/base.yaml").read_text(encoding="utf-8")


@pytest.mark.nightly
def test_a_reader_with_a_browser_comes_to_its_end(tmp_path: Path, full_count: bool) -> None:
    if not full_count:
        pytest.skip("the tutorial by a browser takes ten minutes: `make test-nightly` and `make tutorial` do it")
    chromium()
    command = [sys.executable, "-m", "scripts.tutorial", "--pictures", str(tmp_path / "pictures")]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert {path.name for path in (tmp_path / "pictures").iterdir()} == {path.name for path in PICTURES.iterdir()}
