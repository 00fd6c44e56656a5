"""`workbench status`: how every notebook and step stands."""

from __future__ import annotations

import argparse
import sys

HELP = "Show how every notebook and step stands: tagged, promoted, in step, made, fresh, checked."


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the command's arguments."""
    parser.add_argument("--json", action="store_true", help="print JSON in place of a table")


def execute(arguments: argparse.Namespace) -> int:
    """Print the table; gives 0 whatever it says, as it is a look and no gate."""
    import datetime as dt  # noqa: PLC0415 - a command imports what it needs when it runs

    from promote.project import find  # noqa: PLC0415 - as above
    from workbench.project import find_project  # noqa: PLC0415 - as above
    from workbench.status.showing import advice, as_json, rows_of, summary  # noqa: PLC0415 - as above
    from workbench.status.standing import standing  # noqa: PLC0415 - as above

    now = dt.datetime.now(dt.UTC)
    found = standing(find(), find_project().dagster_home, now)
    if arguments.json:
        sys.stdout.write(as_json(found))
        return 0
    from workbench.terminal import print_table  # noqa: PLC0415 - JSON is quicker without

    columns = ["notebook", "step", "standing", "last made", "rows", "checks passed", "freshness"]
    print_table("How the project stands", columns, rows_of(found, now), right=["rows", "checks passed"], grouped=True)
    print(summary(found))  # noqa: T201 - the command's result
    if todo := advice(found):
        print(f"Next: {todo}")  # noqa: T201 - as above
    if not found.history.known:
        print(f"{found.history.why}: what was made when is not known here.")  # noqa: T201 - as above
    return 0
