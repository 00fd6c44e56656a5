"""The `workbench` command: it reads the command line, calls one command and turns errors into exit codes.

Only argparse is imported here; a command imports what it needs when it runs, so that `workbench --help` answers at
once.
"""

from __future__ import annotations

import argparse
import keyword
import os
import sys
from collections.abc import Callable, Sequence
from importlib import import_module
from pathlib import Path
from typing import NoReturn, Protocol, cast

from platform_core.errors import Fault, UsageError, UserError, VerificationError, refused_by_system
from platform_core.suggest import meant

# As `--help` lists them: of every day first, then the project's, what governs it, what it costs, and the stack
COMMANDS = (
    "new", "lab", "suggest", "run", "status", "materialize", "dev", "review", "ci", "doctor",
    "import", "lineage", "contract", "config", "rename", "retire", "staged", "update", "completion",
    "assure", "rap", "policy", "compliance", "audit", "retention", "erase",
    "costs", "rightsize", "explain-compute",
    "up", "deploy", "down", "health", "metrics", "backup", "restore", "migrate",
)  # fmt: skip
INTERRUPTED = 130


def _module(name: str) -> str:
    """Give the module of a command; one that is a word of Python's is written with an underscore."""
    return f"{name}_" if keyword.iskeyword(name) else name.replace("-", "_")


class Command(Protocol):
    """What a module of `workbench.commands` offers."""

    HELP: str

    def configure(self, parser: argparse.ArgumentParser) -> None:
        """Add the command's arguments."""

    def execute(self, arguments: argparse.Namespace) -> int:
        """Do the work and give the exit code."""


class Parser(argparse.ArgumentParser):
    """A parser that raises `UsageError` in place of printing and leaving, with a guess at what was meant."""

    def error(self, message: str) -> NoReturn:
        """Raise what argparse found as a `UsageError`."""
        import difflib  # noqa: PLC0415 - only a mistake needs it
        import re  # noqa: PLC0415 - as above

        quoted = message.split("'")[1:2]
        wrong = quoted[0] if quoted else message.rpartition(": ")[2].partition(" ")[0]
        options = [option for action in self._actions for option in action.option_strings]
        choices = re.search(r"\(choose from (.*)\)$", message)
        known = re.findall(r"[^\s',]+", choices[1]) if choices else [*COMMANDS, *options]
        value = re.search(r": invalid \w+ value: ", message)  # what no name of ours was meant by
        bare = {name.lstrip("-"): name for name in known}  # dashes alone make no two words alike
        near = [] if value else [bare[name] for name in difflib.get_close_matches(wrong.lstrip("-"), bare, 1)]
        passes_on = any(action.metavar == "-- OPTION" for action in self._actions)
        rest = "; options of the program that it starts go after `--`." if passes_on else "."
        hint = meant(near[0]) if near and near[0] != wrong else f"See `{self.prog} --help`{rest}"
        if message.startswith(
            "argument COMMAND: invalid choice"
        ):  # the help lists them; the point is not lost among forty
            message = f"{wrong!r} is no command"
        raise UsageError(f"{message}.", hint=hint)


def examples_of(name: str) -> str:
    """Give the examples of a command as its help ends with them: a call in each line, and what it does beside it.

    >>> examples_of("config").splitlines()[1]
    '  workbench config show    every value, and where it came from'
    """
    text = Path(__file__).with_name("examples.txt").read_text(encoding="utf-8")
    rows = [row for key, *row in (line.split("\t") for line in text.splitlines()) if key == name]
    width = max((len(row[0]) for row in rows if len(row) > 1), default=0)
    return "".join(["examples:\n", *(f"  {'    '.join([row[0].ljust(width), *row[1:]]).rstrip()}\n" for row in rows)])


def build_parser(asked: str | None = None) -> argparse.ArgumentParser:
    """Build the parser of every command.

    Args:
        asked: What stands first on the command line. Where it is a command, that one alone is built; where it is none,
            as in `workbench --help`, commands are named without their arguments.
    """
    parser = Parser(
        prog="workbench", description="Notebooks become tested, verified Dagster assets.", allow_abbrev=False
    )
    commands = parser.add_subparsers(dest="command", metavar="COMMAND", required=True, parser_class=Parser)
    alone = {"materialise": "materialize"}.get(asked or "", asked)
    for name in (alone,) if alone in COMMANDS else COMMANDS:
        module = cast("Command", import_module(f"workbench.commands.{_module(name)}"))
        aliases = ["materialise"] if name == "materialize" else []
        command = commands.add_parser(
            name, help=module.HELP, description=module.HELP, aliases=aliases, allow_abbrev=False
        )
        if asked is None or name == alone:
            module.configure(command)
            _take_json(command)
            command.set_defaults(execute=module.execute, parser=command)
            command.formatter_class = Formatter
            command.epilog = "\n".join(filter(None, [examples_of(name), command.epilog]))
    return parser


