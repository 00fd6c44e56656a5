"""Starting the notebook's kernel: an ordinary IPython kernel with one DuckDB thread, whose loads are noted.

Run as `python -P -m promote.verify.kernel -f CONNECTION_FILE`. What verification needs is imported before the
notebook's folder comes onto the path, so that a file of the analyst's cannot take its place.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

FOLDER_VARIABLE = "WORKBENCH_VERIFY"


def path_with_working_folder(path: list[str]) -> list[str]:
    """Give the import path that JupyterLab's kernels have: the working folder stands before installed packages.

    >>> path_with_working_folder(["src", "lib/python3.11", "lib/python3.11/site-packages"])
    ['src', 'lib/python3.11', '', 'lib/python3.11/site-packages']
    """
    installed = (at for at, entry in enumerate(path) if Path(entry).name in {"site-packages", "dist-packages"})
    at = next(installed, 0)
    return [*path[:at], "", *path[at:]]


def main() -> None:
    """Start the kernel and serve until it is told to stop."""
    from ipykernel.kernelapp import launch_new_instance  # noqa: PLC0415 - of the `lab` extra

    from promote.verify.capture import watch_loads  # noqa: PLC0415 - heavy
    from promote.verify.threads import limit_duckdb  # noqa: PLC0415

    limit_duckdb()
    watch_loads(Path(os.environ[FOLDER_VARIABLE]))
    sys.path[:] = path_with_working_folder(sys.path)
    launch_new_instance()


if __name__ == "__main__":
    main()
