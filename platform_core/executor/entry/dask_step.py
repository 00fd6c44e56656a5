"""A step as a client of a Dask cluster: `python -m platform_core.executor.entry.dask_step`.

What its function hands to Dask (`dask.compute`, `distributed.get_client()`, a collection) goes to all workers.
"""

from __future__ import annotations

import os
import sys

from platform_core.executor.entry import step
from platform_core.executor.entry.dask_task import SCHEDULER
from platform_core.executor.processes import die_with
from platform_core.needed import needed


def main() -> int:
    """Carry out the step that the environment names, with a client of the cluster; see `entry.step`."""
    die_with(os.getppid())  # a step whose watcher is gone is nobody's
    with needed("distributed", "dask").Client(os.environ[SCHEDULER]):
        return step.main()


if __name__ == "__main__":
    sys.exit(main())
