"""A partitioned asset of a pool with two places. Each body leaves when it began and ended in the file of `TRACE`."""

import os
import time
from pathlib import Path

import dagster as dg
import polars as pl

from platform_core.executor import platform_executor
from platform_core.io_managers import PolarsParquetIOManager
from platform_core.sdk import silver_asset

KEYS = ["2025", "2026", "2027"]
POOL, PLACES = "cluster", 2
TRACE = "EXECUTOR_TRACE"
LATEST = 120.0


def lines(leaving: str = "") -> list[str]:
    """Leave a line, where there is one to leave, and give all of them."""
    with Path(os.environ[TRACE]).open("a+") as file:
        file.write(f"{leaving}\n" if leaving else "")
        file.seek(0)
        return file.read().split()


@silver_asset(name="years", partitions_def=dg.StaticPartitionsDefinition(KEYS), pool=POOL)
def years(context) -> pl.DataFrame:
    """Hold a place until every place is taken and somebody is seen to wait for one."""
    lines("begin")
    until = time.monotonic() + LATEST
    while "seen" not in lines():
        info = context.instance.event_log_storage.get_concurrency_info(POOL)
        if lines().count("begin") >= PLACES and info.active_slot_count == PLACES and info.pending_step_count:
            lines("seen")
        elif time.monotonic() > until:
            raise RuntimeError("nobody waits for a place")
        else:
            time.sleep(0.05)
    lines("end")
    return pl.DataFrame({"year": [context.partition_key]})


defs = dg.Definitions(
    [years],
    jobs=[dg.define_asset_job("all_years", [years], executor_def=platform_executor)],
    resources={"io_manager": PolarsParquetIOManager(root=str(Path(os.environ.get(TRACE, "trace")).with_name("lake")))},
)
