"""Where a step goes when its compute fails under it: to the next size, on demand, to another kind, or nowhere.

The rules are data: `moves.json`, or what the settings give in its place.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from platform_core.compute_kinds import ComputeSpec, fargate_memory, limits
from platform_core.compute_kinds.limits import read_data
from platform_core.errors import UserError
from platform_core.executor.handler import Cause, Phase

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

LOST = "lost"
_SPOT = ("spot_instances", "spot")
_DOUBLES = ["large", "xlarge", "2xlarge", "4xlarge", "8xlarge", "16xlarge", "32xlarge"]


class Rule(BaseModel):
    """One rule: what follows a cause.

    Attributes:
        cause: A cause of failure, or `lost` for work that the provider no longer knows.
        then: `again` on the same, `larger` on the next size of the kind, `on_demand` without spot capacity, `fargate`.
        kind: The kind of compute that the rule is for; any where it is left out.
        at_most: How often the rule is followed for one try of a step; None for no limit of its own.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)

    cause: Cause | Literal["lost"]
    then: Literal["again", "larger", "on_demand", "fargate"]
    kind: str | None = None
    at_most: int | None = Field(default=None, ge=0)


@dataclass(frozen=True, slots=True)
class Move:
    """Where a step goes, by which rule, and that in words."""

    spec: ComputeSpec
    rule: Rule
    words: str


def next_move(
    spec: ComputeSpec, cause: Cause | str, followed: Sequence[Rule], rules: Sequence[Rule], most: int
) -> Move | None:
    """Decide what follows a failure.

    Args:
        spec: What the step ran on.
        cause: Why it failed, or `lost`.
        followed: The rules that were followed before for this try of the step.
        rules: The rules, the first that fits counting.
        most: How many rules may be followed in all.

    Returns:
        The move, or None where the step is to fail.

    >>> move = next_move(ComputeSpec("lambda", {"memory_mb": 1024}), Cause.OUT_OF_MEMORY, [], default_rules(), 4)
    >>> move.spec["memory_mb"], move.words
    (2048, 'once more on lambda with memory_mb 2048')
    >>> next_move(ComputeSpec("batch"), Cause.PERMISSION, [], default_rules(), 4) is None
    True
    """
    if len(followed) >= most:
        return None
    for rule in rules:
        if rule.cause != cause or rule.kind not in {None, spec.kind}:
            continue
        if rule.at_most is not None and list(followed).count(rule) >= rule.at_most:
            continue
        if rule.then == "on_demand" and rule in followed:  # it has no Spot capacity that could be taken
            continue
        moved = _FOLLOWING[rule.then](spec)
        if moved is not None:
            return Move(moved, rule, _words(spec, moved, rule))
    return None


@cache
def default_rules() -> tuple[Rule, ...]:
    """Give the rules of `moves.json`."""
    return read_rules(json.loads(Path(__file__).with_name("moves.json").read_text(encoding="utf-8"))["rules"])


def read_rules(written: Sequence[Mapping[str, Any]]) -> tuple[Rule, ...]:
    """Read rules from the settings.

    Raises:
        UserError: One is not a rule; it says which, and why.
    """
    try:
        return tuple(TypeAdapter(list[Rule]).validate_python(list(written)))
    except ValidationError as error:
        first = error.errors(include_input=False, include_url=False)[0]
        place = ".".join(str(part) for part in first["loc"])
        raise UserError(
            f"A rule of `moves` is wrong: {place}: {first['msg']}.", hint="See docs/reference/executor.md."
        ) from None


def cause_of(phase: Phase, cause: Cause | None) -> Cause | Literal["lost"]:
    """Give what rules know a failure by."""
    return "lost" if phase is Phase.LOST else cause or Cause.UNKNOWN


def _again(spec: ComputeSpec) -> ComputeSpec:
    return spec


def _larger(spec: ComputeSpec) -> ComputeSpec | None:
    """Give the next size up: twice the memory, as near as the provider has it."""
    match spec.kind:
        case "fargate":
            return _fargate_of(2 * spec["memory_mb"], spec)
        case "eks":
            node = _larger_node(spec["node_type"])
            return _with(spec, node_type=node) if node else None
        case "dask":  # the workers' size is the cluster's own
            return None
    most = limits(spec.kind)["fields"]["memory_mb"]["maximum"]
    size = min(2 * spec["memory_mb"], most)
    return _with(spec, memory_mb=size) if size > spec["memory_mb"] else None


def _larger_node(node: str) -> str | None:
    listed = [name for name, _ in read_data("placement.json")["node_types"]]
    if node in listed:
        return next(iter(listed[listed.index(node) + 1 :]), None)
    family, _, size = node.partition(".")
    larger = _DOUBLES[_DOUBLES.index(size) + 1 :] if size in _DOUBLES else []
    return f"{family}.{larger[0]}" if larger else None


def _on_demand(spec: ComputeSpec) -> ComputeSpec | None:
    """Give the same size without Spot; for Fargate the handler's settings say Spot, and the launch says not."""
    if spec.kind == "fargate":
        return spec
    spot = {name: False for name in _SPOT if spec.options.get(name) is True}
    return _with(spec, **spot) if spot else None


def _to_fargate(spec: ComputeSpec) -> ComputeSpec | None:
    """Give a Fargate task with as much memory at least as the Lambda function had, or twice that where it may be."""
    return _fargate_of(2 * spec["memory_mb"], None) if spec.kind == "lambda" else None


def _fargate_of(memory_mb: int, spec: ComputeSpec | None) -> ComputeSpec | None:
    """Give the smallest Fargate task of at least so much memory; the largest there is above that of `spec`."""
    choices = limits("fargate")["fields"]["cpu_units"]["choices"]
    pairs = [(cpu, size) for cpu in choices for size in fargate_memory(cpu)]
    pairs = [
        (cpu, size) for cpu, size in pairs if spec is None or (cpu >= spec["cpu_units"] and size > spec["memory_mb"])
    ]
    if not pairs:
        return None
    fitting = [pair for pair in pairs if pair[1] >= memory_mb] or [max(pairs, key=lambda pair: (pair[1], -pair[0]))]
    cpu, size = min(fitting, key=lambda pair: (pair[1], pair[0]))
    return _with(spec or ComputeSpec("fargate", {"cpu_units": cpu, "memory_mb": size}), cpu_units=cpu, memory_mb=size)


def _with(spec: ComputeSpec, **options: Any) -> ComputeSpec:
    return ComputeSpec(spec.kind, {**spec.options, **options})


_FOLLOWING = {"again": _again, "larger": _larger, "on_demand": _on_demand, "fargate": _to_fargate}


def _words(before: ComputeSpec, after: ComputeSpec, rule: Rule) -> str:
    if before == after:
        return f"once more on {after.kind}{', on demand' if rule.then == 'on_demand' else ''}"
    shared = before.options if before.kind == after.kind else {}
    changed = [
        f"{name} {value}"
        for name, value in after.options.items()
        if shared.get(name) != value and (shared or name in {"cpu_units", "memory_mb"})
    ]
    return f"once more on {after.kind} with {', '.join(changed)}"
