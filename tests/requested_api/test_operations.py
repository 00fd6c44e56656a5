"""Block 5, what exists of it: cost, compute on a plain function, partitions and freshness.

Hooks and alerts are later work and left out. The sensor is tried where its other tests are, on a real server.
"""

from __future__ import annotations

from typing import Any

import dagster as dg
import pandas as pd
import polars as pl

from platform_core.compute_kinds import COMPUTE_TAG
from platform_core.sdk import freshness, gold_asset, silver_asset
from platform_core.sdk.compute import compute_of
from platform_core.sdk.decorators import cost_tracked_asset, lambda_compute
from tests.requested_api.blocks import execute, paragraph


def spec(asset: dg.AssetsDefinition) -> dg.AssetSpec:
    """Give the one specification of an asset."""
    return next(iter(asset.specs))


def test_a_cost_tracked_asset_is_an_asset_alone() -> None:
    text = paragraph(5, "@cost_tracked_asset")
    costly = execute(text, cost_tracked_asset=cost_tracked_asset, pl=pl)["costly"]
    assert isinstance(costly, dg.AssetsDefinition)
    assert spec(costly).tags[COMPUTE_TAG] == "eks"
    assert 2.5 in {getattr(value, "value", value) for value in spec(costly).metadata.values()}
    assert {dep.asset_key.to_user_string() for dep in spec(costly).deps} == {"clean_permits"}


def test_a_cost_tracked_asset_stands_under_a_layer_decorator() -> None:
    text = "@silver_asset\n" + paragraph(5, "@cost_tracked_asset")
    costly = execute(text, silver_asset=silver_asset, cost_tracked_asset=cost_tracked_asset, pl=pl)["costly"]
    assert spec(costly).group_name == "silver"
    assert spec(costly).tags[COMPUTE_TAG] == "eks"


def test_a_plain_function_with_a_compute_decorator_stays_callable() -> None:
    made = execute(paragraph(5, "@lambda_compute"), lambda_compute=lambda_compute, pd=pd)["quick_validation"]
    assert made(None, pd.DataFrame()) is None
    described: Any = compute_of(made)
    assert described.kind == "lambda"
    assert '"LOG_LEVEL": "INFO"' in described.to_json() or '"LOG_LEVEL":"INFO"' in described.to_json()


def test_a_gold_asset_has_partitions_and_dagsters_present_freshness_policy() -> None:
    names = {"gold_asset": gold_asset, "freshness": freshness, "pl": pl}
    text = paragraph(5, "@gold_asset")
    asset = execute(text, DailyPartitionsDefinition=dg.DailyPartitionsDefinition, **names)["daily_fees"]
    partitions = spec(asset).partitions_def
    assert isinstance(partitions, dg.DailyPartitionsDefinition)
    assert partitions.get_first_partition_key() == "2024-01-01"
    assert isinstance(spec(asset).freshness_policy, dg.FreshnessPolicy)
    assert spec(asset).group_name == "gold"
