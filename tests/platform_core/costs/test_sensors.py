"""What stands idle is found and stopped on moto's control planes; backfills over budget are cancelled."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import boto3
import dagster as dg
import httpx
import pytest
from dagster._core.execution.backfill import BulkActionStatus, PartitionBackfill

from platform_core.compute_kinds import use_prices, with_own
from platform_core.config.costs import BudgetConfig, IdleConfig
from platform_core.costs.idle import Idle, find_idle, stop_idle
from platform_core.costs.kubernetes import stop_job
from platform_core.costs.sensors import budget_sensor, idle_sensor
from tests.platform_core.costs.conftest import DEFINITIONS, readings

LATER = datetime.now(UTC) + timedelta(hours=5)
HOUR = timedelta(hours=1)
TRUST = json.dumps({"Version": "2012-10-17", "Statement": []})


def network() -> tuple[str, str]:
    ec2 = boto3.client("ec2")
    vpc = ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
    ec2.modify_vpc_attribute(VpcId=vpc, EnableDnsHostnames={"Value": True})  # else moto cannot start a task there
    subnet = ec2.create_subnet(VpcId=vpc, CidrBlock="10.0.1.0/24")["Subnet"]["SubnetId"]
    return subnet, ec2.create_security_group(GroupName=f"g{vpc}", Description="d", VpcId=vpc)["GroupId"]


def role(name: str) -> str:
    arn: str = boto3.client("iam").create_role(RoleName=name, AssumeRolePolicyDocument=TRUST)["Role"]["Arn"]
    return arn


def look(**where: Any) -> tuple[Idle, ...]:
    given: dict[str, Any] = {"after": HOUR, "now": LATER, "finished": lambda _: False, "pods": lambda *_: 0, **where}
    return find_idle(boto3.client, jobs=lambda *_: (), **given)


def stop(found: Iterable[Idle], *, dry_run: bool) -> list[str]:
    return [*stop_idle(boto3.client, found, dry_run=dry_run, stop_job=stop_job)]


@pytest.fixture
def cluster(aws: str, request: pytest.FixtureRequest) -> Iterator[str]:
    """An ECS cluster with a task definition, whose tasks stay in their state however often one looks."""
    states = f"{aws}/moto-api/state-manager"
    slow = {"model_name": "ecs::task", "transition": {"progression": "manual", "times": 1000}}
    httpx.post(f"{states}/set-transition", json=slow).raise_for_status()
    ecs, name = boto3.client("ecs"), f"main-{request.node.name[:40]}"
    ecs.create_cluster(clusterName=name)
    container = {"name": "step", "image": "image", "memory": 512}
    ecs.register_task_definition(
        family=name, containerDefinitions=[container], cpu="256", memory="512", requiresCompatibilities=["FARGATE"],
        networkMode="awsvpc",
    )  # fmt: skip
    yield name
    httpx.post(f"{states}/unset-transition", json={"model_name": "ecs::task"}).raise_for_status()


def run_task(cluster: str, run_id: str) -> str:
    subnet, group = network()
    arn: str = boto3.client("ecs").run_task(
        cluster=cluster,
        taskDefinition=cluster,
        launchType="FARGATE",
        networkConfiguration={"awsvpcConfiguration": {"subnets": [subnet], "securityGroups": [group]}},
        tags=[{"key": "workbench:run", "value": run_id}],
    )["tasks"][0]["taskArn"]
    return arn


def test_a_service_without_work_is_found_and_scaled_to_nothing(cluster: str) -> None:
    ecs, cloudwatch = boto3.client("ecs"), boto3.client("cloudwatch")
    for name in ("idle", "busy", "unmeasured"):
        ecs.create_service(
            cluster=cluster, serviceName=name, taskDefinition=cluster, desiredCount=2, launchType="FARGATE"
        )
    for name, cpu in (("idle", 0.2), ("busy", 40.0)):
        dimensions = [{"Name": "ClusterName", "Value": cluster}, {"Name": "ServiceName", "Value": name}]
        point = {
            "MetricName": "CPUUtilization",
            "Dimensions": dimensions,
            "Timestamp": LATER - timedelta(minutes=10),
            "Value": cpu,
        }
        cloudwatch.put_metric_data(Namespace="AWS/ECS", MetricData=[point])
    for name in ("idle", "busy", "unmeasured"):
        ecs.update_service(cluster=cluster, service=name, desiredCount=2)
    found = {one.name: one for one in look(clusters=[cluster]) if one.kind in {"service", "unknown"}}
    assert set(found) == {"idle", "service unmeasured"}
    assert "under 1 % of its CPU for 60 minutes" in found["idle"].why
    assert stop(found.values(), dry_run=True) == [f"would set its desired count to 0: service idle in {cluster}"]
    described = ecs.describe_services(cluster=cluster, services=["idle"])["services"][0]
    assert described["desiredCount"] == 2  # a dry run changes nothing
    assert stop(found.values(), dry_run=False) == [f"did set its desired count to 0: service idle in {cluster}"]
    described = ecs.describe_services(cluster=cluster, services=["idle", "busy"])["services"]
    assert {one["serviceName"]: one["desiredCount"] for one in described} == {"idle": 0, "busy": 2}


def test_a_task_of_a_run_that_has_ended_is_stopped_and_no_other(cluster: str) -> None:
    ecs = boto3.client("ecs")
    orphan, working = run_task(cluster, "ended"), run_task(cluster, "running")
    found = look(clusters=[cluster], finished=lambda run: run == "ended")
    tasks = {one.identity: one.why for one in found if one.kind == "task"}
    statuses = {
        one["taskArn"]: one["lastStatus"]
        for one in ecs.describe_tasks(cluster=cluster, tasks=[orphan, working])["tasks"]
    }
    assert statuses[orphan] == "RUNNING"
    assert tasks == {orphan: "belongs to the run ended, which has ended"}
    assert len(stop(found, dry_run=False)) == 1
    after = {
        one["taskArn"]: one["lastStatus"]
        for one in ecs.describe_tasks(cluster=cluster, tasks=[orphan, working])["tasks"]
    }
    assert (after[orphan], after[working]) == ("STOPPED", "RUNNING")
    assert look(clusters=[cluster], finished=lambda run: run == "ended") == ()


def test_jobs_that_never_start_are_found(aws: str) -> None:
    batch = boto3.client("batch")
    environment = batch.create_compute_environment(
        computeEnvironmentName="unmanaged", type="UNMANAGED", state="ENABLED", serviceRole=role("batch")
    )["computeEnvironmentArn"]
    queue = batch.create_job_queue(
        jobQueueName="steps", state="ENABLED", priority=1,
        computeEnvironmentOrder=[{"order": 1, "computeEnvironment": environment}],
    )["jobQueueArn"]  # fmt: skip
    definition = batch.register_job_definition(
        jobDefinitionName="step", type="container",
        containerProperties={"image": "busybox", "vcpus": 1, "memory": 128, "command": ["true"]},
    )["jobDefinitionArn"]  # fmt: skip
    # moto waits for ever for a job that it does not know; one that it has would fail at once, for want of containers
    never = [{"jobId": "00000000-0000-0000-0000-000000000000"}]
    waits = batch.submit_job(jobName="waits", jobQueue=queue, jobDefinition=definition, dependsOn=never)["jobId"]
    found = {one.identity: one for one in look(queues=["steps"])}
    assert waits in found
    assert "minutes" in found[waits].why
    assert look(queues=["steps"], now=datetime.now(UTC)) == ()
    stop([found[waits]], dry_run=False)
    assert waits not in {one.identity for one in look(queues=["steps"]) if one.why.startswith("has been RUNNABLE")}


def test_a_node_group_without_pods_is_scaled_to_nothing(aws: str) -> None:
    eks = boto3.client("eks")
    subnet, _ = network()
    eks.create_cluster(name="pods", roleArn=role("eks"), resourcesVpcConfig={"subnetIds": [subnet]})
    for name in ("empty", "busy", "secret"):
        eks.create_nodegroup(
            clusterName="pods", nodegroupName=name, subnets=[subnet], nodeRole=role(f"node-{name}"),
            scalingConfig={"minSize": 1, "maxSize": 3, "desiredSize": 2},
        )  # fmt: skip
    counts = {"empty": 0, "busy": 3, "secret": None}
    found = {one.name: one for one in look(eks_clusters=["pods"], pods=lambda _, group: counts[group])}
    assert found["empty"].why == "has 2 nodes and no pod of anybody's"
    assert set(found) == {"empty", "node group secret"}
    assert found["node group secret"].kind == "unknown"
    assert stop(found.values(), dry_run=False) == ["did scale it to 0: node group empty in pods"]
    group = eks.describe_nodegroup(clusterName="pods", nodegroupName="empty")["nodegroup"]
    assert (group["scalingConfig"]["minSize"], group["scalingConfig"]["desiredSize"]) == (0, 0)


def test_what_cannot_be_looked_at_is_told_and_keeps_nothing_else_back(cluster: str) -> None:
    found = look(clusters=["missing", cluster], queues=["missing"], eks_clusters=["missing"])
    assert {one.place for one in found if one.kind == "unknown"} >= {
        "the ECS cluster missing",
        "the EKS cluster missing",
    }


def test_the_sensor_reports_and_stops_only_by_the_policy(cluster: str, instance: dg.DagsterInstance) -> None:
    run_task(cluster, "nobody")

    def tick(**policy: Any) -> str:
        config = IdleConfig(clusters=(cluster,), after_minutes=1, **policy)
        with dg.build_sensor_context(instance=instance) as context:
            said = idle_sensor(config, pods=lambda *_: 0)(context)
        assert isinstance(said, dg.SkipReason)
        return str(said.skip_message)

    assert tick() == "Nothing stands idle."  # a run that nobody knows is not one that has ended
    with dg.DagsterInstance.ephemeral() as other:
        run = other.create_run_for_job(_job(), status=dg.DagsterRunStatus.FAILURE)
        arn = run_task(cluster, run.run_id)
        config = IdleConfig(clusters=(cluster,), policy="stop")
        for dry_run, word, status in ((True, "would stop it", "RUNNING"), (False, "did stop it", "STOPPED")):
            sensor = idle_sensor(config.model_copy(update={"dry_run": dry_run}))
            with dg.build_sensor_context(instance=other) as context:
                said = sensor(context)
            assert isinstance(said, dg.SkipReason)
            assert word in str(said.skip_message)
            (task,) = boto3.client("ecs").describe_tasks(cluster=cluster, tasks=[arn])["tasks"]
            assert task["lastStatus"] == status


def _job() -> dg.JobDefinition:
    @dg.op
    def nothing() -> None: ...

    @dg.job
    def some() -> None:
        nothing()

    return some


@pytest.mark.parametrize(
    ("policy", "usd", "status"), [("stop", 0.0, "CANCELING"), ("warn", 0.0, "REQUESTED"), ("stop", 9.0, "REQUESTED")]
)
def test_a_backfill_over_budget_is_cancelled_before_it_runs(
    history: dg.DagsterInstance, policy: Any, usd: float, status: str
) -> None:
    definitions = dg.Definitions(assets=[readings])
    graph = definitions.get_repository_def().asset_graph
    backfill = PartitionBackfill.from_asset_partitions(
        backfill_id=f"b-{policy}-{usd:g}",
        asset_graph=graph,
        partition_names=["2023", "2024"],
        asset_selection=[dg.AssetKey("readings")],
        backfill_timestamp=datetime.now(UTC).timestamp(),
        tags={},
        dynamic_partitions_store=history,
        all_partitions=False,
        title=None,
        description=None,
        run_config=None,
    )
    history.add_backfill(backfill)
    sensor = budget_sensor({"all": BudgetConfig(usd=usd, policy=policy)})
    context = dg.build_sensor_context(instance=history, repository_def=definitions.get_repository_def())
    said = sensor(context)
    assert isinstance(said, dg.SkipReason)
    found = history.get_backfill(backfill.backfill_id)
    assert found is not None
    assert found.status == BulkActionStatus(status)
    assert ("is cancelled" in str(said.skip_message)) == (status == "CANCELING")
    history.update_backfill(found.with_status(BulkActionStatus.COMPLETED))


def test_prices_of_the_project_are_those_in_use() -> None:
    from platform_core.compute_kinds import list_prices, prices_in_use

    use_prices(with_own({"gbp_per_usd": 0.5}))
    try:
        assert prices_in_use().pounds(2) == 1
    finally:
        use_prices(None)
    assert prices_in_use() is list_prices()
    assert DEFINITIONS is not None
