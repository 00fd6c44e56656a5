"""What a person or a program reads of runs: a line, a table, JSON, the failure of one."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence

from platform_core.errors import UserError
from platform_core.metadata.text import cut
from workbench.running.records import Failure, Record

_LONGEST_VALUE = 30
COLUMNS = ("run", "notebook", "state", "started (UTC)", "seconds", "parameters", "what failed", "executed notebook")


def as_json(records: Sequence[Record]) -> str:
    """Give runs as a JSON document."""
    told = {"version": 1, "runs": [record.as_json() for record in records]}
    return json.dumps(told, indent=2, default=str) + "\n"


def line_of(record: Record) -> str:
    """Give one run as one line: its state, its parameters, where it is, and what failed."""
    parts = [f"{record.state:<11}", record.output]
    if record.parameters:
        parts.append(values_of(record))
    if record.failure is not None and record.state == "failed":
        parts.append(_failed(record.failure))
    return "  ".join(parts)


def row_of(record: Record) -> list[str]:
    """Give one run as a row under `COLUMNS`."""
    state = record.state if record.resumed is None else f"{record.state}, went on with run {record.resumed['run']}"
    seconds = "" if record.seconds is None else f"{record.seconds:.1f}"
    failed = "" if record.failure is None else _failed(record.failure)
    started = f"{record.started:%Y-%m-%d %H:%M:%S}"
    return [str(record.number), record.notebook, state, started, seconds, values_of(record), failed, record.output]


def values_of(record: Record) -> str:
    """Give a run's parameters in one line."""
    return " ".join(f"{name}={cut(str(value), _LONGEST_VALUE)}" for name, value in record.parameters.items())


def error_of(record: Record, failure: Failure) -> UserError:
    """Give the error that a single run ends with: the cell, what was raised, the traceback, and the way on."""
    place = record.notebook
    if failure.cell is not None:
        place += f":cell {failure.cell}" + (f" ({failure.id})" if failure.id else "")
        place += f":{failure.line}" if failure.line is not None else ""
    shown = [failure.message, *([f"    {failure.text}"] if failure.text else [])]
    if failure.trace:
        shown += ["traceback:", *(f"    {line}" for line in failure.trace)]
    hints = [failure.hint] if failure.hint else []
    if failure.cell is not None:
        ran = f"The notebook as far as it ran is {record.output}"
        hints.append(f"{ran}; open it with `workbench lab -- {record.output}`.")
    if record.kept is not None:
        hints.append(
            f"Its kernel waits until {record.kept:%H:%M} UTC: mend the cell, then "
            f"`workbench run {record.notebook} --resume`."
        )
    return UserError("\n".join(shown), hint=" ".join(hints), location=place)


def resumed_words(resumed: Mapping[str, int]) -> str:
    """Say what a resumed run is, and what a reader must know of it.

    >>> resumed_words({"run": 3, "cell": 4}).partition(".")[0]
    'This went on at cell 4 in the kernel of run 3, which had failed there'
    """
    return (
        f"This went on at cell {resumed['cell']} in the kernel of run {resumed['run']}, which had failed there. "
        "The cells before it were not run again, and what the failed cell had changed in place or outside the notebook "
        "stayed changed: only a run from the start shows that the notebook gives this."
    )


def _failed(failure: Failure) -> str:
    place = "" if failure.cell is None else f"cell {failure.cell}: "
    return place + cut(failure.message, 80)
