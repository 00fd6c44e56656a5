"""CPU of `promote --check` on one 30-cell notebook, against bare Python and other notebook tools in the same run.

    .venv/bin/python benchmarks/bench_check.py [PEERS]

Whole processes, imports included, started in turn from the same environment: the console script, and `python -c` with
the same interpreter. First with every module compiled in a folder of the benchmark's own, as an installer leaves them,
then the same without compiled modules. `again` is a notebook that was checked before, `first` one that was not. PEERS
is the `bin` folder of an environment that has jupytext or nbdev; nbconvert is taken from our own.

Budgets: `again` at most 2 of bare Python, less than each peer, and 0.10 of nbconvert. Exits 1 beyond one.
"""

from __future__ import annotations

import os
import statistics
import sys
import tempfile
from pathlib import Path

from measure import BARE, environment, notebook, process_seconds, project

RUNS = 9
NBDEV = "import sys; from nbdev.export import nb_export; nb_export(sys.argv[1], 'exported')"
BUDGET, BUDGET_OF_NBCONVERT = 2.0, 0.10


def commands(peers: Path | None) -> dict[str, tuple[list[str], tuple[int, ...]]]:
    """Give every command to measure, with the exit codes it may have."""
    here, path = Path(sys.executable).parent, "notebooks/a.ipynb"
    promote = [str(here / "promote"), "--check", path]
    found = {
        "bare Python": ([sys.executable, "-c", BARE], (0,)),
        "promote --check, again": (promote, (0, 1)),
        "promote --check, first": (promote, (0, 1)),
        "nbconvert --to script": ([str(here / "jupyter"), "nbconvert", "--to", "script", "--stdout", path], (0,)),
    }
    if peers and (peers / "jupytext").exists():
        found["jupytext --to py"] = ([str(peers / "jupytext"), "--to", "py:percent", "-o", "-", path], (0,))
    if peers and (peers / "nbdev-export").exists():
        found["nbdev's nb_export"] = ([str(peers / "python"), "-c", NBDEV, path], (0,))
    return found


def table(root: Path, peers: Path | None, env: dict[str, str]) -> dict[str, float]:
    """Give the median CPU seconds of every command, all measured in turn."""
    rows: dict[str, list[float]] = {}
    for number in range(RUNS + 1):
        for name, (command, expected) in commands(peers).items():
            used = {**env, "WORKBENCH_CACHE": "off"} if name.endswith("first") else env
            seconds = process_seconds(command, root, used, expected)
            if number:  # the first round warms the caches
                rows.setdefault(name, []).append(seconds)
    return {name: statistics.median(times) for name, times in rows.items()}


def main() -> int:
    """Measure, print and judge."""
    peers = Path(sys.argv[1]) if len(sys.argv) > 1 else None
    with tempfile.TemporaryDirectory() as folder:
        root = project(Path(folder) / "project", {"a.ipynb": notebook()})
        plain = environment(Path(folder) / "memory")
        compiled = {**plain, "PYTHONPYCACHEPREFIX": str(Path(folder) / "compiled")}
        compiled.pop("PYTHONDONTWRITEBYTECODE", None)
        process_seconds([str(Path(sys.executable).parent / "promote"), "--no-run", "notebooks/a.ipynb"], root, plain)
        as_found = {**plain, "PYTHONDONTWRITEBYTECODE": "1"}
        tables = {
            "compiled": table(root, peers, compiled),
            "as the modules lie on this disk": table(root, None, as_found),
        }
    good = True
    for title, times in tables.items():
        base = times["bare Python"]
        print(f"{title}:")
        for name, seconds in times.items():
            print(f"  {name:24} {seconds * 1000:7.1f} ms CPU   {seconds / base:6.2f} of bare Python")
        ours = times["promote --check, again"]
        others = [seconds for name, seconds in times.items() if not name.startswith(("promote", "bare"))]
        within = ours <= BUDGET * base and ours <= BUDGET_OF_NBCONVERT * times["nbconvert --to script"]
        good = good and within and all(ours < seconds for seconds in others)
    said = "met" if good else "missed"
    print(f"budget: again at most {BUDGET} of bare Python, {BUDGET_OF_NBCONVERT} of nbconvert: {said}")
    return 0 if good else 1


if __name__ == "__main__":
    os.environ.pop("PYTHONPYCACHEPREFIX", None)
    raise SystemExit(main())
