"""What fails in production names the cell and line of the notebook that it came from, or says why it cannot."""

from __future__ import annotations

import importlib
import json
import shutil
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import dagster as dg
import pytest

from platform_core.origins import TOLD, tell_cell, told
from promote.outcome import Settings
from promote.pipeline import run
from tests.promote.small_project import HARVEST, make_project
from workbench.commands.materialize import materialise
from workbench.definitions import PROJECT_VARIABLE, forget, load_definitions
from workbench.project import find_project

HARVEST_PATH, CLEAN_PATH = "notebooks/bronze/harvest.ipynb", "notebooks/silver/clean.ipynb"
BANDS = (
    "# bands of rent\n\ndef band(rent):\n    limits = {True: 'high', False: 'low'}\n"
    "    if rent is None or rent < 0:\n        raise ValueError('a rent below zero')\n    return limits[rent > 1000]"
)
CLEAN = (
    ("md", "# Rents\nRents by town."),
    ("", "import polars as pl\n\nfrom platform_core.sdk import load_asset"),
    ("helpers", BANDS),
    (
        "silver:rents",
        "#| key: [town, year]\n#| description: Rents\n"
        'raw = load_asset("raw_rents").drop_nulls().collect()\nraw.head()\n'
        "rents = raw.with_columns(\n    band=pl.Series([band(rent) for rent in raw['rent'].to_list()])\n)",
    ),
    ("check:rents", "# none is absurd\nassert rents['rent'].max() < 5000, f'{rents}'"),
    (
        "silver:shares",
        'numbers = load_asset("raw_rents").drop_nulls()\n'
        "shares = numbers.with_columns(small=(pl.col('rent') // 10).cast(pl.UInt8, strict=True))",
    ),
    (
        "silver:halves",
        'halves = load_asset("raw_rents").drop_nulls().collect()\n'
        "halves = halves.with_columns(band=pl.Series([band(n) for n in (halves['rent'] // 2).to_list()]))",
    ),
)
RAISED = "cell 3 (bands, helpers):6"
GOOD, NEGATIVE, HUGE = (f"town,rent\nAmbridge,{rent}\n" for rent in (950, -950, 9000))


