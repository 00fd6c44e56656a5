"""Jobs, schedules and sensors are there, name one another rightly, and start nothing by themselves."""

import dagster as dg

from {{ cookiecutter.package_name }} import definitions

REPOSITORY = definitions.defs.get_repository_def()


def test_every_schedule_and_sensor_starts_a_job_that_is_there() -> None:
    wanted = [one.job_name for one in REPOSITORY.schedule_defs]
    wanted += [target.job_name for sensor in REPOSITORY.sensor_defs for target in sensor.targets]
    assert {"harvest", "refresh"} == set(wanted)
    assert set(wanted) <= set(REPOSITORY.job_names)


def test_jobs_try_again_what_may_pass() -> None:
    silent = [name for name in ("harvest", "refresh") if REPOSITORY.get_job(name).op_retry_policy is None]
    assert silent == []


def test_nothing_runs_before_somebody_says_so() -> None:
    running = [one.name for one in REPOSITORY.schedule_defs if one.default_status == dg.DefaultScheduleStatus.RUNNING]
    running += [one.name for one in REPOSITORY.sensor_defs if one.default_status == dg.DefaultSensorStatus.RUNNING]
    assert running == []
