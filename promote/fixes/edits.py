"""Carry out what findings offer to do: `promote --fix`.

One fix is applied to a notebook at a time and everything is analysed anew, since one fix may answer several findings,
until nothing that can be fixed is left. Only the bytes that a fix names are touched; a file is replaced whole, or not
at all. A fix that needs a resource declares it in the project's configuration.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path

from platform_core.values import dataclass
from promote.edits import CutEdit, Edit, KeyEdit, OptionEdit, ReadEdit, TagEdit
from promote.fixes.reads import CONFIG, feasible, settled
from promote.fixes.scripts import apply_to_script
from promote.model import Finding, Fix
from promote.notebook.notebook_json import cell_at, cut, edited_option, edited_source, edited_tag, renamed_key

_MOST_ROUNDS = 200
Analysis = Callable[[], Sequence[Finding]]


@dataclass(frozen=True, slots=True)
class Fixed:
    """What was done about one finding: its code and place as they were, and the sentence of the fix."""

    finding: Finding
    what: str


def fix_all(root: Path, analyse: Analysis) -> tuple[list[Fixed], Sequence[Finding]]:
    """Apply fixes until an analysis finds none; give what was done, in order, and the findings that are left.

    Args:
        root: The project, from which the paths of findings lead.
        analyse: Reads the notebooks from disk and gives all findings about them.

    Raises:
        OSError: A notebook could not be written; it is as it was.
    """
    done: list[Fixed] = []
    given_up: set[tuple[str, str]] = set()
    before: Counter[tuple[str, str]] = Counter()
    tried: set[tuple[str, str]] = set()
    for _ in range(_MOST_ROUNDS):
        findings = [feasible(root, one) for one in analyse()]
        fixable = [f for f in findings if f.fix is not None]
        counts = Counter(_kind(f) for f in fixable)
        given_up |= {kind for kind in tried if counts[kind] >= before[kind]}  # it did not help: never twice
        chosen = {f.location.path: f for f in reversed(fixable) if _kind(f) not in given_up}
        if not chosen:
            return done, findings
        before, tried = counts, {_kind(f) for f in chosen.values()}
        for _, finding in sorted(chosen.items(), key=lambda item: item[0]):
            done += _apply(root, finding)
    return done, [feasible(root, one) for one in analyse()]


def apply_fix(raw: bytes, fix: Fix) -> bytes:
    """Give the bytes of a notebook with a fix applied.

    Raises:
        ValueError: The bytes are no notebook, or a read through a resource was not settled (`promote.fixes.reads`).
    """
    mark = b"\xef\xbb\xbf"
    begin = mark if raw.startswith(mark) else b""
    text = raw[len(begin) :].decode("utf-8")
    for edit in sorted(fix.edits, key=_place, reverse=True):  # from the end, so that places before stay true
        if isinstance(edit, CutEdit):
            text = cut(text, edit.cell, edit.line)
            continue
        cell = cell_at(text, edit.cell)
        if isinstance(edit, Edit):
            start, end = (edit.line, edit.column), (edit.end_line, edit.end_column)
            change = edited_source(text, cell["source"], start, end, edit.text)
        elif isinstance(edit, TagEdit):
            change = edited_tag(text, cell, edit.old, edit.new)
        elif isinstance(edit, OptionEdit):
            change = edited_option(text, cell, edit.path, edit.text)
        elif isinstance(edit, ReadEdit):
            raise ValueError("a read is to be settled first")
        else:
            change = renamed_key(text, cell, edit.old, edit.new)
        text = text[: change.start] + change.text + text[change.end :]
    return begin + text.encode("utf-8")


def _apply(root: Path, finding: Finding) -> list[Fixed]:
    """Carry out a fix in a notebook, and in the configuration where it declares something there."""
    found = settled(root, finding.location.path, finding.fix) if finding.fix is not None else None
    if found is None:
        return []
    fix, configuration = found
    file = (root / finding.location.path).resolve()  # a notebook may be a link to one
    raw = file.read_bytes()
    content = apply_to_script(raw, fix) if file.suffix == ".py" else apply_fix(raw, fix)
    if content is None:
        return []
    config = (root / CONFIG).resolve()
    before = config.read_bytes() if configuration is not None and config.is_file() else None
    if configuration is not None:  # first: what is declared and not read harms nobody
        put(config, configuration)
    try:
        put(file, content)
    except OSError:
        if before is not None:
            put(config, before)
        elif configuration is not None:
            config.unlink()
        raise
    return [Fixed(finding, fix.what)]


def put(file: Path, content: bytes) -> None:
    """Replace a file whole, and keep who may read it."""
    from platform_core.atomic import replacing  # noqa: PLC0415 - only a fix writes here

    with replacing(file) as part:
        part.write_bytes(content)
        if file.exists():
            part.chmod(file.stat().st_mode & 0o7777)


def _kind(finding: Finding) -> tuple[str, str]:
    return finding.location.path, finding.code


def _place(edit: Edit | TagEdit | KeyEdit | OptionEdit | ReadEdit | CutEdit) -> tuple[int, int, int]:
    if isinstance(edit, (Edit, CutEdit)):
        return edit.cell, edit.line, edit.column if isinstance(edit, Edit) else 0
    return edit.cell, 0, 0
