"""The job by which Dagster looks for data that was kept long enough, and deletes it where the project says so."""

import subprocess
import sys

import dagster as dg

from workbench.project import find_project


def retention_job(*, delete: bool = False, name: str = "retention") -> dg.JobDefinition:
    """Give the job that says what data is due, as `workbench retention due` does; with `delete` it is deleted.

    It stands in a module under `defs/`, and `schedules:` in the configuration says when it runs. The command runs in a
    process of its own. What it says is the step's metadata; where it refuses, because of a legal hold that is of no
    asset or an audit log that cannot be written, the run fails and says why.

    Args:
        delete: Whether what is due and not held is deleted; else it is only told.
        name: The job's name.

    >>> retention_job(delete=True).name
    'retention'
    """

    @dg.op(name=f"{name}_{'delete' if delete else 'due'}")
    def step(context: dg.OpExecutionContext) -> None:
        action = ["delete", "--yes"] if delete else ["due"]
        command = [sys.executable, "-m", "workbench", "retention", *action]
        done = subprocess.run(command, cwd=find_project().root, capture_output=True, text=True, check=False)  # noqa: S603 - our own command
        if done.returncode:
            raise dg.Failure(done.stderr.strip(), allow_retries=False)
        context.add_output_metadata({"workbench/retention": dg.MetadataValue.text(done.stdout)})

    @dg.job(name=name, executor_def=dg.in_process_executor, description="Look for data that was kept long enough.")
    def job() -> None:
        step()

    return job
