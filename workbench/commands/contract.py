"""`workbench contract`: a first contract from data, and stored data checked by its contracts."""

from __future__ import annotations

import argparse
import json
import sys
from typing import TYPE_CHECKING, Any

from workbench.project import find_project

if TYPE_CHECKING:
    from workbench.contract.files import Inferred, Judged

HELP = "Write a first contract (a Pandera model) from an asset's data, or check stored data by the contracts."


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the command's arguments."""
    parser.add_argument("action", choices=("infer", "check"), help="infer: write one; check: check data by them")
    parser.add_argument("assets", nargs="*", metavar="ASSET", help="the assets (check: default all with a contract)")
    parser.add_argument("--stdout", action="store_true", help="infer: print the contract, and write nothing")
    parser.add_argument("--force", action="store_true", help="infer: replace a contract that is there")
    parser.add_argument("--json", action="store_true", help="check: print JSON in place of text")


def execute(arguments: argparse.Namespace) -> int:
    """Infer or check; gives 1 where data breaks its contract."""
    # A command imports what it needs when it runs
    from platform_core.errors import UsageError  # noqa: PLC0415
    from workbench.contract.files import check_contracts, infer_contract, write_contract  # noqa: PLC0415

    project = find_project()
    if arguments.action == "check":
        judged = check_contracts(project, arguments.assets)
        if arguments.json:
            sys.stdout.write(json.dumps([_plain(one) for one in judged], indent=2) + "\n")
        else:
            sys.stdout.writelines(map(_verdict, judged))
        return 0 if all(one.report.passed for one in judged) else 1
    if arguments.json:
        raise UsageError("`workbench contract infer` writes Python, no JSON.", hint="--stdout prints it.")
    if not arguments.assets:
        raise UsageError("`workbench contract infer` needs an asset.", hint="Such as: workbench contract infer permits")
    for asset in arguments.assets:
        inferred = infer_contract(project, asset)
        if arguments.stdout:
            sys.stdout.write(inferred.text)
        else:
            write_contract(inferred, force=arguments.force)
            sys.stdout.write(_written(inferred, project.relative(inferred.path), project.package, asset))
    return 0


def _plain(judged: Judged) -> dict[str, Any]:
    (outcome,) = judged.report.outcomes
    return {
        "asset": judged.asset,
        "passed": outcome.passed,
        "failed_count": outcome.failed_count,
        "description": outcome.description,
        "unexpected_columns": list(outcome.metadata.get("unexpected_columns") or ()),
    }


def _verdict(judged: Judged) -> str:
    (outcome,) = judged.report.outcomes
    lines = [f"{'pass' if outcome.passed else 'FAIL'}  {judged.asset}: {outcome.description}"]
    if unexpected := outcome.metadata.get("unexpected_columns"):
        lines.append(f"warn  {judged.asset}: not in the contract: {', '.join(unexpected)}.")
    return "\n".join(lines) + "\n"


def _written(inferred: Inferred, path: str, package: str, asset: str) -> str:
    from workbench.contract.render import class_name  # noqa: PLC0415 - as above

    personal = [field.name for field in inferred.fields if field.personal]
    hidden = f"Looks personal, and is hidden in samples: {', '.join(personal)}.\n" if personal else ""
    name = class_name(asset)
    return (
        f"{path} says what {asset} has to hold, {len(inferred.fields)} columns. Read it: it knows this data alone.\n"
        f"{hidden}"
        f"Import it in the notebook (`from {package}.contracts.{asset} import {name}`) and write `#| schema: {name}`.\n"
    )
