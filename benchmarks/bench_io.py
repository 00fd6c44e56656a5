"""The Parquet IO manager against bare Polars: a lazy filter and group over 10 million rows by 10 columns.

    [BENCH_ROWS=N BENCH_ROUNDS=N] .venv/bin/python benchmarks/bench_io.py [--peer PYTHON]

Both sides read one Parquet file lazily, filter, group and sink the outcome to another: ours as a Dagster asset through
`PolarsParquetIOManager`, the other by `scan_parquet` and `sink_parquet` alone. Each is a process of its own, in turn.

The call is measured in a process that has its Dagster instance and has done the same with the first hundred rows:
Dagster imports half a thousand modules in its first run, and so all imports are taken off. The call holds Dagster's own
running of a step: what that takes alone is printed beside it, for a step that does nothing, and for this one through an
IO manager that scans and sinks and tells nothing. The whole process is measured without such a run before.

The version of the input is known from an earlier process, as that of any large file that stays as it is (its digest is
noted beside it); the first run of each side, which is not measured, is the one that reads it for its version.

Every side has its modules compiled before it is measured, in a folder of the run: what a venv holds of them is not
asked. Dagster's own import and its in-memory instance are most of a whole process; the seconds above bare are printed.

Both sides write the same kind of file (Zstandard, statistics, the same row groups and encodings), bare without the
temporary file and the waiting for the disk by which a reader sees the old or the new. What a whole process imports
depends on the environment too: rich imports attrs where that is there, and Pydantic reads what every package declares.
A development environment of 340 packages costs 0.02 s more than what `pyproject.toml` asks for, with which this is to
be run (`python -m venv`, install that, and run this file with it) to be fair beside a peer with its own packages alone.

Budgets of one run: the call at most 1.05 of the bare CPU, and 1.2 of its memory; the whole process less than that of
dagster-polars, each over its own bare Polars. PEER is a Python that has dagster-polars 0.27 and Polars 1, with which
alone that reads (it calls `rechunk=`, which is gone). Exits 1 beyond one.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

ROWS, ROUNDS = int(os.environ.get("BENCH_ROWS", "10_000_000")), int(os.environ.get("BENCH_ROUNDS", "5"))
CPU_BUDGET, MEMORY_BUDGET = 1.05, 1.2
PAIRS = (("ours", "bare"), ("peer", "its bare"))

MAKE = f"""
import polars as pl
n = pl.int_range(0, {ROWS}, dtype=pl.Int64)
pl.LazyFrame({{"seed": [0]}}).select(
    permit_id=n, authority=pl.format("authority {{}}", n % 300), fee=(n % 1000) / 7.0, units=n % 977, open=n % 2 == 0,
    decided_on=pl.date(2020, 1, 1) + pl.duration(days=n % 2000), cost=n * 1.25, big=n * 7, ward=n % 40,
    note=pl.format("note text {{}}", n % 100_000),
).sink_parquet("FOLDER/lake/bronze/permits.parquet", mkdir=True)
pl.scan_parquet("FOLDER/lake/bronze/permits.parquet").head(100).sink_parquet("FOLDER/lake/bronze/few.parquet")
"""
QUERY = """
def query(permits):
    return (
        permits.filter(pl.col("open") & (pl.col("fee") > 10)).group_by("authority", "ward")
        .agg(pl.col("cost").sum(), pl.col("big").max(), pl.col("note").n_unique(), pl.len().alias("permits"))
        .sort("authority", "ward")
    )
"""
OURS = f"""
import dagster as dg
import polars as pl
from platform_core.io_managers import PolarsParquetIOManager
from platform_core.sdk import silver_asset
{QUERY}
@silver_asset(name="by_ward")
def by_ward(context: dg.AssetExecutionContext, permits: pl.LazyFrame) -> pl.LazyFrame:
    return query(permits)
@silver_asset(name="of_few")
def of_few(context: dg.AssetExecutionContext, few: pl.LazyFrame) -> pl.LazyFrame:
    return query(few)
permits, few = (dg.AssetSpec(name, metadata={{"workbench/layer": "bronze"}}) for name in ("permits", "few"))
manager = PolarsParquetIOManager(root="FOLDER/lake")
"""
LEAST = """
class Least(dg.IOManager):
    def load_input(self, context): return pl.scan_parquet("FOLDER/lake/bronze/permits.parquet")
    def handle_output(self, context, frame): frame.sink_parquet("FOLDER/least.parquet", engine="streaming")
@dg.asset(name="plain")
def plain(permits: pl.LazyFrame) -> pl.LazyFrame:
    return query(permits)
def least():
    given = dict(resources=dict(io_manager=Least()), selection=[plain], instance=instance)
    assert dg.materialize([permits, plain], **given).success
"""
RUN = """
instance = dg.DagsterInstance.ephemeral()
def made(*assets):
    given = {"resources": {"io_manager": manager}, "selection": [assets[-1]], "instance": instance}
    assert dg.materialize(assets, **given).success
def work(): made(permits, by_ward)
def warm(): made(few, of_few)
def nothing():
    @dg.asset(name="nothing")
    def made(context) -> None: pass
    assert dg.materialize([made], resources={"io_manager": manager}, instance=instance).success
