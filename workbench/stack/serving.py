"""Where the records of what serves a project are: PostgreSQL that the environment names, or its running stack's."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from workbench.project import Project
from workbench.stack.secret_files import with_secrets


def serving(project: Project) -> dict[str, str] | None:
    """Give the environment that leads to the records of what serves a project; None where nothing does.

    In a container, or on any machine with the variables of the Compose file, that is this process's own. Else it is
    that of the daemon of `workbench up`, while it runs.
    """
    if {"DAGSTER_HOME", "DAGSTER_POSTGRES_HOST"} <= os.environ.keys():
        return with_secrets(os.environ)
    if not (project.root / "data/stack/state.json").is_file():
        return None
    from workbench.stack.native import Ports, environment_of, native_services, stack_folder  # noqa: PLC0415 - seldom
    from workbench.stack.state import alive, read_state  # noqa: PLC0415 - as above

    state = read_state(stack_folder(project))
    if not alive(state.supervisor):
        return None
    return environment_of(native_services(project, Ports(**state.ports))["daemon"])


@contextmanager
def in_environment(environ: Mapping[str, str]) -> Iterator[None]:
    """Let this process have an environment for a block: Dagster asks for its settings as it needs them."""
    before = dict(os.environ)
    os.environ.update(environ)
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(before)
