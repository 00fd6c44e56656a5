"""What a step holds at the end of its last cell, told as text by whichever tool runs the cell.

A notebook of `bench_promotion.py` has a comment where a step ends, `# probe: STEP VARIABLE`. It means nothing to a tool
that reads the notebook; `woken` makes a call of it in what the tool has made, and the call appends one line to the file
that `PROBE` names. This module stands on the path of every tool's own Python, and needs the standard library alone.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

_SLEEPING = re.compile(r"^([ \t]*)# probe: (\w+) (\w+)[ \t]*$", re.MULTILINE)
_ADDRESS = re.compile(r" at 0x[0-9a-f]+")


def sleeping(step: str, variable: str) -> str:
    """Give the comment that marks the end of a step."""
    return f"\n# probe: {step} {variable}"


def woken(text: str) -> str:
    """Give a text in which each such comment is a call."""
    return _SLEEPING.sub(r'\1__import__("promotion_probe").keep("\2", globals(), "\3")', text)


def keep(step: str, names: Mapping[str, object], variable: str) -> None:
    """Append what a variable holds to the file of this run; nothing where the variable is not there."""
    if variable in names:
        with Path(os.environ["PROBE"]).open("a", encoding="utf-8") as file:
            file.write(json.dumps([step, shown(names[variable])]) + "\n")


def kept(file: Path) -> dict[str, str]:
    """Give what was kept, by step; the last where a step was met twice."""
    return dict(json.loads(line) for line in file.read_text("utf-8").splitlines()) if file.exists() else {}


def shown(value: Any) -> str:
    """Give a value as text that is the same for the same value: frames with their types and index, sets in order."""
    kind = f"{type(value).__module__.split('.')[0]}.{type(value).__name__}"
    if kind in {"pandas.DataFrame", "pandas.Series"}:
        frame = value.to_frame() if kind.endswith("Series") else value
        columns = [[str(c), str(t), repr(list(frame.iloc[:, n]))] for n, (c, t) in enumerate(frame.dtypes.items())]
        return f"{kind} {columns} {list(frame.index)!r}"
    if kind == "polars.LazyFrame":
        return f"lazy {shown(value.collect())}"
    if kind == "polars.DataFrame":
        return f"{kind} {value.schema} {value.rows()}"
    if kind == "numpy.ndarray":
        return f"{kind} {value.dtype} {value.tolist()}"
    if isinstance(value, (set, frozenset)):
        return f"{kind} {sorted(map(repr, value))}"
    return f"{kind} {_ADDRESS.sub('', repr(value))}"


def shell_without_screen() -> Any:
    """Give IPython's shell for this process; a magic that asks for windows gets none."""
    from IPython.core.interactiveshell import InteractiveShell

    class Shell(InteractiveShell):
        def enable_gui(self, gui: object = None) -> None:
            """Take no window."""

    return Shell.instance()
