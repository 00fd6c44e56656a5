"""One person's rows are taken out of everything that lineage says holds them, and every file is read back."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from datetime import date
from pathlib import Path

import dagster as dg
import pandas as pd
import polars as pl
import pytest

from platform_core.errors import UserError
from platform_core.governance.audit import read_entries, verify
from platform_core.governance.erasure import CHANGED, Holding, hold_token, reach, rows_of, spellings, subject_token
from platform_core.governance.lineage.dagster import lineage_of_metadata
from platform_core.governance.policies import Activity, AssetFacts, Policies
from platform_core.governance.policies.engine import held
from platform_core.governance.policies.model import Hold
from platform_core.io_managers import PolarsParquetIOManager
from platform_core.lake import Lake
from platform_core.parquet_read import read_notes, written_as
from platform_core.sdk import bronze_asset, silver_asset
from platform_core.storage.delta_tables import DeltaTables
from platform_core.storage.duckdb_tables import DuckDBTables
from tests.platform_core.disks import full_after
from workbench.cli import main
from workbench.governance.erasing import _Rows
from workbench.governance.leftovers import runs_that_tell
from workbench.project import find_project
from workbench.session import open_instance

PERSON = "P-1001"
SUBJECT = f"person_id={PERSON}"


def _rows(project: Path) -> dict[str, int]:
    """Count the rows of the person in every column of every stored file, whatever says where they should be."""
    found = {}
    for path in sorted((project / "data/lake").rglob("*.parquet")):
        frame = pl.read_parquet(path)
        hits = frame.filter(pl.any_horizontal(pl.all().cast(pl.String).str.contains(PERSON, literal=True)))
        found[path.relative_to(project / "data/lake").as_posix()] = hits.height
    return found


def test_it_is_only_looked_until_asked(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    before = _rows(project)
    assert sum(before.values()) == 8
    assert main(["erase", "--subject", SUBJECT]) == 0
    assert "8 rows in 4 assets. Nothing was erased; --yes erases." in capsys.readouterr().out
    assert _rows(project) == before


def test_every_row_goes_and_nothing_else(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    lake = project / "data/lake"
    others = {path: pl.read_parquet(path) for path in lake.rglob("*.parquet")}
    notes = {path: read_notes(path) for path in others}
    assert main(["erase", "--subject", SUBJECT, "--yes", "--proof", "out/proof.json"]) == 1
    assert "It is not complete: see what is told above." in capsys.readouterr().out
    assert set(_rows(project).values()) == {0}
    for path, before in others.items():
        own = pl.any_horizontal(pl.all().cast(pl.String).str.contains(PERSON, literal=True))
        kept = before.filter(~own.fill_null(value=False))
        assert pl.read_parquet(path).drop("__index_level_0__", strict=False).equals(kept), path
        assert read_notes(path) == notes[path]
    clean = lake / "silver/clean_people.parquet"
    assert written_as(clean) == "pandas"
    assert isinstance(pd.read_parquet(clean).index, pd.RangeIndex)
    told = json.loads((project / "out/proof.json").read_text())
    assert not told["complete"], "records of runs hold the person"
    assert {(one["asset"], one["known"]) for one in told["parts"]} == {
        ("people", "declared"), ("payments", "declared"), ("clean_people", "same name"), ("renamed", "lineage"),
    }  # fmt: skip
    assert told["to_make_again"] == ["counts"]
    assert told["outside_the_lake"] == ["counts_csv"]
    assert told["sources_that_bring_it_back"] == ["people"]
    with open_instance(find_project()) as instance:  # a log line of each month names the person
        logged = {run.run_id for run in instance.get_runs() if "payments" in str(run.asset_selection)}
        assert set(told["records_of_runs"]) == logged
        assert len(logged) == 2
        for run in logged:
            instance.delete_run(run)
        assert runs_that_tell(instance, ["people", "payments", "clean_people"], PERSON) == ()
        assert runs_that_tell(instance, ["people"], "10") == (), "the level of a log line is nobody's key"
    assert main(["erase", "--subject", SUBJECT, "--yes", "--proof", "out/again.json"]) == 0
    assert json.loads((project / "out/again.json").read_text())["complete"]
    # No value of the data: not in the proof, the log, Dagster's records of it or what was said
    said = (project / "out/proof.json").read_text() + (project / "data/audit/audit.jsonl").read_text()
    assert PERSON not in said + "".join(capsys.readouterr())
    entries = [one for one in read_entries(project / "data/audit/audit.jsonl") if one.did == "erased"]
    assert [one.about["state"] for one in entries] == ["begun", "done"] * 2
    assert entries[1].about["rows"] == 8
    assert verify(project / "data/audit/audit.jsonl").ok
    assert main(["erase", "--subject", SUBJECT]) == 0
    assert "0 rows in 0 assets" in capsys.readouterr().out
    assert main(["erase", "--subject", SUBJECT, "--yes", "--proof", "out/proof.json"]) == 1
    assert "out/proof.json: The proof of an erasure stands there already." in capsys.readouterr().err
    assert json.loads((project / "out/proof.json").read_text()) == told, "a later run does not take its place"


def test_nothing_is_erased_where_the_proof_has_no_place(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    before = _rows(project)
    assert main(["erase", "--subject", SUBJECT, "--yes", "--proof", "out"]) == 1
    assert "error: out: The proof cannot be written: Is a directory." in capsys.readouterr().err
    assert _rows(project) == before
    assert main(["erase", "--subject", SUBJECT, "--proof", "out/proof.json"]) == 0
    assert json.loads((project / "out/proof.json").read_text())["erased"] is False
    main(["erase", "--subject", SUBJECT, "--yes", "--proof", "out/proof.json"])
    assert json.loads((project / "out/proof.json").read_text())["erased"], "in place of one that looked"


def test_a_legal_hold_keeps_its_assets(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (project / "policies/holds.yaml").write_text("holds: [{id: CASE-7, reason: An inquiry, assets: [payments]}]\n")
    assert main(["erase", "--subject", SUBJECT, "--yes"]) == 1
    assert "Kept by a legal hold: payments (CASE-7)." in capsys.readouterr().out
    left = {path: count for path, count in _rows(project).items() if count}
    assert set(left) == {"bronze/payments/2026-01-31.parquet", "bronze/payments/2026-02-28.parquet"}


def test_nothing_is_erased_while_a_hold_misses_its_asset_by_a_letter(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (project / "policies/holds.yaml").write_text("holds: [{id: CASE-7, reason: An inquiry, assets: [paymnts]}]\n")
    before = _rows(project)
    assert main(["erase", "--subject", SUBJECT, "--yes"]) == 1
    assert "CASE-7 is of paymnts, and there is no such asset" in capsys.readouterr().err
    assert _rows(project) == before
    assert main(["policy", "check"]) == 1
    assert "Did you mean 'payments'?" in capsys.readouterr().out


def test_a_hold_of_one_person_needs_the_secret(
    project: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("WORKBENCH_SUBJECT_KEY", "a secret of the team")
    assert main(["erase", "--subject", SUBJECT, "--token"]) == 0
    token = capsys.readouterr().out.strip()
    assert token == hold_token("person_id", PERSON)
    assert PERSON not in token
    (project / "policies/holds.yaml").write_text(f"holds: [{{id: CASE-8, reason: A case, subjects: ['{token}']}}]\n")
    assert main(["erase", "--subject", SUBJECT, "--yes"]) == 1
    assert main(["erase", "--subject", "person_id=P-1002", "--yes"]) == 0
    assert sum(_rows(project).values()) == 8
    monkeypatch.delenv("WORKBENCH_SUBJECT_KEY")
    capsys.readouterr()
    assert main(["erase", "--subject", SUBJECT, "--yes"]) == 1
    assert "nobody can tell whom" in capsys.readouterr().err
    monkeypatch.setenv("WORKBENCH_SUBJECT_KEY", "the secret that came after")
    assert main(["erase", "--subject", SUBJECT, "--yes"]) == 1
    assert "CASE-8 names people by tokens that another WORKBENCH_SUBJECT_KEY made" in capsys.readouterr().err
    # A token of before, which does not tell its secret
    (project / "policies/holds.yaml").write_text(
        f"holds: [{{id: CASE-8, reason: A case, subjects: ['{subject_token('person_id', PERSON)}']}}]\n"
    )
    assert main(["erase", "--subject", SUBJECT, "--yes"]) == 1
    assert "(CASE-8)" in capsys.readouterr().out
    assert sum(_rows(project).values()) == 8


def test_a_held_person_is_held_however_the_number_is_written(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WORKBENCH_SUBJECT_KEY", "a secret of the team")
    token = hold_token("Person_ID", "7")
    assert token is not None
    policies = Policies(holds=(Hold(id="CASE-9", reason="A case", subjects=(token,)),))
    for value, kept in (("7", True), ("7.0", True), ("07", True), ("8", False), ("P-7", False)):
        tokens = [subject_token("Person_ID", one) for one in spellings(value)]
        assert any(held(policies, "people", "2026-11-29", one) for one in tokens) is kept


def test_a_key_that_nobody_declared_is_refused(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["erase", "--subject", f"persn_id={PERSON}"]) == 1
    said = capsys.readouterr().err
    assert "Did you mean 'person_id'?" in said
    assert PERSON not in said
    assert main(["erase", "--subject", "person_id"]) == 2


def test_a_run_that_is_killed_is_run_again(project: Path) -> None:
    """Killed before its third part: every file is whole, and the next run finishes."""
    program = """
