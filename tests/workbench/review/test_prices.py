"""The list price of where an asset runs, read from what a branch says."""

from __future__ import annotations

import pytest

from workbench.review.prices import estimate_of, machine, price_of, words
from workbench.review.values import Asset, AssetChange


def asset(compute: str, cost: str | None = None) -> Asset:
    return Asset("rents", "silver", "rents.py", 1, compute=compute, metadata=(("cost", cost),) if cost else ())


def change(before: Asset | None, after: Asset | None) -> AssetChange:
    return AssetChange("rents", (), before=before, after=after)


@pytest.mark.parametrize(
    ("compute", "low", "high"),
    [
        ("lambda: memory_mb=1024, timeout_seconds=60", 0.06000012, 0.06000012),
        ("eks: node_type='m5.large', min_nodes=2, max_nodes=10, spot_instances=True", 0.0888, 1.11),
        ("batch: vcpus=2, memory_mb=4096", 0.0404, 0.101),
        ("auto: duration_seconds=600", 0.014195, 0.014195),
    ],
)
def test_an_hour_is_priced(compute: str, low: float, high: float) -> None:
    cost = price_of(compute)
    assert cost is not None
    assert (cost.low, cost.high) == pytest.approx((low, high))


@pytest.mark.parametrize(
    "compute",
    [
        "local",
        "",
        "mainframe: x=1",
        "fargate: cpu_units=7",
        "eks: node_type='t3.large'",
        "lambda: memory_mb=SIZE",
        "lambda: **{}",
        "lambda: memory_mb=__import__('os').system('true')",
        "lambda: memory_mb=1024); f(",
        "lambda: " + "(" * 5000,
        "auto: rows='many'",
    ],
)
def test_what_cannot_be_priced_has_no_price_and_is_not_executed(compute: str) -> None:
    assert price_of(compute) is None


def test_prices_are_told_in_words() -> None:
    small, large = (
        asset("fargate: cpu_units=256, memory_mb=512"),
        asset("fargate: cpu_units=512, memory_mb=1024", "2.5"),
    )
    assert words(change(small, large)) == (
        "$0.0142 an hour before, $0.0284 an hour now; a run $2.50, as the code estimates"
    )
    assert words(change(None, asset("local"))) == "nothing to pay for"
    assert words(change(small, None)) == "none"
    assert words(change(asset("local"), asset("eks: node_type=NODE"))) == "nothing to pay for before, no list price now"


def test_prices_are_told_to_programs() -> None:
    told = machine(change(asset("local"), asset("fargate: cpu_units=512, memory_mb=1024", "2.5")))
    assert told is not None
    assert told["per_hour"] == {"before": None, "after": {"low": 0.02839, "high": 0.02839}}
    assert told["estimated_per_run"] == {"before": None, "after": 2.5}
    assert machine(change(None, asset("local"))) is None
    assert [estimate_of(asset("local", cost)) for cost in ("COST", "-1", "nan", "0")] == [None, None, None, 0.0]
