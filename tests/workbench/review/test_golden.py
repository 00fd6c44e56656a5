"""The whole review of one change, in every format, as it was looked at; and the same bytes each time."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.workbench.review.golden import AFTER, BEFORE, FOLDER, FORMATS, produce
from tests.workbench.review.projects import Repo


@pytest.fixture(scope="module")
def produced(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """The reviews of the golden change."""
    return produce(tmp_path_factory.mktemp("golden") / "project")


@pytest.mark.parametrize("name", FORMATS.values())
def test_the_review_is_the_golden_one(produced: dict[str, str], name: str) -> None:
    again = "run `python -m tests.workbench.review.golden` and look at what changed"
    assert produced[name] == (FOLDER / name).read_text(encoding="utf-8"), again


def test_the_order_of_sections_is_the_reviewers(produced: dict[str, str]) -> None:
    titles = [
        line.removeprefix("### ").removeprefix("<summary><strong>").removesuffix("</strong></summary>")
        for line in produced["review.md"].splitlines()
        if line.startswith(("### ", "<summary><strong>"))
    ]
    assert titles == [
        "Verdict",
        "Assets",
        "Lineage",
        "Policies and classification",
        "Schema",
        "Data",
        "From notebook cells to code",
        "Compute",
        "Parameters and configuration",
        "Evidence",
        "Checklist for the reviewer",
        "How to read this",
    ]


def test_no_small_count_and_no_value_stands_in_any_format(produced: dict[str, str]) -> None:
    found = json.loads(produced["review.json"])
    few = next(one for one in found["assets"] if one["name"] == "few_rents")
    assert few["evidence"]["rows"] == "<10"
    assert "| `few_rents` | new | &#60;10 |" in produced["review.md"]
    assert "&lt;10</td>" in produced["review.html"]


def test_json_is_sorted_and_says_its_version(produced: dict[str, str]) -> None:
    text = produced["review.json"]
    found = json.loads(text)
    assert found["version"] == 1
    assert text == json.dumps(found, indent=2, sort_keys=True, ensure_ascii=False) + "\n"


def test_every_process_gives_the_same_bytes(repo: Repo) -> None:
    first, second = repo.commit(BEFORE), repo.commit(AFTER)
    for form in FORMATS:
        command = [sys.executable, "-m", "workbench", "review", f"{first}..{second}", "--format", form]
        texts = {
            subprocess.run(
                command, cwd=repo.root, capture_output=True, check=True, env={**os.environ, "PYTHONHASHSEED": seed}
            ).stdout
            for seed in ("1", "2")
        }
        assert len(texts) == 1


def test_golden_files_hold_no_path_of_a_machine() -> None:
    for name in FORMATS.values():
        assert str(Path.home()) not in (FOLDER / name).read_text(encoding="utf-8")
