"""What steps noted of their cost, and what is read back and summed."""

from __future__ import annotations

from typing import TYPE_CHECKING

import dagster as dg
import pytest

from platform_core.compute_kinds import AUTO_TAG, COMPUTE_TAG, ComputeSpec, Hints, Use
from platform_core.compute_kinds.ran_on import ran_on
from platform_core.costs import decide_at_launch, read_records, summarise
from platform_core.costs.facts import Facts, facts_of, history_of
from platform_core.costs.records import Record
from platform_core.costs.summary import GROUPS, sum_up
from platform_core.executor import ExecutorSettings
from platform_core.executor.automatic import redecided
from platform_core.executor.routing import placed
from platform_core.metadata import Meter
from platform_core.metadata.costing import used
from tests.platform_core.costs.conftest import DEFINITIONS

if TYPE_CHECKING:
    from tests.platform_core.costs.conftest import Run


def of(records: tuple[Record, ...], asset: str) -> list[Record]:
    return [record for record in records if record.asset == asset]


def test_every_run_of_a_step_is_read_with_where_it_ran_and_what_it_cost(history: dg.DagsterInstance) -> None:
    records = read_records(history)
    assert len(records) == 9
    local, first, _, other_year = of(records, "readings")
    assert (local.kind, local.partition, local.cost and local.cost.usd) == ("local", "2023", 0.0)
    assert (first.kind, first.size, other_year.partition) == ("lambda", "1 GB", "2024")
    assert first.cost is not None
    assert first.use is not None
    # A function is charged for the milliseconds of the call: here those of the step, and a request
    assert first.cost.usd == pytest.approx(first.use.seconds * 0.0000166667 + 0.0000002, abs=0.0000166667 * 0.0011)
    assert all(record.run_id and record.month == records[0].month for record in records)


def test_a_container_is_charged_for_a_minute_at_the_least_and_never_twice_for_the_same_seconds(
    history: dg.DagsterInstance,
) -> None:
    spot, unknown, local = of(read_records(history), "costly")
    assert spot.cost is not None
    assert spot.spot is True
    assert spot.cost.usd >= 0.111 / 60 * 0.4 * (1 - 1e-6)
    assert (unknown.kind, unknown.cost, unknown.size) == ("eks", None, "")
    assert "size" in unknown.unknown
    assert local.kind == "local"
    environment = {"WORKBENCH_STEP_COMPUTE": ComputeSpec("batch").to_json()}
    told = [used(Meter(), environment)["workbench/billed_seconds"] for _ in range(2)]
    assert told[1] < 1  # the age of the process was charged with the first


def test_a_failed_step_is_paid_for(history: dg.DagsterInstance) -> None:
    (failed,) = of(read_records(history), "broken")
    assert failed.failed
    assert failed.cost is not None
    assert failed.cost.usd > 0
    assert history_of([failed]).runs == 0


def test_what_nobody_knows_the_cost_of_is_counted_and_in_no_sum(history: dg.DagsterInstance) -> None:
    records, facts = read_records(history), facts_of(DEFINITIONS)
    whole = sum_up("all", records, facts)
    assert (whole.runs, whole.failed, whole.local, whole.unpriced) == (9, 1, 2, 2)
    assert whole.cost.usd == pytest.approx(sum(one.cost.usd for one in records if one.cost is not None))
    (line,) = summarise(of(records, "plain"), "asset", facts)
    assert (line.runs, line.unpriced, line.cost.usd) == (1, 1, 0.0)


def test_runs_are_summed_by_each_group(history: dg.DagsterInstance) -> None:
    records, facts = read_records(history), facts_of(DEFINITIONS)
    names = {by: {line.name for line in summarise(records, by, facts)} for by in GROUPS}
    assert names["asset"] == {"readings", "broken", "costly", "plain"}
    assert names["team"] == {"collectors", "ann@example.gov.uk", "no owner", "others"}
    assert names["kind"] == {"local", "lambda", "fargate", "eks", "not noted"}
    assert names["job"] == {"made without a job"}
    assert names["project"] == {"this project"}
    for by in GROUPS:
        assert sum(line.runs for line in summarise(records, by, facts)) == 9
    dearest = summarise(records, "asset", facts)
    assert [line.cost.usd for line in dearest] == sorted((line.cost.usd for line in dearest), reverse=True)


def test_what_was_paid_is_held_against_what_was_estimated(history: dg.DagsterInstance) -> None:
    (line,) = [one for one in summarise(read_records(history), "asset", facts_of(DEFINITIONS)) if one.name == "costly"]
    assert line.estimated == 2.5  # of the one run that was paid for; the local one and the unknown one are no measure
    assert line.compared == pytest.approx(line.cost.usd)
    assert line.elsewhere is not None
    assert line.elsewhere.usd == pytest.approx(0.111 / 60)  # the local run, on the m5.large that the code asks for


