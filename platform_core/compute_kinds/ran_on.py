"""Where a step's process really runs, told from its environment.

Whatever starts a step on remote compute sets `WORKBENCH_STEP_COMPUTE` to the spec it started it on, as JSON, and
`WORKBENCH_STEP_SPOT` to `true` or `false` where it knows. Where it does not, the provider's variables tell the kind,
and for Lambda the size. Any other process is local: what a step only asks for costs nothing on somebody's machine.
"""

from __future__ import annotations

import json
from collections.abc import Mapping

from platform_core.compute_kinds.spec import ComputeSpec
from platform_core.errors import UserError
from platform_core.values import dataclass

COMPUTE_VARIABLE = "WORKBENCH_STEP_COMPUTE"
SPOT_VARIABLE = "WORKBENCH_STEP_SPOT"
LOCAL = "local"
UNKNOWN = "unknown"

# In this order: a Batch job on Fargate has the variable of ECS as well
_SIGNS = (
    ("batch", "AWS_BATCH_JOB_ID"),
    ("lambda", "AWS_LAMBDA_FUNCTION_NAME"),
    ("fargate", "ECS_CONTAINER_METADATA_URI_V4"),
    ("eks", "KUBERNETES_SERVICE_HOST"),
)


@dataclass(frozen=True, slots=True)
class RanOn:
    """Where a step runs: the kind, the spec where its size is known, and whether on Spot where somebody knows."""

    kind: str
    spec: ComputeSpec | None = None
    spot: bool | None = None


def ran_on(environment: Mapping[str, str]) -> RanOn:
    """Give where the process of an environment runs.

    >>> ran_on({}).kind
    'local'
    >>> ran_on({"AWS_LAMBDA_FUNCTION_NAME": "steps", "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": "512"}).spec["memory_mb"]
    512
    >>> ran_on({"WORKBENCH_STEP_COMPUTE": ComputeSpec("eks").to_json(), "WORKBENCH_STEP_SPOT": "true"}).spot
    True
    """
    spot = {"true": True, "false": False}.get(environment.get(SPOT_VARIABLE, "").lower())
    told = environment.get(COMPUTE_VARIABLE)
    if told == LOCAL:
        return RanOn(LOCAL)
    if told:
        spec = _spec(told)
        return RanOn(UNKNOWN, None, spot) if spec is None else RanOn(spec.kind, spec, spot)
    kind = next((kind for kind, sign in _SIGNS if environment.get(sign)), LOCAL)
    memory = environment.get("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "")
    known = kind == "lambda" and memory.isdecimal()
    return RanOn(kind, _spec(json.dumps({"kind": kind, "memory_mb": int(memory)})) if known else None, spot)


def _spec(text: str) -> ComputeSpec | None:
    try:
        return ComputeSpec.from_json(text)
    except UserError:
        return None
