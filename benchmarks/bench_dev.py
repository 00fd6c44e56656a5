"""`workbench dev` against a bare `dagster dev` on the same assets: what it takes until the page has their graph.

    .venv/bin/python benchmarks/bench_dev.py

Both start a webserver, a daemon and a code location over the same 200 modules, in turn and in the same run; what they
keep (SQLite) stays from one start to the next. The graph is there when GraphQL, which the page asks, lists every asset.
Counted is the CPU of every process of the session until then, and the time beside it, which on a busy machine tells
little. Budget: at most 1.15 of the bare one, by CPU, as the median of the ratios of pairs. Exits 1 beyond it.
"""

from __future__ import annotations

import json
import os
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator, Sequence
from pathlib import Path

from bench_workbench import location

RUNS, MODULES, BUDGET = 3, 200, 1.15
PATIENCE = 600.0  # seconds until a start counts as failed
TICKS = os.sysconf("SC_CLK_TCK")
HERE = Path(sys.executable).parent
QUERY = json.dumps({"query": "{assetNodes {id}}"}).encode()
BARE = f"""
import importlib
import dagster as dg
from platform_core.io_managers import PolarsParquetIOManager

modules = [importlib.import_module(f"bench.defs.silver.table_{{n}}") for n in range({MODULES})]
assets = [getattr(one, f"table_{{n}}_asset") for n, one in enumerate(modules)]
defs = dg.Definitions(assets=assets, resources={{"io_manager": PolarsParquetIOManager(root="data/lake")}})
"""


def until_shown(command: Sequence[str], cwd: Path, env: dict[str, str]) -> tuple[float, float]:
    """Start a server and give the CPU seconds, and the seconds, until it lists every asset; then end it."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with (cwd / "server.log").open("wb") as log:
        started = time.monotonic()
        server = subprocess.Popen(
            [*command, "--port", str(port)], cwd=cwd, env=env, stdout=log, stderr=log, start_new_session=True
        )
    try:
        while not shown(port):
            if server.poll() is not None or time.monotonic() - started > PATIENCE:
                raise SystemExit(f"{command} shows nothing: {(cwd / 'server.log').read_text()[-800:]}")
            time.sleep(0.1)
        return sum(cpu for _, cpu in session(server.pid)), time.monotonic() - started
    finally:
        for number in (signal.SIGTERM, signal.SIGKILL):
            for pid, _ in session(server.pid):
                os.kill(pid, number)
            deadline = time.monotonic() + 30
            while number == signal.SIGTERM and len(list(session(server.pid))) > 1 and time.monotonic() < deadline:
                time.sleep(0.1)
        server.wait()


def shown(port: int) -> bool:
    """Whether the webserver lists every asset."""
    address, headers = f"http://127.0.0.1:{port}/graphql", {"Content-Type": "application/json"}
    request = urllib.request.Request(address, QUERY, headers)
    try:
        with urllib.request.urlopen(request, timeout=60) as answer:  # noqa: S310 - as above
            found = json.load(answer)["data"]["assetNodes"]
    except (OSError, ValueError, TypeError, KeyError):
        return False
    return len(found) == MODULES


def session(leader: int) -> Iterator[tuple[int, float]]:
    """Give each process of a session with its CPU seconds, those of its children that have ended with it."""
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            fields = (folder / "stat").read_text().rpartition(") ")[2].split()
        except OSError:  # it has ended meanwhile
            continue
        if int(fields[3]) == leader and fields[0] != "Z":
            yield int(folder.name), sum(map(int, fields[11:15])) / TICKS


def main() -> int:
    """Measure, print and judge."""
    with tempfile.TemporaryDirectory() as folder:
        root = location(Path(folder) / "bench", MODULES)
        (root / "src/bench/bare.py").write_text(BARE)
        home = root / "bare_home"
        home.mkdir()
        (home / "dagster.yaml").write_text("telemetry:\n  enabled: false\n")
        env = {**os.environ, "PYTHONPYCACHEPREFIX": f"{folder}/compiled"}
        env.pop("PYTHONDONTWRITEBYTECODE", None)
        ours = [str(HERE / "workbench"), "dev"]
        bare = [sys.executable, "-m", "dagster", "dev", "--module-name", "bench.bare", "--working-directory", "src"]
        pairs = [
            (until_shown(ours, root, env), until_shown(bare, root, {**env, "DAGSTER_HOME": str(home)}))
            for _ in range(RUNS + 1)
        ][1:]
    for name, at in (("workbench dev", 0), ("dagster dev", 1)):
        cpu, seconds = (statistics.median(pair[at][figure] for pair in pairs) for figure in (0, 1))
        print(f"{name:14} {cpu:6.2f} s CPU {seconds:7.2f} s until {MODULES} assets are shown")
    ratio, in_time = (statistics.median(mine[n] / other[n] for mine, other in pairs) for n in (0, 1))
    good = ratio <= BUDGET
    said = "met" if good else "missed"
    print(f"{'ratio':14} {ratio:6.3f} by CPU {in_time:6.3f} by time (budget {BUDGET}): {said}")
    return 0 if good else 1


if __name__ == "__main__":
    raise SystemExit(main())
