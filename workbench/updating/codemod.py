"""`workbench update --code`: names of the platform's API that were renamed, in a project's modules and notebooks.

Modules and tests that promotion wrote are left alone: their notebooks are changed, and promotion renders them anew.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from platform_core.deprecation import Rename
from platform_core.places import step_header
from promote.merge.cell_edits import LineEdit, UnplacedError
from promote.merge.notebook_text import with_edits
from promote.model import GeneratedFile, Notebook
from promote.writing.leftovers import make_good
from promote.writing.write import commit
from workbench.lifecycle.notebooks import read_raw
from workbench.updating.renames import UNREADABLE, Left, renamed_code

_FOLDERS = ("src", "tests", "notebooks", "scripts")
_BESIDE = frozenset({"__pycache__", ".ipynb_checkpoints", "node_modules"})


@dataclass(frozen=True, slots=True)
class Changed:
    """One file of which something is to be said.

    Attributes:
        path: The file, from the project's folder.
        before: Its bytes.
        now: Its bytes with names changed; the same where nothing is.
        diff: What differs, as a unified diff; of a notebook the code of its cells.
        left: Lines that are left to a person.
    """

    path: str
    before: bytes
    now: bytes
    diff: str
    left: tuple[Left, ...]


def plan_renames(root: Path, renames: Sequence[Rename]) -> list[Changed]:
    """Say what is renamed in a project, by path; nothing is written.

    Raises:
        WriteError: An earlier write was cut off and cannot be made good.
    """
    make_good(root)
    words = [one.name.encode() for one in renames]
    found = []
    for path in _files(root):
        shown = path.relative_to(root).as_posix()
        try:
            raw = path.read_bytes()
        except OSError as error:
            found.append(Changed(shown, b"", b"", "", (Left(1, f"it cannot be read: {error.strerror}"),)))
            continue
        if any(word in raw for word in words):
            changed = _notebook(path, shown, renames) if path.suffix == ".ipynb" else _module(raw, shown, renames)
            if changed is not None and (changed.now != changed.before or changed.left):
                found.append(changed)
    return found


def write_renames(root: Path, changes: Sequence[Changed]) -> tuple[str, ...]:
    """Write all of it or nothing, and give the paths that changed.

    Raises:
        WriteError: A file changed meanwhile, or the disk did not let us. The project is as it was.
    """
    wanted = [one for one in changes if one.now != one.before]
    files = [GeneratedFile.of(one.path, one.now, "") for one in wanted]
    return commit(root, files, seen={one.path: one.before for one in wanted})


def _files(root: Path) -> Iterator[Path]:
    for folder in _FOLDERS:
        for path in sorted((root / folder).rglob("*")):
            parts = path.relative_to(root).parts
            hidden = any(part in _BESIDE or part.startswith(".") for part in parts)
            if path.suffix in {".py", ".ipynb"} and not hidden and path.is_file():
                yield path


def _module(raw: bytes, shown: str, renames: Sequence[Rename]) -> Changed | None:
    try:
        text = raw.decode("utf-8")
        if step_header().search(text):
            return None
        now, left = renamed_code(text, renames)
    except (*UNREADABLE, UnicodeDecodeError):
        return Changed(shown, raw, raw, "", (Left(1, "it is no Python that can be read"),))
    return Changed(shown, raw, now.encode(), _diff(shown, text, now), left)


def _notebook(path: Path, shown: str, renames: Sequence[Rename]) -> Changed | None:
    """Change a notebook's cells as the one program that they are: what one imports another uses."""
    read = read_raw(path, shown)
    if read is None:
        return None  # `promote` says what is wrong with it
    raw, notebook = read
    cells = [(cell.position, cell.source.split("\n")) for cell in notebook.cells if cell.kind == "code"]
    lines = [(position, number) for position, source in cells for number in range(1, len(source) + 1)]
    plain = [line for _, source in cells for line in _plain(source)]
    try:
        text, left = renamed_code("\n".join(plain), renames)
    except UNREADABLE:
        return Changed(shown, raw, raw, "", (Left(1, "a cell is no Python that can be read"),))
    edits = [
        LineEdit(*place, place[1] + 1, (new,))
        for place, old, new in zip(lines, plain, text.split("\n"), strict=True)
        if new != old
    ]
    try:
        now = with_edits(raw, shown, notebook, edits) if edits else raw
    except UnplacedError:
        return Changed(shown, raw, raw, "", (Left(1, "the file keeps a cell in a form that cannot be edited"),))
    return Changed(shown, raw, now, _cells_diff(notebook, shown, edits), left)


def _plain(source: Sequence[str]) -> list[str]:
    """Give a cell's lines as Python has them: what only IPython reads becomes nothing that counts."""
    if source[0].lstrip().startswith("%%"):
        return [""] * len(source)
    special = ("%", "!", "?")
    plain = []
    for line in source:
        bare = line.strip()
        escaped = bare.startswith(special) or (bare.endswith("?") and not bare.startswith("#"))
        plain.append(line[: len(line) - len(line.lstrip())] + "pass" if escaped else line)
    return plain


def _diff(shown: str, before: str, now: str) -> str:
    return "\n".join(difflib.unified_diff(before.splitlines(), now.splitlines(), shown, shown, lineterm="", n=1))


def _cells_diff(notebook: Notebook, shown: str, edits: Sequence[LineEdit]) -> str:
    told = [f"--- {shown}", f"+++ {shown}"] if edits else []
    for edit in edits:
        old = notebook.cells[edit.cell - 1].source.split("\n")[edit.start - 1]
        told += [f"@@ cell {edit.cell}, line {edit.start} @@", f"-{old}", f"+{edit.lines[0]}"]
    return "\n".join(told)
