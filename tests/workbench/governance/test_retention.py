"""`workbench retention`: what is due by partition, held, deleted and told."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import dagster as dg
import polars as pl
import pytest

from platform_core.config import load_config
from platform_core.governance.audit import read_entries
from platform_core.governance.policies import AssetFacts, Hold, Policies
from platform_core.governance.retention import StoredPart, due
from platform_core.storage.purging import purging_of
from platform_core.storage.routes import kept_in, storage_of
from workbench.cli import main
from workbench.graph import load_project
from workbench.project import find_project

MONDAY = datetime(2026, 11, 30, 6, tzinfo=UTC)
JANUARY, FEBRUARY = (f"data/lake/bronze/payments/2026-0{n}.parquet" for n in ("1-31", "2-28"))


def test_what_is_due_is_told_by_partition(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["retention", "due", "--on", "2026-03-03", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    parts = {
        (one["asset"], one["partition"]): (one["keep_until"], one["due"], one["reckoned"]) for one in told["parts"]
    }
    assert parts["payments", "2026-01-31"] == ("2026-03-02", True, "partition")
    assert parts["payments", "2026-02-28"] == ("2026-03-30", False, "partition")
    assert parts["people", None][2] == "written"
    assert ("renamed", None) not in parts, "it says nothing of how long it is kept"


def test_nothing_goes_without_yes_and_what_goes_is_told(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["retention", "delete", "--on", "2026-03-03"]) == 0
    assert (project / JANUARY).exists()
    assert main(["retention", "delete", "--on", "2026-03-03", "--yes"]) == 0
    assert "Deleted: 1." in capsys.readouterr().out
    assert not (project / JANUARY).exists()
    assert (project / FEBRUARY).exists()
    (entry,) = (one for one in read_entries(project / "data/audit/audit.jsonl") if one.did == "deleted")
    assert (entry.of, entry.about["why"], entry.about["partition"]) == ("bronze:payments", "retention", "2026-01-31")
    assert main(["retention", "delete", "--on", "2199-01-01", "--yes"]) == 2


def test_a_schedule_tells_and_deletes_what_is_due(project: Path) -> None:
    (project / "src/benefits/defs/expiry.py").write_text(
        "from workbench.governance.retention_job import retention_job\n\n"
        "look = retention_job()\ndelete = retention_job(delete=True, name='expiry')\n"
    )
    with (project / "config/base.yaml").open("a") as config:
        config.write(
            "schedules:\n  weekly: {job: retention, cron: '0 6 * * 1'}\n  nightly: {job: expiry, cron: '0 3 * * *'}\n"
        )
    definitions = load_project(find_project())
    tick = dg.build_schedule_context(repository_def=definitions.get_repository_def(), scheduled_execution_time=MONDAY)
    for name, schedule in (("retention", "weekly"), ("expiry", "nightly")):
        data = definitions.resolve_schedule_def(schedule).evaluate_tick(tick)
        assert [one.job_name or name for one in data.run_requests or ()] == [name]

    told = definitions.resolve_job_def("retention").execute_in_process()
    (step,) = (one for one in told.all_node_events if one.event_type_value == "STEP_OUTPUT")
    assert "due          bronze:payments 2026-01-31" in str(step.step_output_data.metadata["workbench/retention"].value)
    assert (project / JANUARY).exists()

    job = definitions.resolve_job_def("expiry")
    hold = project / "policies/holds.yaml"
    hold.write_text("holds: [{id: CASE-7, reason: An inquiry, assets: [paymnts]}]\n")
    failed = job.execute_in_process(raise_on_error=False)
    (event,) = (one for one in failed.all_node_events if one.is_step_failure)
    assert "CASE-7 is of paymnts" in str(event.step_failure_data.user_failure_data)
    assert (project / JANUARY).exists()
    hold.unlink()
    assert job.execute_in_process().success
    assert not (project / JANUARY).exists()
    assert [one.about["why"] for one in read_entries(project / "data/audit/audit.jsonl") if one.did == "deleted"] == [
        "retention",
        "retention",
    ]


def test_a_hold_keeps_what_is_due(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (project / "policies/holds.yaml").write_text("holds: [{id: CASE-7, reason: An inquiry, assets: [pay*]}]\n")
    assert main(["retention", "delete", "--yes"]) == 0
    said = capsys.readouterr().out
    assert "held by CASE-7 bronze:payments 2026-01-31" in said
    assert (project / JANUARY).exists()
    (project / "policies/holds.yaml").write_text(
        "holds: [{id: CASE-7, reason: An inquiry, assets: ['bronze:payments']}]\n"
    )
    assert main(["retention", "delete", "--yes"]) == 1
    assert "CASE-7 is of bronze:payments, and there is no such asset" in capsys.readouterr().err
    assert (project / JANUARY).exists()


def test_nothing_is_deleted_that_cannot_be_told(
    project: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (project / "no_folder").write_text("")
    monkeypatch.setenv("WORKBENCH_AUDIT", str(project / "no_folder/audit.jsonl"))
    assert main(["retention", "delete", "--yes"]) == 1
    assert "Nothing more was deleted. The audit log cannot be written" in capsys.readouterr().err
    assert (project / JANUARY).exists()


@pytest.mark.parametrize(
    ("key", "since"),
    [
        ("2026-01-31", "2026-01-31"),
        ("2026-02", "2026-02-28"),
        ("2026-12", "2026-12-31"),
        ("2026-13", "2026-05-01"),
        ("north", "2026-05-01"),
        (None, "2026-05-01"),
    ],
)
def test_days_count_from_what_the_partition_names(key: str | None, since: str) -> None:
    part = StoredPart("a", "bronze", key, "2026-05-01")
    (found,) = due([part], [AssetFacts(name="a", retention_days=1)], Policies(), on="2026-06-01")
    assert found.since == since


def test_the_last_day_is_kept_and_a_hold_ends() -> None:
    part = StoredPart("a", "bronze", "2026-01-01", "2026-01-01")
    assets = [AssetFacts(name="a", retention_days=10)]
    assert not due([part], assets, Policies(), on="2026-01-11")[0].due
    assert due([part], assets, Policies(), on="2026-01-12")[0].due
    held = Policies(holds=(Hold(id="H", reason="x", until="2026-01-31"),))
    assert due([part], assets, held, on="2026-01-31")[0].hold == "H"
    assert due([part], assets, held, on="2026-02-01")[0].hold == ""


@pytest.mark.parametrize("kind", ["delta", "duckdb"])
def test_partitions_of_tables_are_deleted_too_and_a_killed_run_is_ended(
    kind: str, project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with (project / "config/base.yaml").open("a") as config:
        config.write(f"io: {{assets: {{payments: {kind}}}}}\n")
    storage = storage_of(load_config(project))
    frame = pl.DataFrame({"payee": ["P-1001-of-nobody", "P-1002"], "pence": [100, 200]})
    for month in ("2026-01-31", "2026-02-28"):
        storage.write("bronze", "payments", frame.with_columns(month=pl.lit(month)), month)
    assert main(["retention", "due", "--on", "2026-03-03", "--json"]) == 0
    told = [one for one in json.loads(capsys.readouterr().out)["parts"] if one["asset"] == "payments"]
    assert [(one["partition"], one["due"], one["rows"]) for one in told] == [
        ("2026-01-31", True, 2), ("2026-02-28", False, 2),
    ]  # fmt: skip
    assert main(["retention", "delete", "--on", "2026-03-03", "--yes"]) == 0
    assert "Deleted: 1." in capsys.readouterr().out
    kept = storage.read("payments", "polars", layer="bronze")
    assert kept["month"].to_list() == ["2026-02-28"] * 2

    tables = kept_in(storage, "bronze", "payments")
    purging = purging_of(tables)
    assert purging is not None
    purging.drop("bronze", "payments", "2026-02-28")  # and then the run is killed
    assert purging.is_unfinished("bronze", "payments")
    holds = project / "policies/holds.yaml"
    holds.write_text("holds: [{id: CASE-7, reason: An inquiry, assets: [payments]}]\n")
    assert main(["retention", "delete", "--on", "2026-03-03", "--yes"]) == 0
    assert purging.is_unfinished("bronze", "payments"), "what is held is left as it is"
    holds.unlink()
    assert main(["retention", "delete", "--on", "2026-03-03", "--yes"]) == 0
    assert not purging.is_unfinished("bronze", "payments")
