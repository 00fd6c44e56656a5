"""Analyse the notebooks that packages ship in their source distributions, and print what came of them.

    .venv/bin/python scripts/corpus.py build/corpus --download     fetch, unpack and analyse
    .venv/bin/python scripts/corpus.py build/corpus                analyse what is there

Every notebook under the folder is read, selected and planned three times in one process: as it is, with the tags that
`workbench suggest` proposes, and with the last cell that binds a variable tagged `silver:last_step` and all that it
needs. Nothing of a notebook is run. Exits 1 where one of them crashed the compiler or took longer than the budget.
"""

from __future__ import annotations

import argparse
import ast
import shutil
import statistics
import subprocess
import sys
import tarfile
import time
import zipfile
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from promote.findings import FindingError
from promote.model import Finding, Notebook
from promote.notebook.read import parse
from promote.plan import plan
from promote.selection.select import assigned, select
from promote.suggest.proposal import suggest

PACKAGES = """papermill nbclient nbconvert nbval jupytext nbdime dagstermill nbformat holoviews hvplot xarray dowhy
seaborn sktime tsfresh shap pandera nbmake"""
BUDGET = 0.1  # CPU seconds for one notebook, read and planned once


@dataclass(slots=True)
class Pass:
    """What one pass over the corpus gave."""

    name: str
    seconds: list[tuple[float, str]] = field(default_factory=list)
    codes: Counter[str] = field(default_factory=Counter)
    crashes: list[str] = field(default_factory=list)
    errors: Counter[str] = field(default_factory=Counter)  # notebooks in which an error of this code stands
    choosing: list[float] = field(default_factory=list)
    promotable: int = 0
    tried: int = 0


