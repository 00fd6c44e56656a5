"""The command line: its help, its exit codes, its errors."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from platform_core.errors import Fault, UsageError, UserError, VerificationError
from workbench import cli
from workbench.cli import COMMANDS, build_parser, examples_of, main


def run(*arguments: str, cwd: Path | None = None) -> subprocess.CompletedProcess[str]:
    """Run the command in a process of its own."""
    command = [sys.executable, "-m", "workbench", *arguments]
    return subprocess.run(command, cwd=cwd, capture_output=True, text=True, check=False)


def test_help_names_every_command_and_imports_nothing_heavy() -> None:
    program = (
        "import sys\nfrom workbench.cli import main\ncode = main(['--help'])\n"
        "heavy = {'dagster', 'polars', 'pandas', 'rich', 'yaml', 'papermill', 'pydantic', 'cookiecutter', 'promote'}\n"
        "print(sorted(heavy & set(sys.modules)), code)\n"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.endswith("[] 0\n")
    for command in COMMANDS:
        assert command in done.stdout


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_has_help_that_fits_80_columns(
    command: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    assert main([command, "--help"]) == 0
    said = capsys.readouterr().out
    assert f"usage: workbench {command}" in said
    assert [line for line in said.splitlines() if len(line) > 80] == []


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ([], "the following arguments are required: COMMAND"),
        (["nwe"], "error: 'nwe' is no command.\nhint: Did you mean 'new'?"),
        (["review", "HEAD", "--format", "htm"], "Did you mean 'html'?"),
        (["materialize", "--forec"], "Did you mean '--force'?"),
        (["costs", "--last", "5"], "hint: See `workbench costs --help`."),
        (["materialize", "--partition", "a", "--all-partitions"], "not allowed with argument"),
        (["metrics", "--port", "abc"], "invalid int value: 'abc'.\nhint: See `workbench metrics --help`."),
        (["lab", "--allow-root"], "options of the program that it starts go after `--`."),
        (["lab", "--prot", "80"], "Did you mean '--port'?"),
        (["new"], "the following arguments are required: DIR"),
        (["erase", "--token", "--subject", "x"], "error: A subject is a key and a value."),
    ],
)
def test_wrong_usage_is_exit_code_2_with_a_hint(
    arguments: list[str], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(arguments) == 2
    shown = capsys.readouterr()
    assert said in shown.err
    assert "hint: " in shown.err
    assert shown.out == ""


@pytest.mark.parametrize(
    ("error", "code", "said"),
    [
        (UserError("No.", hint="Do it.", location="a.yaml:1"), 1, "error: a.yaml:1: No.\nhint: Do it.\n"),
        (UsageError("No."), 2, "error: No.\n"),
        (Fault("Ours."), 3, "fault: Ours.\n"),
        (VerificationError("Not the same."), 4, "error: Not the same.\n"),
        (
            OSError(28, "No space left on device", "a.txt"),
            1,
            "error: a.txt: No space left on device.\nhint: Free some space there, then call it again.\n",
        ),
        (KeyboardInterrupt(), 130, "interrupted\n"),
    ],
)
def test_an_error_becomes_its_exit_code_without_a_traceback(
    error: BaseException, code: int, said: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def fail(_: object) -> int:
        raise error

    monkeypatch.setattr("workbench.commands.lab.execute", fail)
    assert main(["lab"]) == code
    assert capsys.readouterr().err == said


@pytest.mark.parametrize("command", ["workbench --help", "promote --explain PR301", "promote --help"])
def test_streams_that_are_closed_are_no_fault(command: str) -> None:
    module, *arguments = command.split()
    shell = f"exec {sys.executable} -m {module} {' '.join(arguments)} >&- <&-"
    done = subprocess.run(["/bin/sh", "-c", shell], stderr=subprocess.PIPE, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize("words", [["--help"], ["completion", "bash"]])
def test_output_that_finds_no_room_is_told_in_a_line(words: list[str]) -> None:
    buffered = {name: value for name, value in os.environ.items() if name != "PYTHONUNBUFFERED"}
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(
            [sys.executable, "-m", "workbench", *words],
            stdout=full, stderr=subprocess.PIPE, text=True, check=False, env=buffered,
        )  # fmt: skip
    assert (done.returncode, done.stderr.splitlines()[0]) == (1, "error: No space left on device.")
    assert "Traceback" not in done.stderr


def test_a_mistake_of_ours_is_exit_code_3_and_says_how_to_report_it(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def fail(_: object) -> int:
        raise ZeroDivisionError

    monkeypatch.setattr("workbench.commands.lab.execute", fail)
    assert main(["lab"]) == 3
    said = capsys.readouterr().err
    assert said.startswith("fault: ZeroDivisionError at test_cli.py:")
    assert "WORKBENCH_DEBUG=1" in said
    assert "Traceback" not in said
    monkeypatch.setenv("WORKBENCH_DEBUG", "1")
    assert main(["lab"]) == 3
    assert "Traceback" in capsys.readouterr().err


@pytest.mark.parametrize("command", ["materialize", "status", "config show", "rename a b"])
def test_outside_a_project_every_command_that_needs_one_says_the_same(
    command: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("WORKBENCH_PROJECT", raising=False)
    assert main(command.split()) == 2
    assert capsys.readouterr() == (
        "",
        "error: No data project was found here or in any folder above.\n"
        "hint: Change into a project's folder, or make one with `workbench new DIR`.\n",
    )


def test_a_reader_that_goes_away_is_no_fault() -> None:
    program = "import sys\nfrom workbench.cli import main\nsys.exit(main(['--help']))"
    with subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.close()
        said = process.stderr.read()
    assert b"Traceback" not in said


def test_the_parser_is_built_for_every_module_of_commands() -> None:
    folder = Path(cli.__file__).parent / "commands"
    assert sorted(path.stem.removesuffix("_").replace("_", "-") for path in folder.glob("[!_]*.py")) == sorted(COMMANDS)


@pytest.mark.parametrize("arguments", [["doctor"], ["rap"], ["review", "HEAD"], ["compliance", "catalogue"]])
def test_a_command_with_json_among_its_formats_takes_json_like_the_others(arguments: list[str]) -> None:
    parser = build_parser(arguments[0])
    assert parser.parse_args([*arguments, "--json"]).format == "json"
    assert parser.parse_args(arguments).format != "json"


@pytest.mark.parametrize("command", COMMANDS)
def test_the_help_of_a_command_ends_with_examples_that_it_takes(
    command: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("COLUMNS", "160")
    assert main([command, "--help"]) == 0
    shown = capsys.readouterr().out
    examples = [line for line in examples_of(command).splitlines() if "workbench" in line]
    assert examples
    assert "\n".join(["examples:", *examples]) in shown
    for line in examples:
        (call,) = re.findall(r"workbench ((?:(?!\s{4})[^)|])+)", line)
        asked = shlex.split(call)
        assert build_parser(asked[0]).parse_args(asked).command == command
