"""Small steps as analysts write them, with the frames that they read: what generated tests are measured on."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from typing import Any

import pandas as pd
import polars as pl

_STATES = ["open", "Shut ", "no", None, "OPEN", "withdrawn"]
PERMITS = pl.DataFrame(
    {
        "permit": [f"P/{n:04d}/{'HC'[n % 2]}" for n in range(180)],
        "authority": [f"Council {n * 7 % 9}" for n in range(180)],
        "state": [_STATES[n * 5 % 6] for n in range(180)],
        "fee": [None if n % 17 == 3 else float(n * 37 % 400) + 0.25 * (n % 4) for n in range(180)],
        "units": [n * 11 % 23 for n in range(180)],
        "decided": [None if n % 13 == 5 else dt.date(2024, 1, 3) + dt.timedelta(days=n * 5 % 700) for n in range(180)],
        "major": [n % 5 == 0 for n in range(180)],
    }
)
PLACES = pl.DataFrame(
    {
        "authority": [f"Council {n}" for n in range(7)],
        "region": ["North", "South", "North", None, "Wales", "South", "North"],
        "people": [310_000, 52_000, 48_500, 120_000, 99_000, 75_500, 640_000],
    }
)


@dataclass(frozen=True, slots=True)
class SmallStep:
    """A step: what it is called, its cells, the frames that it takes in which kind, and what else it needs."""

    name: str
    program: tuple[str, ...]
    kind: str = "lazy"
    places: bool = False
    ordered: bool = False
    preset: dict[str, Any] = field(default_factory=dict)

    def frames(self) -> dict[str, Any]:
        """Give the step's inputs as they were captured."""
        found: dict[str, Any] = {"permits": PERMITS, **({"places": PLACES} if self.places else {})}
        return {name: as_pandas(frame) for name, frame in found.items()} if self.kind == "pandas" else found


def as_pandas(frame: pl.DataFrame) -> pd.DataFrame:
    """Give a frame as an analyst reads it with pandas."""
    made = frame.to_pandas()
    if "decided" in made:
        made["decided"] = pd.to_datetime(made["decided"])
    return made


def _polars(name: str, code: str, **more: Any) -> SmallStep:
    return SmallStep(name, ("import polars as pl", code), **more)


def _pandas(name: str, code: str, **more: Any) -> SmallStep:
    return SmallStep(name, ("import pandas as pd\nimport numpy as np", code), kind="pandas", **more)


def _duckdb(name: str, query: str, **more: Any) -> SmallStep:
    return SmallStep(name, ("import duckdb", f'out = duckdb.sql("""{query}""")'), kind="duckdb", **more)


