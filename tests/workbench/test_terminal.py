"""Tables on stdout; progress on stderr, silent where nobody watches."""

from __future__ import annotations

import os
import pty
import re
import subprocess
import sys
from typing import TYPE_CHECKING

from workbench.terminal import print_table, progress

if TYPE_CHECKING:
    import pytest

PROGRAM = """
from workbench.terminal import print_table, progress
with progress("making", 2) as bar:
    bar(label="[red]one[/red]")
    bar(label="two")
print_table("What [bold]was[/bold] made", ("asset",), [("[red]rents[/red]",)])
"""


def test_nothing_is_shown_on_a_pipe(capsys: pytest.CaptureFixture[str]) -> None:
    with progress("making", 2) as bar:
        bar(label="one")
        bar(2)
    assert capsys.readouterr() == ("", "")


def test_text_is_never_read_as_markup(capsys: pytest.CaptureFixture[str]) -> None:
    print_table("What [bold]was[/bold] made", ("asset", "rows"), [("[red]rents[/red]", "3")], right=("rows",))
    shown = capsys.readouterr().out
    assert "What [bold]was[/bold] made" in shown
    assert "[red]rents[/red]" in shown
    assert "\x1b" not in shown


def on_a_terminal(**variables: str) -> str:
    """Run the program with stderr on a terminal and give what it wrote there."""
    master, slave = pty.openpty()
    environment = {**os.environ, "TERM": "xterm", "COLUMNS": "100", **variables}
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM], stdout=subprocess.PIPE, stderr=slave, env=environment, check=True
    )
    os.close(slave)
    shown = os.read(master, 100_000).decode()
    os.close(master)
    assert b"[red]rents[/red]" in done.stdout
    return shown


def test_a_terminal_gets_a_bar_and_no_color_is_respected() -> None:
    coloured, plain = on_a_terminal(), on_a_terminal(NO_COLOR="1")
    for shown in (coloured, plain):
        assert "making" in shown
        assert "2/2" in shown
    colour = re.compile(r"\x1b\[(?:\d+;)*(?:[34][0-8]|9[0-7])[;m]")
    assert colour.search(coloured)
    assert not colour.search(plain)


NARROW = """
from workbench.terminal import print_table
rows = [["notebooks/a.ipynb", "bronze:odp_conformance", "12 minutes ago", "", "3"], ["", "silver:a", "never", "", ""]]
print_table("Steps", ["notebook", "step", "last made", "late", "rows made"], rows, right=["rows made"], grouped=True)
"""


def test_a_table_wider_than_the_terminal_breaks_between_words_and_leaves_nothing_out() -> None:
    master, slave = pty.openpty()
    environment = {**os.environ, "TERM": "xterm", "COLUMNS": "47"}
    subprocess.run([sys.executable, "-c", NARROW], stdout=slave, env=environment, check=True)
    os.close(slave)
    shown = os.read(master, 100_000).decode().replace("\r\n", "\n")
    os.close(master)
    assert shown.splitlines() == [
        "Steps",
        "  step                    last made   rows made",
        "notebooks/a.ipynb",
        "  bronze:odp_conformance  12 minutes          3",
        "                          ago",
        "  silver:a                never",
    ]


def test_a_long_table_is_plain_lines_with_its_columns_one_below_the_other(capsys: pytest.CaptureFixture[str]) -> None:
    rows = [[f"name{n}", str(n), "ä\x1b[31m"] for n in range(150)]
    print_table("Many", ["name", "rows", "what"], rows, right=["rows"])
    lines = capsys.readouterr().out.splitlines()
    assert lines[:3] == ["Many", "name     rows  what", "name0       0  ä [31m"]
    assert lines[-1] == "name149   149  ä [31m"
    assert len(lines) == 152
