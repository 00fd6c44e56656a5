"""How much work the search for a test case may be: a number of runs that fit into some seconds of CPU time.

The number hangs on what one run takes, to the nearest power of two, so that it comes out alike on machines that are
about as fast; steps that take milliseconds are bounded by the search's own counts alone. A mistake may take far longer
than the true code, so two clocks end the work of those that do.
"""

from __future__ import annotations

import math
import time
from dataclasses import dataclass, field

SECONDS = 30.0  # of CPU time, for the runs of one step
_OVER = 2  # times as much ends the search, whatever the count says
_WAITING = 4  # times as much of real time too, for cells that wait


@dataclass(slots=True)
class Budget:
    """The runs that are left; all that are wanted, until it is known what one takes."""

    left: float = math.inf
    _begun: tuple[float, float] = field(default_factory=lambda: (time.process_time(), time.monotonic()))

    def learn(self, cost: float) -> None:
        """Take note of what one run takes, in seconds of CPU time.

        >>> budget = Budget()
        >>> budget.learn(1.9)
        >>> budget.left
        15
        """
        if math.isinf(self.left):
            self.left = int(SECONDS / 2 ** round(math.log2(max(cost, 1e-6))))

    def take(self, runs: int = 1) -> bool:
        """Say whether what takes as long as some runs can be afforded, and count it."""
        cpu, real = self._begun
        over = time.process_time() - cpu > _OVER * SECONDS or time.monotonic() - real > _WAITING * SECONDS
        self.left = 0 if over else self.left - runs
        return self.left >= 0

    def spread(self, count: int) -> frozenset[int]:
        """Give which of so many things can be tried, evenly spread where not all can.

        >>> sorted(Budget(left=3).spread(9)), sorted(Budget().spread(2))
        ([0, 3, 6], [0, 1])
        """
        most = int(max(0, min(count, self.left)))
        return frozenset(number * count // most for number in range(most))
