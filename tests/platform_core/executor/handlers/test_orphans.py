"""Work of a run that has ended is found on Batch and Kubernetes, told, and stopped where the policy says so."""

from __future__ import annotations

import boto3
import dagster as dg
import pytest

from platform_core.config.costs import IdleConfig
from platform_core.costs.sensors import idle_sensor
from platform_core.executor.handler import Phase
from tests.platform_core.executor.handlers.conftest import HOLD, Remote
from tests.servers.runner import wait_for

PLACES = {"batch": {"queues": ("spot",)}, "eks": {"eks_clusters": ("suite",), "namespaces": ("data",)}}


def tick(instance: dg.DagsterInstance, kind: str, **policy: object) -> str:
    """Let the sensor look once, and give what it says."""
    config = IdleConfig.model_validate({**PLACES[kind], **policy})
    with dg.build_sensor_context(instance=instance) as context:
        said = idle_sensor(config, client=boto3.client, pods=lambda *_: 1)(context)
    assert isinstance(said, dg.SkipReason)
    # Of EKS itself the suite's account has no cluster
    return "; ".join(one for one in str(said.skip_message).split("; ") if "the EKS cluster suite" not in one)


@pytest.mark.parametrize("kind", PLACES)
def test_work_of_a_run_that_has_ended_is_stopped_and_no_other(remote: Remote, kind: str) -> None:
    handler = remote.handler(kind, command=HOLD)
    with dg.DagsterInstance.ephemeral() as instance:
        orphan, working, nobodys = remote.step(kind), remote.step(kind), remote.step(kind)
        for step, status in ((orphan, dg.DagsterRunStatus.CANCELED), (working, dg.DagsterRunStatus.STARTED)):
            instance.add_run(dg.DagsterRun("some", step.run_id, status=status))
        ids = {step.name: handler.launch(step) for step in (orphan, working, nobodys)}

        def phases() -> list[Phase]:
            return [handler.check(remote_id).phase for remote_id in ids.values()]

        try:
            wait_for(lambda: phases() == [Phase.RUNNING] * 3)
            line = f"{orphan.name} in {'spot' if kind == 'batch' else 'suite'}"
            told = tick(instance, kind)
            assert told.rstrip(".").endswith(f"{line} belongs to the run {orphan.run_id}, which has ended")
            assert ";" not in told, "one of the three alone is told"
            told = tick(instance, kind, policy="stop")
            assert line in told.rpartition("would ")[2]
            assert phases() == [Phase.RUNNING] * 3, "a dry run stops nothing"
            assert line in tick(instance, kind, policy="stop", dry_run=False).rpartition("did ")[2]
            assert remote.ended(handler, ids.pop(orphan.name)).phase in {Phase.FAILED, Phase.LOST}
            assert phases() == [Phase.RUNNING] * 2
        finally:
            for remote_id in ids.values():
                handler.stop(remote_id)
