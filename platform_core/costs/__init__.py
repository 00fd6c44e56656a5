"""What steps cost: read from Dagster's event log, summed, held against estimates and budgets.

`platform_core.metadata` notes what a step used with each materialisation, `records` reads that back in one query,
`summary` sums it, `estimates` says what is still to come from what was, `budgets` holds both against what may be spent.
`launching` is what an executor asks where a step is to run. `idle` looks at what costs money and does nothing.
"""

from __future__ import annotations

from platform_core.hints import TYPE_CHECKING
from platform_core.lazy import loader

if TYPE_CHECKING:
    from platform_core.costs.budgets import Verdict, budget_verdicts
    from platform_core.costs.estimates import Estimate, estimate
    from platform_core.costs.launching import decide_at_launch
    from platform_core.costs.records import Record, read_records
    from platform_core.costs.settings import prices_of
    from platform_core.costs.summary import Line, summarise

__all__ = [
    "Estimate",
    "Line",
    "Record",
    "Verdict",
    "budget_verdicts",
    "decide_at_launch",
    "estimate",
    "prices_of",
    "read_records",
    "summarise",
]

_PLACES = {
    "Estimate": "estimates",
    "Line": "summary",
    "Record": "records",
    "Verdict": "budgets",
    "budget_verdicts": "budgets",
    "decide_at_launch": "launching",
    "estimate": "estimates",
    "prices_of": "settings",
    "read_records": "records",
    "summarise": "summary",
}

__getattr__ = loader(__name__, _PLACES)
