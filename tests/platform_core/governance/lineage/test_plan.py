"""What each sort of node and expression does to columns, said edge by edge."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import polars as pl
import polars.selectors as cs
import pytest

from platform_core.errors import UsageError
from platform_core.governance import lineage

PERMITS = pl.LazyFrame(
    {"id": [1, 2], "town": ["x", "y"], "fee": [1.0, 2.0], "open": [True, False], "tags": [[1], [2]]}
).with_columns(place=pl.struct(pl.lit(1).alias("x"), pl.lit(2).alias("y")))
PERMITS = PERMITS.collect().lazy()
TOWNS = pl.LazyFrame({"town": ["x", "y"], "fee": [5.0, 6.0], "county": ["p", "q"]})


def told(function: Callable[..., Any], **inputs: Any) -> dict[str, str]:
    """Give each column of a result with its dependencies, and those of its rows under `(rows)`, in a short form."""
    found = lineage.of(function, inputs or {"permits": PERMITS})
    short = {name: " ".join(f"{item.column}:{item.way}" for item in items) for name, items in found.columns.items()}
    return {**short, "(rows)": " ".join(f"{item.column}:{item.way}" for item in found.rows)}


CASES: list[tuple[str, Callable[[pl.LazyFrame], pl.LazyFrame], dict[str, str]]] = [
    ("rename", lambda permits: permits.select("fee").rename({"fee": "cost"}), {"cost": "fee:identity"}),
    (
        "alias of two",
        lambda permits: permits.select(x=pl.col("fee") * pl.col("id")),
        {"x": "fee:transformation id:transformation"},
    ),
    ("selectors", lambda permits: permits.select(cs.float() + 1), {"fee": "fee:transformation"}),
    (
        "exclude",
        lambda permits: permits.select(pl.all().exclude("tags", "place", "open", "town")),
        {"id": "id:identity", "fee": "fee:identity"},
    ),
    ("nth", lambda permits: permits.select(pl.nth(2)), {"fee": "fee:identity"}),
    ("filter", lambda permits: permits.filter("open").select("fee"), {"fee": "fee:identity", "(rows)": "open:filter"}),
    (
        "aggregate",
        lambda permits: permits.group_by("town").agg(pl.col("fee").sum(), pl.len()),
        {"town": "town:identity", "fee": "fee:aggregation", "len": "", "(rows)": "town:group_by"},
    ),
    (
        "when",
        lambda permits: permits.select(x=pl.when("open").then("fee").otherwise(0)),
        {"x": "fee:transformation open:conditional"},
    ),
    (
        "over",
        lambda permits: permits.select(x=pl.col("fee").sum().over("town", order_by="id")),
        {"x": "fee:aggregation id:window town:window"},
    ),
    ("sort", lambda permits: permits.sort("id").select("fee"), {"fee": "fee:identity", "(rows)": "id:sort"}),
    ("unique", lambda permits: permits.unique("town").select("fee"), {"fee": "fee:identity", "(rows)": "town:filter"}),
    (
        "explode",
        lambda permits: permits.select("id", "tags").explode("tags"),
        {"id": "id:identity", "tags": "tags:identity", "(rows)": "tags:filter"},
    ),
    (
        "unnest",
        lambda permits: permits.select("id", "place").unnest("place"),
        {"id": "id:identity", "x": "place:transformation", "y": "place:transformation"},
    ),
    (
        "unpivot",
        lambda permits: permits.unpivot("fee", index="id"),
        {"id": "id:identity", "variable": "", "value": "fee:identity"},
    ),
    (
        "row index",
        lambda permits: permits.filter("open").with_row_index().select("index"),
        {"index": "", "(rows)": "open:filter"},
    ),
    (
        "concat",
        lambda permits: pl.concat([permits.select("id"), permits.select(id=pl.col("id") + 1)]),
        {"id": "id:identity id:transformation"},
    ),
    (
        "struct field",
        lambda permits: permits.select(x=pl.struct("id", "fee").struct.field("fee")),
        {"x": "fee:transformation id:transformation"},
    ),
    (
        "a native function that is not shown",
        lambda permits: permits.select("id", x=pl.col("tags").list.eval(pl.element() + 1)),
        {"id": "id:identity", "x": "tags:opaque"},
    ),
    (
        "a broadcast beside a filter",
        lambda permits: permits.select(pl.col("fee").filter("open"), x=pl.col("id").sum()),
        {"x": "id:aggregation", "fee": "fee:identity open:filter", "(rows)": "fee:filter open:filter"},
    ),
]


@pytest.mark.parametrize(("function", "expected"), [pytest.param(*case[1:], id=case[0]) for case in CASES])
def test_nodes(function: Callable[..., Any], expected: dict[str, str]) -> None:
    # What shapes the rows is not said again where a case is not about it
    assert {**told(function), "(rows)": told(function)["(rows)"] if "(rows)" in expected else ""} == {
        "(rows)": "",
        **expected,
    }


@pytest.mark.parametrize(
    ("how", "options", "expected"),
    [
        (
            "inner",
            {},
            {"town": "permits.town", "fee": "permits.fee", "fee_right": "towns.fee", "county": "towns.county"},
        ),
        (
            "left",
            {"suffix": "_t"},
            {"town": "permits.town", "fee": "permits.fee", "fee_t": "towns.fee", "county": "towns.county"},
        ),
        ("left", {"coalesce": False}, {"town": "permits.town", "town_right": "towns.town", "fee_right": "towns.fee"}),
        ("full", {"coalesce": True}, {"town": "permits.town towns.town", "fee": "permits.fee"}),
        ("right", {}, {"town": "towns.town", "fee": "permits.fee", "fee_right": "towns.fee"}),
        ("semi", {}, {"town": "permits.town", "fee": "permits.fee"}),
        ("anti", {}, {"town": "permits.town", "fee": "permits.fee"}),
    ],
)
def test_joins(how: Any, options: dict[str, Any], expected: dict[str, str]) -> None:
    found = lineage.of(
        lambda permits, towns: permits.select("town", "fee").join(towns, on="town", how=how, **options),
        {"permits": PERMITS, "towns": TOWNS},
    )
    columns = {name: " ".join(f"{item.asset}.{item.column}" for item in found.columns[name]) for name in expected}
    assert columns == expected
    assert {(item.asset, item.column) for item in found.rows} == {("permits", "town"), ("towns", "town")}


def test_what_was_collected_counts() -> None:
    def function(permits: pl.LazyFrame, towns: pl.LazyFrame) -> pl.LazyFrame:
        highest = towns.filter(pl.col("county") == "p").select(pl.col("fee").max()).collect().item()
        return permits.select("id").filter(pl.col("id") < highest)

    found = lineage.of(function, {"permits": PERMITS, "towns": TOWNS})
    assert {(item.asset, item.column) for item in found.columns["id"]} == {
        ("permits", "id"),
        ("towns", "fee"),
        ("towns", "county"),
    }
    assert "collected" in found.unknown[0].reason


def test_a_python_function_that_holds_nothing_is_made_of_what_it_is_given() -> None:
    def function(permits: pl.LazyFrame) -> pl.LazyFrame:
        return permits.with_columns(x=pl.col("fee").map_batches(lambda series: series.sort(), return_dtype=pl.Float64))

    found = lineage.of(function, {"permits": PERMITS})
    assert [(item.column, item.way) for item in found.columns["x"]] == [("fee", "opaque")]
    assert [item.column for item in found.columns["id"]] == ["id"]
    assert found.unknown[0].reason == "a Python function"


def test_a_python_function_that_holds_a_frame_counts_as_all_of_it() -> None:
    def function(permits: pl.LazyFrame, towns: pl.LazyFrame) -> pl.LazyFrame:
        return permits.select(
            pl.col("id").map_elements(lambda _: towns.select(pl.len()).collect().item(), return_dtype=pl.Int64)
        )

    found = lineage.of(function, {"permits": PERMITS, "towns": TOWNS})
    assert {("towns", "county"), ("permits", "id")} <= {(item.asset, item.column) for item in found.columns["id"]}


def test_a_constant_table_is_no_input_but_a_frame_from_elsewhere_may_be() -> None:
    names = pl.LazyFrame({"town": ["x"], "name": ["Aston"]})
    joined = PERMITS.join(names, on="town").select("name")
    assert lineage.of(
        lambda permits: permits.join(pl.LazyFrame({"town": ["x"], "name": ["Aston"]}), on="town").select("name"),
        {"permits": PERMITS},
    ).columns == {"name": ()}
    found = lineage.of(joined, {"permits": PERMITS})  # the plan alone does not say where `names` is from
    assert len(found.columns["name"]) == len(PERMITS.collect_schema())
    assert found.unknown


def test_an_input_that_is_a_plan_over_its_files(tmp_path: Any) -> None:
    for year in (2023, 2024):
        pl.DataFrame({"raw_fee": [1.0], "town": ["x"]}).write_parquet(tmp_path / f"{year}.parquet")
    parts = [pl.scan_parquet(tmp_path / f"{year}.parquet").rename({"raw_fee": "fee"}) for year in (2023, 2024)]
    found = lineage.of(pl.concat(parts).select(x=pl.col("fee") + 1), {"permits": pl.concat(parts)})
    assert [(item.asset, item.column, item.way) for item in found.columns["x"]] == [
        ("permits", "fee", "transformation")
    ]


def test_a_file_that_is_no_input_is_a_source(tmp_path: Any) -> None:
    pl.DataFrame({"fee": [1.0]}).write_csv(tmp_path / "fees.csv")
    found = lineage.of(lambda: pl.scan_csv(tmp_path / "fees.csv"), {})
    assert [(item.asset, item.column) for item in found.columns["fee"]] == [("file:fees.csv", "fee")]


def test_a_sum_of_a_thousand_columns_and_a_plan_of_a_thousand_nodes() -> None:
    wide = pl.LazyFrame({f"c{number}": [1] for number in range(1200)})
    total = pl.lit(0)
    for number in range(1200):
        total += pl.col(f"c{number}")
    found = lineage.of(wide.select(total.alias("total")), {"wide": wide})
    assert len(found.columns["total"]) == 1200
    frame = PERMITS
    for number in range(600):
        frame = frame.with_columns((pl.col("fee") + number).alias("fee")).filter(pl.col("id") > -number)
    assert lineage.of(frame, {"permits": PERMITS}).of_column("fee")


def test_other_values_are_refused() -> None:
    with pytest.raises(UsageError, match="no column lineage of a int"):
        lineage.of(3, {})  # type: ignore[call-overload]  # what is tried
