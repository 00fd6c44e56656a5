"""Reports for machines that review: SARIF, GitHub's annotations, GitLab's code quality, and Markdown for a comment.

These count lines in files, and a line of a cell is no line of the notebook's file that a person would know. So a
finding in a cell points at the file's first line and its message says the cell, line and column.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from platform_core.canonical import digest
from platform_core.values import replace
from promote import __version__
from promote.findings import catalogue, order, place
from promote.model import Finding
from promote.outcome import Outcome
from promote.reports.report import clean

_GITHUB = {"error": "error", "warning": "warning", "note": "notice"}
_GITLAB = {"error": "major", "warning": "minor", "note": "info"}
_ESCAPES = {letter: f"\\{letter}" for letter in "\\`*_{}[]()#+!|~$>"} | {"<": "&lt;", "&": "&amp;", "@": "&#64;"}
_MARKDOWN = str.maketrans(_ESCAPES)
_SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"


def sarif(outcome: Outcome, _: bool) -> str:
    """Give SARIF 2.1.0, with the explanation of every code that occurs."""
    findings = _sorted(outcome)
    codes = sorted({finding.code for finding in findings})
    results = []
    for finding, print_ in zip(findings, fingerprints(findings), strict=True):
        result: dict[str, Any] = {
            "ruleId": finding.code,
            "ruleIndex": codes.index(finding.code),
            "level": finding.severity,
            "message": {"text": _message(finding)},
            "partialFingerprints": {"promote/v1": print_},
        }
        if finding.location.path:
            line, column = _file_place(finding)
            region = {"startLine": line} | ({"startColumn": column} if column else {})
            physical = {"artifactLocation": {"uri": _uri(finding.location.path)}, "region": region}
            logical = {"fullyQualifiedName": clean(place(finding.location)), "kind": "cell"}
            result["locations"] = [{"physicalLocation": physical}]
            if finding.location.cell is not None:
                result["locations"][0]["logicalLocations"] = [logical]
        results.append(result)
    driver = {"name": "promote", "version": __version__, "rules": [_rule(code) for code in codes]}
    run = {"tool": {"driver": driver}, "columnKind": "unicodeCodePoints", "results": results}
    return json.dumps({"$schema": _SCHEMA, "version": "2.1.0", "runs": [run]}, indent=2) + "\n"


def github(outcome: Outcome, _: bool) -> str:
    """Give one workflow command for each finding."""
    lines = []
    for finding in _sorted(outcome):
        line, column = _file_place(finding)
        where = [("file", finding.location.path), ("line", str(line)), *([("col", str(column))] if column else [])]
        values = [*(where if finding.location.path else []), ("title", finding.code)]
        properties = ",".join(f"{name}={_property(clean(value))}" for name, value in values)
        lines.append(f"::{_GITHUB[finding.severity]} {properties}::{_data(_message(finding))}")
    return "".join(f"{line}\n" for line in lines)


def gitlab(outcome: Outcome, _: bool) -> str:
    """Give a code quality report, whose fingerprints stay when lines or cells move."""
    findings = _sorted(outcome)
    issues = [
        {
            "description": _message(finding),
            "check_name": finding.code,
            "fingerprint": print_,
            "severity": _GITLAB[finding.severity],
            "location": {"path": clean(finding.location.path) or ".", "lines": {"begin": _file_place(finding)[0]}},
        }
        for finding, print_ in zip(findings, fingerprints(findings), strict=True)
    ]
    return json.dumps(issues, indent=2) + "\n"


def markdown(outcome: Outcome, _: bool) -> str:
    """Give a comment for a pull request; text of notebooks is shown, never taken as markup."""
    findings = _sorted(outcome)
    parts: list[str] = []
    if findings:
        parts.append("### " + ", ".join(_counted(findings)))
    paths = dict.fromkeys(finding.location.path for finding in findings)
    for path in paths:
        lines = [f"**{_escaped(path)}**\n"] if path else []
        for finding in (f for f in findings if f.location.path == path):
            at = place(replace(finding.location, path=""))
            said = f"{_escaped(at)}: {_escaped(finding.message)}" if at else _escaped(finding.message)
            lines.append(f"- {finding.code} ({finding.severity}) {said}")
            if finding.location.text.strip():
                lines.append(f"  {_code(clean(finding.location.text.strip()))}")
            if finding.hint:
                lines.append(f"  *hint:* {_escaped(finding.hint)}")
        parts.append("\n".join(lines))
    if outcome.steps:
        rows = [
            f"| {_escaped(step.tag)} | {step.status} | {_number(step.rows)} | {_escaped(step.parity)} |"
            for step in outcome.steps
        ]
        parts.append("\n".join(["| step | status | rows | parity |", "|---|---|---:|---|", *rows]))
    return "\n\n".join(parts) + "\n" if parts else ""


def fingerprints(findings: Sequence[Finding]) -> list[str]:
    """Give each finding a mark that stays when lines or cells move, and that no other finding has.

    It is made of file, code, tag and the line's text (the sentence without its numbers where there is no line), and of
    how many like it came before.
    """
    seen: dict[tuple[str, ...], int] = {}
    made: list[str] = []
    for finding in findings:
        at = finding.location
        text = " ".join(at.text.split()) or "".join(letter for letter in finding.message if not letter.isdigit())
        key = (at.path, finding.code, at.tag or "", text)
        seen[key] = seen.get(key, 0) + 1
        made.append(digest(*key, str(seen[key])))
    return made


def _sorted(outcome: Outcome) -> list[Finding]:
    return sorted(outcome.findings, key=order)


def _counted(findings: Sequence[Finding]) -> list[str]:
    counts = [(kind, sum(f.severity == kind for f in findings)) for kind in ("error", "warning", "note")]
    return [f"{count} {kind}{'' if count == 1 else 's'}" for kind, count in counts if count]


def _file_place(finding: Finding) -> tuple[int, int | None]:
    """Give line and column in the file: those of a finding in a cell are none."""
    at = finding.location
    return (1, None) if at.cell is not None else (max(at.line or 1, 1), at.column)


def _message(finding: Finding) -> str:
    at = finding.location
    where = place(replace(at, path="")) if at.cell is not None else ""
    parts = [f"{where}: " if where else "", finding.message, f" {finding.hint}" if finding.hint else ""]
    return clean("".join(parts))


def _number(count: int | None) -> str:
    return "" if count is None else f"{count:,}"


def _rule(code: str) -> dict[str, Any]:
    entry = catalogue().get(code)
    if entry is None:
        return {"id": code}
    return {
        "id": code,
        "name": code,
        "shortDescription": {"text": entry.title},
        "fullDescription": {"text": entry.explanation},
        "help": {"text": entry.fix},
        "defaultConfiguration": {"level": entry.severity},
    }


def _uri(path: str) -> str:
    from urllib.parse import quote  # noqa: PLC0415 - only SARIF needs it

    return quote(path)


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")


def _escaped(text: str) -> str:
    return clean(text).translate(_MARKDOWN)


def _code(text: str) -> str:
    """Put text into a code span with more backticks around it than it holds."""
    longest = run = 0
    for letter in text:
        run = run + 1 if letter == "`" else 0
        longest = max(longest, run)
    fence = "`" * (longest + 1)
    return f"{fence} {text} {fence}"