def main(argv: Sequence[str]) -> int:
    """Fetch if asked, analyse, print, and give 1 where something crashed or was slow."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path, help="where distributions and notebooks are kept; outside git")
    parser.add_argument("--download", action="store_true", help="fetch the distributions that are not there yet")
    parser.add_argument("--packages", nargs="*", default=PACKAGES.split(), help="by name, in place of the usual ones")
    parser.add_argument("--show", metavar="CODE", help="print each error of this code with its line")
    arguments = parser.parse_args(argv)
    if arguments.download:
        download(arguments.folder, arguments.packages)
    notebooks = sorted((arguments.folder / "notebooks").rglob("*.ipynb"))
    if not notebooks:
        print("No notebook is there: run it with --download.")
        return 2
    results = analyse(notebooks, arguments.folder / "notebooks", arguments.show)
    print(report(results, len(notebooks), baseline()))
    return 1 if any(r.crashes or max(r.seconds)[0] > BUDGET for r in results) else 0


def download(folder: Path, packages: Sequence[str]) -> None:
    """Fetch source distributions with pip and unpack their notebooks; one that cannot be had is told."""
    kept = folder / "distributions"
    for package in packages:
        place = kept / package
        if not place.is_dir():
            fresh = kept / f"{package}.part"
            shutil.rmtree(fresh, ignore_errors=True)
            command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--no-binary", package]
            done = subprocess.run([*command, "--dest", str(fresh), package], capture_output=True, check=False)
            if done.returncode:
                print(f"{package}: its source distribution could not be fetched", file=sys.stderr)
                continue
            fresh.rename(place)
        count = sum(unpack(file, folder / "notebooks" / package) for file in sorted(place.iterdir()))
        print(f"{package}: {count} notebooks", file=sys.stderr)


def unpack(archive: Path, into: Path) -> int:
    """Write the notebooks of an archive under a folder and give their number; no name in it can lead outside."""
    count = 0
    for name, content in members(archive):
        parts = [part for part in name.split("/")[1:] if part not in ("", ".", "..")]
        target = into.joinpath(*parts)
        if parts and ".ipynb_checkpoints" not in parts:
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(content)
            count += 1
    return count


def members(archive: Path) -> Iterator[tuple[str, bytes]]:
    """Give name and content of every notebook in an archive."""
    if archive.suffix == ".zip":
        with zipfile.ZipFile(archive) as opened:
            for entry in opened.namelist():
                if entry.endswith(".ipynb"):
                    yield entry, opened.read(entry)
    elif tarfile.is_tarfile(archive):
        with tarfile.open(archive) as opened_tar:
            for member in opened_tar:
                if member.isfile() and member.name.endswith(".ipynb") and (stream := opened_tar.extractfile(member)):
                    yield member.name, stream.read()


def analyse(notebooks: Sequence[Path], root: Path, show: str | None) -> list[Pass]:
    """Take every notebook through the three passes."""
    results = [Pass(name) for name in WAYS]
    for path in notebooks:
        shown = path.relative_to(root).as_posix()
        raw = path.read_bytes()
        for result, way in zip(results, WAYS.values(), strict=True):
            one(raw, shown, result, way, show)
    return results


def one(raw: bytes, shown: str, result: Pass, way: Callable[[Notebook], Notebook | None], show: str | None) -> None:
    """Take one notebook through one pass; what chooses the tags is not counted into its time."""
    before = time.process_time()
    findings: tuple[Finding, ...] = ()
    try:
        notebook = parse(raw, shown)
        chosen = time.process_time()
        given = way(notebook)
        result.choosing.append(time.process_time() - chosen)
        before += result.choosing[-1]
        if given is not None:
            result.tried += 1
            selection = select(given)
            planned = plan(selection, include_needed=given is not notebook)
            findings = (*selection.findings, *planned.findings)
            result.promotable += bool(planned.plans) and not planned.refused
    except FindingError as refused:
        findings = (refused.finding,)
    except Exception as crash:  # noqa: BLE001 - finding crashes is what this is for
        result.crashes.append(f"{shown}: {type(crash).__name__}: {crash}")
    result.seconds.append((time.process_time() - before, shown))
    result.codes.update(f"{f.code} {f.severity}" for f in findings)
    result.errors.update({f.code for f in findings if f.severity == "error"})
    for finding in findings:
        if show == finding.code and finding.severity == "error":
            at = finding.location
            print(f"[{result.name}] {shown}:cell {at.cell}:{at.line}: {finding.message}\n    {at.text.strip()}")


def as_it_is(notebook: Notebook) -> Notebook:
    """Give the notebook with the tags that it has."""
    return notebook


def as_suggested(notebook: Notebook) -> Notebook | None:
    """Give the notebook with the tags that are proposed; None where nothing is."""
    proposal = suggest(notebook)
    return proposal.notebook if proposal.steps else None


def last_step(notebook: Notebook) -> Notebook | None:
    """Give the notebook with the last cell that binds a variable to a call as a step; None where no cell does."""
    for cell in reversed(select(notebook).cells):
        if names := bound(cell.python):
            cells = list(notebook.cells)
            given = cells[cell.position - 1]
            options = {**given.options, "output": names[-1]}
            cells[cell.position - 1] = replace(given, tags=("silver:last_step",), options=options)
            return replace(notebook, cells=tuple(cells))
    return None


WAYS: dict[str, Callable[[Notebook], Notebook | None]] = {
    "as it is": as_it_is,
    "as suggested": as_suggested,
    "last step": last_step,
}


def bound(python: str) -> tuple[str, ...]:
    """Give the variables that the statements at the top of a cell bind to what a call gives."""
    held = [n for n in ast.parse(python).body if isinstance(n, ast.Assign) and isinstance(n.value, ast.Call)]
    return assigned("\n".join(ast.unparse(node) for node in held))


def baseline() -> float:
    """Give the CPU seconds of `python -c 'import json, ast, tokenize, argparse'`, the best of five."""
    best = 9.0
    for _ in range(5):
        before = resource_children()
        subprocess.run([sys.executable, "-c", "import json, ast, tokenize, argparse"], check=True)
        best = min(best, resource_children() - before)
    return best


def resource_children() -> float:
    """Give the CPU seconds of the processes that this one has started and that have ended."""
    import resource  # noqa: PLC0415 - not on every system

    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def report(results: Sequence[Pass], count: int, base: float) -> str:
    """Give the tables."""
    lines = [f"{count} notebooks; bare Python with four imports takes {base:.3f} CPU seconds on this machine"]
    for result in results:
        times = sorted(seconds for seconds, _ in result.seconds)
        slow, where = max(result.seconds)
        share = f"{result.promotable} of {result.tried} promotable" if result.tried else "none tried"
        lines += [
            "",
            f"{result.name}: {share}; {len(result.crashes)} crashes",
            f"  CPU seconds: median {statistics.median(times):.4f}, "
            f"99th in a hundred {times[len(times) * 99 // 100]:.4f}, "
            f"most {slow:.4f} ({where}); {sum(t > BUDGET for t in times)} over {BUDGET}",
            f"  choosing the tags: most {max(result.choosing, default=0.0):.4f}",
            "  findings: " + ", ".join(f"{code} {n}" for code, n in sorted(result.codes.items())),
            "  notebooks with an error: " + ", ".join(f"{code} {n}" for code, n in result.errors.most_common()),
            *(f"  CRASH {crash}" for crash in result.crashes),
        ]
    return "\n".join(lines)


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
