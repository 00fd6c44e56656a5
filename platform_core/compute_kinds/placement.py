"""Choosing the kind and size of compute from what is known of a job. The rules are data: `placement.json`."""

from __future__ import annotations

from collections.abc import Mapping
from math import ceil
from typing import Any

from platform_core.compute_kinds.history import Hints
from platform_core.compute_kinds.limits import fargate_memory, limits, read_data
from platform_core.compute_kinds.spec import ComputeSpec, Kind
from platform_core.errors import UserError


def place(
    *,
    rows: int | None = None,
    memory_mb: int | None = None,
    duration_seconds: int | None = None,
    gpus: int = 0,
    parallelism: int = 1,
    rules: Mapping[str, Any] | None = None,
) -> ComputeSpec:
    """Choose compute for a job: quick work on Lambda, short on Fargate, parallel on EKS, long or GPU work on Batch.

    What is not given is estimated from the rows, or else taken to be small.

    Args:
        rows: Rows that the step reads.
        memory_mb: Memory that it needs, or that each of its parts needs, in MB.
        duration_seconds: How long it runs, in seconds.
        gpus: GPUs that it needs.
        parallelism: Parts that can run side by side.
        rules: Rules to use in place of those in `placement.json`, in the same form.

    Raises:
        UserError: A number is negative, or no kind of compute is large enough.

    >>> place(rows=10_000).kind, place(duration_seconds=600).kind, place(parallelism=8).kind, place(gpus=1).kind
    ('lambda', 'fargate', 'eks', 'batch')
    >>> dict(place(duration_seconds=600, memory_mb=5000).options)
    {'cpu_units': 1024, 'memory_mb': 5120, 'execution_role_arn': None}
    """
    data = rules if rules is not None else read_data("placement.json")
    job = characteristics(Hints(rows, memory_mb, duration_seconds, gpus, parallelism), data)
    return place_as(next(rule["kind"] for rule in data["rules"] if holds(rule, job)), job, data)


def characteristics(hints: Hints, data: Mapping[str, Any]) -> dict[str, int]:
    """Give what the rules look at: what the hints say, and an estimate of what they do not."""
    estimates, rows = data["estimates"], hints.rows
    rows_per_mb = 1_000_000 / estimates["bytes_per_row"] * max(1, hints.parallelism)  # each part holds its share
    return {
        "rows": rows or 0,
        "memory_mb": _first(hints.memory_mb, _of_rows(rows, rows_per_mb), estimates["memory_mb"]),
        "duration_seconds": _first(
            hints.duration_seconds, _of_rows(rows, estimates["rows_per_second"]), estimates["duration_seconds"]
        ),
        "gpus": hints.gpus,
        "parallelism": hints.parallelism,
    }


def _first(given: int | None, estimated: int | None, otherwise: int) -> int:
    return given if given is not None else max(estimated or 0, otherwise)


def _of_rows(rows: int | None, rows_per_unit: float) -> int | None:
    return None if rows is None else ceil(rows / rows_per_unit)


def holds(rule: Mapping[str, Any], job: Mapping[str, int]) -> bool:
    """Say whether every bound of a rule holds."""
    return all(job[name] >= bound for name, bound in rule.get("at_least", {}).items()) and all(
        job[name] <= bound for name, bound in rule.get("at_most", {}).items()
    )


def place_as(kind: Kind, job: Mapping[str, int], data: Mapping[str, Any]) -> ComputeSpec:
    """Give the size of a kind that a job asks for.

    Raises:
        UserError: It needs more memory than any node of the rules has.
    """
    return ComputeSpec(kind, _size(kind, job, data))


def _size(kind: str, job: Mapping[str, int], data: Mapping[str, Any]) -> dict[str, Any]:
    memory, seconds = job["memory_mb"], ceil(job["duration_seconds"] * data["estimates"]["headroom"])
    fields = limits(kind)["fields"]
    match kind:
        case "lambda":
            return {
                "memory_mb": max(memory, fields["memory_mb"]["minimum"]),
                "timeout_seconds": max(1, min(seconds, fields["timeout_seconds"]["maximum"])),
            }
        case "fargate":
            pairs = [(cpu, size) for cpu in fields["cpu_units"]["choices"] for size in fargate_memory(cpu)]
            cpu_units, memory_mb = min(pair for pair in pairs if pair[1] >= memory)
            return {"cpu_units": cpu_units, "memory_mb": memory_mb}
        case "eks":
            # A part of the work has one node's memory, less what the node itself takes
            share = data["estimates"]["node_share"]
            fitting = [node for node, size in data["node_types"] if size * share >= memory]
            if not fitting:
                raise UserError(
                    f"@auto_compute: a part of the work needs {memory} MB, more than one node of the rules has.",
                    hint="Say the `memory_mb` of one part, or more `parallelism`, or choose the compute yourself.",
                )
            scale = {"min_nodes": 0, "max_nodes": max(1, job["parallelism"]), "spot_instances": True}
            return {"node_type": fitting[0], **scale}
    return {
        "memory_mb": max(memory, fields["memory_mb"]["default"]),
        "gpus": job["gpus"],
        "timeout_seconds": max(seconds, fields["timeout_seconds"]["minimum"]),
    }
