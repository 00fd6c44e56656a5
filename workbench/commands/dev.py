"""`workbench dev`: Dagster's webserver and daemon on the project."""

from __future__ import annotations

import argparse
import os
import signal
import sys

from workbench.project import find_project

HELP = "Start Dagster's webserver and daemon on the project; what is promoted meanwhile appears by itself."


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the command's arguments."""
    parser.add_argument("--port", type=int, default=3001, help="port of the webserver (default: 3001)")
    parser.add_argument("--no-drafts", action="store_true", help="leave out steps that are tagged and not promoted")
    parser.add_argument("--no-reload", action="store_true", help="do neither load changes by itself nor open the graph")
    parser.add_argument("--no-browser", action="store_true", help="do not open the project's graph")
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on (default: this machine alone)")


def execute(arguments: argparse.Namespace) -> int:
    """Become `dagster dev`, so that signals reach it directly; this returns only where it could not start."""
    from workbench.hot_reload import beside  # noqa: PLC0415 - a command imports what it needs when it runs
    from workbench.ports import refuse_taken  # noqa: PLC0415 - as above

    project = find_project()
    refuse_taken(arguments.host, arguments.port, "workbench dev")
    project.writable_dagster_home()
    command = [sys.executable, "-W", "ignore::FutureWarning", "-m", "dagster", "dev"]
    if (project.root / "workspace.yaml").is_file():
        command += ["--workspace", "workspace.yaml"]
    else:
        command += ["--module-name", f"{project.package}.definitions", "--working-directory", str(project.sources)]
    command += ["--port", str(arguments.port), "--host", arguments.host]
    os.chdir(project.root)
    environment = {"WORKBENCH_DRAFTS": "0" if arguments.no_drafts else "1"} | project.environment()
    if not arguments.no_reload:
        host = "127.0.0.1" if arguments.host == "0.0.0.0" else arguments.host  # noqa: S104 - compared, not bound
        show = sys.stdout.isatty() and not arguments.no_browser
        beside(f"http://{host}:{arguments.port}", project.root, environment, show=show)
    # Ignored in what a shell starts with `&`; Dagster does at SIGTERM what is done at SIGINT, and would ignore both
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    os.execve(sys.executable, command, environment)  # noqa: S606 - our own interpreter, no shell
