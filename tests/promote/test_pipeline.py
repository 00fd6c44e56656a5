"""The whole of `promote` on a small project, with a real kernel, Dagster and pytest behind it."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from promote import prove as proving
from promote.cli import main
from promote.model import GeneratedFile
from promote.outcome import Outcome, Settings
from promote.pipeline import run
from promote.render.module import render_module
from tests.promote.small_project import CLEAN, HARVEST, Cells, make_project, tree, write_notebook


def promoted(root: Path, *notebooks: str, **settings: Any) -> Outcome:
    paths = [root / "notebooks" / name for name in notebooks]
    return run(paths, Settings(project=root, **settings), lambda _: None)


def codes(outcome: Outcome) -> set[str]:
    return {f.code for f in outcome.findings if f.severity == "error"}


@pytest.fixture(scope="module")
def journey(promoted_rents: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project with two notebooks, both promoted in one run; tests put back what they change."""
    return shutil.copytree(promoted_rents, tmp_path_factory.mktemp("ä project"), dirs_exist_ok=True)


def test_both_notebooks_are_proven_and_written(journey: Path) -> None:
    for name in ("bronze/raw_rents", "silver/rents", "gold/rent_by_town"):
        evidence = json.loads((journey / "evidence" / f"{name}.json").read_text())
        assert evidence["verified"] is True
        assert evidence["tests"]["passed"] >= 4
        assert (journey / "src/rents/defs" / f"{name}.py").is_file()


def test_evidence_holds_no_value_of_the_data(journey: Path) -> None:
    root = journey
    written = "".join(p.read_text() for p in (*(root / "evidence").rglob("*.json"), *(root / "tests").rglob("*.*")))
    assert not [town for town in ("Ambridge", "Borchester", "Felpersham") if town in written]


def test_the_kinds_of_frames_come_from_the_run(journey: Path) -> None:
    root = journey
    module = (root / "src/rents/defs/gold/rent_by_town.py").read_text()
    assert "def rent_by_town(rents: pl.LazyFrame) -> pl.DataFrame:" in module


