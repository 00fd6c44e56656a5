"""The compute decorators over plain functions, over assets, and on bad values."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any

import dagster as dg
import pytest

from platform_core.errors import UserError
from platform_core.sdk.compute import compute_of
from platform_core.sdk.decorators import auto_compute, batch_compute, eks_compute, fargate_compute, lambda_compute

GOOD: list[tuple[Callable[..., Any], str, dict[str, Any]]] = [
    (lambda_compute, "lambda", {"timeout_seconds": 900, "memory_mb": 3008, "environment_variables": {"LOG": "INFO"}}),
    (fargate_compute, "fargate", {"cpu_units": 512, "memory_mb": 1024, "execution_role_arn": None}),
    (eks_compute, "eks", {"node_type": "m5.large", "min_nodes": 2, "max_nodes": 10, "spot_instances": True}),
    (batch_compute, "batch", {"vcpus": 8, "memory_mb": 9000, "gpus": 1, "spot_instances": True, "timeout_seconds": 60}),
]


@pytest.mark.parametrize(("decorator", "kind", "options"), GOOD)
def test_a_decorated_function_is_itself_and_carries_its_spec(
    decorator: Callable[..., Any], kind: str, options: dict[str, Any]
) -> None:
    def add(a: int, b: int = 2) -> int:
        return a + b

    decorated = decorator(**options)(add)
    assert decorated is add
    assert decorated(1) == 3
    spec = compute_of(decorated)
    assert spec is not None
    assert spec.kind == kind
    assert dict(spec.options) == options


@pytest.mark.parametrize(("decorator", "kind", "options"), GOOD)
def test_a_decorator_takes_exactly_the_options_of_its_kind(
    decorator: Callable[..., Any], kind: str, options: dict[str, Any]
) -> None:
    assert list(inspect.signature(decorator).parameters) == list(options)
    spec = compute_of(decorator()(lambda: None))
    assert spec is not None
    assert spec.kind == kind


@pytest.mark.parametrize(
    ("decorator", "options", "message"),
    [
        (lambda_compute, {"timeout_seconds": 901}, "@lambda_compute: timeout_seconds=901"),
        (fargate_compute, {"cpu_units": 512, "memory_mb": 512}, "@fargate_compute: memory_mb=512"),
        (eks_compute, {"min_nodes": 3, "max_nodes": 2}, "@eks_compute: min_nodes=3"),
        (batch_compute, {"timeout_seconds": 1}, "@batch_compute: timeout_seconds=1"),
        (auto_compute, {"rows": -1}, "@auto_compute: rows=-1"),
    ],
)
def test_a_bad_value_is_refused_when_the_decorator_is_called(
    decorator: Callable[..., Any], options: dict[str, Any], message: str
) -> None:
    with pytest.raises(UserError, match=message):
        decorator(**options)


def test_auto_compute_chooses() -> None:
    spec = compute_of(auto_compute(parallelism=4)(lambda: None))
    assert spec is not None
    assert spec.kind == "eks"


def test_over_an_asset_the_order_is_explained() -> None:
    @dg.asset
    def rents() -> None: ...

    with pytest.raises(UserError, match=r"(?s)@fargate_compute stands over an asset.*layer decorator outermost"):
        fargate_compute()(rents)


def test_two_compute_decorators_or_no_function_are_refused() -> None:
    with pytest.raises(UserError, match="two compute decorators"):
        lambda_compute()(fargate_compute()(lambda: None))
    with pytest.raises(UserError, match="no function"):
        lambda_compute()(5)  # type: ignore[type-var]  # what must be refused
    assert compute_of(5) is None
