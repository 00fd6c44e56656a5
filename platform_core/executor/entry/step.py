"""A step in a container: `python -m platform_core.executor.entry.step`."""

from __future__ import annotations

import os
import sys

from platform_core.errors import UserError
from platform_core.executor.entry.payload import read_payload


def main() -> int:
    """Carry out the step that the environment names.

    Returns:
        0 where the step's events are written, whether it went well or not; 1 for a part of a step that did not go
        well; 2 where there is no step to carry out.
    """
    try:
        payload = read_payload(os.environ)
        # Dagster takes two seconds
        from platform_core.executor.entry.carry_out import carry_out  # noqa: PLC0415
        from platform_core.executor.entry.parts import part_of  # noqa: PLC0415

        part = part_of(os.environ)
        carry_out(payload, part)
    except UserError as error:
        print(error, file=sys.stderr)  # noqa: T201 - the container's log
        return 2
    return int(part is not None and part.failed)  # so that the provider ends the other parts


if __name__ == "__main__":
    sys.exit(main())
