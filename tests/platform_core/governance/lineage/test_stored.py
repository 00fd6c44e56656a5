"""Lineage of steps over what is stored: every kind of storage, read lazily as a step reads it, against experiments."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from platform_core.governance import lineage
from platform_core.lake import Lake
from platform_core.storage.delta_tables import DeltaTables
from platform_core.storage.duckdb_tables import DuckDBTables
from platform_core.storage.objects import ObjectLake
from tests.platform_core.buckets import bucket
from tests.platform_core.governance.lineage.perturbation import Edge, observed

RENTS = pl.DataFrame({"town": ["x", "y", "z", "x"], "rent": [900, 700, 650, 800], "let": [True, False, True, True]})
FRAMES = {
    "this_year": RENTS,
    "last_year": RENTS.with_columns(pl.col("rent") - 50),  # the same columns
    "towns": pl.DataFrame({"town": ["x", "y"], "county": ["p", "q"], "people": [3, 9]}),
}
STORAGES: dict[str, Callable[[Path], Any]] = {
    "lake": Lake,
    "duckdb": lambda folder: DuckDBTables(folder / "assets.duckdb"),
    "delta": lambda folder: DeltaTables(str(folder)),
    "objects": lambda _: ObjectLake(bucket()),
    "delta in S3": lambda _: DeltaTables.in_store(bucket()),
}


def rises(this_year: pl.LazyFrame, last_year: pl.LazyFrame, towns: pl.LazyFrame) -> pl.LazyFrame:
    before = last_year.group_by("town").agg(before=pl.col("rent").max())
    now = this_year.filter("let").join(before, on="town", how="left").join(towns, on="town", how="left")
    return now.sort("rent").select("town", "county", rise=pl.col("rent") - pl.col("before"))


def rises_of_many(this_year: pl.LazyFrame, last_year: pl.LazyFrame, towns: pl.LazyFrame) -> pl.LazyFrame:
    least = last_year.select(pl.col("rent").min()).collect().item()
    kept = this_year.filter(pl.col("rent") > least)
    return kept.join(towns.filter(pl.col("people") > 4), on="town", how="left").sort("rent").select("rent", "county")


@pytest.fixture(scope="module")
def shown() -> dict[Callable[..., Any], set[Edge]]:
    """Give what experiments show of each step."""
    found = {step: observed(step, FRAMES, {}, 1) for step in (rises, rises_of_many)}
    assert min(map(len, found.values())) >= 8, "the experiments show too little"
    return found


@pytest.mark.usefixtures("aws")
@pytest.mark.parametrize("kind", STORAGES)
@pytest.mark.parametrize("partitions", [(None,), ("2025", "2026")], ids=["whole", "partitions"])
def test_no_edge_of_a_stored_frame_is_missing(
    kind: str, partitions: tuple[str | None, ...], shown: dict[Callable[..., Any], set[Edge]], tmp_path: Path
) -> None:
    storage = STORAGES[kind](tmp_path)
    for name, frame in FRAMES.items():
        for partition in partitions:
            storage.write("silver", name, frame, partition)
    for step, seen in shown.items():
        given = {name: storage.read(name, "lazy", layer="silver") for name in FRAMES}
        found = lineage.of(step, given)
        known = {(column, item.asset, item.column) for column, item in found.edges()}
        assert seen <= known, sorted(seen - known)
        assert {asset for _, asset, _ in known} == set(FRAMES), "a scan that belongs to no input"
        assert found.unknown == () or step is rises_of_many
    assert len(known) < sum(len(frame.columns) for frame in FRAMES.values()) * len(found.columns), "every column"


@pytest.mark.usefixtures("aws")
@pytest.mark.parametrize("kind", STORAGES)
def test_a_step_over_an_asset_without_rows_is_followed_too(kind: str, tmp_path: Path) -> None:
    storage = STORAGES[kind](tmp_path)
    storage.write("silver", "towns", FRAMES["towns"].clear())
    towns = storage.read("towns", "lazy", layer="silver")
    found = lineage.of(lambda towns: towns.filter(pl.col("people") > 4).select("county"), {"towns": towns})
    assert found.columns == {"county": (lineage.Dependency("towns", "county", "identity"),)}
    assert found.rows == (lineage.Dependency("towns", "people", "filter"),)


def test_the_columns_that_hidden_functions_read_are_told_by_their_scans(tmp_path: Path) -> None:
    """Two scans that Polars does not show, and an expression that it does not show either."""
    lake = Lake(tmp_path)
    for name in ("this_year", "towns"):
        lake.write("silver", name, FRAMES[name])

    def counted(this_year: pl.LazyFrame, towns: pl.LazyFrame) -> pl.LazyFrame:
        counties = towns.with_columns(n=pl.concat_list("people", "people").list.eval(pl.element() + 1))
        return this_year.join(counties, on="town").select("rent", "n")

    found = lineage.of(counted, {name: lake.read(name, "lazy") for name in ("this_year", "towns")})
    assert {(item.asset, item.column) for item in found.columns["n"]} <= {
        ("towns", "people"), ("towns", "town"), ("this_year", "town"),
    }  # fmt: skip
    assert ("towns", "people") in {(item.asset, item.column) for item in found.columns["n"]}
