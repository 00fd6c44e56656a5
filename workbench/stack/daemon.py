"""Dagster's daemon, with a monitor and retries of ours: no run is lost when a process dies or PostgreSQL restarts.

It also takes up another code server at once, where Dagster's looks once a minute.

It is started as `python3 -m workbench.stack.daemon --workspace /dagster/workspace.yaml`.
"""

from __future__ import annotations

import argparse
import os
import sys
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from dagster import DagsterInstance
from dagster._core.workspace.load_target import WorkspaceFileTarget
from dagster._daemon.controller import (
    DEFAULT_DAEMON_HEARTBEAT_TOLERANCE_SECONDS,
    create_daemon_of_type,
    daemon_controller_from_instance,
)
from dagster._utils.interrupts import capture_interrupts, setup_interrupt_handlers

from workbench.stack.database import tables_are_there
from workbench.stack.monitoring import RunMonitor
from workbench.stack.retrying import RetryDaemon
from workbench.stack.workspace import LOOK, follow

if TYPE_CHECKING:
    from dagster._daemon.daemon import DagsterDaemon


def daemons(instance: DagsterInstance) -> list[DagsterDaemon[Any]]:
    """Give the daemons that an instance asks for: Dagster's, but for the two that are ours."""
    ours = {
        RunMonitor.daemon_type(): lambda: RunMonitor(interval_seconds=instance.run_monitoring_poll_interval_seconds),
        RetryDaemon.daemon_type(): RetryDaemon,
    }
    return [
        ours[kind]() if kind in ours else create_daemon_of_type(kind, instance)
        for kind in instance.get_required_daemon_types()
    ]


def main(arguments: Sequence[str]) -> int:
    """Run the daemons of the instance until a signal stops them."""
    parser = argparse.ArgumentParser(prog="workbench.stack.daemon", description="Run the daemons of Dagster.")
    parser.add_argument("--workspace", required=True, help="the file that names the code servers")
    file = Path(parser.parse_args(arguments).workspace)
    workspace, over = WorkspaceFileTarget([str(file)]), threading.Event()
    setup_interrupt_handlers()
    try:
        # The webserver makes the tables of an empty database, while this imports Dagster; two at it would fail
        while "DAGSTER_POSTGRES_HOST" in os.environ and not tables_are_there(os.environ):
            over.wait(LOOK)
        with (
            capture_interrupts(),
            DagsterInstance.get() as instance,
            daemon_controller_from_instance(
                instance,
                workspace,
                heartbeat_tolerance_seconds=DEFAULT_DAEMON_HEARTBEAT_TOLERANCE_SECONDS,
                gen_daemons=daemons,
            ) as controller,
        ):
            context = controller._workspace_process_context
            home = Path(os.environ["DAGSTER_HOME"])
            threading.Thread(target=follow, args=(context, file, home, over), daemon=True).start()
            controller.check_daemon_loop()
    except KeyboardInterrupt:
        pass  # told to stop
    finally:
        over.set()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
