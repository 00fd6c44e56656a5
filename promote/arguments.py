"""The options of the command line: what may be asked of `promote`, and what has no meaning beside what."""

from __future__ import annotations

import argparse
import os
from collections.abc import Sequence
from pathlib import Path

from platform_core.errors import UsageError
from promote.examples import laid_out
from promote.outcome import Settings
from promote.reports.report import FORMATS

_EXAMPLES = """\
examples:
  promote notebooks/silver/issues.ipynb           verify every step of the notebook, then write its modules
  promote --dry-run --diff notebooks/*/*.ipynb    show what would be written
  promote --check                                 is the whole project as its notebooks say? (for CI)
  promote --check --changed origin/main           only what differs from a git revision
  promote --pull notebooks/a.ipynb                write edits of modules back into the notebook, merging both sides
  promote --prune                                 remove what was made of steps that no notebook has any more
  promote --no-run notebooks/a.ipynb              write without running; the steps are marked unverified
  promote --fix notebooks/a.ipynb                 mend in the notebook what can be mended, then look at git diff
  promote --explain PR301                         what a finding means and what to do

exit codes: 0 fine, 1 findings or drift, 2 wrong usage, 3 a fault of promote, 4 verification failed
"""


class _Help(argparse.HelpFormatter):
    """Help as wide as the terminal; left alone, argparse loads `shutil` to ask, even where nobody wants help."""

    def __init__(self, prog: str) -> None:
        try:
            columns = int(os.environ.get("COLUMNS", "0")) or os.get_terminal_size().columns
        except (OSError, ValueError):
            columns = 80
        super().__init__(prog, width=columns - 2)

    def _fill_text(self, text: str, width: int, indent: str) -> str:
        return laid_out(text, width)


def parser() -> argparse.ArgumentParser:
    """Give the parser of the command line; the documentation is made from it."""
    made = argparse.ArgumentParser(
        prog="promote",
        description="Promote the tagged cells of notebooks to tested, verified Dagster assets.",
        epilog=_EXAMPLES,
        formatter_class=_Help,
        allow_abbrev=False,
    )
    add = made.add_argument
    add("notebooks", nargs="*", type=Path, metavar="NOTEBOOK", help="notebooks to promote, in any order")
    add("--no-run", action="store_true", help="run nothing: write the modules and mark their steps unverified")
    add("--include-needed", action="store_true", help="take the untagged statements that a step needs into the step")
    add("--check", action="store_true", help="write nothing; say whether the project is as its notebooks say")
    add("--changed", metavar="BASE", help="with --check: only what differs from this git revision")
    add(
        "--pull",
        action="store_true",
        help="write edits of modules back into the cells they came from; where the notebook changed too, merge both",
    )
    add(
        "--ours",
        action="append",
        default=[],
        metavar="STEP",
        help="with --pull: where both changed the same statement of this step, the notebook is right; repeatable",
    )
    add(
        "--theirs",
        action="append",
        default=[],
        metavar="STEP",
        help="with --pull: where both changed the same statement of this step, the module is right; repeatable",
    )
    add("--prune", action="store_true", help="remove the files of promoted steps that no notebook has any more")
    add("--move", action="store_true", help="let a step that has another name now take its files and history along")
    add("--diff", action="store_true", help="show the changes to each file as well; with --dry-run, instead of writing")
    add("--dry-run", action="store_true", help="do everything but write")
    add("--fix", action="store_true", help="carry out in the notebooks what findings offer to do, and promote nothing")
    add("--twice", action="store_true", help="make every asset a second time, to find what differs from run to run")
    add("--force", action="store_true", help="overwrite (with --prune, remove) files that were edited by hand")
    add(
        "--select",
        action="append",
        default=[],
        metavar="STEP",
        help="only this step, such as silver:issues; repeatable",
    )
    add("-p", "--parameter", action="append", default=[], nargs=2, metavar=("KEY", "VALUE"),
        dest="parameters", help="a value for the parameters cell in the verifying run; repeatable")  # fmt: skip
    add("--project", type=Path, metavar="DIR", help="the project, where it is not found from the working directory")
    add("--format", choices=tuple(FORMATS), default="text", help="the form of the report (default: text)")
    add("--explain", metavar="CODE", help="say what a finding's code means, and stop")
    return made


def parsed(argv: Sequence[str]) -> argparse.Namespace:
    """Give the arguments of a command line; a shell that asks what fits at the cursor is answered.

    Raises:
        SystemExit: argparse has said what is wrong, or shown the help.
    """
    made = parser()
    if "_ARGCOMPLETE" in os.environ:
        from promote.completion import answer  # noqa: PLC0415 - only then

        answer(made)
    return made.parse_args(argv)


def settings_of(arguments: argparse.Namespace) -> Settings:
    """Give what the arguments ask for.

    Raises:
        UsageError: They ask for what cannot be done at once.
    """
    if not arguments.notebooks and not (arguments.check or arguments.prune):
        raise UsageError("No notebook was named.", hint="promote NOTEBOOK…, or promote --check for the whole project")
    _check_modes(arguments)
    if arguments.fix and (arguments.check or arguments.diff or arguments.dry_run or arguments.pull or arguments.prune):
        raise UsageError("--fix changes notebooks and does nothing else.", hint="Run it alone, then look at git diff.")
    if arguments.check and arguments.force:
        raise UsageError("--check writes nothing, so --force has no meaning beside it.", hint="Leave one of them out.")
    keys = [key for key, _ in arguments.parameters]
    twice = next((key for key in keys if keys.count(key) > 1), None)
    if twice is not None:
        raise UsageError(f"The parameter {twice!a} is given twice.", hint="Give it once.")
    return Settings(
        project=arguments.project,
        run=not arguments.no_run,
        include_needed=arguments.include_needed,
        check=arguments.check,
        diff=arguments.diff,
        dry_run=arguments.dry_run,
        force=arguments.force,
        twice=arguments.twice,
        select=tuple(arguments.select),
        parameters=tuple((key, value) for key, value in arguments.parameters),
        pull=arguments.pull,
        prune=arguments.prune,
        move=arguments.move,
        changed=arguments.changed,
        ours=tuple(arguments.ours),
        theirs=tuple(arguments.theirs),
    )


def _check_modes(arguments: argparse.Namespace) -> None:
    """Refuse options that have no meaning beside one another."""
    modes = [name for name in ("check", "pull", "prune", "move") if getattr(arguments, name)]
    if len(modes) > 1:
        said = " and ".join(f"--{name}" for name in modes)
        raise UsageError(f"{said} cannot be done at once.", hint="Run them one after the other.")
    if arguments.changed is not None and not arguments.check:
        raise UsageError("--changed says what to check.", hint="promote --check --changed BASE")
    if (arguments.ours or arguments.theirs) and not arguments.pull:
        raise UsageError("--ours and --theirs say which side --pull takes.", hint="promote --pull --ours STEP NOTEBOOK")
    both = sorted(set(arguments.ours) & set(arguments.theirs))
    if both:
        raise UsageError(f"{both[0]!a} is given to both --ours and --theirs.", hint="Choose one.")
