"""CPU and wall time of runs of trivial steps: in one process, in Dagster's multiprocess executor, in warm workers.

    .venv/bin/python benchmarks/bench_executor.py [--multiprocess STEPS] [--steps STEPS]

A chain of 20 assets and a fan of 40 on two workers, each run in a process of its own that has imported everything
before its time counts; what its children take counts too. Multiprocess starts an interpreter for each step, so its cost
a step is that of a few (4 where nothing is said). `--steps 1000` adds a fan of so many.

Budgets: CPU a step at most 0.1 of multiprocess, wall a step at most 0.2; at most 0.35 CPU seconds a step above the run
in one process; 100 ms from a step's being ready to its running (the median; on a busy machine it waits for a
processor); memory of a worker under 1.2 of a process that imports the code location and does nothing. Exits 1 beyond.
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
import time
from pathlib import Path
from typing import Any

import dagster as dg
from dagster._core.definitions.reconstruct import ReconstructableJob

from platform_core.executor import platform_executor

CPU, WALL, ABOVE, READY, MEMORY = 0.1, 0.2, 0.35, 0.1, 1.2
_MEMORY_FILE = "BENCH_EXECUTOR_MEMORY"
_STEPS = "BENCH_EXECUTOR_STEPS"
_EXECUTORS = {
    "one process": dg.in_process_executor,
    "multiprocess": dg.multiprocess_executor.configured({"max_concurrent": 2}),
    "warm workers": platform_executor.configured({"workers": 2}),
}


def memory() -> float:
    """Give the memory of this process, its share of what it shares, in MB."""
    lines = Path("/proc/self/smaps_rollup").read_text().splitlines()
    return next(int(line.split()[1]) / 1024 for line in lines if line.startswith("Pss:"))


def made(shape: str, executor: str) -> dg.JobDefinition:
    """Give a job: a chain or a fan of trivial assets."""

    def one(number: int) -> dg.AssetsDefinition:
        above = [f"step_{number - 1}"] if shape == "chain" and number else []

        @dg.asset(name=f"step_{number}", deps=above)
        def step() -> int:
            with Path(os.environ[_MEMORY_FILE]).open("a") as file:
                file.write(f"{memory()}\n")
            return number

        return step

    assets = [one(number) for number in range(int(os.environ[_STEPS]))]
    defs = dg.Definitions(assets, jobs=[dg.define_asset_job("bench")], executor=_EXECUTORS[executor])
    return defs.resolve_job_def("bench")


def job() -> dg.JobDefinition:
    """Give the job that the environment names: this is what other processes load."""
    return made(os.environ["BENCH_EXECUTOR_SHAPE"], os.environ["BENCH_EXECUTOR_KIND"])


def run() -> None:
    """Run the job, and print what it took as JSON."""
    with tempfile.TemporaryDirectory() as folder, dg.DagsterInstance.local_temp(folder) as instance:
        os.environ[_MEMORY_FILE] = str(Path(folder) / "memory")
        loaded = ReconstructableJob.for_file(__file__, "job")
        loaded.get_definition()
        before, begin = _cpu(), time.monotonic()
        result = dg.execute_job(loaded, instance)
        wall, cpu = time.monotonic() - begin, _cpu() - before
        if not result.success:
            raise SystemExit("the run failed")
        times: dict[str, dict[str, float]] = {"STEP_START": {}, "STEP_SUCCESS": {}}
        for entry in instance.all_logs(result.run_id):
            event = entry.dagster_event
            if event and event.step_key and event.event_type_value in times:
                times[event.event_type_value][event.step_key] = entry.timestamp
        waits = [
            started - times["STEP_SUCCESS"][f"step_{number - 1}"]
            for key, started in times["STEP_START"].items()
            if (number := int(key.removeprefix("step_")))
        ]
        held = [float(line) for line in (Path(folder) / "memory").read_text().split()]
        ready = statistics.median(waits) if os.environ["BENCH_EXECUTOR_SHAPE"] == "chain" else 0.0
        print(json.dumps({"cpu": cpu, "wall": wall, "ready": ready, "memory": statistics.median(held)}))


def _cpu() -> float:
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(one.ru_utime + one.ru_stime for one in used)


def measured(shape: str, steps: int, executor: str) -> dict[str, Any]:
    """Run a job in a process of its own, and give what it took, a step."""
    names = {"BENCH_EXECUTOR_SHAPE": shape, "BENCH_EXECUTOR_KIND": executor, _STEPS: str(steps)}
    command = [sys.executable, __file__, "--run"]
    done = subprocess.run(command, env={**os.environ, **names}, capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(done.stderr[-2000:])
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    found |= {"cpu": found["cpu"] / steps, "wall": found["wall"] / steps}
    print(
        f"{shape} of {steps:4} {executor:13} {found['cpu']:7.3f} CPU s and {found['wall']:7.3f} s a step; "
        f"{found['ready'] * 1000:6.0f} ms from ready to running; {found['memory']:4.0f} MB a process",
        flush=True,
    )
    return found


def imported() -> float:
    """Give the memory of a process that imports the code location and does nothing, in MB."""
    names = {"BENCH_EXECUTOR_SHAPE": "chain", "BENCH_EXECUTOR_KIND": "warm workers", _STEPS: "20"}
    done = subprocess.run(
        [sys.executable, __file__, "--import"], env={**os.environ, **names}, capture_output=True, text=True, check=True
    )
    return float(done.stdout)


def main() -> int:
    """Measure, print and judge."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--multiprocess", type=int, default=4)
    parser.add_argument("--steps", type=int, default=0)
    parser.add_argument("--run", action="store_true", help=argparse.SUPPRESS)
    parser.add_argument("--import", dest="imports", action="store_true", help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.run:
        run()
        return 0
    if given.imports:
        job()
        print(memory())
        return 0
    alone = imported()
    print(f"a process that imports the code location {alone:.0f} MB")
    plain = measured("chain", 20, "one process")
    old = measured("chain", given.multiprocess, "multiprocess")
    chain, fan = measured("chain", 20, "warm workers"), measured("fan", 40, "warm workers")
    long = [measured("fan", given.steps, "warm workers")] if given.steps else []
    figures = [
        ("CPU a step to multiprocess, chain", chain["cpu"] / old["cpu"], CPU),
        ("CPU a step to multiprocess, fan", fan["cpu"] / old["cpu"], CPU),
        ("wall a step to multiprocess, chain", chain["wall"] / old["wall"], WALL),
        ("CPU seconds a step above one process", chain["cpu"] - plain["cpu"], ABOVE),
        ("seconds from ready to running", chain["ready"], READY),
        ("memory of a worker to that of an import", chain["memory"] / alone, MEMORY),
        *((f"CPU a step of {given.steps} to a step of 40", one["cpu"] / fan["cpu"], 1.2) for one in long),
    ]
    for name, value, budget in figures:
        print(f"{name:44} {value:6.3f}   budget {budget}{'' if value <= budget else '   BEYOND'}")
    return 0 if all(value <= budget for _, value, budget in figures) else 1


if __name__ == "__main__":
    raise SystemExit(main())
