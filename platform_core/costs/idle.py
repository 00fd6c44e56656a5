"""What costs money for nothing: services without work, stuck tasks and jobs, work of ended runs, nodes without pods.

Looking never changes anything. `stop_idle` stops what was found, and says alone what it would do on a dry run.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Any

Client = Callable[[str], Any]
Pods = Callable[[str, str], int | None]
Jobs = Callable[[str, str], Iterable[tuple[str, str]]]
Finished = Callable[[str], bool]
StopJob = Callable[[str, str, str], None]

RUN_TAG = "workbench:run"
_WAITING_TASKS = frozenset({"PROVISIONING", "PENDING", "ACTIVATING"})
_WAITING_JOBS = ("SUBMITTED", "PENDING", "RUNNABLE", "STARTING")
_MOST = 100  # of what ECS and Batch describe in one call
_LEAST_CPU = 1.0  # per cent of a service's CPU, at its busiest moment


@dataclass(frozen=True, slots=True)
class Idle:
    """Something that costs money and does nothing.

    Args:
        kind: `service`, `task`, `job` (of Batch), `Kubernetes job`, `node group`, or `unknown` for what could not be
            looked at.
        name: What it is called where one looks for it.
        why: In words.
        place: The cluster or queue that it is in.
        action: What stopping it is, in words; empty for what is only told.
        identity: What the provider knows it by.
    """

    kind: str
    name: str
    why: str
    place: str
    action: str = ""
    identity: str = ""


def find_idle(
    client: Client,
    *,
    clusters: Iterable[str] = (),
    queues: Iterable[str] = (),
    eks_clusters: Sequence[str] = (),
    namespaces: Sequence[str] = (),
    after: timedelta,
    now: datetime,
    finished: Finished,
    pods: Pods,
    jobs: Jobs,
) -> tuple[Idle, ...]:
    """Look at services, tasks, jobs and node groups; what cannot be looked at is told as such.

    Args:
        client: Gives a boto3 client by the name of its service.
        clusters: ECS clusters.
        queues: Queues of AWS Batch.
        eks_clusters: EKS clusters.
        namespaces: Where in these the Jobs of steps are.
        after: How long something must have stood so.
        now: The present time, with a time zone.
        finished: Whether a run of Dagster's, by its id, has ended.
        pods: How many pods run on a node group, by cluster and group, those of the system left out; None unknown.
        jobs: The Jobs of this platform that have not ended, by cluster and namespace, each with its run.
    """
    found: list[Idle] = []
    looks: list[tuple[str, Callable[[], Iterable[Idle]]]] = [
        *((f"the ECS cluster {one}", partial(_ecs, client, one, after, now, finished)) for one in clusters),
        *((f"the Batch queue {one}", partial(_batch, client, one, after, now, finished)) for one in queues),
        *((f"the EKS cluster {one}", partial(_eks, client, one, after, now, pods)) for one in eks_clusters),
        *(
            (f"the namespace {space} of {one}", partial(_kubernetes, one, space, jobs, finished))
            for one in eks_clusters
            for space in namespaces
        ),
    ]
    for place, look in looks:
        try:
            found += look()
        except Exception as error:  # noqa: BLE001 - whatever the provider answers, the other places are still looked at
            found.append(Idle("unknown", place, f"could not be looked at ({type(error).__name__})", place))
    return tuple(found)


def stop_idle(client: Client, found: Iterable[Idle], *, dry_run: bool, stop_job: StopJob) -> Iterator[str]:
    """Stop what was found, and say for each what was done, or would be on a dry run.

    Args:
        client: As for `find_idle`.
        found: What it found.
        dry_run: Whether it is only said.
        stop_job: Deletes a Job of Kubernetes, by cluster, namespace and name.
    """
    for one in found:
        if not one.action:
            continue
        if dry_run:
            yield f"would {one.action}: {one.kind} {one.name} in {one.place}"
            continue
        try:
            _stop(client, one, stop_job)
        except Exception as error:  # noqa: BLE001 - one that cannot be stopped keeps no other from being stopped
            yield f"could not {one.action}: {one.kind} {one.name} in {one.place} ({type(error).__name__})"
        else:
            yield f"did {one.action}: {one.kind} {one.name} in {one.place}"


def _stop(client: Client, one: Idle, stop_job: StopJob) -> None:
    match one.kind:
        case "service":
            client("ecs").update_service(cluster=one.place, service=one.identity, desiredCount=0)
        case "task":
            client("ecs").stop_task(cluster=one.place, task=one.identity, reason=f"idle: {one.why}"[:255])
        case "job":
            client("batch").terminate_job(jobId=one.identity, reason=f"idle: {one.why}"[:255])
        case "Kubernetes job":
            stop_job(one.place, *one.identity.split("/"))
        case "node group":
            client("eks").update_nodegroup_config(
                clusterName=one.place, nodegroupName=one.identity, scalingConfig={"minSize": 0, "desiredSize": 0}
            )


def _ecs(client: Client, cluster: str, after: timedelta, now: datetime, finished: Finished) -> Iterator[Idle]:
    ecs = client("ecs")
    services = [
        arn for page in ecs.get_paginator("list_services").paginate(cluster=cluster) for arn in page["serviceArns"]
    ]
    for start in range(0, len(services), 10):
        for service in ecs.describe_services(cluster=cluster, services=services[start : start + 10])["services"]:
            yield from _service(client("cloudwatch"), cluster, service, after, now)
    tasks = [arn for page in ecs.get_paginator("list_tasks").paginate(cluster=cluster) for arn in page["taskArns"]]
    for start in range(0, len(tasks), _MOST):
        described = ecs.describe_tasks(cluster=cluster, tasks=tasks[start : start + _MOST], include=["TAGS"])
        for task in described["tasks"]:
            yield from _task(cluster, task, after, now, finished)


def _service(cloudwatch: Any, cluster: str, service: dict[str, Any], after: timedelta, now: datetime) -> Iterator[Idle]:
    name, wanted = service["serviceName"], service["desiredCount"]
    created = service.get("createdAt")
    if not wanted or (created is not None and now - created < after):
        return
    if not service["runningCount"] and service.get("pendingCount"):
        why = f"wants {wanted} tasks and none of them comes to run"
        yield Idle("service", name, why, cluster, "set its desired count to 0", name)
        return
    dimensions = [{"Name": "ClusterName", "Value": cluster}, {"Name": "ServiceName", "Value": name}]
    points = cloudwatch.get_metric_statistics(
        Namespace="AWS/ECS",
        MetricName="CPUUtilization",
        Dimensions=dimensions,
        StartTime=now - after,
        EndTime=now,
        Period=300,
        Statistics=["Maximum"],
    )["Datapoints"]
    if points and max(point["Maximum"] for point in points) < _LEAST_CPU:
        minutes = int(after.total_seconds() // 60)
        why = f"has used under {_LEAST_CPU:g} % of its CPU for {minutes} minutes"
        yield Idle("service", name, why, cluster, "set its desired count to 0", name)
    elif not points:
        yield Idle("unknown", f"service {name}", "has no measure of its CPU, so nobody knows whether it works", cluster)


def _task(cluster: str, task: dict[str, Any], after: timedelta, now: datetime, finished: Finished) -> Iterator[Idle]:
    arn = task["taskArn"]
    name = arn.rpartition("/")[2]
    created = task.get("createdAt")
    tags = {one["key"]: one["value"] for one in task.get("tags", ())}
    run = tags.get(RUN_TAG)
    if task["lastStatus"] in _WAITING_TASKS and created is not None and now - created >= after:
        yield Idle(
            "task", name, f"has been {task['lastStatus']} since {created:%Y-%m-%d %H:%M}", cluster, "stop it", arn
        )
    elif run is not None and task["lastStatus"] == "RUNNING" and finished(run):
        yield Idle("task", name, f"belongs to the run {run}, which has ended", cluster, "stop it", arn)


def _batch(client: Client, queue: str, after: timedelta, now: datetime, finished: Finished) -> Iterator[Idle]:
    batch = client("batch")
    for status in (*_WAITING_JOBS, "RUNNING"):
        for page in batch.get_paginator("list_jobs").paginate(jobQueue=queue, jobStatus=status):
            runs = _runs_of_jobs(batch, [job["jobId"] for job in page["jobSummaryList"]])
            for job in page["jobSummaryList"]:
                run, waited = runs.get(job["jobId"]), now.timestamp() - job["createdAt"] / 1000
                if run is not None and finished(run):
                    why = f"belongs to the run {run}, which has ended"
                elif status != "RUNNING" and waited >= after.total_seconds():
                    why = f"has been {status} for {waited / 60:,.0f} minutes"
                else:
                    continue
                yield Idle("job", job["jobName"], why, queue, "terminate it", job["jobId"])


def _runs_of_jobs(batch: Any, ids: Sequence[str]) -> dict[str, str]:
    """Give the runs of Dagster's that jobs belong to, where they are this platform's."""
    found = {}
    for start in range(0, len(ids), _MOST):
        for job in batch.describe_jobs(jobs=ids[start : start + _MOST])["jobs"]:
            if RUN_TAG in job.get("tags", {}):
                found[job["jobId"]] = job["tags"][RUN_TAG]
    return found


def _kubernetes(cluster: str, namespace: str, jobs: Jobs, finished: Finished) -> Iterator[Idle]:
    for name, run in jobs(cluster, namespace):
        if finished(run):
            why = f"belongs to the run {run}, which has ended"
            yield Idle("Kubernetes job", name, why, cluster, "delete it", f"{namespace}/{name}")


def _eks(client: Client, cluster: str, after: timedelta, now: datetime, pods: Pods) -> Iterator[Idle]:
    eks = client("eks")
    for page in eks.get_paginator("list_nodegroups").paginate(clusterName=cluster):
        for name in page["nodegroups"]:
            group = eks.describe_nodegroup(clusterName=cluster, nodegroupName=name)["nodegroup"]
            size = group["scalingConfig"]["desiredSize"]
            if not size or now - group["createdAt"] < after:
                continue
            number = pods(cluster, name)
            if number is None:
                yield Idle("unknown", f"node group {name}", "has pods that nobody could count", cluster)
            elif number == 0:
                why = f"has {size} {'node' if size == 1 else 'nodes'} and no pod of anybody's"
                yield Idle("node group", name, why, cluster, "scale it to 0", name)