@pytest.fixture(scope="module")
def promoted(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = make_project(
        tmp_path_factory.mktemp("rents"), {"bronze/harvest.ipynb": HARVEST, "silver/clean.ipynb": CLEAN}
    )
    path = root / CLEAN_PATH
    content = json.loads(path.read_text())
    for cell, name in zip(
        content["cells"], ("title", "imports", "bands", "rents", "check", "shares", "halves"), strict=True
    ):
        cell["id"] = name
    path.write_text(json.dumps(content))
    settings = Settings(project=root, run=False)
    outcome = run([root / HARVEST_PATH, path], settings, lambda _: None)
    assert [step.status for step in outcome.steps] == ["unverified"] * 4
    return root


@pytest.fixture
def project(promoted: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    root = tmp_path / "rents"
    shutil.copytree(promoted, root)
    monkeypatch.setenv(PROJECT_VARIABLE, str(root))
    yield root
    forget("rents")


def give(root: Path, text: str) -> None:
    for year in ("2023", "2024"):
        (root / f"sources/towns/{year}.csv").write_text(text)


def failing(root: Path, *names: str) -> dict[str, str]:
    """Make assets by Dagster with an instance; give the text of each failed step, and of each failed check."""
    definitions = load_definitions(root / "src/rents/definitions.py")
    job = definitions.resolve_implicit_global_asset_job_def()
    with dg.DagsterInstance.ephemeral() as instance:
        for year in ("2023", "2024"):
            job.execute_in_process(instance=instance, asset_selection=[dg.AssetKey("raw_rents")], partition_key=year)
        keys = [dg.AssetKey(name) for name in names]
        result = job.execute_in_process(instance=instance, asset_selection=keys, raise_on_error=False)
        found = {}
        for record in instance.all_logs(result.run_id):
            event = record.dagster_event
            if event is not None and event.is_step_failure and event.step_failure_data.error:
                found[str(event.step_key)] = event.step_failure_data.error.to_string()
            elif event is not None and event.event_type == dg.DagsterEventType.ASSET_CHECK_EVALUATION:
                check = event.asset_check_evaluation_data
                if not check.passed:
                    found[check.check_name] = check.description or ""
        return found


def test_the_event_log_names_the_cells_and_keeps_the_error(project: Path) -> None:
    give(project, NEGATIVE)
    text = failing(project, "rents")["rents"]
    assert (
        f"ValueError: a rent below zero\n{TOLD}{CLEAN_PATH}:{RAISED}, called from cell 4 (rents, silver:rents):6\n"
        in text
    )
    assert "raise ValueError('a rent below zero')" in text
    assert text.count(TOLD) == 1


def test_a_definition_that_steps_share_is_found_in_the_helpers(project: Path) -> None:
    assert "def band(" in (project / "src/rents/helpers/silver_clean.py").read_text()
    assert "def band(" not in (project / "src/rents/defs/silver/halves.py").read_text()
    give(project, NEGATIVE)
    text = failing(project, "halves")["halves"]
    assert f"{TOLD}{CLEAN_PATH}:{RAISED}, called from cell 7 (halves, silver:halves):2\n" in text


def test_a_frame_that_is_computed_as_it_is_stored_names_the_cells_that_made_it(project: Path) -> None:
    give(project, HUGE)
    text = failing(project, "shares")["shares"]
    assert f"{TOLD}{CLEAN_PATH}:cell 6 (shares, silver:shares); the frame was made there" in text


def test_an_assertion_that_fails_names_its_cell_and_no_value(project: Path) -> None:
    give(project, HUGE)
    said = failing(project, "rents")["rents_check"]
    assert f"{TOLD}{CLEAN_PATH}:cell 5 (check, check:rents):2): assert rents['rent'].max() < 5000" in said
    assert "Ambridge" not in said
    assert "9000" not in said


def test_the_command_names_the_cell_beside_the_module(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    give(project, NEGATIVE)
    assert materialise(find_project(project), "+rents", all_partitions=True, as_json=True) == 1
    out, err = capsys.readouterr()
    cells = f"{CLEAN_PATH}:{RAISED}, called from cell 4 (rents, silver:rents):6"
    assert (
        "error: rents: the step failed: ValueError: a rent below zero\n  at src/rents/helpers/silver_clean.py:" in err
    )
    assert f"\n  from {cells}\n" in err
    (problem,) = next(one["problems"] for one in json.loads(out) if one["asset"] == "rents")
    assert (problem["cause"], problem["notebook"]) == ("ValueError: a rent below zero", cells)


def raised(root: Path, name: str = "rents", prepare: Callable[[Any], None] = lambda module: None) -> str:
    """Call the promoted function itself on a bad frame, and say where it is told to have failed."""
    import polars as pl

    sys.path.insert(0, str(root / "src"))
    try:
        forget("rents")
        importlib.invalidate_caches()
        module = importlib.import_module(f"rents.defs.silver.{name}")
    finally:
        sys.path.remove(str(root / "src"))
    prepare(module)
    function = getattr(module, name)
    with pytest.raises(ValueError, match="below zero") as caught:
        function(pl.LazyFrame({"rent": [-1]}))
    tell_cell(caught.value, function)
    tell_cell(caught.value, function)
    assert caught.value.args == ("a rent below zero",)
    (note,) = caught.value.__notes__
    return str(note.removeprefix(TOLD))


def test_a_module_that_was_edited_names_no_line(project: Path) -> None:
    path = project / "src/rents/defs/silver/rents.py"
    path.write_text(path.read_text().replace("def rents(", "\n\ndef rents("))
    (project / "src/rents/helpers/silver_clean.py").write_text(
        (project / "src/rents/helpers/silver_clean.py").read_text().replace("'high'", "'higher'")
    )
    expected = f"{CLEAN_PATH}, step silver:rents. Its module was edited since it was promoted, so no cell is named."
    assert raised(project) == expected


def test_helpers_are_found_by_their_text_though_the_module_was_edited(project: Path) -> None:
    path = project / "src/rents/defs/silver/rents.py"
    path.write_text(path.read_text().replace("def rents(", "\n\ndef rents("))
    assert raised(project) == f"{CLEAN_PATH}:{RAISED}"


def test_code_that_was_loaded_before_an_edit_names_no_line(project: Path) -> None:
    helpers, module = project / "src/rents/helpers/silver_clean.py", project / "src/rents/defs/silver/rents.py"
    for path in (helpers, module):
        path.write_text(f"\n\n{path.read_text()}")

    def promoted_anew(_: Any) -> None:
        for path in (helpers, module):
            path.write_text(path.read_text()[2:])

    expected = f"{CLEAN_PATH}, step silver:rents. Its module was changed since it was loaded, so no cell is named."
    assert raised(project, prepare=promoted_anew) == expected


def test_without_evidence_the_step_is_named(project: Path) -> None:
    shutil.rmtree(project / "evidence")
    told_ = raised(project)
    assert told_.startswith(f"{CLEAN_PATH}, step silver:rents. Which cell it is, only evidence/silver/rents.json tells")


@pytest.mark.parametrize("text", ["{", "[]", "{}", '{"cells": [{}], "between": []}', '{"cells": 3, "files": {}}'])
def test_evidence_that_cannot_be_read_hides_nothing(project: Path, text: str) -> None:
    (project / "evidence/silver/rents.json").write_text(text)
    for path in project.glob("evidence/silver/*.json"):
        path.write_text(text)
    give(project, NEGATIVE)
    said = failing(project, "rents")["rents"]
    assert f"ValueError: a rent below zero\n{TOLD}{CLEAN_PATH}, step silver:rents. Which cell it is, only " in said


def test_a_recursion_names_each_line_once(tmp_path: Path) -> None:
    cells = (
        ("", "import polars as pl"),
        ("helpers", "def deep(n):\n    return deep(n + 1)"),
        ("bronze:b", "b = pl.LazyFrame({'n': [deep(0)]})"),
    )
    root = make_project(tmp_path, {"b.ipynb": cells})
    run([root / "notebooks/b.ipynb"], Settings(project=root, run=False), lambda _: None)
    path = root / "src/rents/defs/bronze/b.py"
    space: dict[str, Any] = {}
    exec(compile(path.read_text().split("@bronze_asset")[0], str(path), "exec", dont_inherit=True), space)  # noqa: S102 - ours
    with pytest.raises(RecursionError) as caught:
        space["b"]()
    assert told(caught.value, space["b"]).count("cell 2") == 1


def test_evidence_is_found_in_the_package_as_a_wheel_holds_it(project: Path) -> None:
    shutil.move(project / "evidence", project / "src/rents/evidence")
    assert raised(project) == f"{CLEAN_PATH}:{RAISED}, called from cell 4 (rents, silver:rents):6"


def test_what_was_written_by_hand_gets_no_note() -> None:
    error = ValueError("x")
    tell_cell(error, test_what_was_written_by_hand_gets_no_note)
    assert not hasattr(error, "__notes__")
    assert told(error, len) == ""


def test_a_module_that_cannot_be_imported_names_the_cell(project: Path) -> None:
    cells = (
        ("", "import polars as pl"),
        ("helpers", "# rates\nRATE = 1 / 0"),
        ("bronze:b", "b = pl.LazyFrame({'n': [RATE]})"),
    )
    from tests.promote.small_project import write_notebook

    path = write_notebook(project / "notebooks/bronze/b.ipynb", cells)
    run([path], Settings(project=project, run=False), lambda _: None)
    with pytest.raises(Exception, match=rf"{TOLD}notebooks/bronze/b.ipynb:cell 2 \(\w+, helpers\):2"):
        load_definitions(project / "src/rents/definitions.py")
