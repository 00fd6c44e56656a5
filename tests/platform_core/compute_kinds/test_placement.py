"""Which compute a job's characteristics ask for."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from platform_core.compute_kinds import place
from platform_core.errors import UserError

CASES: list[tuple[dict[str, Any], str, dict[str, Any]]] = [
    ({}, "lambda", {"memory_mb": 512, "timeout_seconds": 120}),
    ({"memory_mb": 10}, "lambda", {"memory_mb": 128}),
    ({"duration_seconds": 300}, "lambda", {"timeout_seconds": 600}),
    ({"memory_mb": 10240}, "lambda", {"memory_mb": 10240}),
    ({"memory_mb": 10241}, "fargate", {"cpu_units": 2048, "memory_mb": 11264}),
    ({"duration_seconds": 301, "memory_mb": 100}, "fargate", {"cpu_units": 256, "memory_mb": 512}),
    ({"duration_seconds": 899}, "fargate", {}),
    ({"duration_seconds": 900}, "batch", {"timeout_seconds": 1800, "spot_instances": True}),
    ({"memory_mb": 200_000}, "batch", {"memory_mb": 200_000}),
    ({"rows": 1_000_000}, "lambda", {"memory_mb": 1000}),
    ({"rows": 50_000_000}, "fargate", {"memory_mb": 53_248}),
    ({"rows": 1_000_000_000}, "batch", {"memory_mb": 1_000_000}),
    ({"parallelism": 8}, "eks", {"max_nodes": 8, "node_type": "m5.large"}),
    ({"parallelism": 8, "memory_mb": 20_000}, "eks", {"node_type": "m5.2xlarge"}),
    ({"parallelism": 8, "gpus": 1}, "batch", {"gpus": 1}),
    ({"parallelism": 8, "rows": 400_000_000}, "eks", {"node_type": "m5.8xlarge"}),
]


@pytest.mark.parametrize(("hints", "kind", "options"), CASES)
def test_the_rules_place_a_job(hints: dict[str, Any], kind: str, options: dict[str, Any]) -> None:
    spec = place(**hints)
    assert spec.kind == kind
    assert {name: spec[name] for name in options} == options


@given(
    st.none() | st.integers(0, 10**9),
    st.none() | st.integers(0, 200_000),
    st.none() | st.integers(0, 10**6),
    st.integers(0, 16),
    st.integers(0, 1000),
)
def test_whatever_is_placed_has_the_memory_and_time_that_were_asked_for(
    rows: int | None, memory_mb: int | None, duration_seconds: int | None, gpus: int, parallelism: int
) -> None:
    hints: dict[str, Any] = {"rows": rows, "memory_mb": memory_mb, "duration_seconds": duration_seconds}
    part = memory_mb if memory_mb is not None else max(512, (rows or 0) / 1000 / max(1, parallelism))
    if parallelism > 1 and not gpus and part > 393_216 * 0.75:
        with pytest.raises(UserError, match="more than one node"):
            place(**hints, gpus=gpus, parallelism=parallelism)
        return
    spec = place(**hints, gpus=gpus, parallelism=parallelism)
    if "memory_mb" in spec.options and memory_mb is not None:
        assert spec["memory_mb"] >= memory_mb
    if "timeout_seconds" in spec.options and duration_seconds is not None:
        assert spec["timeout_seconds"] >= duration_seconds


@pytest.mark.parametrize("hints", [{"rows": -1}, {"memory_mb": 1.5}, {"parallelism": True}])
def test_hints_that_are_no_amounts_are_refused(hints: dict[str, Any]) -> None:
    with pytest.raises(UserError, match="@auto_compute"):
        place(**hints)


def test_more_memory_than_any_node_has_is_refused() -> None:
    with pytest.raises(UserError, match="more than one node"):
        place(parallelism=2, memory_mb=500_000)


def test_other_rules_may_be_used() -> None:
    rules = {
        "estimates": {"bytes_per_row": 1, "rows_per_second": 1, "memory_mb": 1, "duration_seconds": 1, "headroom": 1},
        "rules": [{"kind": "fargate", "why": "all of it"}],
    }
    assert place(rules=rules)["memory_mb"] == 512
