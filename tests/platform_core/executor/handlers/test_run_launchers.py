"""What `dagster.yaml` is to say is what the launchers of Dagster take, by their own schemas, and really launch."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

import boto3
import dagster as dg
import pytest
import yaml
from dagster._config import process_config
from dagster._config.field_utils import convert_potential_field
from dagster._core.definitions.reconstruct import ReconstructableJob
from dagster._core.execution.api import create_execution_plan
from dagster._core.launcher import LaunchRunContext
from kubernetes.config import ConfigException  # type: ignore[import-untyped] # it ships no types

from platform_core.executor.handlers.run_launchers import ecs_runs, kubernetes_runs
from platform_core.executor.handlers.settings import EksSettings, FargateSettings
from tests.servers.runner import wait_for
from tests.servers.runner_aws import BUCKET

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


def test_a_whole_run_goes_to_kubernetes_and_its_step_to_fargate(
    remote: Remote, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Dagster's own launcher makes the Job; the run worker in it, a process of its own, routes the step."""
    from dagster_k8s import K8sRunLauncher

    # It asks again after ten seconds, and then takes the answer that the Job is there for a refusal
    monkeypatch.setattr("dagster_k8s.client.DEFAULT_JOB_CREATION_TIMEOUT", 300)
    instance = remote.instance
    settings = remote.settings(None).model_dump(mode="json", by_alias=True, exclude_none=True)
    execution = {"kinds": {"fargate": "remote"}, "remote": settings, "event_poll_seconds": 0.5}
    job = ReconstructableJob.for_file(str(Path(__file__).with_name("launched_steps.py")), "launched")
    config = {"execution": {"config": execution}}
    run = instance.create_run_for_job(
        job.get_definition(),
        execution_plan=create_execution_plan(job, run_config=config),
        run_config=config,
        job_code_origin=job.get_python_origin(),
    )
    told = kubernetes_runs(EksSettings(image="team/steps:1", namespace="data"), instance_config_map="dagster-instance")
    place = {"load_incluster_config": False, "kubeconfig_file": remote.made["kubeconfig"]}
    schema = convert_potential_field(K8sRunLauncher.config_type()).config_type
    launcher = K8sRunLauncher.from_config_value(
        None, process_config(schema, {**told["run_launcher"]["config"], **place}).value
    )
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
    assert f"dagster-run-{run.run_id}" in remote.cluster.started
    where = boto3.client("s3").get_object(Bucket=BUCKET, Key=f"launched/{run.run_id}")["Body"].read()
    assert where.startswith(b"http")
