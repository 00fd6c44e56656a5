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
import os
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import checks_peers

ROOT = Path(__file__).parents[1]
MIB = 1024
FAILING = 3
PACKED = (("permit_id",), ("units", "permit_id"))
HASHED = (("reference",), ("authority", "permit_id"))
BUDGETS = {"packed": (0.6, 700), "hashed": (1.0, 1024)}
PROVEN = 0.25

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
            python, dbt = checks_peers.installed(folder)
            for peer, budget in checks_peers.BUDGETS.items():
                if given.only and given.only not in peer:
                    continue
                for order, path in files.items():
                    argument = [str(path), "permit_id"]
                    command = (
                        [str(dbt), *checks_peers.dbt_project(folder / "permits", path, ["permit_id"])]
                        if "dbt" in peer
                        else [str(python), "-c", checks_peers.PROGRAMS[peer], *argument]
                    )
                    rounds = 1 if peer == "Great Expectations" else given.rounds
                    found = measured(rounds, {"ours": [sys.executable, "-c", OURS, *argument], peer: command}, folder)
                    fine &= shown(
                        f"{peer}, {order}", found["ours"].cpu / found[peer].cpu, budget, found["ours"], found[peer]
                    )
    return 0 if fine else 1


if __name__ == "__main__":
    raise SystemExit(main())
