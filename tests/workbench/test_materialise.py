"""`workbench materialize`: order, partitions, what is passed over, and what is said when something fails."""

from __future__ import annotations

import json
import shutil
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from platform_core.partitions import file_partitions
from workbench.cli import main
from workbench.materialise import Materialiser, count
from workbench.project import find_project
from workbench.session import open_session

CHECK = """\
import polars as pl
from platform_core.asset_checks import asset_check

@asset_check(asset="rents", blocking=True)
def rents_are_paid(context, rents: pl.DataFrame) -> bool:
    return bool((rents["rent"] > 0).all())
"""
PAIR = """\
import dagster as dg

@dg.multi_asset(specs=[dg.AssetSpec("one"), dg.AssetSpec("other")])
def pair():
    yield dg.MaterializeResult(asset_key="one")
    raise ValueError("the other cannot be made")
"""
ISSUES = """\
import polars as pl
from platform_core.partitions import file_partitions
from platform_core.sdk import bronze_asset

@bronze_asset(name="issues", partitions_def=file_partitions("issue_dates", "issues/{partition}.csv").definition)
def issues(context):
    return pl.DataFrame({"key": [context.partition_key]})
"""
MORE = """\
import polars as pl
from platform_core.sdk import {layer}_asset

@{layer}_asset{options}
def more_{layer}(context, rents: pl.LazyFrame) -> pl.LazyFrame:
    return rents
"""
DEFS = Path("src", "letting", "defs")


def run(capsys: pytest.CaptureFixture[str], *arguments: str, code: int = 0) -> dict[str, dict[str, Any]]:
    """Run the command with `--json` and give what became of each asset, in the order told."""
    assert main(["materialize", *arguments, "--json"]) == code
    return {outcome["asset"]: outcome for outcome in json.loads(capsys.readouterr().out)}


def states(outcomes: dict[str, dict[str, Any]]) -> list[str]:
    """Give the status of each asset, in order."""
    return [outcome["status"] for outcome in outcomes.values()]


def rewrite(path: Path, old: str, new: str) -> None:
    """Change a text in a file."""
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")


def test_progress_counts_assets_and_not_the_steps_of_their_checks(project: Path) -> None:
    (project / DEFS / "silver" / "checks.py").write_text(CHECK, encoding="utf-8")
    told = []
    with open_session(find_project(project)) as session:
        Materialiser(session).run(session.nodes, None, lambda name, part: told.append((name, part)))
        expected = count(session.nodes, None)
    assert told == [("raw_rents", "2023"), ("raw_rents", "2024"), ("rents", None), ("rents_by_town", None)]
    assert len(told) == expected


def test_assets_of_one_step_are_counted_each_and_told_why_they_failed(project: Path) -> None:
    (project / DEFS / "silver" / "pair.py").write_text(PAIR, encoding="utf-8")
    told = []
    with open_session(find_project(project)) as session:
        nodes = tuple(node for node in session.nodes if node.name in {"one", "other"})
        (one, other) = Materialiser(session).run(nodes, None, lambda name, part: told.append(name))
    assert told == ["one", "other"]
    assert "the other cannot be made" in one.problems[0].cause
    assert "the other cannot be made" in other.problems[0].cause


