"""Show an outcome: as text for people, as JSON for programs; `report_ci` has the forms for machines that review.

Whatever comes from a notebook is hostile text: control characters, escape sequences and direction marks are written
out as escapes, so that a finding cannot repaint a terminal.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping

from promote.findings import place
from promote.model import Finding
from promote.outcome import Outcome, StepOutcome

_WIDEST = 160
_BRIEFEST = 60  # of a line of source behind a note
_COLOURS = {"error": "31", "warning": "33", "note": "36", "+": "32", "-": "31", "@": "36"}
_SCHEMA_VERSION = 1
_DRIFTS = {
    "new": "not promoted",
    "gone": "module gone",
    "notebook": "notebook changed",
    "module": "module edited",
    "both": "notebook changed and module edited",
    "tool": "rendered differently",
    "foreign": "another's module",
    "conflict": "in a merge",
    "files": "generated file changed",
    "evidence": "evidence of something else",
    "renamed": "renamed",
    "step gone": "step gone from the notebook",
    "notebook gone": "notebook gone",
}


def render(outcome: Outcome, form: str = "text", *, colour: bool = False) -> str:
    """Give the whole report of an outcome in one of `FORMATS`; only text has colours."""
    return FORMATS[form](outcome, colour)


def clean(text: str) -> str:
    r"""Write out every character that could do more than be seen; a tab becomes one space.

    >>> clean("a\tb\x1b[31m\u202e")
    'a b\\x1b[31m\\u202e'
    """
    if text.isascii() and text.isprintable():
        return text
    return "".join(letter if _is_harmless(letter) else " " if letter == "\t" else _escaped(letter) for letter in text)


def finding_text(finding: Finding, *, colour: bool = False) -> str:
    """Give a finding as DESIGN section 6 says: place and sentence, the line with a caret, the hint.

    >>> from promote.model import Location
    >>> at = Location("a.ipynb", 4, "a1b2", "silver:rents", 2, 5, "x = rens")
    >>> print(finding_text(Finding("PR301", "error", "`rens` is never defined.", at, "Did you mean 'rents'?")))
    a.ipynb:cell 4 (a1b2, silver:rents):2:5: PR301 `rens` is never defined.
        x = rens
            ^
    hint: Did you mean 'rents'?
    """
    at = finding.location
    kind = "" if finding.severity == "error" else f" ({finding.severity})"
    code = _painted(f"{finding.code}{kind}", finding.severity, colour)
    where = clean(place(at))
    lines = [f"{where}: {code} {clean(finding.message)}" if where else f"{code} {clean(finding.message)}"]
    if _is_brief(finding):
        return lines[0] + (f" {shortened}" if (shortened := _shortened(at.text)) else "")
    if at.text.strip():
        lines += _excerpt(at.text, at.column)
    if finding.hint:
        lines.append(f"hint: {clean(finding.hint)}")
    if finding.fix is not None:
        lines.append(f"--fix: {clean(finding.fix.what)}")
    return "\n".join(lines)


def _is_brief(finding: Finding) -> bool:
    """Whether a finding is one line: it asks for nothing, and there may be one for each line of a cell."""
    return finding.severity == "note" and not finding.hint and finding.fix is None


def _shortened(text: str) -> str:
    """Give a line of source in backticks, its start where it is long."""
    words = clean(text.strip())
    return f"`{words if len(words) <= _BRIEFEST else words[: _BRIEFEST - 1] + '…'}`" if words else ""


def _text(outcome: Outcome, colour: bool) -> str:
    blocks: list[str] = []
    brief = False
    for finding in outcome.findings:
        text = finding_text(finding, colour=colour)
        if brief and _is_brief(finding):
            blocks[-1] += f"\n{text}"
        else:
            blocks.append(text)
        brief = _is_brief(finding)
    blocks += [_diff(step.diff, colour) for step in outcome.steps if step.diff]
    steps = "\n".join(_step(step) for step in outcome.steps)
    blocks += [steps] if steps else []
    summary = _summary(outcome)
    blocks += [summary] if summary else []
    return "\n\n".join(blocks) + "\n" if blocks else ""


def _json(outcome: Outcome, _: bool) -> str:
    content = {
        "version": _SCHEMA_VERSION,
        "exit_code": outcome.exit_code,
        "findings": [finding_values(finding) for finding in outcome.findings],
        "steps": [
            {
                "tag": step.tag,
                "notebook": step.notebook,
                "status": step.status,
                "files": list(step.files),
                "diff": step.diff,
                "parity": step.parity,
                "rows": step.rows,
                "drift": step.drift,
            }
            for step in outcome.steps
        ],
    }
    return json.dumps(content, indent=2) + "\n"


def finding_values(finding: Finding) -> dict[str, str | int | None]:
    """Give a finding as plain values, as JSON has it."""
    at = finding.location
    return {
        "code": finding.code,
        "severity": finding.severity,
        "message": finding.message,
        "hint": finding.hint,
        "path": at.path,
        "cell": at.cell,
        "cell_id": at.cell_id,
        "tag": at.tag,
        "line": at.line,
        "column": at.column,
        "text": at.text,
        "fix": None if finding.fix is None else finding.fix.what,
    }


def _step(step: StepOutcome) -> str:
    why = _DRIFTS.get(step.drift, "") if step.status in ("drift", "orphan") else ""
    parts = [f"{clean(step.tag)}: {step.status}" + (f" ({why})" if why else "")]
    if step.rows is not None:
        parts.append(f"{step.rows:,} {'row' if step.rows == 1 else 'rows'}")
    if step.parity:
        parts.append(clean(step.parity))
    if step.cost:
        parts.append(clean(step.cost))
    return "\n".join([", ".join(parts), *(f"    {clean(path)}" for path in step.files)])


def _summary(outcome: Outcome) -> str:
    counts = [
        f"{count} {kind}{'' if count == 1 else 's'}"
        for kind in ("error", "warning", "note")
        if (count := sum(finding.severity == kind for finding in outcome.findings))
    ]
    if not counts:
        return ""
    worst = next((finding.code for finding in outcome.findings if finding.severity == "error"), "")
    more = f" More on one: promote --explain {worst}" if worst else ""
    return f"{', '.join(counts)}.{more}"


def _diff(diff: str, colour: bool) -> str:
    lines = [clean(line) for line in diff.removesuffix("\n").split("\n")]
    return "\n".join(_painted(line, line[:1], colour) if line[:1] in _COLOURS else line for line in lines)


def _excerpt(text: str, column: int | None) -> list[str]:
    """Give the line, cut to a window around the column where it is long, and the caret under the column."""
    column = min(column or 0, len(text) + 1)
    start = max(0, column - _WIDEST // 2) if len(text) > _WIDEST else 0
    shown = "…" * bool(start) + clean(text[start : start + _WIDEST]) + "…" * (len(text) > start + _WIDEST)
    if not column:
        return [f"    {shown}"]
    before = "…" * bool(start) + clean(text[start : column - 1])
    return [f"    {shown}", f"    {' ' * _width(before)}^"]


def _width(text: str) -> int:
    """Give how many columns of a terminal a text takes."""
    if text.isascii():
        return len(text)
    from unicodedata import east_asian_width  # noqa: PLC0415 - most lines are ASCII

    return sum(2 if east_asian_width(letter) in "WF" else 1 for letter in text)


def _is_harmless(letter: str) -> bool:
    return letter.isprintable() or letter == " "


def _escaped(letter: str) -> str:
    return letter.encode("unicode_escape", "surrogatepass").decode("ascii")


def _painted(text: str, key: str, colour: bool) -> str:
    return f"\x1b[{_COLOURS[key]}m{text}\x1b[0m" if colour else text


def _for_review(form: str) -> Callable[[Outcome, bool], str]:
    def shown(outcome: Outcome, colour: bool) -> str:
        from promote.reports import report_ci  # noqa: PLC0415 - who asks for text need not pay for it

        made: str = getattr(report_ci, form)(outcome, colour)
        return made

    return shown


FORMATS: Mapping[str, Callable[[Outcome, bool], str]] = {
    "text": _text,
    "json": _json,
    **{form: _for_review(form) for form in ("sarif", "github", "gitlab", "markdown")},
}
