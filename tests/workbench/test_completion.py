"""What the Tab key offers, asked of real shells."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from workbench.cli import main

ASK = r"""
eval "$(workbench completion bash)"
line="$1"; read -ra words <<<"$line"; [[ "$line" == *" " ]] && words+=("")
COMP_LINE="$line" COMP_POINT=${#line} COMP_WORDS=("${words[@]}") COMP_CWORD=$((${#words[@]} - 1)) COMP_TYPE=9
_python_argcomplete "${words[0]}"
printf '%s\n' "${COMPREPLY[@]}"
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("completed")
    (root / "pyproject.toml").write_text('[tool.workbench]\npackage = "rents"\n')
    for name in ("bronze/raw_rents", "silver/rents", "silver/reliefs", "silver/_draft"):
        path = root / f"src/rents/defs/{name}.py"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
    (root / "notebooks").mkdir()
    (root / "notebooks/rents.ipynb").touch()
    (root / "notebooks/notes.txt").touch()
    return root


def offered(line: str, folder: Path) -> list[str]:
    """Ask bash what it would offer after a line."""
    scripts = str(Path(sys.executable).parent)
    environment = {**os.environ, "PATH": os.pathsep.join([scripts, os.environ["PATH"]])}
    command = ["bash", "--norc", "-c", ASK, "bash", line]
    done = subprocess.run(command, capture_output=True, text=True, check=True, cwd=folder, env=environment)
    return sorted(done.stdout.split())


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("workbench sta", ["staged", "status"]),
        ("workbench status --j", ["--json"]),
        ("promote --inc", ["--include-needed"]),
        ("promote --select silver:", ["reliefs", "rents"]),  # bash has the part up to the colon already
        ("promote --explain PR10", [f"PR10{number}" for number in range(1, 10)]),
        ("promote notebooks/", ["notebooks/rents.ipynb"]),
        ("workbench materialize re", ["reliefs", "rents"]),
        ("workbench retire raw", ["raw_rents"]),
    ],
)
def test_bash_offers_commands_options_and_what_the_project_holds(line: str, expected: list[str], folder: Path) -> None:
    assert offered(line, folder) == expected


def test_outside_a_project_names_are_none_and_nothing_is_said(tmp_path: Path) -> None:
    assert offered("workbench retire r", tmp_path) == []
    assert "--select" in offered("promote --sel", tmp_path)


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_each_shell_can_read_its_script(shell: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["completion", shell]) == 0
    script = capsys.readouterr().out
    assert "workbench" in script
    assert "promote" in script
    if shutil.which(shell) is None:
        pytest.skip(f"{shell} is not on this machine: its script was not read by it")
    path = tmp_path / "script"
    path.write_text(script)
    assert subprocess.run([shell, "-n", str(path)], capture_output=True, check=True).stderr == b""


def test_a_shell_that_is_none_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["completion", "bsh"]) == 2
    assert "bsh" in capsys.readouterr().err
