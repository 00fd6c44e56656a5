"""Any bytes give a notebook or a finding, within a processor time and a memory that the operating system enforces."""

from __future__ import annotations

import json
import random
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

SIZE = 5_000_000  # bytes of input
SECONDS, MEMORY = 2, 200_000_000

READER = f"""
import resource, sys
resource.setrlimit(resource.RLIMIT_CPU, ({SECONDS}, {SECONDS}))
resource.setrlimit(resource.RLIMIT_AS, ({MEMORY}, {MEMORY}))
from promote.notebook.read import NotebookError, parse
with open(sys.argv[1], "rb") as stream:
    raw = stream.read()
try:
    print("read", len(parse(raw, sys.argv[2]).cells))
except NotebookError as refused:
    print(refused.finding.code, bool(refused.finding.hint))
"""


def outcome(raw: bytes, folder: Path, name: str = "a.ipynb") -> str:
    """Read bytes in a process of their own, within the limits, and give what it printed."""
    file = folder / "input"
    file.write_bytes(raw)
    done = subprocess.run(
        [sys.executable, "-X", "utf8", "-c", READER, str(file), name], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, f"exit {done.returncode}: {done.stderr[-400:]}"
    return done.stdout.strip()


def around(cells: str) -> bytes:
    return f'{{"nbformat": 4, "cells": [{cells}]}}'.encode(errors="surrogatepass")


def filled(piece: str, joint: str = ",") -> str:
    """Repeat a piece until the input has its size."""
    return joint.join([piece] * (SIZE // len(f"{piece}{joint}".encode(errors="surrogatepass"))))


HOSTILE: dict[str, tuple[Callable[[], bytes], str]] = {
    "open brackets": (lambda: b"[" * SIZE, "PR108 True"),
    "open braces": (lambda: b'{"a":' * (SIZE // 5), "PR108 True"),
    "empty lists": (lambda: around(filled("[]")), "PR108 True"),
    "empty objects": (lambda: around(filled("{}")), "PR108 True"),
    "small objects": (lambda: around(filled('{"a":[{}]}')), "PR108 True"),
    "small cells": (lambda: around(filled('{"cell_type":"code"}')), "PR108 True"),
    "equal cells": (lambda: around(",".join(['{"cell_type":"code"}'] * 20_000)), "read 20000"),
    "one long line": (lambda: around(json.dumps({"cell_type": "code", "source": "x=1;" * (SIZE // 4)})), "read 1"),
    "many short lines": (lambda: around('{"cell_type":"code","source":[' + filled('"a\\n"') + "]}"), "read 1"),
    "escapes": (lambda: around('{"cell_type":"code","source":"' + "\\u00e9" * (SIZE // 6) + '"}'), "read 1"),
    "astral letters": (lambda: around('{"cell_type":"code","source":"' + filled("\U0001f600", "") + '"}'), "read 1"),
    "half a pair at the end": (
        lambda: around('{"cell_type":"code","source":"' + "é" * (SIZE // 2 - 90) + '\\ud800"}'),
        "PR111 True",
    ),
    "a long number": (lambda: around("1" * SIZE), "PR103 True"),
    "tags": (lambda: around('{"cell_type":"code","metadata":{"tags":[' + filled('"b"') + "]}}"), "read 1"),
    "keys": (
        lambda: around("{" + ",".join(f'"{n}":0' for n in range(SIZE // 11)) + ',"cell_type":"code"}'),
        "read 1",
    ),
    "markers of a merge": (lambda: b"<<<<<<< \n" * (SIZE // 9), "PR107 True"),
    "markers of a merge in a cell": (
        lambda: around('{"cell_type":"code","source":"' + filled("<<<<<<<\\n", "") + '"}'),
        "read 1",
    ),
    "no UTF-8 at the end": (lambda: b" " * SIZE + b"\xff", "PR102 True"),
    "blanks": (lambda: b" " * SIZE, "PR103 True"),
    "outputs that do not end": (
        lambda: b'{"cells": [\n {\n  "outputs": [\n' * (SIZE // 33),
        "PR108 True",
    ),
    "outputs": (
        lambda: around('\n  {\n   "cell_type": "code",\n   "outputs": [\n' + filled("    1", ",\n") + "\n   ]\n  }\n"),
        "read 1",
    ),
    "an outputs key in a source": (
        lambda: around('{"cell_type":"code","source":"' + '\\n \\"outputs\\": [\\n' * (SIZE // 20) + '"}'),
        "read 1",
    ),
}

SCRIPTS: dict[str, tuple[Callable[[], bytes], str]] = {
    "markers": (lambda: b"# %%\n" * (SIZE // 5), "PR108 True"),
    "twenty thousand cells": (lambda: b"# %%\nx = 1\n" * 19_999, "read 19999"),
    "one cell": (lambda: b"# %%\n" + b"# %time\n" * (SIZE // 8), "read 1"),
    "blank lines": (lambda: b"# %%\n" + b"\n" * SIZE, "read 1"),
    "a long marker": (lambda: b"# %% " + b"a=1 " * (SIZE // 4), "PR113 True"),
    "a long marker of nothing": (lambda: b"# %% " + b"a= " * 3_000, "read 1"),
    "a long marker of braces": (lambda: b'# %% {"tags":' + b"{" * SIZE, "PR113 True"),
    "commands": (lambda: b"# Databricks notebook source\n" + b"# COMMAND ----------\n" * (SIZE // 21), "PR108 True"),
    "a header that does not end": (lambda: b"# ---\n" + b"# a\n" * (SIZE // 4) + b"# %%\n", "read 2"),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_notebooks(name: str, tmp_path: Path) -> None:
    make, expected = HOSTILE[name]
    assert outcome(make(), tmp_path) == expected


@pytest.mark.parametrize("name", SCRIPTS)
def test_hostile_scripts(name: str, tmp_path: Path) -> None:
    make, expected = SCRIPTS[name]
    assert outcome(make(), tmp_path, "a.py") == expected


def test_a_notebook_of_fifty_megabytes_of_outputs_is_read_in_little_memory(tmp_path: Path) -> None:
    """The file itself takes a quarter of what the process may have; its outputs are never made into values."""
    output = {"output_type": "stream", "name": "stdout", "text": ['a "line" of output é\n'] * 300_000}
    cells = [{"cell_type": "code", "source": "x = 1", "outputs": [output], "metadata": {}}] * 4
    raw = json.dumps({"nbformat": 4, "cells": cells}, indent=1, ensure_ascii=False).encode()
    assert len(raw) > 40_000_000
    assert outcome(raw, tmp_path) == "read 4"


def mutated(raw: bytes, chance: random.Random) -> bytes:
    """Cut, repeat and change pieces of a notebook."""
    made = bytearray(raw)
    for _ in range(chance.randint(1, 6)):
        at, size = chance.randrange(len(made)), chance.randint(1, 30)
        kind = chance.randrange(4)
        if kind == 0:
            del made[at : at + size]
        elif kind == 1:
            made[at:at] = made[at : at + size] * chance.randint(1, 3)
        elif kind == 2:
            made[at:at] = chance.choice(
                [b"\x00", b"\xff", b'"', b"{", b"]", b"\\ud800", b"null", b"[]", b"1e999", b",\n"]
            )
        else:
            made[at] = chance.randrange(256)
        made = made or bytearray(b" ")
    return bytes(made)


def test_changed_notebooks_give_a_notebook_or_a_finding() -> None:
    from promote.notebook.read import NotebookError, parse
    from promote.plan import plan
    from promote.selection.select import select

    cell = {"cell_type": "code", "id": "a1", "metadata": {"tags": ["silver:x"]}, "outputs": [], "source": ["x = [1]\n"]}
    text = {"cell_type": "markdown", "metadata": {}, "source": "# é"}
    metadata = {"kernelspec": {"language": "python"}}
    raw = json.dumps(
        {"cells": [cell, text], "metadata": metadata, "nbformat": 4, "nbformat_minor": 5}, indent=1
    ).encode()
    chance = random.Random(7)  # noqa: S311 - any numbers do, the same in every run
    codes: set[str] = set()
    for _ in range(3000):
        try:
            plan(select(parse(mutated(raw, chance), "a.ipynb")))
            codes.add("read")
        except NotebookError as refused:
            codes.add(refused.finding.code)
    assert {"read", "PR102", "PR103", "PR104", "PR110"} <= codes
