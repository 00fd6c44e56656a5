"""Twelve checks of ten million rows by ten columns, with samples of failing rows, against Polars and six peers.

    .venv/bin/python benchmarks/bench_checks.py [--rows N] [--rounds N] [--peers]

`--peers` installs pandera, Great Expectations, pointblank, dataframely, cuallee and dbt with DuckDB from the registry
into environments that are thrown away. Every measurement is the CPU time, user and system, and the peak memory of a
whole process, imports included, in turn with the others; the least of the rounds counts. All make the same twelve
checks, of which the same three fail; one that finds another number of failures ends the run. "Polars" is one streaming
query of all figures, with `n_unique` for the key, and gives no rows.

Exits 1 beyond a budget.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[1]
MIB = 1024
FAILING = 3
PACKED = (("permit_id",), ("units", "permit_id"))
HASHED = (("reference",), ("authority", "permit_id"))
BUDGETS = {"packed": (0.6, 700), "hashed": (1.0, 1024)}
PEERS = {
    "pandera eager": 0.5,
    "Great Expectations": 0.15,
    "pointblank lazy": 0.2,
    "dataframely": 0.5,
    "cuallee": 0.45,
    "dbt on DuckDB": 0.4,
}
PROVEN = 0.25
PACKAGES = (
    "pandera[polars]",
    "great-expectations",
    "pointblank",
    "dataframely",
    "cuallee[polars]",
    "pandas",
    "pyarrow",
)

DATA = """
import sys
import numpy as np, polars as pl
rows, folder = int(sys.argv[1]), sys.argv[2]
for order in ("sorted", "shuffled"):
    random = np.random.default_rng(1)
    ids = np.arange(1, rows + 1)
    if order == "shuffled":
        random.shuffle(ids)
    column = pl.Series(ids)
    frame = pl.DataFrame({
        "permit_id": column,
        "reference": "PA/" + column.cast(pl.String).str.zfill(8),
        "authority": "E0700" + pl.Series(random.integers(0, 300, rows)).cast(pl.String),
        "status": pl.Series(random.integers(0, 4, rows)).replace_strict(
            {0: "open", 1: "closed", 2: "appeal", 3: "withdrawn"}, return_dtype=pl.String),
        "fee": random.gamma(2, 150, rows).round(2),
        "units": random.integers(0, 50, rows).astype(np.int32),
        "opened": pl.Series(random.integers(16000, 19000, rows).astype(np.int32)).cast(pl.Date),
        "days": random.integers(0, 900, rows).astype(np.int32),
        "score": random.normal(0, 1, rows),
        "note": pl.Series(random.integers(0, 4, rows)).replace_strict(
            {0: None, 1: "short", 2: "a longer note of the officer", 3: "see file"}, return_dtype=pl.String),
    })
    frame.write_parquet(f"{folder}/{order}.parquet", statistics=True)
"""

OURS = """
import sys
import polars as pl
from platform_core.asset_checks import (
    check_accepted_values, check_expression, check_freshness, check_length, check_no_nulls, check_pattern, check_range,
    check_row_count, check_unique_values, run_checks, validate_schema)
