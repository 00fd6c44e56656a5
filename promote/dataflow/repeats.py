"""Statements that `--include-needed` took into several steps: what ran once in a notebook runs once for each step."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from promote.dataflow.program import Statement
from promote.dataflow.refusals import Context
from promote.model import Finding

_HINT = (
    "Where that is costly, tag the cell as a step of its own, so that it runs once and the others read it; "
    "where it is code, make it a function in a cell tagged `helpers`, so that it stands once."
)


def repeats(context: Context, takers: Mapping[int, Sequence[str]]) -> list[Finding]:
    """Tell the cells of which several steps repeat statements; `takers` are the tags of the steps by statement."""
    found: dict[tuple[int, tuple[str, ...]], list[Statement]] = {}
    for index, tags in sorted(takers.items()):
        if len(tags) > 1:
            statement = context.program.statements[index]
            found.setdefault((statement.cell, tuple(tags)), []).append(statement)
    return [
        context.finding("PR330", f"{_listed(tags)} each run {lines(them)} of this cell.", them[0], None, _HINT, "note")
        for (_, tags), them in sorted(found.items(), key=lambda item: item[0])
    ]


def _listed(tags: Sequence[str]) -> str:
    return f"{', '.join(tags[:-1])} and {tags[-1]}"


def lines(statements: Sequence[Statement]) -> str:
    """Give the lines of some statements of one cell in words, those that follow one another as one span."""
    spans: list[list[int]] = []
    for s in statements:
        if spans and s.first <= spans[-1][1] + 1:
            spans[-1][1] = max(s.last, spans[-1][1])
        else:
            spans.append([s.first, s.last])
    told = [f"{first}" if first == last else f"{first} to {last}" for first, last in spans]
    return f"line {told[0]}" if told[0].isdigit() and len(told) == 1 else f"lines {', '.join(told)}"
