"""Block 3: a check is one value with three uses, on real files and in a real run."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import dagster as dg
import pandas as pd
import pandera.polars as pa
import polars as pl
import pytest  # noqa: TC002 - as everywhere in tests

from platform_core import asset_checks
from tests.requested_api.blocks import block, execute


class PermitSchema(pa.DataFrameModel):
    """What a permit holds."""

    permit_id: int = pa.Field(gt=0)
    fee: float


def used(frame: pl.DataFrame) -> dict[str, Any]:
    """Run the block over a frame that stands in `lake/permits.parquet` too."""
    Path("lake").mkdir()
    frame.write_parquet("lake/permits.parquet")
    checks = {name: getattr(asset_checks, name) for name in asset_checks.__all__}
    names = {"frame": frame, "pd": pd, "PermitSchema": PermitSchema, "AssetCheckResult": dg.AssetCheckResult}
    return execute(block(3), **checks, **names)


def permits(**columns: list[Any]) -> pl.DataFrame:
    """Three permits of the last days, with some columns replaced."""
    today = datetime.now(UTC).date()
    plain: dict[str, list[Any]] = {
        "permit_id": [1, 2, 3],
        "authority": ["a", "b", "c"],
        "fee": [1.0, 2.0, 3.0],
        "decided_on": [today - timedelta(days=days) for days in (1, 2, 3)],
    }
    return pl.DataFrame(plain | columns)


def evaluated(frame: pl.DataFrame, *definitions: Any) -> dict[str, bool]:
    """Materialise the asset of the block with its checks and give what became of each check."""

    @dg.asset
    def clean_permits() -> pl.DataFrame:
        return frame

    found = dg.materialize([clean_permits, *definitions]).get_asset_check_evaluations()
    return {check.check_name: check.passed for check in found}


def test_all_three_uses_pass_on_good_data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    made = used(permits())
    assert made["outcome"].passed is True
    assert made["outcome"].failed_count == 0
    assert made["report"].passed
    assert evaluated(permits(), made["definition"], made["fee_is_sane"]) == {
        "no_nulls_permit_id_authority": True,
        "fee_is_sane": True,
    }


def test_all_three_uses_tell_bad_data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    bad = permits(authority=["a", None, "c"], fee=[1.0, -2.0, 3.0], permit_id=[1, 1, 3])
    made = used(bad)
    assert made["outcome"].passed is False
    assert made["outcome"].failed_count == 1
    assert isinstance(made["outcome"].sample, pl.DataFrame)
    assert [outcome.passed for outcome in made["report"].outcomes] == [False, False, True, True, True]
    assert evaluated(bad, made["definition"], made["fee_is_sane"]) == {
        "no_nulls_permit_id_authority": False,
        "fee_is_sane": False,
    }
