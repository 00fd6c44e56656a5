"""Block 5: hooks and alerts, cost, compute on a plain function, partitions and freshness, files that arrive."""

from __future__ import annotations

import itertools
from pathlib import Path
from typing import Any

import boto3
import dagster as dg
import pandas as pd
import polars as pl
import pytest
import sqlalchemy as sa

from platform_core.compute_kinds import COMPUTE_TAG, ComputeSpec, price
from platform_core.config import load_config
from platform_core.costs import read_records
from platform_core.costs.facts import facts_of
from platform_core.costs.summary import sum_up
from platform_core.io_managers import PolarsParquetIOManager
from platform_core.observability import failure_hook, send_alert, send_slack_alert, success_hook
from platform_core.observability.alerts import current
from platform_core.observability.alerts.store import WAITING
from platform_core.observability.sensors import s3_file_sensor
from platform_core.resources import S3Resource
from platform_core.sdk import freshness, gold_asset, silver_asset
from platform_core.sdk.compute import compute_of
from platform_core.sdk.decorators import cost_tracked_asset, lambda_compute
from tests.requested_api.blocks import execute, paragraph
from tests.servers.http import Reply, running_http

_NUMBERS = itertools.count()


def spec(asset: dg.AssetsDefinition) -> dg.AssetSpec:
    """Give the one specification of an asset."""
    return next(iter(asset.specs))


def test_a_success_hook_knows_its_asset() -> None:
    hook = execute(paragraph(5, "@success_hook"), success_hook=success_hook)["log_success"]

    @dg.asset(hooks={hook})
    def fees() -> None: ...

    with dg.DagsterInstance.ephemeral() as instance:
        result = dg.materialize([fees], instance=instance)
        said = [entry.user_message for entry in instance.all_logs(result.run_id)]
    assert "AssetKey(['fees']) done" in said


def test_a_failure_hook_alerts_in_slack_and_says_nothing_of_the_data(monkeypatch: pytest.MonkeyPatch) -> None:
    names = {"failure_hook": failure_hook, "send_slack_alert": send_slack_alert}
    hook = execute(paragraph(5, "@failure_hook"), **names)["alert"]

    @dg.asset(hooks={hook})
    def fees() -> None:
        applicant = "Mr Bell"
        raise KeyError(applicant)

    with running_http() as server, dg.DagsterInstance.ephemeral() as instance:
        server.paths["/slack"] = lambda *_: Reply("ok")
        monkeypatch.setenv("SLACK_WEBHOOK_URL", f"{server.url}/slack")
        assert not dg.materialize([fees], instance=instance, raise_on_error=False).success
    (asked,) = server.asked
    assert "Pipeline failed: fees: KeyError" in asked.body["text"]
    assert "Bell" not in asked.body["text"]


def test_a_text_by_hand_is_sent_without_secrets_and_personal_data(monkeypatch: pytest.MonkeyPatch) -> None:
    with running_http() as server:
        server.paths["/slack"] = lambda *_: Reply("ok")
        monkeypatch.setenv("SLACK_WEBHOOK_URL", f"{server.url}/slack")
        (sent,) = send_slack_alert(f"Ask jane.doe@example.com, NHS 943 476 5919, or look at {server.url}/slack")
    assert sent.status == "sent"
    assert "Ask [email], NHS [nhs_number], or look at ***" in server.asked[0].body["text"]


