"""What people have already comes into a project: plain, papermill, jupytext and Kale; what does not is said."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from platform_core.errors import UsageError
from promote.outcome import Settings
from promote.pipeline import run
from promote.project import find
from tests.promote.small_project import HARVEST, make_project, write_notebook
from workbench.cli import main
from workbench.importing.bring import Brought, bring
from workbench.importing.kale import is_kale, translate

READS = "raw = pl.DataFrame({'town': ['a', 'b'], 'rent': [1, 2]})"
KALE: Sequence[tuple[str, str]] = (
    ("imports", "import polars as pl"),
    ("pipeline-parameters", "LIMIT = 3"),
    ("functions", "def double(column):\n    return pl.col(column) * 2"),
    ("step:load", "load = pl.LazyFrame({'a': [1, 2, 3]})"),
    ("skip", "load.head().collect()"),
    ("step:clean prev:load limit:cpu:2", "kept = load.filter(pl.col('a') < LIMIT)"),
    ("", "clean = kept.with_columns(b=double('a'))"),
    ("step:totals prev:clean", "totals = clean.select(pl.col('b').sum())"),
    ("pipeline-metrics", "print(totals)"),
)
PERCENT = (
    "# %%\nimport polars as pl\n\n# %%\n" + READS + "\n\n# %%\nkept = raw.filter(pl.col('rent') > 1)\nkept.head()\n"
)


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    made = make_project(tmp_path / "rents", {"bronze/harvest.ipynb": HARVEST})
    monkeypatch.chdir(made)
    return made


@pytest.fixture
def theirs(tmp_path: Path) -> Path:
    """A folder as people have them."""
    folder = tmp_path / "theirs"
    plain = (("", "import polars as pl"), ("", READS), ("", "kept = raw.filter(pl.col('rent') > 1)"), ("", "kept"))
    write_notebook(folder / "Plain Look.ipynb", plain)
    write_notebook(
        folder / "papermill.ipynb",
        (("parameters", "floor = 1"), *plain[:2], ("", "kept = raw.filter(pl.col('rent') > floor)"), ("", "kept")),
    )
    write_notebook(folder / "deep/kale.ipynb", KALE)
    write_notebook(
        folder / "ours.ipynb", (("", "import polars as pl"), ("bronze:own", "own = pl.DataFrame({'a': [1]})"))
    )
    write_notebook(folder / "talk.ipynb", (("md", "# Only words"), ("", "1 + 1")))
    (folder / "script.py").write_text(PERCENT)
    (folder / "library.py").write_text("def f():\n    return 1\n")
    (folder / "notes.md").write_text("---\njupyter:\n---\n")
    (folder / "broken.ipynb").write_text("{")
    (folder / "data.csv").write_text("a\n1\n")
    (folder / ".ipynb_checkpoints").mkdir()
    write_notebook(folder / ".ipynb_checkpoints/plain-checkpoint.ipynb", plain)
    return folder


def by_name(found: Sequence[Brought]) -> dict[str, Brought]:
    return {Path(one.source).name: one for one in found}


def test_everything_that_can_come_comes_and_can_be_promoted(root: Path, theirs: Path) -> None:
    before = {path: path.read_bytes() for path in theirs.rglob("*") if path.is_file()}
    found = by_name(bring(find(), [theirs], dry_run=False))
    assert {name: (one.how, one.target) for name, one in found.items() if one.target} == {
        "Plain Look.ipynb": ("proposed", "notebooks/bronze/plain_look.ipynb"),
        "papermill.ipynb": ("proposed", "notebooks/bronze/papermill.ipynb"),
        "kale.ipynb": ("kale", "notebooks/bronze/kale.ipynb"),
        "ours.ipynb": ("tagged already", "notebooks/bronze/ours.ipynb"),
        "script.py": ("proposed", "notebooks/bronze/script.py"),
        "talk.ipynb": ("as it is", "notebooks/talk.ipynb"),
    }
    assert [one.refused for one in found.values() if one.refused] == []
    paths = [root / one.target for one in found.values() if one.steps]
    outcome = run(paths, Settings(project=root, run=False, include_needed=True), lambda _: None)
    assert {step.status for step in outcome.steps} == {"unverified"}
    assert {step.tag for step in outcome.steps} == {tag for one in found.values() for tag in one.steps}
    assert {path: path.read_bytes() for path in theirs.rglob("*") if path.is_file()} == before


def test_what_is_left_is_said_with_the_way_out(root: Path, theirs: Path) -> None:
    found = by_name(bring(find(), [theirs], dry_run=True))
    left = {name: " ".join(one.left) for name, one in found.items() if not one.target}
    assert set(left) == {"library.py", "notes.md", "broken.ipynb"}
    assert "jupytext --to ipynb" in left["notes.md"]
    assert "not valid JSON" in left["broken.ipynb"]
    assert "cell 6: limit:cpu:2 has no counterpart" in found["kale.ipynb"].left[0]
    assert "pipeline metrics" in found["kale.ipynb"].left[1]
    assert [path.name for path in (root / "notebooks").rglob("*.*")] == ["harvest.ipynb"]


def test_a_messy_folder_is_told_file_by_file(root: Path, tmp_path: Path) -> None:
    folder = tmp_path / "messy"
    for place in ("env/lib", "node_modules", "deep"):
        (folder / place).mkdir(parents=True)
        (folder / place / "cells.py").write_text("# %%\nx = 1\n")
    (folder / "env/pyvenv.cfg").write_text("home = /usr/bin\n")
    write_notebook(folder / "Größe Été.ipynb", (("", "print 'x'"),))
    write_notebook(folder / "pair.ipynb", (("", "x = 1"),))
    (folder / "pair.py").write_text("# %%\nx = 1\n")
    (folder / "latin.py").write_bytes(b"# %%\nx = '\xe9'\n")
    (folder / "gone.ipynb").symlink_to(tmp_path / "nowhere.ipynb")
    found = by_name(bring(find(), [folder], dry_run=True))
    assert set(found) == {"cells.py", "Größe Été.ipynb", "pair.ipynb", "pair.py", "latin.py", "gone.ipynb"}
    assert found["Größe Été.ipynb"].target == "notebooks/grosse_ete.ipynb"
    assert found["Größe Été.ipynb"].left[0].startswith("Cell 1: The cell is not valid Python, so it was passed over")
    assert found["pair.py"].left == ["it is one notebook with pair.ipynb: import that"]
    assert "not UTF-8" in found["latin.py"].left[0]
    assert found["gone.ipynb"].left == ["it cannot be read: No such file or directory"]


def test_kale_steps_keep_their_cells_names_and_order(root: Path, theirs: Path) -> None:
    bring(find(), [theirs / "deep"], dry_run=False)
    cells = json.loads((root / "notebooks/bronze/kale.ipynb").read_text())["cells"]
    assert [cell["metadata"].get("tags", []) for cell in cells] == [
        [], ["parameters"], ["helpers"], ["bronze:load"], ["explore"],
        ["silver:clean"], ["silver:clean"], ["gold:totals"], ["explore"],
    ]  # fmt: skip
    assert [cell["source"] for cell in cells] == [source for _, source in KALE]


def test_nothing_is_overwritten_and_names_stay_apart(root: Path, theirs: Path) -> None:
    write_notebook(theirs / "deep/plain_look.ipynb", (("", "1 + 1"),))
    first = by_name(bring(find(), [theirs / "Plain Look.ipynb"], dry_run=False))["Plain Look.ipynb"]
    content = (root / first.target).read_bytes()
    again = by_name(bring(find(), [theirs / "Plain Look.ipynb"], dry_run=False))["Plain Look.ipynb"]
    assert (first.target, again.target) == ("notebooks/bronze/plain_look.ipynb", "notebooks/bronze/plain_look_2.ipynb")
    assert (root / first.target).read_bytes() == content
    assert set(first.steps).isdisjoint(again.steps)  # a name is one asset's in the project


def test_what_stands_in_the_project_already_is_left(root: Path) -> None:
    (one,) = bring(find(), [root / "notebooks/bronze"], dry_run=False)
    assert (one.target, one.left) == ("", ["it is in the project already: `workbench suggest` proposes tags for it"])


def test_a_place_that_is_not_there_is_wrong_usage(root: Path) -> None:
    with pytest.raises(UsageError, match="There is no nowhere"):
        bring(find(named=root), [Path("nowhere")], dry_run=False)


def test_the_command_says_it_as_text_and_as_json(root: Path, theirs: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["import", "--dry-run", "--json", str(theirs / "deep")]) == 0
    (one,) = json.loads(capsys.readouterr().out)
    assert (one["how"], one["steps"]) == ("kale", ["bronze:load", "silver:clean", "gold:totals"])
    assert main(["import", str(theirs)]) == 1  # some was left
    shown = capsys.readouterr().out
    assert "6 of 9 files came." in shown
    assert "5 can be promoted" in shown
    assert main(["import", str(theirs / "data.csv")]) == 1


@pytest.mark.parametrize(
    ("cells", "expected"),
    [
        ([["block:a"], ["block:b", "prev:a"]], {1: ("bronze:a",), 2: ("gold:b",)}),
        ([["step:a"]], {1: ("bronze:a",)}),
        ([["step:a"], [], ["imports"], []], {1: ("bronze:a",), 2: ("bronze:a",), 3: (), 4: ("bronze:a",)}),
        ([["step:a", "mine"], ["step:b", "prev:a", "prev:c"], ["step:c"]],
         {1: ("bronze:a", "mine"), 2: ("gold:b",), 3: ("bronze:c",)}),
    ],
)  # fmt: skip
def test_the_tags_of_kale(cells: Any, expected: dict[int, tuple[str, ...]]) -> None:
    assert is_kale(cells)
    assert dict(translate(cells).tags) == expected
