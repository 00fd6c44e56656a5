"""The peers of `bench_promotion.py`: what each is installed as, and a notebook with our tags as each wants it.

What becomes of a cell without a tag is chosen in each tool's favour, as its documentation says.
"""

from __future__ import annotations

import ast
import json
import re
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from promotion_probe import woken

FRAMES = ("pandas", "polars", "numpy", "pyarrow", "matplotlib", "duckdb", "altair", "ipykernel", "ipython")
PACKAGES: dict[str, tuple[str, ...]] = {
    "soorgeon": ("soorgeon==0.0.20", "ploomber==0.23.3", "cloudpickle"),
    "Kale": ("kubeflow-kale==2.3.0",),
    "nbdev": ("nbdev==3.3.26",),
    "jupytext": ("jupytext==1.19.6",),
    "nbconvert": ("nbconvert==7.17.2",),
    "papermill": ("papermill==2.7.0",),
    "dagstermill": ("dagstermill==0.29.27",),
    "marimo": ("marimo==0.25.2",),
}
Cells = Sequence[tuple[str, str]]


def installed(folder: Path, version: Callable[[str], str]) -> dict[str, Path]:
    """Install every peer into an environment of its own under a folder; give their `bin` folders.

    Each has the frame libraries in this project's versions. One that cannot be installed is told and left out.
    """
    frames = [f"{name}=={version(name)}" for name in FRAMES]
    uv = Path(sys.executable).with_name("uv")
    found: dict[str, Path] = {}
    for name, packages in PACKAGES.items():
        place = folder / name.lower()
        if not (place / "installed").exists():
            asked = [*packages, *(frames[:-2] if name in {"Kale", "soorgeon"} else frames)]
            subprocess.run([uv, "venv", "-q", "--clear", "--python", sys.executable, place], check=True)
            command = [
                str(uv),
                "pip",
                "install",
                "-q",
                "--python",
                str(place / "bin" / "python"),
                *asked,
                "setuptools<81",
            ]
            done = subprocess.run(command, capture_output=True, text=True, check=False)
            if done.returncode:
                print(f"{name} could not be installed and is left out: {done.stderr[-300:]}", file=sys.stderr)
                continue
            (place / "installed").touch()
        found[name] = place / "bin"
    return found | ({"nbdev, steps": found["nbdev"]} if "nbdev" in found else {})


def written(folder: Path, cells: Cells) -> Path:
    """Write a notebook of cells; those with the tag `md` hold text."""
    made: list[dict[str, object]] = [
        {"cell_type": "markdown", "id": f"c{n}", "metadata": {}, "source": source}
        if tags == "md"
        else {"cell_type": "code", "id": f"c{n}", "metadata": {"tags": tags.split()}, "source": source, "outputs": [],
              "execution_count": None}
        for n, (tags, source) in enumerate(cells)
    ]  # fmt: skip
    kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
    language = {"name": "python", "file_extension": ".py"}
    path = folder / "notebook.ipynb"
    path.write_text(
        json.dumps(
            {
                "nbformat": 4,
                "nbformat_minor": 5,
                "metadata": {"kernelspec": kernel, "language_info": language},
                "cells": made,
            }
        ),
        "utf-8",
    )
    return path


def step_of(tags: str) -> str:
    """Give the step that a cell of ours belongs to, or nothing."""
    return next((tag.split(":", 1)[1] for tag in tags.split() if re.match(r"(bronze|silver|gold):", tag)), "")


def only(source: str, *kinds: str) -> bool:
    """Whether every statement of a cell is of these kinds of the syntax tree; docstrings aside."""
    try:
        body = ast.parse(source).body
    except SyntaxError:
        return False
    return bool(body) and all(type(node).__name__ in kinds for node in body)


def as_sections(cells: Cells) -> list[tuple[str, str]]:
    """Give soorgeon's reading: a second-level heading where a step begins; what stands before is called `prepare`."""
    made: list[tuple[str, str]] = []
    current = None
    for tags, source in cells:
        step = step_of(tags) or (current if current is not None else "prepare")
        if step != current and tags != "md":
            taken = sum(
                text == f"## {step}" or text.startswith(f"## {step} again") for kind, text in made if kind == "md"
            )
            made.append(("md", f"## {step}" + (f" again {taken}" if taken else "")))
            current = step
        made.append(("md" if tags == "md" else "", re.sub(r"^## ", "### ", source) if tags == "md" else source))
    return made


def as_kale(cells: Cells) -> list[tuple[str, str]]:
    """Give Kale's tags: every step after the one before it; untagged cells belong to the step before, as Kale has it.

    Imports, functions and parameters have tags of their own. What is computed before the first step is one of its own.
    """
    made: list[tuple[str, str]] = []
    before, seen = "", set[str]()
    for tags, source in cells:
        step = step_of(tags)
        if tags == "md":
            made.append((tags, source))
            continue
        if tags == "parameters":
            kale = "pipeline-parameters"
        elif not step and (
            tags == "helpers" or (not seen and only(source, "FunctionDef", "ClassDef", "AsyncFunctionDef"))
        ):
            kale = "functions"
        elif not step and only(source, "Import", "ImportFrom"):
            kale = "imports"
        else:
            name = (step or before or "prepare").replace("_", "-").lower()
            kale = f"step:{name.replace('-', '_')}"
            kale += f" prev:{before}" if before and kale != f"step:{before}" and kale not in seen else ""
            before = kale.split()[0].removeprefix("step:")
            seen.add(f"step:{before}")
        made.append((kale, source))
    return made


def as_exported(cells: Cells) -> list[tuple[str, str]]:
    """Give nbdev's directives: every cell is exported, since nbdev leaves it to the analyst what else a step needs."""
    return [
        ("", "#| default_exp steps"),
        *((tags, source if tags == "md" else exported(source)) for tags, source in cells),
    ]


def as_exported_steps(cells: Cells) -> list[tuple[str, str]]:
    """Give nbdev's directives where only what is tagged, imports and definitions are exported."""
    kept = ("Import", "ImportFrom", "FunctionDef", "ClassDef")
    return [
        ("", "#| default_exp steps"),
        *((t, exported(s) if t != "md" and (t or only(s, *kept)) else s) for t, s in cells),
    ]


def exported(source: str) -> str:
    """Give a cell with the directive that exports it."""
    return f"#| export\n{source}"


def as_run(cells: Cells) -> list[tuple[str, str]]:
    """Give the cells with their probes awake, for what runs a notebook as it is."""
    return [(tags, woken(source)) for tags, source in cells]


AS_WANTED: Mapping[str, Callable[[Cells], Cells]] = {
    "soorgeon": as_sections,
    "Kale": as_kale,
    "nbdev": as_exported,
    "nbdev, steps": as_exported_steps,
    "jupytext": lambda cells: cells,
    "nbconvert": lambda cells: cells,
    "marimo": lambda cells: cells,
    "papermill": as_run,
    "dagstermill": as_run,
    "plain": as_run,
    "ours": lambda cells: cells,
}
