"""Dagster's launcher of runs on Kubernetes, to which the Job of a run that stands already is a run that was launched.

`K8sRunLauncher` waits ten seconds for an API server, asks again, and takes the answer that the Job is there for a
refusal: the run counts as failed, and is launched once more where runs are retried, while its Job goes on.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from dagster_k8s import K8sRunLauncher
from dagster_k8s.client import DagsterK8sUnrecoverableAPIError

if TYPE_CHECKING:
    from collections.abc import Sequence

    import dagster as dg

_STANDS = 409


class KubernetesRunLauncher(K8sRunLauncher):
    """Launches each run as a Job of the run's name, which a cluster has but once.

    >>> issubclass(KubernetesRunLauncher, K8sRunLauncher)
    True
    """

    def _launch_k8s_job_with_args(self, job_name: str, args: Sequence[str] | None, run: dg.DagsterRun) -> None:
        try:
            super()._launch_k8s_job_with_args(job_name, args, run)
        except DagsterK8sUnrecoverableAPIError as error:
            if getattr(error.k8s_api_exception, "status", None) != _STANDS:
                raise
            self._report_run_worker_created(run)
