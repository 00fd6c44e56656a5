"""Where the `workbench` command begins: `--help` is answered from a text at once, all else by `workbench.cli`.

That text is `help.txt`: a command in each line, with the pieces of what it does between which a line may break. The
parser itself says them (`python -m workbench.start`), and the suite holds the two against one another in every width.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence

_NARROWEST = 60  # columns: below, the parser wraps more than what commands do
_INDENT, _COLUMN = 4, 24  # where argparse begins a command's name, and what it does
_TEXT = f"{os.path.dirname(__file__)}/help.txt"  # noqa: PTH120 - pathlib costs more than all else here
_HEAD = (
    "usage: workbench [-h] COMMAND ...\n\nNotebooks become tested, verified Dagster assets.\n\n"
    "positional arguments:\n  COMMAND\n"
)
_TAIL = "\noptions:\n  -h, --help            show this help message and exit\n"


def help_text(width: int) -> str:
    """Give what `workbench --help` says in so many columns, as argparse would wrap it.

    >>> help_text(80).splitlines()[6].split()[:3]
    ['new', 'Make', 'a']
    """
    with open(_TEXT, encoding="utf-8") as file:  # noqa: PTH123 - as above
        entries = [line.rstrip("\n").split("\t") for line in file]
    lines: list[str] = []
    room = _COLUMN - _INDENT - 2
    for name, *pieces in entries:
        said = _wrapped(pieces, width - _COLUMN)
        begins = f"{'':{_INDENT}}{name:{room}}  {said.pop(0)}" if len(name) <= room else f"{'':{_INDENT}}{name}"
        lines += [begins, *(f"{'':{_COLUMN}}{line}" for line in said)]
    return "\n".join([_HEAD + lines[0], *lines[1:], _TAIL])


def _wrapped(pieces: Sequence[str], width: int) -> list[str]:
    lines = [""]
    for piece in pieces:
        if len(lines[-1]) + len(piece.rstrip()) > width:
            lines.append("")
        if lines[-1] or not piece.isspace():
            lines[-1] += piece
    return [line.rstrip() for line in lines]


def _columns() -> int:
    """Give the columns of the terminal less the two that argparse leaves, as it looks for them."""
    try:
        columns = int(os.environ.get("COLUMNS", "0"))
    except ValueError:
        columns = 0
    if columns <= 0:
        try:
            columns = os.get_terminal_size(sys.__stdout__.fileno()).columns if sys.__stdout__ else 0
        except (AttributeError, ValueError, OSError):
            columns = 0
    return (columns or 80) - 2


def main() -> int:
    """Run the command of the process's own arguments and give its exit code."""
    if None in (sys.stdin, sys.stdout, sys.stderr):
        from platform_core.streams import open_closed  # noqa: PLC0415 - seldom

        open_closed()
    asked = sys.argv[1:] in (["--help"], ["-h"]) and "_ARGCOMPLETE" not in os.environ
    if asked and (width := _columns()) >= _NARROWEST:
        try:
            sys.stdout.write(help_text(width))
            sys.stdout.flush()
        except OSError as error:  # mostly because the reader has gone, as with `| head`
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            if not isinstance(error, BrokenPipeError):
                sys.stderr.write(f"error: {error.strerror}.\n")
            return 1
        return 0
    from workbench.cli import main as command  # noqa: PLC0415 - what it imports is what `--help` goes without

    return command()


def pieces() -> str:
    """Give the text that `help_text` reads, from the parser of all commands."""
    import textwrap  # noqa: PLC0415 - for who makes the text

    from workbench.cli import build_parser  # noqa: PLC0415 - as above

    split = textwrap.TextWrapper()._split_chunks
    (commands,) = (action for action in build_parser("")._actions if action.choices)
    named = commands._choices_actions  # type: ignore[attr-defined]
    return "".join("\t".join([one.metavar, *split(" ".join(one.help.split()))]) + "\n" for one in named)


if __name__ == "__main__":
    with open(_TEXT, "w", encoding="utf-8") as made:  # noqa: PTH123 - as above
        made.write(pieces())
