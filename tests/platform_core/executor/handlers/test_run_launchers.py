"""What `dagster.yaml` is to say is what the launchers of Dagster take, by their own schemas, and really launch."""

from __future__ import annotations

import time
from importlib import import_module
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import boto3
import dagster as dg
import pytest
import yaml
from dagster._config import process_config
from dagster._config.field_utils import convert_potential_field
from dagster._core.definitions.reconstruct import ReconstructableJob
from dagster._core.execution.api import create_execution_plan
from dagster._core.launcher import LaunchRunContext, RunLauncher
from dagster._core.launcher.base import WorkerStatus
from dagster._core.remote_origin import InProcessCodeLocationOrigin, RemoteJobOrigin, RemoteRepositoryOrigin
from dagster._core.types.loadable_target_origin import LoadableTargetOrigin
from kubernetes.config import ConfigException  # type: ignore[import-untyped] # it ships no types

from platform_core.executor.handlers.run_launchers import ecs_runs, kubernetes_runs
from platform_core.executor.handlers.settings import EksSettings, FargateSettings
from tests.servers.runner import Fault, wait_for
from tests.servers.runner_aws import BUCKET
from tests.servers.runner_kubernetes import HELD_ANSWER

if TYPE_CHECKING:
    from tests.platform_core.executor.handlers.conftest import Remote

ROLE = "arn:aws:iam::123456789012:role/runs"
ECS = FargateSettings(
    image="team/steps:1",
    cluster="steps",
    subnets=("subnet-1",),
    security_groups=("sg-1",),
    task_role_arn=ROLE,
    execution_role_arn=ROLE,
    secrets={"DB": "arn:aws:secretsmanager:eu-west-2:123456789012:secret:db"},
    environment={"LEVEL": "1"},
)
EKS = EksSettings(image="team/steps:1", namespace="data", service_account="runs", secrets=("db",), pull_secrets=("r",))


@pytest.mark.parametrize("made", [ecs_runs(ECS), kubernetes_runs(EKS, instance_config_map="dagster-instance")])
def test_the_launcher_takes_its_configuration(made: dict[str, Any]) -> None:
    launcher = yaml.safe_load(yaml.safe_dump(made))["run_launcher"]
    schema = getattr(import_module(launcher["module"]), launcher["class"]).config_type()
    result = process_config(convert_potential_field(schema).config_type, launcher["config"])
    assert result.success, result.errors
    wrong = process_config(convert_potential_field(schema).config_type, {**launcher["config"], "no_such": 1})
    assert not wrong.success


def test_the_launcher_of_kubernetes_is_made_where_no_service_account_is_named() -> None:
    from dagster_k8s import K8sRunLauncher

    config = kubernetes_runs(EksSettings(image="team/steps:1"), instance_config_map="dagster-instance")["run_launcher"]
    place = {"load_incluster_config": False, "kubeconfig_file": "nowhere"}
    schema = convert_potential_field(K8sRunLauncher.config_type()).config_type
    read = process_config(schema, {**config["config"], **place}).value
    with pytest.raises(ConfigException):  # it goes as far as looking for the cluster
        K8sRunLauncher.from_config_value(None, read)


def test_the_launcher_of_ecs_reads_it() -> None:
    from dagster_aws.ecs.container_context import EcsContainerContext

    config = ecs_runs(ECS, cpu_units=1024, memory_mb=4096)["run_launcher"]["config"]
    shared = {key: config[key] for key in ("run_resources", "env_vars", "secrets")}
    context = EcsContainerContext.create_from_config({"ecs": shared})
    assert context.run_resources == {"cpu": "1024", "memory": "4096"}


def made_by(class_: Any, told: dict[str, Any], **more: Any) -> Any:
    """Give Dagster's launcher, made as Dagster makes it of `dagster.yaml`."""
    schema = convert_potential_field(class_.config_type()).config_type
    read = process_config(schema, {**told["run_launcher"]["config"], **more})
    assert read.success, read.errors
    return class_.from_config_value(None, read.value)


