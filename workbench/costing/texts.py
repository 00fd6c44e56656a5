"""A project's costs as table, CSV and JSON. Amounts are US dollars; pounds are shown beside them where asked for."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator
from typing import Any

from platform_core.costs.money import amount, band
from platform_core.costs.summary import Line
from workbench.costing.gather import Costs

COLUMNS = ("runs", "failed", "local", "unpriced", "cost", "from", "to", "seconds", "CPU seconds", "paid of estimate")


def against(line: Line) -> str:
    """Say what the runs cost of which the code says something, beside what it says."""
    if line.estimated is None or line.compared is None:
        return ""
    share = f", {line.compared / line.estimated:.0%}" if line.estimated else ""
    return f"{amount(line.compared)} of {amount(line.estimated)}{share}"


def cells(line: Line, costs: Costs, *, pounds: bool = False) -> tuple[str, ...]:
    """Give a line as the cells of a table."""
    own = (f"£{costs.prices.pounds(line.cost.usd):,.2f}",) if pounds else ()
    return (
        line.name,
        f"{line.runs:,}",
        f"{line.failed:,}",
        f"{line.local:,}",
        f"{line.unpriced:,}",
        amount(line.cost.usd),
        amount(line.cost.low),
        amount(line.cost.high),
        f"{line.seconds:,.1f}",
        f"{line.cpu_seconds:,.1f}",
        against(line),
        *own,
    )


def notes(costs: Costs) -> Iterator[str]:
    """Say what the sums are without, what they rest on, and how the budgets stand."""
    whole = costs.whole
    if not whole.runs:
        yield "No run is in Dagster's records for this time."
    if whole.unpriced:
        yield (
            f"Runs without a known cost, which are in no sum: {whole.unpriced:,}. They were made before costs were "
            "noted, by other IO managers, or on compute whose size or price is not known."
        )
    if whole.failed:
        yield f"Failed runs of steps, whose cost is in the sums: {whole.failed:,}."
    if costs.failed_runs:
        yield f"Failed runs of jobs: {costs.failed_runs:,}. A step that was killed noted nothing and is in no sum."
    if whole.local:
        told = f"Runs on a local machine, which cost nothing: {whole.local:,}"
        moved = whole.elsewhere
        yield f"{told}; on the compute that steps ask for, {band(moved)}, as an estimate." if moved else f"{told}."
    yield (
        f"Worked out with the list prices of {costs.prices.region} on demand, in US dollars without tax, free tiers, "
        "savings plans, storage, transfer, logs and a cluster's own hours. It is no bill."
    )
    unread = sorted({name.rpartition(".")[0] for name, one in costs.prices.every() if not one.confirmed})
    if costs.old:
        yield f"Prices to be looked up again, by their age: {', '.join(costs.old)}. Then set checked_on under costs."
    if unread:
        yield "Some prices are assumed or worked out, not read: prices.json marks them as not confirmed."
    yield from (verdict.said for verdict in costs.verdicts)


def as_csv(costs: Costs) -> str:
    """Give the lines as CSV with plain numbers; a name that a spreadsheet would run is kept from it."""
    target = io.StringIO()
    writer = csv.writer(target, lineterminator="\n")
    fields = list(_values(costs.whole))
    writer.writerow([costs.by, *fields[1:]])
    for line in costs.lines:
        name, *rest = _values(line).values()
        safe = f"'{name}" if str(name).startswith(("=", "+", "-", "@", "\t", "\r")) else name
        writer.writerow([safe, *("" if value is None else value for value in rest)])
    return target.getvalue()


def as_json(costs: Costs) -> str:
    """Give everything as JSON, schema version 1 (docs/reference/costs.md)."""
    told: dict[str, Any] = {
        "version": 1,
        "project": costs.project,
        "currency": "USD",
        "gbp_per_usd": costs.prices["gbp_per_usd"],
        "region": costs.prices.region,
        "by": costs.by,
        "lines": [_values(line) for line in costs.lines],
        "total": _values(costs.whole),
        "months": [_values(line) for line in costs.months],
        "kinds": [_values(line) for line in costs.kinds],
        "failed_job_runs": costs.failed_runs,
        "old_prices": list(costs.old),
        "budgets": [
            {
                "name": one.name,
                "scope": one.scope,
                "limit_usd": one.limit,
                "spent_usd": one.spent,
                "over": one.over,
                "runs_without_cost": one.unknown,
            }
            for one in costs.verdicts
        ],
        "notes": list(notes(costs)),
    }
    return json.dumps(told, indent=2, ensure_ascii=False) + "\n"


def _values(line: Line) -> dict[str, Any]:
    def told(value: float | None) -> float | None:
        return None if value is None else round(value, 9)

    return {
        "name": line.name,
        "runs": line.runs,
        "failed": line.failed,
        "local": line.local,
        "unpriced": line.unpriced,
        "usd": told(line.cost.usd),
        "usd_low": told(line.cost.low),
        "usd_high": told(line.cost.high),
        "seconds": told(line.seconds),
        "cpu_seconds": told(line.cpu_seconds),
        "estimated_usd": told(line.estimated),
        "actual_of_estimated_usd": told(line.compared),
        "local_runs_elsewhere_usd": told(line.elsewhere.usd if line.elsewhere else None),
    }