def test_all_runs_are_read_by_one_query_for_each_kind_of_event(
    history: dg.DagsterInstance, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = []
    storage = history.event_log_storage
    read = storage.get_event_records

    def counting(*given: object, **named: object) -> object:
        asked.append(given)
        return read(*given, **named)  # type: ignore[arg-type]  # whatever it was called with

    monkeypatch.setattr(storage, "get_event_records", counting)
    assert len(read_records(history)) == 9
    assert len(asked) == 2
    assert [one.asset for one in read_records(history, asset="plain")] == ["plain"]
    assert [one.asset for one in read_records(history, most=1)] == ["broken", "plain"]  # the newest of either kind
    later = read_records(history)[4].at
    assert len(read_records(history, since=later)) + len(read_records(history, until=later)) in {8, 9}


def test_automatic_compute_is_decided_again_by_what_runs_took(history: dg.DagsterInstance, run: Run) -> None:
    tags = next(iter(DEFINITIONS.resolve_asset_graph().assets_defs_for_keys([dg.AssetKey("readings")]))).op.tags
    hinted = decide_at_launch(history, {AUTO_TAG: Hints(memory_mb=9000).to_json()}, "nobody")
    assert hinted is not None
    assert (hinted.basis, hinted.spec["memory_mb"]) == ("hints", 9000)
    found = decide_at_launch(history, tags, "readings", "2024")
    assert found is not None
    assert (found.basis, found.spec.kind) == ("history", "lambda")
    assert found.spec["memory_mb"] < 9000
    assert "4 runs" in found.why  # those of one partition are too few
    assert decide_at_launch(history, {}, "readings") is None


def test_the_executor_places_an_automatic_step_by_what_runs_took(history: dg.DagsterInstance) -> None:
    tags = next(iter(DEFINITIONS.resolve_asset_graph().assets_defs_for_keys([dg.AssetKey("readings")]))).op.tags
    remote = ExecutorSettings(kinds={"lambda": "remote"})
    asked = placed(tags, remote)
    assert asked.spec is not None
    assert asked.spec["memory_mb"] == 9000  # what the hint alone led to
    found, why = redecided(asked, history, tags, ["readings"], "2024", remote)
    assert found.where == "remote"
    assert found.spec is not None
    assert found.spec["memory_mb"] < 9000
    assert "4 runs took no more than" in why
    here = ExecutorSettings()
    assert redecided(placed(tags, here), history, tags, ["readings"], None, here) == (placed(tags, here), "")
    plain = {COMPUTE_TAG: ComputeSpec("lambda").to_json()}
    assert redecided(placed(plain, remote), history, plain, ["readings"], None, remote)[1] == ""


def test_a_partition_with_enough_runs_is_judged_by_its_own() -> None:
    def one(partition: str, memory: float) -> Record:
        return Record("a", partition, "r", "", 0.0, "local", "", None, Use(1.0, 1.0, memory), None)

    records = [one("small", 10.0) for _ in range(3)] + [one("large", 900.0) for _ in range(2)]
    assert history_of(records, "small").peak_memory_mb == 10.0
    assert history_of(records, "large").runs == 5
    assert history_of(records).peak_memory_mb == 900.0


@pytest.mark.parametrize(
    ("environment", "kind", "known"),
    [
        ({}, "local", False),
        ({"WORKBENCH_STEP_COMPUTE": "local", "KUBERNETES_SERVICE_HOST": "h"}, "local", False),
        ({"WORKBENCH_STEP_COMPUTE": "{"}, "unknown", False),
        ({"WORKBENCH_STEP_COMPUTE": '{"kind":"fargate","memory_mb":1}'}, "unknown", False),
        ({"AWS_BATCH_JOB_ID": "j", "ECS_CONTAINER_METADATA_URI_V4": "u"}, "batch", False),
        ({"ECS_CONTAINER_METADATA_URI_V4": "u"}, "fargate", False),
        ({"AWS_LAMBDA_FUNCTION_NAME": "f"}, "lambda", False),
        ({"AWS_LAMBDA_FUNCTION_NAME": "f", "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": "64"}, "lambda", False),
        ({"AWS_LAMBDA_FUNCTION_NAME": "f", "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": "2048"}, "lambda", True),
    ],
)
def test_where_a_process_runs_is_told_from_its_environment(environment: dict[str, str], kind: str, known: bool) -> None:
    found = ran_on(environment)
    assert (found.kind, found.spec is not None, found.spot) == (kind, known, None)
    told = used(Meter(), environment)
    assert ("workbench/cost_usd" in told) == (known or kind == "local")
    assert ("workbench/cost_unknown" in told) == (not known and kind != "local")


def test_a_type_without_a_price_costs_nobody_knows_what() -> None:
    told = used(Meter(), {"WORKBENCH_STEP_COMPUTE": ComputeSpec("eks", {"node_type": "t3.large"}).to_json()})
    assert "workbench/cost_usd" not in told
    assert told["workbench/cost_unknown"] == "The instance type 't3.large' has no price."


def test_facts_are_what_the_code_says() -> None:
    facts = facts_of(DEFINITIONS)
    assert facts["costly"].estimate == 2.5
    assert facts["costly"].spec == ComputeSpec("eks")
    assert facts["readings"].hints == Hints(memory_mb=9000)
    assert facts["plain"] == Facts("plain", "others")