def test_a_second_run_runs_nothing_and_changes_no_byte(journey: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    root = journey
    before = tree(root)
    monkeypatch.setattr(proving, "prove", lambda *_: pytest.fail("nothing was to be run"))
    outcome = promoted(root, "bronze/harvest.ipynb", "silver/clean.ipynb")
    assert {s.status for s in outcome.steps} == {"unchanged"}
    assert tree(root) == before


def test_check_is_quiet_after_promotion(journey: Path) -> None:
    root = journey
    outcome = promoted(root, check=True)
    assert (outcome.exit_code, codes(outcome)) == (0, set())


@pytest.mark.parametrize(
    ("path", "edit", "code"),
    [
        ("src/rents/defs/silver/rents.py", lambda t: t.replace("LOWEST = 800", "LOWEST = 900"), "PR602"),
        ("src/rents/defs/silver/rents.py", lambda t: t.replace("# source=", "# was="), "PR401"),
        ("tests/assets/test_rents.py", lambda t: t.replace("assert ", "assert not "), "PR602"),
        ("evidence/silver/rents.json", lambda t: t.replace('"source": "', '"source": "0'), "PR606"),
        ("evidence/silver/rents.json", lambda _: "not json", "PR606"),
        ("evidence/bronze/raw_rents.json", lambda t: t.replace('"code_version": "', '"code_version": "0'), "PR606"),
        ("notebooks/silver/clean.ipynb", lambda t: t.replace("LOWEST = 800", "LOWEST = 850"), "PR601"),
    ],
)
def test_check_tells_what_moved(journey: Path, path: str, edit: Any, code: str) -> None:
    root = journey
    file = root / path
    before = file.read_text()
    try:
        file.write_text(edit(before))
        assert file.read_text() != before
        outcome = promoted(root, check=True)
        assert (outcome.exit_code, code in codes(outcome)) == (1, True), outcome.findings
    finally:
        file.write_text(before)


def test_check_tells_a_missing_module(journey: Path) -> None:
    root = journey
    file = root / "src/rents/defs/gold/rent_by_town.py"
    before = file.read_text()
    file.unlink()
    try:
        assert codes(promoted(root, check=True)) == {"PR604"}
    finally:
        file.write_text(before)


def test_layout_and_comments_of_the_notebook_leave_the_code_version(journey: Path) -> None:
    root = journey
    path = root / "notebooks/silver/clean.ipynb"
    before = path.read_text()
    try:
        path.write_text(before.replace("LOWEST = 800", "LOWEST = 800  # pounds"))
        found = promoted(root, "silver/clean.ipynb", check=True, diff=True)
        assert "+LOWEST = 800  # pounds" in next(s.diff for s in found.steps if s.tag == "silver:rents")
        assert "code_version" not in next(s.diff for s in found.steps if s.tag == "silver:rents")
    finally:
        path.write_text(before)


def test_a_hand_edit_is_kept_unless_forced(journey: Path) -> None:
    root = journey
    file = root / "src/rents/defs/silver/rents.py"
    before = file.read_text()
    edited = before.replace("LOWEST = 800", "LOWEST = 900")
    try:
        file.write_text(edited)
        outcome = promoted(root, "silver/clean.ipynb")
        assert (outcome.exit_code, codes(outcome)) == (1, {"PR602"})
        assert file.read_text() == edited
        assert promoted(root, "silver/clean.ipynb", force=True, run=False).exit_code == 0
        assert file.read_text() == before
    finally:
        file.write_text(before)


def test_a_mistranslated_module_is_refused_and_the_project_untouched(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = make_project(tmp_path, {"bronze/harvest.ipynb": HARVEST})
    honest = render_module

    def wrong(*given: Any, **named: Any) -> GeneratedFile:
        file = honest(*given, **named)
        return GeneratedFile(file.path, file.text.replace("pl.scan_csv(", "pl.scan_csv(n_rows=1, source="), file.origin)

    monkeypatch.setattr(proving, "render_module", wrong)
    before = tree(root)
    outcome = promoted(root, "bronze/harvest.ipynb")
    assert (outcome.exit_code, codes(outcome)) == (4, {"PR503"})
    assert "3 rows in the notebook, 1 in the asset" in next(f.message for f in outcome.findings if f.code == "PR503")
    assert tree(root) == before


def test_a_notebook_that_fails_is_told_with_cell_and_line(tmp_path: Path) -> None:
    cells = [*HARVEST, ("", "first = 1\nraw_rents.no_such_method()")]
    root = make_project(tmp_path, {"bronze/harvest.ipynb": cells})
    before = tree(root)
    outcome = promoted(root, "bronze/harvest.ipynb")
    assert (outcome.exit_code, codes(outcome)) == (4, {"PR501"})
    finding = next(f for f in outcome.findings if f.code == "PR501")
    assert (finding.location.cell, finding.location.line) == (4, 2)
    assert tree(root) == before


def test_state_that_no_data_flow_shows_is_caught_by_the_run(tmp_path: Path) -> None:
    cells: Cells = (
        ("", "import polars as pl\n\n\nclass Counter:\n    n = 0"),
        ("", "setattr(Counter, 'n', 5)"),
        ("silver:counts", "counts = pl.DataFrame({'n': [Counter.n]})"),
    )
    root = make_project(tmp_path, {"silver/counts.ipynb": cells})
    outcome = promoted(root, "silver/counts.ipynb")
    assert outcome.exit_code in (1, 4), outcome
    assert not (root / "src/rents/defs/silver/counts.py").exists()


def test_an_upstream_step_may_be_renamed_in_both_notebooks_at_once(tmp_path: Path) -> None:
    root = make_project(tmp_path, {"bronze/harvest.ipynb": HARVEST, "silver/clean.ipynb": CLEAN})
    assert promoted(root, "bronze/harvest.ipynb", "silver/clean.ipynb", run=False).exit_code == 0
    for layer in ("bronze/raw_rents", "silver/rents"):
        (root / f"src/rents/defs/{layer}.py").unlink()
    for name, cells in (("bronze/harvest.ipynb", HARVEST), ("silver/clean.ipynb", CLEAN)):
        write_notebook(
            root / "notebooks" / name, [(t.replace("raw_", "old_"), s.replace("raw_", "old_")) for t, s in cells]
        )
    assert promoted(root, "bronze/harvest.ipynb", "silver/clean.ipynb").exit_code == 0


def test_a_step_that_gives_something_else_each_time_is_named_with_its_column(tmp_path: Path) -> None:
    cells: Cells = (
        ("", "import polars as pl\nfrom uuid import uuid4"),
        ("bronze:ids", "ids = pl.DataFrame({'n': [1, 2], 'id': [str(uuid4()), str(uuid4())]})"),
    )
    root = make_project(tmp_path, {"a.ipynb": cells})
    outcome = promoted(root, "a.ipynb")
    assert (outcome.exit_code, codes(outcome)) == (4, {"PR507"})
    assert "column 'id'" in next(f.message for f in outcome.findings if f.code == "PR507")


def test_an_output_that_rests_on_the_order_of_a_set_is_caught(tmp_path: Path) -> None:
    cells: Cells = (
        ("", "import polars as pl\nnames = frozenset(('a', 'b', 'c', 'd', 'e', 'f'))"),
        ("bronze:words", "#| ordered: true\nwords = pl.DataFrame({'w': pl.Series(values=[*names])})"),
    )
    root = make_project(tmp_path, {"a.ipynb": cells})
    outcome = promoted(root, "a.ipynb", include_needed=True)
    assert outcome.exit_code in (1, 4), outcome
    assert not (root / "src/rents/defs/bronze/words.py").exists()


def test_without_a_run_the_step_is_unverified_and_ci_refuses_it(tmp_path: Path) -> None:
    root = make_project(tmp_path, {"bronze/harvest.ipynb": HARVEST, "silver/clean.ipynb": CLEAN})
    outcome = promoted(root, "bronze/harvest.ipynb", "silver/clean.ipynb", run=False)
    assert (outcome.exit_code, {s.status for s in outcome.steps}) == (0, {"unverified"})
    assert "UNVERIFIED" in (root / "src/rents/defs/silver/rents.py").read_text()
    before = tree(root)
    assert promoted(root, "bronze/harvest.ipynb", "silver/clean.ipynb", run=False).exit_code == 0
    assert tree(root) == before
    checked = promoted(root, check=True)
    assert (checked.exit_code, codes(checked)) == (1, {"PR605"})
    assert {s.status for s in checked.steps} == {"unverified"}


def test_a_refused_step_leaves_the_project_as_it_was(tmp_path: Path) -> None:
    cells: Cells = (
        ("", "import polars as pl\nlimit = len('abc')"),
        ("bronze:good", "good = pl.DataFrame({'n': [1]})"),
        ("silver:bad", "bad = good.head(limit)"),
    )
    root = make_project(tmp_path, {"a.ipynb": cells})
    before = tree(root)
    outcome = promoted(root, "a.ipynb")
    assert (outcome.exit_code, codes(outcome)) == (1, {"PR302"})
    assert {s.tag: s.status for s in outcome.steps} == {"silver:bad": "refused"}
    assert tree(root) == before
    only = promoted(root, "a.ipynb", select=("bronze:good",), run=False)
    assert (only.exit_code, {s.tag for s in only.steps}) == (0, {"bronze:good"})


def test_a_step_that_was_promoted_with_untagged_statements_takes_them_again(tmp_path: Path) -> None:
    cells: Cells = (
        ("", "import polars as pl\nlimit = len('abc')"),
        ("bronze:good", "good = pl.DataFrame({'n': [1]})"),
        ("silver:cut", "cut = good.head(limit)"),
        ("silver:other", "other = good.tail(limit)"),
    )
    root = make_project(tmp_path, {"a.ipynb": cells})
    assert codes(promoted(root, check=True)) >= {"PR302", "PR604"}
    both = ("bronze:good", "silver:cut")
    assert promoted(root, "a.ipynb", run=False, include_needed=True, select=both).exit_code == 0
    for outcome in (promoted(root, check=True), promoted(root, "a.ipynb", run=False)):
        refused = {f.location.tag for f in outcome.findings if f.code == "PR302"}
        assert refused == {"silver:other"}  # nobody allowed that one
    root = make_project(tmp_path / "pulled", {"a.ipynb": cells[:3]})
    assert promoted(root, "a.ipynb", run=False, include_needed=True).exit_code == 0
    module, notebook = root / "src/rents/defs/silver/cut.py", root / "notebooks/a.ipynb"
    module.write_text(module.read_text().replace(".head(", ".limit("))
    assert main(["--pull", "--project", str(root), str(notebook)]) == 0
    assert "good.limit(limit)" in notebook.read_text()


def test_a_dry_run_shows_everything_and_writes_nothing(tmp_path: Path) -> None:
    root = make_project(tmp_path, {"bronze/harvest.ipynb": HARVEST})
    before = tree(root)
    outcome = promoted(root, "bronze/harvest.ipynb", run=False, dry_run=True, diff=True)
    assert outcome.exit_code == 0
    assert '+def raw_rents(towns: FilesResource, *, year: str = "2024")' in outcome.steps[0].diff
    assert tree(root) == before


def test_a_diff_cuts_no_line_at_signs_that_end_none(tmp_path: Path) -> None:
    cells: Cells = (("bronze:a", "import polars as pl\na = pl.DataFrame({'t': ['x\u2028y']})"),)
    root = make_project(tmp_path, {"a.ipynb": cells})
    assert "x\u2028y" in promoted(root, "a.ipynb", run=False, dry_run=True, diff=True).steps[0].diff


def test_a_step_named_like_an_import_is_refused(tmp_path: Path) -> None:
    cells: Cells = (("", "import polars as pl"), ("silver:pl", "#| output: x\nx = pl.DataFrame({'n': [1]})"))
    root = make_project(tmp_path, {"a.ipynb": cells})
    assert codes(promoted(root, "a.ipynb", run=False)) == {"PR317"}


@pytest.mark.parametrize("check", [True, False])
def test_every_command_first_makes_good_a_write_that_was_killed(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], check: bool
) -> None:
    root = make_project(tmp_path, {"bronze/harvest.ipynb": HARVEST})
    program = (
        "import os, signal, sys; from pathlib import Path; from promote.writing import journal, write\n"
        "from promote.model import GeneratedFile\n"
        "journal.apply = lambda *_: os.kill(os.getpid(), signal.SIGKILL)\n"
        "write.commit(Path(sys.argv[1]), [GeneratedFile('evidence/x.json', '{}', '')])"
    )
    killed = subprocess.run([sys.executable, "-c", program, str(root)], capture_output=True, check=False)
    assert killed.returncode < 0
    main(["--check" if check else "--no-run", "--project", str(root), str(root / "notebooks/bronze/harvest.ipynb")])
    assert "PR607" in capsys.readouterr().out
    assert "PR607" not in {f.code for f in promoted(root, check=True).findings}


def test_one_name_in_two_notebooks_is_refused_naming_both(tmp_path: Path) -> None:
    root = make_project(tmp_path, {"a.ipynb": HARVEST, "b.ipynb": HARVEST})
    outcome = promoted(root, "a.ipynb", run=False)
    assert codes(outcome) == {"PR206"}
    assert "notebooks/b.ipynb" in next(f.message for f in outcome.findings if f.code == "PR206")


def test_notebooks_that_need_one_another_are_refused(tmp_path: Path) -> None:
    one: Cells = (("", "from platform_core.sdk import load_asset"), ("silver:x", 'x = load_asset("y").head(1)'))
    two: Cells = (("", "from platform_core.sdk import load_asset"), ("silver:y", 'y = load_asset("x").head(1)'))
    root = make_project(tmp_path, {"a.ipynb": one, "b.ipynb": two})
    assert "PR325" in codes(promoted(root, "a.ipynb", "b.ipynb", run=False))


def test_an_upstream_that_nobody_made_fails_in_words(tmp_path: Path) -> None:
    root = make_project(tmp_path, {"silver/clean.ipynb": CLEAN})
    outcome = promoted(root, "silver/clean.ipynb")
    assert outcome.exit_code == 4
    assert "raw_rents" in next(f.message for f in outcome.findings if f.code == "PR504")


def test_a_list_of_partitions_that_nobody_wrote_is_told_before_anything_runs(tmp_path: Path) -> None:
    cells = (HARVEST[0], HARVEST[1], (HARVEST[2][0], HARVEST[2][1].replace("values: years", "values: year")))
    outcome = promoted(make_project(tmp_path, {"a.ipynb": cells}), "a.ipynb")
    assert outcome.exit_code == 1
    (finding,) = [f for f in outcome.findings if f.severity == "error"]
    assert (finding.code, finding.location.cell, finding.location.line) == ("PR222", 3, 1)
    assert finding.hint == "Did you mean 'years'? Add `year: [\"2024\"]` under `partitions:` in config/base.yaml."


def test_a_step_held_back_by_another_says_so(tmp_path: Path) -> None:
    frames = {"faulty": "[1]", "reads": "load_asset('faulty')", "then": "pl.DataFrame({'n': [1]})"}
    imports = ("", "import polars as pl\nfrom platform_core.sdk import load_asset")
    cells: dict[str, tuple[tuple[str, str], ...]]
    cells = {n: (imports, (f"bronze:{n}", f"{n} = {made}")) for n, made in frames.items()}
    cells["faulty"] += (("bronze:beside", "beside = pl.DataFrame({'n': [1]})"),)
    root = make_project(tmp_path, {f"{n}.ipynb": cell for n, cell in cells.items()})
    outcome = promoted(root, "faulty.ipynb", "reads.ipynb", "then.ipynb")
    assert (outcome.exit_code, codes(outcome)) == (4, {"PR502"})
    assert {s.tag: f"{s.status} {s.parity}".strip() for s in outcome.steps} == {
        "bronze:faulty": "failed",
        "bronze:beside": "refused not written, since another step failed",
        "bronze:reads": "refused not written, since another step failed",
        "bronze:then": "refused proven, and not written, since another step failed: promote its notebook alone",
    }


def test_the_command_gives_the_exit_code_and_json(journey: Path, capsys: pytest.CaptureFixture[str]) -> None:
    root = journey
    assert main(["--check", "--project", str(root), "--format", "json"]) == 0
    content = json.loads(capsys.readouterr().out)
    assert {step["status"] for step in content["steps"]} == {"unchanged"}
    assert main(["--check", "--project", str(root / "sources")]) == 2
    assert main(["--project", str(root), "--select", "silver:rent", str(root / "notebooks/silver/clean.ipynb")]) == 2
    assert "Did you mean 'silver:rents'?" in capsys.readouterr().err


def test_checking_imports_neither_dagster_nor_a_frame_nor_a_notebook_library(journey: Path) -> None:
    root = journey
    program = (
        "import sys; from promote.cli import main; code = main(['--check', '--project', sys.argv[1]]); "
        "bad = {'dagster', 'polars', 'pandas', 'jupyter', 'nbformat', 'pydantic', 'numpy', 'click', 'IPython'} "
        "& {m.split('.')[0] for m in sys.modules}; sys.exit(f'{code} {bad}' if code or bad else 0)"
    )
    done = subprocess.run([sys.executable, "-c", program, str(root)], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_promoted_assets_give_the_frames_of_the_notebook(journey: Path) -> None:
    root = journey
    program = "import sys; from workbench.cli import main; sys.exit(main(['materialize', '--all-partitions']))"
    done = subprocess.run([sys.executable, "-c", program], cwd=root, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    got = pl.read_parquet(root / "data/lake/gold/rent_by_town.parquet").sort("town")
    assert got.to_dicts() == [{"town": "Ambridge", "rent": 925.0}, {"town": "Borchester", "rent": 1150.0}]


def test_a_parameter_is_checked_by_name_and_type_and_a_steady_step_proven_twice(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    cells: Cells = (
        ("", "import polars as pl"),
        ("parameters", "least = 2"),
        ("bronze:numbers", "numbers = pl.DataFrame({'n': [1, 2, 3]}).filter(pl.col('n') >= least)"),
    )
    root = make_project(tmp_path, {})
    path = str(write_notebook(root / "notebooks/a.ipynb", cells))
    assert main(["-p", "leest", "1", "--project", str(root), path]) == 2
    assert "Did you mean 'least'?" in capsys.readouterr().err
    assert main(["-p", "least", "many", "--project", str(root), path]) == 2
    assert main(["-p", "least", "3", "--twice", "--project", str(root), path]) == 0
    assert json.loads((root / "evidence/bronze/numbers.json").read_text())["output"]["rows"] == 1


def test_test_data_may_be_any_bytes(tmp_path: Path) -> None:
    """What a bronze step reads may be Parquet, or text in another encoding; made-up files are of the same form."""
    head = "import polars as pl\nfrom platform_core.sdk import resource\ntowns = resource('towns')"
    cells: Cells = (
        ("", head),
        ("bronze:people", 'people = pl.scan_parquet(towns.path("people.parquet")).filter(pl.col("n") > 800)'),
        (
            "bronze:places",
            'places = pl.read_csv(towns.path("places.csv"), encoding="latin1").filter(pl.col("größe") > 5)',
        ),
    )
    root = make_project(tmp_path, {"bronze/a.ipynb": cells})
    table = pl.DataFrame({"town": [f"Town {n}" for n in range(50)], "n": [n * 40 for n in range(50)]})
    table.write_parquet(root / "sources/towns/people.parquet")
    lines = ["town,größe", *(f"Köln {n},{n}" for n in range(40))]
    (root / "sources/towns/places.csv").write_bytes("\r\n".join([*lines, ""]).encode("latin-1"))
    outcome = promoted(root, "bronze/a.ipynb", diff=True)
    assert outcome.exit_code == 0, outcome.findings
    data = root / "tests/assets/data"
    assert pl.read_parquet(data / "people/towns/people.parquet").schema == table.schema
    assert (data / "places/towns/places.csv").read_bytes().startswith("town,größe\r\n".encode("latin-1"))
    assert promoted(root, check=True).exit_code == 0
    parquet = data / "people/towns/people.parquet"
    parquet.write_bytes(parquet.read_bytes().replace(b"PAR1", b"PAR2", 1))
    assert codes(promoted(root, check=True)) == {"PR602"}


SHARED: Cells = (
    ("", "import polars as pl"),
    ("helpers", "def doubled(frame):\n    return frame.with_columns(pl.col('n') * 2)"),
    ("bronze:first", "first = doubled(pl.DataFrame({'n': [1, 2]})).sort('n')"),
    ("silver:second", "second = doubled(first).sort('n')"),
)


def test_shared_definitions_stand_once_and_are_proven_edited_and_removed(tmp_path: Path) -> None:
    root = make_project(tmp_path, {"a.ipynb": SHARED})
    helpers = root / "src/rents/helpers/a.py"
    assert promoted(root, "a.ipynb").exit_code == 0
    assert "def doubled" in helpers.read_text()
    assert "from rents.helpers.a import doubled" in (root / "src/rents/defs/silver/second.py").read_text()
    assert promoted(root, check=True).exit_code == 0

    written = helpers.read_text()
    helpers.write_text(written.replace("* 2", "* 3"))
    assert codes(promoted(root, check=True)) == {"PR602"}
    helpers.write_text(written)

    changed = [(t, s.replace("* 2", "* 4")) for t, s in SHARED]
    write_notebook(root / "notebooks/a.ipynb", changed)
    before = tree(root)
    assert codes(promoted(root, "a.ipynb", select=("bronze:first",), run=False)) == {"PR403"}
    assert tree(root) == before
    assert promoted(root, "a.ipynb", run=False).exit_code == 0
    assert "* 4" in helpers.read_text()

    write_notebook(root / "notebooks/a.ipynb", [*changed[:3], ("silver:second", "second = first.sort('n')")])
    assert promoted(root, "a.ipynb").exit_code == 0
    assert not helpers.exists()
    assert "def doubled" in (root / "src/rents/defs/bronze/first.py").read_text()
    assert promoted(root, check=True).exit_code == 0


def test_a_module_of_helpers_written_by_hand_is_kept(tmp_path: Path) -> None:
    root = make_project(tmp_path, {"a.ipynb": SHARED})
    own = root / "src/rents/helpers/a.py"
    own.parent.mkdir()
    own.write_text("MINE = 1\n")
    assert codes(promoted(root, "a.ipynb", run=False)) == {"PR401"}
    assert own.read_text() == "MINE = 1\n"
