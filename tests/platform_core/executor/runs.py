"""Running the jobs of the tests, in this process and in run workers of their own."""

from __future__ import annotations

import subprocess
import sys
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any

import dagster as dg
from dagster._core.definitions.reconstruct import ReconstructableJob
from dagster._core.execution.api import create_execution_plan
from dagster._grpc.types import ExecuteRunArgs, ResumeRunArgs

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pytest
    from dagster._core.events import DagsterEvent
    from dagster._core.storage.dagster_run import DagsterRun

JOBS = Path(__file__).with_name("executor_jobs.py")
QUIET = {"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}}


class Bench:
    """A folder with a Dagster instance and the lines that bodies leave."""

    def __init__(
        self, folder: Path, monkeypatch: pytest.MonkeyPatch, overrides: Mapping[str, Any] | None = None
    ) -> None:
        self.folder = folder
        self.jobs = JOBS
        self.trace = folder / "trace"
        self.trace.write_text("")
        monkeypatch.setenv("EXECUTOR_TRACE", str(self.trace))
        self.instance = dg.DagsterInstance.local_temp(str(folder), overrides=dict(overrides or {}))

    def ran(self) -> Counter[str]:
        """Say how often each body ran."""
        return Counter(line.split()[0] for line in self.trace.read_text().splitlines())

    def lines(self, name: str) -> list[list[str]]:
        """Give what the bodies of a name left, beside it and their process."""
        return [line.split()[2:] for line in self.trace.read_text().splitlines() if line.split()[0] == name]

    def job(self, name: str) -> ReconstructableJob:
        """Give a job that other processes can load."""
        return ReconstructableJob.for_file(str(self.jobs), name)

    def execute(self, job: str, **settings: Any) -> dg.JobExecutionResult:
        """Run a job in this process, with settings of the executor."""
        config = {**QUIET, "execution": {"config": settings}}
        result = dg.execute_job(self.job(job), self.instance, run_config=config)
        self.run_id = result.run_id
        return result

    def new_run(self, job: str, **settings: Any) -> DagsterRun:
        """Create a run that nobody has started."""
        recon = self.job(job)
        config = {**QUIET, "execution": {"config": settings}}
        return self.instance.create_run_for_job(
            recon.get_definition(),
            execution_plan=create_execution_plan(recon, run_config=config),
            run_config=config,
            job_code_origin=recon.get_python_origin(),
        )

    def start(self, run: DagsterRun, *, resume: bool = False) -> subprocess.Popen[bytes]:
        """Start a run worker for a run, as Dagster's launchers do."""
        made = ResumeRunArgs if resume else ExecuteRunArgs
        origin = run.job_code_origin
        assert origin is not None
        arguments = made(origin, run.run_id, self.instance.get_ref(), set_exit_code_on_failure=True)
        command = [sys.executable, "-m", "dagster", *arguments.get_command_args()[-3:]]
        return subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    def events(self, run_id: str) -> list[DagsterEvent]:
        """Give all events of a run, from its event log."""
        return [entry.dagster_event for entry in self.instance.all_logs(run_id) if entry.dagster_event is not None]


def ends(events: list[DagsterEvent]) -> dict[str, list[str]]:
    """Give how each step ended, try after try."""
    words = {
        "STEP_SUCCESS": "success",
        "STEP_FAILURE": "failure",
        "STEP_UP_FOR_RETRY": "retry",
        "STEP_SKIPPED": "skipped",
    }
    found: dict[str, list[str]] = {}
    for event in events:
        if event.event_type_value in words and event.step_key:
            found.setdefault(event.step_key, []).append(words[event.event_type_value])
    return found
