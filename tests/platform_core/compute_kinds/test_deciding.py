"""Compute chosen from hints and from what runs took."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from platform_core.compute_kinds import Hints, History, Use, decide, place, price, with_own
from platform_core.compute_kinds.deciding import as_json
from platform_core.compute_kinds.history import p95
from platform_core.compute_kinds.limits import read_data
from platform_core.errors import UserError

# hints, runs: (seconds, CPU seconds, MB), kind, options
CASES: list[tuple[Hints, History, str, dict[str, Any]]] = [
    # Quick and small: Lambda with 30 % headroom, though the hint asked for the most
    (Hints(memory_mb=10_240), History(9, 5, 1, 300), "lambda", {"memory_mb": 390, "timeout_seconds": 10}),
    # CPU-bound: a third of a vCPU would take too long, so memory is bought for its CPU
    (Hints(), History(9, 10, 10, 300), "lambda", {"memory_mb": 1327}),
    # 240 s that mostly wait: a quarter of a vCPU of Fargate is cheaper than Lambda's memory
    (Hints(), History(9, 240, 30, 1500), "fargate", {"cpu_units": 256, "memory_mb": 2048}),
    # Too long for Lambda by the rules
    (Hints(), History(9, 600, 1100, 5000), "fargate", {"cpu_units": 2048, "memory_mb": 7168}),
    # Long: Batch on Spot, as many vCPUs as were busy
    (Hints(), History(9, 4000, 15_000, 9000), "batch", {"vcpus": 4, "memory_mb": 11_700, "timeout_seconds": 8000}),
    # Short, but larger than Fargate
    (Hints(), History(9, 100, 100, 120_000), "batch", {"memory_mb": 156_000}),
    # Needs leave no choice
    (Hints(parallelism=6), History(9, 5, 5, 300), "eks", {"node_type": "m5.large", "max_nodes": 6}),
    (Hints(gpus=2), History(9, 5, 5, 300), "batch", {"gpus": 2}),
]


@pytest.mark.parametrize(("hints", "history", "kind", "options"), CASES)
def test_what_runs_took_decides(hints: Hints, history: History, kind: str, options: dict[str, Any]) -> None:
    found = decide(hints, history)
    assert found.basis == "history"
    assert found.spec.kind == kind
    assert {name: found.spec[name] for name in options} == options
    assert f"{history.runs} runs" in found.why


def test_a_few_runs_are_no_history() -> None:
    found = decide(Hints(duration_seconds=600), History(2, 1, 1, 100))
    assert (found.basis, found.spec.kind) == ("hints", "fargate")
    assert found.why.startswith("short containerised work, from the hints (duration seconds)")
    assert found.why.endswith("; measured runs decide from 3 on, and there are 2")


@given(
    st.none() | st.integers(0, 10**7),
    st.none() | st.integers(0, 100_000),
    st.none() | st.integers(0, 10**5),
    st.integers(0, 8),
    st.integers(1, 50),
)
def test_hints_alone_decide_as_ever(
    rows: int | None, memory: int | None, seconds: int | None, gpus: int, parallelism: int
) -> None:
    hints = Hints(rows, memory, seconds, gpus, parallelism)
    placed = place(rows=rows, memory_mb=memory, duration_seconds=seconds, gpus=gpus, parallelism=parallelism)
    assert decide(hints).spec == placed


@given(st.floats(0.01, 50_000), st.floats(0.01, 100_000), st.floats(1, 400_000))
def test_what_is_chosen_has_room_for_what_was_measured(seconds: float, cpu: float, memory: float) -> None:
    found = decide(None, History(20, seconds, min(cpu, seconds * 90), memory))
    options = found.spec.options
    if "memory_mb" in options:
        assert options["memory_mb"] >= min(memory * 1.3, 10**9)
    if "timeout_seconds" in options:
        assert options["timeout_seconds"] >= seconds
    kinds = [found.spec.kind, *(one.kind for one in found.alternatives)]
    assert sorted(kinds) == ["batch", "eks", "fargate", "lambda"]
    assert all(one.spec is not None or one.why for one in found.alternatives)


@given(st.floats(0.1, 250), st.floats(0.1, 200), st.floats(1, 7000))
def test_no_other_kind_that_would_do_is_cheaper(seconds: float, cpu: float, memory: float) -> None:
    found = decide(None, History(20, seconds, min(cpu, seconds * 16), memory))
    assert found.cost is not None
    rivals = [one for one in found.alternatives if one.why == "would do" and one.cost]
    assert all(one.cost.usd >= found.cost.usd for one in rivals if one.cost)


def test_prices_decide_between_kinds_that_would_do() -> None:
    history = History(9, 5, 1, 300)
    dear = with_own({"lambda": {"gb_second": 0.01}})
    assert decide(None, history).spec.kind == "lambda"
    assert decide(None, history, dear).spec.kind == "fargate"


def test_what_would_do_for_less_says_from_when_on_that_counts() -> None:
    told = {one.kind: one.why for one in decide(Hints()).alternatives}
    assert told["fargate"] == "would do for less, which counts from 3 measured runs on"
    assert decide(None, History(2, 60, 1, 300)).spec.kind == "lambda"


def test_rules_are_data() -> None:
    rules = {**read_data("placement.json"), "rules": [{"kind": "eks", "why": "we have a cluster"}]}
    assert decide(None, History(9, 5, 1, 300), None, rules).spec.kind == "eks"
    assert decide(Hints(), None, None, rules).why.startswith("we have a cluster")


def test_what_no_kind_holds_is_refused() -> None:
    with pytest.raises(UserError, match="no kind of compute is large enough"):
        decide(Hints(parallelism=2), History(9, 5, 1, 500_000))


def test_a_decision_is_plain_values_and_names_every_kind() -> None:
    told = as_json(decide(Hints(), History(9, 5, 1, 300)))
    assert told["compute"]["kind"] == "lambda"
    assert [one["kind"] for one in told["alternatives"]] == ["fargate", "batch", "eks"]
    assert told["alternatives"][1]["why"] == "is for GPU work and long-running work"
    assert told["cost"]["usd"] == pytest.approx(price(decide(Hints(), History(9, 5, 1, 300)).spec, 8).usd)


def test_percentiles_are_of_the_nearest_rank() -> None:
    assert p95([1]) == 1
    assert p95(list(range(1, 21))) == 19
    assert p95(list(range(1, 41))) == 38
    assert History.of([Use(1, 2, 3), Use(3, 1, 2)]) == History(2, 3, 2, 3)
    assert History.of([]) == History()


@pytest.mark.parametrize("text", ["", "[]", '{"lines": 1}', '"x"'])
def test_a_tag_that_holds_no_hints_is_said(text: str) -> None:
    with pytest.raises(UserError, match="holds no hints"):
        Hints.from_json(text)