def new_run(remote: Remote, kind: str) -> dg.DagsterRun:
    """Give a run of one step on a kind, as a code location whose server knows its image would make it."""
    settings = remote.settings(None).model_dump(mode="json", by_alias=True, exclude_none=True)
    execution = {"kinds": {kind: "remote"}, "remote": settings, "event_poll_seconds": 0.5}
    config = {"execution": {"config": execution}}
    file = str(Path(__file__).with_name("launched_steps.py"))
    job = ReconstructableJob.for_file(file, f"to_{kind}")
    origin = job.get_python_origin()
    repository = origin.repository_origin._replace(container_image="team/steps:1")
    location = InProcessCodeLocationOrigin(LoadableTargetOrigin(python_file=file), location_name="launched")
    return remote.instance.create_run_for_job(
        job.get_definition(),
        execution_plan=create_execution_plan(job, run_config=config),
        run_config=config,
        job_code_origin=origin._replace(repository_origin=repository),
        remote_job_origin=RemoteJobOrigin(RemoteRepositoryOrigin(location, "launched"), f"to_{kind}"),
    )


def carried_out(remote: Remote, launcher: RunLauncher, run: dg.DagsterRun) -> str:
    """Launch a run, wait for its end, and give by what its step knew its compute."""
    instance = remote.instance
    launcher.register_instance(instance)
    launcher.launch_run(LaunchRunContext(run, workspace=None))

    def ended() -> dg.DagsterRun | None:
        known = instance.get_run_by_id(run.run_id)
        return known if known is not None and known.is_finished else None

    wait_for(ended)
    finished = ended()
    assert finished is not None
    said = [entry.message for entry in instance.all_logs(run.run_id)]
    assert finished.status is dg.DagsterRunStatus.SUCCESS, said
    body = boto3.client("s3").get_object(Bucket=BUCKET, Key=f"launched/{run.run_id}")["Body"].read()
    return str(body.decode())


def test_a_whole_run_goes_to_kubernetes_and_its_step_to_fargate(
    remote: Remote, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The launcher makes the Job; the run worker in it, a process of its own, routes the step.

    The API server is slow: the launcher gives up, asks again and hears that the Job is there, which is no refusal.
    """
    from dagster_k8s import client

    from platform_core.executor.handlers.kubernetes_launcher import KubernetesRunLauncher

    def then_be_patient(_: float) -> None:
        monkeypatch.setattr(client, "DEFAULT_JOB_CREATION_TIMEOUT", 300)

    monkeypatch.setattr(client, "DEFAULT_JOB_CREATION_TIMEOUT", 0.05)
    monkeypatch.setattr(client, "time", SimpleNamespace(sleep=then_be_patient, time=time.time))
    told = kubernetes_runs(EksSettings(image="team/steps:1", namespace="data"), instance_config_map="dagster-instance")
    place = {"load_incluster_config": False, "kubeconfig_file": remote.made["kubeconfig"]}
    run = new_run(remote, "fargate")
    name = f"dagster-run-{run.run_id}"
    remote.cluster.released.clear()
    remote.cluster.faults.plan(Fault(HELD_ANSWER, "POST jobs"))
    try:
        launcher = made_by(KubernetesRunLauncher, told, **place)
        assert carried_out(remote, launcher, run) == "ECS_CONTAINER_METADATA_URI_V4"
    finally:
        remote.cluster.released.set()
    assert (remote.cluster.posted.count(name), remote.cluster.started.count(name)) == (2, 1)


def test_a_whole_run_goes_to_ecs_and_its_step_to_kubernetes(remote: Remote) -> None:
    """Dagster's own launcher registers the task and starts it; it says how the run worker in it ended."""
    from dagster_aws.ecs import EcsRunLauncher

    # What an image has that reaches the cluster from elsewhere
    fargate = remote.settings(None, environment={"KUBECONFIG": remote.made["kubeconfig"]}).fargate
    assert fargate is not None
    launcher = made_by(EcsRunLauncher, ecs_runs(fargate))
    run = new_run(remote, "eks")
    assert carried_out(remote, launcher, run) == "KUBERNETES_SERVICE_HOST"
    known = remote.instance.get_run_by_id(run.run_id)
    assert known is not None
    wait_for(lambda: launcher.check_run_worker_health(known).status is not WorkerStatus.RUNNING)
    assert launcher.check_run_worker_health(known).status is WorkerStatus.SUCCESS
    asked = [asked for name, asked in remote.cloud.requests if name == "RunTask"][-1]
    assert asked["capacityProviderStrategy"] == [{"capacityProvider": "FARGATE", "weight": 1}]
    assert (asked["overrides"]["cpu"], asked["overrides"]["memory"]) == ("512", "2048")