def _take_json(command: argparse.ArgumentParser) -> None:
    """Let a command with JSON among its formats be asked for it by `--json`, as those with no other format are."""
    if any(action.dest == "format" and "json" in (action.choices or ()) for action in command._actions):
        command.add_argument(
            "--json", dest="format", action="store_const", const="json", default=argparse.SUPPRESS,
            help="the same as --format json",
        )  # fmt: skip


class Formatter(argparse.HelpFormatter):
    """Lays out examples, and what stands behind them, for the width of the terminal, and fills other text."""

    def _fill_text(self, text: str, width: int, indent: str) -> str:
        if not text.startswith("examples:"):
            return super()._fill_text(text, width, indent)
        from promote.examples import laid_out  # noqa: PLC0415 - only who asks for help pays for it

        return laid_out(text, width)


def exit_code(error: BaseException) -> int:
    """Give the exit code that an error ends the command with.

    >>> [exit_code(error) for error in (UserError(""), UsageError(""), Fault(""), VerificationError(""), OSError())]
    [1, 2, 3, 4, 3]
    """
    codes = ((UsageError, 2), (VerificationError, 4), (UserError, 1), (KeyboardInterrupt, INTERRUPTED))
    return next((code for kind, code in codes if isinstance(error, kind)), 3)


def describe(error: BaseException) -> str:
    """Say an error as a person reads it; only a fault of ours names a place in our own code."""
    if isinstance(error, UserError):
        return f"error: {error}"
    if isinstance(error, KeyboardInterrupt):
        return "interrupted"
    if isinstance(error, Fault):
        return f"fault: {error}"
    import traceback  # noqa: PLC0415 - only a fault of ours needs it

    frame = traceback.extract_tb(error.__traceback__)[-1]
    place = f"{Path(frame.filename).name}:{frame.lineno}"
    hint = "hint: this is a mistake of ours; WORKBENCH_DEBUG=1 shows the traceback to report."
    return f"fault: {type(error).__name__} at {place}: {error}\n{hint}"


def guarded(action: Callable[[], int]) -> int:
    """Do something and give the exit code; an error is shown on stderr in place of being raised."""
    try:
        try:
            code = int(action())
        except SystemExit as leaving:  # argparse after --help
            code = leaving.code if isinstance(leaving.code, int) else 0
        sys.stdout.flush()  # here, since the interpreter would fail at its end in words and a code of its own
        return code
    except BrokenPipeError:  # the reader of our output has gone, as with `| head`
        _print_no_more()
        return 1
    except (Exception, KeyboardInterrupt) as error:  # noqa: BLE001 - the one place that maps errors to exit codes
        if os.environ.get("WORKBENCH_DEBUG"):
            import traceback  # noqa: PLC0415 - as above

            traceback.print_exc()
        told = refused_by_system(error) or error
        sys.stderr.write(describe(told) + "\n")
        try:
            sys.stdout.flush()
        except OSError:
            _print_no_more()
        return exit_code(told)


def _print_no_more() -> None:
    """Let what is still to be printed go nowhere."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command of `argv` (the process's own arguments by default) and give its exit code.

    0 is fine, 1 something that the person can put right, 2 wrong usage, 3 a fault of ours, 4 a failed verification,
    130 an interruption.
    """

    def command() -> int:
        given = list(sys.argv[1:] if argv is None else argv)
        if "_ARGCOMPLETE" in os.environ:  # a shell asks what fits at the cursor
            from promote.completion import answer  # noqa: PLC0415 - only then

            answer(build_parser())
        parser = build_parser(given[0] if given else "")
        arguments, unknown = parser.parse_known_args(given)
        if unknown:
            arguments.parser.error(f"unrecognized arguments: {' '.join(unknown)}")
        from promote.garbage import leave_uncollected, seldom_collected  # noqa: PLC0415 - `--help` has no use for it

        with seldom_collected():  # Dagster makes 200,000 objects that stay: to look through them is a fifth of the time
            try:
                return int(arguments.execute(arguments))
            finally:
                if argv is None:  # the process is ours
                    leave_uncollected()

    return guarded(command)


if __name__ == "__main__":
    sys.exit(main())
