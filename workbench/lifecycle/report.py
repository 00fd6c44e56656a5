"""A rename or a retirement as a person reads it, and as JSON."""

from __future__ import annotations

import json
from collections.abc import Iterator

from promote.findings import order, place
from promote.model import Finding
from promote.reports.report import clean, finding_text
from workbench.lifecycle.values import Report

_MOST = 20  # mentions and files of a kind that are shown one by one
_WIDTH = 110


def as_text(report: Report, *, colour: bool) -> str:
    """Give the report as text: what changes, what is left to do, and how it ended."""
    blocks = [clean(report.title), *_parts(report)]
    blocks += [finding_text(one, colour=colour) for one in _shown(report)]
    return "\n\n".join([*blocks, _ending(report)]) + "\n"


def as_json(report: Report) -> str:
    """Give the report as JSON, sorted, the same bytes for the same project."""
    content = {
        "version": 1,
        "command": report.command,
        "title": report.title,
        "dry_run": report.dry_run,
        "done": report.done,
        "exit_code": report.exit_code,
        "edits": [
            {
                "path": one.at.path,
                "cell": one.at.cell,
                "line": one.at.line,
                "what": one.said,
                "before": one.before,
                "after": one.after,
            }
            for one in report.edits
        ],
        "written": list(report.files),
        "removed": list(report.gone),
        "data": list(report.data),
        "notes": [{"about": about, "text": text} for about, text in report.notes],
        "findings": [
            {
                "code": one.code,
                "severity": one.severity,
                "message": one.message,
                "hint": one.hint,
                "path": one.location.path,
                "cell": one.location.cell,
                "line": one.location.line,
            }
            for one in sorted(report.findings, key=order)
        ],
    }
    return json.dumps(content, indent=2, ensure_ascii=False) + "\n"


def _parts(report: Report) -> Iterator[str]:
    edits = [f"{clean(place(one.at))}: {clean(one.before)} -> {clean(one.after)}" for one in report.edits]
    yield from _part("Changed in your files", edits)
    yield from _part("Written", _few(report.files))
    yield from _part("Removed", _few(report.gone))
    yield from _part("Data", list(report.data))
    for about, text in report.notes:
        yield from _part(about.capitalize(), [text])


def _part(title: str, lines: list[str]) -> Iterator[str]:
    if lines:
        yield "\n".join([title, *(_wrapped(line) for line in lines)])


def _wrapped(line: str) -> str:
    import textwrap  # noqa: PLC0415 - JSON needs none of it

    return textwrap.fill(
        clean(line),
        _WIDTH,
        initial_indent="    ",
        subsequent_indent="      ",
        break_long_words=False,
        break_on_hyphens=False,
    )


def _few(paths: tuple[str, ...]) -> list[str]:
    """Give paths, those of a folder of test data in one line."""
    data: dict[str, int] = {}
    shown: list[str] = []
    for path in paths:
        parts = path.split("/")
        if parts[:3] == ["tests", "assets", "data"] and len(parts) > 4:
            folder = "/".join(parts[:4])
            data[folder] = data.get(folder, 0) + 1
            if data[folder] == 1:
                shown.append(folder)
        else:
            shown.append(path)
    return [
        f"{path}/ ({data[path]} {'file' if data[path] == 1 else 'files'})" if path in data else path for path in shown
    ]


def _shown(report: Report) -> list[Finding]:
    found = sorted(report.findings, key=order)
    mentions = [one for one in found if one.code == "PR632"]
    return [one for one in found if one.code != "PR632" or one in mentions[:_MOST]]


def _ending(report: Report) -> str:
    errors = sum(one.severity == "error" for one in report.findings)
    if report.exit_code:
        why = f"{errors} {'thing stands' if errors == 1 else 'things stand'} in the way. " if errors else ""
        return f"{why}Nothing was changed."
    if report.dry_run:
        return "Nothing was changed: this is what it would do."
    return "Done. Look at `git status` and `git diff`, then commit it as one change."
