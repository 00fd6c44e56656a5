"""The providers' limits, read from `limits.json`, and the checks of one value against them.

A check gives a `Problem` instead of raising, so that the decorators, the options of a notebook and the Lab panel can
each say it in their own way.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from difflib import get_close_matches
from functools import cache
from pathlib import Path
from typing import Any

from platform_core.plain_numbers import is_whole
from platform_core.values import dataclass

_VARIABLE = re.compile(r"[A-Za-z][A-Za-z0-9_]+")
_SECRET = re.compile(r"(PASSWORD|SECRET|TOKEN|PRIVATE_KEY|API_KEY|ACCESS_KEY)$", re.IGNORECASE)
_RESERVED = re.compile(r"AWS_|_X_AMZN|LAMBDA_(TASK|RUNTIME)")
_ROLE = re.compile(r"arn:aws[a-z-]*:iam::\d{12}:role/[\w+=,.@/-]{1,512}", re.ASCII)
_FAMILY = re.compile(r"[a-z][a-z0-9-]*\d[a-z0-9-]*")


@dataclass(frozen=True, slots=True)
class Problem:
    """Why a value is not allowed: the field, what is wrong in one clause, and the nearest allowed value."""

    field: str
    reason: str
    nearest: str


@cache
def limits(kind: str) -> Mapping[str, Any]:
    """Give the limits of a kind of compute, as `limits.json` has them, or of an engine from `engines.json`."""
    of_engines = read_data("engines.json")["kinds"]
    known: Mapping[str, Any] = of_engines[kind] if kind in of_engines else read_data("limits.json")["kinds"][kind]
    return known


@cache
def read_data(name: str) -> Any:
    """Read a JSON file of this package."""
    return json.loads(Path(__file__).with_name(name).read_text(encoding="utf-8"))


def fargate_memory(cpu_units: int) -> list[int]:
    """Give every memory size in MB that Fargate pairs with a number of CPU units.

    >>> fargate_memory(512)
    [1024, 2048, 3072, 4096]
    """
    sizes = limits("fargate")["memory_mb_of_cpu_units"][str(cpu_units)]
    return sizes if isinstance(sizes, list) else list(range(sizes["from"], sizes["to"] + 1, sizes["step"]))


def check_field(name: str, value: Any, allowed: Mapping[str, Any]) -> Problem | None:
    """Check one value against the limits of its field."""
    match allowed["type"]:
        case "integer":
            return _check_integer(name, value, allowed)
        case "boolean":
            return None if isinstance(value, bool) else Problem(name, "is true or false", "True or False")
        case "variables":
            return _check_variables(name, value, allowed["maximum_bytes"])
        case "role":
            fits = value is None or (isinstance(value, str) and _ROLE.fullmatch(value))
            return None if fits else Problem(name, "is no ARN of a role", "arn:aws:iam::<12 digits>:role/<name>")
    return _check_node(name, value)


def check_together(kind: str, values: Mapping[str, Any]) -> Problem | None:
    """Check values that are each allowed, but perhaps not with each other."""
    if kind == "fargate":
        sizes = fargate_memory(values["cpu_units"])
        if values["memory_mb"] not in sizes:
            reason = f"does not go with cpu_units={values['cpu_units']}, which takes {_listed(sizes)} MB"
            return Problem("memory_mb", reason, str(_closest(values["memory_mb"], sizes)))
    if kind == "eks" and values["min_nodes"] > values["max_nodes"]:
        return Problem("min_nodes", f"is above max_nodes={values['max_nodes']}", str(values["max_nodes"]))
    return None


def _check_integer(name: str, value: Any, allowed: Mapping[str, Any]) -> Problem | None:
    if not is_whole(value):
        number = _rounded(value, allowed["default"])
        beyond = _check_integer(name, number, allowed)
        return Problem(name, "is no whole number", beyond.nearest if beyond else str(number))
    if choices := allowed.get("choices"):
        return (
            None if value in choices else Problem(name, f"is none of {_listed(choices)}", str(_closest(value, choices)))
        )
    low, high = allowed["minimum"], allowed["maximum"]
    if low <= value <= high:
        return None
    return Problem(name, f"is not between {low} and {high}", str(low if value < low else high))


def _rounded(value: Any, default: int) -> int:
    """Give the whole number nearest to what somebody wrote; the default for what is no number."""
    try:
        return default if isinstance(value, bool) else round(float(value))
    except (TypeError, ValueError, OverflowError):
        return default


def _check_variables(name: str, value: Any, maximum_bytes: int) -> Problem | None:
    if not isinstance(value, Mapping) or not all(isinstance(item, str) for pair in value.items() for item in pair):
        return Problem(name, "is no mapping of text to text", '{"LOG_LEVEL": "INFO"}')
    for key in value:
        if not _VARIABLE.fullmatch(key) or _RESERVED.match(key):
            return Problem(name, f"holds {key!r}, which is not allowed as a name", "a name such as LOG_LEVEL")
        if _SECRET.search(key):
            return Problem(
                name, f"holds {key!r}, and what stands here is shown in Dagster", "a resource with an EnvVar for it"
            )
    size = sum(len(item.encode("utf-8", "replace")) for pair in value.items() for item in pair)
    if size > maximum_bytes:
        return Problem(name, f"takes {size} bytes together", f"{maximum_bytes} bytes")
    return None


def _check_node(name: str, value: Any) -> Problem | None:
    sizes = limits("eks")["node_sizes"]
    family, _, size = value.partition(".") if isinstance(value, str) else ("", "", "")
    if _FAMILY.fullmatch(family) and size in sizes:
        return None
    family = family if _FAMILY.fullmatch(family) else "m5"
    near = get_close_matches(size, sizes, 1, 0.5) or ["large"]
    return Problem(name, "is no instance type such as 'm5.large'", f"{family}.{near[0]}")


def _closest(value: int, allowed: Iterable[int]) -> int:
    """Give the allowed value nearest to one that is not; of two as near, the larger."""
    return min(allowed, key=lambda candidate: (abs(candidate - value), -candidate))


def _listed(values: Iterable[int]) -> str:
    *head, last = (str(value) for value in values)
    return f"{', '.join(head)} or {last}" if len(head) <= 6 else f"{head[0]}, {head[1]}, … {last}"
