"""The command line of `promote`: options in, a report out, an exit code.

Exit codes are made here and nowhere else: 0 fine, 1 findings or drift, 2 wrong usage, 3 a fault of ours, 4
verification failed.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TextIO

from platform_core.errors import UsageError, UserError, VerificationError, WorkbenchError
from promote.findings import FindingError, explain
from promote.model import Finding, Location
from promote.outcome import FAULT, FINDINGS, FINE, UNVERIFIED, USAGE, Outcome, Settings
from promote.reports.report import FORMATS, clean, finding_text, render

DEBUG_VARIABLE = "WORKBENCH_DEBUG"
Runner = Callable[[Sequence[Path], Settings, Callable[[str], None]], Outcome]

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


def main(argv: Sequence[str] | None = None) -> int:
    """Run `promote` and give its exit code."""
    return execute(sys.argv[1:] if argv is None else argv, _pipeline)


def execute(argv: Sequence[str], run: Runner) -> int:
    """Do what the arguments say with `run` as the pipeline, and give the exit code."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):  # a stream put in its place by a test or a server may not have it
            stream.reconfigure(errors="backslashreplace")
    try:
        arguments = parser().parse_args(argv)
    except SystemExit as stop:  # argparse has said what is wrong, or shown the help
        return stop.code if isinstance(stop.code, int) else USAGE
    progress = Progress(sys.stderr)
    try:
        code, text = _answer(arguments, run, progress)
    except KeyboardInterrupt:
        progress.clear()
        sys.stderr.write("promote was stopped.\n")
        return 130
    except Exception as error:  # noqa: BLE001 - the one place where every error becomes an exit code
        progress.clear()
        code, text = _error(error, arguments.format)
    return _show(code, text)


class _Help(argparse.RawDescriptionHelpFormatter):
    """Help as wide as the terminal; left alone, argparse loads `shutil` to ask, even where nobody wants help."""

    def __init__(self, prog: str) -> None:
        try:
            columns = int(os.environ.get("COLUMNS", "0")) or os.get_terminal_size().columns
        except (OSError, ValueError):
            columns = 80
        super().__init__(prog, width=columns - 2)


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


class Progress:
    """One line on a terminal that says what is being done; silent where the stream is none."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._live = stream.isatty() and os.environ.get("TERM") != "dumb"
        self._shown = False

    def __call__(self, message: str) -> None:
        """Show what is being done now, in place of what was shown before."""
        if self._live:
            self._stream.write(f"\r\x1b[2K{clean(message)[:100]}")
            self._stream.flush()
            self._shown = True

    def clear(self) -> None:
        """Take the line away before something else is written."""
        if self._shown:
            self._stream.write("\r\x1b[2K")
            self._stream.flush()
            self._shown = False


def _pipeline(notebooks: Sequence[Path], settings: Settings, progress: Callable[[str], None]) -> Outcome:
    if settings.check:  # where nothing changed, it needs none of what analyses
        from promote.project import find  # noqa: PLC0415 - --help and --explain need none of it
        from promote.recheck import check  # noqa: PLC0415 - as above

        return check(find(named=settings.project), notebooks, settings)
    from promote.pipeline import run  # noqa: PLC0415 - as above

    return run(notebooks, settings, progress)


def _fixing(notebooks: Sequence[Path], settings: Settings, progress: Callable[[str], None]) -> Outcome:
    from promote.fixes.fixing import fix  # noqa: PLC0415 - only --fix needs it

    return fix(notebooks, settings, progress)


def _pulling(notebooks: Sequence[Path], settings: Settings, _: Callable[[str], None]) -> Outcome:
    from promote.merge.pull import pull  # noqa: PLC0415 - only --pull needs it

    return pull(notebooks, settings)


def _pruning(notebooks: Sequence[Path], settings: Settings, _: Callable[[str], None]) -> Outcome:
    from promote.merge.prune import prune  # noqa: PLC0415 - only --prune needs it

    return prune(notebooks, settings)


def _answer(arguments: argparse.Namespace, run: Runner, progress: Progress) -> tuple[int, str]:
    if arguments.explain is not None:
        return FINE, explain(arguments.explain)
    settings = _settings(arguments)
    chosen = _fixing if arguments.fix else _pulling if settings.pull else _pruning if settings.prune else run
    outcome = chosen(arguments.notebooks, settings, progress)
    progress.clear()
    return outcome.exit_code, render(outcome, arguments.format, colour=_has_colour(sys.stdout))


def _settings(arguments: argparse.Namespace) -> Settings:
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


def _error(error: Exception, form: str) -> tuple[int, str]:
    """Give the exit code of an error and what to print on standard output.

    An error without a code of its own is said on standard error; a program that asked for JSON gets it as PR001 too.
    """
    if os.environ.get(DEBUG_VARIABLE):
        import traceback  # noqa: PLC0415 - only for those who look for a fault of ours

        traceback.print_exception(error)
    code = _exit_code(error)
    if isinstance(error, FindingError):
        return code, render(Outcome((error.finding,), (), code), form, colour=_has_colour(sys.stdout))
    if isinstance(error, WorkbenchError):
        message, hint, where = error.message, error.hint or "", error.location or ""
    else:  # the words of a foreign error may hold a value of the data
        message, hint, where = f"{type(error).__name__} where none was expected", "", ""
    if code == FAULT:
        message = f"A fault of ours: {message}"
        hint = hint or f"Please report it; with {DEBUG_VARIABLE}=1 set, promote shows where it arose."
    finding = Finding("PR001", "error", message, Location(where), hint)
    if form != "text":
        return code, render(Outcome((finding,), (), code), form)
    sys.stderr.write("promote: " + finding_text(finding).replace("PR001 ", "", 1) + "\n")
    return code, ""


def _exit_code(error: Exception) -> int:
    if isinstance(error, UsageError):
        return USAGE
    if isinstance(error, VerificationError):
        return UNVERIFIED
    return FINDINGS if isinstance(error, UserError) else FAULT


def _has_colour(stream: TextIO) -> bool:
    return stream.isatty() and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"


def _show(code: int, text: str) -> int:
    """Print, and stay quiet where the reader has gone away, as `promote … | head` does."""
    try:
        sys.stdout.write(text)
        sys.stdout.flush()
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return code
