"""Steps as Kubernetes Jobs on EKS, on nodes that Karpenter starts.

The Job has the step's name, so that the cluster itself refuses a second one.
"""

from __future__ import annotations

import os
from typing import Any

from platform_core.executor.handler import Phase, RemoteState, StepLaunch
from platform_core.executor.handlers.aws import Clients, Payloads
from platform_core.executor.handlers.causes import NOTHING_LEFT, OF_EKS, read_cause
from platform_core.executor.handlers.eks_manifest import CONTAINER, job
from platform_core.executor.handlers.parts import parts_of
from platform_core.executor.handlers.refusals import asking
from platform_core.executor.handlers.settings import EksSettings, PayloadSettings
from platform_core.needed import needed

_PAYLOAD_LIMIT = 100_000  # of the 128 KiB that Linux gives to one environment variable
# Connecting and reading: an API server that does not answer is asked again, and what it has done by then is found
_WAITS: dict[str, Any] = {"_request_timeout": (5.0, 30.0)}
_FINAL_WAITING = {
    "ImagePullBackOff",
    "InvalidImageName",
    "ErrImageNeverPull",
    "CreateContainerConfigError",
    "FailedCreate",
}


class EksHandler:
    """Makes, finds, watches and deletes Jobs.

    Args:
        settings: Where and with what.
        payloads: A bucket for payloads over the limit of a request.
    """

    kind = "eks"

    def __init__(self, settings: EksSettings, payloads: PayloadSettings | None = None) -> None:
        self._settings = settings
        self._payloads = Payloads(payloads, Clients())
        self._api: Any = None

    def launch(self, step: StepLaunch) -> str:
        """Make the step's Job; where one of its name stands, that is the one."""
        manifest = self.manifest(step)
        with asking("Kubernetes", "make a Job"):
            try:
                self._asked().BatchV1Api(self._api).create_namespaced_job(self._settings.namespace, manifest, **_WAITS)
            except Exception as error:
                if getattr(error, "status", None) != 409:
                    self._forget_expired(error)
                    raise
        return f"{self._settings.namespace}/{step.name}"

    def find(self, step: StepLaunch) -> str | None:
        """Give `namespace/name` of the step's Job, running or done, until its time to live is over."""
        return f"{self._settings.namespace}/{step.name}" if self._job(self._settings.namespace, step.name) else None

    def check(self, remote_id: str) -> RemoteState:
        """Look at a Job and its pods."""
        namespace, name = remote_id.split("/")
        found = self._job(namespace, name)
        page = self._page(namespace, name)
        if found is None:
            if any(pod.status.phase in {"Pending", "Running"} for pod in self._pods(namespace, name)):
                return RemoteState(Phase.RUNNING, message="The Job is deleted, and its pod is ending.", log_url=page)
            return RemoteState(Phase.LOST, message=f"Kubernetes no longer knows the Job {name}. {NOTHING_LEFT}")
        conditions = {one.type: one for one in found.status.conditions or () if one.status == "True"}
        if "Complete" in conditions:
            return RemoteState(Phase.SUCCEEDED, log_url=page)
        pods = self._pods(namespace, name)
        if failed := conditions.get("Failed") or conditions.get("FailureTarget"):
            return _failed(failed, pods, page)
        if any(pod.status.phase != "Pending" for pod in pods):  # once they have ended, the Job will say how
            return RemoteState(Phase.RUNNING, log_url=page)
        return self._waiting(found, pods, page)

    def stop(self, remote_id: str) -> None:
        """Delete a Job with its pods; one that is unknown is no error."""
        namespace, name = remote_id.split("/")
        with asking("Kubernetes", "delete a Job"):
            try:
                api = self._asked().BatchV1Api(self._api)
                api.delete_namespaced_job(name, namespace, propagation_policy="Background", **_WAITS)
            except Exception as error:
                if getattr(error, "status", None) != 404:
                    self._forget_expired(error)
                    raise

    def last_lines(self, remote_id: str, count: int) -> tuple[str, ...]:
        """Give the last lines that the Job's pod wrote: of several, the first that failed."""
        namespace, name = remote_id.split("/")
        pods = sorted(self._pods(namespace, name), key=lambda pod: pod.status.phase != "Failed")
        if not pods:
            return ()
        with asking("Kubernetes", "give the log of a pod", watching=True):
            try:
                api = self._asked().CoreV1Api(self._api)
                # The client would give the text of a bytes literal
                answer = api.read_namespaced_pod_log(
                    pods[0].metadata.name,
                    namespace,
                    container=CONTAINER,
                    tail_lines=count,
                    _preload_content=False,
                    **_WAITS,
                )
            except Exception as error:
                if getattr(error, "status", None) in {400, 404}:  # it has not begun, or its node is gone
                    return ()
                raise
        return tuple(answer.data.decode("utf-8", "replace").splitlines())[-count:]

    def manifest(self, step: StepLaunch) -> dict[str, Any]:
        """Give the Job that runs a step."""
        parts = parts_of(step, most=step.spec["max_nodes"]) if self._payloads.there else 1
        environment = self._payloads.environment(step, _PAYLOAD_LIMIT, spot=step.spec["spot_instances"])
        environment |= self._payloads.parts_environment(step, parts)
        return job(step, self._settings, environment, parts)

    def _waiting(self, found: Any, pods: list[Any], page: str | None) -> RemoteState:
        """Say of a Job none of whose pods has begun why it waits, and that it failed where that will not pass."""
        namespace, name = found.metadata.namespace, found.metadata.name
        waiting = next(filter(None, map(_waiting, pods)), None) or self._not_made(namespace, name, pods)
        reason, said = waiting or ("", "")
        if reason in _FINAL_WAITING:
            self.stop(f"{namespace}/{name}")  # Kubernetes itself would try for ever
            cause, message = read_cause(OF_EKS, reason, said or reason, None)
            return RemoteState(Phase.FAILED, cause, message, page)
        return RemoteState(Phase.STARTING, message=said, log_url=page)

    def _asked(self) -> Any:
        """Give the client library, with an API client that is made when first asked for."""
        library = needed("kubernetes", "k8s")
        if self._api is None:
            with asking("Kubernetes", "be asked"):
                # Calls are made once, as with AWS: a client takes this from its configuration when it is made
                told = library.client.Configuration()
                told.retries = False
                self._sign_in(library.config, told)
                self._api = library.client.ApiClient(told)
        return library.client

    def _sign_in(self, config: Any, told: Any) -> None:
        if self._settings.context is None:
            try:
                config.load_incluster_config(client_configuration=told)
                return
            except config.ConfigException:
                pass
        file = os.environ.get("KUBECONFIG")  # the library reads it once, when it is imported
        config.load_kube_config(file, self._settings.context, client_configuration=told)

    def _job(self, namespace: str, name: str) -> Any:
        with asking("Kubernetes", "read a Job", watching=True):
            try:
                return self._asked().BatchV1Api(self._api).read_namespaced_job(name, namespace, **_WAITS)
            except Exception as error:
                if getattr(error, "status", None) == 404:
                    return None
                self._forget_expired(error)
                raise

    def _pods(self, namespace: str, name: str) -> list[Any]:
        with asking("Kubernetes", "list the pods of a Job", watching=True):
            api = self._asked().CoreV1Api(self._api)
            listed = api.list_namespaced_pod(namespace, label_selector=f"notebook-workbench/name={name}", **_WAITS)
        return list(listed.items)

    def _not_made(self, namespace: str, name: str, pods: list[Any]) -> tuple[str, str] | None:
        """Give why a Job has no pod: a quota or a policy refused it, which stands in an event alone."""
        if pods:
            return None
        with asking("Kubernetes", "list the events of a Job", watching=True):
            api = self._asked().CoreV1Api(self._api)
            selector = f"involvedObject.name={name}"
            events = api.list_namespaced_event(namespace, field_selector=selector, **_WAITS).items
        said = next((event.message for event in events if event.reason == "FailedCreate"), None)
        return ("FailedCreate", said) if said else None

    def _page(self, namespace: str, name: str) -> str | None:
        address = self._settings.log_url
        return address.format(namespace=namespace, job=name, cluster=self._settings.cluster) if address else None

    def _forget_expired(self, error: Any) -> None:
        if getattr(error, "status", None) == 401:
            self._api = None


