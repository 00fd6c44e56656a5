"""Running one notebook with papermill: parameters checked first, failures shown by cell."""

from __future__ import annotations

import json
import re
import sys
import warnings
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from platform_core.environment import setting
from platform_core.errors import UserError
from platform_core.suggest import did_you_mean
from workbench.parameters import bind, parameters_cell, read_parameters
from workbench.project import Project

LONGEST_MESSAGE = 400


def read_notebook(path: Path, location: str) -> dict[str, Any]:
    """Read a notebook's JSON.

    Raises:
        UserError: There is no such file, or it is no notebook of the present format (4).
    """
    if not path.is_file():
        near = [found.name for found in path.parent.glob("*.ipynb")] if path.parent.is_dir() else []
        raise UserError("There is no such notebook.", hint=did_you_mean(path.name, near), location=location)
    try:
        content = json.loads(path.read_text(encoding="utf-8-sig"))
    except (OSError, ValueError, RecursionError) as error:
        raise UserError("The file is not a notebook: it cannot be read as JSON.", location=location) from error
    if not isinstance(content, dict) or content.get("nbformat") != 4 or not isinstance(content.get("cells"), list):
        hint = "Open it in JupyterLab and save it again."
        raise UserError("The file is not a notebook of format 4.", hint=hint, location=location)
    return content


def run_notebook(project: Project, path: Path, given: Mapping[str, str]) -> Path:
    """Run a notebook in a fresh kernel and give the path of the executed copy, under the project's `data/runs/`.

    Args:
        project: The project that the notebook works in.
        path: The notebook.
        given: Parameter names and the texts of their values.

    Raises:
        UsageError: A parameter is unknown or its value has the wrong type; nothing was run.
        UserError: The file is no notebook, or a cell failed; it names the cell and the line.
    """
    location = project.relative(path)
    notebook = read_notebook(path, location)
    index = parameters_cell(notebook)
    if index is None and given:
        hint = "Tag the cell that sets them with `parameters`."
        raise UserError("The notebook has no parameters cell.", hint=hint, location=location)
    values: dict[str, Any] = {}
    if index is not None:
        source = cell_source(notebook["cells"][index])
        values = bind(read_parameters(source, f"{location}:cell {index + 1}"), given, location)
    output = project.runs / _place(project, path)
    output.parent.mkdir(parents=True, exist_ok=True)
    _execute(project, path, output, values, notebook)
    return output


def cell_source(cell: Mapping[str, Any]) -> str:
    """Give a cell's source as one text (in a file it may be a list of lines)."""
    source = cell.get("source", "")
    return "".join(source) if isinstance(source, list) else str(source)


def _place(project: Project, path: Path) -> Path:
    """Give the executed copy's place below `data/runs`: as the notebook's below `notebooks`."""
    resolved = path.resolve()
    notebooks = project.root / "notebooks"
    return resolved.relative_to(notebooks) if resolved.is_relative_to(notebooks) else Path(resolved.name)


def _execute(project: Project, path: Path, output: Path, values: dict[str, Any], notebook: Mapping[str, Any]) -> None:
    # Not at the top: these cost a second, and a wrong parameter is told without them
    from jupyter_client.kernelspec import NoSuchKernel  # noqa: PLC0415
    from nbclient.exceptions import DeadKernelError  # noqa: PLC0415

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of packages that papermill imports; the kernel's own are in the notebook
        from papermill import (  # type: ignore[import-untyped] # noqa: PLC0415 - it ships no types
            PapermillExecutionError,
            execute_notebook,
        )

        try:
            with setting(project.environment()):
                execute_notebook(
                    str(path),
                    str(output),
                    parameters=values,
                    kernel_name=None if _language(notebook) != "python" else "python3",
                    progress_bar={"disable": not sys.stderr.isatty(), "leave": False, "unit": "cell"},
                    cwd=str(path.resolve().parent),
                )
        except PapermillExecutionError as error:
            raise _failure(error, notebook, bool(values), project.relative(path), project.relative(output)) from None
        except NoSuchKernel as error:
            hint = "Install it, or run the notebook with a Python kernel."
            raise UserError(f"There is no kernel called {error.name!r}.", hint=hint) from None
        except DeadKernelError:
            hint = "Often it ran out of memory. The notebook as far as it ran is " + project.relative(output) + "."
            raise UserError("The kernel died.", hint=hint, location=project.relative(path)) from None


def _language(notebook: Mapping[str, Any]) -> str:
    kernel = notebook.get("metadata", {}).get("kernelspec", {})
    return str(kernel.get("language", "python")) if isinstance(kernel, dict) else "python"


def _failure(error: Any, notebook: Mapping[str, Any], injected: bool, location: str, output: str) -> UserError:
    """Say a failed cell: its number in the notebook, its id, the line and what was raised."""
    index = int(error.cell_index)
    parameters = parameters_cell(notebook)
    tagged = any("injected-parameters" in cell.get("metadata", {}).get("tags", ()) for cell in notebook["cells"])
    if injected and not tagged and parameters is not None and index > parameters:
        index -= 1  # papermill put a cell of its own after the parameters cell
    identity = notebook["cells"][index].get("id") if index < len(notebook["cells"]) else None
    place = f"{location}:cell {index + 1}" + (f" ({identity})" if identity else "")
    line = _failing_line("\n".join(error.traceback))
    lines = str(error.source).split("\n")
    shown = ""
    if line is not None and 0 < line <= len(lines):
        place += f":{line}"
        shown = f"\n    {lines[line - 1].strip()}"
    message = " ".join(str(error.evalue).split())
    if len(message) > LONGEST_MESSAGE:
        message = message[:LONGEST_MESSAGE] + "…"
    raised = f"{error.ename}: {message}" if message else str(error.ename)
    return UserError(raised + shown, hint=f"The notebook as far as it ran is {output}.", location=place)


def _failing_line(trace: str) -> int | None:
    """Give the line of the cell that IPython's traceback names first, from 1."""
    plain = re.sub(r"\x1b\[[0-9;]*m", "", trace)
    found = re.search(r"Cell In\s?\[\d+\], line (\d+)", plain)
    return int(found.group(1)) if found else None