path, key = sys.argv[1], sys.argv[2].split(",")
report = run_checks(path, [
    check_no_nulls("permit_id", "authority"), check_unique_values(*key), check_row_count(min=1, max=100_000_000),
    validate_schema({"permit_id": "integer", "fee": "float", "opened": "Date", "note": "text"}),
    check_freshness("opened", "400d", as_of="2022-06-01"),
    check_accepted_values({"status": ["open", "closed", "appeal", "withdrawn"]}), check_range("fee", 0, 2000),
    check_range("opened", "2014-01-01", "2022-02-01"), check_pattern("authority", r"E0700\\d{1,3}"),
    check_range("units", 0, 60), check_length("note", max=60),
    check_expression(pl.col("units") <= pl.col("days") + 40, name="cross"),
])
assert all(len(outcome.sample) == 10 for outcome in report.failed)
print(len(report.failed))
"""
POLARS = """
import sys
import polars as pl
from datetime import date
c, path, key = pl.col, sys.argv[1], sys.argv[2].split(",")
frame = pl.scan_parquet(path)
schema = frame.collect_schema()
kinds = [schema["permit_id"].is_integer(), schema["fee"].is_float(), schema["opened"] == pl.Date]
row = frame.select(
    nulls=(c("permit_id").is_null() | c("authority").is_null()).sum(),
    keys=(c(key[0]) if len(key) == 1 else pl.struct(key)).n_unique(), rows=pl.len(), newest=c("opened").max(),
    status=(~c("status").is_in(["open", "closed", "appeal", "withdrawn"])).sum(),
    fee=(~c("fee").is_between(0, 2000)).sum(),
    opened=(~c("opened").is_between(date(2014, 1, 1), date(2022, 2, 1))).sum(),
    authority=(~c("authority").str.contains(r"^E0700\\d{1,3}$")).sum(), units=(~c("units").is_between(0, 60)).sum(),
    note=(c("note").str.len_chars() > 60).sum(), cross=(c("units") > c("days") + 40).sum(),
).collect(engine="streaming").row(0, named=True)
bad = ("nulls", "status", "fee", "opened", "authority", "units", "note", "cross")
print(sum(row[name] > 0 for name in bad) + (row["keys"] != row["rows"]) + (row["newest"] < date(2021, 4, 27)))
"""
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

PROVABLE = """
import sys, time
sys.path.insert(0, sys.argv[2])
import polars as pl
from datetime import date
from platform_core.asset_checks import (
    check_accepted_values, check_freshness, check_length, check_no_nulls, check_range, check_row_count, run_checks)
c, path = pl.col, sys.argv[1]
pl.scan_parquet(path).select(c("units").head(1)).collect(engine="streaming")
checks = [check_no_nulls("permit_id", "authority", "status"), check_row_count(max=10**9), check_range("units", 0, 60),
          check_range("opened", "2013-01-01", "2022-02-01"), check_freshness("opened", "400d", as_of="2022-06-01"),
          check_accepted_values({"status": ["open", "closed", "appeal", "withdrawn"]}), check_length("note", max=60)]
