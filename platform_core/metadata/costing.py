"""What a step used and what that costs, as a materialisation tells it."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from platform_core.compute_kinds.ran_on import LOCAL, RanOn, ran_on
from platform_core.errors import UserError
from platform_core.metadata.meter import Meter

if TYPE_CHECKING:
    from platform_core.compute_kinds import Prices

_MB = 1024 * 1024
_DIGITS = 9  # a billionth of a dollar: a millisecond of the smallest Lambda function costs two


def used(meter: Meter, environment: Mapping[str, str] | None = None, prices: Prices | None = None) -> dict[str, Any]:
    """Give time, CPU, memory, where the process runs, and what that costs.

    The keys are those of docs/reference/costs.md. `workbench/cost_usd` is there wherever the cost is known, 0.0 on a
    local machine included; else `workbench/cost_unknown` says why not.

    Args:
        meter: The step's.
        environment: The variables of the process; its own by default.
        prices: The prices; those in use by default.
    """
    memory, method = meter.peak()
    read = meter.bytes_read()
    seconds, cpu = meter.seconds(), meter.cpu_seconds()
    where = ran_on(os.environ if environment is None else environment)
    return {
        "workbench/seconds": round(seconds, 3),
        "workbench/cpu_seconds": round(cpu, 3),
        "workbench/peak_memory_bytes": memory,
        "workbench/peak_memory_method": method,
        **({} if read is None else {"workbench/bytes_read": read}),
        **_cost(where, seconds, cpu, memory, prices),
    }


def _cost(where: RanOn, seconds: float, cpu: float, memory: int, prices: Prices | None) -> dict[str, Any]:
    told: dict[str, Any] = {"workbench/compute_kind": where.kind}
    if where.kind == LOCAL:
        return {**told, "workbench/cost_usd": 0.0}
    if where.spot is not None:
        told["workbench/spot"] = where.spot
    if where.spec is None:
        return {**told, "workbench/cost_unknown": "nobody told this process what size of compute it runs on"}
    from platform_core.compute_kinds import Usage, price, prices_in_use, size_of  # noqa: PLC0415 - only what costs

    billed = seconds if where.kind == "lambda" else _of_container(seconds)
    told |= {
        "workbench/compute_size": size_of(where.spec),
        "workbench/compute": where.spec.to_json(),
        "workbench/billed_seconds": round(billed, 3),
    }
    try:
        cost = price(where.spec, billed, Usage(where.spot, cpu, memory / _MB), prices or prices_in_use())
    except UserError as error:
        return {**told, "workbench/cost_unknown": error.message}
    return {
        **told,
        "workbench/cost_usd": round(cost.usd, _DIGITS),
        "workbench/cost_usd_low": round(cost.low, _DIGITS),
        "workbench/cost_usd_high": round(cost.high, _DIGITS),
    }


# Seconds of this process that steps were charged with already
_CHARGED = [0.0]


def _of_container(seconds: float) -> float:
    """Give what a container is charged with: it starts before the step's own work, and may run several, one by one."""
    age = _age_of_process() or 0.0
    billed = max(seconds, age - _CHARGED[0])
    _CHARGED[0] = age
    return billed


def _age_of_process() -> float | None:
    """Give the seconds since this process began; None where the system does not tell."""
    try:
        began = int(Path("/proc/self/stat").read_text().rpartition(")")[2].split()[19]) / os.sysconf("SC_CLK_TCK")
        return float(Path("/proc/uptime").read_text().split()[0]) - began
    except (OSError, ValueError, IndexError):
        return None
