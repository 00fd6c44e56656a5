"""What a compute decorator says of a step: the kind of compute and its size, validated against real limits."""

from __future__ import annotations

import json
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Literal, cast, get_args

from platform_core.compute_kinds.limits import check_field, check_together, limits
from platform_core.errors import UserError
from platform_core.suggest import did_you_mean
from platform_core.values import dataclass, field

Kind = Literal["lambda", "fargate", "eks", "batch"]
KINDS: tuple[Kind, ...] = get_args(Kind)
Engine = Literal["dask"]
ENGINES: tuple[Engine, ...] = get_args(Engine)

COMPUTE_TAG = "workbench/compute"


@dataclass(frozen=True, slots=True)
class ComputeSpec:
    """The kind of compute that a step runs on, and its size.

    Options that are not given take the defaults of `limits.json`. Two specs that say the same are equal, and give the
    same JSON.

    Args:
        kind: `lambda`, `fargate`, `eks` or `batch`; or a distributed engine, `dask`.
        options: What the decorator of that kind takes, by name: sizes in MB, times in seconds.

    Raises:
        UserError: A value is beyond the provider's limits; the message names the decorator, the value and the nearest
            allowed one.

    >>> spec = ComputeSpec("fargate", {"cpu_units": 512, "memory_mb": 2048})
    >>> spec["memory_mb"], ComputeSpec.from_json(spec.to_json()) == spec
    (2048, True)
    >>> ComputeSpec("lambda", {"memory_mb": 20480})
    Traceback (most recent call last):
    platform_core.errors.UserError: @lambda_compute: memory_mb=20480 is not between 128 and 10240.
    hint: The nearest allowed is 10240.
    """

    kind: Kind | Engine
    options: Mapping[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Fill in the defaults and check every value."""
        known = (*KINDS, *ENGINES)
        if self.kind not in known:
            raise UserError(f"{self.kind!r} is no kind of compute.", hint=did_you_mean(str(self.kind), known))
        fields = limits(self.kind)["fields"]
        for name in self.options:
            if name not in fields:
                raise UserError(f"@{self.kind}_compute takes no {name!r}.", hint=did_you_mean(str(name), fields))
        values = {name: self.options.get(name, allowed["default"]) for name, allowed in fields.items()}
        problems = [check_field(name, values[name], allowed) for name, allowed in fields.items()]
        problem = next(filter(None, problems), None) or check_together(self.kind, values)
        if problem is not None:
            # Environment variables may be anything: only their names are ever shown
            shown = problem.field if problem.field == "environment_variables" else _shown(problem.field, values)
            raise UserError(
                f"@{self.kind}_compute: {shown} {problem.reason}.", hint=f"The nearest allowed is {problem.nearest}."
            )
        frozen = {
            key: MappingProxyType(dict(value)) if isinstance(value, Mapping) else value for key, value in values.items()
        }
        object.__setattr__(self, "options", MappingProxyType(frozen))

    def __getitem__(self, name: str) -> Any:
        """Give the value of an option."""
        return self.options[name]

    def __hash__(self) -> int:
        return hash(self.to_json())

    def to_json(self) -> str:
        """Give the spec as one line of JSON, for the op tag `workbench/compute`.

        >>> ComputeSpec("eks", {"node_type": "m5.large", "min_nodes": 2}).to_json()
        '{"kind":"eks","max_nodes":10,"min_nodes":2,"node_type":"m5.large","spot_instances":false}'
        """
        options = {key: dict(value) if isinstance(value, Mapping) else value for key, value in self.options.items()}
        return json.dumps({"kind": self.kind, **options}, sort_keys=True, separators=(",", ":"))

    @classmethod
    def from_json(cls, text: str) -> ComputeSpec:
        """Read the JSON that `to_json` gave; it is checked again, since a tag may be written by anybody.

        Raises:
            UserError: It is no JSON object, or a value is not allowed.
        """
        try:
            values = json.loads(text)
        except ValueError:
            values = None
        if not isinstance(values, dict):
            raise UserError(f"The tag {COMPUTE_TAG} holds no JSON object.", hint="Leave it to the compute decorators.")
        return cls.from_mapping(values)

    @classmethod
    def from_mapping(cls, values: Mapping[str, Any]) -> ComputeSpec:
        """Read a mapping with `kind` and the options beside it, as the notebook's `compute:` option is written.

        Raises:
            UserError: There is no `kind`, or a value is not allowed.

        >>> ComputeSpec.from_mapping({"kind": "lambda", "memory_mb": 1024})["timeout_seconds"]
        300
        """
        if not isinstance(values.get("kind"), str):
            raise UserError("The compute has no kind.", hint=f"Give kind: {', '.join(KINDS)}.")
        return cls(
            cast("Kind | Engine", values["kind"]), {key: value for key, value in values.items() if key != "kind"}
        )


def _shown(name: str, values: Mapping[str, Any]) -> str:
    text = repr(values[name])
    return f"{name}={text if len(text) <= 60 else text[:57] + '...'}"
