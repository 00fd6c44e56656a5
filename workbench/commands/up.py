"""`workbench up`: the production stack on this machine, without containers."""

from __future__ import annotations

import argparse

HELP = "Start PostgreSQL, code server, webserver and daemon, as the Compose file has them."


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the command's arguments."""
    parser.add_argument("--port", type=int, default=3001, help="port of the webserver (default: 3001)")
    parser.add_argument("--detach", action="store_true", help="come back when everything is healthy")
    parser.add_argument("--redeploy", action="store_true", help="serve the project as it stands, not what served last")
    parser.add_argument("--status", action="store_true", help="show the services of the stack and end")
    parser.add_argument("--json", action="store_true", help="with --status: as JSON")


def execute(arguments: argparse.Namespace) -> int:
    """Keep the stack running until it is told to stop, or do what the options say, and give the exit code."""
    # Not at the top: the help has no use for them
    from workbench.project import find_project  # noqa: PLC0415
    from workbench.stack.running import detach, stay_up  # noqa: PLC0415
    from workbench.stack.showing import show_status  # noqa: PLC0415

    project = find_project()
    if arguments.status:
        return show_status(project, as_json=arguments.json)
    return (detach if arguments.detach else stay_up)(project, arguments.port, redeploy=arguments.redeploy)
