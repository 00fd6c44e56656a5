"""A step in a container: `python -m platform_core.executor.entry.step`."""

from __future__ import annotations

import os
import sys

from platform_core.errors import UserError
from platform_core.executor.entry.payload import read_payload


def main() -> int:
    """Carry out the step that the environment names.

    Returns:
        0 where the step's events are written, whether it went well or not; 2 where there is no step to carry out.
    """
    try:
        payload = read_payload(os.environ)
        from platform_core.executor.entry.carry_out import carry_out  # noqa: PLC0415 - Dagster takes two seconds

        carry_out(payload)
    except UserError as error:
        print(error, file=sys.stderr)  # noqa: T201 - the container's log
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