def _failed(condition: Any, pods: list[Any], page: str | None) -> RemoteState:
    code, said = condition.reason or "", [condition.message or ""]
    exit_code = None
    for pod in pods:
        if pod.status.phase != "Failed":
            continue
        disrupted = [one for one in pod.status.conditions or () if one.type == "DisruptionTarget"]
        said += [f"{one.type}: {one.message or one.reason}" for one in disrupted]
        said += [pod.status.reason or "", pod.status.message or ""]
        for container in pod.status.container_statuses or ():
            if (ended := container.state.terminated) is not None and ended.exit_code:
                exit_code = ended.exit_code
                said.append(ended.reason or "")
    cause, message = read_cause(OF_EKS, code, " ".join(filter(None, said)), exit_code)
    return RemoteState(Phase.FAILED, cause, message, page)


def _waiting(pod: Any) -> tuple[str, str] | None:
    """Give why a pod waits, as code and words."""
    for container in pod.status.container_statuses or ():
        if container.state.waiting is not None and container.state.waiting.reason:
            return container.state.waiting.reason, container.state.waiting.message or ""
    for condition in pod.status.conditions or ():
        if condition.type == "PodScheduled" and condition.status == "False":
            return condition.reason or "", f"{condition.reason}: {condition.message}"
    return None
