"""Checks of schemas."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pandera.pandas as pap
import pandera.polars as pa
import polars as pl
import pytest

from platform_core.asset_checks import (
    check_compare,
    check_drift,
    check_freshness,
    check_mean,
    check_range,
    check_referential,
    run_checks,
    validate_schema,
)
from platform_core.errors import UsageError, UserError
from platform_core.unions import common_schema


class Permit(pa.DataFrameModel):
    permit: int = pa.Field(gt=0, unique=True)
    status: str = pa.Field(isin=["open", "closed"], nullable=True)


class PandasPermit(pap.DataFrameModel):
    permit: int = pap.Field(gt=0, unique=True)
    status: str = pap.Field(isin=["open", "closed"], nullable=True)


GOOD = pl.DataFrame({"permit": [1, 2], "status": ["open", None]})
BAD = pl.DataFrame({"permit": [1, -2, -2], "status": ["open", "SECRET", None]})


@pytest.mark.parametrize("model", [Permit, Permit.to_schema(), PandasPermit, PandasPermit.to_schema()])
@pytest.mark.parametrize("kind", ["lazy", "polars", "pandas"])
class TestModels:
    def given(self, frame: pl.DataFrame, kind: str) -> Any:
        return {
            "lazy": frame.lazy(),
            "polars": frame,
            "pandas": frame.to_pandas().set_index(pd.Index([7] * frame.height)),
        }[kind]

    def test_good_data_passes(self, model: Any, kind: str) -> None:
        outcome = validate_schema(model).run(self.given(GOOD, kind))
        assert outcome.passed, outcome.description
        assert outcome.sample.is_empty()

    def test_the_data_of_every_kind_is_validated(self, model: Any, kind: str) -> None:
        """Pandera itself looks at a LazyFrame's schema alone."""
        outcome = validate_schema(model).run(self.given(BAD, kind))
        assert outcome.failed_count == 2
        assert outcome.sample["permit"].to_list() == [-2, -2]
        for reason in (
            "greater_than(0) of permit (2 rows)",
            "field_uniqueness of permit (2 rows)",
            "of status (1 row)",
        ):
            assert reason in outcome.description

    def test_no_value_is_shown(self, model: Any, kind: str) -> None:
        outcome = validate_schema(model).run(self.given(BAD, kind))
        assert "SECRET" not in f"{outcome!r} {outcome.metadata}"

    def test_a_missing_column_is_named_and_one_too_many_is_told(self, model: Any, kind: str) -> None:
        frame = GOOD.select("permit", extra=pl.lit(1))
        outcome = validate_schema(model).run(self.given(frame, kind))
        assert outcome.description == "The data breaks the schema: no column status."
        assert outcome.failed_count == 1
        assert outcome.metadata["unexpected_columns"] == ["extra"]


def test_validation_switched_off_elsewhere_is_on_here() -> None:
    from pandera.config import config_context

    with config_context(validation_enabled=False):
        assert not validate_schema(Permit).run(BAD).passed


def test_a_model_that_drops_bad_rows_does_not_hide_them() -> None:
    class Dropping(Permit):
        class Config:
            drop_invalid_rows = True

    assert validate_schema(Dropping).run(BAD).failed_count == 2
    assert Dropping.to_schema().drop_invalid_rows, "the model itself stays as it was"


def test_a_check_of_the_model_that_raises_fails_without_its_message() -> None:
    class Raising(Permit):
        @pa.check("status")
        def bang(cls, data: Any) -> bool:  # noqa: N805 - pandera's form
            raise ValueError("SECRET")

        @pa.dataframe_check
        def both(cls, data: Any) -> pl.LazyFrame:  # type: ignore[misc] # noqa: N805 - pandera's form
            frame: pl.LazyFrame = data.lazyframe
            return frame.select(pl.col("permit") > 1)

    outcome = validate_schema(Raising).run(GOOD)
    assert outcome.description == "The data breaks the schema: bang of status, both (1 row)."


def test_a_parser_of_the_model_that_raises_fails_too() -> None:
    class Parsing(PandasPermit):
        @pap.dataframe_parser
        def bang(cls, frame: Any) -> Any:  # type: ignore[misc] # noqa: N805 - pandera's form
            raise KeyError("SECRET")

    outcome = validate_schema(Parsing).run(GOOD)
    assert not outcome.passed
    assert "SECRET" not in outcome.description


