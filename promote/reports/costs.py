"""What a run of a step costs, beside what came of it: where it was worked out before, and never as more than that."""

from __future__ import annotations

import os

from platform_core.hints import StrPath
from platform_core.values import replace
from promote.outcome import Outcome

_PLACE = "data/dagster/costs.json"  # as in `platform_core.costs.remembered`, which most projects need not import


def with_costs(outcome: Outcome, start: StrPath) -> Outcome:
    """Give an outcome whose steps say what a run of them costs, where that is known.

    Args:
        outcome: What came of a run.
        start: The project's folder, or one in it.
    """
    folder, below = os.path.realpath(start), ""
    while folder != below and not os.path.isfile(os.path.join(folder, _PLACE)):
        folder, below = os.path.dirname(folder), folder
    if folder == below:
        return outcome
    from platform_core.costs.remembered import remembered  # noqa: PLC0415 - few projects know what a run costs

    known = remembered(folder)
    if not known:
        return outcome
    steps = []
    for step in outcome.steps:
        told = known.get(step.tag.partition(":")[2])
        fine = step.status not in {"failed", "refused"}  # where it is not, the reason is what is looked for
        steps.append(replace(step, cost=_said(*told)) if told is not None and fine else step)
    return replace(outcome, steps=tuple(steps))


def _said(usd: float, ground: str) -> str:
    """Say what a run costs; what is less than a cent is no figure that anybody decides by."""
    from platform_core.costs.money import amount  # noqa: PLC0415 - as above

    return "under $0.01 a run" if usd < 0.01 else f"about {amount(usd)} a run ({ground})"
