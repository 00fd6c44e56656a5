"""Jobs by layer and domain, their retries, and conditions by layer, evaluated by Dagster itself."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import dagster as dg
import polars as pl
import pytest
from dagster._core.definitions.dependency import NodeHandle

from platform_core.asset_checks import check_no_nulls
from platform_core.automation import asset_job, automation, domain_job, layer_job, retries
from platform_core.errors import UsageError, UserError
from platform_core.io_managers import PolarsParquetIOManager
from platform_core.sdk import bronze_asset, freshness, gold_asset, silver_asset

HELD = {"n": [1]}


@bronze_asset(automation_condition=automation("bronze", cron="0 6 * * *"), tags={"domain": "planning"})
def raw(context) -> pl.LazyFrame:
    return pl.LazyFrame(HELD)


@silver_asset(automation_condition=automation("silver"), data_quality_checks=[check_no_nulls("n")])
def clean(context, raw: pl.LazyFrame) -> pl.LazyFrame:
    return raw.filter(pl.col("n").is_null() | (pl.col("n") > 0))


@gold_asset(automation_condition=automation("gold"), tags={"domain": "planning"})
def total(context, clean: pl.LazyFrame) -> pl.LazyFrame:
    return clean.sum()


ASSETS = [raw, clean, total]


def names(job: dg.JobDefinition) -> set[str]:
    return {key.to_user_string() for key in job.asset_layer.selected_asset_keys}


def test_jobs_hold_the_assets_of_a_layer_or_a_domain() -> None:
    retry = retries(2, first_delay_seconds=5)
    definitions = dg.Definitions(
        ASSETS,
        jobs=[layer_job("silver", retry=retry), domain_job("planning"), asset_job("all_of_it", "*", description="All")],
    )
    assert names(definitions.resolve_job_def("silver_job")) == {"clean"}
    assert names(definitions.resolve_job_def("planning_job")) == {"raw", "total"}
    assert names(definitions.resolve_job_def("all_of_it")) == {"raw", "clean", "total"}
    with pytest.raises(UsageError, match="no layer 'slver'"):
        layer_job("slver")
    with pytest.raises(UsageError, match="needs a domain"):
        domain_job("")


# --- retries


def test_waits_grow_exponentially_with_jitter_and_stand_on_the_job_alone() -> None:
    policy = retries(4, first_delay_seconds=10)
    waits = [[policy.calculate_delay(attempt) for _ in range(200)] for attempt in (1, 2, 3)]
    for attempt, found in enumerate(waits):
        assert all(0 <= wait <= 2 * 10 * 2**attempt for wait in found)
        assert len({round(wait, 6) for wait in found}) > 100
    assert sum(waits[2]) > 1.5 * sum(waits[1]) > 2 * sum(waits[0])
    job = dg.Definitions(ASSETS, jobs=[layer_job("silver", retry=policy)]).resolve_job_def("silver_job")
    assert job.get_retry_policy_for_handle(NodeHandle("clean", None)) == policy
    assert all(getattr(node.definition, "retry_policy", policy) is None for node in job.nodes)
    with pytest.raises(UserError, match="takes no 'retry_policy'"):
        silver_asset(retry_policy=policy)  # type: ignore[call-overload]  # wrong on purpose
    for wrong in ({"most": 0}, {"most": True}, {"first_delay_seconds": 0}):
        with pytest.raises(UsageError):
            retries(**wrong)


def test_a_step_that_fails_for_a_while_is_tried_again_and_a_failed_check_is_not(tmp_path: Path) -> None:
    tried = {"shaky": 0, "wrong": 0}

    @bronze_asset
    def shaky(context) -> pl.LazyFrame:
        tried["shaky"] += 1
        if tried["shaky"] < 3:
            raise ConnectionError
        return pl.LazyFrame({"n": [1]})

    @bronze_asset(data_quality_checks=[check_no_nulls("n")])
    def wrong(context) -> pl.LazyFrame:
        tried["wrong"] += 1
        return pl.LazyFrame({"n": [None]})

    resources = {"io_manager": PolarsParquetIOManager(root=str(tmp_path))}
    job = layer_job("bronze", retry=retries(3, first_delay_seconds=0.001))
    definitions = dg.Definitions([shaky, wrong], jobs=[job], resources=resources)
    result = definitions.resolve_job_def("bronze_job").execute_in_process(raise_on_error=False)
    assert tried == {"shaky": 3, "wrong": 1}
    assert [event.step_key for event in result.get_step_failure_events()] == ["wrong"]


# --- conditions


def evaluated(
    instance: dg.DagsterInstance, at: str, cursor: object, assets: list[dg.AssetsDefinition] = ASSETS
) -> tuple[set[str], object]:
    """Evaluate all conditions as the daemon does, and give the assets that it would make."""
    result = dg.evaluate_automation_conditions(
        defs=dg.Definitions(assets),
        instance=instance,
        cursor=cursor,  # type: ignore[arg-type]  # the one of the last evaluation, or None
        evaluation_time=dt.datetime.fromisoformat(at).replace(tzinfo=dt.UTC),
    )
    return {
        key.to_user_string() for asset in assets for key in asset.keys if result.get_num_requested(key)
    }, result.cursor


def make(instance: dg.DagsterInstance, lake: Path, *assets: dg.AssetsDefinition) -> bool:
    resources = {"io_manager": PolarsParquetIOManager(root=str(lake))}
    return dg.materialize(
        ASSETS, instance=instance, resources=resources, selection=list(assets), raise_on_error=False
    ).success


def test_layers_follow_one_another_by_what_changed(tmp_path: Path) -> None:
    HELD["n"] = [1]
    with dg.DagsterInstance.ephemeral() as instance:
        wanted, cursor = evaluated(instance, "2026-01-05T05:00", None)
        assert wanted == set()
        # The schedule of bronze passes, and what is never made follows in the same tick
        wanted, cursor = evaluated(instance, "2026-01-05T06:01", cursor)
        assert "raw" in wanted
        assert make(instance, tmp_path, *ASSETS)
        wanted, cursor = evaluated(instance, "2026-01-05T06:02", cursor)
        assert wanted == set()
        # Harvested again with the same content: nothing follows
        assert make(instance, tmp_path, raw)
        wanted, cursor = evaluated(instance, "2026-01-05T06:03", cursor)
        assert wanted == set()
        # Other content: all that is downstream follows
        HELD["n"] = [1, 2]
        assert make(instance, tmp_path, raw)
        wanted, cursor = evaluated(instance, "2026-01-05T06:04", cursor)
        assert wanted == {"clean", "total"}


def test_gold_is_not_built_on_data_whose_checks_failed(tmp_path: Path) -> None:
    HELD["n"] = [1]
    with dg.DagsterInstance.ephemeral() as instance:
        assert make(instance, tmp_path, *ASSETS)
        _, cursor = evaluated(instance, "2026-01-05T07:00", None)
        HELD["n"] = [1, None]  # type: ignore[list-item]  # the point
        assert make(instance, tmp_path, raw)
        assert not make(instance, tmp_path, clean)
        wanted, cursor = evaluated(instance, "2026-01-05T07:01", cursor)
        assert "total" not in wanted
        HELD["n"] = [1, 3]
        assert make(instance, tmp_path, raw, clean)
        wanted, _ = evaluated(instance, "2026-01-05T07:02", cursor)
        assert wanted == {"total"}


def test_conditions_know_their_layers_and_schedules() -> None:
    assert automation("bronze").get_label() == "bronze"
    assert automation("gold", cron="0 7 * * 1").get_label() == "gold at 0 7 * * 1"
    for wrong in ({"layer": "platinum"}, {"layer": "silver", "cron": "0 6 * * *"}, {"layer": "gold", "cron": "x"}):
        with pytest.raises(UsageError):
            automation(**wrong)  # type: ignore[arg-type]  # wrong on purpose


def test_a_schedule_at_two_in_the_morning_passes_once_on_the_days_that_clocks_change() -> None:
    @bronze_asset(automation_condition=automation("bronze", cron="30 1 * * *", timezone="Europe/London"))
    def early(context) -> pl.LazyFrame:
        return pl.LazyFrame()

    with dg.DagsterInstance.ephemeral() as instance:
        for day in ("2025-03-30", "2025-10-26"):
            _, cursor = evaluated(instance, f"{day}T00:00", None, [early])
            passed = 0
            for minute in range(10, 240, 20):
                moment = dt.datetime.fromisoformat(f"{day}T00:00") + dt.timedelta(minutes=minute)
                wanted, cursor = evaluated(instance, moment.isoformat(), cursor, [early])
                passed += "early" in wanted
            assert passed == 1, day


def test_freshness_is_dagsters_present_policy() -> None:
    policy = freshness(maximum_lag_minutes=60, cron_schedule="0 * * * *")
    assert isinstance(policy, dg.FreshnessPolicy)
    fresh = gold_asset(freshness_policy=policy)(lambda_free)
    assert fresh.specs_by_key[fresh.key].freshness_policy == policy


def lambda_free(context) -> pl.LazyFrame:
    return pl.LazyFrame()
