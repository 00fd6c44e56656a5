"""The command line: options into settings, outcomes into reports, errors into exit codes."""

from __future__ import annotations

import io
import json
import os
import pty
import runpy
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from platform_core.errors import Fault, UserError, VerificationError
from platform_core.hints import StrPath
from promote.arguments import parsed, parser, settings_of
from promote.cli import main
from promote.command import Progress, execute, is_plain_check
from promote.model import Finding, Location
from promote.notebook.read import NotebookError
from promote.outcome import Outcome, Settings

Say = Callable[[str], None]
FINDING = Finding("PR301", "error", "`x` is never defined.", Location("a.ipynb", 1), "Define it.")


class Pipeline:
    """Notes what it is called with, and gives the outcome or raises the error that it was made with."""

    def __init__(self, result: Outcome | BaseException | None = None) -> None:
        self.result = result or Outcome()
        self.calls: list[tuple[list[StrPath], Settings]] = []

    def __call__(self, notebooks: Sequence[StrPath], settings: Settings, progress: Say) -> Outcome:
        progress("Reading")
        self.calls.append((list(notebooks), settings))
        if isinstance(self.result, BaseException):
            raise self.result
        return self.result


@pytest.mark.parametrize("words", [(), ("a.ipynb",), ("b.ipynb", "", "notebooks/a b.ipynb")])
@pytest.mark.parametrize("last", [False, True])
def test_a_plain_check_asks_for_what_the_parser_reads(words: tuple[str, ...], last: bool) -> None:
    pipeline = Pipeline()
    argv = [*words, "--check"] if last else ["--check", *words]
    assert is_plain_check(argv)
    assert execute(argv, pipeline) == 0
    arguments = parsed(argv)
    ((notebooks, settings),) = pipeline.calls
    assert list(map(Path, notebooks)) == arguments.notebooks
    assert settings == settings_of(arguments)
    assert arguments.format == "text"
    others: list[list[str]] = [["a.ipynb", "--check", "b.ipynb"], [*argv, "--diff"], ["--check", "--", "a"], []]
    assert not any(map(is_plain_check, others))


def test_options_become_settings() -> None:
    pipeline = Pipeline()
    arguments = "a.ipynb b.ipynb --no-run --include-needed --diff --dry-run --force --select silver:a --select b"
    arguments += " -p since 2025-01-01 -p limit -5 --project there"
    assert execute(arguments.split(), pipeline) == 0
    settings = Settings(
        project=Path("there"),
        run=False,
        include_needed=True,
        diff=True,
        dry_run=True,
        force=True,
        select=("silver:a", "b"),
        parameters=(("since", "2025-01-01"), ("limit", "-5")),
    )
    assert pipeline.calls == [([Path("a.ipynb"), Path("b.ipynb")], settings)]


def test_check_without_a_notebook_is_the_whole_project() -> None:
    pipeline = Pipeline()
    assert execute(["--check"], pipeline) == 0
    assert pipeline.calls == [([], Settings(check=True))]


