"""The whole run on ECS or Kubernetes: what `dagster.yaml` says, made from the settings of the steps' kinds.

The run worker runs in the same image; the executor in it places each step. Dagster's monitoring starts a run worker
that went away anew, and the executor takes up what it left running.
"""

from __future__ import annotations

from typing import Any

from platform_core.executor.handlers.settings import EksSettings, FargateSettings

MONITORING = {"enabled": True, "poll_interval_seconds": 30, "max_resume_run_attempts": 3, "start_timeout_seconds": 600}


def ecs_runs(settings: FargateSettings, *, cpu_units: int = 512, memory_mb: int = 2048) -> dict[str, Any]:
    """Give the sections `run_launcher` and `run_monitoring` for runs as ECS tasks on Fargate (dagster-aws).

    The launcher runs the image that the code location names: its server has it in `DAGSTER_CURRENT_IMAGE`.

    Args:
        settings: The settings of Fargate steps: cluster, network, roles, log and secrets are shared.
        cpu_units: CPU of the run worker, which only waits while steps run elsewhere.
        memory_mb: Its memory.

    >>> made = ecs_runs(FargateSettings(image="team/steps:1", cluster="steps", subnets=("subnet-1",)))
    >>> made["run_launcher"]["class"], made["run_launcher"]["config"]["run_resources"]
    ('EcsRunLauncher', {'cpu': '512', 'memory': '2048'})
    """
    definition: dict[str, Any] = {
        "log_group": settings.log_group,
        "requires_compatibilities": ["FARGATE"],
        "runtime_platform": {"cpuArchitecture": settings.cpu_architecture, "operatingSystemFamily": "LINUX"},
    }
    if settings.task_role_arn:
        definition["task_role_arn"] = settings.task_role_arn
    if settings.execution_role_arn:
        definition["execution_role_arn"] = settings.execution_role_arn
    network = {
        "subnets": list(settings.subnets),
        "securityGroups": list(settings.security_groups),
        "assignPublicIp": "ENABLED" if settings.assign_public_ip else "DISABLED",
    }
    config: dict[str, Any] = {
        "task_definition": definition,
        "container_name": "run",
        "task_definition_prefix": "workbench-run",  # at most 16 characters
        "use_current_ecs_task_config": False,
        "run_resources": {"cpu": str(cpu_units), "memory": str(memory_mb)},
        "run_task_kwargs": {
            "cluster": settings.cluster,
            # A run worker is cheap and a lost one costs a resumption: never Spot
            "capacityProviderStrategy": [{"capacityProvider": "FARGATE", "weight": 1}],
            "networkConfiguration": {"awsvpcConfiguration": network},
        },
        "env_vars": [f"{name}={value}" for name, value in sorted(settings.environment.items())],
        "secrets": [{"name": name, "valueFrom": place} for name, place in sorted(settings.secrets.items())],
        "secrets_tag": None,
    }
    return _with_monitoring("dagster_aws.ecs", "EcsRunLauncher", config)


def kubernetes_runs(
    settings: EksSettings, *, instance_config_map: str, dagster_home: str = "/opt/dagster/dagster_home"
) -> dict[str, Any]:
    """Give the sections `run_launcher` and `run_monitoring` for runs as Kubernetes Jobs (dagster-k8s).

    Args:
        settings: The settings of EKS steps: namespace, image, service account and secrets are shared.
        instance_config_map: The config map that holds `dagster.yaml`.
        dagster_home: Where it is mounted.

    >>> made = kubernetes_runs(EksSettings(image="team/steps:1"), instance_config_map="dagster-instance")
    >>> made["run_launcher"]["class"], made["run_monitoring"]["max_resume_run_attempts"]
    ('KubernetesRunLauncher', 3)
    """
    user = settings.run_as_user
    config: dict[str, Any] = {
        "job_namespace": settings.namespace,
        "job_image": settings.image,
        "service_account_name": settings.service_account or "default",  # the launcher cannot be made without
        "instance_config_map": instance_config_map,
        "dagster_home": dagster_home,
        "env_secrets": list(settings.secrets),
        "env_vars": [f"{name}={value}" for name, value in sorted(settings.environment.items())],
        "image_pull_secrets": [{"name": name} for name in settings.pull_secrets],
        "resources": {"requests": {"cpu": "500m", "memory": "1Gi"}, "limits": {"memory": "2Gi"}},
        "run_k8s_config": {
            "container_config": {
                "security_context": {"allow_privilege_escalation": False, "capabilities": {"drop": ["ALL"]}}
            },
            "pod_spec_config": {
                "security_context": {
                    "run_as_non_root": True,
                    "run_as_user": user,
                    "fs_group": user,
                    "seccomp_profile": {"type": "RuntimeDefault"},
                }
            },
            "job_spec_config": {"ttl_seconds_after_finished": settings.ttl_seconds},
        },
    }
    return _with_monitoring("platform_core.executor.handlers.kubernetes_launcher", "KubernetesRunLauncher", config)


def _with_monitoring(module: str, name: str, config: dict[str, Any]) -> dict[str, Any]:
    return {
        "run_launcher": {"module": module, "class": name, "config": config},
        "run_monitoring": dict(MONITORING),
    }
