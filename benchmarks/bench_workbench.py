"""CPU of the everyday commands against their peers, in the same run and from the same environment.

    .venv/bin/python benchmarks/bench_workbench.py

Whole processes, imports included, started in turn; the median of the ratios of pairs counts. Budgets:

* `workbench --help`: at most 3 of bare Python (`python -c pass`).
* `workbench new --example blank`: at most 1.2 of cookiecutter itself on the same template.
* `workbench status` of 200 notebooks: at most 2 ms of CPU each, over what it takes for none.
* Loading a code location of 1,000 modules: at most 1.2 of importing them and giving what they define to
  `dagster.Definitions`, by hand. What importing alone takes is shown beside it.

Exits 1 beyond one.
"""

from __future__ import annotations

import os
import statistics
import sys
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path

from measure import notebook, process_seconds, project

RUNS = 3
NOTEBOOKS = 200
MODULES = 1000
BUDGETS = {"help": 3.0, "new": 1.2, "status": 0.002, "location": 1.2}
HERE = Path(sys.executable).parent

MODULE = '''\
"""Table {n}."""

import polars as pl

from platform_core.sdk import silver_asset


def table_{n}(raw: pl.LazyFrame) -> pl.LazyFrame:
    """Give table {n}."""
    return raw.filter(pl.col("rent") > {n})


@silver_asset(name="table_{n}", description="Table {n}.", code_version="{n}", notebook="notebooks/a.ipynb")
def table_{n}_asset() -> pl.LazyFrame:
    """Give table {n}."""
    return table_{n}(pl.LazyFrame({{"rent": [1]}}))
'''
IMPORTS = f"""
import importlib, sys
import dagster as dg
sys.path.insert(0, "src")
modules = [importlib.import_module(f"bench.defs.silver.table_{{n}}") for n in range({MODULES})]
"""
BY_HAND = IMPORTS + (
    "assets = [getattr(one, f'table_{n}_asset') for n, one in enumerate(modules)]\n"
    "dg.Definitions(assets=assets, resources={'io_manager': dg.mem_io_manager}).get_repository_def()\n"
)
OURS = "import sys; sys.path.insert(0, 'src'); from bench.definitions import defs; defs.get_repository_def()"


def pairs(ours: Callable[[int], float], peer: Callable[[int], float]) -> tuple[float, float, float]:
    """Give the medians of both, and of their ratio pair by pair; the first pair warms the caches."""
    found = [(ours(number), peer(number)) for number in range(RUNS + 1)][1:]
    return (
        statistics.median(one for one, _ in found),
        statistics.median(other for _, other in found),
        statistics.median(one / other for one, other in found),
    )


def location(root: Path, modules: int = MODULES) -> Path:
    """Write a project of many modules, as promotion writes them."""
    project(root, {})
    package = root / "src/bench/defs/silver"
    package.mkdir(parents=True)
    for folder in (package, package.parent, package.parent.parent):
        (folder / "__init__.py").write_text("")
    for n in range(modules):
        (package / f"table_{n}.py").write_text(MODULE.format(n=n))
    text = "from workbench.definitions import load_definitions\n\ndefs = load_definitions(__file__)\n"
    (root / "src/bench/definitions.py").write_text(text)
    (root / "config").mkdir()
    (root / "config/base.yaml").write_text("lake: data/lake\n")
    return root


def main() -> int:
    """Measure, print and judge."""
    good = True
    with tempfile.TemporaryDirectory() as folder:
        base = Path(folder)
        env = {**os.environ, "PYTHONPYCACHEPREFIX": str(base / "compiled"), "WORKBENCH_CACHE": str(base / "memory")}
        env.pop("PYTHONDONTWRITEBYTECODE", None)

        def run(*command: str, cwd: Path = base) -> float:
            seconds: float = process_seconds(command, cwd, env)
            return seconds

        def told(what: str, name: str, figures: Sequence[float], unit: str) -> None:
            nonlocal good
            within = figures[2] <= BUDGETS[what]
            good = good and within
            said = "met" if within else "missed"
            shown = f"{figures[0] * 1000:7.0f} ms CPU, peer {figures[1] * 1000:6.0f} ms   {figures[2]:7.4g} {unit}"
            print(f"{name:28} {shown} (budget {BUDGETS[what]}): {said}")

        workbench = str(HERE / "workbench")
        found = pairs(lambda _: run(workbench, "--help"), lambda _: run(sys.executable, "-c", "pass"))
        told("help", "workbench --help", found, "of bare Python")

        template = str(Path(__file__).parents[1] / "notebooks_template")
        answers = ("project_name=Bench", "example=blank")
        peer = (str(HERE / "cookiecutter"), "--no-input", template, *answers)
        found = pairs(
            lambda n: run(workbench, "new", f"ours{n}", "--example", "blank", "--no-input"),
            lambda n: run(*peer, "-o", f"peer{n}"),
        )
        told("new", "workbench new", found, "of cookiecutter")

        none = project(base / "none", {})
        many = project(base / "many", {f"n{n}.ipynb": notebook(mark=str(n)) for n in range(NOTEBOOKS)})
        ours, alone, _ = pairs(
            lambda _: run(workbench, "status", cwd=many), lambda _: run(workbench, "status", cwd=none)
        )
        told("status", f"workbench status of {NOTEBOOKS}", (ours, alone, (ours - alone) / NOTEBOOKS), "s a notebook")

        root = location(base / "location")
        ours, by_hand, ratio = pairs(
            lambda _: run(sys.executable, "-c", OURS, cwd=root), lambda _: run(sys.executable, "-c", BY_HAND, cwd=root)
        )
        told("location", f"location of {MODULES} modules", (ours, by_hand, ratio), "of importing by hand")
        print(f"{'importing alone':28} {run(sys.executable, '-c', IMPORTS, cwd=root) * 1000:7.0f} ms CPU")
    return 0 if good else 1


if __name__ == "__main__":
    raise SystemExit(main())
