"""What promotion and eight peers make of the same notebooks: right, refused or failed, or silently wrong.

    .venv/bin/python benchmarks/bench_promotion.py [--peers] [--cache FOLDER] [--only TOOL...] [--show] [--public]

Every notebook has tagged steps. It is run cell by cell, and what each step holds at the end of its last cell is what
must come. Then each tool takes it (`promotion_peers` tells how), what the tool made is run, a step in a process of its
own, and what a step holds at the same place is compared, to type, index and last bit:

    right     every step holds what it held in the notebook
    refused   the tool, or what it made, ended with an error; no step that was reached held anything else
    wrong     a step held something else, or never came, and nobody said so

The set, chosen by rule from notebooks that the suite knows: the golden ones that run by themselves, every twelfth of
`soundness/at_large/data_flow.txt` (one construct each) and every fourteenth of `notebooks.txt` there (whole analyses).
Promotion has been mended by these, so that its own figure shows only that nothing came loose. `--public` takes
notebooks that other people published instead: `promotion_public`. `--made` tells what each tool makes of one notebook
with a parameter and two steps, and what becomes of an edit there when it is run again: `promotion_made`.

`--peers` installs the peers, in the versions of `promotion_peers`, each into an environment of its own under the cache.
Exits 1 where promotion is wrong once.
"""

from __future__ import annotations

import argparse
import importlib.metadata
import json
import os
import re
import shutil
import subprocess
import sys
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

import promotion_made  # noqa: E402
import promotion_public  # noqa: E402
from promotion_peers import AS_WANTED, PACKAGES, Cells, installed, step_of, written  # noqa: E402
from promotion_probe import kept, sleeping  # noqa: E402

from promote.selection.select import assigned  # noqa: E402
from tests.promote.golden_notebooks import NOTEBOOKS  # noqa: E402
from tests.promote.soundness_cases import FOLDER, read_cases  # noqa: E402
from tests.promote.test_golden import RUNNABLE  # noqa: E402

EVERY = {"data_flow": 12, "notebooks": 14}


@dataclass(frozen=True)
class Taken:
    """What a tool made of one notebook: each step's value as text, and what was said where it did not end well."""

    steps: Mapping[str, str]
    said: str


@dataclass
class Count:
    """How many notebooks came to what, and which."""

    number: Counter[str] = field(default_factory=Counter)
    which: list[tuple[str, str, str]] = field(default_factory=list)


def chosen() -> dict[str, Cells]:
    """Give the notebooks of the set, by name."""
    found: dict[str, Cells] = {f"golden: {name}": NOTEBOOKS[name] for name in RUNNABLE}
    for table, every in EVERY.items():
        for case in read_cases(FOLDER / "at_large" / f"{table}.txt")[::every]:
            found[case.id] = case.cells
    return found


def marked(cells: Cells) -> list[tuple[str, str]]:
    """Give the cells with a comment where each step ends."""
    ends = {step_of(tags): number for number, (tags, _) in enumerate(cells) if step_of(tags)}
    return [
        (tags, source + sleeping(step_of(tags), output(cells, step_of(tags))) if number in ends.values() else source)
        for number, (tags, source) in enumerate(cells)
    ]


def output(cells: Cells, step: str) -> str:
    """Give the variable that a step gives: `output:`, its own name, or the last that its last cell binds."""
    mine = [source for tags, source in cells if step_of(tags) == step]
    for source in mine:
        if told := re.search(r"^#\| output: (\w+)", source, re.MULTILINE):
            return told[1]
    bound = [name for source in mine for name in names(source)]
    return step if step in bound else bound[-1]


def names(source: str) -> Sequence[str]:
    """Give the names that a cell binds; none of one that is no Python by itself."""
    try:
        return assigned(re.sub(r"^%.*", "", source, flags=re.MULTILINE))
    except SyntaxError:
        return ()


def taken(
    tool: str, python: Path, sets: Mapping[str, Cells], place: Path, more: Sequence[Path] = ()
) -> dict[str, Taken]:
    """Take every notebook through one tool."""
    folders: dict[str, Path] = {}
    for number, (name, cells) in enumerate(sets.items()):
        folders[name] = place / tool / f"n{number}"
        shutil.rmtree(folders[name], ignore_errors=True)
        folders[name].mkdir(parents=True)
        (folders[name] / "cells.json").write_text(json.dumps(list(cells)), "utf-8")
        written(folders[name], AS_WANTED[tool](marked(cells)))
    batch = [str(python), str(ROOT / "benchmarks/promotion_batch.py"), tool, *map(str, folders.values())]
    subprocess.run(batch, env=environment(python, more), check=True, stdout=subprocess.DEVNULL)
    return {
        name: Taken(
            json.loads((folder / "ours.json").read_text())
            if (folder / "ours.json").exists()
            else kept(folder / "probe.jsonl"),
            (folder / "ended.txt").read_text("utf-8"),
        )
        for name, folder in folders.items()
    }


