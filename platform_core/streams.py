"""Standard streams that the caller closed, as with `>&-`. Standard library only, and little of it."""

from __future__ import annotations

import os
import sys


def open_closed() -> None:
    """Open closed standard streams on the null device, as if the caller had said `>/dev/null`.

    Python has None in their place, and the next file that is opened would become one of them.
    """
    for name in ("stdin", "stdout", "stderr"):
        if getattr(sys, name) is None:
            number = os.open(os.devnull, os.O_RDWR)
            os.set_inheritable(number, number <= 2)  # else a program that is started has it closed
            stream = os.fdopen(number, "r" if name == "stdin" else "w", encoding="utf-8")
            setattr(sys, name, stream)
            setattr(sys, f"__{name}__", stream)