def test_slack_by_hand_goes_to_its_variable_beside_channels_of_other_types(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    Path(tmp_path, "config").mkdir()
    Path(tmp_path, "pyproject.toml").write_text('[tool.workbench]\npackage = "rents"\n', encoding="utf-8")
    text = "alerts: {channels: {ops: {type: webhook, url: {env: OPS_ADDRESS}}}, rate_limit: {messages: 1}}\n"
    Path(tmp_path, "config", "base.yaml").write_text(text, encoding="utf-8")
    config = load_config(tmp_path)
    monkeypatch.setattr(current, "_USED", [config])
    monkeypatch.setattr(current, "_STORES", {})
    with running_http() as server:
        server.paths["/slack"] = server.paths["/ops"] = lambda *_: Reply("ok")
        monkeypatch.setenv("OPS_ADDRESS", f"{server.url}/ops")
        monkeypatch.setenv("SLACK_WEBHOOK_URL", f"{server.url}/slack")
        assert [one.status for one in send_slack_alert("The register is late")] == ["sent"]
        assert send_slack_alert("It is later still") == [], "over the limit, so it waits"
        monkeypatch.delenv("SLACK_WEBHOOK_URL")
        assert [one.channel for one in send_alert("What a process tells that has no such variable")] == ["ops"]
    assert sorted(asked.path for asked in server.asked) == ["/ops", "/slack"]
    with current.alerter_for().store.transaction() as connection:
        waiting = connection.execute(sa.select(WAITING.c.channel)).scalars().all()
    assert waiting == ["SLACK_WEBHOOK_URL"], "nobody threw it away"


def test_files_that_arrive_start_a_run_once_each(aws: str) -> None:
    @dg.job
    def permits_job() -> None: ...

    made = execute(paragraph(5, "new_files"), s3_file_sensor=s3_file_sensor, permits_job=permits_job)["new_files"]
    bucket = f"requested-{next(_NUMBERS)}"
    client = boto3.client("s3")
    client.create_bucket(Bucket=bucket, CreateBucketConfiguration={"LocationConstraint": "eu-west-2"})
    client.put_object(Bucket=bucket, Key="raw/permits/a.csv", Body=b"1")
    cursor, asked = None, []
    for _ in range(2):
        resources = {"s3": S3Resource(bucket_name=bucket, region_name="eu-west-2")}
        with dg.build_sensor_context(cursor=cursor, resources=resources) as context:
            data = made.evaluate_tick(context)
        cursor = data.cursor
        asked += [request.tags["workbench/file"] for request in data.run_requests or ()]
    assert asked == ["raw/permits/a.csv"]


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


@pytest.mark.parametrize("above", ["", "@silver_asset\n"])
def test_a_cost_tracked_asset_runs_and_tells_what_it_cost(
    above: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = above + paragraph(5, "@cost_tracked_asset").replace("...", "return clean_permits.filter(pl.col('fee') > 0)")
    costly = execute(text, silver_asset=silver_asset, cost_tracked_asset=cost_tracked_asset, pl=pl)["costly"]

    @silver_asset
    def clean_permits() -> pl.LazyFrame:
        return pl.LazyFrame({"fee": [1.0, 0.0]})

    monkeypatch.setenv("WORKBENCH_STEP_COMPUTE", ComputeSpec("eks").to_json())
    with dg.DagsterInstance.ephemeral() as instance:
        lake = PolarsParquetIOManager(root=str(tmp_path))
        assert dg.materialize([clean_permits, costly], instance=instance, resources={"io_manager": lake}).success
        (record,) = read_records(instance, asset="costly")
        facts = facts_of(dg.Definitions(assets=[clean_permits, costly]))
        assert record.kind == "eks"
        assert record.cost is not None
        assert record.cost.usd >= 0.111 / 60 * (1 - 1e-6)  # a minute of an m5.large at the least
        line = sum_up("costly", [record], facts)
    assert (line.estimated, line.compared) == (2.5, record.cost.usd)


def test_a_plain_function_with_a_compute_decorator_stays_callable() -> None:
    made = execute(paragraph(5, "@lambda_compute"), lambda_compute=lambda_compute, pd=pd)["quick_validation"]
    assert made(None, pd.DataFrame()) is None
    described: Any = compute_of(made)
    assert described.kind == "lambda"
    assert price(described, 900).usd == pytest.approx(900 * 3008 / 1024 * 0.0000166667 + 0.0000002)
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
