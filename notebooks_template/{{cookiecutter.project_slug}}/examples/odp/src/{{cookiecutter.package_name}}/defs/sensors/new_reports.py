"""The reports of a new week start their harvest, once for each report date."""

from collections.abc import Iterator

import dagster as dg
from platform_core.config import find_project, load_config

from {{ cookiecutter.package_name }}.resources.reports import DatedFiles


# Off until somebody switches it on in Dagster, or writes default_status=dg.DefaultSensorStatus.RUNNING here
@dg.sensor(job_name="harvest", minimum_interval_seconds=300)
def new_reports(
    context: dg.SensorEvaluationContext, arrivals: dg.ResourceParam[DatedFiles]
) -> Iterator[dg.RunRequest | dg.SkipReason]:
    """Ask for a run for each date of a report; Dagster starts none twice for the same run key."""
    known = set(load_config(find_project()).partitions["report_dates"])
    for date in map(str, arrivals.dates("odp-status_*.csv")):
        if date in known:
            yield dg.RunRequest(run_key=date, partition_key=date)
        else:
            yield dg.SkipReason(f"There is a report of {date}: write its date to config/base.yaml.")
