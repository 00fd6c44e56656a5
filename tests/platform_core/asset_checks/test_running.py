"""Running checks together."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pandas as pd
import polars as pl
import pytest

from platform_core.asset_checks import (
    Check,
    check_expression,
    check_no_nulls,
    check_range,
    check_referential,
    check_row_count,
    check_unique_values,
    run_checks,
)
from platform_core.asset_checks.model import check_name
from platform_core.errors import UserError

FRAME = pl.DataFrame({"a": [1, 2, 2, None]})
CHECKS = [check_no_nulls("a"), check_unique_values("a"), check_row_count(max=3)]


def test_a_path_a_folder_and_a_pattern_are_read(tmp_path: Path) -> None:
    FRAME.write_parquet(tmp_path / "x.parquet")
    for path in (tmp_path / "x.parquet", str(tmp_path / "x.parquet"), tmp_path, f"{tmp_path}/*.parquet"):
        assert [outcome.failed_count for outcome in run_checks(path, CHECKS).outcomes] == [1, 2, 1]


def test_frames_of_every_kind_are_taken() -> None:
    pandas = pd.DataFrame({"a": [1.0, 2.0, 2.0, float("nan")]})
    arrow = FRAME.to_arrow()
    kinds = [FRAME, FRAME.lazy(), pandas, duckdb.sql("SELECT unnest([1, 2, 2, NULL]) AS a"), arrow, arrow.to_reader()]
    for frame in kinds:
        assert [outcome.failed_count for outcome in run_checks(frame, CHECKS).outcomes] == [1, 2, 1]


def test_python_objects_are_counted_and_never_compared() -> None:
    frame = pl.DataFrame({"o": pl.Series([{1}, None, {1}], dtype=pl.Object), "n": [1, 1, 2]})
    uncompared = [check_unique_values(), check_unique_values("n", "o"), check_referential("o", frame)]
    report = run_checks(frame, [*uncompared, check_no_nulls("o"), check_unique_values("n"), check_row_count(3)])
    assert [outcome.failed_count for outcome in report.outcomes] == [1, 1, 1, 1, 2, 0]
    assert all("o is Object" in outcome.description for outcome in report.outcomes[:3])


def test_a_report_tells_everything() -> None:
    report = run_checks(FRAME, [check_no_nulls("a"), check_range("a", 0)])
    assert not report.passed
    assert [outcome.name for outcome in report.failed] == ["no_nulls_a"]
    assert str(report) == "FAIL  no_nulls_a: 1 row holds a null: a (1).\npass  range_a: No row is out of bounds."
    assert report.frame().rows() == [
        ("no_nulls_a", False, 1, "1 row holds a null: a (1)."),
        ("range_a", True, 0, "No row is out of bounds."),
    ]
    assert run_checks(FRAME, []).passed


def test_a_sample_holds_ten_rows_at_most_and_no_repr_shows_it() -> None:
    outcome = check_range("a", max=0).run(pl.DataFrame({"a": range(77_770, 77_800)}))
    assert outcome.failed_count == 30
    assert outcome.sample["a"].to_list() == list(range(77_770, 77_780))
    assert "7777" not in repr(outcome)


def test_a_sample_is_of_the_first_failing_rows_however_it_is_read(tmp_path: Path) -> None:
    """Where many rows fail, the first rows of a file are read once for all checks; what looks at other rows is not."""
    rows = pl.int_range(200_000, eager=True)
    frame = pl.DataFrame({"n": rows, "late": rows >= 150_000, "some": rows % 20_000 == 0, "up": rows.cast(pl.Float64)})
    frame.write_parquet(tmp_path / "x.parquet")
    checks = {
        "many": check_range("n", max=4),
        "late": check_expression(~pl.col("late"), name="late"),
        "some": check_expression(~pl.col("some"), name="some"),
        "mean": check_expression(pl.col("up") < pl.col("up").mean(), name="mean"),
        "text": check_expression(pl.col("n").cast(pl.String).str.contains("^[0-4]"), name="text"),
        "twice": check_expression(pl.col("n").cum_count() < 199_990, name="twice"),
        "keys": check_unique_values("late"),
    }
    report = run_checks(tmp_path / "x.parquet", checks.values())
    found = {key: outcome.sample["n"].to_list() for key, outcome in zip(checks, report.outcomes, strict=True)}
    assert found == {
        "many": [*range(5, 15)],
        "late": [*range(150_000, 150_010)],
        "some": [*range(0, 200_000, 20_000)],
        "mean": [*range(100_000, 100_010)],
        "text": [5, 6, 7, 8, 9, *range(50, 55)],
        "twice": [*range(199_989, 199_999)],
        "keys": [*range(10)],
    }


def test_no_failing_row_is_read_where_no_sample_is_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("platform_core.asset_checks.running._sampled", None)
    report = run_checks(FRAME, CHECKS, sample_rows=0)
    assert [(outcome.failed_count, outcome.sample.shape) for outcome in report.outcomes] == [
        (1, (0, 1)),
        (2, (0, 1)),
        (1, (0, 1)),
    ]


def test_one_check_that_cannot_be_computed_spoils_no_other() -> None:
    broken = check_expression(pl.col("a").map_elements(lambda _: 1 // 0 > 0, return_dtype=pl.Boolean), name="broken")
    outcomes = run_checks(FRAME, [*CHECKS, broken]).outcomes
    assert [outcome.failed_count for outcome in outcomes] == [1, 2, 1, 1]
    assert outcomes[3].description.startswith("The check could not be computed (")
    assert "zero" not in outcomes[3].description


def test_a_lazy_source_is_read_as_few_times_as_may_be() -> None:
    """However many checks of rows there are, one pass; each check of keys adds one."""
    reads = []

    def counting(frame: pl.DataFrame) -> pl.DataFrame:
        reads.append(frame.height)
        return frame

    source = FRAME.lazy().map_batches(counting, schema=FRAME.schema)
    passing = [check_range("a", 0), check_range("a", -1, name="again"), check_row_count(max=9), check_no_nulls("a")]
    run_checks(source, passing[:3])
    assert len(reads) == 1
    reads.clear()
    run_checks(source, [*passing[:3], check_expression(pl.col("a") < 9, name="rule")])
    assert len(reads) == 1


@pytest.mark.parametrize("name", ["gone.parquet", "not.parquet", "gone/*.parquet"])
def test_what_is_no_parquet_is_an_error_without_its_folder(tmp_path: Path, name: str) -> None:
    (tmp_path / "not.parquet").write_text("a,b")
    with pytest.raises(UserError, match="cannot be read as Parquet") as caught:
        run_checks(tmp_path / name, CHECKS)
    assert str(tmp_path) not in str(caught.value)


def test_an_asset_that_is_named_as_a_file_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(UserError, match=r'folder of them, or load_asset\("fees"\) for an asset\.$'):
        run_checks("fees", CHECKS)


def test_one_check_is_taken_and_what_is_none_is_told() -> None:
    assert str(run_checks(FRAME, CHECKS[0])) == str(run_checks(FRAME, CHECKS[:1]))
    with pytest.raises(UserError, match=r"none but of type str\.\nhint: Give the check itself"):
        run_checks(FRAME, ["no_nulls"])  # type: ignore[list-item]  # that is the mistake


def test_a_column_that_is_not_there_is_told_with_the_one_that_was_probably_meant() -> None:
    frame = pl.DataFrame({"permit_id": [1], "fee": [2]})
    said = [check_no_nulls(*names).run(frame).description for names in (["permitid"], ["permitid", "fe"])]
    assert said == [
        "The frame has no column permitid. Did you mean 'permit_id'?", "The frame has no column permitid, fe.",
    ]  # fmt: skip


def test_what_is_no_frame_is_an_error() -> None:
    with pytest.raises(UserError, match="no frame but a int"):
        run_checks(3, CHECKS)


def test_a_check_is_an_immutable_value() -> None:
    check = check_no_nulls("a")
    assert check == check_no_nulls("a")
    assert len({check, check_no_nulls("a"), check_no_nulls("b")}) == 2
    with pytest.raises(AttributeError):
        check.name = "b"  # type: ignore[misc] # what is tested
    assert isinstance(check, Check)


def test_names_are_what_dagster_takes() -> None:
    long = check_name("no_nulls", [f"column {n}" for n in range(99)])
    assert len(long) == 60
    assert long != check_name("no_nulls", [f"column {n}" for n in range(98)])
    assert long.replace("_", "a").isalnum()


def test_long_lists_of_columns_are_cut() -> None:
    frame = pl.DataFrame({f"c{n}": [None] for n in range(12)}, schema={f"c{n}": pl.Int8 for n in range(12)})
    assert "c7 (1) and 4 more" in check_no_nulls().run(frame).description
