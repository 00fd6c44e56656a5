"""`workbench policy`: hold the project against its policies, say them in words, write access by role."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

from workbench.project import find_project

HELP = "Hold the project against its policies, say them in words, or write who may read and write which layer."


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the command's arguments."""
    actions = parser.add_subparsers(dest="action", metavar="ACTION", required=True, parser_class=type(parser))
    said = "Say what stands against the policies, and give 1 where something does."
    check = actions.add_parser("check", help=said, description=said, allow_abbrev=False)
    check.add_argument("--costs", type=Path, metavar="FILE", help="JSON of asset to US dollars of a run")
    said = "Say the rules in words, with where they stand and what is excepted."
    explain = actions.add_parser("explain", help=said, description=said, allow_abbrev=False)
    explain.add_argument("rules", nargs="*", metavar="RULE", help="which rules (default: all)")
    said = "Write the roles of the policies as a bucket's policy or as grants of PostgreSQL."
    access = actions.add_parser("access", help=said, description=said, allow_abbrev=False)
    access.add_argument("--format", choices=("bucket", "sql"), default="bucket", help="of the output")
    access.add_argument("--bucket", default="", help="with bucket: its name")
    access.add_argument("--prefix", default="lake", help="with bucket: where in it the lake stands (default: lake)")
    for one in (check, explain):
        one.add_argument("--json", action="store_true", help="as JSON")
    check.add_argument("--on", metavar="DATE", help="hold against the exceptions of this day (default: today)")


def execute(arguments: argparse.Namespace) -> int:
    """Do what was asked; `check` gives 1 where something stands in the way."""
    return {"check": _check, "explain": _explain, "access": _access}[arguments.action](arguments)


def _check(arguments: argparse.Namespace) -> int:
    from platform_core.governance.days import day  # noqa: PLC0415 - a command imports what it needs when it runs
    from workbench.governance import checking  # noqa: PLC0415 - as above
    from workbench.governance.loading import governed  # noqa: PLC0415 - as above

    on = day(arguments.on)
    found = governed(find_project())
    told = checking.breaches(found, on, checking.read_costs(arguments.costs) if arguments.costs else None)
    sys.stdout.write(checking.as_json(found, told, on) if arguments.json else checking.as_text(found, told))
    return 1 if any(one.stops for one in told) else 0


def _explain(arguments: argparse.Namespace) -> int:
    from platform_core.governance.policies.loading import load_policies  # noqa: PLC0415 - as above
    from platform_core.governance.policies.model import Policies  # noqa: PLC0415 - as above
    from workbench.governance import checking  # noqa: PLC0415 - as above

    rules = checking.explained(load_policies(find_project().root) or Policies(), arguments.rules)
    text = json.dumps({"version": 1, "rules": rules}, indent=2, ensure_ascii=False) + "\n"
    sys.stdout.write(text if arguments.json else checking.explained_text(rules))
    return 0


def _access(arguments: argparse.Namespace) -> int:
    from platform_core.errors import UsageError  # noqa: PLC0415 - as above
    from platform_core.governance.access import bucket_policy, grants  # noqa: PLC0415 - as above
    from platform_core.governance.policies.loading import load_policies  # noqa: PLC0415 - as above

    policies = load_policies(find_project().root)
    roles = policies.roles if policies is not None else {}
    if not roles:
        raise UsageError("The policies name no roles.", hint="Write `roles: {analyst: {read: [silver, gold]}}` there.")
    if arguments.format == "sql":
        sys.stdout.write(grants(roles))
        return 0
    if not arguments.bucket:
        raise UsageError("A bucket's policy needs the bucket's name.", hint="Say it with --bucket NAME.")
    sys.stdout.write(json.dumps(bucket_policy(roles, arguments.bucket, arguments.prefix), indent=2) + "\n")
    return 0