def environment(python: Path, more: Sequence[Path] = ()) -> dict[str, str]:
    """Give the environment in which a tool is run."""
    clean = {k: v for k, v in os.environ.items() if k not in {"VIRTUAL_ENV", "PYTHONHOME"}}
    own = (ROOT,) if python.parent == Path(sys.executable).parent else ()
    return clean | {
        "PATH": f"{python.parent}{os.pathsep}{os.environ['PATH']}",
        "PYTHONPATH": os.pathsep.join(map(str, (ROOT / "benchmarks", *own, *more))),
        "PYTHONHASHSEED": "0",
        "MPLBACKEND": "Agg",
        "DAGSTER_DISABLE_TELEMETRY": "1",
        "PLOOMBER_STATS_ENABLED": "false",
        "DO_NOT_TRACK": "1",
    }


def judged(tool: str, expected: Mapping[str, str], got: Taken) -> tuple[str, str]:
    """Give the verdict on one notebook and why."""
    if tool == "ours":
        expected = dict.fromkeys(expected, "same")
        wrong = [step for step, said in got.steps.items() if said not in {"same", "refused"}]
        if not wrong and "refused" in got.steps.values():
            return "refused", ", ".join(step for step, said in got.steps.items() if said == "refused")
    else:
        wrong = [step for step, value in got.steps.items() if value != expected.get(step)]
    if wrong:
        return "wrong", f"{wrong[0]}: {got.steps[wrong[0]][:150]} instead of {expected.get(wrong[0], '')[:150]}"
    missing = [step for step in expected if step not in got.steps]
    if got.said:
        return "refused", last_line(got.said)
    return ("wrong", f"{missing[0]} never came") if missing else ("right", "")


def last_line(text: str) -> str:
    """Give the last line of a text that names an error, or else its last line."""
    lines = [re.sub(r"\x1b\[[0-9;]*m", "", line).strip() for line in text.splitlines() if line.strip()]
    named = [
        line for line in lines if re.match(r"[\w.]*(Error|Exception|Exit)(: |$)", line) and "StepError" not in line
    ]
    return (named or lines or [""])[-1][:160]


def main() -> int:
    """Take all through all, print and judge."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--peers", action="store_true", help="install the peers and take them too")
    parser.add_argument("--cache", type=Path, default=ROOT / "build" / "peers", help="where they are installed")
    parser.add_argument("--only", nargs="*", help="these tools")
    parser.add_argument("--public", action="store_true", help="notebooks that packages ship, fetched")
    parser.add_argument("--made", action="store_true", help="tell what each makes of one notebook instead")
    parser.add_argument("--show", action="store_true", help="tell every notebook that is not right, and why")
    given = parser.parse_args()
    cache = given.cache.resolve()
    own = Path(sys.executable)
    pythons = {"ours": own}
    if given.peers:
        found = installed(cache / "tools", importlib.metadata.version)
        pythons |= {name: place / "python" for name, place in found.items()}
    if given.only:
        pythons = {name: python for name, python in pythons.items() if name in given.only}
    if given.made:
        for tool, python in pythons.items():
            found_there = promotion_made.made(tool, python, environment(python), cache / "runs")
            print(promotion_made.told(tool, found_there), flush=True)
        return 0
    more: tuple[Path, ...] = ()
    if given.public:
        more = (promotion_public.libraries(cache / "libraries"),)
        sys.path += map(str, more)
        sets = promotion_public.chosen(promotion_public.fetched(cache / "public"))
    else:
        sets = chosen()
    return compared(pythons, sets, cache / ("public-runs" if given.public else "runs"), more, show=given.show)


def compared(
    pythons: Mapping[str, Path], sets: dict[str, Cells], place: Path, more: Sequence[Path], *, show: bool
) -> int:
    """Take every notebook through every tool, print the table; give 1 where promotion is wrong once."""
    expected = taken("plain", Path(sys.executable), sets, place / "first", more)
    again = taken("plain", Path(sys.executable), sets, place / "second", more)
    for name, run in list(expected.items()):
        if run.said or run != again[name]:
            why = last_line(run.said) if run.said else "it gives something else each time"
            print(f"{name}: the notebook itself cannot be compared with here, and is left out: {why}")
            del sets[name], expected[name]
    print(f"{len(sets)} notebooks, {sum(len(run.steps) for run in expected.values())} steps")
    print(f"{'':34}{'right':>8}{'refused or failed':>20}{'silently wrong':>17}", flush=True)
    wrong = 0
    for tool, python in pythons.items():
        count = Count()
        for name, got in taken(tool, python, sets, place, more).items():
            verdict, why = judged(tool, expected[name].steps, got)
            count.number[verdict] += 1
            if verdict != "right":
                count.which.append((verdict, name, why))
        n = count.number
        print(f"{named(tool):34}{n['right']:8}{n['refused']:20}{n['wrong']:17}", flush=True)
        if show:
            print(
                *(f"    {verdict:8} {name}: {why}" for verdict, name, why in sorted(count.which)), sep="\n", flush=True
            )
        wrong += n["wrong"] if tool == "ours" else 0
    return 1 if wrong else 0


def named(tool: str) -> str:
    """Name a tool with its version."""
    package, _, way = tool.partition(", ")
    if package not in PACKAGES:
        return "promote --include-needed"
    return f"{PACKAGES[package][0]}, {way} alone" if way else str(PACKAGES[package][0])


if __name__ == "__main__":
    raise SystemExit(main())
