"""`workbench deploy`: new code for a running stack, without a gap, and back."""

from __future__ import annotations

import argparse

HELP = "Let the project as it stands serve in the running stack, without a gap; or go back to what served before."


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the command's arguments."""
    chosen = parser.add_mutually_exclusive_group()
    chosen.add_argument("--rollback", action="store_true", help="let the release serve that served before")
    chosen.add_argument("--release", type=int, metavar="N", help="let a release serve that is kept")
    chosen.add_argument("--list", action="store_true", help="show the releases that are kept, and end")
    parser.add_argument("--json", action="store_true", help="say what was done, or what is kept, as JSON")


def execute(arguments: argparse.Namespace) -> int:
    """Do what the options say, and give the exit code; 1 where the release was refused and what served goes on."""
    from workbench.project import find_project  # noqa: PLC0415 - the help has no use for them
    from workbench.stack.running import deploy  # noqa: PLC0415 - as above
    from workbench.stack.showing import show_json, show_releases, told  # noqa: PLC0415 - as above

    project = find_project()
    if arguments.list:
        return show_releases(project, as_json=arguments.json)
    steps, say = told(quiet=arguments.json)
    release, changed = deploy(project, say, back=arguments.rollback, number=arguments.release)
    if arguments.json:
        show_json({"release": release, "changed": changed, "steps": steps})
    return 0
