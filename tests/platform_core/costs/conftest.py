"""Runs of real assets on a real instance: their materialisations are the history that costs are read from."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import dagster as dg
import polars as pl
import pytest

from platform_core.compute_kinds import ComputeSpec
from platform_core.io_managers import PolarsParquetIOManager
from platform_core.sdk import bronze_asset, gold_asset, silver_asset
from platform_core.sdk.decorators import auto_compute, cost_tracked_asset, fargate_compute

YEARS = dg.StaticPartitionsDefinition(["2023", "2024"])
LAMBDA = ComputeSpec("lambda", {"memory_mb": 1024}).to_json()


@bronze_asset(business_owner="collectors", partitions_def=YEARS, cache=False)
@auto_compute(memory_mb=9000)
def readings(context: dg.AssetExecutionContext) -> pl.LazyFrame:
    """Readings of a year."""
    return pl.LazyFrame({"year": [context.partition_key]})


@silver_asset(owners=["ann@example.gov.uk"], cache=False)
@fargate_compute(cpu_units=1024, memory_mb=2048)
def broken(context: dg.AssetExecutionContext) -> pl.LazyFrame:
    """An asset that never comes about."""
    return pl.LazyFrame({"a": [1]}).select("b")  # fails where it is computed: in the IO manager


@gold_asset(cache=False)
@cost_tracked_asset(compute_kind="eks", estimated_cost_per_run=2.5)
def costly(context: dg.AssetExecutionContext) -> pl.LazyFrame:
    """An asset whose cost was estimated."""
    return pl.LazyFrame({"a": [1]})


@dg.asset(owners=["team:others"])
def plain() -> None:
    """An asset that tells nothing."""


ASSETS = [readings, broken, costly, plain]
DEFINITIONS = dg.Definitions(assets=ASSETS)

Run = Callable[..., None]


@pytest.fixture(scope="session")
def instance() -> Iterator[dg.DagsterInstance]:
    """An instance of Dagster's own, in memory."""
    with dg.DagsterInstance.ephemeral() as made:
        yield made


@pytest.fixture(scope="session")
def run(instance: dg.DagsterInstance, tmp_path_factory: pytest.TempPathFactory) -> Run:
    """Give a function that materialises one asset in an environment."""
    lake = PolarsParquetIOManager(root=str(tmp_path_factory.mktemp("lake")))

    def materialise(name: str, partition: str | None = None, **environment: str) -> None:
        with pytest.MonkeyPatch.context() as patch:
            for key in ("WORKBENCH_STEP_COMPUTE", "WORKBENCH_STEP_SPOT", "KUBERNETES_SERVICE_HOST"):
                patch.delenv(key, raising=False)
            for key, value in environment.items():
                patch.setenv(key, value)
            dg.materialize(
                ASSETS,
                selection=dg.AssetSelection.assets(name),
                partition_key=partition,
                instance=instance,
                resources={"io_manager": lake},
                raise_on_error=False,
            )

    return materialise


@pytest.fixture(scope="session")
def history(instance: dg.DagsterInstance, run: Run) -> dg.DagsterInstance:
    """The instance with nine runs of steps: local, on Lambda, on EKS, failed, of an unknown size, and of another's."""
    run("readings", "2023")
    run("readings", "2023", WORKBENCH_STEP_COMPUTE=LAMBDA)
    run("readings", "2023", WORKBENCH_STEP_COMPUTE=LAMBDA)
    run("readings", "2024", WORKBENCH_STEP_COMPUTE=LAMBDA)
    run("broken", WORKBENCH_STEP_COMPUTE=ComputeSpec("fargate").to_json())
    run(
        "costly",
        WORKBENCH_STEP_COMPUTE=ComputeSpec("eks", {"spot_instances": True}).to_json(),
        WORKBENCH_STEP_SPOT="true",
    )
    run("costly", KUBERNETES_SERVICE_HOST="10.0.0.1")
    run("costly")
    run("plain")
    return instance
