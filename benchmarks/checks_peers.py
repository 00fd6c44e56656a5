"""The same twelve checks as `bench_checks.py` makes, by its six peers: what each is installed as, and its program.

Each program is given the Parquet file and the columns of the key, and prints how many of its checks failed.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

BUDGETS = {
    "pandera eager": 0.5,
    "Great Expectations": 0.15,
    "pointblank lazy": 0.2,
    "dataframely": 0.5,
    "cuallee": 0.45,
    "dbt on DuckDB": 0.4,
}
PACKAGES = (
    "pandera[polars]",
    "great-expectations",
    "pointblank",
    "dataframely",
    "cuallee[polars]",
    "pandas",
    "pyarrow",
)

PANDERA = """
import sys
from datetime import date
import pandera.polars as pa, polars as pl
C, path, key = pa.Check, sys.argv[1], sys.argv[2].split(",")
schema = pa.DataFrameSchema({
    "permit_id": pa.Column(pl.Int64), "reference": pa.Column(pl.String), "status": pa.Column(pl.String,
        C.isin(["open", "closed", "appeal", "withdrawn"])), "fee": pa.Column(pl.Float64, C.in_range(0, 2000)),
    "authority": pa.Column(pl.String, C.str_matches(r"^E0700\\d{1,3}$")),
    "units": pa.Column(pl.Int32, C.in_range(0, 60)),
    "opened": pa.Column(pl.Date, [C.in_range(date(2014, 1, 1), date(2022, 2, 1)),
        C(lambda d: d.lazyframe.select(pl.col(d.key).max() >= date(2021, 4, 27)))]),
    "note": pa.Column(pl.String, C.str_length(max_value=60), nullable=True),
}, checks=[C(lambda d: d.lazyframe.select(pl.len() > 0)),
           C(lambda d: d.lazyframe.select(pl.col("units") <= pl.col("days") + 40))], unique=key)
try:
    schema.validate(pl.read_parquet(path), lazy=True)
except pa.errors.SchemaErrors as error:
    cases = error.failure_cases
    print(cases.select(pl.struct("column", "check").n_unique()).item())
"""
DATAFRAMELY = """
import sys
from datetime import date
import dataframely as dy, polars as pl
path, key = sys.argv[1], sys.argv[2].split(",")
class Permit(dy.Schema):
    permit_id = dy.Int64(primary_key="permit_id" in key)
    reference = dy.String(primary_key="reference" in key)
    authority = dy.String(regex=r"^E0700\\d{1,3}$", primary_key="authority" in key)
    status = dy.String(nullable=True, check=lambda c: c.is_in(["open", "closed", "appeal", "withdrawn"]))
    fee = dy.Float64(nullable=True, min=0, max=2000)
    units = dy.Int32(nullable="units" not in key, min=0, max=60, primary_key="units" in key)
    opened = dy.Date(nullable=True, min=date(2014, 1, 1), max=date(2022, 2, 1))
    days = dy.Int32(nullable=True)
    score = dy.Float64(nullable=True)
    note = dy.String(nullable=True, max_length=60)
    @dy.rule()
    def cross(cls):
        return pl.col("units") <= pl.col("days") + 40
