"""A reader of the documentation who has a terminal and no browser: what pages say is done in this process.

Notebooks are written cell by cell, and each cell is run as JupyterLab would run it. A promotion runs nothing here, for
that costs ten seconds each: `make test-nightly` has the tutorial do all of it.
"""

from __future__ import annotations

import contextlib
import io
import json
import shlex
import subprocess
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from promote.cli import main as promote
from scripts.tutorial.acts import Act
from scripts.tutorial.terminal import change, expect
from workbench.cli import main as workbench

KERNEL = {"kernelspec": {"name": "python3", "display_name": "Python 3 (ipykernel)", "language": "python"}}
BEGINNING = "import polars as pl\n\nfrom platform_core.sdk import load_asset, resource"
COMMANDS: Mapping[str, Callable[[list[str]], int]] = {"promote": promote, "workbench": workbench}


class Reader:
    """Does what a page says in a project; the process stands in the project's folder."""

    def __init__(self, project: Path) -> None:
        self.project = project
        self.said = ""
        self.names: dict[str, Any] = {}

    def do(self, act: Act) -> None:
        """Do one act, of those that need no browser."""
        file = self.project / act.file
        if act.kind == "run":
            self.said = "".join(self.type(line, act.place) for line in act.text.splitlines())
        elif act.kind == "said":
            expect(self.said, act.text, act.place)
        elif act.kind == "write" and ".ipynb" in act.file:
            notebook, _, tag = act.file.partition(", ")
            self.cell(self.project / notebook, act.text, tag)
        elif act.kind == "write":
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(act.text + "\n", encoding="utf-8")
        elif act.kind == "change":
            file.write_text(change(file.read_text(encoding="utf-8"), act.text, act.place), encoding="utf-8")

    def cell(self, path: Path, source: str, tag: str) -> None:
        """Put a cell at the end of a notebook, which begins with the usual imports, and run it."""
        if path.exists():
            notebook = json.loads(path.read_text(encoding="utf-8"))
        else:
            path.parent.mkdir(parents=True, exist_ok=True)
            notebook = {"nbformat": 4, "nbformat_minor": 5, "metadata": KERNEL, "cells": []}
            self.names = {"__name__": "__main__"}
            self.cell_into(notebook, BEGINNING, "")
        self.cell_into(notebook, source, tag)
        path.write_text(json.dumps(notebook), encoding="utf-8")

    def cell_into(self, notebook: dict[str, Any], source: str, tag: str) -> None:
        number = len(notebook["cells"]) + 1
        metadata = {"tags": [tag]} if tag else {}
        made = {"cell_type": "code", "id": f"cell-{number}", "source": source, "metadata": metadata}
        notebook["cells"].append({**made, "outputs": [], "execution_count": None})
        exec(compile(source, f"cell {number}", "exec", dont_inherit=True), self.names)  # noqa: S102 - our own page, and running it is the test

    def type(self, line: str, place: str) -> str:
        """Type one command and give what was said; an error is one where the line has no `||`."""
        command, _, otherwise = line.partition(" || ")
        words = shlex.split(command)
        said = io.StringIO()
        if words[0] in COMMANDS:
            given = ["--no-run", *words[1:]] if words[0] == "promote" and "--explain" not in words else words[1:]
            with contextlib.redirect_stdout(said), contextlib.redirect_stderr(said):
                code = COMMANDS[words[0]](given)
        else:
            done = subprocess.run(words, cwd=self.project, capture_output=True, text=True, check=False)
            code = done.returncode
            said.write(done.stdout + done.stderr)
        if otherwise:
            assert code, f"{place}: {command} was to fail"
            said.write(" ".join(shlex.split(otherwise)[1:]).replace("$?", str(code)) + "\n")
        else:
            assert not code, f"{place}: {command}: {said.getvalue()[-3000:]}"
        return said.getvalue()
