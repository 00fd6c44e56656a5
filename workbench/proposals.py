"""Showing the steps that are proposed for a notebook, and writing them into it as tags."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from platform_core.atomic import replacing
from platform_core.errors import Fault, UsageError, UserError
from promote.fixes.edits import apply_fix
from promote.fixes.scripts import apply_to_script
from promote.model import Finding, Fix, Notebook
from promote.notebook import percent
from promote.notebook.read import parse, read
from promote.notebook.tagging import Marks, with_marks, with_script_marks, with_titles
from promote.plan import plan
from promote.policy import policy_findings, undeclared
from promote.prepare import is_governed
from promote.project import Project, find
from promote.register import rows
from promote.reports.report import clean, finding_text
from promote.selection.options import emptied, header
from promote.selection.select import select
from promote.suggest.answers import answers, owner_of
from promote.suggest.proposal import Proposal, saying, suggest
from promote.suggest.splitting import cuts_of, told_of
from workbench.git import run_git

_FIXED_FIRST = ("PR701", "PR703", "PR707", "PR709")  # what a run would surely or probably fail on: chance, paths …
_WHY = {"parameters": "a run can set them", "helpers": "steps use what it defines"}


def propose(path: Path, *, write_tags: bool, split: bool = False, json_wanted: bool) -> tuple[str, bool]:
    """Give what to print for the notebook at `path`, and whether anything could be proposed.

    Args:
        path: The notebook.
        write_tags: Whether the proposal is written into it.
        split: Whether cells that make several frames are cut first; they are cut in the file where it is written.
        json_wanted: Whether it is printed as JSON.

    Raises:
        UserError: The notebook cannot be read, or not be written.
    """
    root, taken, project = _surroundings(path)
    notebook = read(path, root)
    raw, pieces = path.read_bytes() if split else None, dict[int, int]()
    if raw is not None:
        raw, notebook, pieces = cut_up(raw, notebook)
    proposal, asked = proposed(project, notebook, taken(notebook.path))
    if write_tags and proposal.steps:
        write(root / notebook.path, notebook, proposal, raw)
    text = as_json(proposal, asked) if json_wanted else as_text(proposal, asked, written=write_tags)
    told = told_of(notebook.path, pieces) if proposal.steps and not json_wanted else ""
    return f"{told}\n\n{text}" if told else text, bool(proposal.steps)


def proposed(project: Project | None, notebook: Notebook, taken: Iterable[str]) -> tuple[Proposal, list[Finding]]:
    """Give what is proposed for a notebook, with what its project asks of steps, and what policies refuse all the same.

    Args:
        project: The notebook's project, if there is one.
        notebook: The notebook.
        taken: Names that other notebooks of the project give to their steps.
    """
    proposal = suggest(notebook, taken)
    return _answered(project, notebook, proposal) if project is not None and proposal.steps else (proposal, [])


class _Taken:
    """The names that the other notebooks of a project give to their steps."""

    def __init__(self, made: dict[str, Sequence[str]]) -> None:
        self.made = made

    def __call__(self, notebook: str) -> set[str]:
        return {name for other, names in self.made.items() if other != notebook for name in names}


def _surroundings(path: Path) -> tuple[Path, _Taken, Project | None]:
    """Give the root that the notebook's path is told from, the names taken there, and the project, if there is one."""
    folder = path.resolve().parent
    try:
        project = find(folder)
    except UsageError:
        return folder, _Taken({}), None
    names = _Taken({shown: [name for _, name, _ in made] for shown, made in rows(project).items()})
    return project.root, names, project


def _answered(project: Project, notebook: Notebook, proposal: Proposal) -> tuple[Proposal, list[Finding]]:
    """Let the proposed steps say what the project's policies ask of them, and give what they refuse all the same."""
    plans = plan(select(proposal.notebook), include_needed=True).plans
    if not is_governed(project, plans):
        return proposal, []
    proposed = {step.tag for step in proposal.steps}
    every = [(proposal.notebook, one) for one in plans]
    lacking = {tag: options for tag, options in undeclared(project, every).items() if tag in proposed}
    if lacking:
        others = [one for one in plans if one.step.tag not in proposed]
        owner = owner_of(project.root, others) or git_email(project.root)
        proposal = saying(proposal, notebook, answers(notebook, plans, lacking, owner))
        every = [(proposal.notebook, one) for one in plan(select(proposal.notebook), include_needed=True).plans]
    found = policy_findings(project, every, proposed)
    return proposal, [one for one in found if one.severity == "error"]


