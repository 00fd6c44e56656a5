"""The notebook on its way into the process that runs it, and what comes back from there."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

from promote.model import Finding, Location, Notebook
from promote.patterns import pattern
from promote.verify.failures import sentence
from promote.verify.values import Capture, Captured, Loaded, Observed, Schema, TestsResult

_INJECTED = "injected-parameters"
_DF = pattern(r"\bdf(?=[.\[])")
_LATER = (
    "Or give the cells below the same tag, up to the one that makes a table of plain columns, and name that with "
    "`#| output:`."
)
_RERUN = "Put it right in the notebook: Restart Kernel and Run All Cells must end well."
_WAYS_OUT = {
    "ModuleNotFoundError": "Add the package to the dependencies in pyproject.toml and install it, or tag the cell "
    "skip-execution where no step needs it.",
    "ImportError": "Add what it asks for to the dependencies in pyproject.toml and install it, or tag the cell "
    "skip-execution where no step needs it.",
    "FileNotFoundError": "The notebook runs in its own folder: put the file where it looks, or take the cell out.",
    "UserError": "Put the file under the root of the resource, which config/*.yaml names, or write another name.",
    "StdinNotImplementedError": "Nobody can answer when the notebook is promoted: give the value a name in the cell "
    "tagged `parameters`, or tag the cell skip-execution where no step needs it.",
    **dict.fromkeys(
        ("URLError", "HTTPError", "gaierror", "ConnectionError", "ConnectError", "ConnectTimeout"),
        "It reaches for the network: give it a file to read, or tag the cell skip-execution where no step needs it.",
    ),
}


def notebook_file(notebook: Notebook) -> str:
    """Give a notebook as nbformat 4.5 JSON: its code cells with their tags, under ids made of their positions.

    Whatever was wrong with the file, with its ids, its outputs or the name of its kernel, has no part in it.
    Parameters that papermill injected into an earlier run are left out, as promotion leaves them out.
    """
    cells: list[dict[str, Any]] = [
        {
            "cell_type": "code",
            "id": f"cell-{cell.position}",
            "metadata": {"tags": list(cell.tags)},
            "source": cell.source,
            "outputs": [],
            "execution_count": None,
        }
        for cell in notebook.cells
        if cell.kind == "code" and _INJECTED not in cell.tags
    ]
    kernel = {"name": "promote-verify", "display_name": "verification", "language": "python"}
    metadata = {"kernelspec": kernel, "language_info": {"name": "python"}}
    return json.dumps({"nbformat": 4, "nbformat_minor": 5, "metadata": metadata, "cells": cells})


def run_request(
    notebook: Notebook,
    captures: Sequence[Capture],
    folder: Path,
    cwd: Path,
    parameters: Mapping[str, Any],
    *,
    timeout: float | None = None,
    output: Path | None = None,
) -> dict[str, Any]:
    """Put a notebook into a folder and give the request by which `promote.verify.observe` runs it from there.

    Args:
        notebook: What is run: its sources and tags, not its file.
        captures: The outputs to keep.
        folder: Where the notebook, and what its steps give, go.
        cwd: Where its kernel works.
        parameters: Values for papermill to put behind the `parameters` cell.
        timeout: Seconds that one cell may run; None for no limit.
        output: Where the executed notebook goes; None where it is not kept.
    """
    (folder / "run.ipynb").write_text(notebook_file(notebook), encoding="utf-8")
    return {
        "notebook": "run.ipynb",
        "output": None if output is None else str(output),
        "cwd": str(cwd),
        "folder": str(folder),
        "parameters": dict(parameters),
        "captures": [{"variable": capture.variable, "cell": capture.cell} for capture in captures],
        "timeout": timeout,
    }


def observed(
    notebook: Notebook, captures: Sequence[Capture], folder: Path, answer: Mapping[str, Any], root: Path
) -> Observed:
    """Make sense of a run: of the answer of the process, and of the files that the kernel wrote."""
    failure = _failure(notebook, answer["failure"], root) if answer["failure"] else None
    kept: dict[str, Captured] = {}
    findings = [failure] if failure is not None else []
    for number, capture in enumerate(captures):
        told = _json(folder / f"{number}.json")
        if told is None:
            if failure is None:
                findings.append(_unkept(notebook, capture, {"problem": "unanswered"}))
        elif "problem" in told:
            findings.append(_unkept(notebook, capture, told))
        else:
            schema, path = _schema(told["schema"]), folder / told["file"]
            kept[capture.name] = Captured(capture.name, told["kind"], schema, told["rows"], path)
    return Observed(kept, _loads((folder / "loads").glob("*.json")), tuple(findings), answer["ran"], failure)


def _loads(paths: Iterable[Path]) -> dict[str, Loaded]:
    told = [_json(path) for path in paths]
    loads = [Loaded(t["name"], t["kind"], _schema(t["schema"]), t["rows"]) for t in told if t is not None]
    return {load.name: load for load in sorted(loads, key=lambda load: load.name)}


def _failure(notebook: Notebook, failure: Mapping[str, Any], root: Path) -> Finding:
    if failure["cell"] is None:
        message = "The notebook's kernel did not start."
        return Finding(
            "PR508", "error", message, Location(notebook.path), "Try again; see what `workbench doctor` says."
        )
    location = notebook.at(failure["cell"])
    if failure["kind"] == "timeout":
        message = "The cell was still running when its time was up."
        return Finding("PR509", "error", message, location, "Make it quicker, or allow it more time.")
    if failure["kind"] == "died":
        message = "The kernel died while this cell ran, or while the step's output was kept."
        return Finding("PR508", "error", message, location, "See whether it ends the process or needs too much memory.")
    if failure["name"] == "SystemExit":
        message = "The cell ends the notebook (SystemExit)."
        return Finding("PR501", "error", message, location, "Take the exit out, so that the notebook runs to its end.")
    source = notebook.cells[failure["cell"] - 1].source
    line = failure["line"]
    if line is not None and 0 < line <= source.count("\n") + 1:
        location = notebook.at(failure["cell"], line)
    said = sentence(failure["name"], failure["message"], source=source, root=root)
    return Finding(
        "PR501", "error", f"The cell fails when it is run: {said}.", location, _WAYS_OUT.get(failure["name"], _RERUN)
    )


def _unkept(notebook: Notebook, capture: Capture, told: Mapping[str, Any]) -> Finding:
    location = notebook.at(capture.cell, tag=capture.tag)
    name = f"`{capture.variable}`"
    match told["problem"]:
        case "no frame":
            article = "an" if told["type"][:1].lower() in "aeiou" else "a"
            message = f"{name}, which the step gives, is no frame but {article} {told['type']}."
            hint = "Give a Polars LazyFrame or DataFrame, a pandas DataFrame or a DuckDB relation."
            if told["type"] == "Series":
                hint = f"Write `{capture.variable} = {capture.variable}.to_frame()`."
            return Finding("PR502", "error", message, location, hint)
        case "missing":
            message = f"{name}, which the step gives, does not exist when its last cell has run."
            return Finding(
                "PR510", "error", message, location, "Bind it on every path, or name another with `output:`."
            )
        case "unkept":
            message = f"{name}, which the step gives, cannot be kept: {_clause(told['said'])}"
            hint = told.get("hint") or "Give a frame that computes and that Parquet can hold."
            if hint.startswith("Convert"):
                hint = f"{_DF.sub(capture.variable, hint)} {_LATER}"
            return Finding("PR511", "error", message, location, hint)
    message = f"{name}, which the step gives, could not be kept: the kernel gave no answer."
    return Finding("PR511", "error", message, location, "See whether the notebook replaces parts of IPython.")


def _clause(said: str) -> str:
    return said if said.endswith(".") else f"{said}."


def _schema(pairs: Sequence[Sequence[str]]) -> Schema:
    return tuple((name, dtype) for name, dtype in pairs)


def _json(path: Path) -> Any:
    return json.loads(path.read_text(encoding="utf-8")) if path.is_file() else None


def pytest_result(report: Path, output: str) -> TestsResult:
    """Read the report that pytest wrote; `output` is the end of what it printed."""
    cases = list(ElementTree.parse(report).iter("testcase"))  # noqa: S314 - pytest's own report, in our own folder
    said: dict[str, str] = {}
    skipped = 0
    passed: Counter[str] = Counter()
    for case in cases:
        fault = next((found for kind in ("failure", "error") if (found := case.find(kind)) is not None), None)
        if fault is not None:
            name = "::".join(filter(None, (case.get("classname"), case.get("name"))))
            said[name] = fault.get("message", "").partition("\n")[0]
        elif case.find("skipped") is not None:
            skipped += 1
        else:
            passed[case.get("classname", "")] += 1
    return TestsResult(passed.total(), tuple(said), skipped, output, dict(passed), said)
