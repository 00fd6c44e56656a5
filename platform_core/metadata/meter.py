"""What a step costs: time, CPU, memory, bytes read."""

from __future__ import annotations

import re
import resource
import sys
import time
from pathlib import Path

from platform_core.values import dataclass, field

_STATUS = Path("/proc/self/status")
_CLEAR = Path("/proc/self/clear_refs")
_IO = Path("/proc/self/io")


def _reset_peak() -> bool:
    try:
        _CLEAR.write_text("5")
    except OSError:
        return False
    return True


def _cpu() -> float:
    """Give the CPU seconds of this process with all its threads, and of those that it started and saw end."""
    children = resource.getrusage(resource.RUSAGE_CHILDREN)
    return time.process_time() + children.ru_utime + children.ru_stime


def _read() -> int | None:
    try:
        found = re.search(r"^rchar: (\d+)", _IO.read_text(), re.MULTILINE)
    except OSError:
        return None
    return int(found[1]) if found else None


@dataclass(slots=True)
class Meter:
    """Time, CPU, peak memory and bytes read of a step, from when the meter is made.

    On Linux the kernel's high-water mark of resident memory is set back at the start, so the peak is that of the step:
    all that the process holds, threads beside it included. Elsewhere it is the peak of the whole process so far.
    """

    started: float = field(default_factory=time.perf_counter)
    cpu_before: float = field(default_factory=_cpu)
    read_before: int | None = field(default_factory=_read)
    reset: bool = field(default_factory=_reset_peak)

    def seconds(self) -> float:
        """Give the seconds since the meter was made."""
        return time.perf_counter() - self.started

    def cpu_seconds(self) -> float:
        """Give the CPU seconds, user and system, of all threads since the meter was made."""
        return _cpu() - self.cpu_before

    def bytes_read(self) -> int | None:
        """Give the bytes that the process read from files since the meter was made; None where nobody counts them."""
        now = _read()
        return None if now is None or self.read_before is None else now - self.read_before

    def peak(self) -> tuple[int, str]:
        """Give the peak of resident memory in bytes, and how it was measured."""
        if self.reset:
            found = re.search(r"^VmHWM:\s+(\d+) kB", _STATUS.read_text(), re.MULTILINE)
            if found:
                return int(found[1]) * 1024, "VmHWM of the process, set back at the start of the step"
        unit = 1 if sys.platform == "darwin" else 1024
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit
        return peak, "ru_maxrss: the peak of the process since it started"
