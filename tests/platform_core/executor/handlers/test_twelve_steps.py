"""One run over five kinds of compute: right at its end, whatever goes wrong on the way."""

from __future__ import annotations

import os
import pickle
import random
import signal
import threading
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3
import dagster as dg
import pytest
from dagster._core.definitions.reconstruct import ReconstructableJob, ReconstructableRepository
from dagster._core.execution.api import create_execution_plan, execute_run_iterator

from tests.campaigns import campaign, event_log
from tests.platform_core.executor.handlers.conftest import Remote
from tests.platform_core.executor.handlers.ranged_steps import KEYS
from tests.platform_core.executor.handlers.test_parts import made as made_by
from tests.platform_core.executor.handlers.twelve_steps import BUCKET, FOLLOWS
from tests.servers.postgres import READER_PASSWORD, PostgresServer
from tests.servers.runner import IMAGE, LOST_LOG, MEMORY, NEVER_STARTS, SPOT, TIME_OUT, Fault, wait_for
from tests.servers.runner_kubernetes import LOST_ANSWER, SERVER_ERROR, THROTTLED
from tests.servers.runner_lambda import TWICE

# Native threads of a process that has run much else, and the environment that these tests set, do not go together
pytestmark = pytest.mark.skipif(
    "WORKBENCH_APART" not in os.environ, reason="runs in a process of its own: test_twelve_steps_apart.py"
)
JOB = Path(__file__).with_name("twelve_steps.py")
KINDS = {"local": "local", "lambda": "lambda", "fargate": "fargate", "eks": "eks", "batch": "batch"}
PLACES = {"first": "local", **{name: KINDS[name.split("_")[0]] for name in FOLLOWS}}
_AWS_CALLS = ("RunTask", "DescribeTasks", "SubmitJob", "DescribeJobs", "Invoke", "ListJobs")
_CLUSTER_CALLS = ("POST jobs", "GET jobs", "GET pods")


class Runs:
    """Runs of the twelve steps, with Dagster's storage in PostgreSQL."""

    def __init__(self, remote: Remote, instance: dg.DagsterInstance) -> None:
        self.remote, self.instance = remote, instance

    def run(
        self,
        job: ReconstructableJob | None = None,
        concurrency: dict[str, int] | None = None,
        fargate: dict[str, Any] | None = None,
        tags: dict[str, str] | None = None,
        starting: float = 180.0,
    ) -> dg.JobExecutionResult:
        """Carry out one run, of the twelve steps where no other job is given."""
        job = job or ReconstructableJob.for_file(str(JOB), "twelve")
        return dg.execute_job(job, self.instance, run_config=self.config(concurrency, fargate, starting), tags=tags)

    def config(
        self,
        concurrency: dict[str, int] | None = None,
        fargate: dict[str, Any] | None = None,
        starting: float = 180.0,
    ) -> Any:
        """Give the configuration of a run, all of whose kinds are remote.

        `starting` is how long work that never starts is waited for; else it is a net alone, for a machine that is slow.
        """
        settings = self.remote.settings(None, **(fargate or {})).model_dump(
            mode="json", by_alias=True, exclude_none=True
        )
        execution = {
            "kinds": dict.fromkeys(("lambda", "fargate", "eks", "batch"), "remote"),
            "remote": settings,
            "concurrency": concurrency or {},
            "event_poll_seconds": 0.5,
            "health_check_seconds": 2.0,
            "starting_seconds": starting,
            "transient_seconds": 0.05,
        }
        return {
            "execution": {"config": execution},
            "loggers": {"console": {"config": {"log_level": "CRITICAL"}}},
        }

    def ends(self, run_id: str) -> Counter[tuple[str, str]]:
        """Give how often each step ended how."""
        words = {"STEP_SUCCESS", "STEP_FAILURE"}
        records = self.instance.all_logs(run_id)
        events = [one.dagster_event for one in records if one.dagster_event is not None]
        return Counter((one.step_key or "", one.event_type_value) for one in events if one.event_type_value in words)

    def said(self, run_id: str) -> str:
        """Give what the event log says of the executor's doings and of failures."""
        records = self.instance.all_logs(run_id)
        events = [one.dagster_event for one in records if one.dagster_event is not None]
        telling = [one for one in events if one.event_type_value in {"STEP_FAILURE", "ENGINE_EVENT", "RUN_FAILURE"}]
        return "\n".join(
            f"{one.step_key}: {one.message} {getattr(one.event_specific_data, 'error', None) or ''}" for one in telling
        )

    def ran(self, run_id: str) -> Counter[str]:
        """Give how often the body of each step began."""
        pages = boto3.client("s3").get_paginator("list_objects_v2").paginate(Bucket=BUCKET, Prefix=f"ran/{run_id}/")
        return Counter(one["Key"].split("/")[2] for page in pages for one in page.get("Contents", ()))

    def output(self, run_id: str, step: str) -> Any:
        """Give what a step left in S3, or None."""
        client = boto3.client("s3")
        listed = client.list_objects_v2(Bucket=BUCKET, Prefix=f"outputs/storage/{run_id}/{step}/").get("Contents", [])
        return pickle.loads(client.get_object(Bucket=BUCKET, Key=listed[0]["Key"])["Body"].read()) if listed else None  # noqa: S301


