"""What a run of each asset costs, left where the Lab panel and `promote` find it without Dagster."""

from __future__ import annotations

from contextlib import suppress

from platform_core.costs.estimates import SAID, estimate
from platform_core.costs.facts import facts_of
from platform_core.costs.records import read_records
from platform_core.costs.remembered import remember
from platform_core.costs.settings import prices_of
from workbench.session import Session

_MOST_RUNS = 1000  # of the newest, so that a long history costs no command its time


def remember_costs(session: Session) -> None:
    """Work out what a run of each asset of a project costs, from its runs, and write it down.

    What the code says by itself is left out: it stands in the code, and may change without a run.
    """
    facts = facts_of(session.definitions)
    records = read_records(session.instance, most=_MOST_RUNS)
    prices = prices_of(session.config)
    told: dict[str, tuple[float, str]] = {}
    for asset in facts:
        (line,) = estimate([(asset, None)], records, facts, prices).lines
        if line.cost is not None and line.basis != SAID:
            told[asset] = (line.cost.usd, line.basis)
    with suppress(OSError):  # a project that cannot be written to, as in a container, remembers nothing
        remember(session.project.root, told)