before = time.process_time()
assert run_checks(path, checks).passed
between = time.process_time()
pl.scan_parquet(path).select(
    nulls=(c("permit_id").is_null() | c("authority").is_null() | c("status").is_null()).sum(), rows=pl.len(),
    units=(~c("units").is_between(0, 60)).sum(), newest=c("opened").max(),
    opened=(~c("opened").is_between(date(2013, 1, 1), date(2022, 2, 1))).sum(),
    status=(~c("status").is_in(["open", "closed", "appeal", "withdrawn"])).sum(),
    note=(c("note").str.len_chars() > 60).sum(),
).collect(engine="streaming")
print((between - before) / (time.process_time() - between))
"""


@dataclass(frozen=True)
class Cost:
    """CPU seconds and MiB of a process at their peak."""

    cpu: float
    peak: float


def run(command: Sequence[str], folder: Path, environment: dict[str, str] | None = None) -> tuple[Cost, str]:
    """Run a process to its end; give what it took and what it wrote last."""
    clean = {k: v for k, v in os.environ.items() if k not in {"PYTHONDONTWRITEBYTECODE", "PYTHONPATH"}}
    clean |= environment or {}
    with (folder / "out").open("w+") as out, (folder / "err").open("w+") as err:
        process = subprocess.Popen(command, stdout=out, stderr=err, cwd=folder, env=clean)
        _, status, used = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        out.seek(0)
        err.seek(0)
        text, errors = out.read(), err.read()
    if process.returncode not in {0, 1} or (process.returncode and "dbt" not in command[0]):
        raise SystemExit(f"{command[0]} ended with {process.returncode}: {errors[-1500:]}")
    last = text.strip().splitlines()[-1] if text.strip() else ""
    return Cost(used.ru_utime + used.ru_stime, used.ru_maxrss / MIB), last


def measured(rounds: int, programs: dict[str, list[str]], folder: Path) -> dict[str, Cost]:
    """Run programs in turn; give the least CPU and the greatest memory of each."""
    found: dict[str, list[Cost]] = {name: [] for name in programs}
    for _ in range(rounds):
        for name, command in programs.items():
            cost, said = run(command, folder, {"PYTHONPATH": str(ROOT)} if name == "ours" else None)
            if "dbt" not in name and said != str(FAILING):
                raise SystemExit(f"{name} found {said!r} of its checks to fail, not {FAILING}")
            if "dbt" in name and f"ERROR={FAILING}" not in said:
                raise SystemExit(f"{name} said {said!r}")
            found[name].append(cost)
    return {name: Cost(min(c.cpu for c in costs), max(c.peak for c in costs)) for name, costs in found.items()}


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


def shown(name: str, ratio: float, budget: float, ours: Cost, other: Cost, most: float | None = None) -> bool:
    """Print a line of the table; give whether it is within its budget."""
    fine = ratio <= budget and (most is None or ours.peak <= most)
    memory = f"{ours.peak:5.0f} MiB" + (f" of {most:.0f}" if most is not None else "")
    print(  # at once, since the next line takes minutes
        f"{name:52} {ratio:5.2f} of {budget:4.2f}  {ours.cpu:6.2f} s against {other.cpu:7.2f} s  {memory:18} "
        f"(theirs {other.peak:6.0f}){'' if fine else '  BEYOND'}",
        flush=True,
    )
    return fine


def main() -> int:
    """Measure, print and judge."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--rows", type=int, default=10_000_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--peers", action="store_true")
    parser.add_argument("--only", help="one peer")
    given = parser.parse_args()
    fine = True
    with tempfile.TemporaryDirectory() as made:
        folder = Path(made)
        run([sys.executable, "-c", DATA, str(given.rows), made], folder)
        files = {order: folder / f"{order}.parquet" for order in ("sorted", "shuffled")}
        for order, path in files.items():
            for kind, keys in (("packed", PACKED), ("hashed", HASHED)):
                budget, most = BUDGETS[kind]
                for key in keys:
                    argument = [str(path), ",".join(key)]
                    found = measured(
                        given.rounds,
                        {
                            "ours": [sys.executable, "-c", OURS, *argument],
                            "Polars": [sys.executable, "-c", POLARS, *argument],
                        },
                        folder,
                    )
                    ours, other = found["ours"], found["Polars"]
                    name = f"Polars, {order}, {kind}: {', '.join(key)}"
                    fine &= shown(name, ours.cpu / other.cpu, budget, ours, other, most)
        ratios = sorted(
            float(run([sys.executable, "-c", PROVABLE, str(files["shuffled"]), str(ROOT)], folder)[1])
            for _ in range(given.rounds)
        )
        middle = ratios[len(ratios) // 2]
        print(f"{'what statistics prove, of a scan':52} {middle:5.2f} of {PROVEN:4.2f}")
        fine &= middle <= PROVEN
        if given.peers:
            python, dbt = installed(folder)
            for peer, budget in PEERS.items():
                if given.only and given.only not in peer:
                    continue
                for order, path in files.items():
                    argument = [str(path), "permit_id"]
                    command = (
                        [str(dbt), *dbt_project(folder / "permits", path, ["permit_id"])]
                        if "dbt" in peer
                        else [str(python), "-c", PROGRAMS[peer], *argument]
                    )
                    rounds = 1 if peer == "Great Expectations" else given.rounds
                    found = measured(rounds, {"ours": [sys.executable, "-c", OURS, *argument], peer: command}, folder)
                    fine &= shown(
                        f"{peer}, {order}", found["ours"].cpu / found[peer].cpu, budget, found["ours"], found[peer]
                    )
    return 0 if fine else 1


if __name__ == "__main__":
    raise SystemExit(main())
