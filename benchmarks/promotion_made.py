"""What each tool of `bench_promotion.py` makes of one notebook, and what becomes there of an edit by hand."""

from __future__ import annotations

import ast
import shutil
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from promotion_peers import AS_WANTED, written

SAMPLE = [
    ("", "import pandas as pd"),
    ("parameters", "least = 2"),
    ("bronze:a", 'a = pd.DataFrame({"n": [1, 2, 3]})'),
    ("silver:b", "b = a[a.n >= least]"),
]
EDIT = "\n# by hand\n"
BATCH = Path(__file__).parent / "promotion_batch.py"


@dataclass(frozen=True)
class Made:
    """The files of Python that a tool made, the kinds in their functions' heads, its tests; what became of an edit."""

    files: int
    kinds: tuple[str, ...]
    tests: int
    edit: str


def made(tool: str, python: Path, env: Mapping[str, str], place: Path) -> Made:
    """Let a tool make what it makes, edit that by hand, and let it make it again."""
    folder = place / tool / "made"
    shutil.rmtree(folder, ignore_errors=True)
    if tool == "ours":
        new = [str(python.parent / "workbench"), "new", folder.name, "--example", "blank", "--no-input"]
        folder.parent.mkdir(parents=True, exist_ok=True)
        run(new, folder.parent, env)
        (folder / "policies" / "project.yaml").unlink()  # the template asks for owners
        written(folder / "notebooks", SAMPLE)
        command = [str(python.parent / "promote"), "notebooks/notebook.ipynb"]
    else:
        folder.mkdir(parents=True)
        written(folder, AS_WANTED[tool](SAMPLE))
        command = [str(python), str(BATCH), tool, str(folder)]
    before = set(folder.rglob("*.py"))
    run(command, folder, env)
    files = sorted(set(folder.rglob("*.py")) - before)
    texts = [path.read_text("utf-8") for path in files]
    for path in files:
        path.write_text(path.read_text("utf-8") + EDIT, "utf-8")
    said = run(command, folder, env)
    kept = sum(EDIT in path.read_text("utf-8") for path in files if path.exists())
    if not files:
        edit = "nothing is made"
    elif kept == len(files):
        edit = "kept, and refused" if said else "kept"
    else:
        edit = f"overwritten {'' if said else 'without a word '}in {len(files) - kept} of {len(files)}"
    heads = [node for text in texts for node in ast.walk(ast.parse(text)) if isinstance(node, ast.FunctionDef)]
    given = [a.annotation for head in heads for a in (*head.args.args, *head.args.kwonlyargs) if a.annotation]
    return Made(
        len(files),
        tuple(sorted({ast.unparse(kind) for kind in given})),
        sum(head.name.startswith("test_") for head in heads),
        edit,
    )


def run(command: list[str], folder: Path, env: Mapping[str, str]) -> str:
    """Run a tool, which is to make and not to run; give what it said where it did not end well."""
    done = subprocess.run(
        command, cwd=folder, env={**env, "GENERATE": "1"}, capture_output=True, text=True, check=False
    )
    ended = folder / "ended.txt"
    return ended.read_text("utf-8") if ended.exists() else done.stdout if done.returncode else ""


def told(tool: str, found: Made) -> str:
    """Give the line of a table."""
    kinds = ", ".join(found.kinds) or "none"
    return f"{tool:14}{found.files:3} files, {found.tests:2} tests, an edit: {found.edit}; kinds: {kinds}"