def git_email(folder: Path) -> str:
    """Give the address under which git commits in a folder; empty where there is none, or no git."""
    email = (run_git(folder, "config", "--get", "user.email") or b"").decode("utf-8", "replace").strip()
    return email if re.fullmatch(r"[^@\s:]+@[^@\s:]+\.[^@\s:]+", email) else ""


def cut_up(raw: bytes, notebook: Notebook) -> tuple[bytes, Notebook, dict[int, int]]:
    """Cut the cells of a notebook that make several frames until none is left.

    Gives the file's bytes, the notebook as it is then, and into how many pieces each cell came.

    Raises:
        UserError: A script's lines do not stand where its cells have them.
    """
    pieces = dict.fromkeys(range(1, len(notebook.cells) + 1), 1)
    while cuts := cuts_of(notebook):
        fix = Fix("", cuts)
        made = apply_to_script(raw, fix) if notebook.path.endswith(".py") else apply_fix(raw, fix)
        if made is None:
            raise UserError("The cells of this script cannot be cut.", location=notebook.path, hint="Cut them by hand.")
        origins = [cell for cell, count in pieces.items() for _ in range(count)]
        for cut in cuts:
            pieces[origins[cut.cell - 1]] += 1
        raw, notebook = made, parse(made, notebook.path)
    return raw, notebook, pieces


def write(path: Path, notebook: Notebook, proposal: Proposal, cut: bytes | None = None) -> None:
    """Put the proposed tags into the notebook's file, or into what it becomes when it is cut; every other byte stays.

    Raises:
        UserError: The file cannot be written, or a script's marker cannot be given tags.
        Fault: What was to be written does not read as what was proposed; nothing was written.
    """
    try:
        made = marked(path.read_bytes() if cut is None else cut, notebook, proposal)
        with replacing(path) as new:
            new.write_bytes(made)
            new.chmod(path.stat().st_mode & 0o7777)
    except OSError as error:
        raise UserError(f"The notebook cannot be written: {error.strerror}.", location=notebook.path) from None


def marked(raw: bytes, notebook: Notebook, proposal: Proposal) -> bytes:
    """Give the bytes of the notebook's file with the proposed tags."""
    marks = {
        new.position: Marks(new.tags, new.options)
        for old, new in zip(notebook.cells, proposal.notebook.cells, strict=True)
        if (old.tags, old.options) != (new.tags, new.options)
    }
    if notebook.path.endswith(".py"):
        text = raw.decode("utf-8-sig").replace("\r\n", "\n").replace("\r", "\n")
        into = with_titles if percent.is_export(text) else with_script_marks
        made = into(raw, marks, [cell.line for cell in percent.cells(text)])
    else:
        made = with_marks(raw, marks)
    again = parse(made, notebook.path)
    if _read(again) != _read(proposal.notebook):
        raise Fault("The tags could not be written so that they read as proposed.", location=notebook.path)
    return made


def _read(notebook: Notebook) -> tuple[list[tuple[str, tuple[str, ...]]], list[tuple[str, dict[str, Any]]]]:
    """Give what a notebook says, wherever its options stand: sources, tags, and the options of each step."""
    options = {step.cells[0]: dict(step.options.values) for step in select(notebook).steps}
    cells = [(emptied(c.source, header(c.source)).strip() if n in options else c.source, c.tags)
             for n, c in enumerate(notebook.cells, 1)]  # fmt: skip
    return cells, [(step.tag, options[step.cells[0]]) for step in select(notebook).steps]


