"""A check that remembers finds what one that forgets finds, whatever was edited in between."""

from __future__ import annotations

import json
import random
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from promote import recheck
from promote.command import execute, pipeline
from promote.hashing import body_hash
from promote.outcome import Outcome, Settings
from promote.pipeline import run
from tests.promote.small_project import CLEAN, HARVEST, make_project, tree, write_notebook

Edit = Callable[[Path], object]
MODULE, EVIDENCE, TEST = "src/rents/defs/silver/rents.py", "evidence/silver/rents.json", "tests/assets/test_rents.py"


def quiet(_: str) -> None:
    """Take what is being done, and show it nowhere."""


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A promoted project of two notebooks whose silver step is marked as verified, and a memory of its own."""
    monkeypatch.setenv("WORKBENCH_CACHE", str(tmp_path / "memory"))
    monkeypatch.setattr(recheck, "_RACY", -(10**15))  # files made a moment ago count as settled
    root = make_project(tmp_path / "project", {"harvest.ipynb": HARVEST, "clean.ipynb": CLEAN})
    run(sorted((root / "notebooks").glob("*.ipynb")), Settings(project=root, run=False), quiet)
    (root / TEST).parent.mkdir(parents=True)
    (root / TEST).write_text("def test_rents(): ...\n")
    evidence = json.loads((root / EVIDENCE).read_text())
    upstream = json.loads((root / "evidence/bronze/raw_rents.json").read_text())["code_version"]
    frame = {"kind": "lazy", "rows": 3, "digest": "", "schema": {"town": "String"}}
    evidence |= {
        "verified": True,
        "partition": None,
        "inputs": {"raw_rents": {**frame, "code_version": upstream}},
        "output": frame,
        "parity": {"order": "compared"},
        "checks": [],
        "tests": {"passed": 1},
        "tools": {},
        "files": {TEST: body_hash((root / TEST).read_text())},
    }
    (root / EVIDENCE).write_text(json.dumps(evidence))
    return root


def checked(root: Path, *names: str, remember: bool = True, needed: bool = False) -> Outcome:
    """Check notebooks, all of the project where none is named."""
    with pytest.MonkeyPatch.context() as patch:
        if not remember:
            patch.setenv("WORKBENCH_CACHE", "off")
        paths = [root / "notebooks" / name for name in names]
        return run(paths, Settings(project=root, check=True, include_needed=needed), quiet)


def records(root: Path) -> list[Path]:
    """Give the records of notebooks in the project's memory, which remembers its pyproject.toml too."""
    found = (root.parent / "memory").rglob("*.json")
    return [path for path in found if "findings" in json.loads(path.read_text())]


def statement(cell: int, old: str, new: str, name: str = "clean.ipynb") -> Edit:
    def edit(root: Path) -> None:
        path = root / "notebooks" / name
        content = json.loads(path.read_text())
        content["cells"][cell]["source"] = content["cells"][cell]["source"].replace(old, new)
        path.write_text(json.dumps(content))

    return edit


def text(path: str, old: str, new: str) -> Edit:
    return lambda root: (root / path).write_text((root / path).read_text().replace(old, new))


def third(cells: list[tuple[str, str]]) -> Edit:
    return lambda root: write_notebook(root / "notebooks" / "third.ipynb", cells)


EDITS: dict[str, Edit] = {
    "a comment": statement(3, "rents =", "# why\nrents ="),
    "a constant that a step reads": statement(2, "800", "700"),
    "a name nobody defines": statement(3, "LOWEST", "LOWST"),
    "an option": statement(3, "[no_nulls, unique_values]", "[no_nulls]"),
    "an asset read that nobody makes": statement(3, "raw_rents", "raw_rent"),
    "the upstream step": statement(2, "pl.lit(year)", "pl.lit('x')", "harvest.ipynb"),
    "the upstream step's name": statement(2, "raw_rents", "raw", "harvest.ipynb"),
    "the module": text(MODULE, "return rents", "return rents.head(1)"),
    "the module away": lambda root: (root / MODULE).unlink(missing_ok=True),
    "the module's layout": lambda root: (root / MODULE).open("a").write("\n\n") if (root / MODULE).exists() else None,
    "the evidence": text(EVIDENCE, '"rows": 3', '"rows": 4'),
    "the evidence of another version": text(EVIDENCE, '"source": "', '"source": "0'),
    "the upstream's evidence": text("evidence/bronze/raw_rents.json", '"code_version": "', '"code_version": "0'),
    "the test": text(TEST, "...", "pass"),
    "a third notebook with the same name": third([("silver:rents", "rents = 1")]),
    "a third notebook with another name": third([("silver:towns", "towns = 1")]),
    "a third notebook that needs the second": third(
        [
            ("", 'from platform_core.sdk import load_asset\nx = load_asset("rents")'),
            ("bronze:raw_rents2", "raw_rents2 = x"),
        ]
    ),
    "a third notebook that is none": lambda root: (root / "notebooks" / "third.ipynb").write_text("{"),
    "no third notebook": lambda root: (root / "notebooks" / "third.ipynb").unlink(missing_ok=True),
    "a paired script": lambda root: (root / "notebooks" / "clean.py").write_text("# jupytext\n# %%\nx = 1\n"),
    "a resource": text("config/base.yaml", "type: files", "type: duckdb"),
    "the package": text("pyproject.toml", 'package = "rents"', 'package = "other"'),
}


@pytest.mark.parametrize("name", EDITS)
def test_an_edit_is_seen(project: Path, name: str) -> None:
    before = checked(project)
    assert checked(project) == before == checked(project, remember=False)
    EDITS[name](project)
    for names in ((), ("clean.ipynb",), ("harvest.ipynb",)):
        assert checked(project, *names) == checked(project, *names, remember=False)
    assert checked(project) == checked(project, remember=False)