frame = pl.read_parquet(path)
assert len(frame) > 0 and frame["opened"].max() >= date(2021, 4, 27)
result = Permit.filter(frame)
failure = result[1]
failure.invalid().head(10)
found = failure.counts()
print(len({"opened" if name.startswith("opened") else name for name in found}))
"""
POINTBLANK = """
import sys
from datetime import date
import pointblank as pb, polars as pl
path, key = sys.argv[1], sys.argv[2].split(",")
v = (pb.Validate(pl.scan_parquet(path)).col_vals_not_null(columns=["permit_id", "authority"])
    .rows_distinct(columns_subset=key).row_count_match(count=10, tol=1_000_000_000)
    .col_schema_match(schema=pb.Schema(columns={"permit_id": "Int64", "fee": "Float64", "opened": "Date"}),
                      complete=False, in_order=False)
    .col_vals_in_set(columns="status", set=["open", "closed", "appeal", "withdrawn"])
    .col_vals_between(columns="fee", left=0, right=2000)
    .col_vals_between(columns="opened", left=date(2014, 1, 1), right=date(2022, 2, 1))
    .col_vals_expr(expr=pl.col("opened").max() >= date(2021, 4, 27))
    .col_vals_regex(columns="authority", pattern=r"^E0700\\d{1,3}$").col_vals_between(columns="units", left=0, right=60)
    .col_vals_expr(expr=pl.col("note").str.len_chars().fill_null(0) <= 60)
    .col_vals_expr(expr=pl.col("units") <= pl.col("days") + 40)
    .interrogate(get_first_n=10))
