"""Kinds of compute: what a step asks for, the providers' limits, and the choice of a kind from a job's needs.

Standard library only: `promote` and the Lab panel validate a notebook's options with the same data.
"""

from __future__ import annotations

from platform_core.compute_kinds.limits import Problem, fargate_memory, limits
from platform_core.compute_kinds.placement import place
from platform_core.compute_kinds.spec import COMPUTE_TAG, KINDS, ComputeSpec, Kind

__all__ = ["COMPUTE_TAG", "KINDS", "ComputeSpec", "Kind", "Problem", "fargate_memory", "limits", "place"]
