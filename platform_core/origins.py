"""Which cell and line of a notebook a line of a promoted module came from, told when something fails in production.

The evidence of a promotion holds the map. It is looked for beside the module: in a folder `evidence` of any folder
above, so that it is found in a project and, where a wheel carries it, in the package. Nothing is read or computed
before something fails, and nothing that goes wrong here hides what failed.

A line is only named where it is certain: the file must be the module that was promoted, line by line, and the code that
runs must be the code of that file. Else it is said that the module was edited since.
"""

from __future__ import annotations

import contextlib
import json
import re
import traceback
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from types import CodeType, TracebackType
from typing import Any

from platform_core.cell_map import Cell, cell_at, cell_in_helpers, is_as_promoted, runs_as, shown
from platform_core.places import cell_words, step_header

TOLD = "In the notebook: "  # how the note of an error begins

_FOLDERS = 8  # above a module, in which its evidence is looked for
_LARGEST = 64 << 20  # bytes of evidence beyond which it is not read
_CALLERS = 3
_NOT_OURS = (LookupError, TypeError, ValueError, AttributeError)

Frames = Sequence[tuple[CodeType, int]]


def tell_cell(error: BaseException, function: Callable[..., Any]) -> None:
    """Note on an error that a promoted function raised in which cell of its notebook, and on which line, it arose.

    The error itself stays as it is (PEP 678); a function that was not promoted gets no note.

    Args:
        error: What was raised, with its traceback.
        function: The function of the asset, check or chart.
    """
    said = told(error, function)
    if said:
        _note(error, said)


def tell_query(error: BaseException, function: Callable[..., Any]) -> None:
    """Note on an error that came of storing a promoted function's frame where the notebook made that frame.

    A lazy frame is computed as it is stored, so no line of the function is in the traceback. The step's cells are told.
    """
    said = told(error, function) or told_step(function)
    if said:
        _note(error, said)


def told(error: BaseException, function: Callable[..., Any]) -> str:
    """Say where in the notebook an error, or what caused it, arose; empty where no line of the module took part."""
    code = getattr(function, "__code__", None)
    return told_in(error, Path(code.co_filename)) if code is not None else ""


def told_in(error: BaseException, path: Path) -> str:
    """Say it of a module by its file, as it was imported from there."""
    with contextlib.suppress(Exception):  # to say where is worth nothing if it hides what failed
        module = _Module.of(path)
        return "" if module is None else module.told(error)
    return ""


def told_step(function: Callable[..., Any]) -> str:
    """Name the notebook, the step and its cells; empty where the function was not promoted."""
    with contextlib.suppress(Exception):  # as above
        module = _Module.of(Path(function.__code__.co_filename))
        return "" if module is None else module.step()
    return ""


def _note(error: BaseException, said: str) -> None:
    note = TOLD + said
    with contextlib.suppress(Exception):  # an error's class may make of notes what it likes
        if note not in getattr(error, "__notes__", ()):
            error.add_note(note)


