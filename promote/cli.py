"""The process of `promote`, from its first import to its end; what it does stands in `promote.command`."""

from __future__ import annotations

import sys
from collections.abc import Sequence

from platform_core.streams import open_closed
from promote.garbage import end_at_once, seldom_collected

__all__ = ["main"]


def main(argv: Sequence[str] | None = None) -> int:
    """Run `promote` and give its exit code."""
    open_closed()
    with seldom_collected():  # from the imports on, which make many objects and no garbage
        from promote.command import execute, pipeline  # noqa: PLC0415 - as said

        code = execute(sys.argv[1:] if argv is None else argv, pipeline)
        if argv is None and "--check" in sys.argv:
            end_at_once(code)  # the process is ours; a check only reads
        return code
