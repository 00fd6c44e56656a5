"""Checks as Dagster runs them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import dagster as dg
import duckdb
import numpy as np
import pandas as pd
import pandera.pandas as pap
import polars as pl
import pytest
from dagster._check import CheckError

from platform_core.asset_checks import (
    asset_check,
    check_no_nulls,
    check_referential,
    check_row_count,
    check_unique_values,
    run_assertions,
    run_checks,
    validate_schema,
)
from platform_core.errors import UserError
from platform_core.io_managers import PolarsParquetIOManager
from platform_core.resources import FilesResource

FRAME = pl.DataFrame({"permit_id": [1, 1, 77_123], "fee": [1.0, -1.0, None]})


class Limits(dg.Config):
    least: int = 3


@dg.asset
def clean_permits() -> pl.DataFrame:
    return FRAME


@dg.asset
def organisations() -> pl.DataFrame:
    return pl.DataFrame({"permit_id": [1]})


def evaluated(*checks: dg.AssetChecksDefinition, **resources: Any) -> Sequence[dg.AssetCheckEvaluation]:
    result = dg.materialize([clean_permits, organisations, *checks], resources=resources, raise_on_error=False)
    return result.get_asset_check_evaluations()


class TestOn:
    def test_a_failure_that_does_not_block_is_a_warning(self) -> None:
        (found,) = evaluated(check_unique_values("permit_id").on("clean_permits", blocking=False))
        assert not found.passed
        assert found.severity == dg.AssetCheckSeverity.WARN
        assert found.check_name == "unique_values_permit_id"
        assert found.description == "2 rows share permit_id with another, in 1 group."
        assert found.metadata["failed_count"].value == 2

    def test_a_failure_that_blocks_stops_what_is_downstream(self) -> None:
        ran = []

        @dg.asset
        def downstream(clean_permits: pl.DataFrame) -> None:
            ran.append(clean_permits.height)

        definition = check_row_count(min=10).on(clean_permits)
        result = dg.materialize([clean_permits, downstream, definition], raise_on_error=False)
        assert not result.success
        assert ran == []
        assert result.get_asset_check_evaluations()[0].severity == dg.AssetCheckSeverity.ERROR

    def test_no_value_reaches_dagster(self) -> None:
        (found,) = evaluated(check_no_nulls("fee").on("clean_permits"))
        assert not found.passed
        assert "77123" not in str(found)

    def test_another_asset_is_made_first(self) -> None:
        check = check_referential("permit_id", "organisations")
        (definition,) = check.on("clean_permits").check_specs
        assert [dep.asset_key for dep in definition.additional_deps] == [dg.AssetKey("organisations")]

    def test_a_partitioned_assets_check_runs_by_partition(self) -> None:
        days = dg.StaticPartitionsDefinition(["a", "b"])

        @dg.asset(partitions_def=days)
        def daily(context):  # Dagster does not resolve text here
            return pl.DataFrame({"n": [1] if context.partition_key == "a" else []})

        definition = check_row_count().on(daily)
        with dg.DagsterInstance.ephemeral() as instance:
            for key, passed in (("a", True), ("b", False)):
                result = dg.materialize([daily, definition], partition_key=key, instance=instance, raise_on_error=False)
                assert [found.passed for found in result.get_asset_check_evaluations()] == [passed]


class TestAssetCheck:
    def test_numpys_booleans_and_numbers_are_taken(self) -> None:
        @asset_check(asset="clean_permits")
        def fee_is_sane(context, clean_permits: pd.DataFrame):  # as the request writes it
            bad = clean_permits["fee"] < 0
            return dg.AssetCheckResult(
                passed=bad.sum() == 0, description=f"{bad.sum()} negative fees", metadata={"negative": bad.sum()}
            )

        (found,) = evaluated(fee_is_sane)
        assert found.passed is False
        assert found.description == "1 negative fees"
        assert found.metadata["negative"].value == 1

    @pytest.mark.parametrize(
        "annotation",
        [pl.LazyFrame, pl.DataFrame, pd.DataFrame, duckdb.DuckDBPyRelation],
        ids=lambda kind: kind.__name__,
    )
    def test_frames_come_in_the_annotated_kind(self, annotation: type) -> None:
        def kind(clean_permits: Any) -> bool:
            return isinstance(clean_permits, annotation)

        kind.__annotations__["clean_permits"] = annotation
        assert evaluated(asset_check(asset="clean_permits")(kind))[0].passed

    def test_what_is_missing_is_filled_in(self) -> None:
        """No context, no annotation, a bare boolean; another asset by its name; a resource; a configuration."""

        @asset_check(asset=clean_permits, name="together", description="All at once.")
        def check(organisations, files: FilesResource, clean_permits, config: Limits):  # on purpose
            assert isinstance(organisations, pl.LazyFrame)
            assert files.root == "."
            return clean_permits.collect().height >= config.least and organisations.collect().height == 1

        (found,) = evaluated(check, files=FilesResource(root="."))
        assert (found.check_name, found.passed) == ("together", True)

    def test_the_parameter_need_not_be_named_after_the_asset(self) -> None:
        @asset_check(asset="clean_permits")
        def check(frame: pl.DataFrame) -> Any:
            return np.bool_(frame.height == 3)

        assert evaluated(check)[0].passed

    def test_a_parameter_may_be_mapped(self) -> None:
        @asset_check(asset="clean_permits", inputs={"permits": "clean_permits", "known": "organisations"})
        def check(known: pl.DataFrame, permits: pl.DataFrame) -> bool:
            return permits.height == 3 and known.height == 1

        assert evaluated(check)[0].passed

    def test_a_check_without_frames_is_run(self) -> None:
        @asset_check(asset="clean_permits")
        def check(context: dg.AssetCheckExecutionContext) -> bool:
            return context.check_specs[0].name == "check"

        assert evaluated(check)[0].passed

    @pytest.mark.parametrize(
        ("give", "passed"),
        [
            (lambda frame: check_no_nulls("fee").run(frame), False),
            (lambda frame: run_checks(frame, [check_no_nulls("permit_id"), check_row_count()]), True),
            (lambda frame: run_assertions(lambda _: None, frame), True),
        ],
    )
    def test_outcomes_and_reports_are_results(self, give: Callable[[Any], Any], passed: bool) -> None:
        @asset_check(asset="clean_permits")
        def check(clean_permits: pl.LazyFrame) -> Any:
            return give(clean_permits)

        assert evaluated(check)[0].passed == passed

    def test_the_severity_may_be_set(self) -> None:
        @asset_check(asset="clean_permits", severity="warn")
        def check(clean_permits: pl.LazyFrame) -> bool:
            return False

        assert evaluated(check)[0].severity == dg.AssetCheckSeverity.WARN
        with pytest.raises(UserError, match="cannot be 'mild'"):
            asset_check(asset="clean_permits", severity="mild")  # type: ignore[arg-type] # a wrong call

    def test_dagsters_other_options_are_passed_on(self) -> None:
        @asset_check(asset="clean_permits", metadata={"a": 1}, op_tags={"b": "c"}, additional_deps=["other"])
        def check(clean_permits: pl.LazyFrame, organisations: pl.LazyFrame) -> bool:
            return True

        (spec,) = check.check_specs
        assert spec.metadata == {"a": 1}
        assert {dep.asset_key.to_user_string() for dep in spec.additional_deps} == {"other", "organisations"}
        assert check.op.tags["b"] == "c"

    def test_its_own_asset_cannot_come_by_partition(self) -> None:
        def check(clean_permits: dict[str, pl.DataFrame]) -> bool:
            return bool(clean_permits)

        with pytest.raises(UserError, match="takes its asset by partition"):
            asset_check(asset="clean_permits")(check)

    def test_pandas_comes_from_the_lake_as_it_was_stored(self, tmp_path: Path) -> None:
        """Index and all: read as lazy Polars and converted, the index would be a column."""
        stored = pd.DataFrame({"fee": [1.0]}, index=pd.Index(["p"], name="permit"))

        @dg.asset
        def indexed() -> pd.DataFrame:
            return stored

        @asset_check(asset="indexed")
        def check(indexed: pd.DataFrame) -> bool:
            return indexed.equals(stored) and indexed.index.name == "permit"

        manager = PolarsParquetIOManager(root=str(tmp_path))
        schema = pap.DataFrameSchema({"fee": pap.Column(float)}, index=pap.Index(str, name="permit"), strict=True)
        contract = validate_schema(schema).on("indexed")
        result = dg.materialize([indexed, check, contract], resources={"io_manager": manager})
        assert [found.passed for found in result.get_asset_check_evaluations()] == [True, True]

    def test_anything_else_fails_the_step_with_a_reason(self) -> None:
        @asset_check(asset="clean_permits")
        def check(clean_permits: pl.LazyFrame) -> None:
            return None

        with pytest.raises(UserError, match="The check 'check' gave a NoneType"):
            dg.materialize([clean_permits, check])

    def test_the_documentation_becomes_the_description(self) -> None:
        @asset_check(asset="clean_permits", blocking=True)
        def check(clean_permits: pl.LazyFrame) -> bool:
            """Fees are there."""
            return True

        (spec,) = check.check_specs
        assert (spec.description, spec.blocking) == ("Fees are there.", True)


def test_dagsters_result_refuses_what_it_refused() -> None:
    asset_check(asset="clean_permits")
    assert dg.AssetCheckResult(passed=np.bool_(True)).passed is True  # type: ignore[arg-type] # numpy's own
    for wrong in (1, "yes", None, np.array([True])):
        with pytest.raises(CheckError, match="bool"):
            dg.AssetCheckResult(passed=wrong)  # type: ignore[arg-type] # a wrong call