class _Module:
    """A promoted module as its file is now, and the evidence of its promotion where there is one."""

    def __init__(self, path: Path, text: str, header: re.Match[str]) -> None:
        self.path, self.text = path, text
        self.notebook, self.layer, self.name = header.groups()
        self.lines = text.split("\n")

    @classmethod
    def of(cls, path: Path) -> _Module | None:
        """Read the module in a file; None where it was not promoted."""
        text = path.read_text(encoding="utf-8")
        header = step_header().search(text)
        return cls(path, text, header) if header else None

    @property
    def where(self) -> str:
        """The notebook and the step."""
        return f"{self.notebook}, step {self.layer}:{self.name}"

    def evidence(self) -> Mapping[str, Any] | None:
        """Read the evidence of the step; None where it was not shipped."""
        for folder in self.path.parents[:_FOLDERS]:
            file = folder / "evidence" / self.layer / f"{self.name}.json"
            if file.is_file() and file.stat().st_size <= _LARGEST:
                with contextlib.suppress(ValueError, OSError):
                    content = json.loads(file.read_text(encoding="utf-8"))
                    return content if isinstance(content, dict) else None
                return None
        return None

    def told(self, error: BaseException) -> str:
        """Say where an error arose; evidence that is none of ours counts as none."""
        evidence = self.evidence()
        try:
            return self.told_by(error, evidence)
        except _NOT_OURS:
            return self.told_by(error, None)

    def told_by(self, error: BaseException, evidence: Mapping[str, Any] | None) -> str:
        shared = [p for p in (evidence or {}).get("files", ()) if "/helpers/" in p]
        for one in _chain(error):
            ours = [(code, line) for code, line in _frames(one.__traceback__) if self.is_ours(code, shared)]
            if ours:
                return self.told_of(ours, evidence)
        return ""

    def is_ours(self, code: CodeType, shared: Sequence[str]) -> bool:
        return code.co_filename == str(self.path) or _helpers_of(code, shared) is not None

    def told_of(self, frames: Frames, evidence: Mapping[str, Any] | None) -> str:
        """Say in which cell the innermost of some frames is, and from which it was called."""
        if evidence is None:
            return (
                f"{self.where}. Which cell it is, only evidence/{self.layer}/{self.name}.json tells, which is not here."
            )
        cells: list[Cell] = []
        unknown = ""
        for code, line in dict.fromkeys(reversed(frames)):  # of a recursion each line once
            own = code.co_filename == str(self.path)
            found = (self.cell_in_module if own else cell_in_helpers)(code, line, evidence)
            if isinstance(found, str):
                unknown = found
            elif found is not None and found not in cells:
                cells.append(found)
        if not cells:
            return f"{self.where}. {unknown or 'The line is one that promotion wrote.'}"
        first, *callers = cells
        called = f", called from {', '.join(map(str, callers[:_CALLERS]))}" if callers else ""
        return f"{shown(self.notebook)}:{first}{called}"

    def cell_in_module(self, code: CodeType, line: int, evidence: Mapping[str, Any]) -> Cell | str | None:
        """Give the cell of a line of the module, None for a line that promotion wrote, or why nobody knows."""
        if not is_as_promoted(self.lines, evidence):
            return "Its module was edited since it was promoted, so no cell is named."
        if not runs_as(code, self.text):
            return "Its module was changed since it was loaded, so no cell is named."
        return cell_at(line, evidence)

    def step(self) -> str:
        """Name the cells of the step, for an error that is of none of its lines."""
        evidence = self.evidence()
        if evidence is None or not is_as_promoted(self.lines, evidence):
            return f"{self.where}; the frame was made there and computed when it was stored."
        entries = {entry["cell"]: entry for entry in evidence["cells"] if entry["origin"] in {"step", "needed"}}
        made = [e for e in entries.values() if not str(e.get("tag", "")).startswith(("check:", "chart:", "test:"))]
        cells = " and ".join(cell_words(e["cell"], shown(e["id"]), shown(e.get("tag"))) for e in made)
        return f"{shown(self.notebook)}:{cells}; the frame was made there and computed when it was stored."


def _chain(error: BaseException) -> Iterator[BaseException]:
    """Give an error and what it came of, the error first."""
    seen: set[int] = set()
    now: BaseException | None = error
    while now is not None and id(now) not in seen:
        seen.add(id(now))
        yield now
        now = now.__cause__ or now.__context__


def _frames(trace: TracebackType | None) -> list[tuple[CodeType, int]]:
    return [(frame.f_code, line) for frame, line in traceback.walk_tb(trace)]


def _helpers_of(code: CodeType, shared: Sequence[str]) -> str | None:
    """Give the module of helpers that some code stands in, of those that a step shares."""
    name = Path(code.co_filename).as_posix()
    return next((path for path in shared if name.endswith("/" + path.removeprefix("src/"))), None)
