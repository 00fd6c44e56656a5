"""Estimates of what is to come, and budgets."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest
from pydantic import ValidationError

from platform_core.compute_kinds import Cost, Use
from platform_core.compute_kinds.spec import ComputeSpec
from platform_core.config.costs import BudgetConfig, CostsConfig
from platform_core.costs import budget_verdicts, estimate, read_records
from platform_core.costs.budgets import stopping
from platform_core.costs.estimates import MOVED, PAID, SAID, UNKNOWN
from platform_core.costs.facts import Facts, facts_of
from platform_core.costs.records import Record
from tests.platform_core.costs.conftest import DEFINITIONS

if TYPE_CHECKING:
    import dagster as dg

NOVEMBER = datetime(2026, 11, 20, tzinfo=UTC)


def record(asset: str, usd: float | None, when: datetime = NOVEMBER, **more: Any) -> Record:
    cost = None if usd is None else Cost(usd, usd / 2, usd * 2)
    given = {"partition": None, "job": "", "kind": "fargate", "use": Use(60.0, 60.0, 500.0), **more}
    return Record(asset, run_id="r", at=when.timestamp(), size="", spot=None, cost=cost, **given)


FACTS = {
    "rents": Facts("rents", "planning", 0.25, ComputeSpec("fargate", {"cpu_units": 1024, "memory_mb": 2048})),
    "said": Facts("said", "planning", 3.0),
    "nothing": Facts("nothing"),
}


def test_a_partition_costs_what_it_did_and_else_what_the_others_did() -> None:
    records = [record("rents", 1.0, partition="a"), record("rents", 3.0, partition="a"), record("rents", 8.0)]
    found = estimate([("rents", "a")], records, FACTS)
    assert found.cost == Cost(2.0, 0.5, 6.0)
    assert estimate([("rents", "z")], records, FACTS).cost.usd == 4.0
    assert [line.basis for line in found.lines] == [PAID]


def test_local_runs_are_priced_for_the_compute_that_is_asked_for() -> None:
    records = [record("rents", 0.0, kind="local")]
    found = estimate([("rents", "a"), ("rents", "b")], records, FACTS)
    # twice a minute of 1 vCPU and 2 GB
    assert found.cost.usd == pytest.approx(2 * (0.04656 + 2 * 0.00511) / 60)
    assert [(line.runs, line.basis) for line in found.lines] == [(2, MOVED)]


def test_what_is_only_said_is_said_to_be_so_and_what_is_not_known_is_counted() -> None:
    found = estimate([("said", None), ("nothing", "a"), ("nothing", "b")], [], FACTS)
    assert [(line.basis, line.runs, line.cost and line.cost.usd) for line in found.lines] == [
        (SAID, 1, 3.0),
        (UNKNOWN, 2, None),
    ]
    assert (found.cost.usd, found.unknown) == (3.0, 2)


def test_failed_runs_and_those_with_nothing_to_do_are_no_measure() -> None:
    records = [record("said", 90.0, failed=True), record("said", 80.0, unchanged=True)]
    assert estimate([("said", None)], records, FACTS).cost.usd == 3.0


def verdicts(budget: dict[str, Any], records: list[Record], plan: list[tuple[str, str | None]] | None = None) -> Any:
    planned = None if plan is None else estimate(plan, records, FACTS)
    budgets = {"b": BudgetConfig(**budget)}
    return budget_verdicts(budgets, records, FACTS, NOVEMBER, planned, job="nightly")


def test_this_month_counts_and_what_has_no_cost_is_said() -> None:
    october = datetime(2026, 10, 31, 23, 59, tzinfo=UTC)
    records = [record("rents", 4.0), record("rents", 9.0, october), record("rents", None)]
    (found,) = verdicts({"usd": 5}, records)
    assert (found.spent, found.over, found.unknown) == (4.0, False, 1)
    assert (
        found.said
        == "The budget b ($5.00 for all assets in a month) holds: $4.00 spent. Of 1 more nobody knows the cost."
    )


@pytest.mark.parametrize(
    ("scope", "spent"),
    [
        ({}, 7.0),
        ({"asset": "rents"}, 4.0),
        ({"team": "planning"}, 6.0),
        ({"team": "team:planning"}, 6.0),
        ({"job": "nightly"}, 2.0),
    ],
)
def test_a_budget_is_of_its_scope(scope: dict[str, str], spent: float) -> None:
    records = [record("rents", 4.0), record("said", 2.0, job="nightly"), record("other", 1.0)]
    (found,) = verdicts({"usd": 100, **scope}, records)
    assert found.spent == spent


def test_a_plan_is_stopped_only_by_the_policy_that_says_so() -> None:
    records = [record("rents", 4.0)]
    plan: list[tuple[str, str | None]] = [("rents", "a"), ("rents", "b")]
    (warned,) = verdicts({"usd": 10, "policy": "warn"}, records, plan)
    assert (warned.planned, warned.over, warned.stops) == (8.0, True, False)
    (stopped,) = verdicts({"usd": 10, "policy": "stop"}, records, plan)
    assert stopping([warned, stopped]) == (stopped,)
    (fits,) = verdicts({"usd": 12, "policy": "stop"}, records, plan)
    assert not fits.over
    (elsewhere,) = verdicts({"usd": 1, "policy": "stop", "team": "others"}, records, plan)
    assert not elsewhere.stops


def test_a_budget_of_a_backfill_is_asked_only_of_one() -> None:
    records = [record("rents", 4.0)]
    assert verdicts({"usd": 1, "per": "backfill"}, records) == ()
    (found,) = verdicts({"usd": 1, "per": "backfill", "policy": "stop"}, records, [("rents", None)])
    assert (found.spent, found.planned, found.stops) == (0.0, 4.0, True)


def test_overspent_already_stops_no_plan_that_costs_nothing() -> None:
    (found,) = verdicts({"usd": 1, "policy": "stop"}, [record("rents", 4.0)], [("nothing", None)])
    assert (found.over, found.stops, found.unknown) == (True, False, 1)


@pytest.mark.parametrize(
    "wrong", [{"usd": -1}, {"usd": float("inf")}, {"usd": 1, "team": "a", "job": "b"}, {"usd": 1, "policy": "pray"}]
)
def test_budgets_that_cannot_be_are_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        BudgetConfig(**wrong)


def test_the_section_of_the_configuration_is_read() -> None:
    read = CostsConfig.model_validate({"checked_on": "2026-11-29", "idle": {"clusters": "main"}})
    assert read.checked_on is not None
    assert read.checked_on.year == 2026
    assert read.idle.clusters == ("main",)


def test_real_runs_estimate_the_next(history: dg.DagsterInstance) -> None:
    records = read_records(history)
    found = estimate([("readings", "2023"), ("readings", "2030"), ("plain", None)], records, facts_of(DEFINITIONS))
    assert [line.basis for line in found.lines] == [PAID, UNKNOWN]
    paid = [one.cost.usd for one in records if one.asset == "readings" and one.kind == "lambda" and one.cost]
    assert found.lines[0].cost is not None
    assert 0 < found.lines[0].cost.low <= found.lines[0].cost.usd <= 2 * max(paid)
