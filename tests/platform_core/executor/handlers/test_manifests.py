"""The Job of a step, strictly checked against the schemas of three versions of Kubernetes."""

from __future__ import annotations

from typing import Any

import kubernetes_validate
import pytest

from platform_core.compute_kinds import ComputeSpec
from platform_core.executor.handler import StepLaunch
from platform_core.executor.handlers.eks_manifest import job, node_pool
from platform_core.executor.handlers.parts import parts_of
from platform_core.executor.handlers.settings import EksSettings

TOLERATION = {"key": "steps", "effect": "NoSchedule"}
FULL = {
    "image": "123456789012.dkr.ecr.eu-west-2.amazonaws.com/steps@sha256:" + "0" * 64,
    "namespace": "data",
    "service_account": "steps",
    "node_selector": {"topology.kubernetes.io/zone": "eu-west-2a"},
    "tolerations": [TOLERATION],
    "node_pool": "steps",
    "secrets": ["database"],
    "active_deadline_seconds": 7200,
    "pull_secrets": ["registry"],
    "environment": {"LEVEL": "1"},
}


def manifest(settings: dict[str, Any], count: str = "", **options: Any) -> dict[str, Any]:
    labels = {"assets": "a,b", "partitions": count}
    span = ("2025-01", "2025-12") if count else None
    step = StepLaunch("run", "a[b]", 1, 0, ComputeSpec("eks", options), b"x", "all jobs", labels, span)
    parts = parts_of(step, most=step.spec["max_nodes"])
    return job(step, EksSettings.model_validate(settings), {"WORKBENCH_STEP_PAYLOAD": "x"}, parts)


@pytest.mark.parametrize("version", ["1.29", "1.33", "1.37"])
def test_the_manifest_is_strictly_valid(version: str) -> None:
    for made in (
        manifest({"image": "team/steps:1"}),
        manifest(FULL, spot_instances=True, node_type="r6i.4xlarge"),
        manifest(FULL, "12", max_nodes=4),
    ):
        kubernetes_validate.validate(made, version, strict=True)


def test_a_wrong_manifest_is_seen() -> None:
    made = manifest(FULL)
    made["spec"]["template"]["spec"]["nodeSelektor"] = {}
    with pytest.raises(kubernetes_validate.ValidationError):
        kubernetes_validate.validate(made, "1.33", strict=True)


def test_a_pod_meets_the_restricted_standard() -> None:
    pod = manifest(FULL)["spec"]["template"]["spec"]
    container = pod["containers"][0]
    assert pod["securityContext"]["runAsNonRoot"] is True
    assert pod["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}
    assert container["securityContext"]["allowPrivilegeEscalation"] is False
    assert container["securityContext"]["capabilities"] == {"drop": ["ALL"]}
    assert pod["automountServiceAccountToken"] is False
    assert {next(iter(set(volume) - {"name"})) for volume in pod["volumes"]} == {"emptyDir"}


def test_the_job_is_tried_once_on_the_nodes_that_the_step_names() -> None:
    made = manifest(FULL, node_type="m5.xlarge", spot_instances=True)
    pod = made["spec"]["template"]["spec"]
    assert made["spec"]["backoffLimit"] == 0
    assert made["spec"]["ttlSecondsAfterFinished"] == 86_400
    assert pod["restartPolicy"] == "Never"
    assert pod["nodeSelector"] == {
        "node.kubernetes.io/instance-type": "m5.xlarge",
        "karpenter.sh/capacity-type": "spot",
        "karpenter.sh/nodepool": "steps",
        "topology.kubernetes.io/zone": "eu-west-2a",
    }
    assert pod["tolerations"] == [{"key": "steps", "operator": "Exists", "effect": "NoSchedule"}]
    assert pod["containers"][0]["resources"]["requests"] == {"cpu": "3000m", "memory": "12288Mi"}


def test_labels_are_what_kubernetes_takes() -> None:
    labels = manifest(FULL)["metadata"]["labels"]
    assert labels["notebook-workbench/job"] == "all_jobs"
    assert labels["notebook-workbench/assets"] == "a_b"


@pytest.mark.parametrize(("count", "nodes", "parts"), [("12", 4, 4), ("3", 10, 3), ("", 10, 1)])
def test_a_range_of_partitions_runs_on_at_most_so_many_nodes(count: str, nodes: int, parts: int) -> None:
    spec = manifest(FULL, count, max_nodes=nodes)["spec"]
    assert (spec["completions"], spec["parallelism"]) == (parts, parts)
    assert spec.get("completionMode") == ("Indexed" if parts > 1 else None)


def test_a_node_pool_has_room_for_so_many_nodes() -> None:
    pool = node_pool(ComputeSpec("eks", {"min_nodes": 0, "max_nodes": 3}), EksSettings.model_validate(FULL))
    assert pool["spec"]["limits"] == {"cpu": "6", "memory": "24576Mi"}
    assert pool["spec"]["disruption"]["consolidateAfter"] == "1m"
    assert pool["spec"]["template"]["spec"]["taints"] == [TOLERATION]
