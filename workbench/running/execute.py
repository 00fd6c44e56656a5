"""One run from its beginning to its end: papermill runs the notebook, and the record says what became of it."""

from __future__ import annotations

import datetime as dt
import json
import logging
import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from jupyter_client.kernelspec import NoSuchKernel
from nbclient.exceptions import DeadKernelError
from papermill import PapermillExecutionError, execute_notebook  # type: ignore[import-untyped] # it ships no types

from platform_core.metadata.text import cut, uncoloured
from workbench.running import kept
from workbench.running.client import ENGINE, Live
from workbench.running.job import Job
from workbench.running.notebooks import MARKER, language_of, numbers_when_run
from workbench.running.records import Failure, Folder, Record
from workbench.running.telling import resumed_words

_LONGEST_MESSAGE = 400
_LONGEST_TRACE = 40
_LINE = re.compile(r"Cell In\s?\[\d+\](?:, line |:)(\d+)")

logging.getLogger("papermill").setLevel(logging.ERROR)  # what it would tell is told here, by cell


def run_job(job: Job, folder: Folder, live: Live) -> Record:
    """Run one job and give its record; whatever happens, the record and the notebook say so.

    Args:
        job: What to run.
        folder: Where it is kept.
        live: The run as others see it.
    """
    project = job.project
    output = folder.path / job.path.name
    going_on = job.going_on
    record = Record(
        folder.number,
        project.relative(job.path),
        project.relative(output),
        job.values,
        "running",
        _now(),
        resumed=None if going_on is None else {"run": going_on.number, "cell": going_on.cell},
    )
    with folder.held():
        folder.write(record)
        try:
            failure = _execute(job, output, live)
        except BaseException:
            folder.write(replace(record, state="failed", ended=_now(), failure=Failure("a fault of the runner")))
            raise
        state = "interrupted" if live.stopping.is_set() else "ok" if failure is None else "failed"
        until = _keep(job, folder, live, failure) if live.kept else None
        record = replace(record, state=state, ended=_now(), failure=failure, kept=until)
        _mark(output, record)
        folder.write(record)
    return record


def _keep(job: Job, folder: Folder, live: Live, failure: Failure | None) -> dt.datetime | None:
    """Write down what it takes to go on, and give until when the kernel waits; None where it is let go."""
    if live.keep is None or failure is None or failure.cell is None:
        live.stop()
        return None
    kept.write(folder, job.project, job.notebook, failure.cell, live.keep, live.connection)
    return _now() + dt.timedelta(seconds=live.keep)


def _execute(job: Job, output: Path, live: Live) -> Failure | None:
    numbers = numbers_when_run(job.notebook["cells"], job.parameters if job.values else None)
    if job.going_on is not None:
        live.earlier = job.going_on.earlier(numbers, output.parent)
    try:
        execute_notebook(
            _literal(job.path),
            _literal(output),
            parameters=dict(job.values),
            engine_name=ENGINE,
            kernel_name=None if language_of(job.notebook) != "python" else "python3",
            progress_bar=False,
            live=live,
        )
    except PapermillExecutionError as error:
        return _failed(error, job.notebook, numbers)
    except NoSuchKernel as error:
        return _kernel_missing(str(error.name), language_of(job.notebook))
    except (DeadKernelError, RuntimeError) as error:
        if not live.stopping.is_set() and not isinstance(error, DeadKernelError) and "Kernel" not in str(error):
            raise  # jupyter_client's word for a kernel that never answered names it; anything else is ours
        index = live.cell
        number = numbers[index] if index is not None and index < len(numbers) else None
        said = "The run was stopped." if live.stopping.is_set() else "The kernel died."
        hint = "" if live.stopping.is_set() else "Often it ran out of memory."
        return Failure(said, number, _id(job.notebook, number), hint=hint)
    return None


def _kernel_missing(name: str, language: str) -> Failure:
    if language == "python":
        mend = "`workbench doctor --fix` installs it." if find_spec("ipykernel") else "Install notebook-workbench[lab]."
        return Failure(f"There is no kernel called {name!r}.", hint=mend)
    return Failure(
        f"The notebook asks for a kernel of {language}, {name!r}, which is not installed.",
        hint="Install it, or, if the code is Python, choose a Python kernel in JupyterLab: Kernel, Change Kernel.",
    )


def _failed(error: Any, notebook: Mapping[str, Any], numbers: Sequence[int | None]) -> Failure:
    """Say a failed cell: its number in the notebook, its id, the line and what was raised."""
    number = numbers[int(error.cell_index)]
    trace = uncoloured("\n".join(error.traceback))
    found = _LINE.search(trace)
    line = int(found[1]) if found else None
    lines = str(error.source).split("\n")
    message = cut(" ".join(str(error.evalue).split()), _LONGEST_MESSAGE)
    return Failure(
        f"{error.ename}: {message}" if message else str(error.ename),
        number,
        _id(notebook, number),
        line,
        cut(lines[line - 1].strip(), _LONGEST_MESSAGE) if line is not None and 0 < line <= len(lines) else "",
        _shown(trace),
    )


def _shown(trace: str) -> tuple[str, ...]:
    """Give the lines of a traceback that tell something: without rules and headings, the innermost ones."""
    lines = [cut(line.rstrip(), 200) for line in trace.splitlines()]
    lines = [line for line in lines if line.strip("- ") and "Traceback (most recent call last)" not in line]
    return tuple(["…", *lines[-_LONGEST_TRACE:]] if len(lines) > _LONGEST_TRACE else lines)


def _id(notebook: Mapping[str, Any], number: int | None) -> str | None:
    return None if number is None else notebook["cells"][number - 1].get("id")


def _mark(output: Path, record: Record) -> None:
    """Say in the executed notebook what it is, where it is not one whole run that ended well."""
    if not output.exists() or (record.state == "ok" and record.resumed is None):
        return
    content = json.loads(output.read_text(encoding="utf-8"))
    content["metadata"]["workbench"] = {"state": record.state, "resumed": record.resumed}
    words = [] if record.resumed is None else [resumed_words(record.resumed)]
    if record.state == "interrupted":
        cell = record.failure.cell if record.failure else None
        words.append("This run was stopped" + (f" in cell {cell}." if cell else " before its first cell."))
    if words:
        banner = {"cell_type": "markdown", "metadata": {"tags": [MARKER]}, "source": f"**{' '.join(words)}**"}
        identity = {"id": "workbench-says"} if content.get("nbformat_minor", 0) >= 5 else {}
        content["cells"].insert(0, identity | banner)
    output.write_text(json.dumps(content, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


def _literal(path: Path) -> str:
    """Give a path as papermill takes it, which would fill in what stands in braces."""
    return str(path.resolve()).replace("{", "{{").replace("}", "}}")


def _now() -> dt.datetime:
    return dt.datetime.now(dt.UTC)
