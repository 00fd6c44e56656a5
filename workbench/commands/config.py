"""`workbench config show`: every value of the configuration, and where it came from."""

from __future__ import annotations

import argparse
import json
import sys
from shutil import get_terminal_size

from workbench.project import find_project

HELP = "Show the configuration: every value and where it came from. Secrets are never shown."


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the command's arguments."""
    actions = parser.add_subparsers(dest="action", metavar="ACTION", required=True, parser_class=type(parser))
    show = actions.add_parser("show", help=HELP, description=HELP, allow_abbrev=False)
    show.add_argument("--env", help="the environment (default: WORKBENCH_ENV, else dev)")
    show.add_argument("--json", action="store_true", help="as JSON")


def execute(arguments: argparse.Namespace) -> int:
    """Show the values; a mistake in the configuration is an error with its file and line."""
    from platform_core.config import load_config  # noqa: PLC0415 - a command imports what it needs when it runs
    from promote.reports.report import clean  # noqa: PLC0415 - as above
    from workbench.configuration import settings_of  # noqa: PLC0415 - as above

    config = load_config(find_project().root, arguments.env)
    settings = settings_of(config)
    if arguments.json:
        rows = [setting.as_json() for setting in settings]
        told = {"version": 1, "environment": config.environment, "settings": rows}
        sys.stdout.write(json.dumps(told, indent=2, ensure_ascii=False) + "\n")
        return 0
    cells = [(clean(one.name), clean(one.shown), clean(one.came_from)) for one in settings]
    names, values = (max(len(row[at]) for row in cells) for at in (0, 1))
    lines = [f"{name:<{names}}  {value:<{min(values, 60)}}  {came_from}" for name, value, came_from in cells]
    title, columns = f"environment {config.environment}\n", get_terminal_size().columns
    if sys.stdout.isatty() and max(map(len, lines)) > columns:
        from workbench.narrow import narrow  # noqa: PLC0415 - a wide terminal does without

        sys.stdout.write(narrow(title, ("setting", "value", "from"), cells, (), columns, grouped=False))
    else:
        sys.stdout.write("\n".join([title, *lines]) + "\n")
    return 0
