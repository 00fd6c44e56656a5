"""The profile of a table: ours in full against Polars' `describe()`, and what always runs against the step it is about.

    .venv/bin/python benchmarks/bench_profile.py

Ten million rows of ten columns: keys, numbers with nulls, floats, text of few and of many values, dates, booleans. Each
measurement is a process of its own, one at a time, whole with its imports, in turn with the others; the median of three
counts. `describe()` is given the eager frame, as a person calls it in a notebook; the lazy one is measured beside it.

Budgets, in one run: the full profile takes at most 0.8 of the CPU of `describe()` and 0.25 of its peak memory. What
always runs (statistics, preview, picture of the nulls) takes under 0.1 of the CPU of a plain step, which reads the
table, filters and derives a column, and writes it through the Parquet IO manager. Exits 1 beyond one.
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

ROWS, ROUNDS = 10_000_000, 3
CPU_BUDGET, MEMORY_BUDGET, ALWAYS_BUDGET = 0.8, 0.25, 0.1

TABLE = f"""
import sys
import numpy as np, polars as pl
rows, rng = {ROWS}, np.random.default_rng(0)
text = lambda values: pl.Series(values).cast(pl.String)
frame = pl.DataFrame({{
    "permit_id": np.arange(rows), "applicant": rng.integers(0, 3_000_000, rows),
    "units": rng.integers(0, 500, rows).astype("int32"), "fee": np.round(rng.gamma(2, 100, rows), 2),
    "area": rng.normal(50, 10, rows), "score": rng.random(rows).astype("float32"),
    "authority": text(rng.integers(0, 330, rows)), "reference": text(rng.integers(0, 5_000_000, rows)),
    "decided_on": pl.Series(rng.integers(15000, 20000, rows).astype("int32")).cast(pl.Date),
    "open": rng.random(rows) < 0.3,
}}).with_columns(
    pl.when(pl.Series(rng.random(rows) < 0.9)).then("fee"), authority="authority " + pl.col("authority"),
    reference="ref/" + pl.col("reference"),
)
frame.lazy().sink_parquet(sys.argv[1], statistics=True)
"""
STEP = """
import sys, time
import dagster as dg, polars as pl
from platform_core.io_managers import PolarsParquetIOManager
from platform_core.sdk import silver_asset
spent = []
def timed(call):
    def wrapper(*given, **named):
        before = time.process_time()
        try:
            return call(*given, **named)
        finally:
            spent.append(time.process_time() - before)
    return wrapper
from platform_core.io_managers import base
base.running_metadata = timed(base.running_metadata)
@silver_asset(name="fees", classification="OFFICIAL")
def fees(context) -> pl.LazyFrame:
    table = pl.scan_parquet(sys.argv[1])
    return table.filter(pl.col("units") > 5).with_columns(fee_a_unit=pl.col("fee") / pl.col("units"))
before = time.process_time()
with dg.DagsterInstance.ephemeral() as instance:
    resources = {"io_manager": PolarsParquetIOManager(root=sys.argv[2])}
    assert dg.materialize([fees], resources=resources, instance=instance).success
print(sum(spent), time.process_time() - before - sum(spent))
"""
PROGRAMS = {
    "describe(), eager": "import sys, polars as pl\npl.read_parquet(sys.argv[1]).describe()",
    "describe(), lazy": "import sys, polars as pl\npl.scan_parquet(sys.argv[1]).describe()",
    "profile(), full": "import sys\nfrom platform_core.metadata import profile\nprofile(sys.argv[1])",
}


def run(program: str, *arguments: str) -> tuple[float, float, str]:
    """Run a program to its end and give its CPU seconds, its peak memory in MiB and what it printed."""
    root = str(Path(__file__).parents[1])
    process = subprocess.Popen(
        [sys.executable, "-c", program, *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        env={**os.environ, "PYTHONPATH": root, "DAGSTER_DISABLE_TELEMETRY": "1"},
    )
    assert process.stdout is not None  # noqa: S101 - it was asked for
    printed = process.stdout.read()
    _, status, used = os.wait4(process.pid, 0)
    if status:
        raise SystemExit(f"a program ended with {status}")
    return used.ru_utime + used.ru_stime, used.ru_maxrss / 1024, printed


def main() -> int:
    """Measure, print and judge."""
    found: dict[str, list[tuple[float, float]]] = {name: [] for name in PROGRAMS}
    always: list[float] = []
    with tempfile.TemporaryDirectory() as folder:
        table = str(Path(folder, "table.parquet"))
        run(TABLE, table)
        for number in range(ROUNDS):
            for name, program in PROGRAMS.items():
                found[name].append(run(program, table)[:2])
            told, step = map(float, run(STEP, table, str(Path(folder, str(number))))[2].split())
            always.append(told / step)
            print(f"round {number + 1}: what always runs took {told:.3f} s of CPU, the step {step:.2f} s")
    cpu, memory = ({name: statistics.median(one[k] for one in rows) for name, rows in found.items()} for k in (0, 1))
    print(f"{ROWS:,} rows of ten columns, whole processes, median of {ROUNDS}")
    for name in PROGRAMS:
        print(f"{name:20} {cpu[name]:6.2f} s CPU {memory[name]:7.0f} MiB")
    peer, ours = "describe(), eager", "profile(), full"
    figures = {
        "CPU of the full profile to describe()": (cpu[ours] / cpu[peer], CPU_BUDGET),
        "memory of the full profile to describe()": (memory[ours] / memory[peer], MEMORY_BUDGET),
        "CPU of what always runs to the step": (statistics.median(always), ALWAYS_BUDGET),
    }
    for name, (figure, budget) in figures.items():
        print(f"{name}: {figure:.3f}, at most {budget}")
    beyond = [name for name, (figure, budget) in figures.items() if figure > budget]
    print("within the budgets" if not beyond else f"beyond the budget: {', '.join(beyond)}")
    return bool(beyond)


if __name__ == "__main__":
    sys.exit(main())
