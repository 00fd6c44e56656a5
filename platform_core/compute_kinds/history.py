"""What runs of a step took, and the figure that sizes are chosen by: the 95th percentile."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from math import ceil

from platform_core.errors import UserError
from platform_core.plain_numbers import is_whole

AUTO_TAG = "workbench/auto"

_AMOUNTS = ("rows", "memory_mb", "duration_seconds", "gpus", "parallelism")


@dataclass(frozen=True, slots=True)
class Hints:
    """What the author of a step knows of it, as `@auto_compute` takes it.

    Raises:
        UserError: An amount is no whole number from 0 on.

    >>> Hints.from_json(Hints(rows=5).to_json()) == Hints(rows=5)
    True
    """

    rows: int | None = None
    memory_mb: int | None = None
    duration_seconds: int | None = None
    gpus: int = 0
    parallelism: int = 1

    def __post_init__(self) -> None:
        """Check every amount."""
        for name in _AMOUNTS:
            value = getattr(self, name)
            if value is not None and (not is_whole(value) or value < 0):
                raise UserError(f"@auto_compute: {name}={value!r} is no whole number from 0 on.")

    def to_json(self) -> str:
        """Give the hints as one line of JSON, for the op tag `workbench/auto`."""
        return json.dumps(asdict(self), sort_keys=True, separators=(",", ":"))

    @classmethod
    def from_json(cls, text: str) -> Hints:
        """Read what `to_json` gave.

        Raises:
            UserError: It is something else.
        """
        try:
            return cls(**json.loads(text))
        except (ValueError, TypeError):
            raise UserError(f"The tag {AUTO_TAG} holds no hints.", hint="Leave it to @auto_compute.") from None


@dataclass(frozen=True, slots=True)
class Use:
    """What one run of a step took: seconds by the clock, CPU seconds of all threads, the most memory in MB."""

    seconds: float
    cpu_seconds: float
    peak_memory_mb: float


@dataclass(frozen=True, slots=True)
class History:
    """The 95th percentiles of what runs of a step took, each by itself; all 0 where there were no runs.

    >>> History.of(Use(second, 1.0, 100.0) for second in range(1, 101))
    History(runs=100, seconds=95, cpu_seconds=1.0, peak_memory_mb=100.0)
    """

    runs: int = 0
    seconds: float = 0.0
    cpu_seconds: float = 0.0
    peak_memory_mb: float = 0.0

    @classmethod
    def of(cls, uses: Iterable[Use]) -> History:
        """Make a history of runs."""
        every = tuple(uses)
        if not every:
            return cls()
        return cls(
            len(every),
            p95([use.seconds for use in every]),
            p95([use.cpu_seconds for use in every]),
            p95([use.peak_memory_mb for use in every]),
        )


def p95(values: Sequence[float]) -> float:
    """Give the 95th percentile by the nearest rank: the least value that at least 95 % of all do not exceed.

    >>> p95([3.0, 1.0, 2.0]), p95(range(1, 101))
    (3.0, 95)
    """
    ordered = sorted(values)
    return ordered[ceil(0.95 * len(ordered)) - 1]
