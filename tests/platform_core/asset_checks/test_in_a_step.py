"""Checks of a stored asset: the file is asked first, and failing rows are shown where the data may be."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import dagster as dg
import polars as pl
import pytest

from platform_core.asset_checks import check_range
from platform_core.asset_checks import facts as told
from platform_core.io_managers import PolarsParquetIOManager
from platform_core.metadata.declared import mask_with
from platform_core.sdk import silver_asset


@pytest.mark.parametrize(("classification", "shown"), [("OFFICIAL", True), (None, False)])
def test_the_file_is_asked_and_rows_are_shown_where_they_may_be(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, classification: Any, shown: bool
) -> None:
    asked: list[Any] = []
    stock = told.facts_of

    def facts_of(paths: Any, schema: Any) -> Any:
        asked.extend(paths)
        return stock(paths, schema)

    monkeypatch.setattr("platform_core.asset_checks.running.facts_of", facts_of)
    options: dict[str, Any] = {} if classification is None else {"classification": classification}

    @silver_asset(name="rents", severity="warn", data_quality_checks=[check_range("rent", max=1000)], **options)
    def rents(context: dg.AssetExecutionContext) -> pl.LazyFrame:
        return pl.LazyFrame({"rent": [900, 77_123]})

    monkeypatch.setenv("WORKBENCH_LAKE", str(tmp_path))
    result = dg.materialize([rents], resources={"io_manager": PolarsParquetIOManager()})
    (found,) = result.get_asset_check_evaluations()
    assert not found.passed
    assert [path.name for path in asked] == ["rents.parquet"]
    assert ("77123" in str(found.metadata.get("sample"))) is shown


@pytest.mark.parametrize("how", ["declared", "detected", "detector fails"])
def test_personal_values_never_stand_in_a_sample(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, how: str) -> None:
    def detector(head: pl.DataFrame) -> list[str]:
        if how == "detector fails":
            raise ValueError("of no use")
        return ["name"] if how == "detected" else []

    taken_back = mask_with(detector)
    options: dict[str, Any] = {"personal": ["name"]} if how == "declared" else {}

    @silver_asset(
        name="rents",
        classification="OFFICIAL",
        severity="warn",
        data_quality_checks=[check_range("rent", max=1000)],
        **options,
    )
    def rents(context: dg.AssetExecutionContext) -> pl.LazyFrame:
        return pl.LazyFrame({"name": ["Ada", "Grace"], "rent": [900, 77_123]})

    monkeypatch.setenv("WORKBENCH_LAKE", str(tmp_path))
    try:
        result = dg.materialize([rents], resources={"io_manager": PolarsParquetIOManager()})
    finally:
        taken_back()
    (found,) = result.get_asset_check_evaluations()
    shown = str(found.metadata["sample"])
    assert "Grace" not in shown
    assert ("77123" in shown) is (how != "detector fails")