print(sum(n > 0 for n in v.n_failed().values()))
"""
CUALLEE = """
import sys
from datetime import date
import polars as pl
from cuallee import Check, CheckLevel
path, key = sys.argv[1], sys.argv[2].split(",")
frame = pl.read_parquet(path)
length = pl.col("note").str.len_chars().fill_null(0)
frame = frame.with_columns(ok=pl.col("units") <= pl.col("days") + 40, length=length)
assert len(frame) > 0 and frame.schema["opened"] == pl.Date and frame["opened"].max() >= date(2021, 4, 27)
check = Check(CheckLevel.WARNING, "permits").is_complete("permit_id").is_complete("authority")
check = check.is_unique(key[0]) if len(key) == 1 else check.is_composite_key(key)
check = check.is_contained_in("status", ("open", "closed", "appeal", "withdrawn")).is_between("fee", (0, 2000))
check = check.is_between("opened", (date(2014, 1, 1), date(2022, 2, 1))).has_pattern("authority", r"^E0700\\d{1,3}$")
check = check.is_between("units", (0, 60)).is_less_than("length", 61)
check = check.is_contained_in("ok", (True,))
result = check.validate(frame)
print(result.filter(pl.col("status") == "FAIL").height)
"""
EXPECTATIONS = """
import logging, sys, warnings
from datetime import date
warnings.simplefilter("ignore")
import great_expectations as gx, great_expectations.expectations as e, pandas as pd
path, key = sys.argv[1], sys.argv[2].split(",")
frame = pd.read_parquet(path)
frame["limit"] = frame["days"] + 40
context = gx.get_context(mode="ephemeral")
context.variables.progress_bars = {"globally": False}
asset = context.data_sources.add_pandas("p").add_dataframe_asset("a")
batch = asset.add_batch_definition_whole_dataframe("b").get_batch(batch_parameters={"dataframe": frame})
suite = gx.ExpectationSuite(name="s", expectations=[
    e.ExpectColumnValuesToNotBeNull(column="permit_id"), e.ExpectColumnValuesToNotBeNull(column="authority"),
    e.ExpectColumnValuesToBeUnique(column=key[0]) if len(key) == 1
    else e.ExpectCompoundColumnsToBeUnique(column_list=key),
    e.ExpectTableRowCountToBeBetween(min_value=1, max_value=100_000_000),
    e.ExpectTableColumnsToMatchSet(column_set=list(frame.columns)),
    e.ExpectColumnMaxToBeBetween(column="opened", min_value=date(2021, 4, 27)),
    e.ExpectColumnValuesToBeInSet(column="status", value_set=["open", "closed", "appeal", "withdrawn"]),
    e.ExpectColumnValuesToBeBetween(column="fee", min_value=0, max_value=2000),
    e.ExpectColumnValuesToBeBetween(column="opened", min_value=date(2014, 1, 1), max_value=date(2022, 2, 1)),
    e.ExpectColumnValuesToMatchRegex(column="authority", regex=r"^E0700\\d{1,3}$"),
    e.ExpectColumnValuesToBeBetween(column="units", min_value=0, max_value=60),
    e.ExpectColumnValueLengthsToBeBetween(column="note", max_value=60),
    e.ExpectColumnPairValuesAToBeGreaterThanB(column_A="limit", column_B="units", or_equal=True),
])
result = batch.validate(suite, result_format="SUMMARY")
print(sum(not r.success for r in result.results))
"""
PROGRAMS = {
    "pandera eager": PANDERA,
    "Great Expectations": EXPECTATIONS,
    "pointblank lazy": POINTBLANK,
    "dataframely": DATAFRAMELY,
    "cuallee": CUALLEE,
}
DBT_PROJECT = "name: permits\nversion: '1.0.0'\nprofile: permits\nmodel-paths: [models]\ntest-paths: [tests]\n"
DBT_MODEL = "{{ config(materialized='view') }} SELECT * FROM read_parquet('PATH')"
DBT_TESTS = {
    "nulls": "permit_id IS NULL OR authority IS NULL",
    "status": "status NOT IN ('open', 'closed', 'appeal', 'withdrawn')",
    "fee": "NOT fee BETWEEN 0 AND 2000",
    "opened": "NOT opened BETWEEN DATE '2014-01-01' AND DATE '2022-02-01'",
    "authority": r"NOT regexp_full_match(authority, 'E0700\d{1,3}')",
    "units": "NOT units BETWEEN 0 AND 60",
    "note": "length(note) > 60",
    "cross_rule": "units > days + 40",
}
DBT_WHOLE = {
    "rows": "SELECT count(*) FROM {{ ref('permits') }} HAVING count(*) NOT BETWEEN 1 AND 100000000",
    "fresh": "SELECT max(opened) FROM {{ ref('permits') }} HAVING max(opened) < DATE '2021-04-27'",
    "kinds": "SELECT * FROM (DESCRIBE {{ ref('permits') }}) WHERE column_name = 'fee' AND column_type != 'DOUBLE'",
}


def dbt_project(folder: Path, parquet: Path, key: Sequence[str]) -> list[str]:
    """Write a dbt project of the checks; give the options that run it."""
    shutil.rmtree(folder, ignore_errors=True)
    for name in ("models", "tests"):
        (folder / name).mkdir(parents=True)
    (folder / "dbt_project.yml").write_text(DBT_PROJECT)
    target = {"type": "duckdb", "path": str(folder / "permits.duckdb"), "threads": 2}
    (folder / "profiles.yml").write_text(json.dumps({"permits": {"target": "dev", "outputs": {"dev": target}}}))
    (folder / "models" / "permits.sql").write_text(DBT_MODEL.replace("PATH", str(parquet)))
    keys = ", ".join(key)
    unique = f"SELECT {keys} FROM {{{{ ref('permits') }}}} GROUP BY {keys} HAVING count(*) > 1"  # noqa: S608 - of our own words
    for name, sql in {
        "unique_key": unique,
        **DBT_WHOLE,
        **{name: f"SELECT * FROM {{{{ ref('permits') }}}} WHERE {rule}" for name, rule in DBT_TESTS.items()},  # noqa: S608 - as above
    }.items():
        (folder / "tests" / f"{name}.sql").write_text(sql)
    return ["build", "--project-dir", str(folder), "--profiles-dir", str(folder), "--no-use-colors"]


def installed(folder: Path) -> tuple[Path, Path]:
    """Install the peers; give the Python of five of them, and dbt's command."""
    uv = Path(sys.executable).with_name("uv")
    for name, packages in (("peers", PACKAGES), ("dbt", ("dbt-core<1.12", "dbt-duckdb"))):
        python = folder / name / "bin" / "python"
        subprocess.run([uv, "venv", "-q", "--python", sys.executable, folder / name], check=True)
        subprocess.run([uv, "pip", "install", "-q", "--compile-bytecode", "--python", python, *packages], check=True)
    return folder / "peers" / "bin" / "python", folder / "dbt" / "bin" / "dbt"
