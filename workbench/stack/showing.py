"""What stands of a stack: its services and its releases, in lines for people or as JSON."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from typing import Any

from workbench.project import Project
from workbench.stack.native import stack_folder
from workbench.stack.releases import read_releases
from workbench.stack.state import alive, read_state

Say = Callable[[str], None]


def show_line(line: str) -> None:
    """Print a line, which is read at once though a longer work goes on."""
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


def told(*, quiet: bool) -> tuple[list[str], Say]:
    """Give a list of steps, and what is called with the line of each: it prints the line too, unless it is to be quiet.

    >>> steps, say = told(quiet=True)
    >>> say("webserver    switched")
    >>> steps
    ['webserver    switched']
    """
    steps: list[str] = []

    def say(line: str) -> None:
        steps.append(line)
        if not quiet:
            show_line(line)

    return steps, say


def show_json(value: Any) -> None:
    """Print a value as JSON."""
    sys.stdout.write(json.dumps(value, indent=2, ensure_ascii=False) + "\n")


def show_status(project: Project, *, as_json: bool = False) -> int:
    """Print each service with its state and give 0 where all are healthy, else 1."""
    state = read_state(stack_folder(project))
    runs = alive(state.supervisor)
    rows: list[dict[str, Any]] = []
    for name, entry in state.services.items():
        up = entry.state == "done" or alive(entry)
        shown = entry.state if up and runs else "stopped" if not up else "unwatched"
        told = {"release": entry.release, "leaving": entry.leaving, "restarts": entry.restarts}
        rows.append({"service": name, "state": shown} | told)
    if as_json:
        show_json(rows)
    else:
        lines = [f"{row['service']:<12} {row['state']:<10} {_more(row)}".rstrip() for row in rows]
        sys.stdout.write("\n".join(lines or ["nothing was started"]) + "\n")
    well = {entry.state for entry in state.services.values() if not entry.leaving} <= {"healthy", "done"}
    return 0 if runs and state.services and well else 1


def _more(row: dict[str, Any]) -> str:
    more = [f"release {row['release']}"] if row["release"] else []
    more += ["leaving"] if row["leaving"] else []
    more += [f"restarted {row['restarts']} times"] if row["restarts"] else []
    return ", ".join(more)


def show_releases(project: Project, *, as_json: bool = False) -> int:
    """Print each release that is kept, oldest first, and which of them serves; give 0."""
    releases = read_releases(stack_folder(project))
    serving = releases.serving.number if releases.serving else None
    if as_json:
        show_json([{"release": o.number, "digest": o.digest, "serves": o.number == serving} for o in releases.kept])
    else:
        lines = [
            f"{o.number:>4}  {o.digest[:12]}  {'serves' if o.number == serving else ''}".rstrip() for o in releases.kept
        ]
        sys.stdout.write("\n".join(lines or ["nothing was deployed"]) + "\n")
    return 0
