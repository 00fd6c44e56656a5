"""`workbench ci`: the project's gates, as continuous integration runs them."""

from __future__ import annotations

import argparse
import json
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from workbench.project import find_project

if TYPE_CHECKING:
    from collections.abc import Sequence

    from workbench.gates.running import GateOutcome

HELP = (
    "Run the project's gates (style, types, tests, promotion and more), on your machine as in continuous integration."
)


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the command's arguments."""
    parser.add_argument("gates", nargs="*", metavar="GATE", help="which gates (default: all, in their order)")
    parser.add_argument("--list", action="store_true", help="say what the gates are, and run none")
    parser.add_argument("--format", choices=("text", "json"), default="text", help="of the outcome (default: text)")
    parser.add_argument(
        "--output", type=Path, default=Path("build/ci"), metavar="DIR", help="where the findings go (default: build/ci)"
    )


def execute(arguments: argparse.Namespace) -> int:
    """Run the gates, say which are green, and give 1 where one is red."""
    # A command imports what it needs when it runs
    from workbench.gates.declared import chosen, declared_gates  # noqa: PLC0415
    from workbench.gates.hosts import flush_to, host_of, summarise  # noqa: PLC0415
    from workbench.gates.running import run_gates  # noqa: PLC0415

    project = find_project()
    gates = chosen(declared_gates(project.root), arguments.gates)
    if arguments.list:
        for gate in gates:
            sys.stdout.write("".join(f"{gate.name}: {command}\n" for command in gate.commands))
        return 0
    host = host_of(os.environ)
    sys.stdout.flush()
    # As JSON is the answer on stdout, what the commands write goes to stderr
    output = sys.stderr.fileno() if arguments.format == "json" else sys.stdout.fileno()
    write = flush_to(output)
    outcomes = run_gates(project, gates, host, output, write)
    annotations = _findings(project.root, arguments.output)
    if host == "github":
        write(annotations + "".join(f"::error title=gate {o.gate.name}::{_told(o)}\n" for o in outcomes if not o.green))
    summarise(host, [(one.gate.name, one.green, one.red) for one in outcomes], os.environ)
    _show(outcomes, as_json=arguments.format == "json")
    return 0 if all(outcome.green for outcome in outcomes) else 1


def _findings(root: Path, folder: Path) -> str:
    from promote.project import find  # noqa: PLC0415 - a command imports what it needs when it runs
    from workbench.gates.findings import leave_findings  # noqa: PLC0415 - as above

    return leave_findings(find(named=root), root / folder)


def _show(outcomes: Sequence[GateOutcome], *, as_json: bool) -> None:
    if as_json:
        sys.stdout.write(json.dumps({"version": 1, "gates": [one.as_json() for one in outcomes]}, indent=2) + "\n")
        return
    widest = max(len(outcome.gate.name) for outcome in outcomes)
    for outcome in outcomes:
        said = "green" if outcome.green else f"RED    {outcome.red}"
        sys.stdout.write(f"{outcome.gate.name:<{widest}}  {said}\n")
    red = [outcome.gate.name for outcome in outcomes if not outcome.green]
    if red:
        sys.stdout.write(f"\nTo run what is red again: workbench ci {' '.join(red)}\n")


def _told(outcome: GateOutcome) -> str:
    text = f"`{outcome.red}` is red. On your machine: workbench ci {outcome.gate.name}"
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")