def test_everything_is_made_in_dependency_order(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    made = run(capsys, "--all-partitions")
    assert list(made) == ["raw_rents", "rents", "rents_by_town"]
    assert states(made) == ["made", "made", "made"]
    assert [outcome["rows"] for outcome in made.values()] == [4, 4, 2]
    assert made["raw_rents"]["partitions"] == 2
    assert (made["rents"]["checks"], made["rents"]["checks_passed"]) == (2, 2)
    lake = project / "data" / "lake"
    assert pl.read_parquet(lake / "gold" / "rents_by_town.parquet").rows() == [("Aston", 1000.0), ("Barton", 725.0)]
    assert sorted(path.name for path in (lake / "bronze" / "raw_rents").iterdir()) == ["2023.parquet", "2024.parquet"]
    # A second time nothing is made and not a byte changes
    files = [path for path in project.rglob("*") if path.is_file() and "__pycache__" not in path.parts]
    before = {path: (path.stat().st_mtime_ns, path.read_bytes()) for path in files if path.suffix != ".db"}
    again = run(capsys, "--all-partitions")
    assert states(again) == ["unchanged", "unchanged", "unchanged"]
    assert [outcome["rows"] for outcome in again.values()] == [4, 4, 2]
    assert {path: (path.stat().st_mtime_ns, path.read_bytes()) for path in before} == before
    assert states(run(capsys, "--all-partitions", "--force")) == ["made", "made", "made"]


def test_what_changed_is_made_again_with_what_depends_on_it(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run(capsys, "--all-partitions")
    # Another code version of an asset in the middle; its data stay the same, so what depends on it is left
    rewrite(project / DEFS / "silver" / "rents.py", "2222222222222222", "4444444444444444")
    rewrite(project / DEFS / "silver" / "rents.py", "import polars", "from letting import rates\nimport polars")
    (project / "src" / "letting" / "rates.py").write_text("from letting.shares import SHARE\n", encoding="utf-8")
    (project / "src" / "letting" / "shares.py").write_text("SHARE = 1\n", encoding="utf-8")
    assert states(run(capsys, "--all-partitions")) == ["unchanged", "made", "unchanged"]
    # What the module imports of the project, by way of another module
    rewrite(project / "src" / "letting" / "shares.py", "1", "2")
    assert states(run(capsys, "--all-partitions")) == ["unchanged", "made", "unchanged"]
    # A comment is no change; another check is, though the logic stays
    rewrite(project / DEFS / "silver" / "rents.py", "import polars", "# a comment\nimport polars")
    assert states(run(capsys, "--all-partitions")) == ["unchanged", "unchanged", "unchanged"]
    rewrite(project / DEFS / "silver" / "rents.py", '"no_nulls", ', '"no_nulls", {"row_count": {"min": 1}}, ')
    made = run(capsys, "--all-partitions")
    assert states(made) == ["unchanged", "made", "unchanged"]
    assert made["rents"]["checks"] == 3
    (project / DEFS / "checks.py").write_text(CHECK, encoding="utf-8")
    assert run(capsys, "--all-partitions")["rents"]["checks"] == 4
    rewrite(project / DEFS / "checks.py", "> 0", "> 1")
    assert states(run(capsys, "--all-partitions")) == ["unchanged", "made", "unchanged"]
    # Other data in a source
    rewrite(project / "sources" / "towns" / "2024.csv", "1100", "1300")
    assert states(run(capsys, "--all-partitions")) == ["made", "made", "made"]
    # A file of the lake that is gone
    (project / "data" / "lake" / "gold" / "rents_by_town.parquet").unlink()
    assert states(run(capsys, "--all-partitions")) == ["unchanged", "unchanged", "made"]
    # A file of the lake that is not what was written
    shutil.copy(project / "data/lake/bronze/raw_rents/2023.parquet", project / "data/lake/silver/rents.parquet")
    assert states(run(capsys, "--all-partitions")) == ["unchanged", "made", "unchanged"]
    # Records that cannot be read
    (project / "data" / "dagster" / "materialised.json").write_text("{}", encoding="utf-8")
    assert states(run(capsys, "--all-partitions")) == ["made", "made", "made"]


def test_another_masking_key_makes_what_the_last_one_masked_anew(
    project: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    rewrite(project / DEFS / "gold" / "rents_by_town.py", "@gold_asset(", '@gold_asset(masking={"town": "hash"}, ')
    secret = "a1" * 16
    for key, wanted in ((secret, "made"), (secret, "unchanged"), (f"2:{secret}", "made"), ("3:" + "b2" * 16, "made")):
        monkeypatch.setenv("WORKBENCH_MASKING_KEY", key)
        assert states(run(capsys, "--all-partitions"))[-1] == wanted
    assert pl.read_parquet(project / "data/lake/gold/rents_by_town.parquet")["town"][0].startswith("v3:")
    monkeypatch.delenv("WORKBENCH_MASKING_KEY")
    (problem,) = run(capsys, "--all-partitions", code=1)["rents_by_town"]["problems"]
    assert "needs a key" in problem["cause"]
    assert secret not in (project / "data/dagster/materialised.json").read_text(encoding="utf-8")


def test_a_new_partition_needs_only_its_file_and_a_line_of_configuration(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run(capsys, "--all-partitions")
    rewrite(project / "config" / "base.yaml", '"2024"]', '"2024", "2025"]')
    (project / "sources" / "towns" / "2025.csv").write_text("town,rent\nAston,1200\n", encoding="utf-8")
    made = run(capsys, "--all-partitions")
    assert [outcome["rows"] for outcome in made.values()] == [5, 5, 2]


def test_one_partition_is_made_alone(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    made = run(capsys, "raw_rents", "--partition", "2024")
    assert (made["raw_rents"]["partitions"], made["raw_rents"]["rows"]) == (1, 2)
    assert not (project / "data" / "lake" / "bronze" / "raw_rents" / "2023.parquet").exists()


def test_several_selections_stand_beside_each_other_or_with_commas_between(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert list(run(capsys, "rents", "raw_rents", "--all-partitions")) == ["raw_rents", "rents"]
    assert list(run(capsys, "rents, raw_rents", "--all-partitions")) == ["raw_rents", "rents"]
    assert list(run(capsys, "rents+,key:rents", "--all-partitions")) == ["rents", "rents_by_town"]


@pytest.mark.parametrize(
    ("text", "keys"), [("2023..2024", ["2023", "2024"]), ("2024..", ["2024"]), ("..2023", ["2023"])]
)
def test_a_range_of_partitions_is_made(
    project: Path, text: str, keys: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    made = run(capsys, "raw_rents", "--partition", text)
    assert made["raw_rents"]["partitions"] == len(keys)
    assert sorted(path.stem for path in (project / "data/lake/bronze/raw_rents").glob("*.parquet")) == keys


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--partition", "2024..2023"], "wrong way round"),
        (["--partition", "2022..2024"], "There is no partition '2022'."),
        (["rents", "--partition", "2023..2024"], "None of the assets chosen has partitions."),
        ([], "--partition 2024"),
        (["--partition", "203"], "Did you mean '2023'?"),
        (["rents", "--partition", "2023"], "None of the assets chosen has partitions."),
        (["rnets"], "Did you mean 'rents'?"),
        (["group:nothing"], "names no asset"),
        (["(("], "names no asset"),
        (["rents,rnets_by_town"], "'rnets_by_town' names no asset.\nhint: Did you mean 'rents_by_town'?"),
        ([","], "names no asset"),
    ],
)
@pytest.mark.usefixtures("project")
def test_a_selection_or_partition_that_is_nothing_is_wrong_usage(
    arguments: list[str], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["materialize", *arguments]) == 2
    assert said in capsys.readouterr().err


def test_dynamic_partitions_that_nobody_told_of_are_no_partitions_yet(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (project / DEFS / "bronze" / "issues.py").write_text(ISSUES, encoding="utf-8")
    for arguments in (["--partition", "a"], ["--all-partitions"]):
        assert main(["materialize", "issues", *arguments]) == 2
        said = capsys.readouterr().err
        assert "'issues' has no partitions yet" in said
        assert "A sensor, or `register` of its partitions, tells Dagster of those of files." in said
    with open_session(find_project(project)) as session:
        file_partitions("issue_dates", "issues/{partition}.csv").register(session.instance, ["issues/a.csv"])
    assert run(capsys, "issues", "--all-partitions")["issues"]["rows"] == 1


def test_a_failing_asset_is_named_with_cause_line_and_notebook(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rewrite(project / DEFS / "silver" / "rents.py", "raw_rents.unique()", "raw_rents.unique().nowhere()")
    assert main(["materialize", "--all-partitions"]) == 1
    shown = capsys.readouterr()
    assert "error: rents: the step failed: AttributeError: 'LazyFrame' object has no attribute 'nowhere'" in shown.err
    assert "  at src/letting/defs/silver/rents.py:18\n  from notebooks/silver/rents.ipynb\n" in shown.err
    assert "skipped: rents_by_town, because rents failed" in shown.err
    assert "Traceback" not in shown.err
    rows = [line for line in shown.out.splitlines() if "rents" in line]
    assert [row.split("│")[-2].strip() for row in rows if "│" in row] == ["made", "failed", "skipped"]
    report = project / "data/report.html"
    assert "<li>rents failed.</li>\n<li>rents_by_town was not made, since rents failed.</li>" in report.read_text()
    # Put right, the rest is made and what was made stays
    rewrite(project / DEFS / "silver" / "rents.py", ".nowhere()", "")
    assert states(run(capsys, "--all-partitions")) == ["unchanged", "made", "made"]
    assert "failed" not in report.read_text()


def test_a_failed_blocking_check_stops_what_depends_on_it(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    rewrite(project / "sources" / "towns" / "2024.csv", "Barton,750\n", "Barton,\nBarton,751\n")
    rewrite(project / DEFS / "silver" / "rents.py", 'key=["town", "year"],', 'key=["rent"],')
    made = run(capsys, "--all-partitions", code=1)
    assert states(made) == ["made", "failed", "skipped"]
    assert [problem["what"] for problem in made["rents"]["problems"]] == ["check no_nulls failed"]
    assert made["rents_by_town"]["blocked_by"] == ["rents"]
    # It is not taken for made the next time
    assert states(run(capsys, "--all-partitions", code=1)) == ["unchanged", "failed", "skipped"]


def test_a_check_that_breaks_off_is_a_failure(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    broken = CHECK.replace('(rents["rent"] > 0).all()', "rents.nowhere()")
    (project / DEFS / "checks.py").write_text(broken, encoding="utf-8")
    made = run(capsys, "--all-partitions", code=1)
    assert states(made) == ["made", "failed", "skipped"]
    assert "nowhere" in made["rents"]["problems"][0]["cause"]


def test_what_may_hang_on_more_than_its_inputs_is_made_every_time(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for layer, options in (("bronze", ""), ("silver", "(cache=False)"), ("gold", "")):
        (project / DEFS / f"more_{layer}.py").write_text(MORE.format(layer=layer, options=options), encoding="utf-8")
    run(capsys, "--all-partitions")
    made = run(capsys, "--all-partitions")
    assert {name: made[f"more_{name}"]["status"] for name in ("bronze", "silver", "gold")} == {
        "bronze": "made",
        "silver": "made",
        "gold": "unchanged",
    }


def test_an_asset_that_fails_on_one_partition_makes_the_others(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (project / "sources" / "towns" / "2023.csv").unlink()
    made = run(capsys, "--all-partitions", code=1)
    assert states(made) == ["failed", "skipped", "skipped"]
    assert [problem["partition"] for problem in made["raw_rents"]["problems"]] == ["2023"]
    assert (project / "data" / "lake" / "bronze" / "raw_rents" / "2024.parquet").exists()


def test_a_file_of_the_step_is_not_hidden_by_what_it_prints(project: Path) -> None:
    rewrite(project / DEFS / "silver" / "rents.py", '    """Rents, cleaned."""\n', '    print("a line of the step")\n')
    command = [sys.executable, "-m", "workbench", "materialize", "--all-partitions", "--json"]
    done = subprocess.run(command, cwd=project, capture_output=True, text=True, check=True)
    assert states({outcome["asset"]: outcome for outcome in json.loads(done.stdout)}) == ["made", "made", "made"]
    assert done.stderr == "a line of the step\n"


def test_a_project_without_assets_says_what_to_do(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    shutil.rmtree(project / DEFS)
    text = (project / "config" / "base.yaml").read_text(encoding="utf-8")
    (project / "config" / "base.yaml").write_text(text.partition("jobs:")[0], encoding="utf-8")
    assert main(["materialize"]) == 1
    assert "promote notebooks/bronze/*.ipynb" in capsys.readouterr().err


def test_the_report_is_written_and_stays_the_same(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    evidence = project / "evidence" / "silver" / "rents.json"
    evidence.parent.mkdir(parents=True)
    parity = {"verdict": "equal", "order": "compared"}
    content = {"verified": True, "code_version": "2222222222222222", "parity": parity}
    evidence.write_text(json.dumps(content), encoding="utf-8")
    assert main(["materialize", "--all-partitions"]) == 0
    assert "Report: data/report.html" in capsys.readouterr().out
    page = (project / "data" / "report.html").read_text(encoding="utf-8")
    assert "3 assets made of 3, holding 10 rows; 2 of 2 checks passed." in page
    assert "What a town &lt;pays&gt;." in page
    assert "equal to the notebook&#x27;s data, order compared" in page
    assert str(project) not in page
    assert main(["materialize", "--all-partitions"]) == 0
    assert (project / "data" / "report.html").read_text(encoding="utf-8") == page


def test_an_interruption_ends_the_command_and_leaves_no_half_file(project: Path) -> None:
    rewrite(
        project / DEFS / "silver" / "rents.py",
        '    """Rents, cleaned."""\n',
        '    import threading\n\n    print("waiting", flush=True)\n    threading.Event().wait(600)\n',
    )
    command = [sys.executable, "-m", "workbench", "materialize", "--all-partitions"]
    with subprocess.Popen(
        command, cwd=project, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True
    ) as process:
        assert process.stderr is not None
        assert process.stderr.readline() == "waiting\n"
        process.send_signal(signal.SIGINT)
        said = process.stderr.read()
    assert process.returncode == 130
    assert said == "interrupted\n"
    assert not (project / "data" / "lake" / "silver").exists()