@pytest.mark.parametrize(
    "arguments",
    [
        [],
        ["--dry-run"],
        ["--unknown"],
        ["--format", "xml", "a.ipynb"],
        ["--forma", "text", "a.ipynb"],
        ["-p", "x"],
        ["a.ipynb", "-p", "x", "1", "-p", "x", "2"],
        ["--check", "--force"],
        ["--explain", "PR999"],
    ],
)
def test_wrong_usage_ends_with_two_and_says_why(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    pipeline = Pipeline()
    assert execute(arguments, pipeline) == 2
    assert pipeline.calls == []
    shown = capsys.readouterr()
    assert shown.out == ""
    assert "promote: " in shown.err
    assert "Traceback" not in shown.err


@pytest.mark.parametrize(
    ("error", "code", "words"),
    [
        (UserError("No.", hint="Do this.", location="a.yaml:3"), 1, "promote: a.yaml:3: No.\nhint: Do this.\n"),
        (VerificationError("They differ."), 4, "promote: They differ.\n"),
        (Fault("We broke."), 3, "promote: A fault of ours: We broke.\nhint: Please report it"),
        (ValueError("hunter2"), 3, "promote: A fault of ours: ValueError where none was expected\nhint: Please"),
        (KeyboardInterrupt(), 130, "promote was stopped.\n"),
    ],
)
def test_errors_become_exit_codes(
    error: BaseException, code: int, words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert execute(["a.ipynb"], Pipeline(error)) == code
    shown = capsys.readouterr()
    assert shown.err.startswith(words)
    assert "hunter2" not in shown.err
    assert "Traceback" not in shown.err
    assert shown.out == ""


def test_a_program_gets_errors_as_json_too(capsys: pytest.CaptureFixture[str]) -> None:
    assert execute(["a.ipynb", "--format", "json"], Pipeline(UserError("No.", location="a.yaml:3"))) == 1
    content = json.loads(capsys.readouterr().out)
    assert content["exit_code"] == 1
    assert [(f["code"], f["message"], f["path"]) for f in content["findings"]] == [("PR001", "No.", "a.yaml:3")]


def test_a_finding_that_ends_the_run_is_reported_as_one(capsys: pytest.CaptureFixture[str]) -> None:
    assert execute(["a.ipynb"], Pipeline(NotebookError(FINDING))) == 1
    assert capsys.readouterr().out.startswith("a.ipynb:cell 1: PR301 `x` is never defined.\nhint: Define it.\n")


@pytest.mark.parametrize("code", [0, 1, 3, 4])
def test_the_outcomes_code_is_the_commands(code: int, capsys: pytest.CaptureFixture[str]) -> None:
    assert execute(["a.ipynb"], Pipeline(Outcome((FINDING,), (), code))) == code
    assert "PR301" in capsys.readouterr().out


def test_a_fault_shows_where_it_arose_only_when_asked(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("WORKBENCH_DEBUG", "1")
    assert execute(["a.ipynb"], Pipeline(ValueError("why"))) == 3
    assert "Traceback" in capsys.readouterr().err


def test_help_and_explain_need_no_notebook(capsys: pytest.CaptureFixture[str]) -> None:
    assert execute(["--help"], Pipeline()) == 0
    assert "promote --check " in capsys.readouterr().out
    assert execute(["--explain", "pr202"], Pipeline()) == 0
    assert capsys.readouterr().out.startswith("PR202 ")


def test_the_help_names_every_code_of_exit_and_an_example_for_the_main_uses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    shown = parser().format_help()
    assert [line for line in shown.splitlines() if len(line) > 80] == []
    text = " ".join(shown.split())
    assert "0 fine, 1 findings or drift, 2 wrong usage, 3 a fault of promote, 4 verification failed" in text
    assert all(f"promote {use}" in text for use in ("notebooks/", "--dry-run", "--check", "--no-run", "--explain"))


def test_main_reads_the_real_arguments(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(sys, "argv", ["promote", "--explain", "PR301"])
    assert main() == 0
    assert capsys.readouterr().out.startswith("PR301 ")


def test_the_module_runs_as_a_program(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "promote", str(tmp_path / "missing.ipynb"), "--project", str(tmp_path)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 2
    assert "Traceback" not in done.stderr


def test_a_reader_that_goes_away_is_no_error() -> None:
    """`promote --explain PR301 | head -0`: the pipe is closed before anything is written."""
    reader, writer = os.pipe()
    os.close(reader)
    with os.fdopen(writer, "w") as stream:
        done = subprocess.run(
            [sys.executable, "-m", "promote", "--explain", "PR301"],
            stdout=stream,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
        )
    assert (done.returncode, done.stderr) == (0, "")


def test_a_terminal_of_ascii_shows_escapes() -> None:
    environment = {**os.environ, "PYTHONIOENCODING": "ascii"}
    command = [sys.executable, "-m", "promote", "--explain", "PR124"]
    done = subprocess.run(command, env=environment, capture_output=True, check=True)
    assert done.stdout.isascii()


def _on_a_terminal(code: str, **variables: str) -> str:
    """Run Python code with a terminal as its output, and give what it wrote there."""
    master, slave = pty.openpty()
    environment = {key: value for key, value in os.environ.items() if key not in ("NO_COLOR", "TERM")} | variables
    subprocess.run([sys.executable, "-c", code], stdin=slave, stdout=slave, stderr=slave, env=environment, check=True)
    os.close(slave)
    shown = b""
    try:
        while chunk := os.read(master, 65_536):
            shown += chunk
    except OSError:  # the end of a terminal on Linux
        pass
    os.close(master)
    return shown.decode()


REPORT = """
from promote.command import execute
from promote.model import Finding, Location
from promote.outcome import Outcome
def run(notebooks, settings, progress):
    progress("Reading \\x1b[31mrents")
    return Outcome((Finding("PR301", "error", "m", Location("a")),), (), 0)
execute(["a.ipynb"], run)
"""


def test_a_terminal_gets_colour_and_progress_unless_it_is_told_otherwise() -> None:
    shown = _on_a_terminal(REPORT, TERM="xterm")
    assert "\x1b[31mPR301\x1b[0m" in shown
    assert "\r\x1b[2KReading \\x1b[31mrents\r\x1b[2K" in shown
    plain = _on_a_terminal(REPORT, TERM="xterm", NO_COLOR="1")
    assert "a: PR301 m" in plain
    assert "\x1b[31mPR301" not in plain
    assert "\x1b" not in _on_a_terminal(REPORT, TERM="dumb")


def test_progress_is_silent_where_there_is_no_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    progress = Progress(sys.stderr)
    progress("Reading")
    progress.clear()
    assert capsys.readouterr().err == ""


def test_help_and_explain_import_nothing_heavy() -> None:
    code = "import sys; from promote.cli import main; main(['--explain', 'PR301']); print(sorted(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert "'promote.prepare'" not in done.stdout
    heavy = ("dagster", "polars", "pandas", "nbformat", "yaml", "pydantic", "jupyter", "IPython")
    assert not [name for name in heavy if f"'{name}'" in done.stdout]


def test_progress_takes_one_line_of_a_terminal_and_leaves_none(monkeypatch: pytest.MonkeyPatch) -> None:
    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    monkeypatch.setenv("TERM", "xterm")
    stream = Terminal()
    progress = Progress(stream)
    progress.clear()
    assert stream.getvalue() == ""
    progress("Reading \x1b[31mrents" + "é" * 200)
    progress("Writing")
    progress.clear()
    progress.clear()
    first, second, third = stream.getvalue().split("\r\x1b[2K")[1:]
    assert (len(first), first[:20], second, third) == (79, "Reading \\x1b[31mrent", "Writing", "")
    monkeypatch.setenv("TERM", "dumb")
    quiet = Terminal()
    Progress(quiet)("Reading")
    assert quiet.getvalue() == ""


def test_the_package_is_a_program_in_any_stream(monkeypatch: pytest.MonkeyPatch) -> None:
    stream = io.StringIO()  # which cannot be told what to do with letters that it has not
    monkeypatch.setattr(sys, "argv", ["promote", "--explain", "PR301"])
    monkeypatch.setattr(sys, "stdout", stream)
    with pytest.raises(SystemExit) as ended:
        runpy.run_module("promote", run_name="__main__")
    assert ended.value.code == 0
    assert stream.getvalue().startswith("PR301 ")


@pytest.mark.parametrize("followed", ["", "import sys; sys.setprofile(lambda *_: None); "])
def test_a_check_ends_its_process_with_its_code_and_all_that_it_has_to_say(followed: str, tmp_path: Path) -> None:
    (tmp_path / "notebooks").mkdir()
    (tmp_path / "notebooks/a.ipynb").write_text("no notebook")
    (tmp_path / "pyproject.toml").write_text('[tool.workbench]\npackage = "few"\n')
    code = f"{followed}import sys; from promote.cli import main; sys.argv = ['promote', '--check']; sys.exit(main())"
    done = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (1, "")
    assert "PR10" in done.stdout
    assert done.stdout.endswith("\n")
