"""A project's code location, and what `dg` makes of it."""

from __future__ import annotations

import gc
import json
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import dagster as dg
import pytest

from platform_core.errors import UserError
from workbench.definitions import load_definitions
from workbench.graph import load_project
from workbench.project import find_project


def load(project: Path) -> dg.Definitions:
    """Load the definitions of a project anew."""
    return load_project(find_project(project))


def dg_command(project: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run Dagster's own `dg` in a project."""
    environment = find_project(project).environment()
    command = [str(Path(sys.executable).parent / "dg"), *arguments]
    return subprocess.run(command, cwd=project, env=environment, capture_output=True, text=True, check=False)


def test_every_module_under_defs_is_part_of_the_definitions(project: Path) -> None:
    definitions = load(project)
    keys = {key.to_user_string() for key in definitions.resolve_all_asset_keys()}
    assert keys == {"raw_rents", "rents", "rents_by_town"}
    groups = {spec.key.to_user_string(): spec.group_name for spec in definitions.resolve_all_asset_specs()}
    assert groups == {"raw_rents": "bronze", "rents": "silver", "rents_by_town": "gold"}
    checks = definitions.resolve_asset_graph().asset_check_keys
    assert {(key.asset_key.to_user_string(), key.name) for key in checks} == {
        ("rents", "no_nulls"),
        ("rents", "unique_values"),
    }


def test_jobs_and_schedules_of_the_configuration_are_there(project: Path) -> None:
    definitions = load(project)
    job = definitions.resolve_job_def("report")
    assert job.description == "The whole report"
    assert {key.to_user_string() for key in job.asset_layer.selected_asset_keys} == {"rents", "rents_by_town"}
    schedule = definitions.resolve_schedule_def("every_morning")
    assert (schedule.cron_schedule, schedule.execution_timezone) == ("0 6 * * *", "Europe/London")
    assert schedule.default_status == dg.DefaultScheduleStatus.STOPPED


def ticks(project: Path, schedule: str) -> list[dg.RunRequest]:
    """Evaluate a schedule once and give the runs that it asks for."""
    moment = datetime(2025, 3, 19, 6, tzinfo=UTC)
    definitions = load(project)
    with (
        dg.DagsterInstance.local_temp() as instance,
        dg.build_schedule_context(
            instance=instance, repository_def=definitions.get_repository_def(), scheduled_execution_time=moment
        ) as context,
    ):
        data = definitions.resolve_schedule_def(schedule).evaluate_tick(context)
    return list(data.run_requests or ())


def test_a_schedule_asks_for_one_run_or_for_one_of_each_partition(project: Path) -> None:
    (asked,) = ticks(project, "every_morning")
    assert (asked.run_key, asked.partition_key, asked.run_config) == (None, None, {})
    text = (project / "config" / "base.yaml").read_text(encoding="utf-8")
    (project / "config" / "base.yaml").write_text(
        text.replace("+rents_by_town", "raw_rents") + "logs: json\n", encoding="utf-8"
    )
    moment = "2025-03-19T06:00:00+00:00"
    settings: dict[str, dict[str, dict[str, str]]] = {"loggers": {"json": {}}}
    found = [(one.run_key, one.partition_key, one.run_config) for one in ticks(project, "every_morning")]
    assert found == [(f"{moment} 2023", "2023", settings), (f"{moment} 2024", "2024", settings)]


def test_jobs_schedules_sensors_and_checks_of_a_module_are_taken(project: Path) -> None:
    (project / "src" / "letting" / "defs" / "automation.py").write_text(
        "import dagster as dg\n"
        "from letting.defs.gold.rents_by_town import rents_by_town_asset\n"
        "nightly = dg.define_asset_job('nightly', selection='rents')\n"
        "late = dg.ScheduleDefinition(job=nightly, cron_schedule='0 1 * * *', name='late')\n"
        "@dg.sensor(job=nightly)\ndef arrivals(context): ...\n"
        "@dg.asset_check(asset='rents')\ndef sane(): return dg.AssetCheckResult(passed=True)\n"
        "extra = [dg.AssetSpec('outside')]\n",
        encoding="utf-8",
    )
    definitions = load(project)
    repository = definitions.get_repository_def()
    assert repository.has_job("nightly")
    assert repository.has_schedule_def("late")
    assert repository.has_sensor_def("arrivals")
    names = {key.name for key in definitions.resolve_asset_graph().asset_check_keys}
    assert names == {"no_nulls", "unique_values", "sane"}
    assert dg.AssetKey("outside") in definitions.resolve_all_asset_keys()


def test_a_job_over_assets_of_different_partitions_is_told_with_the_way_out(project: Path) -> None:
    made = "@bronze_asset(partitions_def=dg.StaticPartitionsDefinition(['{0}']))\ndef {0}(context): ...\n"
    source = "import dagster as dg\nfrom platform_core.sdk import bronze_asset\n"
    (project / "src/letting/defs/parts.py").write_text(source + made.format("north") + made.format("south"))
    load(project)
    base = project / "config/base.yaml"
    kept = base.read_text(encoding="utf-8")
    base.write_text(kept.replace("jobs:", "jobs:\n  harvest: {selection: 'group:bronze'}"), encoding="utf-8")
    with pytest.raises(UserError, match="'harvest' takes assets of different partitions") as found:
        load(project)
    assert found.value.location == f"config/base.yaml:{2 + kept.partition('jobs:')[0].count(chr(10))}"
    assert "`harvest_south: {selection: [south]}`" in str(found.value.hint)
    base.write_text(kept.replace("jobs:", "jobs:\n  harvest: {selection: [north]}"), encoding="utf-8")
    assert load(project).get_repository_def().get_job("harvest")


def test_a_job_over_a_group_that_is_not_there_is_told_with_the_one_that_was_meant(project: Path) -> None:
    base = project / "config/base.yaml"
    kept = base.read_text(encoding="utf-8")
    jobs = "jobs:\n  fine: {selection: ['group:gold', '+group:\"silver\"']}\n  harvest: {selection: 'group:bronz'}"
    base.write_text(kept.replace("jobs:", jobs), encoding="utf-8")
    with pytest.raises(UserError, match="The job 'harvest' selects the group 'bronz'") as found:
        load(project)
    assert found.value.hint == "Did you mean 'bronze'?"
    assert found.value.location == f"config/base.yaml:{3 + kept.partition('jobs:')[0].count(chr(10))}"


def test_a_schedule_of_the_configuration_may_name_a_job_of_a_module(project: Path) -> None:
    base = project / "config/base.yaml"
    kept = base.read_text(encoding="utf-8")
    base.write_text(kept.replace("job: report", "job: nightly"), encoding="utf-8")
    line = 1 + base.read_text(encoding="utf-8").partition("job: nightly")[0].count("\n")
    with pytest.raises(UserError, match="The schedule 'every_morning' is for a job that is not defined") as found:
        load(project)
    assert found.value.location == f"config/base.yaml:{line}"
    (project / "src/letting/defs/automation.py").write_text(
        "import dagster as dg\nnightly = dg.define_asset_job('nightly', selection='rents')\n", encoding="utf-8"
    )
    schedule = load(project).resolve_schedule_def("every_morning")
    assert schedule.job_name == "nightly"


def test_a_project_without_modules_has_no_assets_and_still_loads(project: Path) -> None:
    for path in (project / "src" / "letting" / "defs").rglob("*.py"):
        path.unlink()
    text = (project / "config" / "base.yaml").read_text(encoding="utf-8")
    (project / "config" / "base.yaml").write_text(text.partition("jobs:")[0], encoding="utf-8")
    assert list(load(project).resolve_all_asset_keys()) == []


@pytest.mark.parametrize(
    ("source", "said"),
    [
        ("x = 1\ny = = 2\n", "src/letting/defs/silver/broken.py:2: The module is not valid Python"),
        (
            "import nowhere\n",
            "broken.py:1: The module cannot be imported: ModuleNotFoundError: No module named 'nowhere'",
        ),
        ("\n\nraise SystemExit(3)\n", "broken.py:3: The module cannot be imported: SystemExit: 3"),
        (
            "from platform_core.errors import UserError\nraise UserError('No.', hint='Do it.')\n",
            "broken.py:2: No.\nhint: Do it.",
        ),
    ],
)
def test_a_module_that_cannot_be_imported_is_named_with_the_cause(project: Path, source: str, said: str) -> None:
    (project / "src" / "letting" / "defs" / "silver" / "broken.py").write_text(source, encoding="utf-8")
    with pytest.raises(UserError) as caught:
        load(project)
    assert said in str(caught.value)


def test_all_modules_that_cannot_be_imported_are_named_at_once(project: Path) -> None:
    for name in ("one", "two"):
        (project / "src" / "letting" / "defs" / f"{name}.py").write_text("1 / 0\n", encoding="utf-8")
    with pytest.raises(UserError) as caught:
        load(project)
    assert str(caught.value).count("ZeroDivisionError") == 2


def test_nothing_is_searched_for_garbage_while_modules_are_loaded(project: Path) -> None:
    """With a thousand modules such searches took a fifth of the time; they begin again, even after a failure."""
    looked = project / "src" / "letting" / "defs" / "looked.py"
    looked.write_text("import gc\nassert not gc.isenabled()\n", encoding="utf-8")
    assert gc.isenabled()
    load(project)
    assert gc.isenabled()
    looked.write_text("1 / 0\n", encoding="utf-8")
    with pytest.raises(UserError, match="ZeroDivisionError"):
        load(project)
    assert gc.isenabled()


def test_an_asset_that_two_modules_define_is_refused(project: Path) -> None:
    silver = project / "src" / "letting" / "defs" / "silver"
    (silver / "again.py").write_text((silver / "rents.py").read_text(encoding="utf-8"), encoding="utf-8")
    with pytest.raises(UserError, match="do not fit together"):
        load(project)


def test_a_selection_that_cannot_be_read_is_named_by_file_and_line(project: Path) -> None:
    text = (project / "config" / "base.yaml").read_text(encoding="utf-8")
    (project / "config" / "base.yaml").write_text(text.replace("+rents_by_town", "+(("), encoding="utf-8")
    with pytest.raises(UserError, match=r"config/base\.yaml:7: The selection of the job 'report' cannot be read"):
        load(project)


def test_loading_reads_the_files_as_they_stand_now(project: Path, tmp_path: Path) -> None:
    assert len(list(load(project).resolve_all_asset_keys())) == 3
    (project / "src" / "letting" / "defs" / "gold" / "rents_by_town.py").unlink()
    text = (project / "config" / "base.yaml").read_text(encoding="utf-8")
    (project / "config" / "base.yaml").write_text(text.partition("jobs:")[0], encoding="utf-8")
    assert len(list(load(project).resolve_all_asset_keys())) == 2
    # A second project with a package of the same name, in the same process
    other = tmp_path / "elsewhere" / "letting"
    other.parent.mkdir()
    project.rename(other)
    assert len(list(load_definitions(other / "src" / "letting" / "definitions.py").resolve_all_asset_keys())) == 2


def test_dg_accepts_the_project(project: Path) -> None:
    checked = dg_command(project, "check", "defs")
    assert checked.returncode == 0, checked.stdout + checked.stderr
    listed = dg_command(project, "list", "defs", "--json")
    assert listed.returncode == 0, listed.stdout + listed.stderr
    content = json.loads(listed.stdout)
    assert {asset["asset_key"] for asset in content["assets"]} == {"raw_rents", "rents", "rents_by_town"}
    assert [job["name"] for job in content["jobs"]] == ["report"]


def test_dg_refuses_a_project_with_a_broken_module(project: Path) -> None:
    (project / "src" / "letting" / "defs" / "broken.py").write_text("1 / 0\n", encoding="utf-8")
    checked = dg_command(project, "check", "defs")
    assert checked.returncode != 0
    assert "src/letting/defs/broken.py:1" in checked.stdout + checked.stderr


def test_sensors_and_retries_of_the_configuration_are_there(project: Path) -> None:
    text = (project / "config" / "base.yaml").read_text(encoding="utf-8")
    text = text.replace("description: The whole report", "retry: {most: 4, first_delay_seconds: 10}")
    text += (
        "sensors:\n"
        "  rents_arrived: {type: file, job: report, resource: towns, pattern: '*.csv', status: running}\n"
        "  rents_uploaded: {type: s3_file, job: report, resource: bucket, prefix: raw/rents/, interval_seconds: 30}\n"
    )
    text = text.replace("resources:\n", "resources:\n  bucket: {type: s3, bucket_name: rents}\n")
    (project / "config" / "base.yaml").write_text(text, encoding="utf-8")
    definitions = load(project)
    arrived = definitions.resolve_sensor_def("rents_arrived")
    assert (arrived.job_name, arrived.default_status) == ("report", dg.DefaultSensorStatus.RUNNING)
    assert definitions.resolve_sensor_def("rents_uploaded").minimum_interval_seconds == 30
    policy = definitions.resolve_job_def("report")._op_retry_policy
    assert policy is not None
    assert (policy.max_retries, policy.delay, policy.backoff) == (4, 10, dg.Backoff.EXPONENTIAL)
    with (
        dg.DagsterInstance.local_temp() as instance,
        dg.build_sensor_context(
            instance=instance,
            definitions=definitions,
            resources={"towns": (definitions.resources or {})["towns"]},
        ) as context,
    ):
        data = arrived.evaluate_tick(context)
    assert [request.tags["workbench/file"] for request in data.run_requests or ()] == ["2023.csv", "2024.csv"]


def test_what_a_project_does_not_ask_for_is_not_imported(project: Path) -> None:
    """A location is loaded by every process of a deployment: who has no alerts pays for no database's library."""
    program = (
        "import sys\nimport dagster\nsys.path.insert(0, 'src')\nfrom letting.definitions import defs\n"
        "print(*sorted({'sqlalchemy', 'grpc', 'boto3', 'pandas', 'duckdb'} & set(sys.modules)))\n"
    )
    environment = find_project(project).environment()
    told = subprocess.run(
        [sys.executable, "-c", program], cwd=project, env=environment, capture_output=True, text=True, check=False
    )
    assert (told.returncode, told.stdout) == (0, "\n"), told.stdout + told.stderr