@pytest.fixture
def runs(remote: Remote, postgres: PostgresServer, tmp_path: Path) -> Iterator[Runs]:
    from urllib.parse import quote

    place = f"{postgres.address}/{postgres.new_database()}"
    url = f"postgresql+psycopg2://reader:{quote(READER_PASSWORD, safe='')}@{place}"
    overrides = {
        "storage": {"postgres": {"postgres_url": url}},
        "compute_logs": {"module": "dagster._core.storage.noop_compute_log_manager", "class": "NoOpComputeLogManager"},
    }
    with dg.DagsterInstance.local_temp(str(tmp_path), overrides=overrides) as instance:
        yield Runs(remote, instance)


def test_twelve_steps_run_on_the_five_kinds_that_they_name(runs: Runs) -> None:
    result = runs.run()
    assert result.success, runs.said(result.run_id)
    assert runs.output(result.run_id, "local_last") == PLACES
    assert runs.ran(result.run_id) == Counter(dict.fromkeys(FOLLOWS, 1))
    assert runs.ends(result.run_id) == Counter((name, "STEP_SUCCESS") for name in PLACES)
    # A step's last event is there before its process has ended
    wait_for(lambda: not runs.remote.cloud.running() and not runs.remote.cluster.running())


def test_a_range_of_partitions_runs_in_no_more_parts_than_may_run_at_once(runs: Runs) -> None:
    place = str(JOB.with_name("ranged_steps.py"))
    job = ReconstructableRepository.for_file(place, "defs").get_reconstructable_job("all_months")
    span = {"dagster/asset_partition_range_start": KEYS[0], "dagster/asset_partition_range_end": KEYS[-1]}
    result = runs.run(job, {"batch": 2}, tags=span)
    assert result.success, runs.said(result.run_id)
    assert sorted(made_by(result.run_id).values()) == [0, 0, 0, 1, 1]
    assert runs.ends(result.run_id) == Counter({("months", "STEP_SUCCESS"): 1})


def test_a_step_that_loses_its_spot_capacity_twice_runs_on_demand(runs: Runs) -> None:
    """Fargate, EKS and Batch: Spot again, then on demand, and the step's process knows."""
    cloud, cluster = runs.remote.cloud, runs.remote.cluster
    cloud.faults.plan(Fault(SPOT, "RunTask", times=2), Fault(SPOT, "SubmitJob", times=2))
    cluster.faults.plan(Fault(SPOT, times=2))
    before = len(cloud.requests), set(cluster.jobs)
    job = ReconstructableJob.for_file(str(JOB.with_name("spot_steps.py")), "on_spot")
    result = runs.run(job, fargate={"spot": True})
    assert result.success, runs.said(result.run_id)
    asked = cloud.requests[before[0] :]
    tasks = [told["capacityProviderStrategy"][0]["capacityProvider"] for name, told in asked if name == "RunTask"]
    queues = [told["jobQueue"] for name, told in asked if name == "SubmitJob"]
    pods = [cluster.jobs[key]["spec"]["template"]["spec"] for key in cluster.jobs if key not in before[1]]
    nodes = [pod["nodeSelector"]["karpenter.sh/capacity-type"] for pod in pods]
    assert tasks == ["FARGATE_SPOT", "FARGATE_SPOT", "FARGATE"]
    assert [queue.rsplit("/", 1)[-1] for queue in queues] == ["spot", "spot", "on-demand"]
    assert nodes == ["spot", "spot", "on-demand"]
    client = boto3.client("s3")
    told = {
        kind: client.get_object(Bucket=BUCKET, Key=f"spot/{result.run_id}/{kind}")["Body"].read()
        for kind in ("fargate", "eks", "batch")
    }
    assert told == dict.fromkeys(told, b"false")
    assert runs.ends(result.run_id) == Counter((kind, "STEP_SUCCESS") for kind in told)


