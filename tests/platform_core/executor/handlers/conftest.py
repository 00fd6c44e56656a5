"""One account of AWS and one cluster of Kubernetes for the handlers' tests, which really run what is submitted."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import boto3
import dagster as dg
import pytest

from platform_core.compute_kinds import ComputeSpec
from platform_core.executor.handler import ComputeHandler, StepLaunch
from platform_core.executor.handlers import remote_handler
from platform_core.executor.handlers.settings import RemoteSettings
from tests.platform_core.executor.handlers.remote_steps import payload_of
from tests.servers.runner import Faults, preload, wait_for
from tests.servers.runner_aws import BUCKET, FUNCTIONS, Cloud, furnish, running_cloud, signed_in
from tests.servers.runner_kubernetes import Kubernetes, running_kubernetes

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

QUICK = ("python", "-S", "-c", "import os; print('ran', os.environ['WORKBENCH_STEP_NAME'])")
HOLD = ("python", "-S", "-c", "import time\nprint('holding', flush=True)\nwhile True: time.sleep(0.02)")
IN_CLOUD = ("fargate", "batch", "eks")
KINDS = ("lambda", *IN_CLOUD)


@dataclass
class Remote:
    """What the tests of this folder stand on."""

    cloud: Cloud
    cluster: Kubernetes
    made: dict[str, Any]
    instance: dg.DagsterInstance
    _number: list[int] = field(default_factory=lambda: [0])
    _handlers: dict[Any, ComputeHandler] = field(default_factory=dict)

    def settings(self, command: Sequence[str] | None = None, **changed: Any) -> RemoteSettings:
        """Give settings for all kinds; `changed` goes to Fargate's."""
        image: dict[str, Any] = {"image": "team/steps:1"}
        if command is not None:
            image["command"] = list(command)
        network = {"subnets": self.made["subnets"], "security_groups": self.made["security_groups"]}
        queues = {"queue": "on-demand", "spot_queue": "spot", "gpu_queue": "gpu"}
        return RemoteSettings.model_validate(
            {
                "payloads": {"bucket": BUCKET},
                "fargate": {**image, **network, "cluster": "steps", "task_role_arn": self.made["role"], **changed},
                "batch": {**image, **queues},
                "eks": {**image, "namespace": "data", "context": "suite"},
                "lambda": {"functions": list(FUNCTIONS)},
            }
        )

    def handler(self, kind: str, command: Sequence[str] | None = QUICK, *, fresh: bool = False, **changed: Any) -> Any:
        """Give the handler of a kind: one of a restarted run worker where it is to be fresh."""
        known = kind, tuple(command or ()), repr(changed)
        if fresh or known not in self._handlers:
            self._handlers[known] = remote_handler(kind, self.settings(command, **changed))
        return self._handlers[known]

    def step(self, kind: str, op: str = "proves", **options: Any) -> StepLaunch:
        """Give a step of a run of its own; its payload is real."""
        run_id, payload = payload_of(self.instance, op)
        labels = {"assets": "a,b", "team": "team:planning"}
        return StepLaunch(run_id, op, 1, 0, ComputeSpec(kind, options), payload, "proving", labels)  # type: ignore[arg-type]

    def quick(self, kind: str, payload: bytes = b"eJy7", **options: Any) -> StepLaunch:
        """Give a step for a command that reads no payload; for Lambda, which has no such, a real one."""
        if kind == "lambda":
            return self.step(kind, **options)
        self._number[0] += 1
        return StepLaunch(f"run-{self._number[0]}", "a[b]", 1, 0, ComputeSpec(kind, options), payload, "job")  # type: ignore[arg-type]

    def faults(self, kind: str) -> Faults:
        """Give what can go wrong with a kind."""
        return self.cluster.faults if kind == "eks" else self.cloud.faults

    def started(self, kind: str, step: StepLaunch) -> int:
        """Give how often work of a name was started."""
        return (self.cluster if kind == "eks" else self.cloud).started.count(step.name)

    def ended(self, handler: ComputeHandler, remote_id: str) -> Any:
        """Wait until work has ended, and give its state."""
        states = [handler.check(remote_id)]

        def over() -> bool:
            states.append(handler.check(remote_id))
            return states[-1].phase not in {"starting", "running"}

        if states[0].phase in {"starting", "running"}:
            wait_for(over)
        return states[-1]

    def proof(self, step: StepLaunch) -> dict[str, Any]:
        """Give what the step's process wrote."""
        body = boto3.client("s3").get_object(Bucket=BUCKET, Key=f"proofs/{step.run_id}")["Body"].read()
        proof: dict[str, Any] = json.loads(body)
        return proof

    def events(self, step: StepLaunch) -> list[str]:
        """Give the kinds of the step's events."""
        records = self.instance.all_logs(step.run_id)
        return [one.dagster_event.event_type_value for one in records if one.dagster_event and one.step_key]


@pytest.fixture(scope="session")
def servers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[], Remote]]:
    """Start account and cluster once for the run."""
    folder = tmp_path_factory.mktemp("remote")
    preload(
        "platform_core.executor.entry.aws_lambda",
        "platform_core.executor.definition",
        "dagster_aws.s3",
        "dagster_postgres",
        "tests.servers.warmth",
    )
    environment = {"PATH": os.environ["PATH"], "PYTHONPATH": str(Path.cwd()), "DAGSTER_DISABLE_TELEMETRY": "1"}
    cloud = Cloud(image_environment=dict(environment), warm=True)
    with running_cloud(cloud):
        with pytest.MonkeyPatch.context() as patch:
            _sign_in(patch, cloud)
            made = furnish(boto3.client)
        cluster = Kubernetes(image_environment={**cloud.image_environment, "KUBERNETES_SERVICE_HOST": "::1"}, warm=True)
        with running_kubernetes(cluster):
            (folder / "kubeconfig").write_text(json.dumps(_kubeconfig(cluster.url)))
            (folder / "home").mkdir()
            with dg.DagsterInstance.local_temp(str(folder / "home")) as instance:
                yield Remote(cloud, cluster, {**made, "kubeconfig": str(folder / "kubeconfig")}, instance)  # type: ignore[misc]


@pytest.fixture(scope="module")
def cooled(servers: Remote) -> Iterator[Remote]:
    """End a file's sandboxes with it: some 25 processes and their servers would live beside all later tests."""
    yield servers
    servers.cloud.functions.close()


@pytest.fixture
def remote(cooled: Remote, monkeypatch: pytest.MonkeyPatch) -> Iterator[Remote]:
    """Sign in, with nothing planned to go wrong; at the end nothing may run on."""
    _sign_in(monkeypatch, cooled.cloud)
    monkeypatch.setenv("KUBECONFIG", cooled.made["kubeconfig"])
    yield cooled
    for faults in (cooled.cloud.faults, cooled.cluster.faults):
        faults.planned.clear()
        faults.struck.clear()
    wait_for(lambda: not cooled.cloud.running())
    wait_for(lambda: not cooled.cluster.running())


def _sign_in(patch: pytest.MonkeyPatch, cloud: Cloud) -> None:
    for name in [name for name in os.environ if name.startswith("AWS_")]:
        patch.delenv(name)
    for name, value in signed_in(cloud).items():
        patch.setenv(name, value)


def _kubeconfig(url: str) -> dict[str, Any]:
    return {
        "apiVersion": "v1",
        "kind": "Config",
        "current-context": "suite",
        "clusters": [{"name": "suite", "cluster": {"server": url}}],
        "users": [{"name": "suite", "user": {"token": "planted-token"}}],
        "contexts": [{"name": "suite", "context": {"cluster": "suite", "user": "suite"}}],
    }
