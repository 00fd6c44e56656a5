"""What `dagster.yaml` is to say is what the launchers of Dagster take, by their own schemas."""

from __future__ import annotations

from importlib import import_module
from typing import Any

import pytest
import yaml
from dagster._config import process_config
from dagster._config.field_utils import convert_potential_field
from kubernetes.config import ConfigException  # type: ignore[import-untyped] # it ships no types

from platform_core.executor.handlers.run_launchers import ecs_runs, kubernetes_runs
from platform_core.executor.handlers.settings import EksSettings, FargateSettings

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