def test_a_run_is_taken_up_again_and_cancelled_and_no_remote_work_is_left(runs: Runs) -> None:
    """Lambda, Fargate, EKS and Batch: the next run worker finds what the first has started, and stops it all."""
    remote, instance = runs.remote, runs.instance
    job, config = ReconstructableJob.for_file(str(JOB.with_name("held_steps.py")), "held"), runs.config()
    run = instance.create_run_for_job(
        job.get_definition(),
        execution_plan=create_execution_plan(job, run_config=config),
        run_config=config,
        job_code_origin=job.get_python_origin(),
    )
    started = len(remote.cloud.started), len(remote.cluster.started)

    def until_launched(events: Iterator[Any]) -> None:
        """Go on until each of the four is on its provider."""
        seen: set[str | None] = set()
        while len(seen) < 4:
            event = next(events)
            seen |= {event.step_key} if " is on " in (event.message or "") else set()

    def marks() -> int:
        listed = boto3.client("s3").list_objects_v2(Bucket=BUCKET, Prefix=f"held/{run.run_id}/")
        return int(listed["KeyCount"])

    def cancel() -> None:
        wait_for(lambda: marks() == 4)
        instance.report_run_canceling(run)
        os.kill(os.getpid(), signal.SIGINT)

    first = execute_run_iterator(job, run, instance)
    until_launched(first)  # and now nobody asks it to go on: it is as good as dead
    known = instance.get_run_by_id(run.run_id)
    assert known is not None
    second = execute_run_iterator(job, known, instance, resume_from_failure=True)
    until_launched(second)
    helper = threading.Thread(target=cancel)
    helper.start()
    list(second)
    helper.join()
    finished = instance.get_run_by_id(run.run_id)
    assert finished is not None
    assert finished.status is dg.DagsterRunStatus.CANCELED, runs.said(run.run_id)
    assert runs.ends(run.run_id) == Counter((kind, "STEP_FAILURE") for kind in ("lambda_", "fargate", "eks", "batch"))
    names = [*remote.cloud.started[started[0] :], *remote.cluster.started[started[1] :]]
    assert len(names) == len(set(names)) == 4
    assert marks() == 4
    wait_for(lambda: not remote.cloud.running() and not remote.cluster.running())


def schedule(chance: random.Random) -> tuple[list[Fault], list[Fault]]:
    """Give what goes wrong in the account and in the cluster: calls, and each fault of work at most once."""
    work = {SPOT: 4, MEMORY: 4, NEVER_STARTS: 1, LOST_LOG: 2, IMAGE: 1, TIME_OUT: 2, TWICE: 2}
    in_cluster = {kind: often for kind, often in work.items() if kind not in {TIME_OUT, TWICE}}

    def faults(operations: tuple[str, ...], kinds: dict[str, int], most: int) -> list[Fault]:
        calls = [
            Fault(
                chance.choice((THROTTLED, SERVER_ERROR, LOST_ANSWER)),
                chance.choice(operations),
                times=chance.randint(1, 2),
                passes=chance.randint(0, 3),
            )
            for _ in range(chance.randint(0, most))
        ]
        chosen = set(chance.choices(list(kinds), list(kinds.values()), k=chance.randint(0, most)))
        after = chance.choice(("", "begun"))
        struck = [
            Fault(kind, "Invoke" if kind in {TIME_OUT, TWICE} else "", after=after, passes=chance.randint(0, 2))
            for kind in kinds
            if kind in chosen
        ]
        return [*calls, *struck]

    return faults(_AWS_CALLS, work, 3), faults(_CLUSTER_CALLS, in_cluster, 1)


@pytest.mark.parametrize("part", range(2))
def test_a_run_ends_right_whatever_goes_wrong(runs: Runs, full_count: bool, part: int) -> None:
    seeds = range(part * 100, part * 100 + (100 if full_count else 1))
    campaign("five-kinds", seeds, lambda seed: holds_for(runs, seed), lambda: event_log(runs.instance))


def holds_for(runs: Runs, seed: int) -> None:
    """Assert that a run under a schedule ends right, loses and doubles nothing, and leaves nothing behind."""
    remote = runs.remote
    account, cluster = schedule(random.Random(seed))  # noqa: S311 - a search, no secret
    remote.cloud.faults.plan(*account)
    remote.cluster.faults.plan(*cluster)
    waits_in_vain = any(fault.kind == NEVER_STARTS for fault in (*account, *cluster))
    result = runs.run(starting=60.0 if waits_in_vain else 180.0)
    struck = [*remote.cloud.faults.struck, *remote.cluster.faults.struck]
    for faults in (remote.cloud.faults, remote.cluster.faults):
        faults.planned.clear()
        faults.struck.clear()
    told = f"seed {seed}: {[fault.kind for fault in struck]}"
    ends, ran = runs.ends(result.run_id), runs.ran(result.run_id)
    final = any(fault.kind == IMAGE for fault in struck)  # what nothing but a person puts right
    assert result.success is not final, f"{told}\n{runs.said(result.run_id)}"
    for step in PLACES:
        done = ends[step, "STEP_SUCCESS"]
        assert done + ends[step, "STEP_FAILURE"] <= 1, f"{told}: {step}"
        output = runs.output(result.run_id, step)
        assert (output is not None) >= (done == 1), f"{told}: {step}"
        if done:
            assert set(output) == _upstream(step), f"{told}: {step}"
    assert result.success is (sum(ends[step, "STEP_SUCCESS"] for step in PLACES) == len(PLACES)), told
    again = [fault for fault in struck if fault.kind in {SPOT, MEMORY, TIME_OUT}]
    assert sum(ran.values()) <= len(FOLLOWS) + len(again), told
    wait_for(lambda: not remote.cloud.running() and not remote.cluster.running())


def _upstream(step: str) -> set[str]:
    found = {step}
    for before in FOLLOWS.get(step, ()):
        found |= _upstream(before)
    return found
