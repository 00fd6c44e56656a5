"""Advice: told with better code in the hint, never an error, and silent where the code may be meant."""

from __future__ import annotations

import pytest

from promote.model import Finding
from tests.promote.graph import planned

IMPORTS = """import duckdb, numpy as np, pandas as pd, polars as pl

from platform_core.sdk import load_asset, resource
raw = load_asset("raw", as_="pandas")
lazy = load_asset("other")"""


def told(source: str, layer: str = "silver") -> list[Finding]:
    cells = [("", IMPORTS), (f"{layer}:out", f"{source}\nout = pd.DataFrame()")]
    return [f for f in planned(cells).findings if f.code.startswith("PR8")]


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("for i, row in raw.iterrows():\n    print(row)", ["PR801 1:15"]),
        ("for row in raw.itertuples():\n    print(row)", ["PR801 1:12"]),
        ("x = raw.apply(lambda r: r['a'], axis=1)", ["PR801 1:5"]),
        ("x = pl.col('a').map_elements(len)", ["PR801 1:5"]),
        ("for i in range(len(raw)):\n    print(raw.iloc[i])", ["PR801 1:10"]),
        ("for i in range(raw.shape[0]):\n    print(raw.loc[i, 'a'])", ["PR801 1:10"]),
        ("x = []\nfor r in raw.to_dict('records'):\n    x.append({'a': r['a']})", ["PR801 2:10"]),
        ("x = pd.DataFrame()\nfor n in range(3):\n    x = pd.concat([x, raw])", ["PR802 3:9"]),
        ("x = pl.DataFrame()\nfor n in range(3):\n    x = x.vstack(pl.DataFrame({'a': [n]}))", ["PR802 3:9"]),
        ("x = np.array([])\nwhile len(x) < 3:\n    x = np.append(x, 1)", ["PR802 3:9"]),
        ("x = duckdb.sql('select * from raw')", ["PR803 1:5"]),
        ("q = 'SELECT DISTINCT r.*\\nFROM raw r'\nx = duckdb.sql(q)", ["PR803 2:5"]),
        ("x = pl.read_csv(resource('odp').path('a.csv')).filter(pl.col('a') > 1)", ["PR804 1:5"]),
        ("x = pl.read_parquet(resource('odp').path('a'))\ny = x.select('a')\nz = x.select('b')", ["PR804 1:5"]),
        ("x = lazy.collect().filter(pl.col('a') > 1)", ["PR805 1:5"]),
        ("x = lazy.collect()\ny = x.lazy()", ["PR805 2:5"]),
        ("x = raw.sort_values('a').groupby('b').sum()", ["PR806 1:5"]),
        ("x = lazy.sort('a').group_by('b').agg(pl.col('c').sum())", ["PR806 1:5"]),
        ("x = raw.merge(raw, how='cross')", ["PR807 1:5"]),
        ("x = duckdb.sql('select a.b from raw a cross join raw c')", ["PR807 1:5"]),
        ("x = [0]\n" + "\n".join(f"x = [*x, {n}]" for n in range(41)), ["PR808 1:None"]),
        ("x = [\n" + "    0,\n" * 121 + "]", ["PR808 1:None"]),
    ],
)
def test_advice_is_given_at_its_place_with_better_code(source: str, expected: list[str]) -> None:
    found = told(source, "bronze")
    assert [f"{f.code} {f.location.line}:{f.location.column}" for f in found] == expected
    assert all(f.hint and f.severity in ("warning", "note") for f in found)


@pytest.mark.parametrize(
    "source",
    [
        "x = raw.apply(len)\ny = raw.apply(sum, axis=0)",
        "x = []\nfor n in range(3):\n    y = pd.concat([raw, raw])",
        "x, y = pl.read_csv(resource('odp').path('a.csv')), 1\nx.columns = pl.read_csv(resource('odp').path('b.csv'))",
        "x = []\nfor part in [1, 2]:\n    x.append({'a': part})",
        "x = {}\nfor k, g in raw.groupby('a'):\n    x[k] = pd.concat([g, g])",
        "x = duckdb.sql('select count(*) as n from raw')",
        "x = duckdb.sql('select * exclude (a) from raw')",
        "x = pl.scan_csv(resource('odp').path('a.csv')).filter(pl.col('a') > 1).collect()",
        "x = pl.read_csv(resource('odp').path('a.csv'))",
        "x = lazy.filter(pl.col('a') > 1).collect()",
        "x = raw.sort_values('a').groupby('b').first()",
        "x = lazy.sort('a').group_by('b').agg(pl.col('c').first())",
        "x = lazy.sort('a').group_by('b', maintain_order=True).agg(pl.col('c').cum_sum())",
        "x = raw.merge(raw, how='left', on='a')",
    ],
)
def test_what_may_be_meant_is_left_alone(source: str) -> None:
    assert told(source) == []


def test_a_step_that_hands_a_frame_on_is_noted_and_one_that_works_is_not() -> None:
    cells = [("", IMPORTS), ("silver:a", "a = raw.dropna()"), ("gold:b", "b = a.rename(columns={'x': 'y'})")]
    assert [(f.code, f.location.tag) for f in planned(cells).findings] == [("PR809", "gold:b")]


def test_many_steps_are_noted_once() -> None:
    cells = [(f"silver:part_{n}", f"part_{n} = [{n}]") for n in range(12)]
    assert [(f.code, f.location.cell) for f in planned(cells).findings] == [("PR810", 11)]
    assert planned(cells[:10]).findings == ()
