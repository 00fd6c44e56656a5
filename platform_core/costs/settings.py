"""The prices of a project: those listed, with what its configuration says of them."""

from __future__ import annotations

from platform_core.compute_kinds import Prices, list_prices, with_own
from platform_core.config import ProjectConfig
from platform_core.config.costs import CostsConfig
from platform_core.errors import UserError


def prices_of(config: ProjectConfig) -> Prices:
    """Give the prices that a project's costs are worked out with.

    Raises:
        UserError: A price has no such name or is no amount; it names file and line.
    """
    costs = config.costs
    if costs == CostsConfig():
        return list_prices()
    try:
        return with_own(costs.prices, checked_on=costs.checked_on, stale_after_days=costs.stale_after_days)
    except UserError as error:
        raise UserError(error.message, hint=error.hint, location=config.place("costs", "prices")) from None
