"""What a cluster's own API says of what costs money there: pods on nodes, and the Jobs of this platform."""

from __future__ import annotations

import os
from collections.abc import Iterator
from importlib import import_module
from typing import Any

from platform_core.executor.handlers.eks_manifest import MANAGED_BY, RUN

_SYSTEM = "kube-system"


def count_pods(cluster: str, group: str) -> int | None:
    """Count the pods on a node group that are neither the system's nor ended; None where its API cannot be asked.

    Args:
        cluster: The name of the context in the kubeconfig; in the cluster itself its own access is used.
        group: The node group.
    """
    try:
        client, connection = _connected(cluster)
        api = client.CoreV1Api(connection)
        nodes = api.list_node(label_selector=f"eks.amazonaws.com/nodegroup={group}").items
        return sum(_counts(pod) for node in nodes for pod in _pods_on(api, node.metadata.name))
    except Exception:  # noqa: BLE001 - whatever keeps it from being asked, the group is told as not looked at
        return None


def jobs_of_runs(cluster: str, namespace: str) -> Iterator[tuple[str, str]]:
    """Give the Jobs of this platform that have not ended, each with the run of Dagster's that it belongs to.

    Args:
        cluster: As for `count_pods`.
        namespace: Where the Jobs are.
    """
    client, connection = _connected(cluster)
    made_here = f"app.kubernetes.io/managed-by={MANAGED_BY}"
    for job in client.BatchV1Api(connection).list_namespaced_job(namespace, label_selector=made_here).items:
        ended = any(one.status == "True" for one in job.status.conditions or () if one.type in {"Complete", "Failed"})
        run = (job.metadata.annotations or {}).get(RUN)
        if run and not ended:
            yield job.metadata.name, run


def stop_job(cluster: str, namespace: str, name: str) -> None:
    """Delete a Job with its pods."""
    client, connection = _connected(cluster)
    client.BatchV1Api(connection).delete_namespaced_job(name, namespace, propagation_policy="Background")


def _connected(cluster: str) -> tuple[Any, Any]:
    client, config = (import_module(f"kubernetes.{name}") for name in ("client", "config"))  # an extra
    try:
        config.load_incluster_config()
    except config.ConfigException:
        return client, config.new_client_from_config(os.environ.get("KUBECONFIG"), cluster)
    return client, client.ApiClient()


def _pods_on(api: Any, node: str) -> Any:
    return api.list_pod_for_all_namespaces(field_selector=f"spec.nodeName={node}").items


def _counts(pod: Any) -> bool:
    """Whether a pod is somebody's work: not the system's, not one that stands on every node, and not ended."""
    owners = {owner.kind for owner in pod.metadata.owner_references or ()}
    ended = pod.status.phase in {"Succeeded", "Failed"}
    return pod.metadata.namespace != _SYSTEM and "DaemonSet" not in owners and not ended
