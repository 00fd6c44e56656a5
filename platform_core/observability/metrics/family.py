"""A metric with its values, as a value of its own: the two ways out write it each in its manner."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

Labels = tuple[str, ...]

# Seconds; runs take from an instant to a day
BUCKETS = (1.0, 5.0, 15.0, 60.0, 300.0, 900.0, 3600.0, 14_400.0, 43_200.0)


@dataclass(frozen=True, slots=True)
class Family:
    """A metric: its name, what it is, the names of its labels, and its value for each combination of them.

    A name is written as Prometheus has it, without `_total`, which its counters get there.
    """

    name: str
    kind: Literal["counter", "gauge"]
    help: str
    labels: Labels
    values: Mapping[Labels, float]


@dataclass(slots=True)
class Counts:
    """How many runs lasted how long: the numbers of each bucket, and the sum.

    >>> counts = Counts()
    >>> counts.add(3.0)
    >>> counts.add(100_000.0)
    >>> counts.buckets, counts.sum
    ([0, 1, 0, 0, 0, 0, 0, 0, 0, 1], 100003.0)
    """

    buckets: list[int] = field(default_factory=lambda: [0] * (len(BUCKETS) + 1))
    sum: float = 0.0

    def add(self, seconds: float) -> None:
        """Count one."""
        self.buckets[bisect_left(BUCKETS, seconds)] += 1
        self.sum += seconds


@dataclass(frozen=True, slots=True)
class Durations:
    """A metric of how long things took, in buckets."""

    name: str
    help: str
    labels: Labels
    values: Mapping[Labels, Counts]


Metric = Family | Durations
