"""The notebooks of `bench_promotion.py --public`: those in the source distributions of packages, fetched, not kept.

A notebook is taken where it runs from its first cell to its last in a fresh process, without a network and within
`SECONDS`, and binds variables in two cells or more; of those with the same cells one is taken, and of one package's the
first `MOST` by path. Nobody chose the steps: the last two cells that bind a variable are `silver:first` and
`gold:second` and give the last that they bind; all others carry no tag.
"""

from __future__ import annotations

import importlib.util
import json
import os
import signal
import subprocess
import sys
from collections import Counter
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING

from promotion_probe import shell_without_screen

from promote.selection.select import assigned

if TYPE_CHECKING:
    from promotion_peers import Cells

ROOT = Path(__file__).parents[1]
PACKAGES = """colorcet jupytext nbclient nbconvert nbdime nbgrader nbval pandera papermill petl
xarray"""
LIBRARIES = ("petl==1.7.30", "xarray", "colorcet", "nbgrader")  # what their notebooks are about, beside what is here
SECONDS, MOST, LEAST_CELLS, STEPS = 20, 6, 3, 2


def fetched(folder: Path) -> Path:
    """Fetch and unpack the distributions that are not there yet, by the robustness corpus's own program."""
    spec = importlib.util.spec_from_file_location("corpus", ROOT / "scripts/corpus.py")
    assert spec is not None and spec.loader is not None  # noqa: PT018, S101 - it is there
    corpus: ModuleType = importlib.util.module_from_spec(spec)
    sys.modules["corpus"] = corpus
    spec.loader.exec_module(corpus)
    corpus.download(folder, PACKAGES.split())
    return folder / "notebooks"


def libraries(folder: Path) -> Path:
    """Install what the notebooks are about into a folder that every tool's path ends with."""
    if not folder.exists():
        uv = Path(sys.executable).with_name("uv")
        into = ["--no-deps", "--python", sys.executable, "--target", str(folder)]
        command = [str(uv), "pip", "install", "-q", *into, *LIBRARIES]
        if subprocess.run(command, check=False).returncode:
            print("The libraries of some notebooks could not be installed: those are left out.", file=sys.stderr)
    return folder


def chosen(folder: Path) -> dict[str, Cells]:
    """Give the notebooks, by package and path."""
    found: dict[str, Cells] = {}
    seen: set[tuple[str, ...]] = set()
    count: Counter[str] = Counter()
    for path in sorted(folder.rglob("*.ipynb")):
        package, name = path.relative_to(folder).parts[0], path.relative_to(folder).as_posix()
        cells = code_of(path)
        key = tuple(source for tags, source in cells if tags != "md")
        if len(key) < LEAST_CELLS or key in seen or count[package] == MOST:
            continue
        seen.add(key)
        tagged = with_steps(cells)
        if tagged and runs(key, path.parent):
            count[package] += 1
            found[name] = tagged
    return found


def code_of(path: Path) -> list[tuple[str, str]]:
    """Give the cells of a notebook of Python; none of another or of a broken one."""
    try:
        content = json.loads(path.read_bytes())
        meta = content["metadata"]
        if "python" not in (str(meta.get("kernelspec")) + str(meta.get("language_info"))).lower():
            return []
        return [
            ("md" if cell["cell_type"] == "markdown" else "", "".join(cell["source"]))
            for cell in content["cells"]
            if cell["cell_type"] in {"code", "markdown"} and "".join(cell["source"]).strip()
        ]
    except (ValueError, KeyError, TypeError):
        return []


def with_steps(cells: list[tuple[str, str]]) -> list[tuple[str, str]]:
    """Tag the last two cells that bind a variable; nothing where there are none."""
    binding = [number for number, (tags, source) in enumerate(cells) if tags != "md" and bound(source)]
    tags = dict(zip(binding[-2:], ("silver:first", "gold:second"), strict=False))
    if len(tags) < STEPS:
        return []
    return [
        (tags[number], f"#| output: {bound(source)[-1]}\n{source}") if number in tags else (tag, source)
        for number, (tag, source) in enumerate(cells)
    ]


def bound(source: str) -> tuple[str, ...]:
    """Give the variables that a cell of plain Python binds."""
    try:
        return assigned(source)
    except SyntaxError:
        return ()


def runs(sources: tuple[str, ...], folder: Path) -> bool:
    """Whether the cells run to their end in a process of their own."""
    child = os.fork()
    if not child:
        signal.alarm(SECONDS)
        os.chdir(folder)
        nowhere = os.open(os.devnull, os.O_RDWR)
        for stream in (0, 1, 2):
            os.dup2(nowhere, stream)
        code = 1
        try:
            shell = shell_without_screen()
            for source in sources:
                shell.run_cell(source).raise_error()
            code = 0
        finally:
            os._exit(code)
    return os.waitpid(child, 0)[1] == 0