import os, signal, sys
from workbench.governance.erasing import erase
from workbench.governance.loading import governed
from workbench.project import find_project
from workbench.session import open_instance
seen = []
def watch(part):
    seen.append(part)
    if len(seen) == 3:
        os.kill(os.getpid(), signal.SIGKILL)
project = find_project()
with open_instance(project) as instance:
    erase(governed(project), sys.argv[1], "2026-11-29", instance, really=True, watch=watch)
"""
    done = subprocess.run([sys.executable, "-c", program, SUBJECT], cwd=project, capture_output=True, check=False)
    assert done.returncode == -signal.SIGKILL, done.stderr
    assert 0 < sum(_rows(project).values()) < 8
    assert main(["erase", "--subject", SUBJECT, "--yes"]) == 1, "a log line of a run names the person"
    assert sum(_rows(project).values()) == 0
    states = [one.about["state"] for one in read_entries(project / "data/audit/audit.jsonl") if one.did == "erased"]
    assert states == ["begun", "begun", "done"], "that the first was never done can be seen"


def test_what_was_erased_and_cannot_be_told_the_log_is_said_and_its_proof_kept(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    log = project / "data/audit/audit.jsonl"
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("ab") as stream:
        stream.write(b"x" * 5_000_000 + b"\n")  # far beyond all that is written else
    assert main(["erase", "--subject", "person_id=P-9999", "--yes"]) == 0
    begun = len(log.read_bytes().splitlines(keepends=True)[-2])
    capsys.readouterr()
    with full_after(log.stat().st_size + begun + 20):
        assert main(["erase", "--subject", SUBJECT, "--yes", "--proof", "proof.json"]) == 1
    assert "All was erased and read back, and no entry tells it. The audit log" in capsys.readouterr().err
    assert sum(_rows(project).values()) == 0
    assert {one["rows_left"] for one in json.loads((project / "proof.json").read_text())["parts"]} == {0}


KEYS = {
    "text": (pl.Series(["7", "07", None]), "7", [False, True, True]),
    "whole": (pl.Series([7, 70, None]), "7", [False, True, True]),
    "float": (pl.Series([7.0, 7.5, None]), "7", [False, True, True]),
    "float, written so": (pl.Series([7.0, 7.5]), "7.0", [False, True]),
    "not a number": (pl.Series([7.0, float("nan"), float("inf")]), "nan", [True, True, True]),
    "no number": (pl.Series([7, 8]), "x", [True, True]),
    "category": (pl.Series(["a", "b"], dtype=pl.Categorical), "a", [False, True]),
    "date": (pl.Series(["2026-01-31", "2026-02-28"]).str.to_date(), "2026-01-31", [False, True]),
    "list": (pl.Series([["a", "b"], ["b"], None]), "a", [False, True, True]),
}


@pytest.mark.parametrize(("column", "value", "kept"), KEYS.values(), ids=KEYS)
def test_a_person_is_found_by_what_the_key_is(column: pl.Series, value: str, kept: list[bool]) -> None:
    frame = pl.DataFrame({"key": column})
    assert frame.select(~rows_of(frame.schema, "key", value)).to_series().to_list() == kept


@pytest.mark.parametrize("kind", ["delta", "duckdb"])
def test_tables_that_keep_older_rows_are_erased_and_read_back(kind: str, tmp_path: Path) -> None:
    tables = DeltaTables(str(tmp_path)) if kind == "delta" else DuckDBTables(tmp_path / "a.duckdb")
    people = pl.DataFrame({"person_id": [PERSON, "P-1002", None], "n": [1, 2, 3]})
    tables.write("silver", "people", people)
    rows = _Rows(tables, AssetFacts(name="people", layer="silver"), None)
    looked = rows.erased("person_id", "declared", PERSON, really=False)
    assert (looked.rows_before, looked.rows_found) == (3, 1)
    assert tables.read("people", "polars").height == 3
    done = rows.erased("person_id", "declared", PERSON, really=True)
    assert (done.rows_after, done.rows_left) == (2, 0)
    assert tables.read("people", "polars")["n"].sort().to_list() == [2, 3]


def test_a_column_that_holds_no_key_is_refused() -> None:
    frame = pl.DataFrame({"key": [{"a": 1}]})
    with pytest.raises(UserError, match="by which nobody can be found"):
        rows_of(frame.schema, "key", "1")
    with pytest.raises(UserError, match="no column"):
        rows_of(frame.schema, "other", "1")


def test_lineage_to_a_number_is_asked_about_and_not_erased() -> None:
    """A count may equal a key: where lineage alone names a column that is no text, people decide."""
    policies = Policies(processing={"p": Activity(assets=("a",), purpose="x", subject_key="id")})
    assets = [AssetFacts(name="a"), AssetFacts(name="b", inputs=("a",)), AssetFacts(name="c")]
    columns = {"a": {"id": "Int64"}, "b": {"n": "Int64"}, "c": {"id": "Int64"}}
    for way in ("", "aggregation", "opaque", "transformation"):
        found = reach(policies, assets, "id", columns, {("a", "id"): [(("b", "n"), way)]})
        assert found.holdings == (Holding("a", "id", "declared"),)
        assert found.confirm == (Holding("b", "n", "lineage"),)
        assert found.strangers == ("c",)
    same = reach(policies, assets, "id", columns, {("a", "id"): [(("b", "n"), "identity")]})
    assert same.holdings == (Holding("a", "id", "declared"), Holding("b", "n", "lineage"))
    only = reach(policies, assets, "id", columns, {("a", "id"): [(("b", "n"), "filter")]})
    assert (len(only.holdings), only.confirm, only.derived) == (1, (), ("b",)), "which rows there are is no value"


def test_a_key_that_was_masked_on_the_way_is_asked_about() -> None:
    """Its rows are not found by the value, and none found there proves nothing."""
    policies = Policies(processing={"p": Activity(assets=("a",), purpose="x", subject_key="id")})
    assets = [
        AssetFacts(name="a"),
        *(AssetFacts(name=n, inputs=(of,)) for n, of in (("b", "a"), ("c", "b"), ("d", "a"))),
    ]
    columns = {name: {"id": "String"} for name in "abcd"}
    edges = {
        ("a", "id"): [(("b", "id"), "transformation"), (("d", "id"), "identity")],
        ("b", "id"): [(("c", "id"), "identity")],
    }
    found = reach(policies, assets, "id", columns, edges)
    assert [(one.asset, one.known) for one in found.holdings] == [
        ("a", "declared"), ("b", CHANGED), ("c", CHANGED), ("d", "same name"),
    ]  # fmt: skip
    assert [one.asset for one in found.confirm] == ["b", "c"]
    sure = reach(
        Policies(processing={"p": Activity(assets=("a",), purpose="x", subject_key="id", subject_keys={"b": "id"})}),
        assets,
        "id",
        columns,
        edges,
    )
    assert sure.confirm == (), "whoever answers for the data has looked"


def test_the_lineage_of_a_masked_asset_says_so(tmp_path: Path) -> None:
    @silver_asset(masking={"id": "redact", "email": "drop", "seen": {"method": "shift_dates", "by": "id"}})
    def masked(people: pl.LazyFrame) -> pl.LazyFrame:
        return people

    @bronze_asset
    def people() -> pl.LazyFrame:
        return pl.LazyFrame({"id": ["7"], "email": ["a@b.example"], "seen": [date(2026, 1, 31)], "town": ["Ambridge"]})

    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("WORKBENCH_MASKING_KEY", "0123456789abcdef0123456789abcdef")
        made = dg.materialize([people, masked], resources={"io_manager": PolarsParquetIOManager(root=str(tmp_path))})
    (event,) = made.asset_materializations_for_node("masked")
    told = lineage_of_metadata(event.metadata)
    assert told is not None
    assert {name: [(one.column, one.way) for one in of] for name, of in told.columns.items()} == {
        "id": [("id", "transformation")],
        "seen": [("id", "transformation"), ("seen", "transformation")],
        "town": [("town", "identity")],
    }


def test_nothing_is_erased_where_one_asset_cannot_be(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """What cannot be done is told first, and not when half is done."""
    path = project / "data/lake/silver/renamed.parquet"
    pl.read_parquet(path).with_columns(who=pl.struct("who")).write_parquet(path)
    policies = project / "policies/own.yaml"
    policies.write_text(policies.read_text().replace("{payments: payee}", "{payments: payee, renamed: who}"))
    before = _rows(project)
    assert main(["erase", "--subject", SUBJECT, "--yes"]) == 1
    assert "by which nobody can be found" in capsys.readouterr().err
    assert _rows(project) == before


def test_what_names_a_person_beside_the_rows(tmp_path: Path) -> None:
    """Categories that nobody left has go with the rows; the type of an Enum and attrs are told."""
    lake = Lake(tmp_path / "lake")
    frame = pd.DataFrame({"id": ["P-1", "P-2", "P-2"], "name": ["Ana", "Bea", None], "sex": ["f", "f", "m"]})
    frame = frame.astype({"id": "category", "name": "category"}).set_index("name")
    frame["sex"] = frame["sex"].astype(pd.CategoricalDtype(["f", "m", "x"]))
    frame.attrs["seen"] = ["Ana", 7, "P-1"]
    lake.write("silver", "people", frame)
    lake.write("silver", "kinds", pl.DataFrame({"id": ["P-1", "P-2"]}, schema={"id": pl.Enum(["P-1", "P-2"])}).lazy())
    asset = AssetFacts(name="people", layer="silver")
    done = _Rows(lake, asset, None).erased("id", "declared", "P-1", really=True)
    assert (done.rows_left, done.rows_after, done.named) == (0, 2, ("attrs",))
    read = lake.read("people", "pandas", layer="silver")
    assert list(read["id"].cat.categories) == ["P-2"]
    assert list(read.index.categories) == ["Bea"]
    assert list(read["sex"].cat.categories) == ["f", "m", "x"], "what others have, or nobody had, stays"
    kinds = _Rows(lake, AssetFacts(name="kinds", layer="silver"), None).erased("id", "declared", "P-1", really=True)
    assert kinds.named == ("id",)
