"""Every decorator of the SDK in one place: where a step runs, what it costs, and which layer its asset is of."""

from __future__ import annotations

from platform_core.sdk.compute import (
    auto_compute,
    batch_compute,
    dask_compute,
    eks_compute,
    fargate_compute,
    lambda_compute,
)
from platform_core.sdk.layers import bronze_asset, cost_tracked_asset, gold_asset, silver_asset

__all__ = [
    "auto_compute",
    "batch_compute",
    "bronze_asset",
    "cost_tracked_asset",
    "dask_compute",
    "eks_compute",
    "fargate_compute",
    "gold_asset",
    "lambda_compute",
    "silver_asset",
]