@pytest.mark.parametrize("seed", range(6))
def test_edit_after_edit_is_seen(project: Path, seed: int) -> None:
    chance = random.Random(seed)  # noqa: S311 - a test's choice
    kept = {path: path.read_bytes() for path in project.rglob("*") if path.is_file()}
    for _ in range(12):
        if chance.random() < 0.3:
            for path, content in kept.items():
                path.write_bytes(content)
        name = chance.choice(sorted(EDITS))
        if (project / MODULE).exists() or "module" not in name:
            EDITS[name](project)
        names = chance.choice([(), ("clean.ipynb",), ("harvest.ipynb", "clean.ipynb")])
        needed = chance.random() < 0.2
        assert checked(project, *names, needed=needed) == checked(project, *names, needed=needed, remember=False), name


def test_two_notebooks_that_need_one_another_are_told_whatever_is_remembered(project: Path) -> None:
    load = "from platform_core.sdk import load_asset\n"
    for name, own, other in (("a.ipynb", "one", "two"), ("b.ipynb", "two", "one")):
        cells = [("", f'{load}given = load_asset("{other}")'), (f"silver:{own}", f"{own} = given.head(1)")]
        write_notebook(project / "notebooks" / name, cells)
    alone = [checked(project, name) for name in ("a.ipynb", "b.ipynb", "a.ipynb", "b.ipynb")]
    assert not any(f.code == "PR325" for outcome in alone for f in outcome.findings)
    together = checked(project)
    assert sum(f.code == "PR325" for f in together.findings) == 2
    assert together == checked(project) == checked(project, remember=False)


def test_what_is_unchanged_is_not_analysed_and_the_project_is_not_written(project: Path) -> None:
    before = tree(project)
    code = (
        "import sys; from pathlib import Path; from promote.cli import main\n"
        "import promote.recheck as recheck; recheck._RACY = -10**15\n"
        f"main(['--check', '--project', {str(project)!r}]); sys.exit('promote.examine' in sys.modules)"
    )
    command = [sys.executable, "-c", code]
    first, again = (subprocess.run(command, check=False, capture_output=True, text=True) for _ in range(2))
    assert (first.returncode, again.returncode) == (1, 0), again.stderr
    assert "PR605" in again.stdout
    assert again.stdout == first.stdout
    assert tree(project) == before


def test_where_nothing_is_promoted_nothing_is_rendered(tmp_path: Path) -> None:
    (tmp_path / "notebooks").mkdir()
    (tmp_path / "pyproject.toml").write_text('[tool.workbench]\npackage = "housing"\n')
    write_notebook(tmp_path / "notebooks" / "a.ipynb", [("silver:a", "a = [1]")])
    code = (
        "import sys; before = {*sys.modules}; from promote.cli import main\n"
        "code = main(['--check'])\n"
        "loaded = {'promote.render.module', 'promote.selection.publish_option', 'promote.dataflow.offers'}\n"
        "loaded |= {'typing', 'pathlib', 'textwrap', 'argparse'} - before  # each takes as long as ten of ours\n"
        "print(code, sorted(loaded & sys.modules.keys()))"
    )
    done = _run(code, tmp_path)
    assert done.stdout.splitlines()[-1] == "1 []", done.stderr
    assert "PR604 silver:a is not promoted" in done.stdout


def test_where_all_is_promoted_nothing_is_imported_that_writes(project: Path) -> None:
    code = (
        "import sys; before = {*sys.modules}; from promote.cli import main\n"
        "main(['--check', 'notebooks/clean.ipynb'])\n"
        "unused = {'typing', 'pathlib', 'promote.writing.write'} - before\n"
        "print('promote.render.module' in sys.modules, sorted(unused & sys.modules.keys()))"
    )
    done = _run(code, project)
    assert done.stdout.splitlines()[-1] == "True []", done.stderr


@pytest.mark.parametrize("word", [".", "", "notebooks/", "loop.ipynb"])
def test_a_path_that_is_no_notebook_is_told(
    project: Path, word: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (project / "loop.ipynb").symlink_to("loop.ipynb")
    monkeypatch.chdir(project)
    assert execute(["--check", word], pipeline) == (2 if word != "loop.ipynb" else 1)
    said = capsys.readouterr().out
    assert "PR101" in said
    assert ("leads nowhere" if word == "loop.ipynb" else "This is a folder") in said


def test_a_file_edited_a_moment_ago_is_looked_at_again(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(recheck, "_RACY", 10**15)
    checked(project)
    assert not records(project)


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b'{"key": 1}', b"\xff", b"[" * 100_000])
def test_a_broken_record_is_none(project: Path, content: bytes) -> None:
    expected = checked(project)
    assert len(records(project)) == 2
    for record in (project.parent / "memory").rglob("*.json"):
        record.write_bytes(content)
    assert checked(project) == expected


def test_where_nothing_can_be_kept_all_is_looked_at(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    expected = checked(project)
    (project.parent / "file").write_text("")
    for place in (str(project.parent / "file" / "memory"), "off", ""):
        monkeypatch.setenv("WORKBENCH_CACHE", place)
        assert checked(project) == expected


def _run(code: str, project: Path) -> subprocess.CompletedProcess[str]:
    """Run code in a process of its own, in a project, with `promote` at hand."""
    root = str(Path(recheck.__file__).parents[1])
    command = [sys.executable, "-c", f"import sys; sys.path.insert(0, {root!r}); {code}"]
    return subprocess.run(command, check=False, capture_output=True, text=True, cwd=project)
