"""Block 3 of the requested API, as it is written there."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import dagster as dg
import pandas as pd
import pandera.polars as pa
import polars as pl
import pytest
from dagster import AssetCheckResult

from platform_core.asset_checks import (
    asset_check,
    check_freshness,
    check_no_nulls,
    check_row_count,
    check_unique_values,
    run_checks,
    validate_schema,
)


class PermitSchema(pa.DataFrameModel):
    permit_id: int = pa.Field(gt=0)
    fee: float


def test_a_check_has_three_uses(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    frame = pl.DataFrame(
        {
            "permit_id": [1, 2, 3],
            "authority": ["a", None, "c"],
            "fee": [1.0, -2.0, 3.0],
            "decided_on": [datetime.now(UTC).date() - timedelta(days=days) for days in (1, 2, 3)],
        }
    )
    monkeypatch.chdir(tmp_path)
    Path("lake").mkdir()
    frame.write_parquet("lake/permits.parquet")

    check = check_no_nulls("permit_id", "authority")
    outcome = check.run(frame)
    assert not outcome.passed
    assert outcome.failed_count == 1
    assert isinstance(outcome.sample, pl.DataFrame)
    report = run_checks(
        "lake/permits.parquet",
        [
            check,
            check_unique_values("permit_id"),
            check_row_count(min=1, max=10_000_000),
            validate_schema(PermitSchema),
            check_freshness("decided_on", max_age="400d"),
        ],
    )
    assert [outcome.passed for outcome in report.outcomes] == [False, True, True, True, True]
    definition = check.on("clean_permits", blocking=False)

    @asset_check(asset="clean_permits")
    def fee_is_sane(context, clean_permits: pd.DataFrame):  # as it is written there
        bad = clean_permits["fee"] < 0
        return AssetCheckResult(passed=bad.sum() == 0, description=f"{bad.sum()} negative fees")

    @dg.asset
    def clean_permits() -> pl.DataFrame:
        return frame

    found = dg.materialize([clean_permits, definition, fee_is_sane]).get_asset_check_evaluations()
    assert {one.check_name: one.passed for one in found} == {
        "no_nulls_permit_id_authority": False,
        "fee_is_sane": False,
    }
