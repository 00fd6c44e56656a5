"""The compute decorators: they say where a step is to run, check it against the provider's limits, and do no more.

A decorated function stays as it is and callable. A layer decorator, which stands outermost, reads what it says.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from platform_core.compute_kinds import ComputeSpec
from platform_core.errors import UserError

if TYPE_CHECKING:
    from platform_core.compute_kinds import Hints

Function = TypeVar("Function", bound=Callable[..., Any])

_ATTRIBUTE = "__workbench_compute__"
_HINTS = "__workbench_hints__"


def lambda_compute(
    *, timeout_seconds: int = 300, memory_mb: int = 512, environment_variables: Mapping[str, str] | None = None
) -> Callable[[Function], Function]:
    """Place a step on AWS Lambda: quick transformations and stateless validation.

    Args:
        timeout_seconds: At most 900.
        memory_mb: 128 to 10240.
        environment_variables: Plain settings, no secrets: they are shown in Dagster.

    Raises:
        UserError: A value is beyond the limits of Lambda, or the decorator stands over an asset.

    >>> @lambda_compute(timeout_seconds=60, memory_mb=1024)
    ... def double(number):
    ...     return number * 2
    >>> double(2)
    4
    """
    options = {
        "timeout_seconds": timeout_seconds,
        "memory_mb": memory_mb,
        "environment_variables": {} if environment_variables is None else environment_variables,
    }
    return _described(ComputeSpec("lambda", options), "lambda_compute")


def fargate_compute(
    *, cpu_units: int = 512, memory_mb: int = 1024, execution_role_arn: str | None = None
) -> Callable[[Function], Function]:
    """Place a step on AWS Fargate: short containerised work.

    Args:
        cpu_units: 256 (a quarter of a vCPU) to 16384.
        memory_mb: One of the sizes that Fargate pairs with the CPU units.
        execution_role_arn: The role that the task is started with; the deployment's own where it is None.

    Raises:
        UserError: Fargate has no such pair, or the decorator stands over an asset.

    >>> @fargate_compute(cpu_units=512, memory_mb=1024)
    ... def double(number):
    ...     return number * 2
    >>> double(2)
    4
    """
    options = {"cpu_units": cpu_units, "memory_mb": memory_mb, "execution_role_arn": execution_role_arn}
    return _described(ComputeSpec("fargate", options), "fargate_compute")


def eks_compute(
    *, node_type: str = "m5.large", min_nodes: int = 1, max_nodes: int = 10, spot_instances: bool = False
) -> Callable[[Function], Function]:
    """Place a step on EKS with Karpenter: parallel work that scales.

    Args:
        node_type: An EC2 instance type.
        min_nodes: Nodes that are always there, from 0.
        max_nodes: Nodes that may be there; not below `min_nodes`.
        spot_instances: Whether the nodes may be Spot instances.

    Raises:
        UserError: A value is not allowed, or the decorator stands over an asset.

    >>> @eks_compute(node_type="m5.large", max_nodes=4, spot_instances=True)
    ... def double(number):
    ...     return number * 2
    >>> double(2)
    4
    """
    options = {
        "node_type": node_type,
        "min_nodes": min_nodes,
        "max_nodes": max_nodes,
        "spot_instances": spot_instances,
    }
    return _described(ComputeSpec("eks", options), "eks_compute")


def batch_compute(
    *,
    vcpus: int = 2,
    memory_mb: int = 4096,
    gpus: int = 0,
    spot_instances: bool = True,
    timeout_seconds: int = 3600,
) -> Callable[[Function], Function]:
    """Place a step on AWS Batch: long-running or GPU work.

    Args:
        vcpus: From 1.
        memory_mb: From 4.
        gpus: 0 to 16.
        spot_instances: Whether it may run on Spot instances.
        timeout_seconds: From 60.

    Raises:
        UserError: A value is beyond the limits of Batch, or the decorator stands over an asset.

    >>> @batch_compute(vcpus=4, memory_mb=8192, gpus=1)
    ... def double(number):
    ...     return number * 2
    >>> double(2)
    4
    """
    options = {
        "vcpus": vcpus,
        "memory_mb": memory_mb,
        "gpus": gpus,
        "spot_instances": spot_instances,
        "timeout_seconds": timeout_seconds,
    }
    return _described(ComputeSpec("batch", options), "batch_compute")


def dask_compute(*, workers: int = 2, timeout_seconds: int = 86_400) -> Callable[[Function], Function]:
    """Hand a step to a Dask cluster: one asset too large for a machine.

    The function runs as a client of the cluster: what it gives to Dask goes to all workers. Where the deployment names
    no cluster, and in `dev`, it runs in a warm worker, and Dask uses that machine.

    Args:
        workers: How many workers the cluster must have before the step begins, from 1.
        timeout_seconds: When it is stopped.

    Raises:
        UserError: A value is not allowed, or the decorator stands over an asset.

    >>> @dask_compute(workers=4)
    ... def heavy(numbers):
    ...     import dask.bag
    ...     return dask.bag.from_sequence(numbers, npartitions=2).sum().compute(scheduler="threads")
    >>> heavy(range(5)), compute_of(heavy)["workers"]
    (10, 4)
    """
    return _described(ComputeSpec("dask", {"workers": workers, "timeout_seconds": timeout_seconds}), "dask_compute")


def auto_compute(
    *,
    rows: int | None = None,
    memory_mb: int | None = None,
    duration_seconds: int | None = None,
    gpus: int = 0,
    parallelism: int = 1,
) -> Callable[[Function], Function]:
    """Place a step where the rules of `compute_kinds/placement.json` say, from what is known of it.

    Until runs were measured, the hints decide; from then on what runs took does, each time that a run is launched.
    `workbench explain-compute ASSET` says what and why.

    Args:
        rows: Rows that it reads.
        memory_mb: Memory that it needs, in MB.
        duration_seconds: How long it runs, in seconds.
        gpus: GPUs that it needs.
        parallelism: Parts that can run side by side.

    Raises:
        UserError: No kind of compute is large enough, or the decorator stands over an asset.

    >>> @auto_compute(rows=10_000)
    ... def count(frame): ...
    >>> compute_of(count).kind, hints_of(count).rows
    ('lambda', 10000)
    """
    from platform_core.compute_kinds import Hints, decide  # noqa: PLC0415 - only where the platform chooses

    hints = Hints(rows, memory_mb, duration_seconds, gpus, parallelism)
    described = _described(decide(hints).spec, "auto_compute")

    def describe(function: Function) -> Function:
        found = described(function)
        setattr(found, _HINTS, hints)
        return found

    return describe


def hints_of(function: object) -> Hints | None:
    """Give the hints of `@auto_compute`, or None where it does not stand over a function."""
    hints: Hints | None = getattr(function, _HINTS, None)
    return hints


def compute_of(function: object) -> ComputeSpec | None:
    """Give what a compute decorator said of a function, or None where none stands over it."""
    spec = getattr(function, _ATTRIBUTE, None)
    return spec if isinstance(spec, ComputeSpec) else None


def _described(spec: ComputeSpec, decorator: str) -> Callable[[Function], Function]:
    def describe(function: Function) -> Function:
        if any(base.__name__ == "AssetsDefinition" for base in type(function).__mro__):
            raise UserError(
                f"@{decorator} stands over an asset.",
                hint=f"Put the layer decorator outermost: @silver_asset(...) first, @{decorator}(...) under it.",
            )
        if not callable(function):
            raise UserError(f"@{decorator} stands over something that is no function.")
        if compute_of(function) is not None:
            raise UserError(f"{function.__name__!r} has two compute decorators.", hint="Keep one of them.")
        setattr(function, _ATTRIBUTE, spec)
        return function

    return describe
