"""A failed run whose kernel waits: what is written down of it, and whether a notebook may go on with it.

A run that goes on must not give what a run from the start would not, as far as that can be known. So it is refused
where a cell before the failed one, the parameters' values or a file that the kernel may have imported changed since.
What cannot be known - data outside, objects that the failed cell changed in place - is said in the notebook and the
record of the run that went on.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from platform_core.errors import UserError
from workbench.project import Project
from workbench.running.notebooks import MARKER, source_of, tags_of
from workbench.running.records import Folder, Record, read_records

if TYPE_CHECKING:
    from workbench.running.client import Earlier

_FILE = "kept.json"
_CONNECTION = "kernel.json"
_IMPORTED = ("src/**/*.py", "config/*.yaml", "config/*.yml", "notebooks/**/*.py")
_ANEW = "Run it anew, without --resume."


@dataclass(frozen=True, slots=True)
class Kept:
    """A kept run.

    Attributes:
        folder: Where the run is kept.
        number: Its number.
        cell: The cell that failed, from 1.
        values: The values that it was given.
        seconds: How long its kernel waits after a failure.
    """

    folder: Path
    number: int
    cell: int
    values: Mapping[str, Any]
    seconds: float

    def earlier(self, numbers: Sequence[int | None], folder: Path) -> Earlier:
        """Take the kernel over, and give what the run's cells before the failed one gave.

        Args:
            numbers: The number of each cell that papermill runs in the notebook, None for its own.
            folder: The folder of the run that goes on.

        Raises:
            UserError: Another run was quicker.
        """
        import nbformat  # noqa: PLC0415 - only here, and it is slow to load

        from workbench.running.client import Earlier  # noqa: PLC0415 - as above

        try:
            (self.folder / _CONNECTION).rename(folder / _CONNECTION)  # one alone can do that
        except FileNotFoundError:
            raise UserError(f"Another run went on with run {self.number}.", hint=_ANEW) from None
        content = nbformat.read(next(self.folder.glob("*.ipynb")), as_version=4)  # type: ignore[no-untyped-call] # it ships none
        cells = [cell for cell in content.cells if MARKER not in tags_of(cell)]
        return Earlier(folder / _CONNECTION, cells[: numbers.index(self.cell)])


def write(
    folder: Folder, project: Project, notebook: Mapping[str, Any], cell: int, seconds: float, connection: str
) -> None:
    """Write down what it takes to go on with a run whose kernel waits; its key is for this person alone."""
    told = {
        "cell": cell,
        "seconds": seconds,
        "before": _before(notebook, cell),
        "imported": _imported(project),
    }
    (folder.path / _FILE).write_text(json.dumps(told), encoding="utf-8")
    descriptor = os.open(folder.path / _CONNECTION, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(connection)


def find(project: Project, notebook: Path, content: Mapping[str, Any], now: dt.datetime, number: int | None) -> Kept:
    """Give the kept run to go on with: the last one, or the one of a number.

    Raises:
        UserError: There is none, its time is over, or what it stood on changed.
    """
    location = project.relative(notebook)
    records = [record for record in read_records(project, notebook) if number in {None, record.number}]
    waiting = [record for record in records if record.kept is not None and record.state == "failed"]
    if not waiting:
        which = "No run of the notebook" if number is None else f"Run {number} of the notebook does not exist, or none"
        hint = "Keep the kernel of a run that may fail: `workbench run NOTEBOOK --keep 30`."
        raise UserError(f"{which} was kept.", hint=hint, location=location)
    record = waiting[-1]
    folder = (project.root / record.output).parent
    kept = _read(folder, record, location)
    if record.kept is None or record.kept < now or not (folder / _CONNECTION).exists():
        raise UserError(f"Run {record.number} waits no more.", hint=_ANEW, location=location)
    changed = _changed(kept, project, content)
    if changed:
        raise UserError(f"{changed} changed since run {record.number}.", hint=_ANEW, location=location)
    return Kept(folder, record.number, kept["cell"], record.parameters, kept["seconds"])


def _read(folder: Path, record: Record, location: str) -> dict[str, Any]:
    try:
        told: dict[str, Any] = json.loads((folder / _FILE).read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise UserError(f"What was kept of run {record.number} is gone.", hint=_ANEW, location=location) from error
    return told


def _changed(kept: Mapping[str, Any], project: Project, notebook: Mapping[str, Any]) -> str:
    before = _before(notebook, kept["cell"])
    if len(before) != len(kept["before"]):
        return "The number of cells before the failed one"
    for number, (now, then) in enumerate(zip(before, kept["before"], strict=True), start=1):
        if now != then:
            return f"Cell {number}"
    present, past = _imported(project), kept["imported"]
    return next((path for path in sorted({*present, *past}) if present.get(path) != past.get(path)), "")


def _before(notebook: Mapping[str, Any], cell: int) -> list[str]:
    cells = notebook["cells"][: cell - 1]
    return [_digest(json.dumps([one.get("cell_type"), source_of(one), sorted(tags_of(one))]).encode()) for one in cells]


def _imported(project: Project) -> dict[str, str]:
    """Give a digest of every file of the project that a kernel may have imported or read its settings from."""
    paths = {path for pattern in _IMPORTED for path in project.root.glob(pattern)}
    return {project.relative(path): _digest(path.read_bytes()) for path in sorted(paths) if path.is_file()}


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
