"""What a run of a step costs, beside what came of it: where it was worked out before, and never as more than that."""

from __future__ import annotations

from pathlib import Path

from platform_core.costs.remembered import PLACE, remembered
from promote.outcome import Outcome
from promote.values import replace


def with_costs(outcome: Outcome, start: Path) -> Outcome:
    """Give an outcome whose steps say what a run of them costs, where that is known.

    Args:
        outcome: What came of a run.
        start: The project's folder, or one in it.
    """
    here = start.resolve()
    root = next((folder for folder in (here, *here.parents) if (folder / PLACE).is_file()), None)
    known = remembered(root) if root is not None else {}
    if not known:
        return outcome
    from platform_core.costs.money import amount  # noqa: PLC0415 - few projects know what a run costs

    steps = []
    for step in outcome.steps:
        told = known.get(step.tag.partition(":")[2])
        cost = f"about {amount(told[0])} a run ({told[1]})" if told is not None else ""
        steps.append(replace(step, cost=cost))
    return replace(outcome, steps=tuple(steps))
