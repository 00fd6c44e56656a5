"""The report of `workbench rap`: as text, JSON, Markdown and HTML, the last two as the review writes them."""

from __future__ import annotations

import json
import textwrap
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any

from platform_core.values import dataclass
from promote.project import Project
from promote.reports.report import clean
from workbench.rap.facts import Facts
from workbench.rap.look import Look
from workbench.rap.looks import LOOKS
from workbench.review.document import Cell, Document, Items, Paragraph, Section, Table
from workbench.review.html import render_html
from workbench.review.markdown import render_markdown
from workbench.review.wording import clean as visible
from workbench.review.wording import counted

MARK = "<!-- workbench-rap -->"
_TONES = {"met": "good", "not met": "bad", "not checked": ""}
_SIGNS = {"met": "met        ", "not met": "not met    ", "not checked": "not checked"}
_FOOTER = "Made by Notebook Workbench from the files of the project. Nothing was run."


@dataclass(frozen=True, slots=True)
class Criterion:
    """One criterion, as `criteria.json` has it, with what the look at it gave."""

    id: str
    level: str
    title: str
    source: str
    do: str
    look: Look


@cache
def catalogue() -> dict[str, Any]:
    """Give the content of `criteria.json`."""
    found: dict[str, Any] = json.loads(Path(__file__).with_name("criteria.json").read_text(encoding="utf-8"))
    return found


def criteria(project: Project) -> tuple[Criterion, ...]:
    """Look at a project: every criterion with what was found, in the order of the list."""
    facts = Facts(project)
    return tuple(
        Criterion(one["id"], one["level"], one["title"], one["source"], one["do"], LOOKS[one["id"]](facts))
        for one in catalogue()["criteria"]
    )


def upto(found: Sequence[Criterion], level: str) -> list[Criterion]:
    """Give the criteria of a level and of those below it."""
    levels = catalogue()["levels"]
    return [one for one in found if levels.index(one.level) <= levels.index(level)]


def fails(found: Sequence[Criterion], level: str) -> bool:
    """Whether something is not met that a level asks for; what is not checked is for people, and fails nothing."""
    return any(one.look.status == "not met" for one in upto(found, level))


def verdict(found: Sequence[Criterion], level: str) -> str:
    """Say in a sentence how the project stands to a level."""
    asked = upto(found, level)
    count = {status: sum(one.look.status == status for one in asked) for status in _TONES}
    unmet = f"{count['not met']} {'is' if count['not met'] == 1 else 'are'} not"
    said = f"{level.capitalize()}: {count['met']} of {len(asked)} criteria are met, {unmet}"
    return f"{said}, {count['not checked']} no program can check." if count["not checked"] else f"{said}."


def as_text(found: Sequence[Criterion], levels: Sequence[str]) -> str:
    """Give the report as text."""
    blocks = ["\n".join(verdict(found, level) for level in levels)]
    for level in levels:
        lines = [level.capitalize()]
        for one in (each for each in found if each.level == level):
            lines.append(f"  {_SIGNS[one.look.status]}  {one.title}")
            lines += [_wrapped(clean(thing)) for thing in one.look.found]
            lines += [_wrapped(f"do: {one.do}")] if one.look.status != "met" else []
        blocks.append("\n".join(lines))
    return "\n\n".join(blocks) + "\n"


def _wrapped(text: str) -> str:
    margin = " " * 17
    return textwrap.fill(text, 110, initial_indent=margin, subsequent_indent=f"{margin}  ", break_long_words=False)


def as_json(found: Sequence[Criterion], levels: Sequence[str]) -> str:
    """Give the report as JSON."""
    content = {
        "version": 1,
        "levels": {
            level: {"not_met": [one.id for one in upto(found, level) if one.look.status == "not met"]}
            for level in levels
        },
        "criteria": [
            {
                "id": one.id,
                "level": one.level,
                "title": one.title,
                "source": one.source,
                "status": one.look.status,
                "found": list(one.look.found),
                "do": one.do if one.look.status != "met" else "",
            }
            for one in found
            if one.level in levels
        ],
        "sources": catalogue()["sources"],
    }
    return json.dumps(content, indent=2, ensure_ascii=False) + "\n"


def document(found: Sequence[Criterion], levels: Sequence[str]) -> Document:
    """Give the report as a document: how it stands first, then each level, then the sources."""
    sections = [Section("verdict", "How the project stands", tuple(_standing(found, levels)))]
    for level in levels:
        rows = tuple(
            (
                Cell(one.title),
                Cell(one.look.status, tone=_TONES[one.look.status]),
                Cell("; ".join(map(visible, one.look.found))),
                Cell("" if one.look.status == "met" else one.do),
            )
            for one in found
            if one.level == level
        )
        table = Table(f"Criteria of the level {level}", ("Criterion", "Status", "What was found", "What to do"), rows)
        sections.append(Section(level, level.capitalize(), (table,)))
    told = tuple(f"{one['name']}: {one['address']}" for one in catalogue()["sources"].values())
    sections.append(Section("sources", "Where the criteria come from", (Items(told),)))
    return Document("Reproducible analytical pipeline", tuple(sections), _FOOTER, MARK)


def _standing(found: Sequence[Criterion], levels: Sequence[str]) -> list[Paragraph | Items]:
    worst = any(fails(found, level) for level in levels[:1])
    tone = "bad" if worst else "careful" if fails(found, levels[-1]) else "good"
    unmet = sum(one.look.status == "not met" for one in upto(found, levels[-1]))
    headline = (
        f"{counted(unmet, 'criterion is', 'criteria are')} not met."
        if unmet
        else "Nothing that can be checked is missing."
    )
    return [Paragraph(headline, tone), Items(tuple(verdict(found, level) for level in levels))]


def render(found: Sequence[Criterion], levels: Sequence[str], form: str) -> str:
    """Give the report in one of the forms `text`, `json`, `markdown` and `html`."""
    if form == "json":
        return as_json(found, levels)
    if form == "text":
        return as_text(found, levels)
    whole = document(found, levels)
    return render_html(whole) if form == "html" else render_markdown(whole)
