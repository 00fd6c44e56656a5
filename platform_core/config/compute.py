"""Where steps run: the section `compute:` of a project's YAML."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import ConfigDict, Field

from platform_core.executor.settings import ExecutorSettings


class ComputeConfig(ExecutorSettings):
    """Where steps run, and what the executor is told.

    Beside these stand all the settings of the executor.

    Attributes:
        executor: `warm` is `platform_executor`; `in_process` runs all steps of a run in one process; `multiprocess` is
            Dagster's. Where nothing is said, `in_process` in the environment `dev` and `warm` in every other.
        payloads: The bucket of what does not fit into a request to a provider.
        lambda_: What the handler of Lambda is told; written `lambda`.
        fargate: What the handler of Fargate is told.
        eks: What the handler of EKS is told.
        batch: What the handler of Batch is told.
        dask: Which Dask cluster steps go to.

    >>> config = ComputeConfig.model_validate({"workers": 2, "lambda": {"functions": ["steps"]}})
    >>> config.chosen("dev"), config.chosen("prod"), config.settings()["remote"]
    ('in_process', 'warm', {'lambda': {'functions': ['steps']}})
    """

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)

    executor: Literal["warm", "in_process", "multiprocess"] | None = None
    payloads: dict[str, Any] | None = None
    lambda_: dict[str, Any] | None = Field(default=None, alias="lambda")
    fargate: dict[str, Any] | None = None
    eks: dict[str, Any] | None = None
    batch: dict[str, Any] | None = None
    dask: dict[str, Any] | None = None

    def chosen(self, environment: str) -> str:
        """Give the executor that counts in an environment."""
        return self.executor or ("in_process" if environment == "dev" else "warm")

    def remote_kinds(self, environment: str) -> frozenset[str]:
        """Give the kinds whose steps go to their provider in an environment, by the handlers that come with this."""
        warm = self.chosen(environment) == "warm"
        return frozenset(kind for kind in self.kinds if warm and self.where(kind) == "remote") - set(self.handlers)

    def settings(self) -> dict[str, Any]:
        """Give what `platform_executor` is told: the settings that somebody wrote, with those of the remote kinds."""
        told = {name: getattr(self, name) for name in ExecutorSettings.model_fields if name in self.model_fields_set}
        parts = {"payloads": self.payloads, "lambda": self.lambda_, "fargate": self.fargate}
        parts |= {"eks": self.eks, "batch": self.batch, "dask": self.dask}
        remote = {name: part for name, part in parts.items() if part is not None}
        return {**told, "remote": {**self.remote, **remote}} if remote else told
