"""Amounts of money as a person reads them."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from platform_core.compute_kinds import Cost

_LARGE = 100
_SMALL = 1e-4


def amount(usd: float) -> str:
    """Give an amount of money with as many digits as tell something.

    >>> amount(0), amount(0.000123), amount(2.5), amount(12345.678)
    ('$0', '$0.000123', '$2.50', '$12,346')
    """
    if usd == 0:
        return "$0"
    if usd >= _LARGE:
        return f"${usd:,.0f}"
    return f"${usd:.2f}" if usd >= 1 else f"${usd:.3g}" if usd >= _SMALL else f"${usd:.7f}".rstrip("0")


def band(cost: Cost) -> str:
    """Give a cost with its band, where it has one.

    >>> from platform_core.compute_kinds import Cost
    >>> band(Cost(1.0, 0.5, 2.0)), band(Cost(1.0, 1.0, 1.0))
    ('$1.00 ($0.5 to $2.00)', '$1.00')
    """
    if abs(cost.high - cost.low) <= 1e-12:
        return amount(cost.usd)
    return f"{amount(cost.usd)} ({amount(cost.low)} to {amount(cost.high)})"
