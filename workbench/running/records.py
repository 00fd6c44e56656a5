"""What is kept of each run: a folder with the executed notebook and a record, below the project's `data/runs`.

    data/runs/silver/rents/3/rents.ipynb    the notebook as far as it ran
    data/runs/silver/rents/3/run.json       parameters, state, times, what failed

A folder is made before its run begins and belongs to it alone, so runs at once never meet. The record says `running`
until the run ends; a lock, held as long, tells a run that goes on from one whose process was killed.
"""

from __future__ import annotations

import datetime as dt
import fcntl
import json
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from platform_core.atomic import replacing
from platform_core.errors import UserError
from workbench.project import Project

RECORD = "run.json"
_LOCK = "lock"
_VERSION = 1


@dataclass(frozen=True, slots=True)
class Failure:
    """What ended a run: a cell that failed, or a kernel that died or never was.

    Attributes:
        message: What was raised, in one line.
        cell: The cell's number in the notebook, from 1; None where no cell is to blame.
        id: The cell's id, where it has one.
        line: The line of the cell.
        text: That line.
        trace: The traceback's lines, without colours.
        hint: What to do, where that is more than to look.
    """

    message: str
    cell: int | None = None
    id: str | None = None
    line: int | None = None
    text: str = ""
    trace: tuple[str, ...] = ()
    hint: str = ""


@dataclass(frozen=True, slots=True)
class Record:
    """One run. Paths are from the project's root; `state` is `running`, `ok`, `failed`, `interrupted` or `killed`.

    `resumed` names the run whose kernel was taken over and the cell it went on with; `kept` until when a failed run's
    kernel waits. Both are None otherwise.
    """

    number: int
    notebook: str
    output: str
    parameters: Mapping[str, Any]
    state: str
    started: dt.datetime
    ended: dt.datetime | None = None
    failure: Failure | None = None
    resumed: Mapping[str, int] | None = None
    kept: dt.datetime | None = None

    @property
    def seconds(self) -> float | None:
        """How long it took, None while it goes on or where that is not known."""
        return None if self.ended is None else (self.ended - self.started).total_seconds()

    def as_json(self) -> dict[str, Any]:
        """Give the record as JSON holds it."""
        failure = self.failure
        return {
            "version": _VERSION,
            "number": self.number,
            "notebook": self.notebook,
            "output": self.output,
            "parameters": dict(self.parameters),
            "state": self.state,
            "started": self.started.isoformat(),
            "ended": self.ended.isoformat() if self.ended else None,
            "seconds": self.seconds,
            "failure": None
            if failure is None
            else {name: getattr(failure, name) for name in ("message", "cell", "id", "line", "text", "trace", "hint")},
            "resumed": self.resumed,
            "kept": self.kept.isoformat() if self.kept else None,
        }


@dataclass
class Folder:
    """The folder of a run that goes on."""

    path: Path
    number: int
    _locks: list[int] = field(default_factory=list)

    @contextmanager
    def held(self) -> Iterator[None]:
        """Hold the run's lock for the length of the block."""
        lock = self.path / _LOCK
        descriptor = os.open(lock, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        try:
            yield
        finally:
            lock.unlink(missing_ok=True)
            os.close(descriptor)

    def write(self, record: Record) -> None:
        """Write the record, whole or not at all."""
        with replacing(self.path / RECORD) as path:
            path.write_text(json.dumps(record.as_json(), indent=1, default=str) + "\n", encoding="utf-8")


def place_of(project: Project, notebook: Path) -> Path:
    """Give the folder of a notebook's runs: as its place below `notebooks`, else below the project, else its name."""
    resolved = notebook.resolve()
    for base in (project.root / "notebooks", project.root):
        if resolved.is_relative_to(base):
            return project.runs / resolved.relative_to(base).with_suffix("")
    return project.runs / resolved.stem


def new_folder(project: Project, notebook: Path) -> Folder:
    """Make the folder of a new run, numbered on from the last one.

    Raises:
        UserError: The disk does not let us.
    """
    place = place_of(project, notebook)
    try:
        place.mkdir(parents=True, exist_ok=True)
        number = max((int(one.name) for one in place.iterdir() if one.name.isdecimal()), default=0)
        while True:
            number += 1
            try:
                (place / str(number)).mkdir()
            except FileExistsError:  # another run was quicker
                continue
            return Folder(place / str(number), number)
    except OSError as error:
        where = project.relative(place)
        raise UserError(f"The run cannot be kept: {error.strerror}.", hint=f"{where} must be writable.") from error


def read_records(project: Project, notebook: Path | None = None) -> list[Record]:
    """Give the runs that are kept, of one notebook or of all, oldest first; what is no record is passed over."""
    place = project.runs if notebook is None else place_of(project, notebook)
    pattern = f"**/{RECORD}" if notebook is None else f"*/{RECORD}"
    found = [record for path in place.glob(pattern) if (record := _read(path)) is not None]
    return sorted(found, key=lambda record: (record.started, record.notebook, record.number))


def _read(path: Path) -> Record | None:
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
        failure, kept = content["failure"], _time(content["kept"])
        if failure is not None:
            failure = Failure(**{**failure, "trace": tuple(failure["trace"])})
        state = content["state"]
        if state == "running" and not _locked(path.parent / _LOCK):
            state = "killed"
        started = _time(content["started"])
        if started is None or content["version"] != _VERSION:
            return None
        return Record(
            int(content["number"]), content["notebook"], content["output"], content["parameters"], state,
            started, _time(content["ended"]), failure, content["resumed"], kept,
        )  # fmt: skip
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        return None


def _time(text: str | None) -> dt.datetime | None:
    return None if text is None else dt.datetime.fromisoformat(text)


def _locked(lock: Path) -> bool:
    try:
        descriptor = os.open(lock, os.O_RDWR | os.O_CLOEXEC)
    except OSError:
        return False
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    else:
        return False
    finally:
        os.close(descriptor)