def test_a_strict_model_refuses_other_columns_and_patterns_name_several() -> None:
    schema = pa.DataFrameSchema({"^x_.*$": pa.Column(pl.Int64, regex=True)}, strict=True)
    assert validate_schema(schema).run(pl.DataFrame({"x_1": [1], "x_2": [2]})).passed
    outcome = validate_schema(schema).run(pl.DataFrame({"x_1": [1], "y": [2]}))
    assert "unexpected column y" in outcome.description
    assert outcome.metadata["unexpected_columns"] == ["y"]


def test_a_pandas_schema_may_ask_for_its_index() -> None:
    schema = pap.DataFrameSchema({"a": pap.Column(int, pap.Check.gt(0))}, index=pap.Index(str))
    frame = pd.DataFrame({"a": [1, -1]}, index=["p", "q"])
    outcome = validate_schema(schema).run(frame)
    assert (outcome.failed_count, outcome.passed) == (1, False)


def test_a_sample_of_mixed_types_is_given_as_text() -> None:
    from platform_core.asset_checks.contracts import Pandera

    schema = pap.DataFrameSchema({"a": pap.Column(object, pap.Check(lambda s: s == 1))})
    frame = pd.DataFrame({"a": [1, "x", 2.5]}, dtype=object)
    verdict, sample = Pandera(schema, "pandas").validated(frame)
    assert verdict.failed_count == 2
    assert sample["a"].to_list() == ["x", "2.5"]


class TestMapping:
    frame = pl.DataFrame({"n": [1], "t": ["a"]}).with_columns(
        at=pl.lit("2025-01-01").str.to_datetime(time_unit="us", time_zone="UTC"), c=pl.lit("x").cast(pl.Categorical)
    )

    @pytest.mark.parametrize(
        "types",
        [
            {"n": "Int64", "t": "String", "at": "Datetime", "c": "Categorical"},
            {"n": pl.Int64, "t": pl.String(), "at": pl.Datetime, "c": pl.Categorical},
            {"n": "integer", "t": "text", "c": "text"},
            {"n": "number", "at": "Datetime(time_unit='us', time_zone='UTC')"},
            {"n": "int", "t": "str"},
        ],
    )
    def test_types_are_taken_in_every_form(self, types: dict[str, Any]) -> None:
        outcome = validate_schema(types).run(self.frame)
        assert outcome.passed, outcome.description

    def test_every_difference_is_told(self) -> None:
        outcome = validate_schema({"n": "float", "at": pl.Datetime("ms"), "gone": "Date", "away": "bool"}).run(
            self.frame
        )
        assert outcome.description == (
            "The frame has no column gone, away; Column n is Int64, not float; "
            "Column at is Datetime(time_unit='us', time_zone='UTC'), not Datetime(time_unit='ms', time_zone=None)."
        )
        assert outcome.metadata == {"unexpected_columns": ["t", "c"], "missing_columns": ["gone", "away"]}

    def test_an_unknown_type_is_refused(self) -> None:
        with pytest.raises(UsageError, match="Did you mean 'Int64'"):
            validate_schema({"n": "Int65"})
        with pytest.raises(UsageError, match="not known"):
            validate_schema({"n": int})


def test_what_is_no_schema_is_refused() -> None:
    with pytest.raises(UsageError, match="cannot be a str"):
        validate_schema("PermitSchema")
    with pytest.raises(UsageError, match="cannot be a type"):
        validate_schema(int)


def test_the_categories_of_an_enum_are_values_and_never_said() -> None:
    """A type is shown where a check fails, in metadata and in errors; what an Enum may hold is data."""
    who = pl.DataFrame({"who": ["Ada Khan"], "n": [1]}, schema={"who": pl.Enum(["Ada Khan"]), "n": pl.Int64})
    nested = who.select(who=pl.concat_list("who"), n="n")
    checks = [
        validate_schema({"who": "integer"}),
        validate_schema(pa.DataFrameSchema({"who": pa.Column(pl.String)})),
        check_range("who", min=1),
        check_compare("who", "<", "n"),
        check_referential("who", who, "n"),
        check_freshness("who", "1d"),
        check_mean("who", min=1),
        check_drift("who", who, to_column="n"),
    ]
    for frame in (who, nested):
        for outcome in run_checks(frame, checks).outcomes:
            assert not outcome.passed
            assert "Ada" not in f"{outcome.description} {dict(outcome.metadata)}"
    with pytest.raises(UserError) as caught:
        common_schema([("a", who.schema), ("b", who.with_columns(who=pl.lit(1)).schema)], "rents")
    assert "who' is Enum in 'a' but Int32 in 'b'" in str(caught.value)
