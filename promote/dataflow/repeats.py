"""Statements that `--include-needed` took into several steps: what ran once in a notebook runs once for each step."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from promote.dataflow.bodies import InCommon
from promote.dataflow.program import Statement
from promote.dataflow.refusals import Context
from promote.model import Finding, Plan

_COSTLY = "Where that is costly, tag the cell as a step of its own, so that it runs once and the others read it."
_CODE = " Where it is code, make it a function in a cell tagged `helpers`, so that it stands once."


def repeats(
    context: Context, takers: Mapping[int, Sequence[str]], common: InCommon, plans: Sequence[Plan]
) -> list[Finding]:
    """Tell the cells of which several steps run the same statements, and whether these stand once.

    Args:
        context: The notebook.
        takers: The tags of the steps by statement.
        common: What the steps could have in common.
        plans: The steps with what they share.
    """
    found: dict[tuple[int, tuple[str, ...], str], list[Statement]] = {}
    stand = _standing(common, plans) if any(len(tags) > 1 for tags in takers.values()) else {}
    for index, tags in sorted(takers.items()):
        if len(tags) > 1:
            statement = context.program.statements[index]
            where = stand.get(index, "")
            found.setdefault((statement.cell, tuple(tags), where), []).append(statement)
    told: list[Finding] = []
    for (_, tags, where), them in found.items():
        once = where.startswith("in ")
        which = lines(them)
        said = f"{_listed(tags)} each run {which} of this cell"
        if once:
            said += f", which stand{'s' if which.startswith('line ') else ''} once, {where}"
        elif where:
            said += f", which each module repeats: {where}"
        told.append(context.finding("PR330", f"{said}.", them[0], None, _COSTLY if once else _COSTLY + _CODE, "note"))
    return told


def _standing(common: InCommon, plans: Sequence[Plan]) -> dict[int, str]:
    """Give for each statement the function that it stands in, else why it stands in none."""
    found = {**common.reasons}
    helpers = next((p.helpers for p in plans if p.helpers), None)
    kept = {maker.name for maker in helpers.makers} if helpers else set()
    for maker, indices in common.makers:
        for index in indices:
            if helpers is not None and maker.name in kept:
                found[index] = f"in `{maker.name}` of helpers/{helpers.name}.py"
            else:
                found[index] = "what it names is not the same in each of them"
    return found


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
