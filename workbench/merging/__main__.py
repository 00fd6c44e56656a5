"""What git calls: `python -m workbench.merging BASE OURS THEIRS PATH`; the merge takes the place of OURS."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from workbench.merging.notebook import merge_notebooks


def main(argv: Sequence[str]) -> int:
    """Merge three files and give 0, or 1 where a person has to choose; files that are no notebooks merge as text."""
    base, ours, theirs = (Path(name) for name in argv[:3])
    shown = argv[3] if len(argv) > 3 else str(ours)
    try:
        known = _read(base) if base.read_bytes().strip() else {}
        made, open_ends = merge_notebooks(known, _read(ours), _read(theirs))
    except (ValueError, TypeError, AttributeError, RecursionError):
        command = ["git", "merge-file", "-L", "ours", "-L", "base", "-L", "theirs", str(ours), str(base), str(theirs)]
        return min(subprocess.run(command, check=False).returncode & 0xFF, 1)  # noqa: S603 - no shell, and the program is git
    ours.write_bytes(_bytes(made))
    if open_ends:
        hint = "choose between the markers in its cells, save it, then `git add` it."
        sys.stderr.write(f"{shown}: both sides changed the same place: {hint}\n")
    return int(open_ends)


def _read(path: Path) -> dict[str, Any]:
    notebook = json.loads(path.read_text(encoding="utf-8"))
    if not isinstance(notebook, dict) or not all(isinstance(cell, dict) for cell in notebook.get("cells") or []):
        raise TypeError
    return notebook


def _bytes(notebook: dict[str, Any]) -> bytes:
    try:
        return (json.dumps(notebook, indent=1, ensure_ascii=False) + "\n").encode("utf-8")
    except UnicodeEncodeError:  # half of a pair, which JSON can escape
        return (json.dumps(notebook, indent=1) + "\n").encode("ascii")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
