"""`workbench --help` from its text: what the parser says, without the parser."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from workbench import start
from workbench.cli import build_parser

WITHOUT = """
import sys
sys.argv = ["workbench", "--help"]
from workbench.start import main
code = main()
assert not {"argparse", "workbench.cli", "re"} & (sys.modules.keys() - before), "the parser was imported"
sys.exit(code)
"""


def test_the_text_is_what_the_commands_say() -> None:
    """`python -m workbench.start` was run after the last change of a command's help."""
    assert Path(start.__file__).with_name("help.txt").read_text(encoding="utf-8") == start.pieces()


@pytest.mark.parametrize("columns", [62, 80, 97, 120, 200])
def test_it_is_wrapped_as_the_parser_wraps_it(columns: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", str(columns))
    monkeypatch.setenv("NO_COLOR", "1")
    assert start.help_text(columns - 2) == build_parser("--help").format_help()


@pytest.mark.parametrize("columns", ["", "0", "many", "-3", "100", "30"])
def test_the_command_says_what_the_parser_says(columns: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    monkeypatch.setenv("COLUMNS", columns)
    monkeypatch.setattr(sys, "argv", ["workbench", "--help"])
    told = subprocess.run(
        [sys.executable, "-m", "workbench", "--help"], env=os.environ, capture_output=True, text=True, check=True
    )
    assert told.stdout == build_parser("--help").format_help()


def test_neither_the_parser_nor_what_it_needs_is_imported() -> None:
    text = f"import sys\nbefore = set(sys.modules)\n{WITHOUT}"
    told = subprocess.run([sys.executable, "-c", text], capture_output=True, text=True, check=False)
    assert told.returncode == 0, told.stderr
    assert told.stdout.startswith("usage: workbench")