STEPS = (
    _polars("filter", 'out = permits.filter((pl.col("fee") >= 100) & (pl.col("state") == "open"))'),
    _polars("filter or", 'out = permits.filter((pl.col("units") > 15) | pl.col("fee").is_null() | ~pl.col("major"))'),
    _polars("join", 'out = permits.join(places.lazy(), on="authority", how="left")', places=True),
    _polars("anti join", 'out = permits.join(places, on="authority", how="anti").sort("permit")', places=True,
            ordered=True),
    _polars("group", '''\
out = (
    permits.drop_nulls("fee")
    .group_by("authority")
    .agg(total=pl.col("fee").sum(), biggest=pl.col("fee").max(), mean=pl.col("units").mean(), permits=pl.len())
    .sort("total", "authority", descending=[True, False])
)''', ordered=True),
    _polars("window", '''\
out = permits.sort("decided", "permit").with_columns(
    rank=pl.col("fee").rank("dense", descending=True).over("authority"),
    share=pl.col("units") / pl.col("units").sum().over("authority"),
    before=pl.col("units").shift(1).over("authority"),
)''', ordered=True),
    _polars("pivot", '''\
table = permits.filter(pl.col("state").is_not_null()).collect()
out = table.pivot(on="major", index="authority", values="units", aggregate_function="sum").sort("authority")''',
            ordered=True),
    _polars("dates", '''\
out = permits.filter(pl.col("decided") >= pl.date(2024, 6, 1)).with_columns(
    year=pl.col("decided").dt.year(),
    late=(pl.col("decided") - pl.date(2025, 1, 1)).dt.total_days() > 30,
    month=pl.col("decided").dt.truncate("1mo"),
)'''),
    _polars("strings", '''\
out = permits.with_columns(
    state=pl.col("state").str.strip_chars().str.to_lowercase().replace("no", None),
    number=pl.col("permit").str.extract(r"P/(\\d+)/", 1).cast(pl.Int64),
    house=pl.col("permit").str.ends_with("H"),
)'''),
    _polars("case", '''\
size = (
    pl.when(pl.col("fee") > 300).then(pl.lit("large"))
    .when(pl.col("fee") > 100).then(pl.lit("middling"))
    .when(pl.col("fee").is_null()).then(pl.lit("unknown"))
    .otherwise(pl.lit("small"))
)
out = permits.with_columns(size=size)'''),
    _polars("unique", 'out = permits.sort("units", "permit").unique(subset=["authority", "state"], keep="first", '
            'maintain_order=True)', ordered=True),
    _polars("fill", 'out = permits.with_columns(pl.col("fee").fill_null(0), pl.col("state").fill_null("not said"))'),
    _polars("top", 'out = permits.sort("units", "permit", descending=True).head(5)', ordered=True),
    _polars("helper", '''\
def banded(frame, column, edges=(5, 12)):
    low, high = edges
    band = pl.when(pl.col(column) < low).then(0).when(pl.col(column) < high).then(1).otherwise(2)
    return frame.with_columns(band=band)


out = banded(permits, "units").group_by("band").agg(pl.col("fee").median(), pl.col("permit").n_unique())'''),
    _polars("branches", '''\
rows = []
for row in permits.collect().iter_rows(named=True):
    if row["state"] is None:
        continue
    if row["units"] > 18 and row["major"]:
        kind = "big"
    elif row["units"] == 0:
        kind = "none"
    else:
        kind = "other"
    rows.append({"permit": row["permit"], "kind": kind})
print(len(rows), "rows")
out = pl.DataFrame(rows, schema={"permit": pl.String, "kind": pl.String})'''),
    _polars("while", '''\
limit, table = 2, permits.collect()
while table.filter(pl.col("units") < limit).height < 3 and limit < 30:
    limit += 2
out = table.filter(pl.col("units") < limit)'''),
    _polars("parameter", 'out = permits.filter(pl.col("units") >= least).select("permit", double=pl.col("units") * 2)',
            preset={"least": 7}),
    _pandas("mask", "out = permits[(permits['fee'] > 50) & (permits['state'] != 'no')].reset_index(drop=True)"),
    _pandas("query", "out = permits.query('units >= 5 and major')[['permit', 'units']]"),
    _pandas("merge", '''\
out = permits.merge(places, on="authority", how="left")
out["each"] = out["fee"].fillna(0) / out["people"] * 1000
out = out.sort_values(["permit", "authority"])''', places=True, ordered=True),
    _pandas("groupby", '''\
out = (
    permits.dropna(subset=["fee"]).groupby("authority", as_index=False)
    .agg(total=("fee", "sum"), least=("fee", "min"), permits=("permit", "count"))
    .sort_values("total", ascending=False)
)''', ordered=True),
    _pandas("pivot table", '''\
out = permits.pivot_table(index="authority", columns="major", values="units", aggfunc="sum", fill_value=0)'''),
    _pandas("index", '''\
out = permits.set_index("permit").loc[lambda f: f["units"] > 10, ["fee", "units"]].sort_index()''', ordered=True),
    _pandas("where", '''\
permits["size"] = np.where(permits["units"] >= 12, "large", "small")
permits["state"] = permits["state"].str.strip().str.lower()
out = permits.drop_duplicates(["authority", "state", "size"], keep="last")'''),
    _pandas("months", '''\
out = permits.assign(month=permits["decided"].dt.month, late=permits["decided"] > "2025-01-01")
out = out[out["month"].between(3, 9)]'''),
    _pandas("cumulative", '''\
out = permits.sort_values(["decided", "permit"])
out["so_far"] = out.groupby("authority")["units"].cumsum()
out = out.iloc[:20]''', ordered=True),
    _duckdb("sql group", """
SELECT authority, sum(fee) AS fee, count(*) AS permits, max(units) AS most
FROM permits WHERE state IS NOT NULL AND units >= 3 GROUP BY authority HAVING count(*) > 1"""),
    _duckdb("sql join", """
SELECT p.permit, coalesce(q.region, 'elsewhere') AS region
FROM permits p LEFT JOIN places q ON p.authority = q.authority
WHERE p.fee > 200 OR p.major ORDER BY p.permit""", places=True, ordered=True),
    _duckdb("sql case", """
SELECT DISTINCT authority, CASE WHEN units < 6 THEN 'few' WHEN units < 15 THEN 'some' ELSE 'many' END AS how_many
FROM permits WHERE state <> 'no'"""),
    _duckdb("sql window", """
SELECT permit, units, row_number() OVER (PARTITION BY authority ORDER BY units DESC, permit) AS place
FROM permits QUALIFY place <= 2"""),
)  # fmt: skip
