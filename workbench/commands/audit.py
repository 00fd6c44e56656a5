"""`workbench audit`: check that the audit log is as it was written, and show it."""

from __future__ import annotations

import argparse
import json
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from workbench.project import find_project

if TYPE_CHECKING:
    from platform_core.governance.audit import AuditLog

HELP = "Check that the audit log is as it was written, or show who did what."


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the command's arguments."""
    actions = parser.add_subparsers(dest="action", metavar="ACTION", required=True, parser_class=type(parser))
    said = "Check every entry, the chain and the head; gives 1 where something was changed."
    verify = actions.add_parser("verify", help=said, description=said, allow_abbrev=False)
    verify.add_argument("--anchor", metavar="N:HASH", help="an entry as an earlier check told it, kept elsewhere")
    said = "Show entries, oldest first."
    show = actions.add_parser("show", help=said, description=said, allow_abbrev=False)
    show.add_argument("--who", metavar="NAME", help="only of this person")
    show.add_argument("--did", metavar="ACTION", help="only of this kind, such as promoted")
    show.add_argument("--of", metavar="ASSET", help="only of this asset, such as silver:rents or rents")
    show.add_argument("--last", type=int, metavar="N", help="only the last N")
    for one in (verify, show):
        one.add_argument("--json", action="store_true", help="as JSON")
        one.add_argument("--file", type=Path, metavar="FILE", help="another log than the project's")


def execute(arguments: argparse.Namespace) -> int:
    """Check or show the log."""
    return {"verify": _verify, "show": _show}[arguments.action](arguments)


def _log(file: Path | None) -> AuditLog:
    from platform_core.errors import UserError  # noqa: PLC0415 - a command imports what it needs when it runs
    from platform_core.governance.audit import AuditLog, log_of  # noqa: PLC0415 - as above
    from platform_core.governance.audit.log import KEY_VARIABLE  # noqa: PLC0415 - as above

    if file is not None:
        key = os.environ.get(KEY_VARIABLE)
        return AuditLog(file, key.encode() if key else None)
    log = log_of(find_project().root)
    if log is None:
        raise UserError(
            "The project keeps no audit log.", hint="It does once it has policies, or WORKBENCH_AUDIT is set."
        )
    return log


def _verify(arguments: argparse.Namespace) -> int:
    from platform_core.governance.audit import verify  # noqa: PLC0415 - as above

    log = _log(arguments.file)
    verdict = verify(log.path, log.key, _anchor(arguments.anchor))
    if arguments.json:
        told = {"version": 1, "ok": verdict.ok, "entries": verdict.entries, "last": verdict.last}
        told |= {"problems": list(verdict.problems), "notes": list(verdict.notes)}
        sys.stdout.write(json.dumps(told, indent=2) + "\n")
        return 0 if verdict.ok else 1
    for text in verdict.notes:
        sys.stdout.write(f"note: {text}\n")
    for text in verdict.problems:
        sys.stdout.write(f"error: {text}\n")
    state = "as they were written" if verdict.ok else "hold together before that"
    sys.stdout.write(f"{verdict.entries} entries {'are ' if verdict.ok else ''}{state}.\n")
    sys.stdout.write(f"Keep this elsewhere to prove later that nothing was cut off: {verdict.entries}:{verdict.last}\n")
    return 0 if verdict.ok else 1


def _anchor(text: str | None) -> tuple[int, str] | None:
    from platform_core.errors import UsageError  # noqa: PLC0415 - as above

    if text is None:
        return None
    number, _, digest = text.partition(":")
    if not number.isdigit() or len(digest) != 64:
        raise UsageError("That is no anchor.", hint="Write it as `workbench audit verify` tells it, N:HASH.")
    return int(number), digest


def _show(arguments: argparse.Namespace) -> int:
    from platform_core.governance.audit import read_entries  # noqa: PLC0415 - as above
    from promote.reports.report import clean  # noqa: PLC0415 - as above

    found = [
        one
        for one in read_entries(_log(arguments.file).path)
        if arguments.who in (None, one.who)
        and arguments.did in (None, one.did)
        and arguments.of in (None, one.of, one.of.partition(":")[2])
    ]
    found = found[-arguments.last :] if arguments.last else found
    if arguments.json:
        entries = [{**one.content(), "hash": one.hash} for one in found]
        sys.stdout.write(json.dumps({"version": 1, "entries": entries}, indent=2) + "\n")
        return 0
    for one in found:
        about = ", ".join(f"{key} {_plain(value)}" for key, value in sorted(one.about.items()))
        sys.stdout.write(clean(f"{one.n:>6}  {one.at}  {one.who}  {one.did} {one.of}  {about}") + "\n")
    return 0


def _plain(value: object) -> str:
    return " ".join(map(str, value)) if isinstance(value, list) else str(value)
