"""The price of where an asset runs, from the list prices: by the hour, since no revision says how long a run takes."""

from __future__ import annotations

import ast
from math import isfinite
from typing import Any

from platform_core.compute_kinds import KINDS, ComputeSpec, Cost, Hints, decide, hourly, list_prices
from platform_core.costs.money import amount
from platform_core.errors import UserError
from workbench.review.values import Asset, AssetChange

NO_PRICE = "no list price"


def price_of(compute: str) -> Cost | None:
    """Give what an hour of a compute decorator's choice costs; None where it is local, or there is no price.

    The text is what a branch says, so it is read as literals and checked like any spec; nothing of it is executed.

    >>> price_of("fargate: cpu_units=1024, memory_mb=2048")
    Cost(usd=0.05678, low=0.05678, high=0.05678)
    >>> price_of("fargate: cpu_units=7") is None, price_of("local") is None
    (True, True)
    """
    kind, _, given = compute.partition(":")
    if kind not in KINDS and kind != "auto":
        return None
    try:
        call = ast.parse(f"f({given.strip()})", mode="eval").body
        if not isinstance(call, ast.Call) or call.args or any(word.arg is None for word in call.keywords):
            return None
        options = {str(word.arg): ast.literal_eval(word.value) for word in call.keywords}
        spec = decide(Hints(**options)).spec if kind == "auto" else ComputeSpec(kind, options)  # type: ignore[arg-type]
        return hourly(spec)
    except (UserError, SyntaxError, ValueError, TypeError, RecursionError, MemoryError):
        return None


def estimate_of(asset: Asset | None) -> float | None:
    """Give what the code says that a run costs, in US dollars; None where it says nothing that is an amount."""
    told = dict(asset.metadata).get("cost") if asset is not None else None
    try:
        value = float(told) if told is not None else None
    except ValueError:
        return None
    return value if value is not None and isfinite(value) and value >= 0 else None


def words(change: AssetChange) -> str:
    """Give the prices before and after in words.

    Each is of an hour on the list; what the code says of a run stands beside it, as what it is.
    """
    if change.after is None:
        return "none"
    before, after = (_side(one) for one in (change.before, change.after))
    told = after if change.before is None or before == after else f"{before} before, {after} now"
    said = estimate_of(change.after)
    return told if said is None else f"{told}; a run {amount(said)}, as the code estimates"


def machine(change: AssetChange) -> dict[str, Any] | None:
    """Give the prices for JSON; None where neither side has any."""
    sides = {"before": change.before, "after": change.after}
    hours = {name: _hour(asset) for name, asset in sides.items()}
    estimates = {name: estimate_of(asset) for name, asset in sides.items()}
    if not any(value is not None for value in (*hours.values(), *estimates.values())):
        return None
    return {"currency": "USD", "region": list_prices().region, "per_hour": hours, "estimated_per_run": estimates}


def _side(asset: Asset | None) -> str:
    if asset is None or asset.compute == "local":
        return "nothing to pay for"
    cost = price_of(asset.compute)
    if cost is None:
        return NO_PRICE
    band = amount(cost.low) if cost.low == cost.high else f"{amount(cost.low)} to {amount(cost.high)}"
    return f"{band} an hour"


def _hour(asset: Asset | None) -> dict[str, float] | None:
    cost = price_of(asset.compute) if asset is not None else None
    return None if cost is None else {"low": round(cost.low, 9), "high": round(cost.high, 9)}
