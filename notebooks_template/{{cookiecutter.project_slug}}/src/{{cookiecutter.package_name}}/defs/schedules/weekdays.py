"""Silver and gold are made on weekday mornings, before people come in."""

import dagster as dg

# Off until somebody switches it on in Dagster, or writes DefaultScheduleStatus.RUNNING here
weekday_mornings = dg.ScheduleDefinition(
    name="weekday_mornings",
    job_name="refresh",
    cron_schedule="0 6 * * 1-5",
    execution_timezone="Europe/London",
)
