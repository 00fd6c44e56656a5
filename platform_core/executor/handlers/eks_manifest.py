"""What a step becomes in Kubernetes: a Job whose pod has a node's room and few rights; and its node pool."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from platform_core.compute_kinds import ComputeSpec
from platform_core.compute_kinds.limits import read_data
from platform_core.executor.handler import StepLaunch
from platform_core.executor.handlers.settings import EksSettings, content_hash

CONTAINER = "step"
MANAGED_BY = "notebook-workbench"
RUN = f"{MANAGED_BY}/run"  # the annotation that says to which run of Dagster's a Job belongs
_NOT_IN_LABELS = re.compile(r"[^A-Za-z0-9._-]+")
_GIB_PER_CPU = {"c": 2, "m": 4, "r": 8, "t": 4, "x": 16, "i": 8}  # by the first letter of a family of instances
_CPUS = {"nano": 2, "micro": 2, "small": 2, "medium": 2, "large": 2, "xlarge": 4, "metal": 96}


def job(step: StepLaunch, settings: EksSettings, environment: Mapping[str, str], parts: int = 1) -> dict[str, Any]:
    """Give the manifest of the Job that runs a step.

    Args:
        step: The step.
        settings: Where and with what.
        environment: What the entry point reads.
        parts: How many parts it runs in, each on a node; above 1 the Job is indexed.
    """
    spec = step.spec
    environment = {**settings.environment, **environment}
    container: dict[str, Any] = {
        "name": CONTAINER,
        "image": settings.image,
        "command": list(settings.command),
        "env": [{"name": name, "value": environment[name]} for name in sorted(environment)],
        "resources": _resources(spec, settings),
        "securityContext": {
            "allowPrivilegeEscalation": False,
            "capabilities": {"drop": ["ALL"]},
            "readOnlyRootFilesystem": True,
        },
        "volumeMounts": [{"name": "scratch", "mountPath": "/tmp"}],  # noqa: S108 - the container's own
        "terminationMessagePolicy": "FallbackToLogsOnError",
    }
    if settings.secrets:
        container["envFrom"] = [{"secretRef": {"name": name}} for name in settings.secrets]
    pod: dict[str, Any] = {
        "restartPolicy": "Never",
        "automountServiceAccountToken": False,
        "securityContext": {
            "runAsNonRoot": True,
            "runAsUser": settings.run_as_user,
            "runAsGroup": settings.run_as_user,
            "fsGroup": settings.run_as_user,
            "seccompProfile": {"type": "RuntimeDefault"},
        },
        "nodeSelector": node_labels(spec, settings),
        "tolerations": [one.model_dump(exclude_none=True) for one in settings.tolerations],
        "containers": [container],
        "volumes": [{"name": "scratch", "emptyDir": {"sizeLimit": f"{settings.scratch_mb}Mi"}}],
    }
    if settings.service_account:
        pod["serviceAccountName"] = settings.service_account
    if settings.pull_secrets:
        pod["imagePullSecrets"] = [{"name": name} for name in settings.pull_secrets]
    labels = labels_of(step)
    body: dict[str, Any] = {
        "backoffLimit": 0,
        "completions": parts,
        "parallelism": parts,
        "ttlSecondsAfterFinished": settings.ttl_seconds,
        "template": {
            # Karpenter is not to move the pod to save a node: the step would begin anew
            "metadata": {"labels": labels, "annotations": {"karpenter.sh/do-not-disrupt": "true"}},
            "spec": pod,
        },
    }
    if parts > 1:
        body["completionMode"] = "Indexed"
    if settings.active_deadline_seconds:
        body["activeDeadlineSeconds"] = settings.active_deadline_seconds
    metadata = {"name": step.name, "namespace": settings.namespace, "labels": labels}
    metadata["annotations"] = {"notebook-workbench/step": step.step_key, RUN: step.run_id}
    return {"apiVersion": "batch/v1", "kind": "Job", "metadata": metadata, "spec": body}


def node_labels(spec: ComputeSpec, settings: EksSettings) -> dict[str, str]:
    """Give the labels of the nodes that a step may run on.

    >>> node_labels(ComputeSpec("eks", {"spot_instances": True}), EksSettings(image="team/steps:1"))
    {'node.kubernetes.io/instance-type': 'm5.large', 'karpenter.sh/capacity-type': 'spot'}
    """
    labels = {
        "node.kubernetes.io/instance-type": spec["node_type"],
        "karpenter.sh/capacity-type": "spot" if spec["spot_instances"] else "on-demand",
    }
    if settings.node_pool:
        labels["karpenter.sh/nodepool"] = settings.node_pool
    return {**labels, **settings.node_selector}


def node_pool(spec: ComputeSpec, settings: EksSettings, node_class: str = "default") -> dict[str, Any]:
    """Give the manifest of a node pool of Karpenter for a size: at most `max_nodes` nodes of its type.

    Karpenter has no lower bound of its own: it starts nodes when pods wait. With `min_nodes` above 0 the pool keeps
    that many for an hour after their last pod, so that a chain of steps does not wait for each; with 0 for a minute.

    >>> pool = node_pool(ComputeSpec("eks", {"max_nodes": 4}), EksSettings(image="team/steps:1", node_pool="steps"))
    >>> pool["metadata"]["name"], pool["spec"]["limits"]
    ('steps', {'cpu': '8', 'memory': '32768Mi'})
    """
    cpus, memory_mb = node_size(spec["node_type"])
    labels = node_labels(spec, settings)
    taints = [
        {"key": one.key, "effect": one.effect or "NoSchedule", **({"value": one.value} if one.value else {})}
        for one in settings.tolerations
    ]
    template: dict[str, Any] = {
        "spec": {
            "nodeClassRef": {"group": "karpenter.k8s.aws", "kind": "EC2NodeClass", "name": node_class},
            "requirements": [
                {"key": key, "operator": "In", "values": [labels[key]]}
                for key in ("node.kubernetes.io/instance-type", "karpenter.sh/capacity-type")
            ],
            **({"taints": taints} if taints else {}),
        }
    }
    name = settings.node_pool or f"{MANAGED_BY}-{content_hash(dict(spec.options))}"
    nodes = spec["max_nodes"]
    return {
        "apiVersion": "karpenter.sh/v1",
        "kind": "NodePool",
        "metadata": {"name": name, "labels": {"app.kubernetes.io/managed-by": MANAGED_BY}},
        "spec": {
            "template": template,
            "limits": {"cpu": str(cpus * nodes), "memory": f"{memory_mb * nodes}Mi"},
            "disruption": {
                "consolidationPolicy": "WhenEmpty",
                "consolidateAfter": "1h" if spec["min_nodes"] else "1m",
            },
        },
    }


def node_size(node_type: str) -> tuple[int, int]:
    """Give CPUs and memory in MB of an instance type: from the table of `placement.json`, else by the families' rule.

    >>> node_size("m5.large"), node_size("r6i.4xlarge"), node_size("c7g.medium")
    ((2, 8192), (16, 131072), (1, 2048))
    """
    family, _, size = node_type.partition(".")
    cpus = _CPUS.get(size) or 4 * int(re.match(r"(\d*)xlarge|metal-(\d+)xl", size).expand(r"\1\2") or 1)  # type: ignore[union-attr]
    if size == "medium" and not family.startswith("t"):
        cpus = 1
    known = dict(read_data("placement.json")["node_types"]).get(node_type)
    return cpus, known or cpus * _GIB_PER_CPU.get(family[0], 4) * 1024


def labels_of(step: StepLaunch) -> dict[str, str]:
    """Give the labels by which a Job is found and its costs are counted, in the characters that Kubernetes takes.

    >>> from platform_core.compute_kinds import ComputeSpec
    >>> labels_of(StepLaunch("r", "s[a]", 1, 0, ComputeSpec("eks"), b"", "job"))["notebook-workbench/step"]
    's_a'
    """
    known = {"job": step.job_name, "run": step.run_id, "step": step.step_key, **step.labels, "name": step.name}
    values = {key: _NOT_IN_LABELS.sub("_", str(value))[:63].strip("._-") for key, value in known.items()}
    ours = {f"notebook-workbench/{key}": value for key, value in sorted(values.items()) if value}
    return {"app.kubernetes.io/managed-by": MANAGED_BY, **ours}


def _resources(spec: ComputeSpec, settings: EksSettings) -> dict[str, Any]:
    """Ask for a node's share, so that a node has one pod; what is asked for is the limit of memory too."""
    cpus, memory_mb = node_size(spec["node_type"])
    memory = f"{int(memory_mb * settings.node_share)}Mi"
    share = {"cpu": f"{int(cpus * 1000 * settings.node_share)}m", "memory": memory}
    return {"requests": share, "limits": {"memory": memory}}
