"""`workbench erase`: take one person's rows out of every asset that holds them, with a proof."""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path

from workbench.project import find_project

HELP = "Take one person's rows out of every asset that holds them, and read every file back."


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the command's arguments."""
    parser.add_argument(
        "--subject",
        metavar="KEY=VALUE",
        required=True,
        help="whose rows; - reads it from standard input, so that it stays out of the shell's history",
    )
    parser.add_argument("--yes", action="store_true", help="erase; without it nothing is changed")
    parser.add_argument("--proof", type=Path, metavar="FILE", help="write the proof, as JSON without a value")
    parser.add_argument(
        "--token", action="store_true", help="only say the token by which a legal hold names the person"
    )
    parser.add_argument("--json", action="store_true", help="the proof as the answer")


def execute(arguments: argparse.Namespace) -> int:
    """Look or erase; gives 1 where something is left for people to do."""
    from platform_core.errors import UsageError, UserError  # noqa: PLC0415 - a command imports what it needs when it runs
    from platform_core.governance.days import today  # noqa: PLC0415 - as above
    from platform_core.governance.erasure import KEY_VARIABLE, hold_token  # noqa: PLC0415 - as above
    from workbench.governance.erasing import erase, split, tell_done  # noqa: PLC0415 - as above
    from workbench.governance.loading import governed  # noqa: PLC0415 - as above
    from workbench.governance.proving import as_text, proof  # noqa: PLC0415 - as above
    from workbench.review.writing import write  # noqa: PLC0415 - as above
    from workbench.session import open_instance  # noqa: PLC0415 - as above

    subject = sys.stdin.readline().rstrip("\r\n") if arguments.subject == "-" else arguments.subject
    if arguments.token:
        token = hold_token(*split(subject))
        if token is None:
            raise UsageError("A token needs the secret that it is made with.", hint=f"Set {KEY_VARIABLE}.")
        sys.stdout.write(f"{token}\n")
        return 0
    project = find_project()
    if arguments.proof is not None:
        _prepare(arguments.proof, really=arguments.yes)
    with open_instance(project) as instance:
        found = governed(project)
        erasure = erase(found, subject, today(), instance, really=arguments.yes, watch=_watch)
    sys.stdout.write(proof(erasure) if arguments.json else as_text(erasure))
    try:
        if arguments.proof is not None:
            write(arguments.proof, proof(erasure), "proof")
    except UserError:
        sys.stdout.write("" if arguments.json else proof(erasure))  # it cannot be made a second time
        raise
    finally:
        if arguments.yes:
            tell_done(found, erasure)
    return 0 if erasure.complete or not arguments.yes else 1


def _prepare(proof: Path, *, really: bool) -> None:
    """See to it that the proof has a place before anything is erased: it cannot be made a second time."""
    import json  # noqa: PLC0415 - as above
    from contextlib import suppress  # noqa: PLC0415 - as above

    from platform_core.errors import UserError  # noqa: PLC0415 - as above
    from workbench.review.writing import try_out  # noqa: PLC0415 - as above

    with suppress(OSError, ValueError, AttributeError):
        if really and json.loads(proof.read_bytes()).get("erased"):
            raise UserError(
                "The proof of an erasure stands there already. Nothing was erased.",
                location=str(proof),
                hint="Name another file with --proof.",
            )
    try_out(proof, "proof")


def _watch(part: str) -> None:
    if sys.stderr.isatty():
        from promote.command import fitted  # noqa: PLC0415 - as above

        sys.stderr.write(f"\r\x1b[2K{fitted(part, os.get_terminal_size(sys.stderr.fileno()).columns or 80)}")
        sys.stderr.flush()