def as_json(proposal: Proposal, asked: Sequence[Finding] = ()) -> str:
    """Give a proposal as JSON; `asked` is what policies ask for before its steps promote."""
    return json.dumps(
        {
            "notebook": proposal.notebook.path,
            "steps": [
                {
                    "tag": step.tag,
                    "layer": step.layer,
                    "name": step.name,
                    "cells": list(step.cells),
                    "checks": list(step.checks),
                    "variable": step.variable,
                    "reads": list(step.reads),
                    "why": step.why,
                    **({"options": dict(step.options)} if step.options else {}),
                }
                for step in proposal.steps
            ],
            "roles": [{"tag": role.tag, "cell": role.cell, "names": list(role.names)} for role in proposal.roles],
            "include_needed": proposal.needed,
            "warnings": [_shown(finding) for finding in proposal.warnings],
            "stopped": [_shown(finding) for finding in proposal.stopped],
            "left": list(proposal.left),
            "policies": [_shown(finding) for finding in asked],
        },
        indent=2,
        ensure_ascii=False,
    )


def _shown(finding: Finding) -> dict[str, Any]:
    at = finding.location
    return {
        "code": finding.code,
        "cell": at.cell,
        "line": at.line,
        "message": finding.message,
        "hint": finding.hint,
    }


def as_text(proposal: Proposal, asked: Sequence[Finding] = (), *, written: bool = False) -> str:
    """Give a proposal as a table, with what stopped other steps, what policies ask for and what to do next."""
    blocks: list[str] = []
    if proposal.steps:
        head = ("cells", "tag", "gives", "reads", "why")
        rows_of = [(str(one.cell), one.tag, ", ".join(one.names), "-", _WHY[one.tag]) for one in proposal.roles]
        rows_of += [
            (_numbers(s.cells), s.tag, s.variable, ", ".join(s.reads) or "-", s.why)
            for s in sorted(proposal.steps, key=lambda s: s.cells)
        ]
        rows_of += [
            (_numbers(s.checks), f"check:{s.name}", "-", s.variable, "asserts only") for s in proposal.steps if s.checks
        ]
        blocks.append(_table([head, *rows_of]))
    said = [f"{one.tag}: {key}: {clean(value)}" for one in proposal.steps for key, value in one.options]
    if said:
        owners = {value for one in proposal.steps for key, value in one.options if key == "owner"}
        lines = [line for line in said if ": owner: " not in line]
        lines += [f'owner: {clean(owner)} (another: owner = "team:NAME" under [tool.workbench])' for owner in owners]
        blocks.append("\n".join(["What the steps say of themselves, in the notebook's words; better them:", *lines]))
    blocks += [finding_text(finding) for finding in (*proposal.warnings, *proposal.stopped)]
    blocks += list(proposal.left)
    if asked:
        wanted: dict[str, list[str]] = {}
        for one in asked:
            wanted.setdefault(f"{one.code} {one.hint or one.message}", []).append(one.location.tag or "")
        lines = [f"{what} ({', '.join(dict.fromkeys(tags))})" for what, tags in wanted.items()]
        blocks.append("\n".join(["The project's policies ask for more before these steps promote:", *lines]))
    shown = clean(proposal.notebook.path)
    if not proposal.steps:
        blocks.append(f"Nothing can be proposed for {shown}.")
    else:
        promote = f"promote {shown}{' --include-needed' if proposal.needed else ''}"
        if any(one.code in _FIXED_FIRST and one.fix for one in proposal.warnings):
            promote = f"{promote.replace('promote', 'promote --fix', 1)}, then {promote}"
        blocks.append(f"The tags were written. Next: {promote}" if written else f"With --write, then: {promote}")
    return "\n\n".join(blocks)


def _numbers(cells: Sequence[int]) -> str:
    """Give cell numbers with runs in short.

    >>> _numbers((1, 2, 3, 7))
    '1-3, 7'
    """
    runs: list[list[int]] = []
    for cell in cells:
        if runs and runs[-1][-1] == cell - 1:
            runs[-1].append(cell)
        else:
            runs.append([cell])
    return ", ".join(f"{run[0]}-{run[-1]}" if len(run) > 1 else str(run[0]) for run in runs)


def _table(table: Sequence[Sequence[str]]) -> str:
    widths = [max(len(row[n]) for row in table) for n in range(len(table[0]))]
    return "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in table
    )