"""
PEER = f"""
import dagster as dg
import polars as pl
from dagster_polars import PolarsParquetIOManager
{QUERY}
@dg.asset
def by_ward(permits: pl.LazyFrame) -> pl.LazyFrame:
    return query(permits)
@dg.asset
def of_few(few: pl.LazyFrame) -> pl.LazyFrame:
    return query(few)
permits, few = dg.AssetSpec("permits"), dg.AssetSpec("few")
manager = PolarsParquetIOManager(base_dir="FOLDER/lake/bronze")
"""
BARE = f"""
import polars as pl
{QUERY}
def work():
    query(pl.scan_parquet("FOLDER/lake/bronze/permits.parquet")).sink_parquet("FOLDER/bare.parquet", engine="streaming")
def warm():
    query(pl.scan_parquet("FOLDER/lake/bronze/few.parquet")).sink_parquet("FOLDER/few.parquet", engine="streaming")
def nothing(): pass
"""
MEASURED = """
import json, sys, time
def peak():
    return next(int(line.split()[1]) for line in open("/proc/self/status") if line.startswith("VmHWM"))
if "{call}" != "cold":
    warm()
cold = work
before = time.process_time()
{call}()
print("\\n" + json.dumps({{"call": time.process_time() - before, "peak": peak() / 1024}}))
"""


def ran(python: str, program: str, call: str, folder: str) -> dict[str, float]:
    """Run a program to its end: CPU seconds of the call and of the whole process, and the peak of memory in MiB."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    text = program + (LEAST if call == "least" else "") + MEASURED.format(call=call)
    text = text.replace("FOLDER", folder)
    environment = {key: value for key, value in os.environ.items() if key != "PYTHONDONTWRITEBYTECODE"}
    environment |= {"PYTHONPATH": str(Path(__file__).parents[1]), "DAGSTER_DISABLE_TELEMETRY": "1"}
    environment["PYTHONPYCACHEPREFIX"] = f"{folder}/compiled"
    done = subprocess.run([python, "-c", text], capture_output=True, text=True, check=False, env=environment)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    if done.returncode:
        raise SystemExit(done.stderr[-2000:])
    whole = (after.ru_utime - before.ru_utime) + (after.ru_stime - before.ru_stime)
    return {**json.loads(done.stdout.splitlines()[-1]), "whole": whole}


def main() -> int:
    """Measure, print and judge."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--peer", help="a Python that has dagster-polars and Polars 1")
    peer = parser.parse_args().peer
    programs = {"ours": (sys.executable, OURS + RUN), "bare": (sys.executable, BARE)}
    if peer:
        programs |= {"peer": (peer, PEER + RUN), "its bare": (peer, BARE)}
    found: dict[str, list[dict[str, float]]] = {}
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run([sys.executable, "-c", MAKE.replace("FOLDER", folder)], check=True)
        for python, program in programs.values():
            ran(python, program, "cold", folder)
        for _ in range(ROUNDS):
            for side, (python, program) in programs.items():
                for call in ("nothing", "least", "work", "cold") if side == "ours" else ("nothing", "work", "cold"):
                    found.setdefault(f"{side} {call}", []).append(ran(python, program, call, folder))
    middle = {
        name: {part: statistics.median(row[part] for row in rows) for part in rows[0]} for name, rows in found.items()
    }
    print(f"{ROWS:,} rows of ten columns, median of {ROUNDS}")
    for name, row in middle.items():
        print(
            f"{name:14} call {row['call']:6.2f} s CPU, whole process {row['whole']:6.2f} s CPU, "
            f"peak {row['peak']:7.0f} MiB"
        )
    alone = middle["ours nothing"]["call"]
    memory = {side: middle[f"{side} work"]["peak"] - middle[f"{side} nothing"]["peak"] for side in programs}
    cpu, room = middle["ours work"]["call"] / middle["bare work"]["call"], memory["ours"] / memory["bare"]
    without = (middle["ours work"]["call"] - alone) / middle["bare work"]["call"]
    least = middle["ours work"]["call"] / middle["ours least"]["call"]
    print(f"CPU {cpu:.3f} of bare ({without:.3f} without the {alone:.2f} s that Dagster takes); budget {CPU_BUDGET}")
    print(f"CPU {least:.3f} of the same step through the least IO manager")
    print(f"memory {room:.3f} of bare, imports taken off both; budget {MEMORY_BUDGET}")
    whole = middle["ours cold"]["whole"] / middle["bare cold"]["whole"]
    above = {
        side: middle[f"{side} cold"]["whole"] - middle[f"{beside} cold"]["whole"]
        for side, beside in PAIRS
        if side in programs
    }
    print(f"whole process {whole:.2f} of bare, imports included: {above['ours']:.2f} s above it")
    slow = cpu > CPU_BUDGET or room > MEMORY_BUDGET
    if peer:
        theirs = middle["peer cold"]["whole"] / middle["its bare cold"]["whole"]
        print(
            f"whole process of dagster-polars {theirs:.2f} of its bare: {above['peer']:.2f} s above it; "
            "ours is to be less of its own"
        )
        slow = slow or whole >= theirs
    print("beyond the budget" if slow else "within the budgets")
    return bool(slow)


if __name__ == "__main__":
    sys.exit(main())
