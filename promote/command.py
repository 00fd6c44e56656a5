"""What the command `promote` does: options in, a report out, an exit code.

Exit codes are made here and nowhere else: 0 fine, 1 findings or drift, 2 wrong usage, 3 a fault of ours, 4
verification failed.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Sequence

from platform_core.errors import UsageError, UserError, VerificationError, WorkbenchError, refused_by_system
from platform_core.hints import TYPE_CHECKING, StrPath, TextIO
from promote.findings import FindingError, explain
from promote.model import Finding, Location
from promote.outcome import FAULT, FINDINGS, FINE, UNVERIFIED, USAGE, Outcome, Settings
from promote.reports.report import clean, finding_text, render

if TYPE_CHECKING:
    import argparse

__all__ = ["DEBUG_VARIABLE", "Progress", "execute", "pipeline"]

DEBUG_VARIABLE = "WORKBENCH_DEBUG"
Runner = Callable[[Sequence[StrPath], Settings, Callable[[str], None]], Outcome]


def execute(argv: Sequence[str], run: Runner) -> int:
    """Do what the arguments say with `run` as the pipeline, and give the exit code."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):  # a stream put in its place by a test or a server may not have it
            stream.reconfigure(errors="backslashreplace")
    arguments: argparse.Namespace | None = None
    if not is_plain_check(argv) or "_ARGCOMPLETE" in os.environ:  # where a shell asks what fits at the cursor
        from promote.arguments import parsed  # noqa: PLC0415 - a plain check needs none of argparse

        try:
            arguments = parsed(argv)
        except SystemExit as stop:  # argparse has said what is wrong, or shown the help
            return stop.code if isinstance(stop.code, int) else USAGE
    form = "text" if arguments is None else arguments.format
    progress = Progress(sys.stderr)
    try:
        if arguments is None:
            named = [word or "." for word in argv if word != "--check"]
            code, text = _report(run, named, Settings(check=True), progress, form)
        else:
            code, text = _answer(arguments, run, progress)
    except KeyboardInterrupt:
        progress.clear()
        sys.stderr.write("promote was stopped.\n")
        return 130
    except Exception as error:  # noqa: BLE001 - the one place where every error becomes an exit code
        progress.clear()
        code, text = _error(error, form)
    return _show(code, text)


def is_plain_check(argv: Sequence[str]) -> bool:
    """Whether a command line is `--check` before or behind names of notebooks, which needs no parser.

    >>> is_plain_check(["--check", "a.ipynb"]), is_plain_check(["--check", "a.ipynb", "--diff"])
    (True, False)
    """
    return "--check" in (*argv[:1], *argv[-1:]) and sum(word.startswith("-") for word in argv) == 1


class Progress:
    """One line on a terminal that says what is being done; silent where the stream is none."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._live = stream.isatty() and os.environ.get("TERM") != "dumb"
        self._shown = False

    def __call__(self, message: str) -> None:
        """Show what is being done now, in place of what was shown before."""
        if self._live:
            self._stream.write(f"\r\x1b[2K{fitted(clean(message), _columns(self._stream))}")
            self._stream.flush()
            self._shown = True

    def clear(self) -> None:
        """Take the line away before something else is written."""
        if self._shown:
            self._stream.write("\r\x1b[2K")
            self._stream.flush()
            self._shown = False


def pipeline(notebooks: Sequence[StrPath], settings: Settings, progress: Callable[[str], None]) -> Outcome:
    """Check or promote notebooks: what `execute` runs where it is not told otherwise."""
    if settings.check:  # where nothing changed, it needs none of what analyses
        from promote.project import find  # noqa: PLC0415 - --help and --explain need none of it
        from promote.recheck import check  # noqa: PLC0415 - as above

        return check(find(named=settings.project), notebooks, settings)
    from promote.pipeline import run  # noqa: PLC0415 - as above

    return run(notebooks, settings, progress)


def _fixing(notebooks: Sequence[StrPath], settings: Settings, progress: Callable[[str], None]) -> Outcome:
    from promote.fixes.fixing import fix  # noqa: PLC0415 - only --fix needs it

    return fix(notebooks, settings, progress)


def _pulling(notebooks: Sequence[StrPath], settings: Settings, _: Callable[[str], None]) -> Outcome:
    from promote.merge.pull import pull  # noqa: PLC0415 - only --pull needs it

    return pull(notebooks, settings)


def _pruning(notebooks: Sequence[StrPath], settings: Settings, _: Callable[[str], None]) -> Outcome:
    from promote.merge.prune import prune  # noqa: PLC0415 - only --prune needs it

    return prune(notebooks, settings)


def _answer(arguments: argparse.Namespace, run: Runner, progress: Progress) -> tuple[int, str]:
    if arguments.explain is not None:
        return FINE, explain(arguments.explain)
    from promote.arguments import settings_of  # noqa: PLC0415 - as above

    settings = settings_of(arguments)
    chosen = _fixing if arguments.fix else _pulling if settings.pull else _pruning if settings.prune else run
    return _report(chosen, arguments.notebooks, settings, progress, arguments.format)


def _report(
    run: Runner, notebooks: Sequence[StrPath], settings: Settings, progress: Progress, form: str
) -> tuple[int, str]:
    outcome = run(notebooks, settings, progress)
    progress.clear()
    if outcome.findings and form in ("github", "gitlab", "sarif"):
        from promote.project import find  # noqa: PLC0415 - only for those who review
        from promote.reports.on_modules import on_modules  # noqa: PLC0415 - as above

        project = find(named=settings.project)
        outcome = on_modules(project.root, project.package, outcome)
    if outcome.steps and form == "text":
        from promote.reports.costs import with_costs  # noqa: PLC0415 - only where a person reads

        outcome = with_costs(outcome, settings.project or ".")
    return outcome.exit_code, render(outcome, form, colour=_has_colour(sys.stdout))


def _error(error: Exception, form: str) -> tuple[int, str]:
    """Give the exit code of an error and what to print on standard output.

    An error without a code of its own is said on standard error; a program that asked for JSON gets it as PR001 too.
    """
    if os.environ.get(DEBUG_VARIABLE):
        import traceback  # noqa: PLC0415 - only for those who look for a fault of ours

        traceback.print_exception(error)
    error = refused_by_system(error) or error
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


def fitted(message: str, columns: int) -> str:
    """Give a message as one line of a terminal shows it: a longer one would leave its first line behind.

    >>> fitted("running notebooks/silver/rents.ipynb: cell 3 of 4", 30)
    'running n...pynb: cell 3 of 4'
    """
    most = max(columns - 1, 10)
    if len(message) <= most:
        return message
    start = most // 3
    return f"{message[:start]}...{message[start + 3 - most :]}"


def _columns(stream: TextIO) -> int:
    try:
        return os.get_terminal_size(stream.fileno()).columns or 80
    except (OSError, ValueError):  # it has no size, or is none after all
        return 80


def _show(code: int, text: str) -> int:
    """Print, and stay quiet where the reader has gone away, as `promote … | head` does."""
    try:
        sys.stdout.write(text)
        sys.stdout.flush()
    except OSError as error:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        if not isinstance(error, BrokenPipeError):
            sys.stderr.write(f"promote: The report could not be printed: {error.strerror}.\n")
            return code or FINDINGS
    return code
