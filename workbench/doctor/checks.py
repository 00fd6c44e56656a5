"""The doctor's checks in the order in which they are told, and what mends what can be mended."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from workbench.doctor.jupyter import kernel
from workbench.doctor.project import configuration, dagster_home, write_access
from workbench.doctor.python import installed, packages, python
from workbench.doctor.repository import hooks, merge_driver, output_filter
from workbench.doctor.values import Standing
from workbench.project import Project

CHECKS: tuple[Callable[[Project], Standing], ...] = (
    python,
    packages,
    installed,
    kernel,
    configuration,
    dagster_home,
    write_access,
    hooks,
    merge_driver,
    output_filter,
)


def examine(project: Project, *, fix: bool) -> Iterator[tuple[Standing, bool]]:
    """Give how each thing stands, and whether it was mended just now; what is told is how it stands afterwards."""
    for check in CHECKS:
        found = check(project)
        if fix and not found.fine and found.fix is not None:
            found.fix()
            after = check(project)
            yield after, after.fine
        else:
            yield found, False
