"""The command as a person calls it, on a small project that was really promoted."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from promote.outcome import Settings
from promote.pipeline import run
from tests.promote.small_project import CLEAN, HARVEST, make_project, write_notebook
from tests.workbench.review.projects import ENVIRONMENT, Repo, Step, files
from workbench.cli import main

RAW = Step("raw", "bronze")
HEAVY = {"dagster", "polars", "pandas", "pyarrow", "duckdb", "nbformat", "nbclient", "papermill", "IPython", "pydantic"}


@pytest.fixture
def project(repo: Repo, monkeypatch: pytest.MonkeyPatch) -> Repo:
    """A repository of two commits: an asset, and a second that never ran; the test stands in its folder."""
    repo.commit(files(RAW))
    repo.commit(files(RAW, Step("rents", inputs=("raw",), verified=False)))
    monkeypatch.chdir(repo.root)
    return repo


def test_markdown_is_printed(project: Repo, capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    assert main(["review", "HEAD~1..HEAD"]) == 0
    said = capfdbinary.readouterr().out.decode("utf-8")
    assert said.startswith("<!-- workbench-review -->\n## Review: ")
    assert "UNVERIFIED: no run has shown that this module gives what the notebook gives." in said


@pytest.mark.parametrize(
    ("form", "start"), [("markdown", "<!-- workbench-review -->"), ("html", "<!DOCTYPE html>"), ("json", "{\n")]
)
def test_each_format_goes_to_a_file(
    project: Repo, form: str, start: str, capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    out = project.root / "build/deep/review"
    assert main(["review", "HEAD~1..HEAD", "--format", form, "--output", str(out)]) == 0
    assert out.read_text(encoding="utf-8").startswith(start)
    assert capfdbinary.readouterr().out == b""
    assert [path.name for path in out.parent.iterdir()] == ["review"]


def test_the_exit_code_tells_the_verdict_only_where_asked(project: Repo, tmp_path: Path) -> None:
    out = str(tmp_path / "a")
    assert main(["review", "HEAD~1..HEAD", "--output", out]) == 0
    assert main(["review", "HEAD~1..HEAD", "--exit-code", "--output", out]) == 1
    assert main(["review", "HEAD..HEAD", "--exit-code", "--output", out]) == 0


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["nowhere..HEAD"], "Git knows no revision 'nowhere'."),
        ([], "the following arguments are required: BASE[..[HEAD]]"),
        (["HEAD", "--format", "pdf"], "invalid choice: 'pdf'"),
    ],
)
def test_wrong_usage_is_exit_code_2_with_a_hint(
    project: Repo, arguments: list[str], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["review", *arguments]) == 2
    shown = capsys.readouterr().err
    assert said in shown
    assert "hint: " in shown


def test_a_file_that_cannot_be_written_is_the_persons_to_put_right(
    project: Repo, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["review", "HEAD", "--output", str(project.root / "pyproject.toml/review.md")]) == 1
    assert "The review cannot be written" in capsys.readouterr().err


@pytest.mark.parametrize("form", ["markdown", "html", "json"])
def test_nothing_heavy_is_imported_and_nothing_of_the_project_runs(project: Repo, form: str) -> None:
    marker = project.root / "ran"
    bomb = f"open({str(marker)!r}, 'w')\n@gold_asset(key=open({str(marker)!r}, 'w'))\ndef mine(): ...\n"
    project.add({"src/rents/defs/gold/mine.py": bomb, "src/rents/__init__.py": bomb, "notebooks/a.ipynb": "{}"})
    program = (
        f"import sys\nfrom workbench.cli import main\ncode = main(['review', 'HEAD', '--format', {form!r}])\n"
        f"print(sorted({HEAVY!r} & set(sys.modules)), code, file=sys.stderr)\n"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True, env=ENVIRONMENT)
    assert done.stderr == "[] 0\n"
    assert "mine" in done.stdout
    assert not marker.exists()


def test_a_project_that_was_really_promoted_is_read_whole(
    repo: Repo, promoted_rents: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = make_project(repo.root, {"bronze/harvest.ipynb": HARVEST, "silver/clean.ipynb": CLEAN})
    monkeypatch.chdir(root)
    repo.git("add", "-A")
    repo.git("commit", "-q", "-m", "before")
    shutil.copytree(promoted_rents, root, dirs_exist_ok=True)
    out = root / "data/review.json"
    assert main(["review", "HEAD", "--format", "json", "--output", str(out)]) == 0
    found = json.loads(out.read_text())
    assert {one["name"]: one["changes"] for one in found["assets"]} == {
        "raw_rents": ["NEW"],
        "rent_by_town": ["NEW"],
        "rents": ["NEW"],
    }
    assert {one["evidence"]["standing"] for one in found["assets"]} == {"proven"}
    assert {(edge["from"], edge["to"]) for edge in found["lineage"]["added"]} == {
        ("raw_rents", "rents"),
        ("rents", "rent_by_town"),
    }
    rents = next(one for one in found["assets"] if one["name"] == "rents")
    assert (rents["key"], rents["evidence"]["parity"], rents["evidence"]["rows"]) == (["town", "year"], "equal", "<10")
    lines = (root / rents["module"]).read_text().splitlines()
    for cell in rents["cells"]:
        assert cell["module_lines"] or cell["helper_lines"]
    assert any(
        'filter(pl.col("rent") >= LOWEST)' in lines[cell["module_lines"][1] - 1]
        for cell in rents["cells"]
        if cell["origin"] == "step" and cell["module_lines"]
    )

    repo.git("add", "-A")
    repo.git("commit", "-q", "-m", "promoted")
    cells = [(tags, source.replace("LOWEST = 800", "LOWEST = 900")) for tags, source in CLEAN]
    write_notebook(root / "notebooks/silver/clean.ipynb", cells)
    assert (
        run([root / "notebooks/silver/clean.ipynb"], Settings(project=root, run=False), lambda _: None).exit_code == 0
    )
    assert main(["review", "HEAD", "--format", "json", "--output", str(out)]) == 0
    again = {one["name"]: one for one in json.loads(out.read_text())["assets"]}
    assert again["rents"]["changes"] == ["CODE_VERSION"]
    assert again["rents"]["evidence"]["standing"] == "unverified"
    assert again["rent_by_town"]["evidence"]["standing"] == "unverified"
