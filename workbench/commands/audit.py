"""`workbench audit`: check that the audit log is as it was written, sign for one that is not, and show it."""

from __future__ import annotations

import argparse
import json
import os
import sys
from pathlib import Path
from shutil import get_terminal_size
from typing import TYPE_CHECKING

from workbench.project import find_project

if TYPE_CHECKING:
    from collections.abc import Sequence

    from platform_core.governance.audit import AuditLog

HELP = "Check that the audit log is as it was written, sign for one that is not, or show who did what."


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the command's arguments."""
    actions = parser.add_subparsers(dest="action", metavar="ACTION", required=True, parser_class=type(parser))
    said = "Check every entry, the chain and the head; gives 1 where something was changed."
    verify = actions.add_parser("verify", help=said, description=said, allow_abbrev=False)
    verify.add_argument("--anchor", metavar="N:HASH", help="an entry as an earlier check told it, kept elsewhere")
    said = (
        "Sign for a log that is not as it was written, with the key, so that it can go on; what was wrong stays told."
    )
    seal = actions.add_parser("seal", help=said, description=said, allow_abbrev=False)
    seal.add_argument("--reason", metavar="TEXT", required=True, help="why it is no more than it is")
    said = "Show entries, oldest first."
    show = actions.add_parser("show", help=said, description=said, allow_abbrev=False)
    show.add_argument("--who", metavar="NAME", help="only of this person")
    show.add_argument("--did", metavar="ACTION", help="only of this kind, such as promoted")
    show.add_argument("--of", metavar="ASSET", help="only of this asset, such as silver:rents or rents")
    show.add_argument("--last", type=int, metavar="N", help="only the last N")
    for one in (verify, show):
        one.add_argument("--json", action="store_true", help="as JSON")
    for one in (verify, seal, show):
        one.add_argument("--file", type=Path, metavar="FILE", help="another log than the project's")


def execute(arguments: argparse.Namespace) -> int:
    """Check, seal or show the log."""
    return {"verify": _verify, "seal": _seal, "show": _show}[arguments.action](arguments)


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
    if log.key is not None and not verdict.ok:
        sys.stdout.write(
            "do: Find out why. `workbench audit seal --reason TEXT` then signs for the log as it stands.\n"
        )
    state = "as they were written" if verdict.ok else "hold together before that"
    sys.stdout.write(f"{verdict.entries} entries {'are ' if verdict.ok else ''}{state}.\n")
    if verdict.ok:  # of a log that is wrong, an anchor that was kept before tells more
        anchor = f"{verdict.entries}:{verdict.last}"
        sys.stdout.write(f"Keep this elsewhere to prove later that nothing was cut off: {anchor}\n")
    return 0 if verdict.ok else 1


def _seal(arguments: argparse.Namespace) -> int:
    from platform_core.governance.audit import actor, seal  # noqa: PLC0415 - as above

    entry = seal(_log(arguments.file), arguments.reason, actor())
    sys.stdout.write(f"Entry {entry.n} signs for what stands before it, and says what was wrong:\n")
    for problem in entry.about["was"]:
        sys.stdout.write(f"  {problem}\n")
    return 0


def _anchor(text: str | None) -> tuple[int, str] | None:
    from platform_core.errors import UsageError  # noqa: PLC0415 - as above

    if text is None:
        return None
    number, _, digest = text.partition(":")
    if not number.isdigit() or len(digest) != 64:
        raise UsageError("That is no anchor.", hint="Write it as `workbench audit verify` tells it, N:HASH.")
    return int(number), digest


def _show(arguments: argparse.Namespace) -> int:
    from platform_core.errors import UsageError  # noqa: PLC0415 - as above
    from platform_core.governance.audit import ACTIONS, read_entries  # noqa: PLC0415 - as above
    from platform_core.suggest import did_you_mean  # noqa: PLC0415 - as above
    from promote.reports.report import clean  # noqa: PLC0415 - as above

    if arguments.did not in (None, *ACTIONS):
        raise UsageError(f"No action is called {arguments.did!a}.", hint=did_you_mean(arguments.did, ACTIONS))
    if arguments.last is not None and arguments.last < 1:
        raise UsageError("--last takes a number of at least 1.")
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
    columns = get_terminal_size().columns if sys.stdout.isatty() else None
    for one in found:
        line = clean(f"{one.n:>6}  {one.at}  {one.who}  {one.did} {one.of}")
        about = [clean(f"{key} {_plain(value)}") for key, value in sorted(one.about.items())]
        whole = f"{line}  {', '.join(about)}"
        sys.stdout.write((whole if columns is None else _fitted(line, about, columns)) + "\n")
    return 0


def _fitted(line: str, about: Sequence[str], columns: int) -> str:
    """Give an entry as lines for a terminal: who did what, and under it the rest, each fact in one line if it can."""
    from textwrap import wrap  # noqa: PLC0415 - a pipe does without

    margin = " " * 8
    found = wrap(line, columns, subsequent_indent=margin)
    row = ""
    for fact in about:
        if row and len(margin) + len(row) + len(fact) + 3 > columns:  # a comma, a space, and the comma after it
            found += wrap(f"{row},", columns, initial_indent=margin, subsequent_indent=f"{margin}  ")
            row = ""
        row += f", {fact}" if row else fact
    return "\n".join(found + wrap(row, columns, initial_indent=margin, subsequent_indent=f"{margin}  "))


def _plain(value: object) -> str:
    return " ".join(map(str, value)) if isinstance(value, list) else str(value)
